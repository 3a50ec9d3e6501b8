"""Stock: what is on the shelf, what came in, what was counted; for those who work in the shop.
Type: 进货 鲜鸡蛋 30 / 盘点 鲜鸡蛋 12 / 库存 鲜鸡蛋 / 库存
"""

import re
from typing import NamedTuple

from community.db import Tx
from community.groupbuy import shelf
from community.people import Role
from community.product import names, stock
from community.product.names import Found
from community.quantity import COUNTERS, NUMBER, normalise, whole_number
from community.refusal import Refusal
from handlers.command import Ask, Command, Reply, command, no_sentence, say

_ENTRIES = 5
"""Last changes shown with one product's stock."""
_LISTED = 40
"""Products shown in one answer, so that it stays on two screens of a phone."""

_MEASURES = COUNTERS + "斤块"
_MANY = re.compile(rf"(?P<name>.*?)\s*(?<![0-9.,/点−–-])[+x×*]?(?P<number>{NUMBER})\s*(?P<unit>[{_MEASURES}])?")
_FRACTION = re.compile(r".*(?:[0-9][.,/点][0-9]|半|[½¼¾]).*")


class Amount(NamedTuple):
    """So many units of a product."""

    product: Found
    quantity: int


@command("进货", example="进货 鲜鸡蛋 30", help="到的货，一行一样", who=Role.CLERK, everyday=True, means=no_sentence)
def deliver(tx: Tx, ask: Ask) -> Reply | None:
    """Add what came in."""
    amounts = _amounts(tx, ask.rest, deliver)
    if not all(amount.quantity for amount in amounts):
        raise deliver.wrong("进货的数要大于 0")
    goods = [
        {
            "product": product,
            "quantity": quantity,
            "before": stock.held(tx, product.id),
            "now": stock.deliver(tx, product, quantity, ask.who.id, ask.now),
        }
        for product, quantity in amounts
    ]
    return say("stock/delivered", goods=goods) if goods else None


@command("盘点", example="盘点 鲜鸡蛋 12", help="数出来的，一行一样", who=Role.CLERK, everyday=True, means=no_sentence)
def count(tx: Tx, ask: Ask) -> Reply | None:
    """Put the stock at what was counted."""
    goods = [
        {
            "product": product,
            "now": now,
            "before": stock.count(tx, product, now, ask.who.id, ask.now),
            "waiting": shelf.waiting(tx, product.id),
        }
        for product, now in _amounts(tx, ask.rest, count)
    ]
    return say("stock/counted", goods=goods) if goods else None


@command("库存", example="库存 鲜鸡蛋", help="还有多少", who=Role.CLERK, everyday=True, means=no_sentence)
def showing(tx: Tx, ask: Ask) -> Reply:
    """What there is of one product with its last changes, or of all."""
    if not ask.rest:
        found = stock.on_hand(tx)
        return say("stock/list", goods=found[:_LISTED], more=len(found) - _LISTED)
    product = names.must_find(tx, ask.rest)
    entries = [
        {"at": ask.house.local(entry.at), "kind": entry.kind, "delta": entry.delta, "after": entry.after}
        for entry in stock.last_entries(tx, product.id, _ENTRIES)
    ]
    return say("stock/one", product=product, held=stock.held(tx, product.id), entries=entries, now=ask.now)


def _amounts(tx: Tx, rest: str, using: Command) -> list[Amount]:
    """The products and numbers named, one a line; none where the words were talk among colleagues."""
    lines = [line for line in map(normalise, rest.splitlines()) if line] or [""]
    if len(lines) > _LISTED:
        raise using.wrong(f"一次最多 {_LISTED} 行")
    found = [_amount(tx, line, using) for line in lines]
    if None in found and len(found) > 1:
        raise using.wrong(f"“{lines[found.index(None)][:20]}”没看懂")
    return [amount for amount in found if amount is not None]


def _amount(tx: Tx, line: str, using: Command) -> Amount | None:
    """The product and the number named; None where there is neither."""
    if (whole := names.find(tx, line)) is not None:
        raise using.wrong(f"{whole.name} 要写上数")
    found = _MANY.fullmatch(line)
    if not line or (found and not found["name"]):
        raise using.wrong("写上品名和数")
    if found is None:
        _must_be_talk(tx, line, using)
        return None
    product = names.must_find(tx, found["name"])
    if found["unit"] not in (None, "份", product.unit) and product.unit != "份":
        raise Refusal(
            f"{product.name} 按{product.unit}记，{found['number']}{found['unit']}是几{product.unit}？写个数就好"
        )
    return Amount(product, _whole(found["number"], using))


def _must_be_talk(tx: Tx, line: str, using: Command) -> None:
    """Raise Refusal where a product or a number was meant after all."""
    named = names.find(tx, line.split(maxsplit=1)[0])
    if named is not None and _FRACTION.fullmatch(line):
        raise using.wrong(f"{named.name} 只记整数")
    if named is not None:
        raise using.wrong(f"{named.name} 的数没看懂")


def _whole(word: str, using: Command) -> int:
    number = whole_number(word)
    if number is None:
        raise using.wrong("数没看懂")
    if number > stock.MOST:
        raise using.wrong(f"一次最多记 {stock.MOST}")
    return number
