"""Brings a shop's database up to the tables of this version, after a backup copy; a new file gets them all.

`make migration MSG="Keep wishes"` drafts the change from the last version's tables to those that the code has now.
"""

import sys
import tempfile
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData
from sqlmodel import SQLModel

from community.db import Database, DatabaseTrouble, trouble

HERE = Path(__file__).parent / "migrations"


class TooNew(DatabaseTrouble):
    """The database was written by a later version of Keting; this one must not touch it."""


def upgrade(database: Database, backups: Path, now: datetime) -> Path | None:
    """Change the tables to this version's; where the backup was put, None where nothing had to change.

    Raises DatabaseTrouble, having changed nothing, when the file is damaged, locked or too new.
    """
    try:
        current, head = revisions(database)
        if current == head:
            return None
        copy = _backup(database, backups, now) if current else None
        with database.altering() as connection:
            command.upgrade(_config(connection), "head")
    except Exception as error:
        raise trouble(error) or error from error
    return copy


def revisions(database: Database) -> tuple[str | None, str | None]:
    """The revision of the tables in the file (None for a new one) and the one of this version."""
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    with database.engine.connect().execution_options(keting_reads=True) as connection, connection.begin():
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise TooNew("这个数据库是更新版本的客厅写的，请先升级程序")
    return current, scripts.get_current_head()


def draft(message: str) -> Path | None:
    """Write the next migration, from the tables the migrations make to those the code declares; None where they agree.

    A draft: read it before it is committed. Data to carry over and an append-only trigger have to be added by hand.
    """
    with tempfile.TemporaryDirectory(prefix="keting-") as scratch:
        database = Database(f"sqlite:///{Path(scratch) / 'draft.db'}")
        try:
            with database.altering() as connection:
                config = _config(connection)
                config.attributes["metadata"] = every_table()
                return _draft_on(config, message)
        finally:
            database.close()


def every_table() -> MetaData:
    """All that the code declares: a table joins the metadata when its module is imported."""
    for module in walk_packages([str(HERE.parent)], "community."):
        if ".migrations" not in module.name:
            import_module(module.name)
    return SQLModel.metadata


def _draft_on(config: Config, message: str) -> Path | None:
    command.upgrade(config, "head")
    number = max(int(script.revision) for script in ScriptDirectory.from_config(config).walk_revisions()) + 1
    script = command.revision(
        config, message, autogenerate=True, rev_id=f"{number:04d}", process_revision_directives=_unless_empty
    )
    return Path(script.path) if isinstance(script, Script) else None


def _unless_empty(_context: object, _revision: object, directives: list[Any]) -> None:
    """Leave nothing to write where nothing has changed."""
    if directives[0].upgrade_ops.is_empty():
        directives.clear()


def _backup(database: Database, backups: Path, now: datetime) -> Path:
    name = database.path.stem if database.path else "shop"
    copy = backups / f"{name}-{now:%Y%m%d-%H%M%S}-before-upgrade.db"
    database.backup(copy)
    return copy


def _config(connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


if __name__ == "__main__":
    if not " ".join(sys.argv[1:]).strip():
        sys.exit('Say what changes: make migration MSG="Keep wishes"')
    if draft(" ".join(sys.argv[1:])) is None:
        sys.exit("The tables are as the migrations make them: nothing to write.")
