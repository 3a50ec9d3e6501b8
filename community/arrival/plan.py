"""Plans: who gets how much of what came, shown before it counts, booked once it is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import bindparam, select
from sqlmodel import col

from community import payment, pickup, setting
from community.arrival.allocation import first_come, pro_rata
from community.db import Tx, change, columns, insert, prepare
from community.groupbuy import finding, steps
from community.groupbuy.offer import Buy, Item
from community.groupbuy.tables import GroupBuyGrant, GroupBuyOrder
from community.people import Member
from community.refusal import Refusal

LASTS = timedelta(minutes=30)
"""How long a plan waits for its 确认到货."""


class Share(NamedTuple):
    """One order and what it gets; `cents` is the price of one portion."""

    order_id: int
    member_id: str
    name: str
    room_id: str
    item_id: int
    quantity: int
    cents: int
    granted: int = 0

    @property
    def lost(self) -> int:
        """What the portions that did not come cost."""
        return (self.quantity - self.granted) * self.cents


class _Order(NamedTuple):
    order_id: int
    member_id: str
    name: str
    room_id: str
    item_id: int
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What came of a group buy, by item id, and the share of every order, the earliest first."""

    buy: Buy
    came: Mapping[int, int]
    by_ratio: bool
    shares: tuple[Share, ...]

    def ordered(self, item: Item) -> int:
        """Portions of an item that were ordered."""
        return sum(share.quantity for share in self.shares if share.item_id == item.id)


_ORDERS = prepare(
    _Order,
    select(*columns(_Order, GroupBuyOrder, order_id=col(GroupBuyOrder.id), name=col(Member.name)))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed")
    .order_by(col(GroupBuyOrder.id)),
)
_GRANT = change(insert(GroupBuyGrant))


def draw_up(tx: Tx, buy: Buy, came: Mapping[int, int], by_ratio: bool) -> Plan:
    """Divide what came by item id (an item not named came whole) among the orders, the earliest served first."""
    orders = tx.all(_ORDERS, buy=buy.id)
    granted: dict[int, int] = {}
    whole: dict[int, int] = {}
    for item in buy.items:
        mine = [order for order in orders if order.item_id == item.id]
        wants = [order.quantity for order in mine]
        whole[item.id] = came.get(item.id, sum(wants))
        given = (pro_rata if by_ratio else first_come)(wants, whole[item.id])
        granted |= {order.order_id: portions for order, portions in zip(mine, given, strict=True)}
    return Plan(buy, whole, by_ratio, tuple(Share(*order, granted[order.order_id]) for order in orders))


def keep(tx: Tx, plan: Plan, room_id: str, who_id: str, now: datetime) -> None:
    """Let the plan wait for the 确认到货 of this person in this room, in place of any earlier one."""
    came = ",".join(f"{item}:{portions}" for item, portions in plan.came.items())
    words = (int(now.timestamp()), plan.buy.id, int(plan.by_ratio), _mark(plan), came)
    setting.put(tx, _slot(room_id, who_id), " ".join(map(str, words)))


def drop(tx: Tx, room_id: str, who_id: str) -> None:
    """Let no plan of this person wait in this room."""
    setting.put(tx, _slot(room_id, who_id), "")


def kept(tx: Tx, room_id: str, who_id: str, now: datetime) -> Plan | None:
    """The plan that waits for this person here; None where there is none. Refused where the orders have changed."""
    words = setting.get(tx, _slot(room_id, who_id)).split()
    if len(words) != 5 or int(words[0]) < (now - LASTS).timestamp():
        return None
    pairs = (pair.split(":") for pair in words[4].split(","))
    came = {int(item): int(portions) for item, portions in pairs}
    plan = draw_up(tx, finding.find(tx, int(words[1])), came, words[2] == "1")
    if _mark(plan) != int(words[3]):
        raise Refusal("刚才有人改了订单，重新发一遍到货吧。")
    return plan


def book(tx: Tx, plan: Plan, room_id: str, who_id: str, now: datetime) -> Buy:
    """It has come: every order gets its share, and what is missing goes on the list of refunds."""
    steps.take(tx, plan.buy, "arrived", now)
    drop(tx, room_id, who_id)
    for share in plan.shares:
        tx.run(_GRANT, order_id=share.order_id, granted=share.granted, collected=0)
        if share.lost:
            payment.refund(tx, share.order_id, share.lost, "short", who_id, now)
    return pickup.finish(tx, plan.buy.id, now)


def _slot(room_id: str, who_id: str) -> str:
    return f"arrival:{room_id}:{who_id}"


def _mark(plan: Plan) -> int:
    """A number that another plan would hardly have."""
    return crc32(repr([(share.order_id, share.quantity, share.granted) for share in plan.shares]).encode())
