"""Payments: what an order owes, what was paid on it, and what has to be given back. Cents (分), lists only.

Nothing here moves money: staff take it and say so. An order owes what was ordered less its refunds, and nothing once it
is cancelled; whatever was paid above that goes back. However an order comes to owe less after the close, whether it was
paid or not (what came fell short, the target failed, it was called off, a claim), is a Refund: one table tells all.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, bindparam, case, func, or_, select
from sqlalchemy.sql import Select
from sqlmodel import Field, SQLModel, col

from community.db import Tx, append_only, change, insert, prepare
from community.groupbuy.offer import called, shared_names
from community.groupbuy.tables import GroupBuy, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.people import Member

LISTED = timedelta(days=30)
"""How long after its close a group buy is looked through for what is owed."""


LESS = "less:"
"""How the reason of a refund begins where the order itself was made smaller after the close."""


class Refund(SQLModel, table=True):
    """Cents taken off what an order owes, once for each reason; never changed afterwards."""

    __table_args__ = (UniqueConstraint("order_id", "reason"), CheckConstraint("cents > 0"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="groupbuy_order.id")
    cents: int
    reason: str = Field(
        description="short, failed, withdrawn, claim:17, or less:123 (the entry that made the order smaller)"
    )
    at: int = Field(description="seconds since the epoch")
    by_id: str | None = Field(description="the contact id of who decided it; None: the clock")


class Payment(SQLModel, table=True):
    """Cents that staff took for an order, negative when they gave some back; never changed afterwards."""

    __table_args__ = (Index("payment_order", "order_id"), CheckConstraint("cents <> 0"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="groupbuy_order.id")
    cents: int
    at: int = Field(description="seconds since the epoch")
    by_id: str = Field(description="the contact id of who took it")


append_only(Refund)
append_only(Payment)


class Account(NamedTuple):
    """One order's reckoning in cents: `due` is what it owes altogether, `paid` what was taken for it.

    `status` is the group buy's, `placed` the order's own; `payments` counts what was taken and given back.
    """

    order_id: int
    member_id: str
    name: str
    item: str
    spec: str
    unit: str
    quantity: int
    status: str
    placed: str
    ordered: int
    due: int
    paid: int
    payments: int

    @property
    def open(self) -> int:
        """What is still to be paid; 0 where something has to be given back instead."""
        return max(0, self.due - self.paid)

    @property
    def back(self) -> int:
        """What has to be given back."""
        return max(0, self.paid - self.due)


class _Worth(NamedTuple):
    order_id: int
    cents: int


_order = col(GroupBuyOrder.id)
_refunds = select(func.coalesce(func.sum(col(Refund.cents)), 0)).where(col(Refund.order_id) == _order)
_refunded = _refunds.scalar_subquery()
# What staff took off after the close is a refund, and gone from the quantity as well: it counts once.
_lessened = _refunds.where(col(Refund.reason).startswith(LESS)).scalar_subquery()
_ordered = col(GroupBuyOrder.quantity) * col(GroupBuyOrder.cents) + _lessened
_paid = select(func.coalesce(func.sum(col(Payment.cents)), 0)).where(col(Payment.order_id) == _order).scalar_subquery()
_payments = select(func.count()).where(col(Payment.order_id) == _order).scalar_subquery()
_accounts: Select[*tuple[Any, ...]] = (
    select(
        _order,
        col(GroupBuyOrder.member_id),
        col(Member.name),
        col(GroupBuyItem.name),
        col(GroupBuyItem.spec),
        col(GroupBuyItem.unit),
        func.coalesce(col(GroupBuyGrant.granted), col(GroupBuyOrder.quantity)),
        col(GroupBuy.status),
        col(GroupBuyOrder.status),
        _ordered,
        case((col(GroupBuyOrder.status) == "placed", _ordered - _refunded), else_=0),
        _paid,
        _payments,
    )
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == _order, isouter=True)
    .order_by(_order)
)
_ONE = prepare(Account, _accounts.where(_order == bindparam("order")))
_lately = select(col(GroupBuy.id)).where(
    or_(col(GroupBuy.closed_at).is_(None), col(GroupBuy.closed_at) >= bindparam("since"))
)
_OF_BUY = prepare(Account, _accounts.where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy")))
_OF_MEMBER = prepare(
    Account,
    _accounts.where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        or_(col(GroupBuy.closed_at).is_(None), col(GroupBuy.closed_at) >= bindparam("since")),
    ),
)
# Written as IN, because SQLite then goes from the few group buys to their orders, and not through all orders ever.
_RECENT = prepare(Account, _accounts.where(col(GroupBuyOrder.groupbuy_id).in_(_lately)))
_WORTH = prepare(
    _Worth,
    select(_order, _ordered - _refunded)
    .where(
        col(GroupBuyOrder.groupbuy_id) == bindparam("buy"),
        col(GroupBuyOrder.status) == "placed",
        _ordered > _refunded,
    )
    .order_by(_order),
)
_REFUND = change(insert(Refund).on_conflict_do_nothing())
_PAY = change(insert(Payment))


def account(tx: Tx, order_id: int) -> Account:
    """The reckoning of one order, which must exist."""
    found = tx.one(_ONE, order=order_id)
    assert found is not None, "orders are never deleted"  # noqa: S101 - narrows the type
    return found


def refund(tx: Tx, order_id: int, cents: int, reason: str, by_id: str | None, now: datetime) -> bool:
    """Take so many cents off what an order owes; False when that reason was written down for it before."""
    return tx.run(_REFUND, order_id=order_id, cents=cents, reason=reason, at=int(now.timestamp()), by_id=by_id) == 1


def refund_all(tx: Tx, buy_id: int, reason: str, by_id: str | None, now: datetime) -> list[Account]:
    """Nobody owes anything for a group buy any more; the accounts of those who had paid, and get it back.

    To be called while its orders still stand.
    """
    for order in tx.all(_WORTH, buy=buy_id):
        refund(tx, order.order_id, order.cents, reason, by_id, now)
    return owed_back(of_buy(tx, buy_id))


def of_member(tx: Tx, member_id: str, now: datetime) -> list[Account]:
    """The reckoning of each order of a member in the group buys that `recent` goes through, the oldest first."""
    return tx.all(_OF_MEMBER, who=member_id, since=int((now - LISTED).timestamp()))


def settle(tx: Tx, accounts: list[Account], by_id: str, now: datetime) -> None:
    """All that is open on these orders has been paid, and all that was too much has been given back."""
    for one in accounts:
        if one.due != one.paid:
            tx.run(_PAY, order_id=one.order_id, cents=one.due - one.paid, at=int(now.timestamp()), by_id=by_id)


def recent(tx: Tx, now: datetime) -> list[Account]:
    """The reckoning of every order of the group buys that are open or closed in the last LISTED, the oldest first.

    Goods of different specs that bear one name are called by both.
    """
    found = tx.all(_RECENT, since=int((now - LISTED).timestamp()))
    shared = shared_names((one.item, one.spec) for one in found)
    return [one._replace(item=called(one.item, one.spec, shared)) for one in found]


def of_buy(tx: Tx, buy_id: int) -> list[Account]:
    """The reckoning of every order of a group buy, the cancelled ones with them."""
    return tx.all(_OF_BUY, buy=buy_id)


def unpaid(accounts: Iterable[Account]) -> list[Account]:
    """What is still to be paid, of what is closed."""
    return [one for one in accounts if one.open and one.status != "open"]


def owed_back(accounts: Iterable[Account]) -> list[Account]:
    """What has to be given back."""
    return [one for one in accounts if one.back]


def taken_off(accounts: Iterable[Account]) -> list[Account]:
    """Where nothing was paid yet and the price was lowered: nothing goes back, less is to be taken."""
    return [one for one in accounts if not one.payments and one.due < one.ordered and one.placed == "placed"]
