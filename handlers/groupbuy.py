"""Group buys: opened by staff, ordered by residents, closed by staff or the clock.
Type: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单 / 确认 / 截单 / 撤团 / 团购 / +2 / 参团 2 / 改 3 / 取消 / 我的订单
"""

import re
from typing import Any

from community.db import Tx
from community.groupbuy import buys, orders
from community.groupbuy.buys import Buy
from community.groupbuy.facts import facts, summary
from community.groupbuy.orders import Placed, Standing
from community.people import Role
from community.quantity import COUNTERS, NUMBER, NUMERALS, Order, QuantityFault, looks_like_number, split_order
from community.refusal import Refusal
from community.terms import read_terms
from handlers.command import Ask, Command, Reply, Where, command, say

Choice = tuple[Buy, Placed]

_APART = re.compile(r"[\s,、。]")
# A number, then a word that is no measure, then nothing that is counted: 1同意,改天一起看.
_AGREES = re.compile(rf"[0-9]+ ?(?![{COUNTERS}{NUMERALS}半斤公两克升打])[^\W\d_](?:(?!{NUMBER} ?[{COUNTERS}])[^0-9])*")
MANY = 20
"""Lines of a message that are looked at for orders."""


@command(
    "开团",
    example="开团 红富士苹果 5斤装 29.9元 40份 2份成团 限3份 明天18:00截单 后天到货",
    help="开一个团购，先给您看一遍，回“确认”才开",
    who=Role.LEADER,
    where=Where.ROOM,
)
def draft(tx: Tx, ask: Ask) -> Reply:
    """Say what was understood; 确认 opens it."""
    if not ask.rest:
        raise draft.wrong("要写上品名、价格、份数和截单时间")
    terms = read_terms(ask.rest, ask.now)
    return say("groupbuy/draft", **_facts(buys.draft(tx, terms, ask.here.id, ask.who.id, ask.now), ask))


@command("确认", example="确认", help="按刚才那样开团", who=Role.LEADER, where=Where.ROOM, everyday=True)
def confirm(tx: Tx, ask: Ask) -> Reply | None:
    """Open my draft in this room; whoever has none was talking to somebody else."""
    if ask.rest:
        return None
    opened = buys.confirm(tx, ask.here.id, ask.who.id, ask.now)
    return None if opened is None else say("groupbuy/opened", **_facts(opened, ask))


@command("截单", example="截单", help="现在就截单，出汇总", who=Role.LEADER, where=Where.ROOM)
def close(tx: Tx, ask: Ask) -> Reply:
    """Close now, with the summary."""
    buy = _open_one(tx, ask, "截单 {}")
    return say("groupbuy/closed", **summary(ask.house, buys.close(tx, buy, ask.now)))


@command("撤团", example="撤团", help="取消这个团，已订的全部作废", who=Role.LEADER, where=Where.ROOM)
def withdraw(tx: Tx, ask: Ask) -> Reply:
    """Call it off; every order is cancelled."""
    buy = _open_one(tx, ask, "撤团 {}")
    return say("groupbuy/withdrawn", **summary(ask.house, buys.withdraw(tx, buy, ask.who.id, ask.now)))


@command("团购", "拼团", example="团购", help="现在有什么团", where=Where.ROOM)
def showing(tx: Tx, ask: Ask) -> Reply | None:
    """What is open in this room."""
    if ask.rest:
        return None
    found = buys.open_in(tx, ask.here.id, ask.now)
    return say("groupbuy/list", buys=[_facts(buy, ask) for buy in found], now=ask.now)


@command("+", "我要", example="+2", help="来2份", where=Where.ROOM, everyday=True, glue="any")
def plus(tx: Tx, ask: Ask) -> Reply | None:
    """Order, where a group buy is open; elsewhere and without a number these are words like any others."""
    if ask.keyword == "+" and not looks_like_number(ask.rest):
        return None
    found = buys.open_in(tx, ask.here.id, ask.now)
    if not found or not _is_order(ask, found):
        return None
    return _order(tx, ask, found, plus)


@command("参团", "跟团", example="参团 2", help="来2份，写明要哪个也行：参团 苹果 2份", where=Where.ROOM, glue="number")
def join(tx: Tx, ask: Ask) -> Reply:
    """Order, said in words."""
    found = buys.open_in(tx, ask.here.id, ask.now)
    if not found:
        raise Refusal("现在没有开着的团，开了会在群里喊大家。")
    return _order(tx, ask, found, join)


