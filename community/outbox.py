"""The outbox: what is to be said, to whom, until when it is worth saying, and what became of it.

queued → sending → sent | failed | uncertain, or expired. An answer whose fate stays unknown is said again; a broadcast
never is. What did not leave is tried again for as long as it is worth saying: an outage loses no answer.
Which line goes next, and when, is decided here on plain data; gateway/sender.py only carries it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from community import pacing, setting
from community.db import Count, Tx, change, columns, insert, prepare

Kind = Literal["answer", "notice", "post"]
Outcome = Literal["sent", "refused", "unreachable", "unsure"]

RANK: dict[Kind, int] = {"answer": 0, "notice": 1, "post": 2}
URGENT = -1
KEEP = timedelta(days=180)
"""How long what was said is kept; orders and accounts have tables of their own."""
WORTH: dict[Kind, timedelta] = {
    "answer": timedelta(hours=2),
    "notice": timedelta(hours=24),
    "post": timedelta(hours=2),
}
PAUSED = "paused"
"""The setting that keeps everything but urgent lines back, until it is empty again."""
ECHO, ECHO_MOST = 60, 1800
"""Seconds that a line waits for the bot's own echo; each further try that stays uncertain doubles them, to the most."""
BACK_OFF = 300
"""Seconds at most between two tries at a line that does not leave; the first ones follow after 2, 4, 8 seconds."""
TICK = 0.001
"""Seconds; finer differences of moments are the noise of floating point."""
MERGED_CHARACTERS = 600
"""Characters of a merged message, line ends included."""
MERGED_LINES = 12
SHORT = 200
"""Answers up to this many characters may be merged with others to the same room."""


