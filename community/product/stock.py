"""Stock: what there is of each product, kept by orders, counts and deliveries; every change is an entry for good."""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from community.db import Count, Tx, change, columns, insert, prepare
from community.product.names import Found
from community.product.tables import Product, Stock, StockEntry
from community.refusal import Refusal

MOST = 99_999
"""Units of one product that a delivery or a count may name, and that a shop of this kind can hold."""

Kind = Literal["delivery", "count", "order", "return"]


class OnHand(NamedTuple):
    """How much there is of a product."""

    name: str
    spec: str
    unit: str
    quantity: int


class Entry(NamedTuple):
    """One change of a stock: when (seconds since the epoch), what, by how much, and what there was afterwards."""

    at: int
    kind: Kind
    delta: int
    after: int


class _Held(NamedTuple):
    quantity: int


class _Name(NamedTuple):
    name: str
    unit: str


_HELD = prepare(_Held, select(col(Stock.quantity)).where(col(Stock.product_id) == bindparam("this")))
_NAME = prepare(_Name, select(col(Product.name), col(Product.unit)).where(col(Product.id) == bindparam("this")))
_new_stock = insert(Stock)
_KEEP = change(
    _new_stock.on_conflict_do_update(index_elements=["product_id"], set_={"quantity": _new_stock.excluded.quantity})
)
_SEEN_IN_SHEET = change(
    update(Stock).where(col(Stock.product_id) == bindparam("this")).values(in_sheet=bindparam("said"))
)
_ENTER = change(insert(StockEntry))
_BOOKED = prepare(
    Count,
    select(func.count()).where(
        col(StockEntry.product_id) == bindparam("this"), col(StockEntry.cause) == bindparam("for_cause")
    ),
)
_ALL = prepare(
    OnHand,
    select(*columns(OnHand, Product, Stock))
    .join(Stock, col(Stock.product_id) == col(Product.id))
    .order_by(col(Stock.quantity), col(Product.id)),
)
_LAST = prepare(
    Entry,
    select(*columns(Entry, StockEntry))
    .where(col(StockEntry.product_id) == bindparam("this"))
    .order_by(col(StockEntry.id).desc())
    .limit(bindparam("most")),
)


def held(tx: Tx, product_id: int) -> int | None:
    """How many units there are; None for a product whose stock nobody counts."""
    row = tx.one(_HELD, this=product_id)
    return None if row is None else row.quantity


def take(tx: Tx, product_id: int, quantity: int, cause: str, now: datetime) -> bool:
    """Take so many units away for an order. `cause` is unique to the product: a repeat takes nothing.

    True when taken now; False for a repeat, and for a product whose stock nobody counts. Raises Refusal, having
    written nothing, when there is less.
    """
    left = held(tx, product_id)
    if left is None or tx.count(_BOOKED, this=product_id, for_cause=cause):
        return False
    if quantity > left:
        raise Refusal(_short(tx, product_id, left))
    _enter(tx, product_id, "order", left, left - quantity, now, cause=cause)
    return True


def give_back(tx: Tx, product_id: int, quantity: int, cause: str, now: datetime) -> bool:
    """Put so many units back that an order had taken; True and False as `take` has it."""
    left = held(tx, product_id)
    if left is None or tx.count(_BOOKED, this=product_id, for_cause=cause):
        return False
    _enter(tx, product_id, "return", left, left + quantity, now, cause=cause)
    return True


def deliver(tx: Tx, product: Found, quantity: int, by_id: str, now: datetime) -> int:
    """So many units came in; how many there are now. From the first delivery on the stock is counted."""
    before = held(tx, product.id) or 0
    if before + quantity > MOST:
        raise Refusal(f"{product.name} 加上这批有 {before + quantity}{product.unit} 了，是不是多打了几位")
    _enter(tx, product.id, "delivery", before, before + quantity, now, by_id=by_id)
    return before + quantity


def count(tx: Tx, product: Found, quantity: int, by_id: str | None, now: datetime) -> int | None:
    """Somebody counted so many units; how many the books had, None where nobody had counted before."""
    before = held(tx, product.id)
    _enter(tx, product.id, "count", before or 0, quantity, now, by_id=by_id)
    return before


def count_in_sheet(tx: Tx, product_id: int, before: int | None, quantity: int, now: datetime) -> None:
    """A list taken in says that there are so many units; remembered, so that the same list counts only once."""
    if before != quantity:
        _enter(tx, product_id, "count", before or 0, quantity, now)
    tx.run(_SEEN_IN_SHEET, this=product_id, said=quantity)


def on_hand(tx: Tx) -> list[OnHand]:
    """Every product whose stock is counted, the scarcest first."""
    return tx.all(_ALL)


def last_entries(tx: Tx, product_id: int, most: int) -> list[Entry]:
    """The last changes of a product's stock, the newest first."""
    return tx.all(_LAST, this=product_id, most=most)


def _enter(
    tx: Tx,
    product_id: int,
    kind: Kind,
    before: int,
    after: int,
    now: datetime,
    *,
    cause: str | None = None,
    by_id: str | None = None,
) -> None:
    entry = {"kind": kind, "delta": after - before, "after": after, "cause": cause, "by_id": by_id}
    tx.run(_ENTER, product_id=product_id, at=int(now.timestamp()), **entry)
    tx.run(_KEEP, product_id=product_id, quantity=after, in_sheet=None)


def _short(tx: Tx, product_id: int, left: int) -> str:
    product = tx.one(_NAME, this=product_id)
    assert product is not None, "a stock belongs to a product"  # noqa: S101 - narrows the type
    return f"{product.name} 只剩 {left}{product.unit} 了" if left else f"{product.name} 卖完了"
