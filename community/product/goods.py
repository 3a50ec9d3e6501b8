"""All goods at once: what the shop has, for a list to be compared with, and the writing of many products in one go."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from community.db import Tx, change, columns, prepare
from community.product import names, pictures, prices, shelf, stock
from community.product.names import Found
from community.product.pictures import ProductPicture
from community.product.shelf import USUAL_UNIT
from community.product.tables import Product, ProductWord, Stock


@dataclass(frozen=True, slots=True)
class Line:
    """One product as a list has it, prices in cents; None where its cell is empty, which leaves what is there.

    `word` is the key of its name; `aliases` have theirs before them. `picture` is a file's name as the list has it, or
    once that has been looked at, its name in the uploads.
    """

    row: int
    word: str
    name: str
    spec: str | None = None
    unit: str | None = None
    price: int | None = None
    cost: int | None = None
    stock: int | None = None
    aliases: Mapping[str, str] | None = None
    picture: str | None = None


class OnShelf(NamedTuple):
    """One product as the shop has it; `stock` is None where nobody counts it, `in_sheet` what the last list said."""

    id: int
    name: str
    spec: str
    unit: str
    cents: int
    cost: int | None
    stock: int | None
    in_sheet: int | None
    picture: str | None
    aliases: Mapping[str, str]


class Step(NamedTuple):
    """A line to be written, and the product it changes; None for a new one."""

    line: Line
    before: OnShelf | None


class _Row(NamedTuple):
    word: str
    id: int
    name: str
    spec: str
    unit: str
    cents: int
    cost: int | None
    stock: int | None
    in_sheet: int | None
    picture: str | None


class _Alias(NamedTuple):
    product_id: int
    word: str
    alias: str


_GOODS = prepare(
    _Row,
    select(*columns(_Row, Product, ProductWord, Stock, stock=col(Stock.quantity), picture=col(ProductPicture.name)))
    .join(ProductWord, col(ProductWord.product_id) == col(Product.id))
    .join(Stock, col(Stock.product_id) == col(Product.id), isouter=True)
    .join(ProductPicture, col(ProductPicture.product_id) == col(Product.id), isouter=True)
    .where(col(ProductWord.alias).is_(None)),
)
_ALIASES = prepare(
    _Alias,
    select(*columns(_Alias, ProductWord)).where(col(ProductWord.alias).is_not(None)).order_by(col(ProductWord.word)),
)
_CHANGE = change(
    update(Product)
    .where(col(Product.id) == bindparam("this"))
    .values(
        name=bindparam("to_name"),
        spec=bindparam("to_spec"),
        unit=bindparam("to_unit"),
        cents=bindparam("to_cents"),
        cost=bindparam("to_cost"),
    )
)


def on_shelf(tx: Tx) -> dict[str, OnShelf]:
    """Every product the shop has, by the key of its name."""
    aliases: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for product_id, word, alias in tx.all(_ALIASES):
        aliases[product_id][word] = alias
    return {row.word: OnShelf(*row[1:], aliases.get(row.id, {})) for row in tx.all(_GOODS)}


def write(tx: Tx, steps: Iterable[Step], now: datetime) -> None:
    """Write the lines, which have been found sound against what is on the shelf in the same transaction."""
    written = [(line, before, _product(tx, line, before, now)) for line, before in steps]
    for line, before, _ in written:
        if before and line.aliases is not None:
            for word in before.aliases.keys() - line.aliases.keys():
                names.drop_alias(tx, word)
    for line, _, product_id in written:  # only now: an alias may have moved from one product to another
        for word, alias in (line.aliases or {}).items():
            names.call(tx, product_id, word, alias)


def _product(tx: Tx, line: Line, before: OnShelf | None, now: datetime) -> int:
    product_id = _changed(tx, line, before, now) if before else _new(tx, line, now)
    if line.stock is not None and (before is None or line.stock != before.in_sheet):
        stock.count_in_sheet(tx, product_id, before and before.stock, line.stock, now)
    if line.picture is not None:
        pictures.put(tx, product_id, line.picture)
    return product_id


def _new(tx: Tx, line: Line, now: datetime) -> int:
    assert line.price is not None, "a new product without a price is a problem"  # noqa: S101 - narrows the type
    product = Found(0, line.name, line.spec or "", line.unit or USUAL_UNIT, line.price)
    return shelf.put(tx, product, line.word, cost=line.cost, since=now.date())


def _changed(tx: Tx, line: Line, before: OnShelf, now: datetime) -> int:
    cents = before.cents if line.price is None else line.price
    tx.run(
        _CHANGE,
        this=before.id,
        to_name=line.name,
        to_spec=before.spec if line.spec is None else line.spec,
        to_unit=line.unit or before.unit,
        to_cents=cents,
        to_cost=before.cost if line.cost is None else line.cost,
    )
    if cents != before.cents:
        prices.enter_usual(tx, before.id, cents, now.date(), before.cents)
    return before.id
