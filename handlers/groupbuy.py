"""Group buys as the staff run them: opened with a draft, closed early or by the clock, called off; and what is open.
Type: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单 / 确认 / 截单 / 撤团 / 团购
"""

from datetime import timedelta
from functools import partial
from typing import Any

from community import outbox, people
from community.db import Tx
from community.filename import file_name
from community.groupbuy import buys, finding, picture
from community.groupbuy.facts import facts, summary, tell_rooms
from community.groupbuy.offer import Buy, choose_buy
from community.groupbuy.reminders import lacking
from community.people import Role
from community.refusal import Refusal
from community.terms import read_terms
from handlers.command import Ask, Reply, Where, alone, command, no_sentence, no_talk, say

BACK = timedelta(days=60)
"""How long ago a group buy may have been begun that is called off."""


@command(
    "开团",
    example="开团 红富士苹果 5斤装 29.9元 40份 2份成团 限3份 明天18:00截单 后天到货",
    help="开一个团购，先给您看一遍，回“确认”才开",
    who=Role.LEADER,
    where=Where.ROOM,
    means=no_sentence,
)
def draft(tx: Tx, ask: Ask) -> Reply:
    """Say what was understood; 确认 opens it, and opens nothing where the last 开团 was refused."""
    try:
        with tx.part():
            return say("groupbuy/draft", **_facts(_drafted(tx, ask), ask))
    except Refusal as refusal:  # answered, not raised: what is raised takes back all that was written
        buys.drop_drafts(tx, ask.here.id, ask.who.id, ask.now)
        return say("groupbuy/refused", name=ask.who.name, why=refusal.text)


def _drafted(tx: Tx, ask: Ask) -> Buy:
    if not ask.rest:
        raise draft.wrong("要写上品名、价格、份数和截单时间")
    return buys.draft(tx, read_terms(ask.rest, ask.now), ask.here.id, ask.who.id, ask.now)


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
            shown, cause = file_name(opened.title, ".jpg"), f"groupbuy-picture:{opened.id}"
            outbox.say(tx, room_id, shown, "notice", ask.now, cause=cause, image=name)


@command(
    "截单", example="截单", help="现在就截单，出汇总", who=Role.LEADER, where=Where.ROOM, reshapes=True, means=no_talk
)
def close(tx: Tx, ask: Ask) -> Reply:
    """Close now, with the summary."""
    buy, names = _open_one(tx, ask, "截单 {}"), finding.namesakes(tx)
    if buy.opens_at and buy.opens_at > ask.now.timestamp():
        raise Refusal(f"{buy.title} 还没开始接单，不开了就发“撤团”。")
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
    """Call it off, until its goods arrive; every order is cancelled. What is only a draft nobody else heard of."""
    if drafted := _only_drafted(tx, ask):
        dropped = buys.withdraw(tx, drafted, ask.who.id, ask.now)
        return say("groupbuy/withdrawn", **summary(ask.house, dropped, finding.namesakes(tx)))
    buy, names = _still_to_come(tx, ask), finding.namesakes(tx)
    if ask.rest and len(buy.items) > 1 and ask.rest not in buy.title and buy.title not in ask.rest:
        raise Refusal(f"“{ask.rest[:20]}”是{buy.title}里的一样，单撤一样不行；要撤整个团就发：撤团 {buy.title}")
    called_off = buys.withdraw(tx, buy, ask.who.id, ask.now)
    told = tell_rooms(tx, ask.house, "groupbuy/withdrawn", called_off, names, ask.now, ask.here.id)
    return say("groupbuy/withdrawn", **told)


def _only_drafted(tx: Tx, ask: Ask) -> Buy | None:
    """My draft, where nothing else in this room can be meant."""
    waiting = finding.drafts(tx, ask.here.id, ask.who.id, ask.now - buys.DRAFT_LASTS)
    mine = [buy for buy in waiting if not ask.rest or buy.fits(ask.rest)]
    others = finding.running_in(tx, ask.here.id, ask.now)
    return mine[-1] if mine and not any(not ask.rest or buy.fits(ask.rest) for buy in others) else None


def _still_to_come(tx: Tx, ask: Ask) -> Buy:
    """What is to be called off: one that is open, or by its name one that is closed and has not arrived."""
    closed = [buy for state in ("closed", "reached") for buy in finding.in_room(tx, ask.here.id, state, ask.now - BACK)]
    if not ask.rest or not any(buy.fits(ask.rest) for buy in closed):
        _arrived_already(tx, ask)
        if closed and not finding.running_in(tx, ask.here.id, ask.now):
            raise Refusal(f"{closed[-1].title} 已经截单了，真要撤就写上名字：撤团 {closed[-1].name}")
        return _open_one(tx, ask, "撤团 {}")
    return choose_buy([*finding.running_in(tx, ask.here.id, ask.now), *closed], ask.rest, "撤团 {}")


def _arrived_already(tx: Tx, ask: Ask) -> None:
    arrived = [buy for buy in finding.in_room(tx, ask.here.id, "arrived", ask.now - BACK) if buy.fits(ask.rest)]
    others = finding.running_in(tx, ask.here.id, ask.now)
    if ask.rest and arrived and not any(buy.fits(ask.rest) for buy in others):
        raise Refusal(f"{arrived[-1].title} 已经到货了，撤不了。谁的货有毛病走“售后”，发完了发“收团”。")


@command("团购", "拼团", example="团购", help="现在有什么团", where=Where.ROOM, means=alone)
def showing(tx: Tx, ask: Ask) -> Reply:
    """What is open in this room, and what is announced to begin later."""
    found = finding.running_in(tx, ask.here.id, ask.now)
    return say("groupbuy/list", buys=[facts(ask.house, buy) | lacking(tx, buy) for buy in found], now=ask.now)


def _open_one(tx: Tx, ask: Ask, hint: str) -> Buy:
    found = finding.running_in(tx, ask.here.id, ask.now)
    if not found:
        buys.draft_first(tx, ask.here.id, ask.who.id, ask.now)
        raise Refusal("现在没有开着的团。")
    return choose_buy(found, ask.rest or None, hint)


def _facts(buy: Buy, ask: Ask) -> dict[str, Any]:
    """A group buy as templates see it."""
    return facts(ask.house, buy) | {"now": ask.now}
