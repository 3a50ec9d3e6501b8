"""Invite for eggs: who brought whom, earned when the newcomer stays, paid in eggs through the ledger.

pending → earned | void. Rewards are goods for real neighbours, capped by the month, one level only
(禁止传销条例 art. 7).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Index, bindparam, func, or_, select, update
from sqlmodel import Field, SQLModel, col

from community import ledger, people
from community.db import Count, Tx, change, columns, insert, prepare
from community.people import KnownMember, KnownRoom
from community.shop import Invite as Rules

LATE_NEWS = timedelta(minutes=10)
"""An event and a system text may tell of one join, minutes apart; the second may still name the inviter."""

REASONS = {
    "left_early": "没待满天数就退群了",
    "joined_before": "以前来过店里的群",
    "self": "自己邀请自己",
    "over_cap": "这个月的名额满了",
}


class Invite(SQLModel, table=True):
    """One neighbour brought into a room; times in seconds since the epoch."""

    __table_args__ = (
        Index("invite_due", "status", "due_at"),
        Index("invite_inviter", "inviter_id", "status", "settled_at"),
        Index("invite_invitee", "invitee_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    room_id: str = Field(foreign_key="room.id")
    inviter_id: str = Field(foreign_key="member.id")
    invitee_id: str = Field(foreign_key="member.id")
    at: int
    due_at: int = Field(description="earned at this moment, if the newcomer is still there")
    status: str = Field(description="pending, earned or void")
    reason: str = Field(description="why it is void: a key of REASONS")
    settled_at: int | None = Field(description="when it was earned or became void")
    reward: str | None = Field(description="the ledger cause of the eggs it counted for")


class _Pending(NamedTuple):
    id: int
    room_id: str
    inviter_id: str
    invitee_id: str


class Tally(NamedTuple):
    """An inviter's neighbours by what became of them, and how many more bring the next eggs."""

    pending: int
    earned: int
    void: int
    to_next: int


class Void(NamedTuple):
    """How many of an inviter's neighbours count for nothing for one reason: a key of REASONS."""

    reason: str
    people: int


class Place(NamedTuple):
    """A row of the ranking."""

    name: str
    earned: int


_INVITE = change(insert(Invite))
_status = col(Invite.status)
_DUE = prepare(
    _Pending,
    select(*columns(_Pending, Invite))
    .where(_status == "pending", col(Invite.due_at) <= bindparam("at"))
    .order_by(col(Invite.due_at), col(Invite.id)),
)
_NEXT_DUE = prepare(Count, select(func.min(col(Invite.due_at))).where(_status == "pending"))
_SETTLE = change(
    update(Invite)
    .where(col(Invite.id) == bindparam("invite"), _status == "pending")
    .values(status=bindparam("as_status"), reason=bindparam("because"), settled_at=bindparam("now_at"))
)
_LEFT = change(
    update(Invite)
    .where(
        _status == "pending",
        col(Invite.room_id) == bindparam("room"),
        col(Invite.invitee_id) == bindparam("who"),
    )
    .values(status="void", reason="left_early", settled_at=bindparam("now_at"))
)
_EVER = prepare(Count, select(func.count()).where(col(Invite.invitee_id) == bindparam("who")))
_BROUGHT = prepare(Count, select(func.count()).where(col(Invite.inviter_id) == bindparam("who")))
_EARNED_SINCE = prepare(
    Count,
    select(func.count()).where(
        _status == "earned", col(Invite.inviter_id) == bindparam("who"), col(Invite.settled_at) >= bindparam("since")
    ),
)
_UNPAID = prepare(
    Count,
    select(col(Invite.id))
    .where(_status == "earned", col(Invite.inviter_id) == bindparam("who"), col(Invite.reward).is_(None))
    .order_by(col(Invite.settled_at), col(Invite.id)),
)
_PAY = change(update(Invite).where(col(Invite.id) == bindparam("invite")).values(reward=bindparam("with_cause")))
_TALLY = prepare(
    Count, select(func.count()).where(_status == bindparam("which"), col(Invite.inviter_id) == bindparam("who"))
)
_VOID = prepare(
    Void,
    select(col(Invite.reason), func.count())
    .where(_status == "void", col(Invite.inviter_id) == bindparam("who"))
    .group_by(col(Invite.reason))
    .order_by(func.count().desc(), col(Invite.reason)),
)
_RANKING = prepare(
    Place,
    select(col(people.Member.name), func.count(col(Invite.id)).label("earned"))
    .join(people.Member, col(people.Member.id) == col(Invite.inviter_id))
    .where(_status == "earned", col(Invite.settled_at) >= bindparam("since"))
    .group_by(col(people.Member.id), col(people.Member.name))
    .order_by(func.count(col(Invite.id)).desc(), func.min(col(Invite.settled_at)))
    .limit(10),
)
_NAMED = prepare(
    Count,
    select(func.count()).where(
        col(Invite.room_id) == bindparam("room"),
        col(Invite.invitee_id) == bindparam("who"),
        or_(_status == "pending", _status == "void"),
        col(Invite.at) >= bindparam("since"),
    ),
)


