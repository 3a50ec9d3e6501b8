"""The steps of a group buy: which state may follow which, in one table, and why a step is refused."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import col

from community.db import Tx, change
from community.groupbuy.offer import Buy
from community.groupbuy.tables import GroupBuy
from community.refusal import Refusal

ALLOWED: dict[str, tuple[str, ...]] = {
    "draft": ("open", "withdrawn"),
    "open": ("closed", "reached", "failed", "withdrawn"),
    "closed": ("arrived", "withdrawn"),
    "reached": ("arrived", "withdrawn"),
    "arrived": ("done",),
    "failed": (),
    "done": (),
    "withdrawn": (),
}
"""From each state, the states that may come next."""

ORDERS: dict[str, tuple[str, ...]] = {
    "open": ("more", "fewer"),
    "closed": ("more", "fewer"),
    "reached": ("more", "fewer"),
    "arrived": ("fewer",),
}
"""In which states an order may still grow or shrink: for residents while it is open, then for staff with a reason."""
RUNNING = tuple(ORDERS)
"""The states in which something still lies before an order."""

_STANDS = {
    "draft": "还没确认开团",
    "open": "还没截单",
    "closed": "已经截单，还没到货",
    "reached": "已经成团，还没到货",
    "failed": "没成团",
    "arrived": "已经到货了",
    "done": "已经收团了",
    "withdrawn": "已经撤了",
}
_FIRST = {"draft": "，先回“确认”", "open": "，先发“截单”", "closed": "，先发“到货”", "reached": "，先发“到货”"}
_INSTEAD = {"done": "，货有毛病让邻居发“售后”", "failed": "，也不用付钱", "withdrawn": "，订的都作废了"}
_ENDS = frozenset(("closed", "reached", "failed", "withdrawn"))

_this = (col(GroupBuy.id) == bindparam("buy"), col(GroupBuy.status) == bindparam("was"))
_STEP = change(update(GroupBuy).where(*_this).values(status=bindparam("becomes")))
_END = change(update(GroupBuy).where(*_this).values(status=bindparam("becomes"), closed_at=bindparam("at")))


def take(tx: Tx, buy: Buy, becomes: str, now: datetime) -> None:
    """Bring a group buy into its next state. Refused, with the reason, where that state cannot follow."""
    if becomes not in ALLOWED[buy.status]:
        raise refused(buy)
    if becomes in _ENDS:
        tx.run(_END, buy=buy.id, was=buy.status, becomes=becomes, at=int(now.timestamp()))
    else:
        tx.run(_STEP, buy=buy.id, was=buy.status, becomes=becomes)


def before(becomes: str) -> tuple[str, ...]:
    """The states from which this one can be reached."""
    return tuple(state for state, following in ALLOWED.items() if becomes in following)


def may(buy: Buy, change: str) -> None:
    """Refused, with the reason, where orders of this group buy can no longer grow (`more`) or shrink (`fewer`)."""
    if change in ORDERS.get(buy.status, ()):
        return
    if buy.status == "arrived":
        raise Refusal(f"{buy.title} 已经到货分好了，只能往少里改。")
    raise Refusal(f"{buy.title} {_STANDS[buy.status]}，单子改不了了{_INSTEAD.get(buy.status, '')}。")


def refused(buy: Buy) -> Refusal:
    """Why the step that was wished for cannot be taken: where the group buy stands, and what comes first."""
    return Refusal(f"{buy.title} {_STANDS[buy.status]}{_FIRST.get(buy.status, '')}。")
