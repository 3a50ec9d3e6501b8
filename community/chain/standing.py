"""Rows of a chain as orders: what a row says becomes its person's order, whole or not at all."""

from collections.abc import Iterable
from datetime import datetime

from community.chain.kept import Goods, Line
from community.db import Tx
from community.groupbuy import orders
from community.groupbuy.offer import Buy, Item
from community.groupbuy.wishes import Wish, is_shared
from community.refusal import Refusal


def of_member(tx: Tx, buy: Buy, member_id: str) -> Goods:
    """What somebody has on order in a group buy, typed or by chain."""
    placed = ((item.id, orders.placed(tx, item, member_id)) for item in buy.items)
    return {item_id: order.quantity for item_id, order in placed if order is not None}


def beside(tx: Tx, buy: Buy, lines: Iterable[Line], line: Line, of: Goods) -> Goods:
    """What a row's person has on order of these goods, less what their other rows among `lines` stand for."""
    if line.member_id is None:
        return {}
    stands = of_member(tx, buy, line.member_id)
    for other in lines:
        if other is not line and other.member_id == line.member_id:
            stands = {item: stands[item] - other.taken.get(item, 0) for item in stands}
    return {item: portions for item, portions in stands.items() if portions > 0 and item in of}


def take(
    tx: Tx, buy: Buy, lines: Iterable[Line], line: Line, goods: Goods, by_id: str, now: datetime
) -> Refusal | None:
    """Let these goods be what a row orders; gives back why that cannot be, and then nothing has changed.

    A row states the total of its person for each item whose figure it changes: what they typed before is part of it,
    what they type later comes on top. Several rows of one person (among `lines`, the group buy's) are added up.
    """
    if line.member_id is None:
        return Refusal("没看出是谁的")
    others = [one for one in lines if one is not line and one.member_id == line.member_id]
    changed = [item for item in buy.items if goods.get(item.id, 0) != line.taken.get(item.id, 0)]
    totals = {item.id: goods.get(item.id, 0) + sum(one.taken.get(item.id, 0) for one in others) for item in changed}
    standing = of_member(tx, buy, line.member_id)
    fewer_first = sorted(changed, key=lambda item: totals[item.id] - standing.get(item.id, 0))
    try:
        with tx.part():
            for item in fewer_first:
                _set(tx, Wish(buy, item, totals[item.id]), line, by_id, now)
    except Refusal as refusal:
        return refusal
    line.taken, line.reason = dict(goods), ""
    return None


def _set(tx: Tx, wish: Wish, line: Line, by_id: str, now: datetime) -> None:
    """Make the person's order of this item what the wish says."""
    member_id = line.member_id or ""
    order = orders.placed(tx, wish.item, member_id)
    if order is None:
        if wish.quantity:
            orders.add(tx, wish, line.room_id, member_id, now, by_id)
    elif not wish.quantity:
        orders.cancel(tx, wish, order, by_id, now)
    elif order.quantity != wish.quantity:
        orders.alter(tx, wish, order, by_id, now)


def phrase(buy: Buy, goods: Goods) -> str:
    """Goods as people write them: 2份 where there is one item only, 红富士2份 盐汽水1箱 where there are several."""
    chosen: list[tuple[Item, int]] = [(item, goods[item.id]) for item in buy.items if goods.get(item.id)]
    return " ".join(f"{_name(buy, item)}{portions}{item.unit}" for item, portions in chosen)


def _name(buy: Buy, item: Item) -> str:
    """As short as it may be and still be read back from a copied chain: with the spec where two bear one name."""
    if len(buy.items) == 1:
        return ""
    return f"{item.full_name} " if is_shared(item, [buy]) else item.name
