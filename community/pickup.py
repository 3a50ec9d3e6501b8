"""Pickups: a four-digit code for everyone with something to collect, and handing over all or part of it.

One code at a time covers all that a member has waiting, what is given anew because of a claim, too; it is not given to
anybody else within a week.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, bindparam, literal_column, null, select, text, update
from sqlmodel import Field, SQLModel, col

from community import replacement
from community.db import Count, Tx, append_only, change, columns, insert, prepare
from community.groupbuy import finding, steps
from community.groupbuy.offer import Buy, called
from community.groupbuy.tables import GroupBuy, GroupBuyGrant, GroupBuyItem, GroupBuyOrder
from community.people import Member
from community.redeem import NoSuchCode
from community.refusal import Refusal

LASTS = timedelta(days=7)
"""How long a code can be used, and how long nobody else gets the same one."""
_CODES = range(1000, 10_000)


class PickupCode(SQLModel, table=True):
    """A member's code; live until everything is collected or its time is up. Times in seconds since the epoch."""

    __tablename__ = "pickup_code"
    __table_args__ = (
        Index("pickup_code_live", "code", unique=True, sqlite_where=text("status = 'live'")),
        Index("pickup_code_of", "member_id", unique=True, sqlite_where=text("status = 'live'")),
        Index("pickup_code_code", "code"),
        Index("pickup_code_until", "expires_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(description="four digits")
    member_id: str = Field(foreign_key="member.id")
    status: str = Field(description="live, used or expired")
    issued_at: int
    expires_at: int


class Pickup(SQLModel, table=True):
    """Portions of an order that were handed over, never changed afterwards."""

    __table_args__ = (Index("pickup_order", "order_id"), CheckConstraint("quantity > 0"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="groupbuy_order.id")
    code: str
    quantity: int
    at: int
    by_id: str = Field(description="the contact id of who handed them over")
    claim_id: int | None = Field(default=None, description="the claim because of which they were given anew")


append_only(Pickup)


class Waiting(NamedTuple):
    """Portions of an order that came and wait for their owner; `cents` is the price of one.

    `claim_id`: they are given anew because of this claim, and nothing is to be paid for them.
    """

    order_id: int
    groupbuy_id: int
    item_id: int
    item: str
    spec: str
    unit: str
    left: int
    cents: int
    note: str
    claim_id: int | None = None


class Left(NamedTuple):
    """Portions that nobody came for."""

    member_id: str
    name: str
    item: str
    spec: str
    unit: str
    left: int


class Code(NamedTuple):
    """A member's code."""

    id: int
    code: str
    member_id: str
    status: str
    expires_at: int


class _Taken(NamedTuple):
    code: str


_of = col(PickupCode.member_id) == bindparam("who")
_live = col(PickupCode.status) == "live"
_codes = select(*columns(Code, PickupCode)).order_by(col(PickupCode.id).desc())
_OF_MEMBER = prepare(Code, _codes.where(_of, _live))
_FIND = prepare(Code, _codes.where(col(PickupCode.code) == bindparam("digits")))
_TAKEN = prepare(_Taken, select(col(PickupCode.code)).where(col(PickupCode.expires_at) > bindparam("at")))
_ISSUE = change(insert(PickupCode))
_PROLONG = change(update(PickupCode).where(_of, _live).values(expires_at=bindparam("until")))
_END = change(update(PickupCode).where(col(PickupCode.id) == bindparam("this"), _live).values(status=bindparam("as_")))
_LAPSE = change(update(PickupCode).where(_live, col(PickupCode.expires_at) <= bindparam("at")).values(status="expired"))
_WAITING = prepare(
    Waiting,
    select(
        *columns(
            Waiting,
            GroupBuyOrder,
            order_id=col(GroupBuyOrder.id),
            item=col(GroupBuyItem.name),
            spec=col(GroupBuyItem.spec),
            unit=col(GroupBuyItem.unit),
            left=col(GroupBuyGrant.granted) - col(GroupBuyGrant.collected),
            claim_id=null(),
        )
    )
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id))
    .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
    .where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        col(GroupBuy.status) == "arrived",
        col(GroupBuyGrant.collected) < col(GroupBuyGrant.granted),
    )
    .order_by(col(GroupBuyOrder.id)),
)
_COLLECT = change(
    update(GroupBuyGrant)
    .where(
        col(GroupBuyGrant.order_id) == bindparam("order"),
        col(GroupBuyGrant.collected) + bindparam("more") <= col(GroupBuyGrant.granted),
    )
    .values(collected=col(GroupBuyGrant.collected) + bindparam("more"))
)
_ENTER = change(insert(Pickup))
_SOME_LEFT = prepare(
    Count,
    select(literal_column("1"))
    .select_from(GroupBuyOrder)
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id))
    .where(
        col(GroupBuyOrder.groupbuy_id) == bindparam("buy"),
        col(GroupBuyGrant.collected) < col(GroupBuyGrant.granted),
    )
    .limit(1),
)
_LEFT_WITH = prepare(
    Left,
    select(
        *columns(
            Left,
            GroupBuyOrder,
            GroupBuyItem,
            name=col(Member.name),
            item=col(GroupBuyItem.name),
            left=col(GroupBuyGrant.granted) - col(GroupBuyGrant.collected),
        )
    )
    .join(GroupBuyOrder, col(GroupBuyOrder.item_id) == col(GroupBuyItem.id))
    .join(GroupBuyGrant, col(GroupBuyGrant.order_id) == col(GroupBuyOrder.id))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(
        col(GroupBuyOrder.groupbuy_id) == bindparam("buy"),
        col(GroupBuyGrant.collected) < col(GroupBuyGrant.granted),
    )
    .order_by(col(GroupBuyOrder.id)),
)


