"""Arrivals: staff say what came, look at who gets how much, and confirm it.
Type: 到货 / 到货 红富士 30 / 到货 红富士 30 按比例 / 确认到货
"""

from datetime import timedelta

from community.arrival import notices, plan
from community.arrival.reading import Came, read_arrival
from community.db import Tx
from community.groupbuy import buys, finding, steps
from community.groupbuy.offer import Buy, Item, NotOffered, choices, choose, choose_buy
from community.people import Role
from community.refusal import Refusal
from handlers.command import Ask, Reply, Where, command, no_talk, say

BACK = timedelta(days=60)
"""How long a group buy may have been open and waited for its goods."""


@command(
    "到货",
    example="到货 红富士 30",
    help="货到了，少了写到了多少，后面加“按比例”就大家匀着分",
    who=Role.LEADER,
    where=Where.ROOM,
    everyday=True,
    means=no_talk,
)
def arrived(tx: Tx, ask: Ask) -> Reply:
    """Show who would get how much; 确认到货 makes it so, and makes nothing so where the last 到货 was refused."""
    try:
        return _shown(tx, ask)
    except Refusal as refusal:  # answered, not raised: what is raised takes back all that was written
        plan.drop(tx, ask.here.id, ask.who.id)
        return say("arrival/refused", name=ask.who.name, why=refusal.text)


def _shown(tx: Tx, ask: Ask) -> Reply:
    said = read_arrival(ask.rest)
    if said is None:
        raise arrived.wrong()
    waiting = _waiting(tx, ask, " ".join([said.about, *(one.words for one in said.came)]).strip())
    found = [_choose(waiting, one) for one in said.came]
    meant = {buy.id: buy for buy, _ in found}
    if len(meant) > 1:
        raise Refusal("这几样不是一个团的，一个团一个团地发。")
    if len({item.id for _, item in found}) < len(found):
        raise arrived.wrong("同一样写了两遍")
    buy = next(iter(meant.values())) if meant else _named(waiting, said.about)
    came = {item.id: one.number for (_, item), one in zip(found, said.came, strict=True)}
    drawn = plan.draw_up(tx, buy, came, said.pro_rata)
    plan.keep(tx, drawn, ask.here.id, ask.who.id, ask.now)
    again = sum(other.name == buy.name for other in waiting) > 1
    return say("arrival/preview", **notices.preview(tx, ask.house, drawn), again=again)


@command("确认到货", example="确认到货", help="按刚才那样到货，发取货码", who=Role.LEADER, where=Where.ROOM)
def confirm(tx: Tx, ask: Ask) -> Reply:
    """Book the plan, tell those who get less, then give out the codes."""
    drawn = plan.kept(tx, ask.here.id, ask.who.id, ask.now)
    if drawn is None:
        raise Refusal("没有等着确认的到货，先发“到货”看一遍。")
    shown = notices.preview(tx, ask.house, drawn)
    plan.book(tx, drawn, ask.here.id, ask.who.id, ask.now)
    notices.tell(tx, ask.house, drawn, ask.now)
    return say("arrival/booked", **shown)


def _waiting(tx: Tx, ask: Ask, words: str) -> list[Buy]:
    """The group buys of this room whose goods may come; refused, with the reason, where the one meant is none."""
    waiting = _in_states(tx, ask, steps.before("arrived"))
    if not waiting:
        others = _in_states(tx, ask, [state for state in steps.ALLOWED if state != "draft"])
        meant = [buy for buy in others if not words or buy.fits(words)]
        if not meant:
            buys.draft_first(tx, ask.here.id, ask.who.id, ask.now)
        raise steps.refused(meant[-1]) if meant else Refusal("这个群里没有等着到货的团。")
    return waiting


def _in_states(tx: Tx, ask: Ask, states: "tuple[str, ...] | list[str]") -> list[Buy]:
    """The group buys of this room in these states, the oldest first."""
    found = [buy for state in states for buy in finding.in_room(tx, ask.here.id, state, ask.now - BACK)]
    return sorted(found, key=lambda buy: buy.id)


def _choose(waiting: list[Buy], one: Came) -> tuple[Buy, Item]:
    """The goods that are meant; where two group buys wait for the same, those of the later one."""
    try:
        latest = {item.full_name: (buy, item) for buy, item in choices(waiting)}
        return choose(list(latest.values()), one.words or None, f"到货 {{}} {one.number}")
    except NotOffered as fault:
        raise _unknown(waiting, one.words) from fault


def _named(waiting: list[Buy], about: str) -> Buy:
    try:
        return choose_buy(list({buy.name: buy for buy in waiting}.values()), about or None, "到货 {}")
    except NotOffered as fault:
        raise _unknown(waiting, about) from fault


def _unknown(waiting: list[Buy], words: str) -> Refusal:
    return Refusal(f"没找到“{words[:20]}”，等着到货的有：{'、'.join(buy.title for buy in waiting)[:200]}。")
