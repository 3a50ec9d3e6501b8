"""Group buys from draft to close: opening, closing with a summary, withdrawing."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from community import payment, people
from community.db import Count, Tx, change, insert, prepare
from community.groupbuy import reminded, shelf, steps
from community.groupbuy.finding import drafts, find, rooms, running_in
from community.groupbuy.offer import Buy
from community.groupbuy.tables import (
    GroupBuy,
    GroupBuyEntry,
    GroupBuyItem,
    GroupBuyOrder,
    GroupBuyRoom,
    GroupBuyTier,
)
from community.people import Member
from community.refusal import Refusal
from community.terms import Item as ItemTerms
from community.terms import Terms

DRAFT_LASTS = timedelta(minutes=30)
"""How long a draft waits for its 确认."""
CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Share(NamedTuple):
    """How much of an item one member ordered, in the order of first ordering; `cents` is what it costs."""

    name: str
    member_id: str
    item_id: int
    quantity: int
    cents: int


class Summary(NamedTuple):
    """A group buy at its close, and each member's shares; `back`: who gets money back because nothing comes of it."""

    buy: Buy
    shares: list[Share]
    back: tuple[payment.Account, ...] = ()

    @property
    def people(self) -> int:
        """How many members ordered."""
        return len({share.member_id for share in self.shares})

    @property
    def cents(self) -> int:
        """What was sold, altogether."""
        return sum(share.cents for share in self.shares)


class _Portions(NamedTuple):
    order_id: int
    quantity: int


