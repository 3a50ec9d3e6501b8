"""What residents want of a group buy: ordering, changing, cancelling. Limits are kept, stock is never oversold."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlmodel import col

from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy import shelf
from community.groupbuy.offer import Buy, Item
from community.groupbuy.tables import GroupBuy, GroupBuyEntry, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.groupbuy.wishes import Wish
from community.household import doors
from community.household.doors import Resident
from community.people import Room
from community.refusal import Refusal

REMEMBERED = timedelta(days=7)
"""How long a closed group buy is still shown in 我的订单."""


class Placed(NamedTuple):
    """A member's standing order."""

    id: int
    member_id: str
    quantity: int


class Standing(NamedTuple):
    """An order after a change: what was `before`, what is `now`, and the item and group buy as they stand now.

    `called`: what to call the item, so that it is not taken for another.
    """

    buy: Buy
    item: Item
    before: int
    now: int
    called: str

    @property
    def cents(self) -> int:
        """What it all costs."""
        return self.now * self.item.price(self.now)


class Mine(NamedTuple):
    """A member's order and the group buy it belongs to; `cents` is the price of one portion.

    `room` is where it was ordered. `granted` and `collected` are what came for them and what they fetched, None before
    the arrival.
    """

    order_id: int
    name: str
    spec: str
    room: str | None
    unit: str
    quantity: int
    cents: int
    note: str
    status: str
    closes_at: int
    arrives: str | None
    granted: int | None
    collected: int | None

    @property
    def total(self) -> int:
        """What it costs: what was ordered, or what came of it."""
        return self.cents * (self.quantity if self.granted is None else self.granted)


class _By(NamedTuple):
    by_id: str


_mine = (
    col(GroupBuyOrder.item_id) == bindparam("item"),
    col(GroupBuyOrder.member_id) == bindparam("who"),
    # Spelt out, because it decides on a partial index: with a bound value SQLite plans anew each time it is asked.
    col(GroupBuyOrder.status) == literal_column("'placed'"),
)
_PLACED = prepare(Placed, select(*columns(Placed, GroupBuyOrder)).where(*_mine))
_LAST_BY = prepare(
    _By,
    select(col(GroupBuyEntry.by_id))
    .join(GroupBuyOrder, col(GroupBuyOrder.id) == col(GroupBuyEntry.order_id))
    .where(*_mine[:2])
    .order_by(col(GroupBuyEntry.id).desc())
    .limit(1),
)
_NEW = prepare(Count, insert(GroupBuyOrder).returning(col(GroupBuyOrder.id)))
_CHANGE = change(
    update(GroupBuyOrder)
    .where(col(GroupBuyOrder.id) == bindparam("order"))
    .values(quantity=bindparam("portions"), cents=bindparam("each"), changed_at=bindparam("at"))
)
_LESSEN = change(
    update(GroupBuyOrder)
    .where(col(GroupBuyOrder.id) == bindparam("order"))
    .values(quantity=bindparam("portions"), changed_at=bindparam("at"))
)
_CANCEL = change(
    update(GroupBuyOrder)
    .where(col(GroupBuyOrder.id) == bindparam("order"))
    .values(status="cancelled", changed_at=bindparam("at"))
)
_ENTER = change(insert(GroupBuyEntry))
_ENTER_NUMBERED = prepare(Count, insert(GroupBuyEntry).returning(col(GroupBuyEntry.id)))
_RESERVE = change(
    update(GroupBuyItem)
    .where(
        col(GroupBuyItem.id) == bindparam("item"),
        col(GroupBuyItem.sold) + bindparam("more") <= col(GroupBuyItem.stock),
    )
    .values(sold=col(GroupBuyItem.sold) + bindparam("more"))
)
_LEFT = prepare(
    Count, select(col(GroupBuyItem.stock) - col(GroupBuyItem.sold)).where(col(GroupBuyItem.id) == bindparam("item"))
)
_ordered = select(func.sum(col(GroupBuyOrder.quantity))).where(
    col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed"
)
_OF_MEMBER = prepare(Count, _ordered.where(col(GroupBuyOrder.member_id) == bindparam("who")))
_OF_DOOR = prepare(
    Count,
    _ordered.where(
        col(GroupBuyOrder.member_id).in_(
            select(col(Resident.member_id)).where(
                col(Resident.building) == bindparam("building"),
                col(Resident.unit) == bindparam("unit"),
                col(Resident.door) == bindparam("door"),
            )
        )
    ),
)
_MINE = prepare(
    Mine,
    select(
        *columns(
            Mine,
            GroupBuyItem,
            GroupBuy,
            GroupBuyGrant,
            order_id=col(GroupBuyOrder.id),
            room=col(Room.name),
            quantity=col(GroupBuyOrder.quantity),
            cents=col(GroupBuyOrder.cents),
            note=col(GroupBuyOrder.note),
        )
    )
    .join(GroupBuyOrder, col(GroupBuyOrder.groupbuy_id) == col(GroupBuy.id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id), isouter=True)
    .join(Room, col(Room.id) == col(GroupBuyOrder.room_id), isouter=True)
    .where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        col(GroupBuyOrder.status) == "placed",
        or_(col(GroupBuy.status) == "open", col(GroupBuy.closed_at) >= bindparam("since")),
    )
    .order_by(col(GroupBuyOrder.id)),
)


