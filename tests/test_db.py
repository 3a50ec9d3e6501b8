"""The pen and its database: answers after commits, failures that spoil nothing else, trouble that passes."""

import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

import community
from community import ledger, setting
from community.db import BATCH, Database, DatabaseTrouble, InUse, Prepared, Tx
from community.ledger import Balance
from community.refusal import Refusal
from community.setting import Setting
from tests.conftest import BEGIN, ROOT, read, write


def put(tx: Tx, name: str, value: str = "1") -> str:
    setting.put(tx, name, value)
    return name


def broken(tx: Tx, name: str) -> None:
    setting.put(tx, name, "half done")
    raise ValueError(name)


def owes(tx: Tx) -> None:
    tx.session.add(Balance(account="王阿姨", unit="eggs", amount=-1))


def _append(_tx: Tx, ran: list[int], number: int) -> None:
    ran.append(number)


def gives_up(tx: Tx) -> None:
    put(tx, "bad")
    raise SystemExit(2)


def names(database: Database) -> list[str]:
    with database.reading() as tx:
        return sorted(tx.session.exec(select(Setting.name)))


@contextmanager
def pen_held(database: Database) -> Iterator[None]:
    """While inside, whatever is handed to the pen waits; all of it becomes one batch."""
    going_on, busy = threading.Event(), threading.Event()

    def hold(_tx: Tx) -> None:
        busy.set()
        going_on.wait(30)

    database.pen.write(hold)
    busy.wait(30)
    yield
    going_on.set()


# One batch


def test_an_answer_comes_after_its_commit(database: Database, file: Path) -> None:
    seen_by_others: list[Any] = []

    def look(_future: "Future[str]") -> None:
        with sqlite3.connect(file) as other:
            seen_by_others.extend(other.execute("SELECT value FROM setting WHERE name = 'a'"))

    with pen_held(database):
        promise = database.pen.write(put, "a", "42")
        promise.add_done_callback(look)
    promise.result(30)
    database.pen.close()
    assert seen_by_others == [("42",)]


@pytest.mark.parametrize("bad", [lambda tx: broken(tx, "bad"), owes, gives_up])
def test_who_fails_undoes_only_itself(database: Database, bad: Callable[[Tx], object]) -> None:
    with pen_held(database):
        before, failing, after = database.pen.write(put, "a"), database.pen.write(bad), database.pen.write(put, "b")
    assert failing.exception(30) is not None
    assert (before.result(30), after.result(30), names(database)) == ("a", "b", ["a", "b"])


def test_a_failed_flush_inside_a_function_that_goes_on_undoes_what_the_session_did(database: Database) -> None:
    def tries(tx: Tx) -> None:
        put(tx, "kept")
        tx.session.add(Balance(account="王阿姨", unit="eggs", amount=-1))
        with pytest.raises(IntegrityError):
            tx.session.flush()
        tx.undo()
        put(tx, "again")

    with pen_held(database):
        before, trying = database.pen.write(put, "a"), database.pen.write(tries)
    trying.result(30)
    assert (before.result(30), names(database)) == ("a", ["a", "again"])


def test_undo_takes_back_statements_and_session_alike(database: Database) -> None:
    def changes_its_mind(tx: Tx) -> None:
        put(tx, "a")
        tx.session.add(Setting(name="b", value="1"))
        tx.session.flush()
        tx.undo()
        put(tx, "c")

    write(database, changes_its_mind)
    assert names(database) == ["c"]


def test_what_a_session_adds_is_written_without_being_asked(database: Database) -> None:
    write(database, lambda tx: tx.session.add(Setting(name="a", value="1")))
    assert names(database) == ["a"]


def test_a_refusal_reaches_who_asked_and_leaves_nothing(database: Database) -> None:
    promise = database.pen.write(ledger.move, "王阿姨", "eggs", -5, "code:1", BEGIN)
    with pytest.raises(Refusal):
        promise.result(30)
    assert read(database, ledger.balance, "王阿姨", "eggs") == 0


