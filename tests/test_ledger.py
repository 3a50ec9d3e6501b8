"""The ledger: balances are the sums of entries, never below zero; a cause pays once; nothing is ever changed."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from community import ledger
from community.db import Database, Tx
from community.ledger import Balance, LedgerEntry, Unit
from community.refusal import Refusal
from tests.conftest import BEGIN, read, write

MOVES = st.tuples(
    st.sampled_from(["王阿姨", "李姐"]),
    st.sampled_from(["eggs", "points", "cents"]),
    st.integers(-30, 30).filter(bool),
    st.sampled_from([f"invite:{n}" for n in range(8)]),
)


def entries(tx: Tx) -> list[tuple[str, str, int, str]]:
    return [(e.account, e.unit, e.amount, e.cause) for e in tx.session.exec(select(LedgerEntry))]


def balances(tx: Tx) -> dict[tuple[str, str], int]:
    return {(b.account, b.unit): b.amount for b in tx.session.exec(select(Balance)) if b.amount}


def _apply(tx: Tx, moves: list[tuple[str, Unit, int, str]]) -> None:
    """Do them all, refused ones too, and look at every step what a move promises."""
    for account, unit, amount, cause in moves:
        held, booked = ledger.balance(tx, account, unit), entries(tx)
        known = any((account, unit, cause) == (a, u, c) for a, u, _, c in booked)
        try:
            moved = ledger.move(tx, account, unit, amount, cause, BEGIN)
        except Refusal:
            assert not known
            assert held + amount < 0
            assert entries(tx) == booked
        else:
            assert moved is not known
            assert ledger.balance(tx, account, unit) == held + (amount if moved else 0)


@settings(max_examples=60, deadline=None)
@given(moves=st.lists(MOVES, max_size=30))
def test_balances_are_the_sums_of_entries_and_never_below_zero(
    migrated: Path, moves: list[tuple[str, Unit, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{shutil.copy(migrated, folder)}")
        write(database, _apply, moves)
        sums: Counter[tuple[str, str]] = Counter()
        for account, unit, amount, _ in read(database, entries):
            sums[account, unit] += amount
        assert read(database, balances) == {key: value for key, value in sums.items() if value}
        assert min(sums.values(), default=0) >= 0
        database.close()


def test_a_cause_pays_once_whatever_it_pays_the_second_time(database: Database) -> None:
    assert write(database, ledger.move, "王阿姨", "eggs", 5, "invite:1", BEGIN)
    assert not write(database, ledger.move, "王阿姨", "eggs", 9, "invite:1", BEGIN)
    assert not write(database, ledger.move, "王阿姨", "eggs", -9, "invite:1", BEGIN)
    assert read(database, ledger.balance, "王阿姨", "eggs") == 5


def test_another_account_or_unit_is_another_cause(database: Database) -> None:
    assert write(database, ledger.move, "王阿姨", "eggs", 5, "invite:1", BEGIN)
    assert write(database, ledger.move, "李姐", "eggs", 5, "invite:1", BEGIN)
    assert write(database, ledger.move, "王阿姨", "points", 5, "invite:1", BEGIN)


def test_who_holds_too_little_is_told_how_much(database: Database) -> None:
    write(database, ledger.move, "王阿姨", "eggs", 5, "invite:1", BEGIN)
    with pytest.raises(Refusal, match=r"鸡蛋不够.*5.*6"):
        write(database, ledger.move, "王阿姨", "eggs", -6, "code:1", BEGIN)
    assert read(database, ledger.balance, "王阿姨", "eggs") == 5
    assert write(database, ledger.move, "王阿姨", "eggs", -5, "code:1", BEGIN)


@pytest.mark.parametrize("sql", ["UPDATE ledger SET amount = 500", "DELETE FROM ledger"])
def test_the_database_itself_refuses_to_change_history(database: Database, sql: str) -> None:
    write(database, ledger.move, "王阿姨", "eggs", 5, "invite:1", BEGIN)
    with pytest.raises(IntegrityError, match="append-only"):
        write(database, lambda tx: tx.session.connection().execute(text(sql)))
    assert read(database, entries) == [("王阿姨", "eggs", 5, "invite:1")]


@pytest.mark.parametrize(
    "row",
    [
        Balance(account="王阿姨", unit="eggs", amount=-1),
        LedgerEntry(at=0, account="王阿姨", unit="eggs", amount=0, cause="nothing"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(database: Database, row: Balance | LedgerEntry) -> None:
    with pytest.raises(IntegrityError):
        write(database, lambda tx: tx.session.add(row))
