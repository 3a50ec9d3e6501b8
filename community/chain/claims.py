"""What people say about rows of a chain: `我是 3号` claims one, `同意 3号` agrees to what somebody else made of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from community import people
from community.chain import kept, standing, whose
from community.chain.kept import Goods, Line
from community.db import Tx
from community.groupbuy.offer import Buy
from community.people import KnownMember
from community.quantity import NUMBER, normalise, whole_number
from community.refusal import Refusal

_POINTED = re.compile(rf"(?P<number>{NUMBER}) ?号(?P<name>.*)")


class Pointed(NamedTuple):
    """A row that somebody points at: by its number, its name, or both."""

    number: int | None
    name: str


class _Found(NamedTuple):
    """A row, with its group buy and all of that one's rows."""

    buy: Buy
    line: Line
    lines: list[Line]


@dataclass(slots=True)
class Claimed:
    """A row that has become a contact's, and what it orders; `refused` says why it orders nothing yet."""

    number: int
    name: str
    buy: Buy
    goods: Goods = field(default_factory=dict)
    refused: str = ""


class Agreed(NamedTuple):
    """A row that is now as somebody else made it."""

    number: int
    name: str
    buy: Buy
    before: Goods
    after: Goods


def read_pointed(words: str) -> Pointed | None:
    """3号, 三号, 3号 王阿姨, 王阿姨; None where there is nothing to read."""
    plain = normalise(words)
    found = _POINTED.fullmatch(plain)
    if found is None:
        return Pointed(None, plain) if plain else None
    return Pointed(whole_number(found["number"]), found["name"].strip())


def claim(tx: Tx, room_id: str, buys: Sequence[Buy], pointed: Pointed, who: KnownMember, now: datetime) -> Claimed:
    """The row is theirs from now on, with what it has on order beside what they have themselves.

    Refused where there is no such row, where it is somebody's already, and where both together are over a limit.
    """
    buy, line, lines = _one(_rows(tx, room_id, buys, pointed, lambda line: not line.gone), pointed)
    if line.member_id == who.id:
        raise Refusal(f"{line.number}号本来就记在您名下。")
    if line.member_id is not None and not people.is_named(line.member_id):
        raise Refusal(f"{line.number}号 {line.name} 已经有人认了，认错了请跟店里说一声。")
    _bind(tx, room_id, lines, line, who, now)
    claimed = Claimed(line.number, line.name, buy)
    wanted = _wanted(line, who)
    _hand_over(tx, buy, lines, line, who, now)
    if line.taken != wanted:
        refused = standing.take(tx, buy, lines, line, wanted, who.id, now)
        claimed.refused = line.reason = refused.text.rstrip("。～") if refused else ""
        line.contested = None if refused is None else line.contested
    kept.keep(tx, line)
    claimed.goods = standing.of_member(tx, buy, who.id)
    return claimed


def agree(tx: Tx, room_id: str, buys: Sequence[Buy], pointed: Pointed, who: KnownMember, now: datetime) -> Agreed:
    """What somebody else made of the row holds, because its person or the staff say so.

    Refused where nothing waits for that, for anybody else, and where it does not fit.
    """
    waiting = _rows(tx, room_id, buys, pointed, lambda line: line.contested is not None)
    buy, line, lines = _one(waiting, pointed, "等着同意的")
    if not who.role.staff and line.member_id != who.id:
        raise Refusal(f"{line.number}号要 {line.name} 本人或者店里同意才改。")
    goods = line.contested or {}
    before = dict(line.taken) or standing.beside(tx, buy, lines, line, goods)
    refused = standing.take(tx, buy, lines, line, goods, who.id, now)
    if refused is not None:
        raise refused
    line.contested = None
    if line.gone:
        kept.drop(tx, line)
    else:
        kept.keep(tx, line)
    return Agreed(line.number, line.name, buy, before, goods)


def speaks_of_rows(tx: Tx, room_id: str, buys: Sequence[Buy], pointed: Pointed) -> bool:
    """Whether a room has a chain, and the name that is pointed at is one of its rows' (or of its group buys)."""
    names = {
        whose.compared(name)
        for buy in buys
        for line in kept.load(tx, buy.id)
        if line.room_id == room_id
        for name in (line.name, buy.title)
    }
    return bool(names) and (not pointed.name or whose.compared(pointed.name) in names)


def _rows(tx: Tx, room_id: str, buys: Sequence[Buy], pointed: Pointed, fits: Callable[[Line], bool]) -> list[_Found]:
    called = whose.compared(pointed.name)
    return [
        _Found(buy, line, lines)
        for buy in buys
        for lines in [kept.load(tx, buy.id)]
        for line in lines
        if line.room_id == room_id
        and fits(line)
        and pointed.number in (None, line.number)
        and (not called or called in (whose.compared(line.name), whose.compared(buy.title)))
    ]


def _one(found: Sequence[_Found], pointed: Pointed, what: str = "") -> _Found:
    said = f"{pointed.number}号" if pointed.number is not None else pointed.name
    if not found:
        raise Refusal(f"接龙里没有{what}{said}，发“接龙”看看现在的编号。")
    if len(found) > 1:
        several_buys = len({one.buy.id for one in found}) > 1
        names = dict.fromkeys(one.buy.title if several_buys else one.line.name for one in found)
        raise Refusal(f"{said}不止一个，后面写上是哪个：{said} {f' 或 {said} '.join(names)}")
    return found[0]


def _wanted(line: Line, who: KnownMember) -> Goods:
    """What a row is to order once it is claimed: what its new owner wrote, never what somebody else made of it."""
    if line.contested is not None:
        return line.contested if line.contested_by == who.id else line.taken
    return line.goods if line.status == "sure" else line.taken


def _bind(tx: Tx, room_id: str, lines: Sequence[Line], line: Line, who: KnownMember, now: datetime) -> None:
    """The name means this contact from now on, unless two rows bear it and only one of them is claimed."""
    if not any(one is not line and whose.compared(one.name) == whose.compared(line.name) for one in lines):
        whose.bind(tx, room_id, line.name, who.id, now)


def _hand_over(tx: Tx, buy: Buy, lines: Sequence[Line], line: Line, who: KnownMember, now: datetime) -> None:
    """Move what the row has on order from the name to the contact, who keeps what they have themselves."""
    taken = dict(line.taken)
    theirs = standing.beside(tx, buy, lines, line, taken)
    if line.member_id is not None and taken:
        refused = standing.take(tx, buy, lines, line, {}, who.id, now)
        if refused is not None:
            raise refused
    line.member_id = who.id
    mine = standing.beside(tx, buy, lines, line, taken)
    together = {item: theirs.get(item, 0) + mine.get(item, 0) for item in taken}
    refused = standing.take(tx, buy, lines, line, together, who.id, now)
    if refused is not None:
        raise refused
    line.taken = {item: theirs[item] for item in taken if item in theirs}