def placed(tx: Tx, item: Item, member_id: str) -> Placed | None:
    """The member's standing order of an item, if they have one."""
    return tx.one(_PLACED, item=item.id, who=member_id)


def last_by(tx: Tx, item: Item, member_id: str) -> str | None:
    """Who last changed what the member orders of this item, even if it was taken back; None where they never did."""
    found = tx.one(_LAST_BY, item=item.id, who=member_id)
    return None if found is None else found.by_id


def add(
    tx: Tx,
    wish: Wish,
    room_id: str,
    member_id: str,
    now: datetime,
    by_id: str | None = None,
    whom: str = "",
    reason: str = "",
) -> Standing:
    """Order so many more, typed by the member or for them by `by_id`, who hears of them as `whom`.

    Refused over the limit or over what is left.
    """
    order = placed(tx, wish.item, member_id)
    if order is not None:
        return _set(tx, wish, order, order.quantity + wish.quantity, now, by_id or member_id, "order", whom, reason)
    _within_limit(wish, 0, wish.quantity, whom)
    _within_household(tx, wish.buy, member_id, wish.quantity, whom)
    _reserve(tx, wish, wish.quantity)
    at = int(now.timestamp())
    order_id = tx.count(
        _NEW,
        groupbuy_id=wish.buy.id,
        item_id=wish.item.id,
        room_id=room_id,
        member_id=member_id,
        quantity=wish.quantity,
        cents=wish.item.price(wish.quantity),
        status="placed",
        placed_at=at,
        changed_at=at,
        note="",
    )
    _enter(tx, wish.item, order_id, by_id or member_id, 0, wish.quantity, "order", now, reason)
    return _standing(wish, 0, wish.quantity)


def alter(tx: Tx, wish: Wish, order: Placed, by_id: str, now: datetime, whom: str = "", reason: str = "") -> Standing:
    """Make it what the wish says instead. Refused over the limit or over what is left."""
    return _set(tx, wish, order, wish.quantity, now, by_id, "change", whom, reason)


def cancel(tx: Tx, wish: Wish, order: Placed, by_id: str, now: datetime, reason: str = "") -> Standing:
    """Take the order back; its portions are free again."""
    _reserve(tx, wish, -order.quantity)
    tx.run(_CANCEL, order=order.id, at=int(now.timestamp()))
    _enter(tx, wish.item, order.id, by_id, order.quantity, 0, "cancel", now, reason)
    return _standing(wish, order.quantity, 0)


