"""Orders changed by staff after the close, each with a reason: what is owed, given back and handed over stays right.

What an order owes less from then on is a Refund (`less:` and the number of the entry), as where goods fell short.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from community import payment, pickup, replacement
from community.db import Count, Tx, change, columns, prepare
from community.groupbuy import orders, steps
from community.groupbuy.orders import Placed, Standing
from community.groupbuy.tables import GroupBuyEntry, GroupBuyGrant, GroupBuyOrder
from community.groupbuy.wishes import Wish
from community.refusal import Refusal


class Amended(NamedTuple):
    """An order after it was changed, in cents: what it owes altogether, what of it goes back, what is still open.

    `room_id` is where it was ordered.
    """

    standing: Standing
    room_id: str
    due: int
    back: int
    open: int


class _Place(NamedTuple):
    room_id: str


class _Grant(NamedTuple):
    granted: int
    collected: int


_GRANT = prepare(
    _Grant, select(*columns(_Grant, GroupBuyGrant)).where(col(GroupBuyGrant.order_id) == bindparam("order"))
)
_PLACE = prepare(_Place, select(*columns(_Place, GroupBuyOrder)).where(col(GroupBuyOrder.id) == bindparam("order")))
_REGRANT = change(
    update(GroupBuyGrant).where(col(GroupBuyGrant.order_id) == bindparam("order")).values(granted=bindparam("portions"))
)
_LAST = prepare(Count, select(func.max(col(GroupBuyEntry.id))).where(col(GroupBuyEntry.order_id) == bindparam("order")))


def alter(tx: Tx, wish: Wish, order: Placed, by_id: str, whom: str, reason: str, now: datetime) -> Amended:
    """Make the order what the wish says, none at all included; where goods have come, `wish` counts those.

    Refused where the group buy is over, over the limit or what is left, and below what was fetched already.
    """
    grant = tx.one(_GRANT, order=order.id)
    has = grant.granted if grant else order.quantity
    if grant is not None and not has:
        raise Refusal(f"{whom} 的{wish.item.name}没有到货，不用付钱，也就不用改了。")
    if wish.quantity == has:
        raise Refusal(f"{whom} 的{wish.item.name}本来就是{has}{wish.item.unit}。")
    steps.may(wish.buy, "more" if wish.quantity > has else "fewer")
    due = payment.account(tx, order.id).due
    if grant is not None:
        standing = _of_what_came(tx, wish, order, grant, by_id, whom, reason, now)
    elif wish.quantity:
        standing = orders.alter(tx, wish, order, by_id, now, whom, reason)
    else:
        standing = orders.cancel(tx, wish, order, by_id, now, reason)
    return _reckoned(tx, standing, order, due, by_id, now)


def add(tx: Tx, wish: Wish, room_id: str, member_id: str, by_id: str, whom: str, reason: str, now: datetime) -> Amended:
    """Order something that is closed and has not come. Refused later, over the limit and over what is left."""
    steps.may(wish.buy, "more")
    standing = orders.add(tx, wish, room_id, member_id, now, by_id, whom, reason)
    order = orders.placed(tx, wish.item, member_id)
    assert order is not None, "it was placed a moment ago"  # noqa: S101 - narrows the type
    return _reckoned(tx, standing, order, 0, by_id, now)


def _of_what_came(
    tx: Tx, wish: Wish, order: Placed, grant: _Grant, by_id: str, whom: str, reason: str, now: datetime
) -> Standing:
    """Fewer of what came for somebody; they keep at least what they have fetched, and what was promised anew of it."""
    if wish.quantity < grant.collected:
        raise Refusal(f"{whom} 已经取走了{grant.collected}{wish.item.unit}，不能比这个少。")
    if wish.quantity < (anew := replacement.promised(tx, order.id)):
        raise Refusal(f"{whom} 这单按售后补过{anew}{wish.item.unit}，不能比这个少。")
    fewer = grant.granted - wish.quantity
    tx.run(_REGRANT, order=order.id, portions=wish.quantity)
    standing = orders.lessen(tx, wish, order, fewer, by_id, now, reason)
    pickup.finish(tx, wish.buy.id, now)
    return standing._replace(before=grant.granted, now=wish.quantity)


def _reckoned(tx: Tx, standing: Standing, order: Placed, due: int, by_id: str, now: datetime) -> Amended:
    """The order with what is owed on it; what it owes less than at the close is written down as a refund."""
    account, place = payment.account(tx, order.id), tx.one(_PLACE, order=order.id)
    assert place is not None, "orders are never deleted"  # noqa: S101 - narrows the type
    if account.due < 0:
        raise Refusal(f"{account.name} 这单已经退过钱，不能再改这么少，差的走“售后”。")
    if due > account.due and standing.buy.status != "open":
        payment.refund(tx, order.id, due - account.due, f"{payment.LESS}{tx.count(_LAST, order=order.id)}", by_id, now)
    return Amended(standing, place.room_id, account.due, account.back, account.open)
