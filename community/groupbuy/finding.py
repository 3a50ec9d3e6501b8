"""Finding group buys in the database, each with its items and price tiers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, literal_column, or_, select
from sqlmodel import col

from community.db import Count, Prepared, Tx, columns, prepare
from community.groupbuy.offer import Buy, Item, Tier
from community.groupbuy.tables import GroupBuy, GroupBuyItem, GroupBuyRoom, GroupBuyTier
from community.product import stock


class _Head(NamedTuple):
    """A group buy without its items: the fields of Buy in their order."""

    id: int
    title: str
    status: str
    target: int | None
    target_people: int | None
    target_cents: int | None
    limit_household: int | None
    opens_at: int | None
    closes_at: int
    arrives: str | None
    pickup: str | None
    delivery: bool
    same_day: bool


class _ItemRow(NamedTuple):
    """An item without its price tiers: the first fields of Item in their order, whether it has any, its product."""

    id: int
    groupbuy_id: int
    code: str
    name: str
    spec: str
    aliases: str
    unit: str
    cents: int
    cost: int | None
    limit_each: int | None
    stock: int
    sold: int
    tiered: bool
    product_id: int | None


class _Offered(NamedTuple):
    room_id: str
    code: str
    name: str
    aliases: str


class _Called(NamedTuple):
    """What goods are told apart by, in one room."""

    room_id: str
    title: str
    spec: str
    code: str


class _Name(NamedTuple):
    name: str


class _RoomId(NamedTuple):
    room_id: str


_status = col(GroupBuy.status)
_heads = select(*columns(_Head, GroupBuy))
_in_room = _heads.join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id)).where(
    col(GroupBuyRoom.room_id) == bindparam("room")
)


def _listed(query: Select[Any]) -> Prepared[_Head]:
    return prepare(_Head, query.order_by(col(GroupBuy.id)))


_ONE = _listed(_heads.where(col(GroupBuy.id) == bindparam("id")))
_OPEN_IN = _listed(
    _in_room.where(
        _status == "open",
        col(GroupBuy.closes_at) > bindparam("at"),
        or_(col(GroupBuy.opens_at).is_(None), col(GroupBuy.opens_at) <= bindparam("at")),
    )
)
_RUNNING_IN = _listed(_in_room.where(_status == "open", col(GroupBuy.closes_at) > bindparam("at")))
_IN_ROOM = _listed(_in_room.where(_status == bindparam("which"), col(GroupBuy.created_at) >= bindparam("since")))
_DRAFTS = _listed(
    _in_room.where(
        _status == "draft", col(GroupBuy.opened_by) == bindparam("who"), col(GroupBuy.created_at) >= bindparam("since")
    )
)
_OVERDUE = _listed(_heads.where(_status == "open", col(GroupBuy.closes_at) <= bindparam("at")))
_NEXT_CLOSE = prepare(Count, select(func.min(col(GroupBuy.closes_at))).where(_status == "open"))
_ITEMS = prepare(
    _ItemRow,
    select(*columns(_ItemRow, GroupBuyItem))
    .where(col(GroupBuyItem.groupbuy_id) == bindparam("buy"))
    .order_by(col(GroupBuyItem.id)),
)
_TIERS = prepare(
    Tier,
    select(*columns(Tier, GroupBuyTier))
    .where(col(GroupBuyTier.item_id) == bindparam("item"))
    .order_by(col(GroupBuyTier.least)),
)
_ON_OFFER = prepare(
    _Offered,
    select(*columns(_Offered, GroupBuyRoom, GroupBuyItem))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyItem.groupbuy_id))
    .join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id))
    .where(_status == "open"),
)
_ALSO = prepare(
    _Called,
    select(*columns(_Called, GroupBuyRoom, GroupBuy, GroupBuyItem))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyRoom.groupbuy_id))
    .join(GroupBuyItem, col(GroupBuyItem.groupbuy_id) == col(GroupBuy.id))
    .where(_status == "open"),
)
_NAMESAKES = prepare(
    _Name,
    select(col(GroupBuyItem.name))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyItem.groupbuy_id))
    .where(or_(*(_status == literal_column(f"'{state}'") for state in ("open", "closed", "reached", "arrived"))))
    .group_by(col(GroupBuyItem.name))
    .having(func.count(col(GroupBuyItem.spec).distinct()) > 1),
)
_ROOMS = prepare(_RoomId, select(col(GroupBuyRoom.room_id)).where(col(GroupBuyRoom.groupbuy_id) == bindparam("buy")))


def find(tx: Tx, buy_id: int) -> Buy:
    """The group buy with this id, which must exist."""
    return _together(tx, tx.all(_ONE, id=buy_id))[0]


def open_in(tx: Tx, room_id: str, now: datetime) -> list[Buy]:
    """The group buys that take orders in the room at this moment, the oldest first."""
    return _together(tx, tx.all(_OPEN_IN, room=room_id, at=int(now.timestamp())))


def running_in(tx: Tx, room_id: str, now: datetime) -> list[Buy]:
    """The group buys of a room that are open, with those that are announced and begin later, the oldest first."""
    return _together(tx, tx.all(_RUNNING_IN, room=room_id, at=int(now.timestamp())))


def in_room(tx: Tx, room_id: str, status: str, since: datetime) -> list[Buy]:
    """The group buys of a room in this state that were begun since then, the oldest first."""
    return _together(tx, tx.all(_IN_ROOM, room=room_id, which=status, since=int(since.timestamp())))


def drafts(tx: Tx, room_id: str, opener_id: str, since: datetime) -> list[Buy]:
    """The drafts somebody has waiting in a room, the oldest first."""
    return _together(tx, tx.all(_DRAFTS, room=room_id, who=opener_id, since=int(since.timestamp())))


def overdue(tx: Tx, now: datetime) -> list[Buy]:
    """The open group buys whose time is up."""
    return _together(tx, tx.all(_OVERDUE, at=int(now.timestamp())))


def on_offer(tx: Tx) -> dict[str, set[str]]:
    """What may be ordered by its bare name, by room id: names, aliases, and the codes of group buys that show them."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for row in tx.all(_ON_OFFER):
        names[row.room_id] |= {row.name, *filter(None, row.aliases.split("、"))}
        names[row.room_id] |= {row.code} if row.code != "A" else set()
    return {room: found | {"A"} if "B" in found else found for room, found in names.items()}