def lessen(tx: Tx, wish: Wish, order: Placed, fewer: int, by_id: str, now: datetime, reason: str) -> Standing:
    """Take so many portions off the order, each at the price it had; an order of none is cancelled."""
    at, after = int(now.timestamp()), order.quantity - fewer
    _reserve(tx, wish, -fewer)
    tx.run(_LESSEN if after else _CANCEL, order=order.id, at=at, **({"portions": after} if after else {}))
    _enter(tx, wish.item, order.id, by_id, order.quantity, after, "change" if after else "cancel", now, reason)
    return _standing(wish, order.quantity, after)


def of_member(tx: Tx, member_id: str, now: datetime) -> list[Mine]:
    """What the member has on order, and what was closed in the last days."""
    return tx.all(_MINE, who=member_id, since=int((now - REMEMBERED).timestamp()))


def _set(
    tx: Tx,
    wish: Wish,
    order: Placed,
    portions: int,
    now: datetime,
    by_id: str,
    cause: str,
    whom: str,
    reason: str = "",
) -> Standing:
    if portions > order.quantity:
        _within_limit(wish, order.quantity, portions, whom)
        _within_household(tx, wish.buy, order.member_id, portions - order.quantity, whom)
    _reserve(tx, wish, portions - order.quantity)
    tx.run(_CHANGE, order=order.id, portions=portions, each=wish.item.price(portions), at=int(now.timestamp()))
    _enter(tx, wish.item, order.id, by_id, order.quantity, portions, cause, now, reason)
    return _standing(wish, order.quantity, portions)


def _standing(wish: Wish, before: int, after: int) -> Standing:
    item = wish.item._replace(sold=wish.item.sold + after - before)
    if item.shelf is not None:
        item = item._replace(shelf=item.shelf - after + before)
    items = tuple(item if one.id == item.id else one for one in wish.buy.items)
    return Standing(wish.buy._replace(items=items), item, before, after, wish.called)


def _enter(
    tx: Tx,
    item: Item,
    order_id: int,
    by_id: str,
    before: int,
    after: int,
    cause: str,
    now: datetime,
    reason: str = "",
) -> None:
    entry = {"at": int(now.timestamp()), "by_id": by_id, "before": before, "after": after, "cause": cause}
    if item.product_id is None:
        tx.run(_ENTER, order_id=order_id, reason=reason, **entry)
    else:
        number = tx.count(_ENTER_NUMBERED, order_id=order_id, reason=reason, **entry)
        shelf.move(tx, item.product_id, after - before, f"order:{order_id}:{number}", now)


def _within_limit(wish: Wish, before: int, after: int, whom: str) -> None:
    item = wish.item
    if item.limit_each is None or after <= item.limit_each:
        return
    already = f"，{whom or '您'}已经有{before}{item.unit}了" if before else ""
    raise Refusal(f"{wish.called} 每人限{item.limit_each}{item.unit}{already}。")


def _within_household(tx: Tx, buy: Buy, member_id: str, more: int, whom: str) -> None:
    """A door counts once, however many of those behind it order; who has not said where they live is a door alone."""
    if buy.limit_household is None:
        return
    home = doors.home(tx, member_id)
    before = (
        tx.count(_OF_DOOR, buy=buy.id, **home._asdict()) if home else tx.count(_OF_MEMBER, buy=buy.id, who=member_id)
    )
    if before + more > buy.limit_household:
        already = f"，{f'{whom}家里' if home else whom or '您'}已经有{before}份了" if before else ""
        raise Refusal(f"{buy.title} 每户限{buy.limit_household}份{already}。")


def _reserve(tx: Tx, wish: Wish, portions: int) -> None:
    """Take portions from the stock, or give them back where negative. Refused before anything is written."""
    item = wish.item
    if item.product_id is not None and portions > 0:
        shelf.must_have(tx, item, portions, wish.called)
    if portions and not tx.run(_RESERVE, item=item.id, more=portions):
        left = tx.count(_LEFT, item=item.id)
        raise Refusal(f"{wish.called} 只剩{left}{item.unit}了。" if left else f"{wish.called} 已经订完了，下次早点来～")
