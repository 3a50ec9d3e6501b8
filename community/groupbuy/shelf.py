"""Group buys out of the shop's own stock: each order takes from the shelf, and what comes of it no more goes back.

Nothing is guessed: an item belongs to a product only where its group buy was opened with 现货 or 用库存 and it has
the product's name; only what such goods cost is known without those words. One portion is one unit. Every movement is
an entry of the stock, in the order's own transaction.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from community.db import Count, Tx, prepare
from community.groupbuy.offer import Buy, Item
from community.groupbuy.tables import GroupBuy, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.product import names, stock
from community.product import shelf as goods
from community.refusal import Refusal
from community.terms import Item as ItemTerms
from community.terms import Terms


class _Taken(NamedTuple):
    order_id: int
    product_id: int
    quantity: int


_of_items = (
    select(col(GroupBuyOrder.id), col(GroupBuyItem.product_id), col(GroupBuyOrder.quantity))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .where(col(GroupBuyOrder.status) == "placed", col(GroupBuyItem.product_id).is_not(None))
)
_TAKEN = prepare(
    _Taken, _of_items.where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy")).order_by(col(GroupBuyOrder.id))
)
_WAITING = prepare(
    Count,
    select(
        func.sum(
            func.coalesce(col(GroupBuyGrant.granted), col(GroupBuyOrder.quantity))
            - func.coalesce(col(GroupBuyGrant.collected), 0)
        )
    )
    .select_from(GroupBuyOrder)
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id), isouter=True)
    .where(
        col(GroupBuyItem.product_id) == bindparam("this"),
        col(GroupBuyOrder.status) == "placed",
        or_(*(col(GroupBuy.status) == status for status in ("open", "closed", "reached", "arrived"))),
    ),
)


def product_of(tx: Tx, terms: Terms, item: ItemTerms) -> int | None:
    """The product that an item of these terms takes from; None where it comes from a supplier.

    Refused where there is nothing left of it, and where 用库存 was written but there is no such product, or nobody
    counts its stock.
    """
    if not terms.from_stock:
        return None
    called, found = _called(item), names.find(tx, _called(item))
    held = stock.held(tx, found.id) if found is not None else None
    if found is not None and held == 0:
        raise Refusal(f"{found.name} 账上没有库存了，先发“进货”或“盘点”再开。")
    if found is not None and held is not None:
        return found.id
    if terms.stock_asked and found is None:
        raise Refusal(f"货架上没有叫“{called}”的，品名和规格要跟上架时一样；不从库存里出就去掉“用库存”。")
    if terms.stock_asked and found is not None:
        raise Refusal(f"{found.name} 还没有记库存，数一遍发：盘点 {found.name} 数")
    return None


def cost(tx: Tx, item: ItemTerms) -> int | None:
    """What a portion costs the shop, in cents: as typed in 开团, else as the list of goods has it for name and spec.

    So that it need not be said in front of the room, whoever the goods come from.
    """
    if item.cost_cents is not None:
        return item.cost_cents
    found = names.find(tx, _called(item))
    return goods.cost_of(tx, found.id) if found is not None else None


def _called(item: ItemTerms) -> str:
    return f"{item.name} {item.spec or ''}".rstrip()


def must_have(tx: Tx, item: Item, portions: int, called: str) -> None:
    """Refuse what the shelf no longer has, the goods `called` so; only for items that belong to a product."""
    assert item.product_id is not None, "asked only of what comes from the shelf"  # noqa: S101 - narrows the type
    held = stock.held(tx, item.product_id) or 0
    if portions > held:
        raise Refusal(f"{called} 只剩{held}{item.unit}了。" if held else f"{called} 已经订完了，下次早点来～")


def move(tx: Tx, product_id: int, portions: int, cause: str, now: datetime) -> None:
    """Take portions from the shelf, or put them back where negative; each `cause` once."""
    if portions > 0:
        stock.take(tx, product_id, portions, cause, now)
    elif portions < 0:
        stock.give_back(tx, product_id, -portions, cause, now)


def give_all_back(tx: Tx, buy: Buy, cause: str, now: datetime) -> None:
    """Nothing of this group buy is handed over: what its orders took stands on the shelf again."""
    if any(item.product_id is not None for item in buy.items):
        for order in tx.all(_TAKEN, buy=buy.id):
            move(tx, order.product_id, -order.quantity, f"{cause}:{order.order_id}", now)


def waiting(tx: Tx, product_id: int) -> int:
    """Units of a product that are ordered and not fetched yet: still in the shop, but no longer its stock."""
    return tx.count(_WAITING, this=product_id)
