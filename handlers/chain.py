"""Chains (接龙): each one sent is a whole new state of the orders in it.
Type: 接龙 (the current one, to copy) / a whole chain / 我是 3号 / 同意 3号
"""

from collections.abc import Sequence
from typing import Any

from community import outbox, staff
from community.chain import claims, offered
from community.chain.apply import Doubtful, News, Outcome, Sender, apply
from community.chain.claims import Pointed, read_pointed
from community.chain.current import current
from community.chain.kept import Line
from community.chain.standing import phrase
from community.db import Tx
from community.groupbuy.facts import facts
from community.groupbuy.offer import Buy, choose_buy
from community.refusal import Refusal
from community.remark import ends_like_talk, sounds_like_talk
from handlers.command import Ask, Reply, Said, Where, command, say, silence


def _of_a_chain(said: Said) -> bool:
    """接龙, 接龙 苹果 and a chain below the word; without an open group buy no more than the word."""
    if not said.rest or said.nothing_open:
        return not said.rest
    return "\n" in said.rest or any(map(str.isnumeric, said.rest)) or said.names(said.rest)


@command(
    "接龙",
    example="接龙",
    help="现在的接龙，复制了往下接",
    where=Where.ROOM,
    everyday=True,
    chain=True,
    means=_of_a_chain,
)
def chain(tx: Tx, ask: Ask) -> Reply | None:
    """Show the current chain, or take in the one that was sent; elsewhere than under a group buy it is talk."""
    found = ask.open(tx)
    if ask.keyword and (not ask.rest or any(buy.fits(ask.rest) for buy in found)):
        return _show(tx, ask, found)
    sent = offered.find_chain(tx, ask.here, found, f"{ask.keyword}\n{ask.rest}" if ask.keyword else ask.rest)
    if sent is None:
        return None
    sender = ask.sender or Sender(ask.who.id, ask.who.name, ask.who.role.staff)
    outcome = apply(tx, sent.buy, ask.here.id, sent.chain, sender, ask.now)
    told = _told(sent.buy, outcome)
    if outcome.contested:
        _tell_owners(tx, ask, sender, told["contested"])
    return silence() if outcome.quiet else say("chain/applied", **told)


def _show(tx: Tx, ask: Ask, found: Sequence[Buy]) -> Reply:
    if not found:
        raise Refusal("现在没有开着的团，开了就能接龙。")
    buy = choose_buy(found, ask.rest or None, "接龙 {}")
    return say("chain/current", chain=written(tx, ask, buy))


def written(tx: Tx, ask: Ask, buy: Buy) -> str:
    """The current chain of a group buy in this room, ready to copy."""
    title = ask.house.wording.render("chain/title", **facts(ask.house, buy))
    return current(tx, buy, ask.here.id, title, lambda rows: ask.house.wording.render("chain/above", rows=rows))


def doubts(ask: Ask, buy: Buy, lines: Sequence[Line]) -> str:
    """Everything in doubt in a chain, new or not, as the group would be told; empty where there is nothing."""
    waiting = (line for line in lines if line.reason and line.status != "ignored" and not line.gone)
    doubtful = [Doubtful(line.number, line.name, line.reason) for line in waiting]
    contested = [
        News("removed" if line.gone else "changed", line.number, line.name, line.taken, line.contested)
        for line in lines
        if line.contested is not None
    ]
    return ask.house.wording.render("chain/applied", **_told(buy, Outcome([], doubtful, contested)))


def _of_a_row(said: Said) -> bool:
    """我是 3号, 我是3号 王阿姨; 我是3号楼的 is talk, and so is everything where no group buy is open."""
    pointed = read_pointed(said.rest)
    if said.nothing_open or pointed is None or pointed.number is None:
        return False
    return not pointed.name.startswith(("楼", "院", "门", "线")) and not ends_like_talk(pointed.name)


@command(
    "我是",
    example="我是 1号",
    help="接龙里那一行是我的",
    where=Where.ROOM,
    everyday=True,
    glue="number",
    means=_of_a_row,
)
def claim(tx: Tx, ask: Ask) -> Reply | None:
    """Claim a row of the chain that is only a name so far; 我是3号楼的 is talk."""
    pointed = _pointed(tx, ask)
    if pointed is None or pointed.number is None:
        return None
    done = claims.claim(tx, ask.here.id, ask.open(tx), pointed, ask.who, ask.now)
    goods = phrase(done.buy, done.goods)
    return say("chain/claimed", name=ask.who.name, number=done.number, row=done.name, goods=goods, refused=done.refused)


def _to_a_row(said: Said) -> bool:
    """同意 2号, 同意 李姐; 同意 alone and 同意 楼上的 are talk."""
    if not said.rest or said.nothing_open:
        return False
    pointed = read_pointed(said.rest)
    return pointed is not None and (pointed.number is not None or not sounds_like_talk(pointed.name))


@command(
    "同意",
    example="同意 2号",
    help="别人改了我的接龙，就照改的算",
    where=Where.ROOM,
    everyday=True,
    glue="number",
    means=_to_a_row,
)
def agree(tx: Tx, ask: Ask) -> Reply | None:
    """Let stand what somebody else made of my row; 同意 alone is talk."""
    pointed = _pointed(tx, ask)
    if pointed is None:
        return None
    done = claims.agree(tx, ask.here.id, ask.open(tx), pointed, ask.who, ask.now)
    before, after = phrase(done.buy, done.before), phrase(done.buy, done.after)
    return say("chain/agreed", name=done.name, before=before, after=after)


def _pointed(tx: Tx, ask: Ask) -> Pointed | None:
    """The row that is pointed at, in a room that has a chain; what is no number and no name of a row is talk."""
    pointed = read_pointed(ask.rest)
    if pointed is None:
        return None
    return pointed if claims.speaks_of_rows(tx, ask.here.id, ask.open(tx), pointed) else None


def _told(buy: Buy, outcome: Outcome) -> dict[str, Any]:
    """An outcome as templates see it."""
    return {
        "done": [_news(buy, one) for one in outcome.done],
        "doubtful": [one._asdict() for one in outcome.doubtful],
        "contested": [_news(buy, one) for one in outcome.contested],
    }


def _news(buy: Buy, news: News) -> dict[str, Any]:
    return news._asdict() | {"before": phrase(buy, news.before), "after": phrase(buy, news.after)}


def _tell_owners(tx: Tx, ask: Ask, sender: Sender, contested: list[dict[str, Any]]) -> None:
    """Tell the shop who changed whose row; not the one who did it."""
    text = ask.house.wording.render("chain/contested", by=sender.name, room=ask.here.name, contested=contested)
    for owner in staff.owners(tx):
        if owner.id != sender.id:
            outbox.say(tx, owner.id, text, "notice", ask.now)
