"""What is on offer, as plain data: a group buy, its items, and what a portion costs. Cents and whole portions."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple, TypeVar

from community.quantity import COUNTERS, NUMBER
from community.refusal import Refusal

T = TypeVar("T")
_COUNTED = re.compile(rf"{NUMBER} ?(?:[{COUNTERS}]|公?斤)|\+ ?{NUMBER}")


class NotOffered(Refusal):
    """Nothing that is open is called so."""


class Tier(NamedTuple):
    """From `least` portions on, each one costs `cents`."""

    least: int
    cents: int


class Item(NamedTuple):
    """One thing to order; `sold` of `stock` portions are taken.

    Where it comes from the shop's own stock, `product_id` says of what, and `shelf` how much of that there is.
    """

    id: int
    groupbuy_id: int
    code: str
    name: str
    spec: str
    aliases: str
    unit: str
    cents: int
    cost: int | None
    limit_each: int | None
    stock: int
    sold: int
    tiers: tuple[Tier, ...] = ()
    product_id: int | None = None
    shelf: int | None = None

    @property
    def left(self) -> int:
        """Portions still to be had."""
        return self.stock - self.sold if self.shelf is None else min(self.stock - self.sold, self.shelf)

    def price(self, portions: int) -> int:
        """What one portion costs somebody who takes so many."""
        return min((tier.cents for tier in self.tiers if portions >= tier.least), default=self.cents)

    @property
    def full_name(self) -> str:
        """Name and spec, which nothing else that is open in a room bears."""
        return f"{self.name} {self.spec}".rstrip()

    def fits(self, words: str) -> bool:
        """Whether `words` may mean this: its code, an alias, part of its name or spec, or its name part of them.

        苹果3份梨 means no 苹果 alone: what is counted beside the name would be lost.
        """
        before, name, after = words.partition(self.name)
        beside = f"{before} {after}".replace(self.spec or " ", " ")
        return self.is_called(words) or self.holds(words) or (bool(name) and not _COUNTED.search(beside))

    def holds(self, words: str) -> bool:
        """Whether `words` are part of its name or spec."""
        return words in self.full_name or words in self.name + self.spec

    def is_called(self, words: str) -> bool:
        """Whether `words` are what it is called: its name with or without the spec, its code, an alias."""
        return words in (self.name, self.full_name) or words.upper() == self.code or words in self.aliases.split("、")


class Buy(NamedTuple):
    """A group buy with its items, as the rules see it; times in seconds since the epoch.

    `same_day`: the goods do not keep, whoever ordered is to fetch them on the day they come.
    """

    id: int
    title: str
    status: str
    target: int | None
    target_people: int | None
    target_cents: int | None
    limit_household: int | None
    opens_at: int | None
    closes_at: int
    arrives: str | None
    pickup: str | None
    delivery: bool
    same_day: bool
    items: tuple[Item, ...]

    @property
    def stock(self) -> int:
        """Portions of everything there is."""
        return sum(item.stock for item in self.items)

    @property
    def sold(self) -> int:
        """Portions of everything that are taken."""
        return sum(item.sold for item in self.items)

    @property
    def left(self) -> int:
        """Portions of everything still to be had."""
        return sum(item.left for item in self.items)

    @property
    def name(self) -> str:
        """What to call it: its title, with the spec of its only item where that is its title."""
        return self.items[0].full_name if len(self.items) == 1 and self.items[0].name == self.title else self.title

    def fits(self, words: str) -> bool:
        """Whether `words` may mean this group buy, by its title or one of its items."""
        return self.holds(words) or self.title in words or any(item.fits(words) for item in self.items)

    def holds(self, words: str) -> bool:
        """Whether `words` are part of its title or of an item's name or spec."""
        return words in self.title or any(item.holds(words) for item in self.items)

    def is_called(self, words: str) -> bool:
        """Whether `words` are its title, with or without the spec."""
        return words in (self.title, self.name)

    @property
    def missing(self) -> int:
        """Portions still missing to the target; 0 when it is reached or there is none."""
        return max(0, (self.target or 0) - self.sold)


Choice = tuple[Buy, Item]


def called(name: str, spec: str, namesakes: Container[str]) -> str:
    """What to call goods where others of another spec bear the same name: by both."""
    return f"{name} {spec}".rstrip() if name in namesakes else name


def shared_names(goods: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The names among these names and specs that goods of different specs bear."""
    specs = Counter(name for name, _ in set(goods))
    return frozenset(name for name, many in specs.items() if many > 1)


def choices(buys: Sequence[Buy]) -> list[Choice]:
    """Everything that can be ordered in these group buys."""
    return [(buy, item) for buy in buys for item in buy.items]


def choose(found: Sequence[Choice], words: str | None, hint: str) -> Choice:
    """The one thing that `words` name; without words there must be only one.

    Refused, with `hint` as example of how to say it, when none or several fit.
    """
    items = [item for _, item in found]
    chosen = _only(items, words, (Item.fits, Item.is_called, Item.holds))
    if chosen is not None:
        return next(choice for choice in found if choice[1] is chosen)
    fitting = [item for item in items if not words or item.fits(words)]
    raise _ask_again([_name_among(item, fitting or items) for item in (fitting or items)], bool(fitting), words, hint)


def choose_buy(buys: Sequence[Buy], words: str | None, hint: str) -> Buy:
    """The group buy that `words` name by its title or one of its items. Refused like `choose`."""
    chosen = _only(buys, words, (Buy.fits, Buy.is_called, Buy.holds))
    if chosen is not None:
        return chosen
    fitting = [buy for buy in buys if not words or buy.fits(words)]
    asked = fitting or buys
    names = [buy.title if sum(other.title == buy.title for other in asked) == 1 else buy.name for buy in asked]
    raise _ask_again(names, bool(fitting), words, hint)


def _only(things: Sequence[T], words: str | None, closer: Sequence[Callable[[T, str], bool]]) -> T | None:
    """The only one that fits the words, more and more closely looked at; None where there is no such one."""
    if not words:
        return things[0] if len(things) == 1 else None
    for fits in closer:
        found = [thing for thing in things if fits(thing, words)]
        if len(found) == 1:
            return found[0]
    return None


def _ask_again(names: list[str], some_fit: bool, words: str | None, hint: str) -> Refusal:
    example = hint.format(names[0])
    if not some_fit:
        return NotOffered(f"没找到“{(words or '')[:20]}”，开着的有：{'、'.join(names)}。可以这样发：{example}")
    return Refusal(f"是{'、'.join(names[:-1])}还是{names[-1]}？可以这样发：{example}")


def _name_among(item: Item, others: Sequence[Item]) -> str:
    """What to call it so that it is not taken for another: its name, with its spec where two bear one name."""
    return item.name if sum(other.name == item.name for other in others) == 1 else item.full_name
