"""Trouble with the database: full disks, locks, sick files, kills; nothing half is kept and nothing overwritten."""

import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from community.db import Database, DatabaseTrouble, InUse, Tx
from community.ledger import Balance
from tests.conftest import ROOT, write
from tests.test_db import names, pen_held, put


def _fill_up(database: Database) -> DatabaseTrouble:
    """Write until the disk is full; the trouble that comes of it."""
    for number in range(100):
        error = database.pen.write(put, f"big{number}", "x" * 1_000_000).exception(30)
        if error is not None:
            assert isinstance(error, DatabaseTrouble)
            return error
    raise AssertionError("the disk never filled up")


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Let no file of this process grow beyond so many bytes; 0 ends that."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    deaf = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def limit(most: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, usual[1]) if most else usual)

    yield limit
    limit(0)
    signal.signal(signal.SIGXFSZ, deaf)


def test_a_full_disk_fails_the_whole_batch_and_later_writes_work_again(
    database: Database, file: Path, small_disk: Callable[[int], None]
) -> None:
    write(database, put, "before")
    small_disk(10_000_000)
    try:
        trouble = _fill_up(database)
        with pen_held(database):
            small, large = database.pen.write(put, "small"), database.pen.write(put, "large", "x" * 12_000_000)
        assert isinstance(small.exception(30), DatabaseTrouble)
        assert isinstance(large.exception(30), DatabaseTrouble)
    finally:
        small_disk(0)
    assert str(trouble) in ("磁盘满了", "读写磁盘出错")
    write(database, put, "after")
    assert {"before", "after"} <= set(names(database))
    assert not {"small", "large"} & set(names(database))
    database.healthy()


def test_no_more_pages_is_a_full_disk(database: Database) -> None:
    def few_pages(tx: Tx) -> None:
        tx._cursor.execute("PRAGMA max_page_count = 200")

    write(database, few_pages)
    assert str(_fill_up(database)) == "磁盘满了"
    assert write(database, put, "small") == "small"


def test_a_lock_held_by_another_program_is_named_and_passes(database: Database, file: Path) -> None:
    write(database, lambda tx: tx._cursor.execute("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseTrouble, match="占用"):
        write(database, put, "a")
    assert names(database) == []
    other.execute("ROLLBACK")
    other.close()
    assert write(database, put, "b") == "b"


def test_a_file_that_may_only_be_read_is_named(database: Database) -> None:
    write(database, lambda tx: tx._cursor.execute("PRAGMA query_only = ON"))
    with pytest.raises(DatabaseTrouble, match="只能读"):
        write(database, put, "a")
    assert write(database, put, "b") == "b"


@pytest.mark.parametrize("below", ["", "/deeper"])
def test_a_folder_that_cannot_be_made_is_trouble(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DatabaseTrouble, match="打不开"):
        Database(f"sqlite:///{tmp_path}/file{below}/bot.db")


def _scratch(page: bytes) -> bytes:
    return page[:4096] + random.Random(1).randbytes(len(page) - 4096)


@pytest.mark.parametrize("harm", [lambda page: b"no database at all", lambda page: page[:5000], _scratch])
def test_a_sick_file_is_named_and_not_a_byte_of_it_changed(file: Path, harm: Callable[[bytes], bytes]) -> None:
    file.write_bytes(harm(file.read_bytes()))
    before = file.read_bytes()
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseTrouble):
        database.healthy()
    database.close()
    assert file.read_bytes() == before


def test_a_new_or_sound_file_is_healthy(database: Database, tmp_path: Path) -> None:
    write(database, put, "a")
    database.healthy()
    new = Database(f"sqlite:///{tmp_path / 'new.db'}")
    new.healthy()
    new.close()
    assert not (tmp_path / "new.db").exists()


def test_errors_name_no_values(database: Database) -> None:
    def careless(tx: Tx) -> None:
        tx.session.add(Balance(account="王阿姨的秘密", unit="eggs", amount=-1))

    error = database.pen.write(careless).exception(30)
    assert isinstance(error, IntegrityError)
    assert "秘密" not in str(error)


# Copies and the one bot


def test_a_backup_holds_everything_and_is_whole(database: Database, tmp_path: Path) -> None:
    write(database, put, "a")
    database.backup(tmp_path / "new" / "copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'new' / 'copy.db'}")
    copy.healthy()
    assert names(copy) == ["a"]
    copy.close()


def test_a_backup_never_replaces_anything(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("dear")
    with pytest.raises(FileExistsError):
        database.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "dear"


def test_a_backup_that_does_not_fit_leaves_nothing_behind(
    database: Database, tmp_path: Path, small_disk: Callable[[int], None]
) -> None:
    write(database, put, "big", "x" * 1_000_000)
    small_disk(100_000)
    try:
        with pytest.raises(DatabaseTrouble):
            database.backup(tmp_path / "copies" / "copy.db")
    finally:
        small_disk(0)
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_second_bot_is_turned_away_until_the_first_has_gone(database: Database, file: Path) -> None:
    second = Database(f"sqlite:///{file}")
    with database.held(), pytest.raises(InUse), second.held():
        pass
    with second.held():
        assert names(second) == []
    second.close()


# The worst


def test_nothing_answered_is_lost_to_ten_kills(file: Path) -> None:
    answered: set[int] = set()
    chance = random.Random(7)
    for start in range(0, 10_000_000, 1_000_000):
        command = [sys.executable, "-m", "tests.writing_child", f"sqlite:///{file}", str(start)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _line in range(chance.randrange(1, 200)):
            answered.add(int(child.stdout.readline()))
        child.kill()
        answered |= {int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
        child.wait()
    database = Database(f"sqlite:///{file}")
    database.healthy()
    assert {f"n{number}" for number in answered} <= set(names(database))
    database.close()
    assert len(answered) > 100
