"""Products and their prices: what the shop sells, and which of it is a deal on which day."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, columns, insert, prepare
from community.money import yuan
from community.refusal import Refusal

LONGEST_NAME = 30
"""Characters of a product's name."""


class Product(SQLModel, table=True):
    """Something on the shelf; prices in cents (分)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    spec: str = Field(description="5斤装; empty where nothing needs saying")
    unit: str = Field(description="what one of it is called: 份, 盒, 斤")
    cents: int = Field(description="its usual price")


class Deal(SQLModel, table=True):
    """A product's price for one day."""

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    day: str = Field(primary_key=True, index=True, description="YYYY-MM-DD in the shop's zone")
    cents: int


class Offer(NamedTuple):
    """A deal as a post shows it; the price of one unit in cents."""

    name: str
    spec: str
    unit: str
    cents: int


class _Found(NamedTuple):
    id: int


class _Shelved(NamedTuple):
    id: int
    spec: str
    cents: int


_BY_NAME = prepare(_Found, select(col(Product.id)).where(col(Product.name) == bindparam("name")))
_SHELVED = prepare(_Shelved, select(*columns(_Shelved, Product)).where(col(Product.name) == bindparam("name")))
_REPRICE = change(
    update(Product)
    .where(col(Product.id) == bindparam("this"))
    .values(spec=bindparam("new_spec"), cents=bindparam("new_cents"))
)
_ADD = change(insert(Product).on_conflict_do_nothing())
_new_deal = insert(Deal)
_SET = change(
    _new_deal.on_conflict_do_update(index_elements=["product_id", "day"], set_={"cents": _new_deal.excluded.cents})
)
_ON = prepare(
    Offer,
    select(col(Product.name), col(Product.spec), col(Product.unit), col(Deal.cents))
    .join(Product, col(Product.id) == col(Deal.product_id))
    .where(col(Deal.day) == bindparam("day"))
    .order_by(col(Product.id)),
)


def add_product(tx: Tx, name: str, spec: str, unit: str, cents: int) -> int:
    """Put a product on the shelf at its usual price; its id. Raises Refusal for a price of nothing or a taken name."""
    _must_cost(name, cents)
    if tx.run(_ADD, name=name, spec=spec, unit=unit, cents=cents) == 0:
        raise Refusal(f"已经有“{name}”了，换个名字或直接改它的价")
    return _id(tx, name)


def reprice(tx: Tx, name: str, spec: str, cents: int) -> int | None:
    """Give a product its usual price, putting it on the shelf where it is new; the price before, None for a new one.

    A new `spec` replaces the old one; an empty one leaves it.
    """
    _must_cost(name, cents)
    found = tx.one(_SHELVED, name=name)
    if found is None:
        add_product(tx, name, spec, "份", cents)
        return None
    tx.run(_REPRICE, this=found.id, new_spec=spec or found.spec, new_cents=cents)
    return found.cents


def set_deal(tx: Tx, name: str, day: date, cents: int) -> None:
    """Give a product its price for one day, replacing an earlier one.

    Raises Refusal for an unknown product, and for a price that is no deal because it is not below the usual one.
    """
    _must_cost(name, cents)
    found = tx.one(_SHELVED, name=name)
    if found is None:
        raise Refusal(f"店里还没有“{name}”，先上架再定特价：上架 {name} 规格 平时的价")
    if cents >= found.cents:
        raise Refusal(f"{name} 平时就卖 {yuan(found.cents)}，特价要比这低")
    tx.run(_SET, product_id=found.id, day=day.isoformat(), cents=cents)


def deals_on(tx: Tx, day: date) -> list[Offer]:
    """Every product with a price for that day, the one first on the shelf at the front."""
    return tx.all(_ON, day=day.isoformat())


def _id(tx: Tx, name: str) -> int:
    found = tx.one(_BY_NAME, name=name)
    if found is None:
        raise Refusal(f"店里还没有“{name}”，先上架再定特价：上架 {name} 规格 平时的价")
    return found.id


def _must_cost(name: str, cents: int) -> None:
    if cents <= 0:
        raise Refusal(f"“{name}”的价格要大于 0")
