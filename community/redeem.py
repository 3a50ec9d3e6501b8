"""Redeeming: a code that nobody was given counts against whoever typed it, so that nobody guesses one."""

from datetime import datetime, timedelta

from sqlalchemy import Index, bindparam, func, select
from sqlmodel import Field, SQLModel, col

from community.db import Count, Tx, change, insert, prepare
from community.refusal import Refusal

TRIES = 10
"""Wrong codes that one person may type within `WITHIN`."""
WITHIN = timedelta(hours=1)


class NoSuchCode(Refusal):
    """Nobody was ever given this code."""


class RedeemMiss(SQLModel, table=True):
    """A wrong code that somebody typed."""

    __tablename__ = "redeem_miss"
    __table_args__ = (Index("redeem_miss_by", "by_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    by_id: str = Field(description="the contact id of who typed it")
    at: int = Field(description="seconds since the epoch")


_MISS = change(insert(RedeemMiss))
_MISSES = prepare(
    Count,
    select(func.count()).where(col(RedeemMiss.by_id) == bindparam("who"), col(RedeemMiss.at) > bindparam("since")),
)


def miss(tx: Tx, who_id: str, now: datetime) -> None:
    """They typed a code that nobody was given."""
    tx.run(_MISS, by_id=who_id, at=int(now.timestamp()))


def may_try(tx: Tx, who_id: str, now: datetime) -> None:
    """Refused to whoever typed too many wrong codes of late."""
    if tx.count(_MISSES, who=who_id, since=int((now - WITHIN).timestamp())) >= TRIES:
        raise Refusal("错的码输得太多了，过一个小时再来。")