def arrive(
    tx: Tx, rules: Rules, room: KnownRoom, newcomer: KnownMember, inviter: KnownMember | None, now: datetime
) -> None:
    """Somebody came into a room, perhaps brought by `inviter`: remember both; pending, or void at once."""
    at = int(now.timestamp())
    stays = people.stays(tx, newcomer.id)
    news = people.come(tx, room.id, newcomer.id, now)
    if not news:  # a second telling of the same join may still bring the inviter's name
        here = [stay for stay in stays if stay.room_id == room.id and stay.left_at is None]
        fresh = at - int(LATE_NEWS.total_seconds())
        if here[-1].joined_at < fresh or tx.count(_NAMED, room=room.id, who=newcomer.id, since=fresh):
            return
        stays.remove(here[-1])
    if inviter is None or not rules.enabled:
        return
    been_here = bool(stays) or tx.count(_EVER, who=newcomer.id) > 0 or tx.count(_BROUGHT, who=newcomer.id) > 0
    reason = _reason(newcomer, inviter, been_here=been_here)
    tx.run(
        _INVITE,
        room_id=room.id,
        inviter_id=inviter.id,
        invitee_id=newcomer.id,
        at=at,
        due_at=at + rules.stay_days * 86_400,
        status="void" if reason else "pending",
        reason=reason,
        settled_at=at if reason else None,
        reward=None,
    )


def _reason(newcomer: KnownMember, inviter: KnownMember, *, been_here: bool) -> str:
    """Why an invite counts for nothing from the start; empty when it may be earned."""
    if inviter.id == newcomer.id:
        return "self"
    return "joined_before" if been_here else ""


def leave(tx: Tx, room: KnownRoom, member: KnownMember, now: datetime) -> None:
    """Somebody left a room; whoever brought them there too recently has not earned it."""
    been_here = any(stay.room_id == room.id for stay in people.stays(tx, member.id))
    if not people.go(tx, room.id, member.id, now) and not been_here:  # was there without our knowing: remember that
        people.come(tx, room.id, member.id, now)
        people.go(tx, room.id, member.id, now)
    tx.run(_LEFT, room=room.id, who=member.id, now_at=int(now.timestamp()))


def next_due(tx: Tx) -> int | None:
    """When the next pending invite is earned, seconds since the epoch."""
    return tx.count(_NEXT_DUE) or None


def settle_due(tx: Tx, rules: Rules, now: datetime) -> int:
    """Earn what has been pending long enough, within the monthly cap, and pay the eggs; how many were settled."""
    if not rules.enabled:
        return 0
    at = int(now.timestamp())
    due = tx.all(_DUE, at=at)
    for invite in due:
        full = earned_this_month(tx, invite.inviter_id, now) >= rules.monthly_cap
        outcome, reason = ("void", "over_cap") if full else ("earned", "")
        tx.run(_SETTLE, invite=invite.id, as_status=outcome, because=reason, now_at=at)
        if not full:
            _reward(tx, rules, invite.inviter_id, now)
    return len(due)


def _reward(tx: Tx, rules: Rules, inviter_id: str, now: datetime) -> None:
    """Pay `rules.eggs` for every `rules.per` earned neighbours that have not been paid for."""
    unpaid = [row.value for row in tx.all(_UNPAID, who=inviter_id)]
    while len(unpaid) >= rules.per:
        counted, unpaid = unpaid[: rules.per], unpaid[rules.per :]
        cause = f"invite:{counted[-1]}"
        ledger.move(tx, inviter_id, "eggs", rules.eggs, cause, now)
        for invite_id in counted:
            tx.run(_PAY, invite=invite_id, with_cause=cause)


def earned_this_month(tx: Tx, inviter_id: str, now: datetime) -> int:
    """How many neighbours have counted for the inviter since the first of the month, in the zone of `now`."""
    return tx.count(_EARNED_SINCE, who=inviter_id, since=_month(now))


def tally(tx: Tx, rules: Rules, inviter_id: str) -> Tally:
    """What has become of everyone a member brought."""
    pending, earned, void = (tx.count(_TALLY, which=which, who=inviter_id) for which in ("pending", "earned", "void"))
    return Tally(pending, earned, void, to_next=rules.per - len(tx.all(_UNPAID, who=inviter_id)) % rules.per)


def void_reasons(tx: Tx, inviter_id: str) -> list[str]:
    """Why neighbours a member brought do not count, in words, the most frequent reason first."""
    return [REASONS.get(void.reason, void.reason) for void in tx.all(_VOID, who=inviter_id)]


def ranking(tx: Tx, now: datetime) -> list[Place]:
    """The ten who have brought the most neighbours this month; the earlier one first where equal."""
    return tx.all(_RANKING, since=_month(now))


def _month(now: datetime) -> int:
    return int(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp())