def _is_order(ask: Ask, found: list[Buy]) -> bool:
    """Whether +1同意 or 我要两个小时 is an order: it names nothing, or something on offer, or stands well apart.

    Where the number comes last (我要苹果 2份), nothing but the goods may stand before it: 我要给妈妈买苹果 2份 is talk.
    """
    words = _words(ask)
    try:
        item = split_order(words).item
    except QuantityFault:
        return ask.keyword == "+" and not _AGREES.fullmatch(words)
    named = buys.fits if looks_like_number(words) else buys.holds
    return (
        item is None
        or any(named(buy, item) for buy in found)
        or (ask.keyword == "+" and _APART.search(words) is not None)
    )


def _words(ask: Ask) -> str:
    """The order in a message: its first line (thanks may follow), or all of it where a later line counts, too."""
    first, _, more = ask.rest.partition("\n")
    return ask.rest if any(map(_counts, more.splitlines()[:MANY])) else first


def _counts(line: str) -> bool:
    try:
        split_order(line)
    except QuantityFault:
        return False
    return True


def _order(tx: Tx, ask: Ask, found: list[Buy], using: Command) -> Reply:
    order = _understood(ask, using, found)
    buy = buys.choose(found, order.item, f"+{order.quantity} {{}}")
    standing = orders.add(tx, buy, ask.here.id, ask.who.id, order.quantity, ask.now)
    return say("groupbuy/ordered", **_standing(standing, ask))


def _understood(ask: Ask, using: Command, found: list[Buy]) -> Order:
    """How much of what: where all that is open is counted in one unit, a number of anything else is asked about."""
    units = {buy.unit for buy in found}
    try:
        return split_order(_words(ask), unit=units.pop() if len(units) == 1 else None)
    except QuantityFault as fault:
        raise using.wrong(fault.text) from fault


@command("改", "改成", example="改 3", help="改成3份", where=Where.ROOM, everyday=True, glue="number")
def alter(tx: Tx, ask: Ask) -> Reply | None:
    """Change my order until the close."""
    if not looks_like_number(ask.rest):
        return None
    mine = _mine(tx, ask)
    if mine is None:
        return None
    order = _understood(ask, alter, [buy for buy, _ in mine])
    buy, placed = _which(mine, order.item, f"改 {order.quantity} {{}}")
    return say("groupbuy/altered", **_standing(orders.alter(tx, buy, placed, ask.who.id, order.quantity, ask.now), ask))


@command("取消", "取消订单", example="取消", help="不要了", where=Where.ROOM, everyday=True)
def cancel(tx: Tx, ask: Ask) -> Reply | None:
    """Take my order back until the close."""
    mine = _mine(tx, ask)
    if mine is None:
        return None
    buy, placed = _which(mine, _words(ask) or None, "取消 {}")
    return say("groupbuy/cancelled", **_standing(orders.cancel(tx, buy, placed, ask.who.id, ask.now), ask))


@command("我的订单", example="我的订单", help="我订了什么")
def mine(tx: Tx, ask: Ask) -> Reply:
    """What I have on order, here and in the shop's other rooms."""
    found = [
        {**order._asdict(), "total": order.quantity * order.cents, "closes": ask.house.local(order.closes_at)}
        for order in orders.of_member(tx, ask.who.id, ask.now)
    ]
    return say("groupbuy/mine", name=ask.who.name, orders=found, now=ask.now)


def _open_one(tx: Tx, ask: Ask, hint: str) -> Buy:
    found = buys.open_in(tx, ask.here.id, ask.now)
    if not found:
        raise Refusal("现在没有开着的团。")
    return buys.choose(found, ask.rest or None, hint)


def _mine(tx: Tx, ask: Ask) -> list[Choice] | None:
    """The open group buys of this room in which the one who asks has an order, with it; None where nothing is open.

    Refused where something is open and they have ordered none of it.
    """
    found = buys.open_in(tx, ask.here.id, ask.now)
    if not found:
        return None
    mine = [(buy, placed) for buy in found if (placed := orders.placed(tx, buy, ask.who.id)) is not None]
    if not mine:
        raise Refusal("现在开着的团里还没有您的订单。")
    return mine


def _which(mine: list[Choice], words: str | None, hint: str) -> Choice:
    chosen = buys.choose([buy for buy, _ in mine], words, hint)
    return next(choice for choice in mine if choice[0].id == chosen.id)


def _facts(buy: Buy, ask: Ask) -> dict[str, Any]:
    """A group buy as templates see it."""
    return facts(ask.house, buy) | {"now": ask.now}


def _standing(standing: Standing, ask: Ask) -> dict[str, Any]:
    return _facts(standing.buy, ask) | {
        "name": ask.who.name,
        "before": standing.before,
        "quantity": standing.now,
        "total": standing.cents,
    }
