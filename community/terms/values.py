"""What the terms of a group buy come to: its items, its conditions, and the fault that says what is wrong with them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from community.refusal import Refusal

MOST_STOCK = 99_999
MOST_ITEMS = 26
"""One for each letter by which residents order: A2 B1."""

LONGEST_NAME = 40
QUOTED = 30
"""Characters of a line that an answer says again."""

EXAMPLE = "红富士苹果 5斤装 29.9元 40份 明天18:00截单"
EXAMPLE_ITEM = "砂糖橘 一箱 35元 30份"
EXAMPLE_CLOSE = "明天18:00截单"


class TermsFault(Refusal):
    """The lines lack something, contradict themselves or hold what nobody understands; the text says it kindly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is sold: `stock` portions, counted in `unit`, at `unit_cents` each, at most `limit` to a person.

    `tiers` are (least quantity, cents each), quantities rising, prices falling and all below `unit_cents`.
    `cost_cents` is what one portion costs the shop: for the staff alone. `aliases` are other names residents may use.
    """

    name: str
    spec: str | None
    unit_cents: int
    stock: int
    unit: str = "份"
    limit: int | None = None
    tiers: tuple[tuple[int, int], ...] = ()
    cost_cents: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A group buy before it opens: its items (one to 26) and how they are sold. None: nothing was said of it.

    `target` counts portions over all items, `target_cents` money over all items, `limit_household` portions over all
    items. Without `opens_at` it opens at once. `rooms` are names as typed, "all", or None for the room it is typed in.
    `pickup` is the place and its hours in words. `from_stock`: the goods stand on the shop's own shelf (现货), so that
    what is ordered is taken from its stock where that is counted; `stock_asked`: 用库存 was written, so it must be.
    `same_day`: the goods do not keep, they are fetched as they come.
    """

    title: str
    items: tuple[Item, ...]
    closes_at: datetime
    opens_at: datetime | None = None
    arrives: date | None = None
    target: int | None = None
    target_people: int | None = None
    target_cents: int | None = None
    limit_household: int | None = None
    rooms: tuple[str, ...] | Literal["all"] | None = None
    pickup: str | None = None
    delivery: bool = False
    from_stock: bool = False
    stock_asked: bool = False
    same_day: bool = False
