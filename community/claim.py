"""Claims: something was wrong with goods that came; tied to the order, numbered, settled by staff."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import Index, bindparam, select, update
from sqlmodel import Field, SQLModel, col

from community import payment, pickup, replacement
from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy.tables import GroupBuy, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.money import yuan
from community.people import Member
from community.refusal import Refusal

WITHIN = timedelta(days=30)
"""How long after the close of its group buy something can be claimed."""
LONGEST = 200
"""Characters of a claim that are kept."""


class Claim(SQLModel, table=True):
    """One complaint about an order, and how it was settled. Times in seconds since the epoch, money in cents."""

    __table_args__ = (Index("claim_status", "status"), Index("claim_of", "member_id"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="groupbuy_order.id")
    member_id: str = Field(foreign_key="member.id")
    room_id: str | None = Field(description="where it was said; None: directly")
    text: str = Field(description="the resident's words; emptied when they ask to be forgotten")
    status: str = Field(description="open, refunded, replaced or declined")
    opened_at: int
    settled_at: int | None
    settled_by: str | None
    cents: int | None = Field(description="what was refunded")
    quantity: int | None = Field(description="portions that are given anew")
    reason: str | None = Field(description="why it was declined")


class Had(NamedTuple):
    """Goods that came for a member."""

    order_id: int
    item: str
    spec: str
    aliases: str
    unit: str

    def named_in(self, text: str) -> int:
        """How many characters of what these goods are called stand in the text, at least two; 0 where none do."""
        names = (self.item, self.item + self.spec, *filter(None, self.aliases.split("、")))
        return max(_shared(name, text) for name in names)


class Opened(NamedTuple):
    """A claim that waits for the staff, or has been settled."""

    id: int
    order_id: int
    member_id: str
    name: str
    room_id: str | None
    item: str
    unit: str
    text: str
    status: str
    opened_at: int
    cents: int | None
    quantity: int | None
    reason: str | None


_HAD = prepare(
    Had,
    select(*columns(Had, GroupBuyItem, order_id=col(GroupBuyOrder.id), item=col(GroupBuyItem.name)))
    .join(GroupBuyOrder, col(GroupBuyOrder.item_id) == col(GroupBuyItem.id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        col(GroupBuyGrant.granted) > 0,
        col(GroupBuy.closed_at) >= bindparam("since"),
    )
    .order_by(col(GroupBuy.closed_at).desc(), col(GroupBuyOrder.id).desc()),
)
_OPEN = prepare(Count, insert(Claim).returning(col(Claim.id)))
_opened = (
    select(
        *columns(
            Opened,
            Claim,
            name=col(Member.name),
            item=col(GroupBuyItem.name),
            unit=col(GroupBuyItem.unit),
            quantity=col(Claim.quantity),
        )
    )
    .join(Member, col(Member.id) == col(Claim.member_id))
    .join(GroupBuyOrder, col(GroupBuyOrder.id) == col(Claim.order_id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .order_by(col(Claim.id))
)
_WAITING = prepare(Opened, _opened.where(col(Claim.status) == "open"))
_FIND = prepare(Opened, _opened.where(col(Claim.id) == bindparam("number")))
_SETTLE = change(
    update(Claim)
    .where(col(Claim.id) == bindparam("number"), col(Claim.status) == "open")
    .values(
        status=bindparam("outcome"),
        settled_at=bindparam("at"),
        settled_by=bindparam("by"),
        cents=bindparam("back"),
        quantity=bindparam("anew"),
        reason=bindparam("why"),
    )
)


def meant(tx: Tx, member_id: str, text: str, now: datetime) -> Had:
    """The goods a complaint is about: the last that came of what it names, or the only ones there are.

    Refused where nothing came for them, or where several goods may be meant.
    """
    had = tx.all(_HAD, who=member_id, since=int((now - WITHIN).timestamp()))
    if not had:
        raise Refusal("最近没有到过您的货，有事直接在群里找店主。")
    best = max(one.named_in(text) for one in had)
    fitting = [one for one in had if one.named_in(text) == best]
    names = list(dict.fromkeys(f"{one.item} {one.spec}".rstrip() for one in fitting))
    if len(names) > 1:
        raise Refusal(f"是{'、'.join(names[:-1])}还是{names[-1]}？可以这样发：售后 {names[0]} {text[:20]}")
    return fitting[0]


def file(tx: Tx, had: Had, member_id: str, room_id: str | None, text: str, now: datetime) -> int:
    """Open a claim about these goods; its number."""
    return tx.count(
        _OPEN,
        order_id=had.order_id,
        member_id=member_id,
        room_id=room_id,
        text=text[:LONGEST],
        status="open",
        opened_at=int(now.timestamp()),
        settled_at=None,
        settled_by=None,
        cents=None,
        quantity=None,
        reason=None,
    )


def waiting(tx: Tx) -> list[Opened]:
    """The claims that nobody has settled yet, the oldest first."""
    return tx.all(_WAITING)


def look_up(tx: Tx, number: int) -> Opened:
    """The claim with this number, settled or not. Refused where there is none."""
    found = tx.one(_FIND, number=number)
    if found is None:
        raise Refusal(f"没有 {number} 号售后，发“售后”看看还有哪些。")
    return found


def find(tx: Tx, number: int) -> Opened:
    """The claim with this number, still open. Refused where there is none, or where it is settled already."""
    found = look_up(tx, number)
    if found.status != "open":
        raise Refusal(f"{number} 号售后已经处理过了。")
    return found


def refund(tx: Tx, claim: Opened, cents: int, by_id: str, now: datetime) -> None:
    """Settle it with money, which goes on the list of refunds. Refused where that is more than the order cost."""
    due = payment.account(tx, claim.order_id).due
    if cents > due:
        raise Refusal(f"{claim.name} 这单一共才{yuan(due)}，退不了{yuan(cents)}。")
    payment.refund(tx, claim.order_id, cents, f"claim:{claim.id}", by_id, now)
    _settle(tx, claim, "refunded", by_id, now, cents=cents)


def replace(tx: Tx, claim: Opened, portions: int, by_id: str, random: Random, now: datetime) -> str:
    """Settle it with new portions to fetch; the pickup code under which they wait.

    Refused where that is more than came, with what was given anew before.
    """
    came = payment.account(tx, claim.order_id).quantity
    left = came - replacement.promised(tx, claim.order_id)
    if portions > left:
        before = f"，已经补过{came - left}{claim.unit}" if left < came else ""
        raise Refusal(f"{claim.name} 这单一共到了{came}{claim.unit}{before}，补不了{portions}{claim.unit}。")
    replacement.promise(tx, claim.id, claim.order_id, portions, now)
    _settle(tx, claim, "replaced", by_id, now, quantity=portions)
    return pickup.issue(tx, [claim.member_id], random, now)[claim.member_id]


def decline(tx: Tx, claim: Opened, reason: str, by_id: str, now: datetime) -> None:
    """Settle it with a reason why nothing is given."""
    _settle(tx, claim, "declined", by_id, now, reason=reason[:LONGEST])


def _settle(
    tx: Tx,
    claim: Opened,
    outcome: str,
    by_id: str,
    now: datetime,
    *,
    cents: int | None = None,
    quantity: int | None = None,
    reason: str | None = None,
) -> None:
    at = int(now.timestamp())
    tx.run(_SETTLE, number=claim.id, outcome=outcome, at=at, by=by_id, back=cents, anew=quantity, why=reason)


def _shared(name: str, text: str) -> int:
    """The longest stretch of at least two characters that both have."""
    for length in range(min(len(name), len(text)), 1, -1):
        if any(name[at : at + length] in text for at in range(len(name) - length + 1)):
            return length
    return 0
