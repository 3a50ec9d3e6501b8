"""Group buys: opened by staff, ordered by residents, closed by staff or the clock.
Type: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单 / 确认 / 截单 / 撤团 / 团购 / +2 / A2 B1 / 改 3 / 取消 / 我的订单
"""

import re
from datetime import timedelta
from functools import partial
from typing import Any

from community import outbox, payment, people, pickup, replacement
from community.db import Tx
from community.groupbuy import buys, finding, orders, picture
from community.groupbuy.facts import facts, standing_facts, tell_rooms
from community.groupbuy.offer import Buy, NotOffered, choices, choose, choose_buy
from community.groupbuy.orders import Mine, Placed, Standing
from community.groupbuy.wishes import Wish, read_wishes
from community.people import Role
from community.quantity import COUNTERS, NUMBER, NUMERALS, QuantityFault, looks_like_number, read_quantity, split_order
from community.refusal import Refusal
from community.terms import read_terms
from handlers.command import Ask, Command, Reply, Where, command, say

_APART = re.compile(r"[\s,、。]")
# A number, then a word that is no measure, then nothing that is counted: 1同意,改天一起看.
_AGREES = re.compile(rf"[0-9]+ ?(?![{COUNTERS}{NUMERALS}半斤公两克升打])[^\W\d_](?:(?!{NUMBER} ?[{COUNTERS}])[^0-9])*")
BACK = timedelta(days=60)
"""How long ago a group buy may have been begun that is called off."""
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


@command("确认", example="确认", help="按刚才那样开团", who=Role.LEADER, where=Where.ROOM, everyday=True, reshapes=True)
def confirm(tx: Tx, ask: Ask) -> Reply | None:
    """Open my draft in this room; whoever has none was talking to somebody else."""
    if ask.rest:
        return None
    opened = buys.confirm(tx, ask.here.id, ask.who.id, ask.now)
    if opened is None:
        return None
    _announce(tx, ask, opened)
    return say("groupbuy/opened", **_facts(opened, ask))


def _announce(tx: Tx, ask: Ask, opened: Buy) -> None:
    """Tell its other rooms that it is open, and show every room what it looks like after the words, each once."""
    text, name = ask.house.wording.render("groupbuy/opened", **_facts(opened, ask)), picture.of(tx, opened)
    for room_id in filter(partial(people.enabled, tx), finding.rooms(tx, opened)):
        if room_id != ask.here.id:
            outbox.say(tx, room_id, text, "notice", ask.now, cause=f"groupbuy-opened:{opened.id}")
        if name is not None:
            shown, cause = f"{opened.title}.jpg", f"groupbuy-picture:{opened.id}"
            outbox.say(tx, room_id, shown, "notice", ask.now, cause=cause, image=name)


@command("截单", example="截单", help="现在就截单，出汇总", who=Role.LEADER, where=Where.ROOM, reshapes=True)
def close(tx: Tx, ask: Ask) -> Reply:
    """Close now, with the summary."""
    closed = buys.close(tx, _open_one(tx, ask, "截单 {}"), ask.now)
    return say("groupbuy/closed", **tell_rooms(tx, ask.house, "groupbuy/closed", closed, ask.now, but=ask.here.id))


@command("撤团", example="撤团", help="取消这个团，已订的全部作废", who=Role.LEADER, where=Where.ROOM, reshapes=True)
def withdraw(tx: Tx, ask: Ask) -> Reply:
    """Call it off, until its goods arrive; every order is cancelled."""
    called_off = buys.withdraw(tx, _still_to_come(tx, ask), ask.who.id, ask.now)
    told = tell_rooms(tx, ask.house, "groupbuy/withdrawn", called_off, ask.now, but=ask.here.id)
    return say("groupbuy/withdrawn", **told)