def also_called(tx: Tx) -> dict[str, set[str]]:
    """What else tells goods on offer apart, by room id: titles of group buys, specs, every code."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for room_id, *words in tx.all(_ALSO):
        called[room_id] |= set(filter(None, words))
    return called


def namesakes(tx: Tx) -> frozenset[str]:
    """The names that goods of different specs bear, among all group buys that are not over."""
    return frozenset(row.name for row in tx.all(_NAMESAKES))


def next_close(tx: Tx) -> int | None:
    """When the next open group buy closes, seconds since the epoch."""
    return tx.count(_NEXT_CLOSE) or None


def rooms(tx: Tx, buy: Buy) -> list[str]:
    """The ids of the rooms where it runs."""
    return [row.room_id for row in tx.all(_ROOMS, buy=buy.id)]


def _together(tx: Tx, heads: Iterable[_Head]) -> list[Buy]:
    return [Buy._make((*head, _items(tx, head.id))) for head in heads]


def _items(tx: Tx, buy_id: int) -> tuple[Item, ...]:
    return tuple(
        Item._make(
            [
                *row[:-2],
                tuple(tx.all(_TIERS, item=row.id)) if row.tiered else (),
                row.product_id,
                stock.held(tx, row.product_id) if row.product_id else None,
            ]
        )
        for row in tx.all(_ITEMS, buy=buy_id)
    )
