"""Activity: what happened, one line each; chatter only as a count per room and day, never its words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, insert

KEEP = timedelta(days=365)
"""How long the record of who did what is kept."""


class Activity(SQLModel, table=True):
    """One thing somebody did: a command, a join, a leave, an enabled room."""

    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(index=True, description="seconds since the epoch")
    room_id: str | None
    member_id: str | None
    kind: str = Field(description="the command's first keyword, or join, leave, topic")
    detail: str = Field(description="a few words for the staff; never chatter")


class Chatter(SQLModel, table=True):
    """How much was talked in a room on a day, so that a lively room can be told from a silent one."""

    room_id: str = Field(primary_key=True)
    day: str = Field(primary_key=True, description="YYYY-MM-DD in the shop's zone")
    messages: int


_NOTE = change(insert(Activity))
_FORGET = change(delete(Activity).where(col(Activity.at) < bindparam("before")))
_COUNT = insert(Chatter)
_TALK = change(
    _COUNT.on_conflict_do_update(
        index_elements=["room_id", "day"], set_={"messages": Chatter.messages + _COUNT.excluded.messages}
    )
)


def note(tx: Tx, kind: str, now: datetime, room_id: str | None, member_id: str | None, detail: str = "") -> None:
    """Write down that it happened."""
    tx.run(_NOTE, at=int(now.timestamp()), room_id=room_id, member_id=member_id, kind=kind, detail=detail)


def forget_old(tx: Tx, now: datetime) -> int:
    """Drop what was done longer than KEEP ago; how many lines. The counts of chatter name nobody and stay."""
    return tx.run(_FORGET, before=int((now - KEEP).timestamp()))


def count_chatter(tx: Tx, counts: Mapping[str, int], now: datetime) -> None:
    """Add `counts` messages by room id to the day's chatter."""
    for room_id, messages in counts.items():
        tx.run(_TALK, room_id=room_id, day=now.date().isoformat(), messages=messages)
