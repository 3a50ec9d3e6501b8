"""Pickups: my code, handing over what waits under it, and the end of a group buy.
Type: 我的取货码 / 收团 / 核销 4821 / 核销 4821 苹果1
"""

from collections import Counter
from datetime import timedelta
from typing import Any

from community import payment, people, pickup
from community.db import Tx
from community.groupbuy import buys, finding, steps
from community.groupbuy.facts import title
from community.groupbuy.offer import Buy, NotOffered, choose_buy
from community.groupbuy.wishes import Wish, read_wishes
from community.household import doors
from community.people import Role
from community.pickup import Code, Left, Waiting
from community.quantity import QuantityFault
from community.refusal import Refusal
from handlers.command import Ask, Reply, Where, alone, command, no_talk, say

BACK = timedelta(days=60)
"""How long a group buy may have been open and handed over."""

LISTED = 60
"""People named who did not come for their goods; the rest is counted."""

Goods = list[tuple[Waiting, int]]


@command("我的取货码", "取货码", example="我的取货码", help="到了的货，报什么码来取", means=alone)
def mine(tx: Tx, ask: Ask) -> Reply:
    """My code and what waits under it."""
    waits = pickup.waiting(tx, ask.who.id)
    code = pickup.code_of(tx, ask.who.id, ask.house.random, ask.now)
    return say("pickup/mine", **_facts(tx, ask.who.name, [(one, one.left) for one in waits]), code=code)


@command("收团", example="收团", help="货发完了，这个团收尾", who=Role.LEADER, where=Where.ROOM, means=no_talk)
def wind_up(tx: Tx, ask: Ask) -> Reply:
    """Nothing more is handed over; who did not come is named."""
    buy = _arrived(tx, ask)
    name = title(buy, finding.namesakes(tx))
    left = pickup.wind_up(tx, buy, ask.now)
    behind: dict[str, list[Left]] = {}
    for one in left:
        behind.setdefault(one.member_id, []).append(one)
    named = [{"name": mine[0].name, "goods": [one._asdict() for one in mine]} for mine in behind.values()]
    return say("pickup/done", title=name, left=named[:LISTED], rest=len(named[LISTED:]), people=len(named))


def _arrived(tx: Tx, ask: Ask) -> Buy:
    states = [state for state in steps.ALLOWED if state != "draft"]
    found = {state: finding.in_room(tx, ask.here.id, state, ask.now - BACK) for state in states}
    if found["arrived"]:
        latest = {buy.name: buy for buy in found["arrived"]}
        return choose_buy(list(latest.values()), ask.rest or None, "收团 {}")
    others = [buy for those in found.values() for buy in those if not ask.rest or buy.fits(ask.rest)]
    if not others:
        buys.draft_first(tx, ask.here.id, ask.who.id, ask.now)
    raise steps.refused(max(others, key=lambda buy: buy.id)) if others else Refusal("这个群里没有到了货的团。")


def redeem(tx: Tx, ask: Ask, digits: str, words: str) -> Reply:
    """Hand over what waits under a code, or the part that is named."""
    code = pickup.read_code(tx, digits, ask.now)
    waits = pickup.waiting(tx, code.member_id)
    member = people.member(tx, code.member_id)
    name = member.name if member else "邻居"
    if not waits:
        raise Refusal(f"{name} 没有要取的货了。")
    goods = _part(tx, words, waits, digits) if words else [(one, one.left) for one in waits]
    facts = _facts(tx, name, goods)
    left = pickup.hand_over(tx, code, goods, ask.who.id, ask.now)
    direct, still = ask.room is None, _named([(one, one.left) for one in left])
    return say("pickup/handed", **facts, home=_home(tx, code, direct), left=still, direct=direct)


def _home(tx: Tx, code: Code, direct: bool) -> str | None:
    """The front door; the building alone where the neighbours read along."""
    home = doors.home(tx, code.member_id)
    if home is None:
        return None
    return str(home) if direct else home.house


def _part(tx: Tx, words: str, waits: list[Waiting], digits: str) -> Goods:
    """The part of what waits that the words name; an item that waits from several orders is taken oldest first."""
    where = [finding.find(tx, buy_id) for buy_id in dict.fromkeys(one.groupbuy_id for one in waits)]
    left: Counter[int] = Counter()
    for one in waits:
        left[one.item_id] += one.left
    offered = [_only(buy, set(left)) for buy in where]
    try:
        wishes = read_wishes(words, offered, strict=True, hint=f"核销 {digits} {{1}}{{0}}")
    except QuantityFault as fault:
        raise Refusal(f"{fault.text}，可以这样发：核销 {digits} {waits[0].item}1") from fault
    except NotOffered as fault:
        raise Refusal(f"这个码要取的是{'、'.join(one.item for one in waits)}，没有“{words[:20]}”。") from fault
    for wish in wishes:
        if wish.quantity > left[wish.item.id]:
            name = next(one.item for one in waits if one.item_id == wish.item.id)
            raise Refusal(f"{name} 只剩{left[wish.item.id]}{wish.item.unit}没取。")
    return [taken for wish in wishes for taken in _taken(waits, wish)]


def _taken(waits: list[Waiting], wish: Wish) -> Goods:
    """So many of one thing, first of what was ordered, then of what is given anew."""
    taken, more = [], wish.quantity
    for one in waits:
        if one.item_id == wish.item.id and more:
            taken.append((one, min(more, one.left)))
            more -= taken[-1][1]
    return taken


def _only(buy: Buy, items: set[int]) -> Buy:
    return buy._replace(items=tuple(item for item in buy.items if item.id in items))


def _facts(tx: Tx, name: str, goods: Goods) -> dict[str, Any]:
    """Whose goods, which, what they cost, and what of that is still to be paid (all their orders), in cents."""
    orders = dict.fromkeys(one.order_id for one, _ in goods if one.claim_id is None)
    return {
        "name": name,
        "goods": _named(goods),
        "cents": sum(one.cents * portions for one, portions in goods),
        "open": sum(payment.account(tx, order_id).open for order_id in orders),
    }


def _named(goods: Goods) -> list[dict[str, Any]]:
    """As templates see them; what is given anew is called 补…."""
    return [
        {
            "item": f"补{one.item}" if one.claim_id else one.item,
            "unit": one.unit,
            "quantity": portions,
            "note": one.note,
        }
        for one, portions in goods
    ]
