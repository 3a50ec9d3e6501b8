"""Uncollected goods: who has not fetched them is called in the room, at most twice an arrival; then the owner hears.

The moments are set when the goods arrive: from the next day on at the shop's time; what does not keep (当天取) for the
first time in the evening of the same day. What is brought to the door is not waited for. A moment that passes while the
bot is off, paused or has its quiet hours is left out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Field, SQLModel, col

from community import outbox, payment, people, setting, staff
from community.batches import messages
from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy.offer import Buy
from community.groupbuy.tables import GroupBuy, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.house import House
from community.household import doors
from community.mydata import NAMELESS
from community.people import Member
from community.shop import Reminders

FRESH = timedelta(hours=2)
"""How late a call may come, and how long it may wait in the outbox."""
THEN_OWNER = timedelta(hours=2)
"""How long after the second call the owner hears who still has not come."""
LATE_FOR_OWNER = timedelta(days=1)
"""How late that may be."""
NOT_YET = timedelta(hours=2)
"""Goods that do not keep are not called for sooner after their arrival: everybody has just been told."""

CALLS = ("first", "second")
OWNER = "owner"


class PickupReminder(SQLModel, table=True):
    """A moment at which those who have not fetched their goods are called; decided on once. Seconds since the epoch."""

    __tablename__ = "pickup_reminder"

    groupbuy_id: int = Field(foreign_key="groupbuy.id", primary_key=True)
    kind: str = Field(primary_key=True, description="first, second, or owner")
    due_at: int
    decided_at: int | None
    reason: str = Field(description="why nothing was said: quiet hours, paused, …; empty otherwise")


class _Due(NamedTuple):
    groupbuy_id: int
    kind: str
    due_at: int
    title: str
    pickup: str | None
    same_day: bool


class _Left(NamedTuple):
    """Portions of an order that came and were not fetched."""

    order_id: int
    member_id: str
    name: str
    room_id: str
    item: str
    unit: str
    left: int
    pickup: str | None


class _Behind(NamedTuple):
    """Somebody who has not come, and the room where they first ordered of it."""

    member_id: str
    name: str
    room_id: str
    goods: list[_Left]


_PLAN = change(insert(PickupReminder).on_conflict_do_nothing())
_open = (
    col(PickupReminder.decided_at).is_(None),
    col(GroupBuy.id) == col(PickupReminder.groupbuy_id),
    col(GroupBuy.status) == "arrived",
)
_NEXT = prepare(Count, select(func.min(col(PickupReminder.due_at))).where(*_open))
_DUE = prepare(
    _Due,
    select(*columns(_Due, PickupReminder, GroupBuy))
    .where(*_open, col(PickupReminder.due_at) <= bindparam("at"))
    .order_by(col(PickupReminder.groupbuy_id), col(PickupReminder.due_at)),
)
_DECIDE = change(
    update(PickupReminder)
    .where(
        col(PickupReminder.groupbuy_id) == bindparam("buy"),
        col(PickupReminder.kind) == bindparam("which"),
        col(PickupReminder.decided_at).is_(None),
    )
    .values(decided_at=bindparam("at"), reason=bindparam("why"))
)
_LEFT = prepare(
    _Left,
    select(
        *columns(
            _Left,
            GroupBuyOrder,
            GroupBuy,
            order_id=col(GroupBuyOrder.id),
            name=col(Member.name),
            item=col(GroupBuyItem.name),
            unit=col(GroupBuyItem.unit),
            left=col(GroupBuyGrant.granted) - col(GroupBuyGrant.collected),
        )
    )
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(
        col(GroupBuyOrder.groupbuy_id) == bindparam("buy"),
        col(GroupBuyOrder.status) == "placed",
        col(GroupBuyGrant.collected) < col(GroupBuyGrant.granted),
    )
    .order_by(col(GroupBuyOrder.id)),
)


def moments(wanted: Reminders, same_day: bool, now: datetime) -> dict[str, datetime]:
    """When to call for goods that arrive at this moment, and when to tell the owner."""
    evening = _at(now, wanted.same_day_at)
    first = _at(now + timedelta(days=1), wanted.pickup_at)
    if same_day and now + NOT_YET <= evening:
        first = evening
    second = _at(first + timedelta(days=1), wanted.pickup_at)
    return {"first": first, "second": second, OWNER: second + THEN_OWNER}


def plan(tx: Tx, house: House, buy: Buy, now: datetime) -> None:
    """The goods have arrived: set the moments at which those who have not come are called."""
    if buy.delivery:
        return
    for kind, due in moments(house.shop.reminders, buy.same_day, now).items():
        tx.run(_PLAN, groupbuy_id=buy.id, kind=kind, due_at=int(due.timestamp()), decided_at=None, reason="")


def next_due(tx: Tx) -> int | None:
    """When somebody has to be called next, seconds since the epoch."""
    return tx.count(_NEXT) or None


def remind(tx: Tx, house: House, now: datetime) -> None:
    """Decide on every call that is due, and make those that are worth it, all of a room in one."""
    calls: list[tuple[_Due, list[_Left]]] = []
    for one in tx.all(_DUE, at=int(now.timestamp())):
        left = [goods for goods in tx.all(_LEFT, buy=one.groupbuy_id) if _owed(tx, goods)]
        reason = _why_not(tx, house, one, now) or ("" if left else "nothing left")
        tx.run(_DECIDE, buy=one.groupbuy_id, which=one.kind, at=int(now.timestamp()), why=reason)
        if not reason:
            calls.append((one, left))
    _call(tx, house, [call for call in calls if call[0].kind in CALLS], now)
    _tell_owners(tx, house, [call for call in calls if call[0].kind == OWNER], now)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)


def _owed(tx: Tx, goods: _Left) -> bool:
    """Whether they still want it: what was refunded as a whole is nobody's any more."""
    account = payment.account(tx, goods.order_id)
    return not account.ordered or account.due > 0


