"""Notes on orders: 要小的, 放门口. One for each order, the last one counts; every change of it is an entry."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy import steps
from community.groupbuy.tables import GroupBuy, GroupBuyEntry, GroupBuyItem, GroupBuyOrder, GroupBuyRoom
from community.people import Member
from community.quantity import normalise
from community.refusal import Refusal

LONGEST = 60
"""Characters of a note."""

_COMMA = re.compile("(?<=[\u4e00-\u9fff]),")
_EMPTY = frozenset(("取消", "无", "没有", "清空", "删除", "删掉"))
_ALL = ("全部", "所有", "都")
_BESIDE = " ,，:：、;；"
_NAMED = 40
"""Characters at the beginning of a note that may name the goods it is about."""


class Noted(NamedTuple):
    """An order with its note, and what it may be called by; `state` is its group buy's."""

    order_id: int
    groupbuy_id: int
    member_id: str
    who: str
    code: str
    item: str
    spec: str
    aliases: str
    unit: str
    quantity: int
    note: str
    state: str
    closes_at: int

    @property
    def full_name(self) -> str:
        """Name and spec."""
        return f"{self.item} {self.spec}".rstrip()

    def is_called(self, words: str) -> bool:
        """Whether `words` are its name, a piece of it that is no single letter, an alias, or its code."""
        names = (self.item, self.full_name, *filter(None, self.aliases.split("、")))
        return words in names or words.upper() == self.code or (len(words) > 1 and words in self.full_name)


_NOTE = change(update(GroupBuyOrder).where(col(GroupBuyOrder.id) == bindparam("order")).values(note=bindparam("words")))
_QUANTITY = prepare(Count, select(col(GroupBuyOrder.quantity)).where(col(GroupBuyOrder.id) == bindparam("order")))
_ENTER = change(insert(GroupBuyEntry))
_noted = (
    select(
        *columns(
            Noted,
            GroupBuyOrder,
            GroupBuyItem,
            GroupBuy,
            order_id=col(GroupBuyOrder.id),
            who=col(Member.name),
            item=col(GroupBuyItem.name),
            state=col(GroupBuy.status),
        )
    )
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(col(GroupBuyOrder.status) == "placed", or_(*(col(GroupBuy.status) == state for state in steps.RUNNING)))
    .order_by(col(GroupBuyOrder.id))
)
_OF_MEMBER = prepare(Noted, _noted.where(col(GroupBuyOrder.member_id) == bindparam("who")))
_WITH_WORDS = _noted.where(col(GroupBuyOrder.note) != "")
_ALL_NOTES = prepare(Noted, _WITH_WORDS)
_IN_ROOM = prepare(
    Noted,
    _WITH_WORDS.join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id)).where(
        col(GroupBuyRoom.room_id) == bindparam("room")
    ),
)


def tidy(text: str) -> str:
    """The note as it is kept: one line, nothing invisible, LONGEST characters at most."""
    plain = normalise(text.replace("\n", " ")).strip(_BESIDE)[:LONGEST].rstrip()
    return _COMMA.sub("，", plain)


def keep(tx: Tx, order_id: int, text: str, by_id: str, now: datetime) -> str:
    """Let this be the note of an order, in place of any earlier one; as it is kept. Empty takes it away."""
    words = tidy(text)
    at, quantity = int(now.timestamp()), tx.count(_QUANTITY, order=order_id)
    tx.run(_NOTE, order=order_id, words=words)
    entry = {"before": quantity, "after": quantity, "cause": "note", "reason": words}
    tx.run(_ENTER, order_id=order_id, at=at, by_id=by_id, **entry)
    return words


def of_member(tx: Tx, member_id: str) -> list[Noted]:
    """A member's orders that still have something before them, with or without a note, the oldest first."""
    return tx.all(_OF_MEMBER, who=member_id)


def written(tx: Tx, room_id: str | None) -> list[Noted]:
    """Every order with a note in the group buys of a room (of the shop where none is said), the oldest first."""
    return tx.all(_ALL_NOTES) if room_id is None else tx.all(_IN_ROOM, room=room_id)


def read(text: str, orders: Sequence[Noted], hint: str) -> tuple[list[Noted], str]:
    """The orders that a note is for, and its words; empty words take notes away. `hint` shows how to name the goods.

    Goods may be named first (苹果 要小的), where there is one order only they need not be. Refused where it stays open
    which order is meant, and where the note is too long.
    """
    line = normalise(text.replace("\n", " ")).strip(_BESIDE)
    meant, words = _named(line, orders)
    if words in _EMPTY:
        return (meant or [one for one in orders if one.note]), ""
    if not meant and len(orders) > 1:
        raise _which(_names(orders), words[:20], hint)
    if len(words) > LONGEST:
        raise Refusal(f"备注最多{LONGEST}个字，写短一点吧。")
    return list(meant or orders), words


def _names(orders: Sequence[Noted]) -> list[str]:
    """What to call the goods: by name, with the spec where two bear one name."""
    full = {one.full_name: one.item for one in orders}
    names = list(full.values())
    return [name if names.count(name) == 1 else whole for whole, name in full.items()]


def _which(names: list[str], words: str, hint: str) -> Refusal:
    one, all_ = hint.format(f"{names[0]} {words}"), hint.format(f"都 {words}")
    if len(names) == 1:
        return Refusal(f"{names[0]} 有两单，一样的话就发：{all_}")
    return Refusal(f"是给{'、'.join(names[:-1])}还是{names[-1]}的？可以这样发：{one}，都一样就发：{all_}")


def _named(line: str, orders: Sequence[Noted]) -> tuple[list[Noted], str]:
    """The orders whose goods stand at the beginning of a line, and what follows; the longest name counts."""
    for end in range(min(len(line) - 1, _NAMED), 0, -1):
        head, rest = line[:end], line[end:].strip(_BESIDE)
        found = [one for one in orders if one.is_called(head)]
        exactly = [one for one in found if head in (one.item, one.full_name)]
        found = exactly or found
        apart = end > 1 or line[end] in _BESIDE
        if rest and apart and found and len({one.full_name for one in found}) == 1:
            return found, rest
    if len(orders) > 1 and line.startswith(_ALL):
        rest = line[1:] if line.startswith("都") else line[2:]
        return list(orders), rest.strip(_BESIDE)
    return [], line
