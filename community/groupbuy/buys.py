"""Group buys from draft to close: opening, finding the one that is meant, closing with a summary, withdrawing."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy.tables import GroupBuy, GroupBuyEntry, GroupBuyItem, GroupBuyOrder, GroupBuyRoom
from community.people import Member
from community.quantity import COUNTERS, NUMBER
from community.refusal import Refusal
from community.terms import Terms

DRAFT_LASTS = timedelta(minutes=30)
"""How long a draft waits for its 确认."""


class Buy(NamedTuple):
    """A group buy with its item, as the rules see it."""

    id: int
    title: str
    status: str
    target: int | None
    target_people: int | None
    limit_each: int | None
    closes_at: int
    arrives: str | None
    item_id: int
    spec: str
    unit: str
    cents: int
    stock: int
    sold: int

    @property
    def name(self) -> str:
        """Title and spec, which no other open group buy of a room bears."""
        return f"{self.title} {self.spec}".rstrip()

    @property
    def left(self) -> int:
        """Portions still to be had."""
        return self.stock - self.sold

    @property
    def missing(self) -> int:
        """Portions still missing to the target; 0 when it is reached or there is none."""
        return max(0, (self.target or 0) - self.sold)


class Share(NamedTuple):
    """How much one member ordered, in the order of first ordering."""

    name: str
    quantity: int


class Summary(NamedTuple):
    """A group buy at its close: the item's total and each member's share."""

    buy: Buy
    shares: list[Share]
    people: int

    @property
    def cents(self) -> int:
        """What was sold, altogether."""
        return self.buy.sold * self.buy.cents


class _RoomId(NamedTuple):
    room_id: str


class _Portions(NamedTuple):
    order_id: int
    quantity: int


_COUNTED = re.compile(f"{NUMBER} ?[{COUNTERS}]")
_status = col(GroupBuy.status)
_item = col(GroupBuyItem.groupbuy_id) == col(GroupBuy.id)
_buys = select(*columns(Buy, GroupBuy, GroupBuyItem, item_id=col(GroupBuyItem.id))).join(GroupBuyItem, _item)
_DRAFT = prepare(Count, insert(GroupBuy).returning(col(GroupBuy.id)))
_ITEM = change(insert(GroupBuyItem))
_ROOM = change(insert(GroupBuyRoom))
_ONE = prepare(Buy, _buys.where(col(GroupBuy.id) == bindparam("id")))
_OPEN_IN = prepare(
    Buy,
    _buys.join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id))
    .where(col(GroupBuyRoom.room_id) == bindparam("room"), _status == "open", col(GroupBuy.closes_at) > bindparam("at"))
    .order_by(col(GroupBuy.id)),
)
_LATEST_DRAFT = prepare(
    Buy,
    _buys.join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id))
    .where(
        col(GroupBuyRoom.room_id) == bindparam("room"),
        col(GroupBuy.opened_by) == bindparam("who"),
        _status == "draft",
        col(GroupBuy.created_at) >= bindparam("since"),
    )
    .order_by(col(GroupBuy.id).desc()),
)
_OVERDUE = prepare(
    Buy, _buys.where(_status == "open", col(GroupBuy.closes_at) <= bindparam("at")).order_by(col(GroupBuy.id))
)
_NEXT_CLOSE = prepare(Count, select(func.min(col(GroupBuy.closes_at))).where(_status == "open"))
_STEP = change(
    update(GroupBuy)
    .where(col(GroupBuy.id) == bindparam("buy"), _status == bindparam("was"))
    .values(status=bindparam("becomes"), closed_at=bindparam("at"))
)
_ROOMS = prepare(_RoomId, select(col(GroupBuyRoom.room_id)).where(col(GroupBuyRoom.groupbuy_id) == bindparam("buy")))
_placed = (col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed")
_SHARES = prepare(
    Share,
    select(col(Member.name), func.sum(col(GroupBuyOrder.quantity)))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(*_placed)
    .group_by(col(Member.id), col(Member.name))
    .order_by(func.min(col(GroupBuyOrder.id))),
)
_PORTIONS = prepare(
    _Portions,
    select(col(GroupBuyOrder.id), col(GroupBuyOrder.quantity)).where(*_placed).order_by(col(GroupBuyOrder.id)),
)
_CANCEL_ALL = change(update(GroupBuyOrder).where(*_placed).values(status="cancelled", changed_at=bindparam("at")))
_RETURN_ALL = change(update(GroupBuyItem).where(col(GroupBuyItem.groupbuy_id) == bindparam("buy")).values(sold=0))
_ENTER = change(insert(GroupBuyEntry))


def draft(tx: Tx, terms: Terms, room_id: str, opener_id: str, now: datetime) -> Buy:
    """Keep the terms as a draft of this opener in this room, in place of any earlier draft of theirs there.

    Refused while the same goods are open there: nobody could say which of the two they order.
    """
    at = int(now.timestamp())
    while (earlier := _draft_of(tx, room_id, opener_id, now)) is not None:
        tx.run(_STEP, buy=earlier.id, was="draft", becomes="withdrawn", at=at)
    _only_once(tx, f"{terms.title} {terms.spec or ''}".rstrip(), room_id, now)
    buy_id = tx.count(
        _DRAFT,
        title=terms.title,
        status="draft",
        target=terms.target,
        target_people=terms.target_people,
        limit_each=terms.limit,
        closes_at=int(terms.closes_at.timestamp()),
        arrives=terms.arrives.isoformat() if terms.arrives else None,
        opened_by=opener_id,
        created_at=at,
        closed_at=None,
    )
    tx.run(
        _ITEM,
        groupbuy_id=buy_id,
        name=terms.title,
        spec=terms.spec or "",
        unit=terms.unit,
        cents=terms.unit_cents,
        stock=terms.stock,
        sold=0,
    )
    tx.run(_ROOM, groupbuy_id=buy_id, room_id=room_id)
    return find(tx, buy_id)


def confirm(tx: Tx, room_id: str, opener_id: str, now: datetime) -> Buy | None:
    """Open the opener's draft in this room; None where they have none waiting. Refused once its close has passed."""
    waiting = _draft_of(tx, room_id, opener_id, now)
    if waiting is None:
        return None
    if waiting.closes_at <= now.timestamp():
        raise Refusal("截单时间已经过了，重新发一遍开团吧。")
    _only_once(tx, waiting.name, room_id, now)
    tx.run(_STEP, buy=waiting.id, was="draft", becomes="open", at=None)
    return find(tx, waiting.id)


