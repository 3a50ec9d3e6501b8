"""The pen and its database: answers after commits, failures that spoil nothing else, trouble that passes."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from community import ledger, setting
from community.db import BATCH, Database, DatabaseTrouble, Tx
from community.ledger import Balance
from community.refusal import Refusal
from community.setting import Setting
from tests.conftest import BEGIN, read, write


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
