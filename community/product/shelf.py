"""The shelf: puts products on it and changes their usual price; each price change goes into the history."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from community.db import Count, Tx, change, insert, prepare
from community.product import names, prices
from community.product.names import LONGEST_NAME, Found, find
from community.product.tables import Product
from community.refusal import Refusal

USUAL_UNIT = "份"
"""What one of a product is called when nobody has said."""


class _Cost(NamedTuple):
    cost: int | None


_COST = prepare(_Cost, select(col(Product.cost)).where(col(Product.id) == bindparam("this")))
_ADD = prepare(Count, insert(Product).returning(col(Product.id)))
_REPRICE = change(
    update(Product)
    .where(col(Product.id) == bindparam("this"))
    .values(spec=bindparam("new_spec"), unit=bindparam("new_unit"), cents=bindparam("new_cents"))
)


class Repriced(NamedTuple):
    """A product after its price was set, and the price in cents before; None for one that is new on the shelf."""

    product: Found
    before: int | None


def add_product(
    tx: Tx, name: str, spec: str, unit: str, cents: int, *, cost: int | None = None, since: date | None = None
) -> int:
    """Put a product on the shelf at its usual price; its id. Raises Refusal for a price of nothing or a taken name.

    `since` is the day from which it is sold at that price; without it nothing is known, and no crossed-out price can
    appeal to it.
    """
    must_cost(name, cents)
    if (taken := names.taken(tx, name)) is not None:
        raise Refusal(taken)
    return put(tx, Found(0, name, spec, unit, cents), names.key(name), cost=cost, since=since)


def put(tx: Tx, product: Found, word: str, *, cost: int | None = None, since: date | None = None) -> int:
    """Put on the shelf what has been found sound: its word free, its price above nothing; the id it is given."""
    given = product._asdict() | {"cost": cost}
    del given["id"]
    product_id = tx.count(_ADD, **given)
    names.call(tx, product_id, word)
    if since is not None:
        prices.enter_usual(tx, product_id, product.cents, since)
    return product_id


def reprice(tx: Tx, name: str, spec: str, cents: int, today: date, *, unit: str = "") -> Repriced:
    """Give a product its usual price from today on, putting it on the shelf where it is new.

    `name` may be an alias. A new `spec` or `unit` replaces the old one; an empty one leaves it. Raises Refusal for a
    price of nothing and a name that is too long.
    """
    must_cost(name, cents)
    found = find(tx, name)
    if found is None:
        if len(name) > LONGEST_NAME:
            raise Refusal(f"品名最多 {LONGEST_NAME} 个字，短一点好记")
        unit = unit or USUAL_UNIT
        added = Found(add_product(tx, name, spec, unit, cents, since=today), name, spec, unit, cents)
        return Repriced(added, None)
    after = found._replace(spec=spec or found.spec, unit=unit or found.unit, cents=cents)
    tx.run(_REPRICE, this=found.id, new_spec=after.spec, new_unit=after.unit, new_cents=cents)
    if cents != found.cents:
        prices.enter_usual(tx, found.id, cents, today, found.cents)
    return Repriced(after, found.cents)


def must_cost(name: str, cents: int) -> None:
    """Raise Refusal for a price of nothing."""
    if cents <= 0:
        raise Refusal(f"“{name}”的价格要大于 0")


def cost_of(tx: Tx, product_id: int) -> int | None:
    """What one of a product costs the shop, in cents; None where nobody has said."""
    found = tx.one(_COST, this=product_id)
    return found.cost if found else None
