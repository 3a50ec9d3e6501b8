"""Seen: the gateway's message ids, remembered in the same transaction as what the message did."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, insert

KEEP = timedelta(days=30)
"""How long an id is remembered; gateways redeliver within minutes."""


class Seen(SQLModel, table=True):
    """One message that has had its effect."""

    id: str = Field(primary_key=True)
    at: int = Field(index=True, description="seconds since the epoch")


_REMEMBER = change(insert(Seen).on_conflict_do_nothing())
_FORGET = change(delete(Seen).where(col(Seen.at) < bindparam("before")))


def first_time(tx: Tx, message_id: str, now: datetime) -> bool:
    """Remember the message; False when it has been seen before and must have no second effect."""
    return tx.run(_REMEMBER, id=message_id, at=int(now.timestamp())) == 1


def forget_old(tx: Tx, now: datetime) -> int:
    """Drop ids older than KEEP; how many."""
    return tx.run(_FORGET, before=int((now - KEEP).timestamp()))
