"""The usual way to write such a bot: for each message an async ORM session of its own, on aiosqlite.

The same tables, indexes and pragmas, the same questions and the same rows as our order writes. It is spared what it
would do worse: one connection in the pool (several would wait for each other's locks), no look for a keyword, and an
answer that is not rendered.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import col

from benchmarks.bare import PRAGMAS
from benchmarks.corner import NOW
from community.activity import Activity
from community.events import Heard
from community.groupbuy.tables import GroupBuy, GroupBuyEntry, GroupBuyItem, GroupBuyOrder, GroupBuyRoom
from community.outbox import RANK, WORTH, Outbox
from community.people import Member, Membership, Room
from community.seen import Seen

_AT = int(NOW.timestamp())


def latencies(path: Path, orders: Sequence[Heard], waiting: int) -> tuple[float, list[float]]:
    """Seconds for all orders with `waiting` of them under way at any time, and the seconds that each took."""
    return asyncio.run(_latencies(path, orders, waiting))


async def _latencies(path: Path, orders: Sequence[Heard], waiting: int) -> tuple[float, list[float]]:
    engine = _engine(path)
    try:
        await _write(engine, orders[0])  # the connection and the compiled statements are there from now on
        coming = iter(orders[1:])
        took: list[float] = []

        async def resident() -> None:
            for order in coming:
                begun = time.perf_counter()
                await _write(engine, order)
                took.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(resident() for _ in range(waiting)))
        return time.perf_counter() - begun, took
    finally:
        await engine.dispose()


def _engine(path: Path) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=600)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def _write(engine: AsyncEngine, heard: Heard) -> None:
    """One order from the look at its id to the commit."""
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        room = await session.get(Room, heard.room.id if heard.room else "")
        if room is None or not room.enabled or await session.get(Seen, heard.id) is not None:
            return
        session.add(Seen(id=heard.id, at=_AT))
        member = await session.get(Member, heard.by.id)
        if member is None or await _is_away(session, room, member):
            return
        text = await _order(session, room, member)
        session.add(_line(room, text))
        session.add(Activity(at=_AT, room_id=room.id, member_id=member.id, kind="+", detail=""))


async def _is_away(session: AsyncSession, room: Room, member: Member) -> bool:
    stay = select(Membership).where(
        col(Membership.room_id) == room.id, col(Membership.member_id) == member.id, col(Membership.left_at).is_(None)
    )
    return await session.scalar(stay) is None


async def _order(session: AsyncSession, room: Room, member: Member) -> str:
    """Find what is open, take one portion from the stock, write the order and its entry; the answer."""
    found = await session.execute(
        select(GroupBuy, GroupBuyItem)
        .join(GroupBuyItem, col(GroupBuyItem.groupbuy_id) == col(GroupBuy.id))
        .join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id))
        .where(col(GroupBuyRoom.room_id) == room.id, col(GroupBuy.status) == "open", col(GroupBuy.closes_at) > _AT)
    )
    buy, item = found.one()
    assert buy.id is not None and item.id is not None, "they come from the database"  # noqa: S101, PT018 - narrows types
    mine = select(GroupBuyOrder).where(
        col(GroupBuyOrder.item_id) == item.id,
        col(GroupBuyOrder.member_id) == member.id,
        col(GroupBuyOrder.status) == "placed",
    )
    if await session.scalar(mine) is not None:
        raise AssertionError("every resident orders once")
    sold = col(GroupBuyItem.sold)
    await session.execute(
        update(GroupBuyItem)
        .where(col(GroupBuyItem.id) == item.id, sold + 1 <= col(GroupBuyItem.stock))
        .values(sold=sold + 1)
        .execution_options(synchronize_session=False)
    )
    order = GroupBuyOrder(
        groupbuy_id=buy.id,
        item_id=item.id,
        room_id=room.id,
        member_id=member.id,
        quantity=1,
        cents=item.cents,
        status="placed",
        placed_at=_AT,
        changed_at=_AT,
    )
    session.add(order)
    await session.flush()
    assert order.id is not None, "flushed rows have an id"  # noqa: S101 - narrows the type
    session.add(GroupBuyEntry(order_id=order.id, at=_AT, by_id=member.id, before=0, after=1, cause="order"))
    return f"{member.name} 已记下 {item.name} 1{item.unit}，{item.cents / 100}元"


def _line(room: Room, text: str) -> Outbox:
    return Outbox(
        room_id=room.id,
        kind="answer",
        rank=RANK["answer"],
        text=text,
        image=None,
        cause=None,
        status="queued",
        created_at=_AT,
        expires_at=_AT + int(WORTH["answer"].total_seconds()),
        not_before=_AT,
        attempts=0,
        batch=None,
        sent_at=None,
    )
