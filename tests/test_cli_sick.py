"""The command line on sick, locked and busy databases: named in plain words, not a byte changed, the backup offered."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from community.db import Database
from front import doorstep
from tests.counter import GOOD, Shop, garbage


def _torn(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def _scratched(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


@pytest.fixture(params=[garbage, _torn, _scratched], ids=["garbage", "torn", "scratched"])
def sick(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    harm: Callable[[Path], None] = request.param
    harm(shop.file)
    return shop


@pytest.mark.parametrize("words", ["run", "chat", "post 早安问候", "export orders", "sheet", "backup x.db"])
def test_a_sick_database_is_named_and_left_as_it_is(sick: Shop, words: str) -> None:
    before = sick.file.read_bytes()
    outcome = sick.run(*words.split())
    assert outcome.code == doorstep.SICK_DATABASE
    assert sick.file.name in outcome.err
    assert "没找到备份" in outcome.err
    assert sick.file.read_bytes() == before
    assert not (sick.folder / "x.db").exists()


def test_check_names_a_sick_database_among_all_that_is_wrong(sick: Shop) -> None:
    before = sick.file.read_bytes()
    outcome = sick.run("check")
    assert outcome.code == doorstep.WRONG
    assert sick.file.name in outcome.err
    assert sick.file.read_bytes() == before


def test_the_last_backup_of_this_shop_is_offered(shop: Shop) -> None:
    backups = shop.folder / "backups"
    backups.mkdir()
    for age, name in enumerate(["bot-2026-11-22.db", "bot-2026-11-21.db", "other-2026-11-23.db"]):
        shutil.copy(shop.file, backups / name)
        os.utime(backups / name, (1_795_000_000 - age, 1_795_000_000 - age))
    os.utime(backups / "other-2026-11-23.db")
    garbage(shop.file)
    outcome = shop.run("export", "orders")
    assert "bot-2026-11-22.db" in outcome.err
    assert "other" not in outcome.err
    assert "2026-11-21" not in outcome.err


def test_a_database_of_a_later_version_is_left_as_it_is(shop: Shop) -> None:
    with sqlite3.connect(shop.file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'later'")
    raw.close()
    before = shop.file.read_bytes()
    outcome = shop.run("export", "orders")
    assert (outcome.code, "更新版本" in outcome.err) == (doorstep.SICK_DATABASE, True)
    assert shop.file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(shop: Shop) -> None:
    shop.set("DATABASE_URL", f"sqlite:///{shop.file}/deeper/bot.db")
    for words in ("chat", "play " + str(shop.chat(GOOD)) + f" --db sqlite:///{shop.file}/deeper/x.db"):
        outcome = shop.run(*words.split())
        assert outcome.code == doorstep.SICK_DATABASE
        assert "打不开" in outcome.err


@pytest.fixture
def locked(shop: Shop) -> Iterator[Shop]:
    """A shop that another program is writing to, and does not stop."""
    other = sqlite3.connect(shop.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield shop
    other.close()


def test_a_locked_database_can_still_be_read(locked: Shop) -> None:
    assert locked.run("export", "orders").code == 0
    assert locked.run("check").code == 0
    assert locked.run("backup", "copy.db").code == 0


def test_a_locked_database_is_named_by_who_would_write(locked: Shop) -> None:
    outcome = locked.run("chat")
    assert outcome.code == doorstep.SICK_DATABASE
    assert "占用" in outcome.err


# One bot at a time


@pytest.mark.parametrize("command", ["run", "chat"])
def test_a_second_bot_on_one_database_is_turned_away(shop: Shop, command: str) -> None:
    first = Database(f"sqlite:///{shop.file}")
    with first.held():
        outcome = shop.run(command)
    first.close()
    assert outcome.code == doorstep.SICK_DATABASE
    assert "已经有一个客厅" in outcome.err


def test_a_bot_at_work_can_be_looked_at_and_copied(shop: Shop) -> None:
    first = Database(f"sqlite:///{shop.file}")
    with first.held():
        assert shop.run("export", "members").code == 0
        assert shop.run("backup", "copy.db").code == 0
    first.close()
