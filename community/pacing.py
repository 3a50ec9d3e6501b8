"""Pacing: how fast the bot may speak, kept in the database so that a restart gains nothing.

A token bucket: `per_minute` messages in any sixty seconds, of which `burst` may follow each other at the pace of the
gaps; and a gap after each message, longer when the next one goes to another room. A message may be long on its way: it
is paid for when it leaves, and the gap begins when it has arrived.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, columns, insert, prepare

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """The shop's pace: gaps in seconds, budget in messages a minute."""

    same_room: float = 1.0
    between_rooms: float = 3.0
    per_minute: int = 40

    @property
    def burst(self) -> int:
        """Messages that may go out without waiting for the budget: a quarter of it."""
        return max(1, self.per_minute // 4)

    @property
    def per_second(self) -> float:
        """Refill, such that burst and refill together stay within `per_minute` in any sixty seconds."""
        return max(self.per_minute - self.burst, 0.5) / 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nothing is broadcast, in the shop's zone; `start` may lie after `end` (over midnight)."""

    start: time = time(22)
    end: time = time(7)

    def covers(self, now: datetime | time) -> bool:
        """Whether broadcasts are held back at this moment, or at this time of any day."""
        clock = now.time() if isinstance(now, datetime) else now
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def ends(self, now: datetime) -> datetime:
        """The next end of the quiet hours after `now`."""
        end = now.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > now else end + timedelta(days=1)


class Pace(SQLModel, table=True):
    """The account's bucket: one row."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    tokens: float
    at: float = Field(description="when `tokens` was counted, seconds since the epoch")
    last_at: float = Field(description="when the last message left or arrived")
    last_room: str


class Bucket(NamedTuple):
    """The same row as plain data."""

    tokens: float
    at: float
    last_at: float
    last_room: str


_LOAD = prepare(Bucket, select(*columns(Bucket, Pace)).where(col(Pace.id) == 1))
_new = insert(Pace)
_SAVE = change(
    _new.on_conflict_do_update(
        index_elements=["id"],
        set_={name: _new.excluded[name] for name in ("tokens", "at", "last_at", "last_room")},
    )
)
_LANDED = change(update(Pace).where(col(Pace.id) == 1).values(last_at=bindparam("at_last")))


def load(tx: Tx, schedule: Schedule, at: float) -> Bucket:
    """The bucket as it is at `at`, refilled since it was last counted; full where nothing was ever said."""
    bucket = tx.one(_LOAD)
    if bucket is None:
        return Bucket(schedule.burst, at, 0.0, "")
    tokens = bucket.tokens + max(0.0, at - bucket.at) * schedule.per_second
    # When the last message arrived the bucket was not full: else a slow one would make room for another.
    most = schedule.burst - 1 + max(0.0, at - bucket.last_at) * schedule.per_second
    return bucket._replace(tokens=min(tokens, most, schedule.burst), at=at)


def ready_at(bucket: Bucket, schedule: Schedule, room: str) -> float:
    """The earliest moment, in seconds since the epoch, at which a message to `room` may leave.

    A last message more than a minute ahead was sent before the clock was set back; it must not silence the bot.
    """
    gap = schedule.same_room if room == bucket.last_room else schedule.between_rooms
    after_gap = bucket.at if bucket.last_at > bucket.at + MINUTE else bucket.last_at + gap
    after_refill = bucket.at + max(0.0, 1 - bucket.tokens) / schedule.per_second
    return max(after_gap, after_refill)


def spend(tx: Tx, bucket: Bucket, room: str) -> None:
    """Pay for one message to `room`, leaving now."""
    tx.run(_SAVE, id=1, tokens=bucket.tokens - 1, at=bucket.at, last_at=bucket.at, last_room=room)


def landed(tx: Tx, at: float) -> None:
    """The message on its way has arrived, or is given up: the gap begins now."""
    tx.run(_LANDED, at_last=at)
