"""Replacements: portions that are given anew because of a claim, collected like anything else, paid for already."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, bindparam, func, select, update
from sqlmodel import Field, SQLModel, col

from community.db import Count, Tx, change, columns, insert, prepare
from community.groupbuy.tables import GroupBuyItem, GroupBuyOrder
from community.people import Member


class Replacement(SQLModel, table=True):
    """What a claim is settled with, and how much of it has been handed over."""

    __table_args__ = (
        CheckConstraint("quantity > 0"),
        CheckConstraint("collected BETWEEN 0 AND quantity"),
        Index("replacement_order", "order_id"),
    )

    claim_id: int = Field(
        primary_key=True, sa_column_kwargs={"autoincrement": False}, description="the claim that is settled so"
    )
    order_id: int = Field(foreign_key="groupbuy_order.id")
    quantity: int
    collected: int
    at: int = Field(description="when it was promised, seconds since the epoch")


class Due(NamedTuple):
    """Portions given anew, and how many of them are still to be fetched."""

    claim_id: int
    order_id: int
    groupbuy_id: int
    item_id: int
    member_id: str
    name: str
    item: str
    unit: str
    quantity: int
    left: int


_PROMISE = change(insert(Replacement))
_due = (
    select(
        *columns(
            Due,
            Replacement,
            GroupBuyOrder,
            GroupBuyItem,
            name=col(Member.name),
            item=col(GroupBuyItem.name),
            left=col(Replacement.quantity) - col(Replacement.collected),
        )
    )
    .join(GroupBuyOrder, col(GroupBuyOrder.id) == col(Replacement.order_id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .order_by(col(Replacement.claim_id))
)
_WAITING = prepare(
    Due,
    _due.where(
        col(GroupBuyOrder.member_id) == bindparam("who"), col(Replacement.collected) < col(Replacement.quantity)
    ),
)
_OF_BUY = prepare(Due, _due.where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy")))
_PROMISED = prepare(
    Count, select(func.sum(col(Replacement.quantity))).where(col(Replacement.order_id) == bindparam("order"))
)
_COLLECT = change(
    update(Replacement)
    .where(
        col(Replacement.claim_id) == bindparam("claim"),
        col(Replacement.collected) + bindparam("more") <= col(Replacement.quantity),
    )
    .values(collected=col(Replacement.collected) + bindparam("more"))
)


def promise(tx: Tx, claim_id: int, order_id: int, portions: int, now: datetime) -> None:
    """So many portions of an order are given anew."""
    tx.run(_PROMISE, claim_id=claim_id, order_id=order_id, quantity=portions, collected=0, at=int(now.timestamp()))


def promised(tx: Tx, order_id: int) -> int:
    """How many portions of an order have been promised anew so far."""
    return tx.count(_PROMISED, order=order_id)


def waiting(tx: Tx, member_id: str) -> list[Due]:
    """What a member has still to fetch, the oldest claim first."""
    return tx.all(_WAITING, who=member_id)


def of_buy(tx: Tx, buy_id: int) -> list[Due]:
    """All that is given anew of a group buy, fetched or not, the oldest claim first."""
    return tx.all(_OF_BUY, buy=buy_id)


def collect(tx: Tx, claim_id: int, portions: int) -> bool:
    """So many have been handed over; False where that is more than there is to fetch."""
    return tx.run(_COLLECT, claim=claim_id, more=portions) == 1
