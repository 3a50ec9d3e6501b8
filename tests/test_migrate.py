"""Table changes: migrated tables are those of the code; a copy first; rows stay; a later version is left alone."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from community import ledger, migrate, people, setting
from community.db import Database
from community.events import Person, Place
from community.migrate import TooNew
from tests.conftest import BEGIN, read, write

SECOND = '''"""A second revision: rebuilds tables that others refer to, as SQLite must for most changes."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("birthday", sa.String(), nullable=True))
        member.alter_column("name", existing_type=sa.String(), type_=sa.Text())
    {more}
'''


def tables(file: Path) -> dict[str, str]:
    """Every table, index and trigger as the database itself writes it, blanks and quotes aside."""
    with sqlite3.connect(file) as raw:
        rows = raw.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: _plain(sql) for name, sql in rows if "alembic_version" not in name}


def _plain(sql: str) -> str:
    """The parts of a statement in one order: columns and constraints may be listed in any."""
    flat = re.sub(r"\s+", " ", sql.replace('"', "").replace("CONSTRAINT", ""))
    head, _, body = flat.partition("(")
    return (
        head
        + "("
        + ",".join(sorted(part.strip() for part in re.split(r",(?![^(]*\))", body.strip().removesuffix(")"))))
    )


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated: Path) -> Path:
    """The folder of migrations with one more than the code has; its file."""
    folder = Path(shutil.copytree(migrate.HERE, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")))
    with sqlite3.connect(migrated) as raw:
        (head,) = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = folder / "versions" / "9999_second.py"
    revision.write_text(SECOND.format(head=head, more="pass"), encoding="utf-8")
    monkeypatch.setattr(migrate, "HERE", folder)
    return revision


def _live(database: Database) -> None:
    """A little life: people who refer to each other, eggs, a setting."""
    write(database, people.known_room, Place("r1", "幸福里1群"), BEGIN)
    write(database, people.present, "r1", [Person("w", "王阿姨"), Person("l", "李姐")], BEGIN)
    write(database, ledger.move, "w", "eggs", 5, "invite:1", BEGIN)
    write(database, setting.put, "paused", "1")


def _rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(file) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: list(raw.execute(f"SELECT * FROM {name}")) for name in names}  # noqa: S608 - names of our own


# A new shop


def test_alembic_finds_nothing_to_change(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, migrate.every_table()) == []


def test_migrated_tables_indexes_checks_and_triggers_are_those_of_the_code(migrated: Path, tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path / 'made.db'}")
    migrate.every_table().create_all(made.engine)
    made.close()
    assert tables(migrated) == tables(tmp_path / "made.db")
    assert [name for name in tables(migrated) if name.startswith("trigger")] != []


def test_a_new_shop_needs_no_copy_and_a_current_one_no_change(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    assert migrate.upgrade(database, tmp_path / "backups", BEGIN) is None
    assert migrate.upgrade(database, tmp_path / "backups", BEGIN) is None
    assert not (tmp_path / "backups").exists()
    database.close()


# A shop of an older version


def test_an_older_shop_is_copied_then_changed_and_keeps_every_row(database: Database, file: Path, second: Path) -> None:
    _live(database)
    before = _rows(file)
    copy = migrate.upgrade(database, file.parent / "backups", BEGIN)
    assert copy == file.parent / "backups" / "bot-20261123-090000-before-upgrade.db"
    after = _rows(file)
    assert _rows(copy) == before
    assert [row[:-1] for row in after.pop("member")] == before.pop("member")
    assert after.pop("alembic_version") == [("9999",)] != before.pop("alembic_version")
    assert after == before


def test_what_was_promised_holds_after_the_change(database: Database, file: Path, second: Path) -> None:
    _live(database)
    migrate.upgrade(database, file.parent / "backups", BEGIN)
    assert read(database, ledger.balance, "w", "eggs") == 5
    assert not write(database, ledger.move, "w", "eggs", 5, "invite:1", BEGIN)
    with sqlite3.connect(file) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM ledger")
    with pytest.raises(Exception, match="FOREIGN KEY"):
        write(database, people.come, "nowhere", "w", BEGIN)


@pytest.mark.parametrize("more", ["raise ValueError('half way')", 'op.execute("DELETE FROM room")'])
def test_a_change_that_fails_changes_nothing(database: Database, file: Path, second: Path, more: str) -> None:
    _live(database)
    second.write_text(second.read_text(encoding="utf-8").replace("    pass", f"    {more}"), encoding="utf-8")
    before = _rows(file)
    with pytest.raises(Exception, match=r"half way|refer to nothing"):
        migrate.upgrade(database, file.parent / "backups", BEGIN)
    assert _rows(file) == before
    _live(database)


# A shop of a later version


def test_a_shop_of_a_later_version_is_left_untouched(file: Path, tmp_path: Path) -> None:
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'from the future'")
    raw.close()
    before = file.read_bytes()
    database = Database(f"sqlite:///{file}")
    with pytest.raises(TooNew, match="更新版本"):
        migrate.upgrade(database, tmp_path / "backups", BEGIN)
    database.close()
    assert file.read_bytes() == before
    assert not (tmp_path / "backups").exists()
