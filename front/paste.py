"""Paste assist: a chain or a stretch of chat copied out of WeChat goes the way of messages, and the answer is printed.

No gateway is needed: a shop without an account for the bot pastes what its group says and copies the answer back.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from random import SystemRandom
from typing import Any

from community import people, seen, staff
from community.chain import kept, offered, standing, whose
from community.chain.apply import Sender
from community.chain.kept import Goods, Line
from community.chain.model import Row
from community.chain.pasted import Message, cut
from community.chain.read import read_chain
from community.db import Database, Tx
from community.events import Heard, Person, Place
from community.groupbuy import finding
from community.groupbuy.offer import Buy
from community.house import House
from community.people import KnownMember, KnownRoom, Role
from community.refusal import Refusal
from front.keting import open_house
from front.settings import Settings
from handlers import chain as chains
from handlers import groupbuy_orders as orders
from handlers.command import Ask, Command, discover
from handlers.router import Match, Router

UNDERSTOOD: tuple[Command, ...] = (
    chains.chain,
    chains.claim,
    chains.agree,
    orders.plus,
    orders.join,
    orders.alter,
    orders.cancel,
)
"""What residents may say in a stretch of chat; what is for the staff is never taken from a name alone."""
_RARE = 50
"""One unreadable character among so many is a slip of the copying; more are another encoding."""
SHOP = KnownMember("shop", "店里", Role.OWNER)
"""Who pastes, in a shop that has no owner yet."""


_CHAT = "python bot.py chat"


class NotPossible(Exception):
    """There is no such room, or nothing is open there; the text says so in one line, `hint` what to do about it."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.hint = hint


@dataclass(slots=True)
class PastedRow:
    """A row of the pasted chain by its number there, or something said, numbered on from the chain's last row."""

    row: int
    name: str
    status: str
    reason: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Pasted:
    """What a paste came to: its rows, and the words to copy back into the group."""

    rows: list[PastedRow]
    answer: str
    talk: int
    """Messages that were neither chain nor order."""
    changed: bool = True
    """Whether anything was written down that was not there before."""

    def as_json(self) -> str:
        """The rows alone, as {"rows": [...]}."""
        rows = [{name: getattr(row, name) for name in PastedRow.__slots__} for row in self.rows]
        return json.dumps({"rows": rows}, ensure_ascii=False, indent=2)


def decoded(copied: bytes) -> str:
    """The text of what came from standard input: UTF-8, or as Windows saves it, GBK or UTF-16. Never raises."""
    if copied.startswith((b"\xff\xfe", b"\xfe\xff")):
        return copied.decode("utf-16", errors="replace")
    text = copied.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd")
    return copied.decode("gb18030", errors="replace") if broken * _RARE > len(text) else text


def paste(
    settings: Settings, database: Database, room: str, groupbuy: int | None, text: str, *, dry_run: bool
) -> Pasted:
    """Take in what was pasted, or with `dry_run` only say what would become of it. Raises NotPossible."""
    house = open_house(settings, SystemRandom())
    now = datetime.now(house.zone).replace(microsecond=0)
    return database.pen.write(take_in, house, room, groupbuy, text, now, dry_run=dry_run).result()


def take_in(
    tx: Tx, house: House, room: str, groupbuy: int | None, text: str, now: datetime, *, dry_run: bool = False
) -> Pasted:
    """The same inside a transaction, at a moment of the caller's choosing."""
    known = _room(tx, room)
    buys = _buys(tx, known, groupbuy, now)
    done = _Paste(tx, house, known, buys, groupbuy, now).take_in(text)
    if dry_run:
        tx.undo()
    return done