def _only_once(tx: Tx, name: str, room_id: str, now: datetime) -> None:
    if any(buy.name == name for buy in open_in(tx, room_id, now)):
        raise Refusal(f"{name} 已经开着一个团了，先截单或撤团再开。")


def _draft_of(tx: Tx, room_id: str, opener_id: str, now: datetime) -> Buy | None:
    since = int((now - DRAFT_LASTS).timestamp())
    return tx.one(_LATEST_DRAFT, room=room_id, who=opener_id, since=since)


def find(tx: Tx, buy_id: int) -> Buy:
    """The group buy with this id, which must exist."""
    buy = tx.one(_ONE, id=buy_id)
    assert buy is not None, "ids come from the database"  # noqa: S101 - a programming error
    return buy


def open_in(tx: Tx, room_id: str, now: datetime) -> list[Buy]:
    """The group buys that take orders in the room at this moment, the oldest first."""
    return tx.all(_OPEN_IN, room=room_id, at=int(now.timestamp()))


def choose(buys: Sequence[Buy], words: str | None, hint: str) -> Buy:
    """The one of `buys` that `words` name. Refused, with `hint` as example of how to say it, when none or several fit.

    Words fit when they are part of a title, or a title is part of them; without words there must be only one.
    """
    fitting = [buy for buy in buys if not words or fits(buy, words)]
    if len(fitting) == 1:
        return fitting[0]
    for closer in (_called, holds):
        found = [buy for buy in fitting if words and closer(buy, words)]
        if len(found) == 1:
            return found[0]
    names = [_name_among(buy, fitting or buys) for buy in (fitting or buys)]
    example = hint.format(names[0])
    if not fitting:
        raise Refusal(f"没找到“{(words or '')[:20]}”，开着的有：{'、'.join(names)}。可以这样发：{example}")
    raise Refusal(f"是{'、'.join(names[:-1])}还是{names[-1]}？可以这样发：{example}")


def _name_among(buy: Buy, others: Sequence[Buy]) -> str:
    """What to call it so that it is not taken for another: the title, with its spec where two bear one title."""
    alone = sum(other.title == buy.title for other in others) == 1
    return buy.title if alone else buy.name


def fits(buy: Buy, words: str) -> bool:
    """Whether `words` may mean this group buy: part of its title or spec, or its title part of them.

    苹果3份梨 means no 苹果 alone: what is counted beside the title would be lost.
    """
    before, title, after = words.partition(buy.title)
    return holds(buy, words) or (bool(title) and not _COUNTED.search(f"{before} {after}"))


def _called(buy: Buy, words: str) -> bool:
    return words in (buy.title, buy.name)


def holds(buy: Buy, words: str) -> bool:
    """Whether `words` are part of its title or spec."""
    return words in buy.name or words in buy.title + buy.spec


def rooms(tx: Tx, buy: Buy) -> list[str]:
    """The ids of the rooms where it runs."""
    return [row.room_id for row in tx.all(_ROOMS, buy=buy.id)]


def next_close(tx: Tx) -> int | None:
    """When the next open group buy closes, seconds since the epoch."""
    return tx.count(_NEXT_CLOSE) or None


def overdue(tx: Tx, now: datetime) -> list[Buy]:
    """The open group buys whose time is up."""
    return tx.all(_OVERDUE, at=int(now.timestamp()))


def close(tx: Tx, buy: Buy, now: datetime) -> Summary:
    """No more orders: closed, or with a target reached or failed. The summary by member comes back."""
    shares = tx.all(_SHARES, buy=buy.id)
    becomes = _verdict(buy, people=len(shares))
    tx.run(_STEP, buy=buy.id, was="open", becomes=becomes, at=int(now.timestamp()))
    return Summary(find(tx, buy.id), shares, len(shares))


def _verdict(buy: Buy, people: int) -> str:
    """What a group buy becomes at its close."""
    if buy.target is None and buy.target_people is None:
        return "closed"
    enough = buy.sold >= (buy.target or 0) and people >= (buy.target_people or 0)
    return "reached" if enough else "failed"


def withdraw(tx: Tx, buy: Buy, by_id: str, now: datetime) -> Summary:
    """Call it off: every order is cancelled, the stock is free again. The summary of what was ordered comes back."""
    at = int(now.timestamp())
    summary = Summary(buy, tx.all(_SHARES, buy=buy.id), 0)
    for order in tx.all(_PORTIONS, buy=buy.id):
        tx.run(_ENTER, order_id=order.order_id, at=at, by_id=by_id, before=order.quantity, after=0, cause="withdrawn")
    tx.run(_CANCEL_ALL, buy=buy.id, at=at)
    tx.run(_RETURN_ALL, buy=buy.id)
    tx.run(_STEP, buy=buy.id, was="open", becomes="withdrawn", at=at)
    return summary._replace(people=len(summary.shares))