def _still_to_come(tx: Tx, ask: Ask) -> Buy:
    """What is to be called off: one that is open, or by its name one that is closed and has not arrived."""
    closed = [buy for state in ("closed", "reached") for buy in finding.in_room(tx, ask.here.id, state, ask.now - BACK)]
    if not ask.rest or not any(buy.fits(ask.rest) for buy in closed):
        _arrived_already(tx, ask)
        if closed and not finding.open_in(tx, ask.here.id, ask.now):
            raise Refusal(f"{closed[-1].title} 已经截单了，真要撤就写上名字：撤团 {closed[-1].name}")
        return _open_one(tx, ask, "撤团 {}")
    return choose_buy([*finding.open_in(tx, ask.here.id, ask.now), *closed], ask.rest, "撤团 {}")


def _arrived_already(tx: Tx, ask: Ask) -> None:
    arrived = [buy for buy in finding.in_room(tx, ask.here.id, "arrived", ask.now - BACK) if buy.fits(ask.rest)]
    others = finding.open_in(tx, ask.here.id, ask.now)
    if ask.rest and arrived and not any(buy.fits(ask.rest) for buy in others):
        raise Refusal(f"{arrived[-1].title} 已经到货了，撤不了。谁的货有毛病走“售后”，发完了发“收团”。")


@command("团购", "拼团", example="团购", help="现在有什么团", where=Where.ROOM)
def showing(tx: Tx, ask: Ask) -> Reply | None:
    """What is open in this room."""
    if ask.rest:
        return None
    found = finding.open_in(tx, ask.here.id, ask.now)
    return say("groupbuy/list", buys=[facts(ask.house, buy) for buy in found], now=ask.now)


@command("+", "我要", example="+2", help="来2份", where=Where.ROOM, everyday=True, glue="any", bare=True)
def plus(tx: Tx, ask: Ask) -> Reply | None:
    """Order, where a group buy is open; elsewhere and without a number these are words like any others.

    +1同意 and 我要两个小时 are talk: only what is on offer may be named, unless a +1 stands well apart from the rest.
    Where the number comes last, nothing but the goods may stand before it: 我要给妈妈买苹果 2份 is talk, too.
    """
    if ask.keyword == "+" and not looks_like_number(ask.rest):
        return None
    found = ask.open(tx)
    if not found:
        return None
    words, sure = _words(ask), ask.keyword == "+"
    try:
        return _order(tx, ask, read_wishes(words, found, strict=not looks_like_number(words)))
    except QuantityFault as fault:
        if not sure or _AGREES.fullmatch(words):
            return None
        raise plus.wrong(fault.text) from fault
    except NotOffered:
        if sure and _APART.search(words):
            raise
        return None


@command("参团", "跟团", example="参团 2", help="来2份，写明要哪个也行：参团 苹果 2份", where=Where.ROOM, glue="number")
def join(tx: Tx, ask: Ask) -> Reply:
    """Order, said in words."""
    found = ask.open(tx)
    if not found:
        raise Refusal("现在没有开着的团，开了会在群里喊大家。")
    return _order(tx, ask, _understood(ask, found, join))


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


def _order(tx: Tx, ask: Ask, wishes: list[Wish]) -> Reply:
    return _done("groupbuy/ordered", [orders.add(tx, wish, ask.here.id, ask.who.id, ask.now) for wish in wishes], ask)


def _understood(ask: Ask, found: list[Buy], using: Command) -> list[Wish]:
    try:
        return read_wishes(_words(ask), found, hint="改 {} {}" if using is alter else "+{} {}")
    except QuantityFault as fault:
        raise using.wrong(fault.text) from fault


@command("改", "改成", example="改 3", help="改成3份", where=Where.ROOM, everyday=True, glue="number")
def alter(tx: Tx, ask: Ask) -> Reply | None:
    """Change my order until the close; glued to other words (改一下地址) it is talk."""
    if not ask.rest or (ask.glued and not looks_like_number(ask.rest)):
        return None
    mine = _mine(tx, ask)
    if mine is None:
        return None
    wishes = _understood(ask, mine, alter)
    done = [orders.alter(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now) for wish in wishes]
    return _done("groupbuy/altered", done, ask)