def waiting(tx: Tx, member_id: str) -> list[Waiting]:
    """What has come for a member and is not collected yet, the oldest order first, then what is given anew."""
    names = finding.namesakes(tx)
    came = (one._replace(item=called(one.item, one.spec, names)) for one in tx.all(_WAITING, who=member_id))
    anew = (
        Waiting(due.order_id, due.groupbuy_id, due.item_id, due.item, "", due.unit, due.left, 0, "", due.claim_id)
        for due in replacement.waiting(tx, member_id)
    )
    return [*came, *anew]


def issue(tx: Tx, members: Sequence[str], random: Random, now: datetime) -> dict[str, str]:
    """A code for each of these members; whoever has a live one keeps it, for longer. Refused where none is free."""
    tx.run(_LAPSE, at=int(now.timestamp()))
    at, until = int(now.timestamp()), int((now + LASTS).timestamp())
    taken = {int(row.code) for row in tx.all(_TAKEN, at=at)}
    free = [number for number in _CODES if number not in taken]
    random.shuffle(free)
    codes = {}
    for member_id in members:
        code = tx.one(_OF_MEMBER, who=member_id)
        if code is not None:
            tx.run(_PROLONG, who=member_id, until=until)
        elif not free:
            raise Refusal("这一周的取货码用完了，等有人取走一些再来。")
        codes[member_id] = code.code if code else str(free.pop())
        if code is None:
            tx.run(_ISSUE, code=codes[member_id], member_id=member_id, status="live", issued_at=at, expires_at=until)
    return codes


def read_code(tx: Tx, digits: str, now: datetime) -> Code:
    """The live code with these digits. Refused, each for its own reason: unknown, used, expired."""
    code = tx.one(_FIND, digits=digits)
    if code is None:
        raise NoSuchCode(f"没有 {digits} 这个取货码，再核对一下数字；别家店的码在这儿取不了。")
    if code.status == "used":
        raise Refusal(f"{digits} 已经取过货了，不能再取。")
    if code.status == "expired" or code.expires_at <= now.timestamp():
        raise Refusal(f"{digits} 过期了，让邻居发“我的取货码”拿个新码。")
    return code


def hand_over(tx: Tx, code: Code, goods: Sequence[tuple[Waiting, int]], clerk_id: str, now: datetime) -> list[Waiting]:
    """Hand over so many portions of what waits; what is left waiting comes back, and the code ends with the last."""
    at = int(now.timestamp())
    for one, portions in goods:
        _collect(tx, one, portions)
        entry = {"order_id": one.order_id, "code": code.code, "quantity": portions, "claim_id": one.claim_id}
        tx.run(_ENTER, **entry, at=at, by_id=clerk_id)
    for buy_id in dict.fromkeys(one.groupbuy_id for one, _ in goods if one.claim_id is None):
        finish(tx, buy_id, now)
    left = waiting(tx, code.member_id)
    if not left:
        tx.run(_END, this=code.id, as_="used")
    return left


def _collect(tx: Tx, one: Waiting, portions: int) -> None:
    if one.claim_id is None:
        collected = tx.run(_COLLECT, order=one.order_id, more=portions) == 1
    else:
        collected = replacement.collect(tx, one.claim_id, portions)
    if not collected:
        raise Refusal(f"{one.item} 只剩{one.left}{one.unit}没取。")


def code_of(tx: Tx, member_id: str, random: Random, now: datetime) -> str | None:
    """The code under which a member's goods wait, a new one where the last has expired; None where nothing waits."""
    if not waiting(tx, member_id):
        return None
    code = tx.one(_OF_MEMBER, who=member_id)
    if code is not None and code.expires_at > now.timestamp():
        return code.code
    return issue(tx, [member_id], random, now)[member_id]


def finish(tx: Tx, buy_id: int, now: datetime) -> Buy:
    """A group buy that has arrived is done once everything is handed over; the group buy as it stands then."""
    if not tx.count(_SOME_LEFT, buy=buy_id):
        steps.take(tx, finding.find(tx, buy_id), "done", now)
    return finding.find(tx, buy_id)


def wind_up(tx: Tx, buy: Buy, now: datetime) -> list[Left]:
    """Nothing more is handed over; what nobody came for comes back. Refused where nothing has arrived."""
    names = finding.namesakes(tx)
    steps.take(tx, buy, "done", now)
    return [one._replace(item=called(one.item, one.spec, names)) for one in tx.all(_LEFT_WITH, buy=buy.id)]