class Outbox(SQLModel, table=True):
    """One thing to say. Times are seconds since the epoch."""

    __table_args__ = (
        UniqueConstraint("cause", "room_id"),
        Index("outbox_next", "status", "rank", "id"),
        Index("outbox_batch", "batch"),
        Index("outbox_sent", "sent_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    room_id: str = Field(description="a room's id, or a contact's for a direct message")
    kind: str = Field(description="answer, notice or post")
    rank: int = Field(description="smaller goes first")
    text: str = Field(description="what is said, or the name of the picture or paper")
    image: str | None = Field(description="the picture's name in the shop's uploads; None for words")
    file: str | None = Field(default=None, description="the paper that is made as it goes out: sheet:17")
    cause: str | None = Field(description="says the same thing to the same room only once: post:早安问候@1763854200")
    status: str = Field(description="queued, sending, sent, failed, expired or uncertain")
    created_at: int
    expires_at: int
    not_before: float = Field(
        description="the earliest moment of the next try; once sent, until when its echo may come"
    )
    attempts: int
    batch: int | None = Field(description="lines that went out as one message carry the id of the first")
    sent_at: int | None


class Line(NamedTuple):
    """A waiting line."""

    id: int
    room_id: str
    rank: int
    kind: str
    text: str
    image: str | None
    file: str | None


class _Batch(NamedTuple):
    batch: int


@dataclass(frozen=True, slots=True)
class Sending:
    """One message to carry now: the lines of `batch`, already marked as on their way.

    With an `image` (its name in the shop's uploads) a picture is shown, and `text` is its file name. With a `file`
    (sheet:17) that paper is made and handed over, and `text` is its name.
    """

    batch: int
    to: str
    text: str
    image: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing may go out before `until` (seconds since the epoch; None: until something new is queued).

    `paced` says that the pace holds a line back, `spent` that it does so because the budget is used up.
    """

    until: float | None
    paced: bool = False
    spent: bool = False


_QUEUE = change(insert(Outbox).on_conflict_do_nothing())
_is = col(Outbox.status)
_words = (col(Outbox.image).is_(None), col(Outbox.file).is_(None))
_repeatable = (_is == "uncertain", col(Outbox.kind) == "answer", *_words)
"""A picture's or a file's echo cannot be told from another's: it went out perhaps, and does not go again."""
_open = or_(_is == "sending", _is == "uncertain")
_of_batch = col(Outbox.batch) == bindparam("of")
_EXPIRE = change(
    update(Outbox).where(_is == "queued", col(Outbox.expires_at) < bindparam("at")).values(status="expired")
)
_waiting = select(*columns(Line, Outbox)).where(_is == "queued")
# A wait beyond `far` is longer than any that is ever meant: the clock was set back since, and nothing waits for it.
_ready = or_(col(Outbox.not_before) <= bindparam("at"), col(Outbox.not_before) > bindparam("far"))
_ahead = aliased(Outbox)
_overtaking = (
    select(col(_ahead.id))
    .where(
        col(_ahead.status) == "queued",
        col(_ahead.rank) == col(Outbox.rank),
        col(_ahead.id) < col(Outbox.id),
        col(_ahead.room_id) == col(Outbox.room_id),
        col(_ahead.not_before).between(bindparam("after"), bindparam("far")),
    )
    .exists()
)
_NEXT = prepare(
    Line,
    _waiting.where(_ready, col(Outbox.rank) <= bindparam("up_to"), ~_overtaking)
    .order_by(col(Outbox.rank), col(Outbox.id))
    .limit(1),
)
_COMPANIONS = prepare(
    Line,
    _waiting.where(
        _ready,
        col(Outbox.room_id) == bindparam("room"),
        col(Outbox.rank) == bindparam("rank"),
        col(Outbox.id) >= bindparam("first"),
    )
    .order_by(col(Outbox.id))
    .limit(MERGED_LINES),
)
_EARLIEST = prepare(
    Count,
    select(func.min(col(Outbox.not_before))).where(
        _is == "queued", col(Outbox.rank) <= bindparam("up_to"), col(Outbox.not_before) > bindparam("at")
    ),
)
_HELD = prepare(Count, select(func.count()).where(_is == "queued", col(Outbox.rank) > bindparam("above")))
_WAITING = prepare(Count, select(func.count()).where(_is == "queued"))
_ANSWERING = prepare(
    Count, select(func.count()).where(or_(_is == "queued", _is == "sending"), col(Outbox.kind) == "answer")
)
_SENT_SINCE = prepare(
    Count, select(func.count(func.distinct(col(Outbox.batch)))).where(col(Outbox.sent_at) >= bindparam("since"))
)
_TAKE = change(
    update(Outbox)
    .where(col(Outbox.id) == bindparam("line"))
    .values(status="sending", batch=bindparam("as_batch"), attempts=col(Outbox.attempts) + 1)
)
_SENT = change(
    update(Outbox)
    .where(_of_batch, _open)
    .values(status="sent", sent_at=bindparam("at"), not_before=bindparam("echo_until"))
)
_ECHOED = change(update(Outbox).where(_of_batch, _is == "sent").values(not_before=0.0))
_drop = update(Outbox).where(_is == "queued", col(Outbox.room_id) == bindparam("room")).values(status="expired")
_WITHHOLD = change(_drop.where(col(Outbox.rank) > bindparam("above")))
_TAKE_BACK = change(_drop.where(col(Outbox.cause) == bindparam("why")))
_FORGET = change(delete(Outbox).where(_is != "queued", _is != "sending", col(Outbox.created_at) < bindparam("before")))
_on_its_way = update(Outbox).where(_of_batch, _is == "sending")
_FAILED = change(_on_its_way.values(status="failed"))
_RETRY = change(_on_its_way.values(status="queued", batch=None, not_before=bindparam("later")))
_DOUBT = change(_on_its_way.values(status="uncertain", not_before=bindparam("until")))
_DOUBT_ALL = change(update(Outbox).where(_is == "sending").values(status="uncertain", not_before=bindparam("until")))
_SAY_AGAIN = change(
    update(Outbox).where(*_repeatable, col(Outbox.not_before) <= bindparam("at")).values(status="queued", batch=None)
)
_DOUBTED = prepare(Count, select(func.min(col(Outbox.not_before))).where(*_repeatable))
# By the index of sent_at: asking for the status, or grouping by batch, would read all that was ever sent.
_AWAITED = prepare(
    _Batch,
    select(col(Outbox.batch))
    .where(
        col(Outbox.sent_at) >= bindparam("since"),
        col(Outbox.room_id) == bindparam("room"),
        col(Outbox.id) == col(Outbox.batch),
        col(Outbox.not_before) > bindparam("at"),
    )
    .order_by(col(Outbox.sent_at), col(Outbox.id)),
)
_OPEN_BATCHES = prepare(
    _Batch,
    select(col(Outbox.batch))
    .where(_open, col(Outbox.room_id) == bindparam("room"))
    .group_by(col(Outbox.batch))
    .order_by(func.min(_is), col(Outbox.batch)),  # sending before uncertain
)
_LINES = prepare(Line, select(*columns(Line, Outbox)).where(_of_batch).order_by(col(Outbox.id)))
_ATTEMPTS = prepare(Count, select(func.max(col(Outbox.attempts))).where(_of_batch))


def say(
    tx: Tx,
    to: str,
    text: str,
    kind: Kind,
    now: datetime,
    *,
    cause: str | None = None,
    worth: timedelta | None = None,
    urgent: bool = False,
    image: str | None = None,
    file: str | None = None,
) -> bool:
    """Queue `text` for a room or a contact; False when the same `cause` was queued for them before.

    `worth`: how long it is still worth saying; by default as WORTH has it for the kind. `urgent`: goes first, and
    even while the bot is paused. `image`: a picture of the shop's uploads to show, under the file name `text`.
    `file`: a paper (sheet:17) to hand over under the name `text`, made only when it goes out.
    """
    at = int(now.timestamp())
    changed = tx.run(
        _QUEUE,
        room_id=to,
        kind=kind,
        rank=URGENT if urgent else RANK[kind],
        text=text,
        image=image,
        file=file,
        cause=cause,
        status="queued",
        created_at=at,
        expires_at=at + int((worth or WORTH[kind]).total_seconds()),
        not_before=float(at),
        attempts=0,
        batch=None,
        sent_at=None,
    )
    return changed == 1


def take(tx: Tx, schedule: pacing.Schedule, quiet: pacing.Quiet, now: datetime) -> Sending | Rest:
    """The next message to carry, marked as on its way and paid for from the budget; or how long to rest."""
    at = now.timestamp()
    tx.run(_SAY_AGAIN, at=at)
    tx.run(_EXPIRE, at=int(at))
    up_to = _up_to(tx, quiet, now)
    head = tx.one(_NEXT, at=at, after=at + TICK, far=at + BACK_OFF, up_to=up_to)
    if head is None:
        return _rest(tx, quiet, now, up_to)
    bucket = pacing.load(tx, schedule, at)
    when = pacing.ready_at(bucket, schedule, head.room_id)
    if when > at:
        return Rest(max(when, at + TICK), paced=True, spent=bucket.tokens < 1)
    lines = _together(tx, head, at)
    for line in lines:
        tx.run(_TAKE, line=line.id, as_batch=head.id)
    pacing.spend(tx, bucket, head.room_id)
    return Sending(head.id, head.room_id, _text(lines), head.image, head.file)


def settle(tx: Tx, batch: int, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a message that was on its way; only now the pause after it begins."""
    at = now.timestamp()
    pacing.landed(tx, at)
    match outcome:
        case "sent":
            tx.run(_SENT, of=batch, at=int(at), echo_until=at + ECHO)
        case "refused":
            tx.run(_FAILED, of=batch)
        case "unreachable":
            tries = tx.count(_ATTEMPTS, of=batch)
            tx.run(_RETRY, of=batch, later=at + (BACK_OFF if tries > 8 else min(BACK_OFF, 2**tries)))
        case "unsure":
            again = tx.count(_ATTEMPTS, of=batch) - 1
            tx.run(_DOUBT, of=batch, until=at + min(ECHO_MOST, ECHO * 2 ** min(again, 10)))


def recover(tx: Tx, now: datetime) -> int:
    """After a start: whatever was on its way when the bot stopped is uncertain. How many lines."""
    at = now.timestamp()
    doubted = tx.run(_DOUBT_ALL, until=at + ECHO)
    if doubted:
        pacing.landed(tx, at)
    return doubted


def heard(tx: Tx, to: str, text: str, now: datetime) -> bool:
    """The bot's own words came back from `to`: a message that carried them was sent. Whether one was in doubt.

    Of equal messages, one that is known to have left takes the echo first, then one on its way, then the one longest in
    doubt: as many count as sent as were heard, and what is still in doubt has no echo left to claim.
    """
    at = now.timestamp()
    for batch in tx.all(_AWAITED, room=to, since=int(at) - ECHO, at=at):
        if _carried(tx, batch, text):
            tx.run(_ECHOED, of=batch.batch)
            return False
    for batch in tx.all(_OPEN_BATCHES, room=to):
        if _carried(tx, batch, text):
            return tx.run(_SENT, of=batch.batch, at=int(at), echo_until=0.0) > 0
    return False


def _carried(tx: Tx, batch: _Batch, echoed: str) -> bool:
    """Whether this message said so. Gateways trim and change line ends; nothing else may differ."""
    ours = _text(tx.all(_LINES, of=batch.batch))
    return "".join(ours.split()) == "".join(echoed.split())


def waiting(tx: Tx) -> int:
    """How many lines are queued."""
    return tx.count(_WAITING)


def answering(tx: Tx) -> bool:
    """Whether an answer is still to be said."""
    return tx.count(_ANSWERING) > 0


def sent_since(tx: Tx, since: float) -> int:
    """How many messages have gone out since that moment; merged answers are one message."""
    return tx.count(_SENT_SINCE, since=since)


def _up_to(tx: Tx, quiet: pacing.Quiet, now: datetime) -> int:
    """The least urgent rank that may go out at this moment."""
    if setting.get(tx, PAUSED):
        return URGENT
    return RANK["answer"] if quiet.covers(now) else RANK["post"]


def _together(tx: Tx, head: Line, at: float) -> list[Line]:
    """The head and the short answers to the same room that may travel with it in one message."""
    if not _may_merge(head):
        return [head]
    chosen: list[Line] = []
    left = MERGED_CHARACTERS + 1
    for line in tx.all(_COMPANIONS, room=head.room_id, rank=head.rank, first=head.id, at=at, far=at + BACK_OFF):
        left -= len(line.text) + 1  # and the line end before it
        if left < 0 or not _may_merge(line):
            break
        chosen.append(line)
    return chosen


def _may_merge(line: Line) -> bool:
    return line.kind == "answer" and line.image is None and line.file is None and len(line.text) <= SHORT


def _rest(tx: Tx, quiet: pacing.Quiet, now: datetime, up_to: int) -> Rest:
    at = now.timestamp()
    moments = [tx.count(_EARLIEST, up_to=up_to, at=at), tx.count(_DOUBTED)]
    if up_to == RANK["answer"] and tx.count(_HELD, above=up_to):
        moments.append(int(quiet.ends(now).timestamp()))
    later = [moment for moment in moments if moment]
    return Rest(min(later) if later else None)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def withhold(tx: Tx, room_id: str) -> int:
    """Say nothing more to a room but answers: what is queued there for everybody is dropped; how many lines."""
    return tx.run(_WITHHOLD, room=room_id, above=RANK["answer"])


def take_back(tx: Tx, room_id: str, cause: str) -> int:
    """Do not say to a room what is still queued under this cause: it is no longer true; how many lines."""
    return tx.run(_TAKE_BACK, room=room_id, why=cause)


def forget_old(tx: Tx, now: datetime) -> int:
    """Drop what was said, or not said, longer than KEEP ago, for it names people; how many lines."""
    return tx.run(_FORGET, before=int((now - KEEP).timestamp()))
