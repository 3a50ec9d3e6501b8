"""Group buys as residents order in them, by a number, by words, by the bare name of what is on offer.
Type: +2 / 我要 苹果 / A2 B1 / 来2份 / 参团 2 / 改 3 / 取消 / 我的订单
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from community import payment, pickup, replacement
from community.db import Tx
from community.groupbuy import finding, note, orders
from community.groupbuy.facts import standing_facts
from community.groupbuy.offer import Buy, NotOffered, called, choices, choose, shared_names
from community.groupbuy.orders import Mine, Placed, Standing
from community.groupbuy.wishes import Wish, is_shared, read_wishes, readings
from community.quantity import (
    COUNTERS,
    NUMBER,
    NUMERALS,
    QuantityFault,
    looks_like_number,
    read_quantity,
    split_order,
)
from community.refusal import Refusal
from community.remark import is_remark, sounds_like_talk
from community.wording.speech import moment
from handlers.command import Ask, Command, Reply, Said, Where, asking, command, say

_APART = re.compile(r"[\s,、。]")
# A number, then a word that is no measure, then nothing that is counted: 1同意,改天一起看.
_AGREES = re.compile(rf"[0-9]+ ?(?![{COUNTERS}{NUMERALS}半斤公两克升打])[^\W\d_](?:(?!{NUMBER} ?[{COUNTERS}])[^0-9])*")
# What 来 and 要 order without the name of goods: 2, 2份, 两箱, but no 一把 (of cards) and no 一个 (of people).
_PORTIONS = re.compile(rf"[0-9]+$|{NUMBER} ?[份箱盒板袋瓶包提筐桶罐](?![0-9{NUMERALS}])")
_EVERYTHING = frozenset(("全部", "所有", "全都", "都"))
MANY = 20
"""Lines of a message that are looked at for orders."""


def _may_order(said: Said) -> bool:
    """Whether this may be an order: a number where something is on offer, and nothing but goods named beside it.

    Only a + that stands well apart from the rest is an order in any case: +1 橙子 is told that there are none.
    """
    sure = said.keyword == "+"
    if said.nothing_open or (sure and not looks_like_number(said.rest)):
        return False
    if said.rest.isascii() and said.rest.isdigit():
        return True  # nearly every order is a +1, so it is worth a short way
    words = _words(said.rest)
    read, stem = list(readings(words)), _stem(words)
    if sure and (_APART.search(stem) or (not read and not _AGREES.fullmatch(stem))):
        return True  # the order, or what is wrong with it
    return any(_names_goods(said, [order.item for order in orders]) for orders in read)


def _names_goods(said: Said, items: list[str | None]) -> bool:
    """Whether goods are named and nothing else; 苹果2份 橘子1份 without 橘子 is an order, too, and is told so."""
    named = [said.names(item) if item else bool(said.keyword) for item in items]
    return all(named) or (not said.keyword and all(items) and any(named))


@command(
    "+", "我要", example="+2", help="来2份", where=Where.ROOM, everyday=True, glue="any", bare=True, means=_may_order
)
def plus(tx: Tx, ask: Ask) -> Reply | None:
    """Order, where a group buy is open; elsewhere and without a number these are words like any others.

    +1同意 and 我要两个小时 are talk: only what is on offer may be named, unless a +1 stands well apart from the rest.
    Where the number comes last, nothing but the goods may stand before it: 我要给妈妈买苹果 2份 is talk, too.
    """
    return _take(tx, ask)


def _may_take(said: Said) -> bool:
    """来2份 and 要两份苹果; 来两个人, 要2个小时 and 来一把 are talk, as is 来一个 without the name of goods."""
    named = (order.item for orders in readings(_words(said.rest)) for order in orders)
    bare = _PORTIONS.match(said.rest) is not None or (said.keyword == "加" and said.rest in ("一", "两"))
    return _may_order(said) and (bare or any(named))


@command(
    "来",
    "要",
    "加",
    "再来",
    "再要",
    "再加",
    example="来2份",
    help="来2份，跟 +2 一样",
    where=Where.ROOM,
    everyday=True,
    glue="number",
    listed=False,
    means=_may_take,
)
def take(tx: Tx, ask: Ask) -> Reply | None:
    """Order in the fewest words, where a group buy is open and the words say nothing else."""
    return _take(tx, ask)


@command("参团", "跟团", example="参团 2", help="来2份，写明要哪个也行：参团 苹果 2份", where=Where.ROOM, glue="number")
def join(tx: Tx, ask: Ask) -> Reply:
    """Order, said in words."""
    found = ask.open(tx)
    if not found:
        _not_yet(tx, ask, _words(ask.rest))
        raise Refusal("现在没有开着的团，开了会在群里喊大家。")
    return _order(tx, ask, _understood(ask, found, join))


def _take(tx: Tx, ask: Ask) -> Reply | None:
    found = ask.open(tx)
    words, sure = _words(ask.rest), ask.keyword == "+"
    if not found:
        _not_yet(tx, ask, words)
        return None
    try:
        return _order(tx, ask, read_wishes(words, found, strict=not looks_like_number(words)))
    except QuantityFault as fault:
        if not sure or _AGREES.fullmatch(_stem(words)):
            return None
        raise plus.wrong(fault.text) from fault
    except NotOffered:
        if sure and _APART.search(_stem(words)):
            raise
        _half(words, found)
        return None


def _not_yet(tx: Tx, ask: Ask, words: str) -> None:
    """Refused where this orders what is announced, but does not take orders yet: when it will."""
    announced = finding.running_in(tx, ask.here.id, ask.now)
    if not announced:
        return
    try:
        buy = read_wishes(words, announced, strict=not looks_like_number(words))[0].buy
    except (QuantityFault, NotOffered):
        return
    except Refusal:
        buy = announced[0]  # which of several is asked once they take orders
    begins = moment(ask.house.local(buy.opens_at or 0), ask.now)
    raise Refusal(f"{buy.title} {begins}开始接单，到时候再发一遍。")


def _half(words: str, found: list[Buy]) -> None:
    """苹果2份 橘子1份, where there are no 橘子: whoever names what is on offer is told that the other is not."""
    for read in readings(words):
        named = [order.item or "" for order in read]
        if any(_offered(found, item) for item in named) and not any(map(sounds_like_talk, named)):
            for item in named:
                if not _offered(found, item):
                    choose(choices(found), item, "+1 {}")


def _offered(found: list[Buy], words: str) -> bool:
    return any(item.holds(words) or item.is_called(words) for _, item in choices(found))


def _words(rest: str) -> str:
    """The order in a message: its first line with remarks below it, or all of it where a later line counts, too."""
    first, _, more = rest.partition("\n")
    later = more.splitlines()[:MANY]
    return rest if any(map(_counts, later)) else "\n".join([first, *filter(is_remark, later)])


def _stem(words: str) -> str:
    """The words without the lines that are mere remarks."""
    first, *more = words.split("\n")
    return "\n".join([first, *(line for line in more if not is_remark(line))])


def _counts(line: str) -> bool:
    if is_remark(line):
        return False
    try:
        split_order(line)
    except QuantityFault:
        return False
    return True


def _order(tx: Tx, ask: Ask, wishes: list[Wish]) -> Reply:
    done = [orders.add(tx, wish, ask.here.id, ask.who.id, ask.now) for wish in wishes]
    return _done("groupbuy/ordered", done, ask, _remarked(tx, ask, wishes))


def _remarked(tx: Tx, ask: Ask, wishes: list[Wish]) -> str:
    """Keep what was said beside the order as its note; as it is kept, empty where nothing was said."""
    kept = [note.keep(tx, _placed(tx, one, ask).id, one.remark, ask.who.id, ask.now) for one in wishes if one.remark]
    return kept[0] if kept else ""


def _understood(ask: Ask, found: list[Buy], using: Command, beside: Sequence[Buy] = ()) -> list[Wish]:
    hint = "改 {} {}" if using is alter else "+{} {}"
    try:
        return read_wishes(_words(ask.rest), found, hint=hint, beside=beside)
    except QuantityFault as fault:
        raise using.wrong(fault.text) from fault


def _alters_only(said: Said) -> bool:
    """苹果改成2份: goods and a number, and no word beside them (苹果改成3点吃 is talk)."""
    try:
        orders = [split_order(said.rest)]
    except QuantityFault:
        return False
    return all(order.item is not None and said.names_only(order.item) for order in orders)


def _may_alter(said: Said) -> bool:
    """改 3, 改成2份苹果; 改一下地址, 改 天再说 and 改3点开会 are talk; once all is closed, any but a number."""
    if said.behind:
        return _alters_only(said)
    if not said.rest or (said.glued and not looks_like_number(said.rest)):
        return False
    if said.nothing_open:
        return _a_number(said.rest)
    words = _words(said.rest)
    read = list(readings(words))
    if not read:
        return looks_like_number(words) or said.names(words)
    apart = _APART.search(_stem(words)) is not None
    items = [[order.item for order in orders if order.item] for orders in read]
    return any(all(said.names(item) or (apart and not sounds_like_talk(item)) for item in named) for named in items)


@command(
    "改",
    "改成",
    "改为",
    example="改 3",
    help="改成3份",
    where=Where.ROOM,
    everyday=True,
    glue="number",
    after=("改成", "改为", "改"),
    means=_may_alter,
)
def alter(tx: Tx, ask: Ask) -> Reply | None:
    """Change my order until the close; glued to other words (改一下地址) it is talk."""
    found = ask.open(tx)
    mine = _mine(tx, ask, found)
    if mine is None or (ask.behind and not _has(mine, ask.rest)):
        return None
    wishes = _understood(ask, mine, alter, found)
    done = [orders.alter(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now) for wish in wishes]
    return _done("groupbuy/altered", done, ask, _remarked(tx, ask, wishes))


def _may_cancel(said: Said) -> bool:
    """取消, 取消苹果, 苹果不要了, 取消1份 (who is told how to have less); 取消一个会议 and 取消 航班了 are talk."""
    words = _words(said.rest)
    if words in _EVERYTHING:
        return not said.nothing_open
    if said.behind or (said.glued and not _a_number(words)):
        return said.names_only(words)
    if not words or _a_number(words):
        return True
    if said.nothing_open:
        return False
    return said.names(words) or not sounds_like_talk(words)


@command(
    "取消",
    "取消订单",
    example="取消",
    help="不要了",
    where=Where.ROOM,
    everyday=True,
    glue="any",
    after=("不要了", "不订了", "取消"),
    means=_may_cancel,
)
def cancel(tx: Tx, ask: Ask) -> Reply | None:
    """Take my order back until the close, all of it: whoever names a number is told how to have less."""
    some = _a_number(_words(ask.rest))
    found = ask.open(tx)
    mine = _mine(tx, ask, found)
    if mine is None or (ask.behind and not _has(mine, ask.rest)):
        return None
    if some:
        raise Refusal("只留几份就发“改 2”这样，都不要了就发“取消”。")
    words, every = _words(ask.rest), choices(mine)
    hint = "取消 {}" if words else "取消 {}，都不要了就发：取消 全部"
    chosen = every if words in _EVERYTHING else [choose(every, words or None, hint)]
    wishes = [Wish(buy, item, 0, shared=is_shared(item, found)) for buy, item in chosen]
    done = [orders.cancel(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now) for wish in wishes]
    return _done("groupbuy/cancelled", done, ask)


def _a_number(words: str) -> bool:
    try:
        read_quantity(words)
    except QuantityFault:
        return False
    return True


def _mine(tx: Tx, ask: Ask, found: list[Buy]) -> list[Buy] | None:
    """The open group buys of this room, with only what the one who asks has ordered; None where nothing is open.

    Refused where something is open and they have ordered none of it, and where what they have ordered has closed.
    """
    if not found:
        if not ask.rest or _a_number(ask.rest):
            _too_late(tx, ask)
        return None
    mine = [buy._replace(items=tuple(i for i in buy.items if orders.placed(tx, i, ask.who.id))) for buy in found]
    if not any(buy.items for buy in mine):
        if ask.behind:
            return None
        raise Refusal("现在开着的团里还没有您的订单。")
    return [buy for buy in mine if buy.items]


def _has(mine: list[Buy], words: str) -> bool:
    """Whether the words speak of something that they ordered: 苹果不要了 may be said to a neighbour."""
    first = words.split(" ", 1)[0]
    return any(item.fits(first) for _, item in choices(mine))


def _too_late(tx: Tx, ask: Ask) -> None:
    """Whoever thinks an order is taken back, though its group buy has closed, must hear that it is not."""
    if any(order.status in ("closed", "reached") for order in orders.of_member(tx, ask.who.id, ask.now)):
        raise Refusal("团已经截单了，要改要退跟店里说一声。")


def _placed(tx: Tx, wish: Wish, ask: Ask) -> Placed:
    placed = orders.placed(tx, wish.item, ask.who.id)
    assert placed is not None, "only what they ordered was there to choose from"  # noqa: S101 - narrows the type
    return placed


@command("我的订单", example="我的订单", help="我订了什么", means=asking)
def mine(tx: Tx, ask: Ask) -> Reply:
    """What I have on order, here and in the shop's other rooms, as it stands now."""
    mine = orders.of_member(tx, ask.who.id, ask.now)
    shared = shared_names((order.name, order.spec) for order in mine) | finding.namesakes(tx)
    named = [order._replace(name=called(order.name, order.spec, shared)) for order in mine]
    places = Counter(name for name, _ in {(order.name, order.room) for order in named})
    found = [_order_facts(tx, ask, order, several=places[order.name] > 1) for order in named]
    anew = [due._asdict() for due in replacement.waiting(tx, ask.who.id)]
    waits = bool(anew) or any(order["waits"] for order in found)
    code = pickup.code_of(tx, ask.who.id, ask.house.random, ask.now) if waits else None
    back = payment.owed_back(payment.of_member(tx, ask.who.id, ask.now))
    return say("groupbuy/mine", name=ask.who.name, orders=found, anew=anew, back=back, code=code, now=ask.now)


def _order_facts(tx: Tx, ask: Ask, order: Mine, *, several: bool) -> dict[str, Any]:
    """An order as templates see it: what is paid, in cents what is open, and whether something waits to be fetched."""
    account = payment.account(tx, order.order_id)
    return order._asdict() | {
        "room": order.room if several else None,
        "total": order.total,
        "closes": ask.house.local(order.closes_at),
        "paid": account.paid,
        "open": account.open,
        "waits": order.status == "arrived" and bool(order.granted) and order.collected != order.granted,
    }


def _done(template: str, done: list[Standing], ask: Ask, words: str = "") -> Reply:
    """The answer to an order of one thing or several, with the note that was written on it."""
    standings = [standing_facts(ask.house, standing) for standing in done]
    cents = sum(standing.cents for standing in done)
    return say(template, name=ask.who.name, done=standings, total=cents, note=words, now=ask.now)