_DRAFT = prepare(Count, insert(GroupBuy).returning(col(GroupBuy.id)))
_ITEM = prepare(Count, insert(GroupBuyItem).returning(col(GroupBuyItem.id)))
_TIER = change(insert(GroupBuyTier))
_ROOM = change(insert(GroupBuyRoom))
_placed = (col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed")
_SHARES = prepare(
    Share,
    select(
        col(Member.name),
        col(GroupBuyOrder.member_id),
        col(GroupBuyOrder.item_id),
        col(GroupBuyOrder.quantity),
        col(GroupBuyOrder.quantity) * col(GroupBuyOrder.cents),
    )
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(*_placed)
    .order_by(col(GroupBuyOrder.id)),
)
_PORTIONS = prepare(
    _Portions,
    select(col(GroupBuyOrder.id), col(GroupBuyOrder.quantity)).where(*_placed).order_by(col(GroupBuyOrder.id)),
)
_CANCEL_ALL = change(update(GroupBuyOrder).where(*_placed).values(status="cancelled", changed_at=bindparam("at")))
_RETURN_ALL = change(update(GroupBuyItem).where(col(GroupBuyItem.groupbuy_id) == bindparam("buy")).values(sold=0))
_ENTER = change(insert(GroupBuyEntry))


def drop_drafts(tx: Tx, room_id: str, opener_id: str, now: datetime) -> None:
    """Let no draft of this opener wait for its 确认 in this room any more."""
    for earlier in drafts(tx, room_id, opener_id, now - DRAFT_LASTS):
        steps.take(tx, earlier, "withdrawn", now)


def draft(tx: Tx, terms: Terms, room_id: str, opener_id: str, now: datetime) -> Buy:
    """Keep the terms as a draft of this opener in this room, in place of any earlier draft of theirs there.

    Refused while the same goods are open in one of its rooms: nobody could say which of the two they order.
    """
    at = int(now.timestamp())
    drop_drafts(tx, room_id, opener_id, now)
    where = _rooms(tx, terms.rooms, room_id)
    names = {f"{item.name} {item.spec or ''}".rstrip() for item in terms.items}
    _only_once(tx, names, where, now)
    buy_id = tx.count(
        _DRAFT,
        title=terms.title,
        status="draft",
        target=terms.target,
        target_people=terms.target_people,
        target_cents=terms.target_cents,
        limit_household=terms.limit_household,
        opens_at=int(terms.opens_at.timestamp()) if terms.opens_at else None,
        closes_at=int(terms.closes_at.timestamp()),
        arrives=terms.arrives.isoformat() if terms.arrives else None,
        pickup=terms.pickup,
        delivery=terms.delivery,
        same_day=terms.same_day,
        opened_by=opener_id,
        created_at=at,
        closed_at=None,
        papers_at=None,
    )
    for code, item in zip(CODES, terms.items, strict=False):
        _keep(tx, buy_id, code, item, shelf.product_of(tx, terms, item))
    for one in where:
        tx.run(_ROOM, groupbuy_id=buy_id, room_id=one)
    return find(tx, buy_id)


def _keep(tx: Tx, buy_id: int, code: str, item: ItemTerms, product_id: int | None) -> None:
    """Keep an item, with what it costs the shop."""
    item_id = tx.count(
        _ITEM,
        groupbuy_id=buy_id,
        code=code,
        name=item.name,
        spec=item.spec or "",
        aliases="、".join(item.aliases),
        unit=item.unit,
        cents=item.unit_cents,
        cost=shelf.cost(tx, item),
        limit_each=item.limit,
        stock=item.stock,
        sold=0,
        tiered=bool(item.tiers),
        product_id=product_id,
    )
    for least, cents in item.tiers:
        tx.run(_TIER, item_id=item_id, least=least, cents=cents)


def _rooms(tx: Tx, wanted: tuple[str, ...] | Literal["all"] | None, here: str) -> list[str]:
    """The ids of the rooms that the terms name; the one where they are typed always comes first."""
    if wanted is None:
        return [here]
    known = {room.name: room.id for room in people.enabled_rooms(tx)}
    names = tuple(known) if wanted == "all" else wanted
    if unknown := [name for name in names if name not in known]:
        raise Refusal(f"没有启用过“{'、'.join(unknown)}”，启用了的群有：{'、'.join(known)}")
    return list(dict.fromkeys([here, *(known[name] for name in names)]))


def confirm(tx: Tx, room_id: str, opener_id: str, now: datetime) -> Buy | None:
    """Open the opener's draft in this room; None where they have none waiting. Refused once its close has passed."""
    waiting = drafts(tx, room_id, opener_id, now - DRAFT_LASTS)
    if not waiting:
        return None
    buy = waiting[-1]
    if buy.closes_at <= now.timestamp():
        raise Refusal("截单时间已经过了，重新发一遍开团吧。")
    _only_once(tx, {item.full_name for item in buy.items}, rooms(tx, buy), now)
    steps.take(tx, buy, "open", now)
    if buy.opens_at is not None and buy.opens_at <= now.timestamp():
        for one in rooms(tx, buy):
            reminded.decide(tx, reminded.Moment(buy.id, one, "begin"), now, reason="begun already")
    return find(tx, buy.id)


def draft_first(tx: Tx, room_id: str, opener_id: str, now: datetime) -> None:
    """Refused where the opener's draft waits in this room: its 确认 comes before anything else is done with it."""
    if waiting := drafts(tx, room_id, opener_id, now - DRAFT_LASTS):
        raise steps.refused(waiting[-1])


def _only_once(tx: Tx, names: set[str], where: list[str], now: datetime) -> None:
    for room_id in where:
        for buy in running_in(tx, room_id, now):
            if twice := [item.full_name for item in buy.items if item.full_name in names]:
                raise Refusal(f"{'、'.join(twice)} 已经开着一个团了，先截单或撤团再开。")


def close(tx: Tx, buy: Buy, now: datetime) -> Summary:
    """No more orders: closed, or with a target reached or failed. The summary by member comes back.

    Where the target failed, nobody owes anything: every order goes on the list of refunds.
    """
    summary = Summary(buy, tx.all(_SHARES, buy=buy.id))
    verdict = _verdict(summary)
    steps.take(tx, buy, verdict, now)
    back: list[payment.Account] = []
    reminded.take_back(tx, buy.id)
    if verdict == "failed":
        back = payment.refund_all(tx, buy.id, "failed", None, now)
        shelf.give_all_back(tx, buy, "failed", now)
    return summary._replace(buy=find(tx, buy.id), back=tuple(back))


def _verdict(summary: Summary) -> str:
    """What a group buy becomes at its close."""
    buy = summary.buy
    if buy.target is None and buy.target_people is None and buy.target_cents is None:
        return "closed"
    enough = (
        buy.sold >= (buy.target or 0)
        and summary.people >= (buy.target_people or 0)
        and summary.cents >= (buy.target_cents or 0)
    )
    return "reached" if enough else "failed"


def withdraw(tx: Tx, buy: Buy, by_id: str, now: datetime) -> Summary:
    """Call it off: every order is cancelled, the stock is free again. The summary of what was ordered comes back.

    As where a target failed, nobody owes anything, what was paid is on the list of refunds. Refused once it arrived.
    """
    at = int(now.timestamp())
    summary = Summary(buy, tx.all(_SHARES, buy=buy.id))
    shelf.give_all_back(tx, buy, "withdrawn", now)
    for order in tx.all(_PORTIONS, buy=buy.id):
        entry = {"order_id": order.order_id, "before": order.quantity, "after": 0, "cause": "withdrawn", "reason": ""}
        tx.run(_ENTER, at=at, by_id=by_id, **entry)
    back = payment.refund_all(tx, buy.id, "withdrawn", by_id, now)
    tx.run(_CANCEL_ALL, buy=buy.id, at=at)
    tx.run(_RETURN_ALL, buy=buy.id)
    steps.take(tx, buy, "withdrawn", now)
    reminded.take_back(tx, buy.id)
    return summary._replace(back=tuple(back))