def _room(tx: Tx, name: str) -> KnownRoom:
    rooms = people.enabled_rooms(tx)
    found = [room for room in rooms if room.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotPossible(f"叫“{name}”的群有{len(found)}个，先把群名改得不一样。")
    there = "、".join(room.name for room in rooms) or "还没有"
    raise NotPossible(
        f"没有启用过“{name}”这个群，启用了的有：{there}", f"要加一个：{_CHAT}，写一行 [{name}]，再写 店主: 启用"
    )


def _buys(tx: Tx, room: KnownRoom, groupbuy: int | None, now: datetime) -> list[Buy]:
    found = finding.open_in(tx, room.id, now)
    if not found:
        raise NotPossible(
            f"{room.name}现在没有开着的团。",
            f"先开一个：{_CHAT}，写一行 [{room.name}]，再写 店主: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单",
        )
    chosen = [buy for buy in found if groupbuy in (None, buy.id)]
    if not chosen:
        names = "、".join(f"{buy.id} {buy.title}" for buy in found)
        raise NotPossible(f"{room.name}没有开着编号 {groupbuy} 的团，开着的有：{names}")
    return chosen


class _Paste:
    """One paste on its way in; all of it happens in one transaction."""

    def __init__(
        self, tx: Tx, house: House, room: KnownRoom, buys: Sequence[Buy], only: int | None, now: datetime
    ) -> None:
        self._tx, self._house, self._room, self._buys, self._only, self._now = tx, house, room, buys, only, now
        self._router = Router(discover())
        self._router.offer(finding.on_offer(tx), finding.also_called(tx))
        self._times: Counter[Message] = Counter()
        self._chain: list[PastedRow] = []
        self._said: list[PastedRow] = []
        self._touched: dict[int, Buy] = {}
        self._talk = 0

    def take_in(self, text: str) -> Pasted:
        before = self._standing()
        for message in cut(text, self._is_goods):
            self._take(message)
        changed = before != self._standing()
        last = max((row.row for row in self._chain), default=0)
        for number, row in enumerate(self._said, start=last + 1):
            row.row = number
        return Pasted([*self._chain, *self._said], self._answer(), self._talk, changed)

    def _standing(self) -> list[Any]:
        """Everything that a paste can change: what is sold, and what each row says and stands for."""
        sold = [finding.find(self._tx, buy.id).sold for buy in self._buys]
        rows = [(one.name, one.raw, one.taken, one.member_id, one.contested, one.gone) for one in self._lines()]
        return [sold, *rows]

    def _lines(self) -> list[Line]:
        return [line for buy in self._buys for line in kept.load(self._tx, buy.id)]

    def _is_goods(self, words: str) -> bool:
        return any(item.name in words or item.is_called(words) for buy in self._buys for item in buy.items)

    def _take(self, message: Message) -> None:
        """One message; what it cannot be is told in its row, and the next ones are taken in all the same."""
        found = self._find(message)
        if found is None or found.command not in UNDERSTOOD:
            self._talk += 1
            return
        is_new = message.speaker is None or self._is_new(message)
        try:
            with self._tx.part():
                if found.command is chains.chain:
                    self._chain_of(message, found, is_new=is_new)
                elif is_new:
                    self._words_of(message, found)
                else:
                    self._note(message, "ignored", "上次粘过了")
        except Refusal as refusal:
            self._note(message, "doubtful", refusal.text)

    def _find(self, message: Message) -> Match | None:
        by = Person("", message.speaker or "")
        return self._router.find(Heard("", by, message.text, Place(self._room.id, self._room.name)))

    def _is_new(self, message: Message) -> bool:
        """Whether it was not in an earlier paste: chats are copied with what was there before."""
        self._times[message] += 1
        whole = f"{self._buys[0].id}\n{self._room.id}\n{message.speaker}\n{self._times[message]}\n{message.text}"
        return seen.first_time(self._tx, f"paste:{sha256(whole.encode()).hexdigest()}", self._now)

    def _chain_of(self, message: Message, found: Match, *, is_new: bool) -> None:
        """A whole chain; one that was pasted before is only looked at, as others may have gone on from it."""
        try:
            sent = offered.find_chain(self._tx, self._room, self._buys, message.text)
        except Refusal as refusal:
            self._chain = self._undecided(message, refusal.text)
            return
        if sent is None:
            self._talk += 1
            return
        if is_new:
            found.command.function(self._tx, self._ask(message, found))
        self._touched[sent.buy.id] = sent.buy
        lines = [one for one in reversed(kept.load(self._tx, sent.buy.id)) if not one.gone]
        numbered = {(one.number, one.raw): one for one in lines}
        worded = {one.raw: one for one in lines}  # the answer to an earlier paste may have numbered them anew
        self._chain = [
            _row(sent.buy, row, numbered.get((row.row, row.raw)) or worded.get(row.raw)) for row in sent.chain.rows
        ]

    def _undecided(self, message: Message, reason: str) -> list[PastedRow]:
        """The rows of a chain that may be for several group buys: all of them wait until somebody says which."""
        found = read_chain(message.text, offered.offers(self._buys[0]))
        rows = found.rows if found else ()
        return [
            PastedRow(row.row, row.name, row.status, row.reason)
            if row.status == "ignored"
            else PastedRow(row.row, row.name, "doubtful", reason)
            for row in rows
        ]

    def _words_of(self, message: Message, found: Match) -> None:
        """An order, or what is said about a row."""
        ask = self._ask(message, found)
        before = self._ordered(ask.who)
        if found.command.function(self._tx, ask) is None:
            self._talk += 1
        else:
            self._note(message, "sure", "", self._items(found.command, before, self._ordered(ask.who)))

    def _ask(self, message: Message, found: Match) -> Ask:
        who, sender = self._speaker(message)
        said = (found.keyword, found.rest, found.glued)
        return Ask(self._house, self._now, who, self._room, *said, only=self._only, sender=sender)

    def _speaker(self, message: Message) -> tuple[KnownMember, Sender | None]:
        """Who speaks; words without a speaker are the shop's own, but a chain among them may be anybody's."""
        if message.speaker is not None:
            return whose.person(self._tx, self._room.id, message.speaker, self._now), None
        owner = next(iter(staff.owners(self._tx)), None)
        shop = KnownMember(owner.id, owner.name, Role.OWNER) if owner else SHOP
        return shop, Sender(shop.id, shop.name, staff=True, known=False)

    def _note(self, message: Message, status: str, reason: str, items: list[dict[str, Any]] | None = None) -> None:
        self._said.append(PastedRow(0, message.speaker or "", status, reason, items or []))

    def _ordered(self, who: KnownMember) -> dict[int, Goods]:
        return {buy.id: standing.of_member(self._tx, buy, who.id) for buy in self._buys}

    def _items(self, command: Command, before: dict[int, Goods], after: dict[int, Goods]) -> list[dict[str, Any]]:
        """What something said has ordered: so much more, or for 改 so much altogether."""
        found: list[dict[str, Any]] = []
        for buy in self._buys:
            for item in buy.items:
                was, now = before[buy.id].get(item.id, 0), after[buy.id].get(item.id, 0)
                if was != now:
                    self._touched[buy.id] = buy
                    quantity = now if command is orders.alter or now < was else now - was
                    found += [{"item": item.name, "quantity": quantity}] if quantity else []
        return found

    def _answer(self) -> str:
        """The chains as they stand now, with one line on what is in doubt."""
        ask = Ask(self._house, self._now, SHOP, self._room, "接龙", "")
        texts: list[str] = []
        for buy in self._touched.values() or self._buys:
            fresh = finding.find(self._tx, buy.id)
            texts.append(chains.written(self._tx, ask, fresh))
            lines = [line for line in kept.load(self._tx, buy.id) if line.room_id == self._room.id]
            texts.append(chains.doubts(ask, fresh, lines))
        return "\n\n".join(text for text in texts if text)


def _row(buy: Buy, row: Row, line: Line | None) -> PastedRow:
    """A row of the chain, in doubt as well where it was read but did not become an order (as `line` is kept)."""
    if row.status != "sure":
        return PastedRow(row.row, row.name, row.status, row.reason)
    reason = _waits(line) if line is not None else ""
    names = {str(item.id): item.name for item in buy.items}
    items = [{"item": names[key], "quantity": quantity} for key, quantity in row.items]
    return PastedRow(row.row, row.name, "doubtful" if reason else "sure", reason, [] if reason else items)


def _waits(line: Line) -> str:
    """Why a row that was read is not an order; empty for one that is."""
    return line.reason or ("改了别人的，等本人或店里同意" if line.contested is not None else "")


def in_words(pasted: Pasted, *, dry_run: bool) -> list[str]:
    """What a paste came to, as the shopkeeper reads it, with what to copy at the end."""
    parts = {"sure": "看懂了", "doubtful": "拿不准", "ignored": "没算"}
    lines: list[str] = []
    for status, title in parts.items():
        rows = [row for row in pasted.rows if row.status == status]
        lines += [f"{title} {len(rows)} 行：", *map(_in_words, rows)] if rows else []
    if pasted.talk:
        lines.append(f"另外 {pasted.talk} 句是闲话。")
    if not pasted.rows:
        lines.append(
            "没看到接龙，也没看到要订的。" if pasted.talk else "什么都没粘进来：在微信里复制接龙，再粘到这里。"
        )
    lines += [_upshot(pasted, dry_run=dry_run)] if pasted.rows else []
    return [*lines, "", "下面的可以复制回群里：", "", pasted.answer]


def _upshot(pasted: Pasted, *, dry_run: bool) -> str:
    if dry_run:
        return "只是看看，什么都没记。"
    if not any(row.status == "sure" for row in pasted.rows):
        return "这次没有记下什么。"
    return "看懂的都记下了。" if pasted.changed else "都是记过的，没有变化。"


def _in_words(row: PastedRow) -> str:
    goods = " ".join(f"{item['item']}×{item['quantity']}" for item in row.items)
    said = " ".join(part for part in (row.name, goods) if part)
    return f"  {row.row}. {said}{'：' if said and row.reason else ''}{row.reason}"
