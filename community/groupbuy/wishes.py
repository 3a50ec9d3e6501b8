"""What residents wish for, out of the words of one order: `2`, `2 苹果`, `A2 B1`, `红富士2 盐汽水4`."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from community.groupbuy.offer import Buy, Choice, Item, NotOffered, choices, choose
from community.quantity import COUNTERS, NUMBER, Order, QuantityFault, normalise, split_order, whole_number
from community.refusal import Refusal
from community.remark import IsGoods, Parted, is_polite, is_remark, part

MOST = 12
"""Different things one message may order."""

_WAYS = ((None, False), (None, True), ("斤", False))
_SIGNS = ",，、;；"
_BREAK = re.compile(rf"[{_SIGNS}\n]+")
_PORTIONS = rf"{NUMBER} ?[{COUNTERS}]?"
_CODES = re.compile(
    rf"(?:([A-Z]) ?[+Xx*×]? ?({NUMBER})(?!\d) ?[{COUNTERS}]?[ {_SIGNS}/和+]*)+(?<![+/和])", re.IGNORECASE
)
# 苹果1、橘子2 and 一箱苹果，两份橘子 name two things, though the last number (or the first) would do for all of it.
_ANOTHER = re.compile(rf"\+ ?{NUMBER}|{_PORTIONS}[{_SIGNS}]|[{_SIGNS}] ?(?:再?[来要加])? ?{_PORTIONS}")
_CODE = re.compile(rf"([A-Z]) ?[+Xx*×]? ?({NUMBER})", re.IGNORECASE)


class Wish(NamedTuple):
    """So many portions of an item of a group buy; `remark` is what was said beside it (放门口), as typed.

    `shared`: other goods that are open beside these bear the same name.
    """

    buy: Buy
    item: Item
    quantity: int
    remark: str = ""
    shared: bool = False

    @property
    def called(self) -> str:
        """What to call the goods, so that they are not taken for others that are open beside them."""
        return self.item.full_name if self.shared else self.item.name


def read_wishes(
    text: str, buys: Sequence[Buy], *, strict: bool = False, hint: str = "+{} {}", beside: Sequence[Buy] = ()
) -> list[Wish]:
    """What is ordered, each item once. `strict`: nothing but the goods' own words may stand where goods are named.

    Raises QuantityFault where no number fits, NotOffered where no item does, Refusal where several do; `hint` shows
    how to say it, with room for quantity and item. `beside`: what else is open, and what is wished for must not be
    taken for.
    """
    found = choices(buys)
    units = {item.unit for _, item in found}
    unit = units.pop() if len(units) == 1 else None
    orders, remark = _read(text, unit, _coded(buys), lambda words: _is_goods(found, words))
    if len(orders) == 1 and not remark:
        orders, remark = _aside(found, orders[0])
    if len(orders) > MOST:
        raise Refusal(f"一次最多订 {MOST} 样，分两回发吧。")
    chosen = [(order, *_choice(found, order, strict, hint)) for order in orders]
    others = [*buys, *beside]
    meant = [item for _, _, item in chosen if _speaks_of(remark, item)] or [item for _, _, item in chosen]
    return _once(
        [
            Wish(buy, item, one.quantity, remark if item in meant else "", is_shared(item, others))
            for one, buy, item in chosen
        ]
    )


def _speaks_of(remark: str, item: Item) -> bool:
    """Whether the remark names these goods (苹果要大的), so that it is not for what is ordered beside them."""
    return any(item.name[at : at + 2] in remark for at in range(max(1, len(item.name) - 1)))


def _aside(found: Sequence[Choice], order: Order) -> tuple[list[Order], str]:
    """What is said behind the goods, apart from them, is a remark, be its words known or not: 苹果，牙不好."""
    goods, _, words = (order.item or "").partition(",")
    named = any(item.holds(goods) or item.is_called(goods) for _, item in found)
    if not words or not named or _is_goods(found, words):
        return [order], ""
    return [Order(order.quantity, goods)], words.strip()


def is_shared(item: Item, buys: Sequence[Buy]) -> bool:
    """Whether other goods in these group buys bear the item's name."""
    for buy in buys:
        for one in buy.items:
            if one.name == item.name and one.spec != item.spec:
                return True
    return False


