"""A real shop of an older version: every row is still there, tables are a new shop's, and the next day goes on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from community import migrate
from community.db import Database
from front.keting import open_house
from front.player import play
from front.settings import read_settings
from front.transcript import read_transcript
from tests.conftest import BEGIN, ROOT
from tests.test_migrate import tables

OLD = ROOT / "tests" / "upgrade"
SET_BY_MIGRATIONS = {"groupbuy": {"papers_at": "closed_at"}}
"""New columns that do not begin empty: a group buy closed long ago brings no papers now."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The database of a shop of commit af9fc34, which has lived for four days."""
    file = tmp_path / "bot.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript((OLD / "af9fc34.sql").read_text(encoding="utf-8"))
    return file


@pytest.fixture
def upgraded(old: Path) -> Iterator[Database]:
    """The same, brought up to this version."""
    database = Database(f"sqlite:///{old}")
    migrate.upgrade(database, old.parent / "backups", BEGIN)
    yield database
    database.close()


def rows(file: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table by column."""
    with closing(sqlite3.connect(file)) as raw:
        raw.row_factory = sqlite3.Row
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [dict(row) for row in raw.execute(f"SELECT * FROM {name}")] for name in names}  # noqa: S608 - ours


def test_the_old_shop_has_something_in_every_table(old: Path) -> None:
    assert [name for name, kept in rows(old).items() if not kept] == []
    states = {buy["status"] for buy in rows(old)["groupbuy"]}
    assert states == {"draft", "open", "closed", "failed", "arrived", "withdrawn"}
    assert {line["status"] for line in rows(old)["outbox"]} == {"queued", "sending", "sent", "uncertain"}


def test_no_row_is_lost_and_no_old_column_is_changed(old: Path) -> None:
    before = rows(old)
    database = Database(f"sqlite:///{old}")
    copy = migrate.upgrade(database, old.parent / "backups", BEGIN)
    database.close()
    after = rows(old)
    assert copy is not None
    assert rows(copy) == before
    for table in before.keys() - {"alembic_version"}:
        shorter = [{name: row[name] for name in first} for first, row in zip(before[table], after[table], strict=True)]
        assert shorter == before[table], table


def test_new_columns_begin_empty_but_for_those_that_look_back(old: Path, upgraded: Database) -> None:
    with closing(sqlite3.connect(old.parent / "backups" / "bot-20261123-090000-before-upgrade.db")) as raw:
        known = {table: {row[1] for row in raw.execute(f"PRAGMA table_info({table})")} for table in rows(old)}
    for table, kept in rows(old).items():
        looks_back = SET_BY_MIGRATIONS.get(table, {})
        for row in kept:
            new = {name: value for name, value in row.items() if name not in known[table]} if known[table] else {}
            assert all(value in (None, "", 0) or looks_back.get(name) for name, value in new.items()), (table, new)
            assert all(row[name] == row[source] for name, source in looks_back.items())


def test_its_tables_are_those_of_a_new_shop(old: Path, upgraded: Database, migrated: Path) -> None:
    assert tables(old) == tables(migrated)
    with closing(sqlite3.connect(old)) as raw, closing(sqlite3.connect(migrated)) as new:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in rows(old):
            assert _columns(raw, table) == _columns(new, table)


def _columns(raw: sqlite3.Connection, table: str) -> set[tuple[object, ...]]:
    """Name, type, NOT NULL, default and key of each column; their order tells nothing."""
    return {tuple(row[1:]) for row in raw.execute(f"PRAGMA table_info({table})")}


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE groupbuy_item SET sold = stock + 1",
        "UPDATE groupbuy_item SET product_id = 99",
        "UPDATE pickup SET order_id = 99",
        "DELETE FROM ledger",
        "UPDATE payment SET cents = 1",
    ],
)
def test_what_the_tables_refuse_they_refuse_still(old: Path, upgraded: Database, spoil: str) -> None:
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(spoil)


async def test_the_next_day_goes_on_where_the_old_version_stopped(upgraded: Database, tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "no.env", {})
    house = open_house(settings, Random(1))
    steps = read_transcript((OLD / "after.chat").read_text(encoding="utf-8"), house.zone)
    await play(settings, upgraded, house, steps)
    with upgraded.reading() as tx:
        assert tx.session.connection().exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
