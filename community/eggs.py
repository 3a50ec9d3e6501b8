"""Eggs: what a member holds, the six-digit code to fetch them with, and handing them over at the till.

The eggs leave the ledger when they are handed over; until then a code only holds them back for its owner.
"""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, select, text, update
from sqlmodel import Field, SQLModel, col

from community import ledger, people
from community.db import Count, Tx, change, columns, insert, prepare
from community.redeem import NoSuchCode
from community.refusal import Refusal

MOST = 999
"""Eggs that one code can fetch."""


class NoEggs(Refusal):
    """They have not saved up a single egg."""


class EggCode(SQLModel, table=True):
    """A promise of eggs: single use, for a limited time. Times in seconds since the epoch."""

    __tablename__ = "egg_code"
    __table_args__ = (
        Index("egg_code_live", "code", unique=True, sqlite_where=text("status = 'live'")),
        Index("egg_code_member", "member_id", "status"),
        Index("egg_code_code", "code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(description="six digits")
    member_id: str = Field(foreign_key="member.id")
    eggs: int
    status: str = Field(description="live, used or expired")
    issued_at: int
    expires_at: int
    used_at: int | None = None
    used_by: str | None = Field(default=None, description="the contact id of who handed them over")


class Code(NamedTuple):
    """A code as people see it."""

    code: str
    eggs: int
    expires_at: int


class _Found(NamedTuple):
    id: int
    member_id: str
    eggs: int
    status: str
    expires_at: int


class Handover(NamedTuple):
    """Eggs that have just been handed over, and what the member still holds."""

    member: str
    eggs: int
    left: int


_ISSUE = change(insert(EggCode).on_conflict_do_nothing())
_LIVE = prepare(
    Code,
    select(*columns(Code, EggCode))
    .where(col(EggCode.member_id) == bindparam("who"), col(EggCode.status) == "live")
    .order_by(col(EggCode.id)),
)
_FIND = prepare(
    _Found,
    select(*columns(_Found, EggCode)).where(col(EggCode.code) == bindparam("code")).order_by(col(EggCode.id).desc()),
)
_USE = change(
    update(EggCode)
    .where(col(EggCode.id) == bindparam("this"), col(EggCode.status) == "live")
    .values(status="used", used_at=bindparam("at"), used_by=bindparam("by"))
)
_EXPIRE = change(
    update(EggCode)
    .where(col(EggCode.status) == "live", col(EggCode.expires_at) <= bindparam("at"))
    .values(status="expired")
)
_VOID = change(
    update(EggCode)
    .where(col(EggCode.member_id) == bindparam("who"), col(EggCode.status) == "live")
    .values(status="expired")
)
_NEXT = prepare(Count, select(func.min(col(EggCode.expires_at))).where(col(EggCode.status) == "live"))


def live_codes(tx: Tx, member_id: str, now: datetime) -> list[Code]:
    """The codes a member can still use, the oldest first."""
    return [code for code in tx.all(_LIVE, who=member_id) if code.expires_at > now.timestamp()]


def issue(tx: Tx, member_id: str, eggs: int, worth: timedelta, random: Random, now: datetime) -> Code:
    """A new code for `eggs` eggs, good for `worth`. Refused when the free eggs do not suffice."""
    expire(tx, now)
    codes = live_codes(tx, member_id, now)
    held = ledger.balance(tx, member_id, "eggs")
    free = held - sum(code.eggs for code in codes)
    if eggs > free:
        raise _too_few(held, free, codes)
    at = int(now.timestamp())
    while True:
        code = Code(f"{random.randrange(10**6):06d}", eggs, at + int(worth.total_seconds()))
        if tx.run(
            _ISSUE, **code._asdict(), member_id=member_id, status="live", issued_at=at, used_at=None, used_by=None
        ):
            return code


def _too_few(held: int, free: int, codes: list[Code]) -> Refusal:
    if not codes:
        return Refusal(f"攒了{held}个鸡蛋，还不够领这么多。") if held else NoEggs("还没有攒下鸡蛋。")
    waiting = "、".join(f"{code.code}（{code.eggs}个）" for code in codes)
    rest = f"还能领{free}个，另外" if free > 0 else "鸡蛋都在领取码里了，"
    return Refusal(f"{rest}没用的码有：{waiting}，到店报码就行。")


def hand_over(tx: Tx, code: str, clerk_id: str, now: datetime) -> Handover:
    """Use up a code and take its eggs out of the ledger. Refused, each for its own reason: unknown, used, expired."""
    found = tx.one(_FIND, code=code)
    if found is None:
        raise NoSuchCode(f"没有 {code} 这个领取码，再核对一下数字。")
    if found.status == "used":
        raise Refusal(f"{code} 已经用过了，不能再领。")
    if found.status == "expired" or found.expires_at <= now.timestamp():
        raise Refusal(f"{code} 过期了，让邻居再发“领鸡蛋 {found.eggs}”拿个新码。")
    tx.run(_USE, this=found.id, at=int(now.timestamp()), by=clerk_id)
    ledger.move(tx, found.member_id, "eggs", -found.eggs, f"egg_code:{found.id}", now)
    member = people.member(tx, found.member_id)
    return Handover(member.name if member else "邻居", found.eggs, ledger.balance(tx, found.member_id, "eggs"))


def next_expiry(tx: Tx) -> int | None:
    """When the next live code expires, seconds since the epoch."""
    return tx.count(_NEXT) or None


def withdraw(tx: Tx, member_id: str) -> int:
    """Let every code of a member lapse, because the eggs behind them are gone. How many."""
    return tx.run(_VOID, who=member_id)


def expire(tx: Tx, now: datetime) -> int:
    """Let outdated codes lapse; the eggs they held back are free again. How many."""
    return tx.run(_EXPIRE, at=int(now.timestamp()))
