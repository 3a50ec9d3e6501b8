"""Group buys: opened by staff, ordered by residents, closed by staff or the clock.
Type: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单 / 确认 / 截单 / 撤团 / 团购 / +2 / 来2份 / A2 B1 / 改 3 / 取消
and: 我的订单
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from community import outbox, payment, people, pickup, replacement
from community.db import Tx
from community.groupbuy import buys, finding, orders, picture
from community.groupbuy.facts import facts, standing_facts, tell_rooms
from community.groupbuy.offer import Buy, NotOffered, called, choices, choose, choose_buy, shared_names
from community.groupbuy.orders import Mine, Placed, Standing
from community.groupbuy.wishes import Wish, is_shared, read_wishes, readings
from community.people import Role
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
from community.terms import read_terms
from handlers.command import Ask, Command, Reply, Said, Where, alone, asking, command, no_sentence, no_talk, say

_APART = re.compile(r"[\s,、。]")
# A number, then a word that is no measure, then nothing that is counted: 1同意,改天一起看.
_AGREES = re.compile(rf"[0-9]+ ?(?![{COUNTERS}{NUMERALS}半斤公两克升打])[^\W\d_](?:(?!{NUMBER} ?[{COUNTERS}])[^0-9])*")
BACK = timedelta(days=60)
"""How long ago a group buy may have been begun that is called off."""
# What 来 and 要 order without the name of goods: 2, 2份, 两箱, but no 一把 (of cards) and no 一个 (of people).
_PORTIONS = re.compile(rf"[0-9]+$|{NUMBER} ?[份箱盒板袋瓶包提筐桶罐](?![0-9{NUMERALS}])")
MANY = 20
"""Lines of a message that are looked at for orders."""


@command(
    "开团",
    example="开团 红富士苹果 5斤装 29.9元 40份 2份成团 限3份 明天18:00截单 后天到货",
    help="开一个团购，先给您看一遍，回“确认”才开",
    who=Role.LEADER,
    where=Where.ROOM,
    means=no_sentence,
)
def draft(tx: Tx, ask: Ask) -> Reply:
    """Say what was understood; 确认 opens it."""
    if not ask.rest:
        raise draft.wrong("要写上品名、价格、份数和截单时间")
    terms = read_terms(ask.rest, ask.now)
    return say("groupbuy/draft", **_facts(buys.draft(tx, terms, ask.here.id, ask.who.id, ask.now), ask))


@command(
    "确认",
    example="确认",
    help="按刚才那样开团",
    who=Role.LEADER,
    where=Where.ROOM,
    everyday=True,
    reshapes=True,
    means=alone,
)
def confirm(tx: Tx, ask: Ask) -> Reply | None:
    """Open my draft in this room; whoever has none was talking to somebody else."""
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


@command(
    "截单", example="截单", help="现在就截单，出汇总", who=Role.LEADER, where=Where.ROOM, reshapes=True, means=no_talk
)
def close(tx: Tx, ask: Ask) -> Reply:
    """Close now, with the summary."""
    buy, names = _open_one(tx, ask, "截单 {}"), finding.namesakes(tx)
    closed = buys.close(tx, buy, ask.now)
    return say("groupbuy/closed", **tell_rooms(tx, ask.house, "groupbuy/closed", closed, names, ask.now, ask.here.id))


@command(
    "撤团",
    example="撤团",
    help="取消这个团，已订的全部作废",
    who=Role.LEADER,
    where=Where.ROOM,
    reshapes=True,
    means=no_talk,
)
def withdraw(tx: Tx, ask: Ask) -> Reply:
    """Call it off, until its goods arrive; every order is cancelled."""
    buy, names = _still_to_come(tx, ask), finding.namesakes(tx)
    called_off = buys.withdraw(tx, buy, ask.who.id, ask.now)
    told = tell_rooms(tx, ask.house, "groupbuy/withdrawn", called_off, names, ask.now, ask.here.id)
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


@command("团购", "拼团", example="团购", help="现在有什么团", where=Where.ROOM, means=alone)
def showing(tx: Tx, ask: Ask) -> Reply:
    """What is open in this room."""
    found = finding.open_in(tx, ask.here.id, ask.now)
    return say("groupbuy/list", buys=[facts(ask.house, buy) for buy in found], now=ask.now)


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
    return any(all(said.names(order.item) if order.item else said.keyword for order in orders) for orders in read)


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
    return _may_order(said) and (_PORTIONS.match(said.rest) is not None or any(named))


@command(
    "来",
    "要",
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
        raise Refusal("现在没有开着的团，开了会在群里喊大家。")
    return _order(tx, ask, _understood(ask, found, join))


def _take(tx: Tx, ask: Ask) -> Reply | None:
    found = ask.open(tx)
    if not found:
        return None
    words, sure = _words(ask.rest), ask.keyword == "+"
    try:
        return _order(tx, ask, read_wishes(words, found, strict=not looks_like_number(words)))
    except QuantityFault as fault:
        if not sure or _AGREES.fullmatch(_stem(words)):
            return None
        raise plus.wrong(fault.text) from fault
    except NotOffered:
        if sure and _APART.search(_stem(words)):
            raise
        return None


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
    return _done("groupbuy/ordered", [orders.add(tx, wish, ask.here.id, ask.who.id, ask.now) for wish in wishes], ask)


def _understood(ask: Ask, found: list[Buy], using: Command, beside: Sequence[Buy] = ()) -> list[Wish]:
    hint = "改 {} {}" if using is alter else "+{} {}"
    try:
        return read_wishes(_words(ask.rest), found, hint=hint, beside=beside)
    except QuantityFault as fault:
        raise using.wrong(fault.text) from fault


def _may_alter(said: Said) -> bool:
    """改 3, 改成2份苹果; 改一下地址, 改 天再说 and 改3点开会 are talk; once all is closed, any but a number."""
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
    means=_may_alter,
)
def alter(tx: Tx, ask: Ask) -> Reply | None:
    """Change my order until the close; glued to other words (改一下地址) it is talk."""
    found = ask.open(tx)
    mine = _mine(tx, ask, found)
    if mine is None:
        return None
    wishes = _understood(ask, mine, alter, found)
    done = [orders.alter(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now) for wish in wishes]
    return _done("groupbuy/altered", done, ask)


def _may_cancel(said: Said) -> bool:
    """取消, 取消 苹果, 取消1份 (who is told how to have less); 取消一个会议 and 取消 航班了 are talk."""
    words = _words(said.rest)
    if not words or _a_number(words):
        return True
    if said.glued or said.nothing_open:
        return False
    return said.names(words) or not sounds_like_talk(words)


@command(
    "取消",
    "取消订单",
    example="取消",
    help="不要了",
    where=Where.ROOM,
    everyday=True,
    glue="number",
    means=_may_cancel,
)
def cancel(tx: Tx, ask: Ask) -> Reply | None:
    """Take my order back until the close, all of it: whoever names a number is told how to have less."""
    some = _a_number(_words(ask.rest))
    found = ask.open(tx)
    mine = _mine(tx, ask, found)
    if mine is None:
        return None
    if some:
        raise Refusal("只留几份就发“改 2”这样，都不要了就发“取消”。")
    buy, item = choose(choices(mine), _words(ask.rest) or None, "取消 {}")
    wish = Wish(buy, item, 0, shared=is_shared(item, found))
    return _done("groupbuy/cancelled", [orders.cancel(tx, wish, _placed(tx, wish, ask), ask.who.id, ask.now)], ask)


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
