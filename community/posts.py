"""Posts: which moment of a post is published, which is skipped, and that no moment is ever published twice.

A moment is claimed in the same transaction that queues its words: after a crash both are there, or neither.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import String, bindparam, cast, func, literal, null, or_, select, union_all, update
from sqlmodel import Field, SQLModel, col

from community import outbox, people
from community.db import Count, Tx, change, insert, prepare
from community.people import KnownRoom, Room
from community.wording import WordingFault

MOST_MISSED = 400
"""Missed moments looked at after a long pause, the latest ones: more than a year of a daily post."""
CLOCK_WAS_AHEAD = timedelta(minutes=1)
"""How far back a post begins anew whose beginning lies in the future, because the computer's clock was put back."""
JUST_NOW = timedelta(minutes=10)
"""How long after a post was said by hand the same order is taken for a slip of the finger."""
LATE = "错过了时间，已经不新鲜"
OVERTAKEN = "错过了时间，后面还有一次"

Status = Literal["claimed", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Post:
    """What is said regularly, as a schedule file has it; `template` is a text's name below templates/."""

    name: str
    title: str
    cron: str
    template: str
    rooms: Literal["all"] | tuple[str, ...]
    fresh: timedelta


class PostKnown(SQLModel, table=True):
    """Since when the clock has kept an eye on a post: moments up to then are none of its business."""

    post: str = Field(primary_key=True)
    since: int = Field(description="seconds since the epoch")


class PostMoment(SQLModel, table=True):
    """One moment of a post and what became of it; its words are in the outbox under the cause of `cause`."""

    post: str = Field(primary_key=True)
    moment: int = Field(primary_key=True, description="when it was due, seconds since the epoch")
    status: str = Field(description="claimed, skipped or failed")
    at: int = Field(description="when that was decided, seconds since the epoch")
    reason: str = Field(description="why it was skipped or failed; empty otherwise")


class Decision(NamedTuple):
    """What to do about the moments that have passed."""

    publish: datetime | None
    skip: tuple[tuple[datetime, str], ...] = ()


class Spoken(NamedTuple):
    """What a post says in one room; `said` is called when the words are queued."""

    text: str
    said: Callable[[Tx], None] | None = None


Render = Callable[[Tx, KnownRoom], Spoken]
"""Makes a post's words for one room without writing anything; raises WordingFault."""
Between = Callable[[datetime, datetime, int], list[datetime]]
"""The moments later than the first and not later than the second, in order; only so many of the last."""


class Published(NamedTuple):
    """What became of one moment: in how many rooms the words are queued, why not, and rooms nobody knows."""

    moment: datetime
    status: Status
    rooms: int = 0
    reason: str = ""
    absent: tuple[str, ...] = ()


class Lately(NamedTuple):
    """A room that a post is on its way to, or has just reached; `sent_at` is None while it waits."""

    room_id: str
    queued_at: int
    sent_at: int | None


class Sent(NamedTuple):
    """A row of the export: one for each room that a moment went to, or one without a room for why it did not."""

    post: str
    moment: int
    room: str
    status: str
    sent_at: int | None


_SINCE = prepare(Count, select(col(PostKnown.since)).where(col(PostKnown.post) == bindparam("post")))
_new_known = insert(PostKnown)
_BEGIN = change(_new_known.on_conflict_do_update(index_elements=["post"], set_={"since": _new_known.excluded.since}))
_new_moment = insert(PostMoment)
# A skip noted by a clock that was ahead (it is dated later than now) does not hold; whatever was claimed does.
_CLAIM = change(
    _new_moment.on_conflict_do_update(
        index_elements=["post", "moment"],
        set_={name: _new_moment.excluded[name] for name in ("status", "at", "reason")},
        where=(col(PostMoment.status) == "skipped") & (col(PostMoment.at) > _new_moment.excluded.at),
    )
)
_FAIL = change(
    update(PostMoment)
    .where(col(PostMoment.post) == bindparam("of"), col(PostMoment.moment) == bindparam("due"))
    .values(status="failed", reason=bindparam("why"))
)
_LATEST = prepare(
    Count,
    select(func.max(col(PostMoment.moment))).where(
        col(PostMoment.post) == bindparam("post"),
        col(PostMoment.moment) <= bindparam("at"),
        or_(col(PostMoment.status) != "skipped", col(PostMoment.at) <= bindparam("at")),
    ),
)
_cause = literal("post:") + col(PostMoment.post) + "@" + cast(col(PostMoment.moment), String)
_is = col(outbox.Outbox.status)
_LATELY = prepare(
    Lately,
    select(col(outbox.Outbox.room_id), col(outbox.Outbox.created_at), col(outbox.Outbox.sent_at))
    .join(PostMoment, col(outbox.Outbox.cause) == _cause)
    .where(
        col(PostMoment.post) == bindparam("post"),
        or_(_is == "queued", _is == "sending", col(outbox.Outbox.created_at) >= bindparam("since")),
        _is != "failed",
        _is != "expired",
    )
    .order_by(col(outbox.Outbox.id)),
)
_SENT = prepare(
    Sent,
    union_all(
        select(
            col(PostMoment.post),
            col(PostMoment.moment),
            func.coalesce(col(Room.name), col(outbox.Outbox.room_id)),
            col(outbox.Outbox.status),
            col(outbox.Outbox.sent_at),
        )
        .join(outbox.Outbox, col(outbox.Outbox.cause) == _cause)
        .outerjoin(Room, col(Room.id) == col(outbox.Outbox.room_id)),
        select(col(PostMoment.post), col(PostMoment.moment), literal(""), col(PostMoment.status), null()).where(
            col(PostMoment.status) != "claimed"
        ),
    ).order_by("moment", "post"),
)


def cause(post: str, moment: datetime) -> str:
    """What the outbox knows a post's words by, so that one room hears them once."""
    return f"post:{post}@{int(moment.timestamp())}"


def decide(moments: Sequence[datetime], now: datetime, fresh: timedelta) -> Decision:
    """Of the moments not dealt with yet, the latest goes out if it is still fresh; all others are skipped."""
    passed = [moment for moment in moments if moment <= now]
    if not passed:
        return Decision(None)
    *earlier, latest = passed
    overtaken = tuple((moment, OVERTAKEN) for moment in earlier)
    if now - latest <= fresh:
        return Decision(latest, overtaken)
    return Decision(None, (*overtaken, (latest, LATE)))


def begin(tx: Tx, post: str, since: datetime) -> None:
    """Keep an eye on a post from `since` on: what was due earlier is past, what is due at that very second is not."""
    tx.run(_BEGIN, post=post, since=math.ceil(since.timestamp()) - 1)


def reached(tx: Tx, post: str, now: datetime) -> datetime | None:
    """The moment up to which the post has been dealt with; None for one that was never met before."""
    at = int(now.timestamp())
    since = tx.one(_SINCE, post=post)
    if since is None:
        return None
    known = since.value if since.value <= at else at - int(CLOCK_WAS_AHEAD.total_seconds())
    return datetime.fromtimestamp(max(known, tx.count(_LATEST, post=post, at=at)), now.tzinfo)


def outstanding(tx: Tx, post: Post, now: datetime, between: Between) -> Decision | None:
    """What is to be done about a post at this moment; None for one that was never met before."""
    after = reached(tx, post.name, now)
    return None if after is None else decide(between(after, now, MOST_MISSED), now, post.fresh)


def catch_up(tx: Tx, post: Post, now: datetime, between: Between, render: Render) -> Published | None:
    """Do what is to be done about a post; what became of the moment that was to go out, if there was one."""
    decision = outstanding(tx, post, now, between) or Decision(None)
    for moment, reason in decision.skip:
        _decided(tx, post.name, moment, "skipped", now, reason)
    if decision.publish is None:
        return None
    return publish(tx, post, decision.publish, now, rooms_of(tx, post), render)


def rooms_of(tx: Tx, post: Post) -> list[KnownRoom]:
    """The enabled rooms that a post goes to."""
    rooms = people.enabled_rooms(tx)
    return rooms if post.rooms == "all" else [room for room in rooms if room.name in post.rooms]


def publish(
    tx: Tx, post: Post, moment: datetime, now: datetime, rooms: Sequence[KnownRoom], render: Render
) -> Published | None:
    """Claim the moment and queue the post's words for each room; None when somebody else has claimed it.

    Where the words cannot be made for one room, nothing is queued for any, and the moment has failed.
    """
    if not _decided(tx, post.name, moment, "claimed", now):
        return None
    try:
        spoken = [(room, render(tx, room)) for room in rooms]
    except WordingFault as fault:
        tx.run(_FAIL, of=post.name, due=int(moment.timestamp()), why=str(fault))
        return Published(moment, "failed", reason=str(fault))
    worth = max(post.fresh - max(now - moment, timedelta(0)), timedelta(seconds=1))
    said = sum(_say(tx, room, words, cause(post.name, moment), now, worth) for room, words in spoken)
    return Published(moment, "claimed", said, absent=_absent(post, rooms))


def speak_now(
    tx: Tx, post: Post, now: datetime, rooms: Sequence[KnownRoom], render: Render, *, again: bool
) -> list[Lately]:
    """Queue a post by hand; the rooms that it is on its way to, or has just reached, are left out unless `again`."""
    lately = [] if again else tx.all(_LATELY, post=post.name, since=int((now - JUST_NOW).timestamp()))
    served = {one.room_id for one in lately}
    waiting = [room for room in rooms if room.id not in served]
    moment = now
    while waiting and publish(tx, post, moment, now, waiting, render) is None:
        moment += timedelta(seconds=1)  # its own moment, where the clock or another hand has taken this one
    return lately


def posts_sent(tx: Tx) -> list[Sent]:
    """Every moment and what became of it in each room, in the order of moments."""
    return tx.all(_SENT)


def _say(tx: Tx, room: KnownRoom, words: Spoken, why: str, now: datetime, worth: timedelta) -> bool:
    """Queue the words, if there are any; whether they are new to the room."""
    if not words.text.strip():
        return False
    new = outbox.say(tx, room.id, words.text, "post", now, cause=why, worth=worth)
    if new and words.said is not None:
        words.said(tx)
    return new


def _absent(post: Post, rooms: Sequence[KnownRoom]) -> tuple[str, ...]:
    """The rooms that a post names and that are not among the enabled ones: misspelt, renamed or switched off."""
    there = {room.name for room in rooms}
    return () if post.rooms == "all" else tuple(name for name in post.rooms if name not in there)


def _decided(tx: Tx, post: str, moment: datetime, status: Status, now: datetime, reason: str = "") -> bool:
    """Write down what becomes of a moment; False when that has been decided before."""
    changed = tx.run(
        _CLAIM, post=post, moment=int(moment.timestamp()), status=status, at=int(now.timestamp()), reason=reason
    )
    return changed == 1