def readings(text: str) -> Iterator[list[Order]]:
    """Every way to read the words alone, whatever is on offer, what it is sold by, and whether it shows letters.

    斤 is the one measure that counts only where goods are sold by it.
    """
    for unit, coded in _WAYS:
        with suppress(QuantityFault):
            yield _read(text, unit, coded, lambda words: False)[0]


def _read(text: str, unit: str | None, coded: bool, is_goods: IsGoods) -> tuple[list[Order], str]:
    """The orders in the words, and the remark; portions that the remark shares out (一份给我妈) are among those."""
    if text.isascii() and text.isdigit():
        return list(_by_name(text, unit)), ""  # nearly every order is a +1, so it is worth a short way
    order, remark, shares = _parted(text, is_goods)
    orders = _orders(order, unit, coded)
    if shares > sum(one.quantity for one in orders):
        raise QuantityFault("一共要几份拿不准")
    return orders, remark


def _parted(text: str, is_goods: IsGoods) -> Parted:
    """The orders of every line, and all remarks together."""
    first, *more = text.split("\n")
    lines = [part(first, is_goods)]
    lines += [
        Parted("", "" if is_polite(line) else line.strip()) if is_remark(line) else part(line, is_goods)
        for line in more
    ]
    order = "\n".join(line.line for line in lines if line.line)
    return Parted(order, "，".join(line.remark for line in lines if line.remark), sum(line.shares for line in lines))


def _is_goods(found: Sequence[Choice], words: str) -> bool:
    return any(item.holds(words) or item.is_called(words) or item.name in words for _, item in found)


def _orders(text: str, unit: str | None, coded: bool) -> list[Order]:
    line = normalise(text)
    return list(_by_code(line)) if coded and _CODES.fullmatch(line) else list(_by_name(text, unit))


def _coded(buys: Sequence[Buy]) -> bool:
    """Codes mean something only where one group buy shows them."""
    return len(buys) == 1 and len(buys[0].items) > 1


def _by_code(line: str) -> Iterator[Order]:
    for code, number in _CODE.findall(line):
        quantity = whole_number(number)
        if not quantity:
            raise QuantityFault("最少要 1 份")
        yield Order(quantity, code.upper())


def _by_name(text: str, unit: str | None) -> Iterator[Order]:
    """One order, or several where one number cannot be all that is said."""
    try:
        yield _single(text, unit)
    except QuantityFault as fault:
        pieces = [piece for part in _BREAK.split(text) for piece in _pieces(normalise(part))]
        try:
            orders = [split_order(piece, unit=unit) for piece in pieces]
        except QuantityFault:
            raise fault from None
        if len(orders) < 2 or not all(order.item for order in orders):
            raise
        yield from orders


def _single(text: str, unit: str | None) -> Order:
    """One order; +1 苹果，+1 梨 are two, though the first number stands alone, and so are 一份苹果，两份梨."""
    order = split_order(text, unit=unit)
    if order.item and _ANOTHER.search(order.item):
        raise QuantityFault("一条里有两个数，分开写就好")
    return order


def _pieces(part: str) -> Iterator[str]:
    """红富士 2 盐汽水4 → 红富士 2, 盐汽水4: a number of its own belongs to the name before it."""
    held = ""
    for word in part.split(" "):
        if held and re.fullmatch(rf"{NUMBER}[份箱盒袋件]?", word):
            yield f"{held} {word}"
            held = ""
        else:
            if held:
                yield held
            held = word
    if held:
        yield held


def _choice(found: list[Choice], order: Order, strict: bool, hint: str) -> Choice:
    if strict and order.item and not any(item.holds(order.item) or item.is_called(order.item) for _, item in found):
        raise NotOffered(order.item)
    return choose(found, order.item, hint.format(order.quantity, "{}"))


def _once(wishes: list[Wish]) -> list[Wish]:
    """The same item named twice is one wish for both together."""
    if len(wishes) == 1:
        return wishes
    together: dict[int, Wish] = {}
    for wish in wishes:
        before = together.get(wish.item.id)
        together[wish.item.id] = wish._replace(quantity=wish.quantity + (before.quantity if before else 0))
    return list(together.values())