def test_functions_run_in_the_order_in_which_they_were_handed_in(database: Database) -> None:
    ran: list[int] = []
    with pen_held(database):
        promises = [database.pen.write(_append, ran, n) for n in range(3 * BATCH)]
    for promise in promises:
        promise.result(30)
    assert ran == list(range(3 * BATCH))


def test_a_batch_is_at_most_two_hundred(file: Path) -> None:
    rings: list[int] = []
    database = Database(f"sqlite:///{file}", on_commit=lambda: rings.append(1))
    with pen_held(database):
        promises = [database.pen.write(put, f"n{n}") for n in range(2 * BATCH + 1)]
    for promise in promises:
        promise.result(30)
    database.close()
    assert len(rings) == 3


def test_a_promise_taken_back_in_time_is_not_carried_out(database: Database) -> None:
    with pen_held(database):
        promise = database.pen.write(put, "a")
        assert promise.cancel()
        database.pen.write(put, "b")
    database.pen.close()
    assert names(database) == ["b"]


def test_closing_finishes_what_waits_and_takes_nothing_more(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with pen_held(database):
        promises = [database.pen.write(put, f"n{n}") for n in range(500)]
    database.close()
    assert all(promise.done() for promise in promises)
    with pytest.raises(RuntimeError):
        database.pen.write(put, "late")
    database.close()


def test_only_changes_ring(database: Database) -> None:
    rings: list[int] = []
    database.pen.on_commit = lambda: rings.append(1)
    write(database, setting.get, "a")
    assert rings == []
    write(database, put, "a")
    assert rings == [1]


def test_whoever_is_told_of_a_commit_cannot_stop_the_pen(database: Database) -> None:
    def angry() -> None:
        raise ValueError("not now")

    database.pen.on_commit = angry
    assert write(database, put, "a") == "a"
    assert write(database, put, "b") == "b"


# Readers


def test_a_reader_neither_waits_for_the_pen_nor_sees_what_is_not_committed(database: Database) -> None:
    going_on, busy = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        put(tx, "a")
        busy.set()
        going_on.wait(30)

    promise = database.pen.write(slow)
    busy.wait(30)
    assert names(database) == []
    going_on.set()
    promise.result(30)
    assert names(database) == ["a"]


def test_a_reader_keeps_its_snapshot_while_the_pen_goes_on(database: Database) -> None:
    with database.reading() as tx:
        assert setting.get(tx, "a") == ""
        write(database, put, "a")
        assert setting.get(tx, "a") == ""
    assert read(database, setting.get, "a") == "1"


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DatabaseTrouble), database.reading() as tx:
        put(tx, "a")
    assert write(database, put, "b") == "b"
    assert names(database) == ["b"]


def test_two_databases_in_one_process_never_meet(migrated: Path, tmp_path: Path) -> None:
    left, right = (Database(f"sqlite:///{shutil.copy(migrated, tmp_path / name)}") for name in ("l.db", "r.db"))
    for number in range(50):
        left.pen.write(put, f"left{number}")
        right.pen.write(put, f"right{number}")
    left.pen.close()
    right.pen.close()
    assert {name[:4] for name in names(left)} == {"left"}
    assert {name[:4] for name in names(right)} == {"righ"}
    left.close()
    right.close()


# Trouble


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


# Statements


def _prepared() -> list[tuple[str, Prepared[Any]]]:
    modules = [m.name for m in walk_packages(community.__path__, "community.") if ".migrations" not in m.name]
    things = [(f"{name}.{key}", value) for name in modules for key, value in vars(import_module(name)).items()]
    return [(name, thing) for name, thing in things if isinstance(thing, Prepared)]


PREPARED = _prepared()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("prepared", [p for _, p in PREPARED], ids=[name for name, _ in PREPARED])
def test_every_statement_compiles_here_and_on_postgresql(prepared: Prepared[Any], dialect: str) -> None:
    assert str(prepared.statement.compile(dialect=registry.load(dialect)()))  # type: ignore[attr-defined] # every Core statement can


def test_statements_were_found() -> None:
    assert len(PREPARED) > 50
