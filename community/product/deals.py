"""Deals 特价: a product's price for one day, below its usual one, and a crossed-out price beside it only where true."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community.db import Tx, change, columns, insert, prepare
from community.money import yuan
from community.product import prices
from community.product.names import Found, must_find
from community.product.shelf import must_cost
from community.product.tables import Deal, Product
from community.refusal import Refusal


class Offer(NamedTuple):
    """A deal as a post shows it; prices of one unit in cents, `was` the crossed-out one, None where none is shown."""

    name: str
    spec: str
    unit: str
    cents: int
    was: int | None = None


class _Kept(NamedTuple):
    product_id: int
    name: str
    spec: str
    unit: str
    usual: int
    day: str
    cents: int
    was: int | None


_new_deal = insert(Deal)
_SET = change(
    _new_deal.on_conflict_do_update(
        index_elements=["product_id", "day"],
        set_={"cents": _new_deal.excluded.cents, "was": _new_deal.excluded.was},
    )
)
_kept = select(*columns(_Kept, Deal, Product, usual=col(Product.cents))).join(
    Product, col(Product.id) == col(Deal.product_id)
)
_ON = prepare(
    _Kept,
    _kept.where(col(Deal.day) == bindparam("day"), col(Deal.cents) < col(Product.cents)).order_by(col(Product.id)),
)
_OVERTAKEN = prepare(
    _Kept,
    _kept.where(
        col(Deal.product_id) == bindparam("of"),
        col(Deal.day) >= bindparam("day"),
        col(Deal.cents) >= col(Product.cents),
    ).order_by(col(Deal.day)),
)
_CROSSED = prepare(
    _Kept,
    _kept.where(
        col(Deal.product_id) == bindparam("of"), col(Deal.day) > bindparam("day"), col(Deal.was).is_not(None)
    ).order_by(col(Deal.day)),
)


def set_deal(tx: Tx, name: str, day: date, cents: int, *, was: int | None = None, today: date | None = None) -> Found:
    """Give a product its price for one day, replacing an earlier one; the product. `name` may be an alias.

    `was` is shown crossed out beside it: at most the lowest price of the seven days before. `today` is the day on
    which this is said; without it the deal counts as charged. Raises Refusal for an unknown product, for a price that
    is no deal because it is not below the usual one, and for a crossed-out price that is not true.
    """
    must_cost(name, cents)
    found = must_find(tx, name)
    if cents >= found.cents:
        raise Refusal(f"{found.name} 平时就卖 {yuan(found.cents)}，特价要比这低")
    if was is not None:
        _must_be_true(tx, found, day, cents, was)
    tx.run(_SET, product_id=found.id, day=day.isoformat(), cents=cents, was=was)
    prices.enter_deal(tx, found.id, cents, day, today or day)
    return found


def deals_on(tx: Tx, day: date) -> list[Offer]:
    """Every product with a price for that day below its usual one, the one first on the shelf at the front.

    A crossed-out price that has become untrue since it was written, because the price fell, is left out.
    """
    found = tx.all(_ON, day=day.isoformat())
    return [Offer(deal.name, deal.spec, deal.unit, deal.cents, _still_true(tx, deal)) for deal in found]


def overtaken(tx: Tx, product_id: int, today: date) -> list[date]:
    """The days, from today on, whose deal is none any more, because the usual price is now as low."""
    return [date.fromisoformat(deal.day) for deal in tx.all(_OVERTAKEN, of=product_id, day=today.isoformat())]


def faded(tx: Tx, product_id: int, today: date) -> list[date]:
    """The days to come whose crossed-out price of this product is no longer true, and will not be shown."""
    coming = tx.all(_CROSSED, of=product_id, day=today.isoformat())
    return [date.fromisoformat(deal.day) for deal in coming if _still_true(tx, deal) is None]


def highest_true(tx: Tx, product_id: int, usual: int, day: date) -> int | None:
    """The most that may be written as the price before, in cents; None where the product was not sold before.

    It is the lowest price of the seven days before that day (规范促销行为暂行规定, article 21), and never above the
    usual price of now.
    """
    lowest = prices.lowest_of_last_days(tx, product_id, day)
    return None if lowest is None else min(lowest, usual)


def _still_true(tx: Tx, deal: _Kept) -> int | None:
    if deal.was is None:
        return None
    most = highest_true(tx, deal.product_id, deal.usual, date.fromisoformat(deal.day))
    return deal.was if most is not None and deal.was <= most else None


def _must_be_true(tx: Tx, found: Found, day: date, cents: int, was: int) -> None:
    if was <= cents:
        raise Refusal(f"原价 {yuan(was)} 没有比特价 {yuan(cents)} 高，是不是写反了")
    most = highest_true(tx, found.id, found.cents, day)
    if most is None:
        usual = yuan(found.cents)
        raise Refusal(f"{found.name} 刚定价，还没有前7天卖过的价，原价先不写；过了今天，原价可以写到 {usual}")
    if was <= most:
        return
    lowest = f"前7天最低卖过 {yuan(most)}" if most < found.cents else f"平时就卖 {yuan(most)}"
    if most <= cents:
        raise Refusal(f"{found.name} {lowest}，特价 {yuan(cents)} 没有更低，原价就不写了")
    raise Refusal(f"{found.name} {lowest}，原价只能写到 {yuan(most)}")
