"""What residents want of a group buy: ordering, changing, cancelling. Limits are kept, stock is never oversold."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, literal_column, or_, select, update
from sqlmodel import col

from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy.buys import Buy, find
from community.groupbuy.tables import GroupBuy, GroupBuyEntry, GroupBuyItem, GroupBuyOrder
from community.refusal import Refusal

REMEMBERED = timedelta(days=7)
"""How long a closed group buy is still shown in 我的订单."""


class Placed(NamedTuple):
    """A member's standing order."""

    id: int
    quantity: int


class Standing(NamedTuple):
    """An order after a change: what was `before`, what is `now`, and the group buy as it stands now."""

    buy: Buy
    before: int
    now: int

    @property
    def cents(self) -> int:
        """What it all costs."""
        return self.now * self.buy.cents


class Mine(NamedTuple):
    """A member's order and the group buy it belongs to."""

    title: str
    unit: str
    quantity: int
    cents: int
    status: str
    closes_at: int
    arrives: str | None


_mine = (
    col(GroupBuyOrder.item_id) == bindparam("item"),
    col(GroupBuyOrder.member_id) == bindparam("who"),
    # Spelt out, because it decides on a partial index: with a bound value SQLite plans anew each time it is asked.
    col(GroupBuyOrder.status) == literal_column("'placed'"),
)
_PLACED = prepare(Placed, select(*columns(Placed, GroupBuyOrder)).where(*_mine))
_NEW = prepare(Count, insert(GroupBuyOrder).returning(col(GroupBuyOrder.id)))
_CHANGE = change(
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
_RESERVE = change(
    update(GroupBuyItem)
    .where(
        col(GroupBuyItem.id) == bindparam("item"),
        col(GroupBuyItem.sold) + bindparam("more") <= col(GroupBuyItem.stock),
    )
    .values(sold=col(GroupBuyItem.sold) + bindparam("more"))
)
_MINE = prepare(
    Mine,
    select(*columns(Mine, GroupBuy, GroupBuyItem, quantity=col(GroupBuyOrder.quantity), cents=col(GroupBuyOrder.cents)))
    .join(GroupBuyOrder, col(GroupBuyOrder.groupbuy_id) == col(GroupBuy.id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        col(GroupBuyOrder.status) == "placed",
        or_(col(GroupBuy.status) == "open", col(GroupBuy.closed_at) >= bindparam("since")),
    )
    .order_by(col(GroupBuyOrder.id)),
)


def placed(tx: Tx, buy: Buy, member_id: str) -> Placed | None:
    """The member's standing order, if they have one."""
    return tx.one(_PLACED, item=buy.item_id, who=member_id)


def add(tx: Tx, buy: Buy, room_id: str, member_id: str, portions: int, now: datetime) -> Standing:
    """Order `portions` more. Refused over the limit or over what is left."""
    order = placed(tx, buy, member_id)
    before = order.quantity if order else 0
    _within_limit(buy, before, before + portions)
    _reserve(tx, buy, portions)
    at = int(now.timestamp())
    if order is None:
        order_id = tx.count(
            _NEW,
            groupbuy_id=buy.id,
            item_id=buy.item_id,
            room_id=room_id,
            member_id=member_id,
            quantity=portions,
            cents=buy.cents,
            status="placed",
            placed_at=at,
            changed_at=at,
        )
    else:
        order_id = order.id
        tx.run(_CHANGE, order=order_id, portions=before + portions, at=at)
    tx.run(_ENTER, order_id=order_id, at=at, by_id=member_id, before=before, after=before + portions, cause="order")
    return Standing(buy._replace(sold=buy.sold + portions), before, before + portions)


def alter(tx: Tx, buy: Buy, order: Placed, member_id: str, portions: int, now: datetime) -> Standing:
    """Make it `portions` instead. Refused over the limit or over what is left."""
    if portions > order.quantity:
        _within_limit(buy, order.quantity, portions)
    _reserve(tx, buy, portions - order.quantity)
    at = int(now.timestamp())
    tx.run(_CHANGE, order=order.id, portions=portions, at=at)
    tx.run(_ENTER, order_id=order.id, at=at, by_id=member_id, before=order.quantity, after=portions, cause="change")
    return Standing(find(tx, buy.id), order.quantity, portions)


def cancel(tx: Tx, buy: Buy, order: Placed, member_id: str, now: datetime) -> Standing:
    """Take the order back; its portions are free again."""
    at = int(now.timestamp())
    _reserve(tx, buy, -order.quantity)
    tx.run(_CANCEL, order=order.id, at=at)
    tx.run(_ENTER, order_id=order.id, at=at, by_id=member_id, before=order.quantity, after=0, cause="cancel")
    return Standing(find(tx, buy.id), order.quantity, 0)


def of_member(tx: Tx, member_id: str, now: datetime) -> list[Mine]:
    """What the member has on order, and what was closed in the last days."""
    return tx.all(_MINE, who=member_id, since=int((now - REMEMBERED).timestamp()))


def _within_limit(buy: Buy, before: int, after: int) -> None:
    if buy.limit_each is None or after <= buy.limit_each:
        return
    already = f"，您已经有{before}{buy.unit}了" if before else ""
    raise Refusal(f"{buy.title} 每人限{buy.limit_each}{buy.unit}{already}。")


def _reserve(tx: Tx, buy: Buy, portions: int) -> None:
    """Take portions from the stock, or give them back where negative."""
    if portions and not tx.run(_RESERVE, item=buy.item_id, more=portions):
        left = find(tx, buy.id).left
        raise Refusal(f"{buy.title} 只剩{left}{buy.unit}了。" if left else f"{buy.title} 已经订完了，下次早点来～")
