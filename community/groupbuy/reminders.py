"""What a room is told of while a group buy runs: when one that was announced begins, half-way where the target is far,
and an hour before the close; each room once, in one message.

What is decided about a moment is decided for good (`reminded`): said, or not, because it was too late for it, in the
quiet hours, while the bot was paused, with everything sold or the target near. None of that is made up for later.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from community import outbox, people, setting
from community.db import Tx, columns, prepare
from community.groupbuy import finding, reminded
from community.groupbuy.facts import facts, item_facts
from community.groupbuy.offer import Buy, Item, choices
from community.groupbuy.reminded import Moment
from community.groupbuy.tables import GroupBuy, GroupBuyOrder, GroupBuyRoom
from community.house import House

Kind = Literal["begin", "half", "hour"]

HOUR = timedelta(hours=1)
"""How long before the close the last reminder comes."""
SHORTEST = timedelta(hours=3)
"""A group buy that takes orders for less is not reminded of: everybody still has its opening on the screen."""
LONG = timedelta(hours=6)
"""From this on half-way is worth a line of its own: the last reminder is at least two hours away."""
FRESH = timedelta(minutes=30)
"""How late a reminder may come, and how long it may wait in the outbox; after that it is left out."""
TOGETHER = timedelta(hours=1)
"""What a room would hear within this time is said along with the first of it."""

_TEMPLATES: dict[str, str] = {"begin": "groupbuy/begun", "half": "groupbuy/halfway", "hour": "groupbuy/closing"}


class Running(NamedTuple):
    """A group buy that is open, in one of its rooms; from `begins` it takes orders, `aims` where it has a target.

    `opens_at` where it was announced for a later moment.
    """

    groupbuy_id: int
    room_id: str
    begins: int
    closes_at: int
    aims: bool
    opens_at: int | None = None


class Standing(NamedTuple):
    """A group buy and what was ordered so far: by how many people, for how many cents."""

    buy: Buy
    people: int
    cents: int

    @property
    def goals(self) -> list[tuple[int, int]]:
        """Each of its targets, with what is reached of it."""
        pairs = (
            (self.buy.target, self.buy.sold),
            (self.buy.target_people, self.people),
            (self.buy.target_cents, self.cents),
        )
        return [(target, reached) for target, reached in pairs if target]


class _Ordered(NamedTuple):
    people: int
    cents: int


class _Waiting(NamedTuple):
    """A reminder that nobody has decided on, and when it is due, in seconds since the epoch."""

    due: int
    moment: Moment


# A 确认 follows its draft within half an hour; the moment of the draft is near enough to where half-way is.
_RUNNING = prepare(
    Running,
    select(
        *columns(
            Running,
            GroupBuyRoom,
            GroupBuy,
            begins=func.coalesce(col(GroupBuy.opens_at), col(GroupBuy.created_at)),
            aims=or_(
                col(GroupBuy.target).is_not(None),
                col(GroupBuy.target_people).is_not(None),
                col(GroupBuy.target_cents).is_not(None),
            ),
        )
    )
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyRoom.groupbuy_id))
    .where(col(GroupBuy.status) == "open")
    .order_by(col(GroupBuy.id)),
)
_ORDERED = prepare(
    _Ordered,
    select(
        func.count(func.distinct(col(GroupBuyOrder.member_id))),
        func.coalesce(func.sum(col(GroupBuyOrder.quantity) * col(GroupBuyOrder.cents)), 0),
    ).where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed"),
)


def moments(running: Running) -> dict[Kind, int]:
    """When a room is to be told, in seconds since the epoch; of its close a short group buy is left in peace."""
    lives = running.closes_at - running.begins
    found: dict[Kind, int] = {} if running.opens_at is None else {"begin": running.opens_at}
    if running.aims and lives >= LONG.total_seconds():
        found["half"] = running.begins + lives // 2
    if lives >= SHORTEST.total_seconds():
        found["hour"] = running.closes_at - int(HOUR.total_seconds())
    return found


def far(standing: Standing) -> bool:
    """Whether it is far from its target: less than half of one of them is reached."""
    return any(2 * reached < target for target, reached in standing.goals)


def next_due(tx: Tx) -> int | None:
    """When the next reminder has to be decided on, seconds since the epoch."""
    return min((one.due for one in _waiting(tx)), default=None)


def remind(tx: Tx, house: House, now: datetime) -> int:
    """Decide on every reminder that is due and say what is worth it; how many messages."""
    ahead = {"begin": timedelta(0)}  # nothing has begun before it does
    soon = [one for one in _waiting(tx) if one.due <= (now + ahead.get(one.moment.kind, TOGETHER)).timestamp()]
    soon.sort(key=lambda one: (one.moment.room_id, one.moment.kind, one.due, one.moment.groupbuy_id))
    return sum(
        _speak(tx, house, list(those), now)
        for _, those in groupby(soon, key=lambda one: (one.moment.room_id, one.moment.kind))
    )


def _waiting(tx: Tx) -> Iterator[_Waiting]:
    running = tx.all(_RUNNING)
    known = reminded.decided(tx) if running else set()
    for one in running:
        for kind, due in moments(one).items():
            moment = Moment(one.groupbuy_id, one.room_id, kind)
            if moment not in known:
                yield _Waiting(due, moment)


def _speak(tx: Tx, house: House, waiting: Sequence[_Waiting], now: datetime) -> bool:
    """Say in one message of one kind what is due in a room, and what soon would be; whether anything was said."""
    worth: list[tuple[_Waiting, Standing]] = []
    for one in waiting:
        standing = _standing(tx, one.moment.groupbuy_id)
        reason = _why_not(tx, house, one, standing, now)
        if not reason:
            worth.append((one, standing))
        elif one.due <= now.timestamp():
            reminded.decide(tx, one.moment, now, reason=reason)
    if not worth or worth[0][0].due > now.timestamp():
        return False
    first = worth[0][0]
    cause = f"groupbuy-{first.moment.kind}:{first.moment.groupbuy_id}"
    new = [standing for one, standing in worth if reminded.decide(tx, one.moment, now, cause=cause)]
    if not new:
        return False
    text = _text(tx, house, first.moment, new, now)
    worth_for = timedelta(seconds=max(1, first.due + FRESH.total_seconds() - now.timestamp()))
    return outbox.say(tx, first.moment.room_id, text, "notice", now, cause=cause, worth=worth_for)


def _why_not(tx: Tx, house: House, one: _Waiting, standing: Standing, now: datetime) -> str:
    """Why nothing is said at this moment; empty where it is worth saying."""
    reasons = {
        "switched off": one.moment.kind != "begin" and not house.shop.reminders.closing,
        "late": now.timestamp() - one.due > FRESH.total_seconds(),
        "quiet hours": house.shop.quiet.covers(now),
        "paused": bool(setting.get(tx, outbox.PAUSED)),
        "room not enabled": not people.enabled(tx, one.moment.room_id),
        "sold out": not standing.buy.left,
        "target near": one.moment.kind == "half" and not far(standing),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def lacking(tx: Tx, buy: Buy) -> dict[str, int]:
    """People and cents that are missing to a group buy's targets, as templates see them; 0 where nothing is."""
    aims = buy.target_people or buy.target_cents
    ordered = (tx.one(_ORDERED, buy=buy.id) if aims else None) or _Ordered(0, 0)
    return {
        "missing_people": max(0, (buy.target_people or 0) - ordered.people),
        "missing_cents": max(0, (buy.target_cents or 0) - ordered.cents),
    }