def _why_not(tx: Tx, house: House, one: _Due, now: datetime) -> str:
    """Why nothing is said at this moment; empty where it is worth saying. What the owner is told may wait."""
    late = now.timestamp() - one.due_at
    to_room = one.kind in CALLS
    reasons = {
        "switched off": not house.shop.reminders.pickup,
        "late": late > (FRESH if to_room else LATE_FOR_OWNER).total_seconds(),
        "quiet hours": to_room and house.shop.quiet.covers(now),
        "paused": to_room and bool(setting.get(tx, outbox.PAUSED)),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _call(tx: Tx, house: House, calls: Sequence[tuple[_Due, list[_Left]]], now: datetime) -> None:
    behind = [one for one in _behind(calls) if one.name != NAMELESS]
    for room_id in dict.fromkeys(one.room_id for one in behind):
        if people.enabled(tx, room_id):
            here = [one for one in behind if one.room_id == room_id]
            _say(tx, house, room_id, "pickup/uncollected", here, calls, FRESH, now)


def _tell_owners(tx: Tx, house: House, calls: Sequence[tuple[_Due, list[_Left]]], now: datetime) -> None:
    for owner in staff.owners(tx) if calls else ():
        _say(tx, house, owner.id, "pickup/behind", _behind(calls), calls, LATE_FOR_OWNER, now)


def _say(
    tx: Tx,
    house: House,
    to: str,
    template: str,
    behind: Sequence[_Behind],
    calls: Sequence[tuple[_Due, list[_Left]]],
    worth: timedelta,
    now: datetime,
) -> None:
    """Name these people, in as many messages as it takes; what all their goods have in common is said once."""
    owed = {left.order_id for one in behind for left in one.goods}
    here = [due for due, lefts in calls if any(left.order_id in owed for left in lefts)]
    places = {due.pickup for due in here}
    common = {
        "title": here[0].title if len(here) == 1 else None,
        "place": next(iter(places)) if len(places) == 1 else None,
        "perishable": [due.title for due in here if due.same_day],
        "people": len(behind),
    }
    lines = [_line(tx, house, one, to_owner=template == "pickup/behind", several=len(places) > 1) for one in behind]
    cause = f"{template}:{here[0].groupbuy_id}:{here[0].kind}"
    for number, text in enumerate(messages(house.wording, template, lines, **common)):
        outbox.say(tx, to, text, "notice", now, cause=f"{cause}:{number}", worth=worth)


def _line(tx: Tx, house: House, one: _Behind, *, to_owner: bool, several: bool) -> str:
    """Who, what, and where it waits, if that is not the same for all; their door is for the owner alone."""
    values: dict[str, Any] = {
        "name": one.name,
        "home": str(doors.home(tx, one.member_id) or "") if to_owner else "",
        "goods": [goods._asdict() for goods in one.goods],
        "places": list(dict.fromkeys(goods.pickup for goods in one.goods if goods.pickup)) if several else [],
    }
    return house.wording.render("pickup/waiting", **values).replace("\n", " ")


def _behind(calls: Iterable[tuple[_Due, list[_Left]]]) -> list[_Behind]:
    """Everybody who has not come, once, with all that waits for them."""
    together: dict[str, _Behind] = {}
    for _, lefts in calls:
        for left in lefts:
            one = together.setdefault(left.member_id, _Behind(left.member_id, left.name, left.room_id, []))
            one.goods.append(left)
    return list(together.values())
