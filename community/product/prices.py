"""Price history: every price that was valid is kept, and what was the lowest of the last days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community.db import Tx, change, columns, insert, prepare
from community.product.tables import PriceEntry

DAYS = 7
"""Days that a crossed-out price looks back: 规范促销行为暂行规定, article 21."""


class Price(NamedTuple):
    """A price that was set for a day or from a day on, in cents."""

    kind: str
    day: str
    cents: int
    set_on: str


class _Known(NamedTuple):
    id: int


_OF = col(PriceEntry.product_id) == bindparam("of")
_USUAL = col(PriceEntry.kind) == "usual"
_ENTER = change(insert(PriceEntry))
_ANY = prepare(_Known, select(col(PriceEntry.id)).where(_OF, _USUAL).limit(1))
_WITHIN = prepare(
    Price,
    select(*columns(Price, PriceEntry))
    .where(_OF, col(PriceEntry.day) >= bindparam("start"), col(PriceEntry.day) < bindparam("end"))
    .order_by(col(PriceEntry.id)),
)
_BEFORE = prepare(
    Price,
    select(*columns(Price, PriceEntry))
    .where(_OF, _USUAL, col(PriceEntry.day) < bindparam("start"))
    .order_by(col(PriceEntry.day).desc(), col(PriceEntry.id).desc())
    .limit(1),
)


def enter_usual(tx: Tx, product_id: int, cents: int, today: date, before: int | None = None) -> None:
    """Keep that the product has this usual price from today on.

    `before` is the usual price until now; where nothing was known of it, it is kept as having been valid today.
    """
    if before is not None and tx.one(_ANY, of=product_id) is None:
        _enter(tx, product_id, "usual", before, today, today)
    _enter(tx, product_id, "usual", cents, today, today)


def enter_deal(tx: Tx, product_id: int, cents: int, day: date, today: date) -> None:
    """Keep that today the product was given this price for `day`."""
    _enter(tx, product_id, "deal", cents, day, today)


def lowest_of_last_days(tx: Tx, product_id: int, before: date, days: int = DAYS) -> int | None:
    """The lowest price in cents that was valid on any of the `days` days before `before`, deals included.

    None where the product had no price yet. A usual price holds until the next one; on the day of a change both count.
    """
    start, end = (before - timedelta(days=days)).isoformat(), before.isoformat()
    carried = tx.all(_BEFORE, of=product_id, start=start)
    return _lowest([*carried, *tx.all(_WITHIN, of=product_id, start=start, end=end)])


def _lowest(prices: Iterable[Price]) -> int | None:
    charged: list[int] = []
    planned: dict[str, int] = {}
    for price in prices:
        if price.kind == "deal" and price.set_on < price.day:
            planned[price.day] = price.cents  # a later plan for the same day replaces it: nobody paid it
        else:
            charged.append(price.cents)
    return min([*charged, *planned.values()], default=None)


def _enter(tx: Tx, product_id: int, kind: str, cents: int, day: date, today: date) -> None:
    values = {"day": day.isoformat(), "set_on": today.isoformat()}
    tx.run(_ENTER, product_id=product_id, kind=kind, cents=cents, **values)