def _standing(tx: Tx, buy_id: int) -> Standing:
    ordered = tx.one(_ORDERED, buy=buy_id) or _Ordered(0, 0)
    return Standing(finding.find(tx, buy_id), ordered.people, ordered.cents)


def _text(tx: Tx, house: House, moment: Moment, standings: Sequence[Standing], now: datetime) -> str:
    running = finding.open_in(tx, moment.room_id, now)
    how = _how(running, standings[0].buy)
    titles = [buy.title for buy in running]
    buys = [
        _facts(house, one, now) | {"title": one.buy.title if titles.count(one.buy.title) == 1 else one.buy.name}
        for one in standings
    ]
    return house.wording.render(_TEMPLATES[moment.kind], buys=buys, how=how, now=now)


def _facts(house: House, standing: Standing, now: datetime) -> dict[str, Any]:
    """A group buy as the reminders see it; `wanting` says in words what is missing to the target or still to be had."""
    buy = standing.buy
    known = facts(house, buy) | {
        "there": [item_facts(item) for item in _there(buy)],
        "missing_people": max(0, (buy.target_people or 0) - standing.people),
        "missing_cents": max(0, (buy.target_cents or 0) - standing.cents),
        "minutes": ceil((buy.closes_at - now.timestamp()) / 60),
    }
    return known | {"wanting": house.wording.render("groupbuy/wanting", **known)}


def _there(buy: Buy) -> list[Item]:
    return [item for item in buy.items if item.left]


def _how(running: Sequence[Buy], buy: Buy) -> str:
    """What to type for one of a group buy's goods, where these are the ones that are open."""
    there = _there(buy)
    if any(other.id != buy.id for other in running):
        names = [item.name for _, item in choices(running)]
        return f"+1 {there[0].name if names.count(there[0].name) == 1 else there[0].full_name}"
    return "+1" if len(buy.items) == 1 else " ".join(f"{item.code}1" for item in there[:2])
