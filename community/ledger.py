"""The ledger: the only code that moves eggs, points or cents. Append-only; a cause pays once; never below zero."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, UniqueConstraint, bindparam, func, select, update
from sqlmodel import Field, SQLModel, col

from community.db import Count, Tx, append_only, change, insert, prepare
from community.refusal import Refusal

Unit = Literal["eggs", "points", "cents"]
NAMES: dict[Unit, str] = {"eggs": "鸡蛋", "points": "积分", "cents": "余额"}


class LedgerEntry(SQLModel, table=True):
    """One movement, never changed afterwards: triggers of the database itself refuse it."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("account", "unit", "cause"), CheckConstraint("amount <> 0"))

    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(description="seconds since the epoch")
    account: str = Field(description="a member's contact id")
    unit: str
    amount: int = Field(description="eggs, points or cents; negative when spent")
    cause: str = Field(description="why, once: invite:17, code:4")


class Balance(SQLModel, table=True):
    """What an account holds: the sum of its entries, kept beside them so that reading it never slows down."""

    __table_args__ = (CheckConstraint("amount >= 0"),)

    account: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    amount: int


append_only(LedgerEntry)

_ENTER = change(insert(LedgerEntry))
_BOOKED = prepare(
    Count,
    select(func.count()).where(
        col(LedgerEntry.account) == bindparam("account"),
        col(LedgerEntry.unit) == bindparam("unit"),
        col(LedgerEntry.cause) == bindparam("cause"),
    ),
)
_THIS = (col(Balance.account) == bindparam("of"), col(Balance.unit) == bindparam("in_unit"))
_HOLDS = prepare(Count, select(col(Balance.amount)).where(*_THIS))
_OPEN = change(insert(Balance).on_conflict_do_nothing())
_MOVE = change(update(Balance).where(*_THIS).values(amount=col(Balance.amount) + bindparam("by")))


def balance(tx: Tx, account: str, unit: Unit) -> int:
    """How many eggs, points or cents the account holds."""
    return tx.count(_HOLDS, of=account, in_unit=unit)


def move(tx: Tx, account: str, unit: Unit, amount: int, cause: str, now: datetime) -> bool:
    """Add `amount` (negative: take it away) for `cause`; False when that cause was booked before.

    Raises Refusal, having written nothing, when the account does not hold enough.
    """
    if tx.count(_BOOKED, account=account, unit=unit, cause=cause):
        return False
    held = balance(tx, account, unit)
    if held + amount < 0:
        raise Refusal(f"{NAMES[unit]}不够啦，现在有 {held}，要 {-amount}。")
    tx.run(_ENTER, at=int(now.timestamp()), account=account, unit=unit, amount=amount, cause=cause)
    tx.run(_OPEN, account=account, unit=unit, amount=0)
    tx.run(_MOVE, of=account, in_unit=unit, by=amount)
    return True