@command("取消", "取消订单", example="取消", help="不要了", where=Where.ROOM, everyday=True, glue="number")
def cancel(tx: Tx, ask: Ask) -> Reply | None:
    """Take my order back until the close, all of it: whoever names a number is told how to have less."""
    some = _a_number(_words(ask))
    if ask.glued and not some:
        return None
    mine = _mine(tx, ask)
    if mine is None:
        return None
    if some:
        raise Refusal("只留几份就发“改 2”这样，都不要了就发“取消”。")
    wish = Wish(*choose(choices(mine), _words(ask) or None, "取消 {}"), 0)
    return _done("groupbuy/cancelled", [orders.cancel(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now)], ask)


def _a_number(words: str) -> bool:
    try:
        read_quantity(words)
    except QuantityFault:
        return False
    return True


def _mine(tx: Tx, ask: Ask) -> list[Buy] | None:
    """The open group buys of this room, with only what the one who asks has ordered; None where nothing is open.

    Refused where something is open and they have ordered none of it, and where what they have ordered has closed.
    """
    found = ask.open(tx)
    if not found:
        if not ask.rest or _a_number(ask.rest):
            _too_late(tx, ask)
        return None
    mine = [buy._replace(items=tuple(i for i in buy.items if orders.placed(tx, i, ask.who.id))) for buy in found]
    if not any(buy.items for buy in mine):
        raise Refusal("现在开着的团里还没有您的订单。")
    return [buy for buy in mine if buy.items]


def _too_late(tx: Tx, ask: Ask) -> None:
    """Whoever thinks an order is taken back, though its group buy has closed, must hear that it is not."""
    if any(order.status in ("closed", "reached") for order in orders.of_member(tx, ask.who.id, ask.now)):
        raise Refusal("团已经截单了，要改要退跟店里说一声。")


def _placed(tx: Tx, wish: Wish, ask: Ask) -> Placed:
    placed = orders.placed(tx, wish.item, ask.who.id)
    assert placed is not None, "only what they ordered was there to choose from"  # noqa: S101 - narrows the type
    return placed


@command("我的订单", example="我的订单", help="我订了什么")
def mine(tx: Tx, ask: Ask) -> Reply:
    """What I have on order, here and in the shop's other rooms, as it stands now."""
    found = [_order_facts(tx, ask, order) for order in orders.of_member(tx, ask.who.id, ask.now)]
    anew = [due._asdict() for due in replacement.waiting(tx, ask.who.id)]
    waits = bool(anew) or any(order["waits"] for order in found)
    code = pickup.code_of(tx, ask.who.id, ask.house.random, ask.now) if waits else None
    back = payment.owed_back(payment.of_member(tx, ask.who.id, ask.now))
    return say("groupbuy/mine", name=ask.who.name, orders=found, anew=anew, back=back, code=code, now=ask.now)


def _order_facts(tx: Tx, ask: Ask, order: Mine) -> dict[str, Any]:
    """An order as templates see it: what is paid, in cents what is open, and whether something waits to be fetched."""
    account = payment.account(tx, order.order_id)
    return order._asdict() | {
        "total": order.total,
        "closes": ask.house.local(order.closes_at),
        "paid": account.paid,
        "open": account.open,
        "waits": order.status == "arrived" and bool(order.granted) and order.collected != order.granted,
    }


def _open_one(tx: Tx, ask: Ask, hint: str) -> Buy:
    found = finding.open_in(tx, ask.here.id, ask.now)
    if not found:
        raise Refusal("现在没有开着的团。")
    return choose_buy(found, ask.rest or None, hint)


def _facts(buy: Buy, ask: Ask) -> dict[str, Any]:
    """A group buy as templates see it."""
    return facts(ask.house, buy) | {"now": ask.now}


def _done(template: str, done: list[Standing], ask: Ask) -> Reply:
    """The answer to an order of one thing or several."""
    standings = [standing_facts(ask.house, standing) for standing in done]
    return say(template, name=ask.who.name, done=standings, total=sum(standing.cents for standing in done), now=ask.now)
