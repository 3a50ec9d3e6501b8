"""Exports: tables that others build on, one row each; times ISO 8601 with zone, money in integer cents."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any, Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from community import posts
from community.activity import Activity
from community.claim import Claim
from community.db import Database, Tx
from community.groupbuy.tables import GroupBuy, GroupBuyItem, GroupBuyOrder
from community.invite import Invite
from community.ledger import LedgerEntry
from community.outbox import Outbox
from community.payment import Payment, Refund
from community.people import Member, Membership, Role, Room
from community.pickup import Pickup
from community.product.tables import Product, StockEntry

Cell = str | int | None
Row = dict[str, Cell]
Format = Literal["csv", "json"]
_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_SIGN = "+"
"""What somebody typed who ordered: alone it is no formula, and stays what JSON says, too."""


class Export(NamedTuple):
    """One exported table: its columns in order, and its rows with raw moments (seconds since the epoch)."""

    columns: Sequence[str]
    rows: Callable[[Tx], Iterable[Sequence[Any]]]
    moments: frozenset[str]


def export(database: Database, name: str, zone: tzinfo) -> tuple[Sequence[str], Iterator[Row]]:
    """The column names and the rows of an export; raises KeyError for a name that is none of `names()`."""
    table = _EXPORTS[name]
    return table.columns, _rows(database, table, zone)


def names() -> list[str]:
    """Every export there is."""
    return sorted(_EXPORTS)


def write(columns: Sequence[str], rows: Iterable[Row], form: Format) -> Iterator[str]:
    """The rows as text, piece by piece: a JSON array, or CSV with a header in which no cell is a formula."""
    if form == "json":
        yield from _json(rows)
    else:
        yield from _csv(columns, rows)


def _json(rows: Iterable[Row]) -> Iterator[str]:
    opening = "[\n"
    for row in rows:
        yield opening + json.dumps(row, ensure_ascii=False)
        opening = ",\n"
    yield "\n]\n" if opening == ",\n" else "[]\n"


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    page = StringIO()
    writer = csv.DictWriter(page, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(cell) for name, cell in row.items()})
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()


def _harmless(cell: Cell) -> Cell:
    """A nickname such as =cmd() must not become a formula in a spreadsheet (OWASP, CSV injection).

    Nor may a carriage return begin a new row: the csv module leaves it bare.
    """
    if not isinstance(cell, str):
        return cell
    plain = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{plain}" if cell != _SIGN and _FORMULA.match(cell) else plain


def _rows(database: Database, table: Export, zone: tzinfo) -> Iterator[Row]:
    with database.reading() as tx:
        for values in table.rows(tx):
            yield {
                name: _moment(value, zone) if name in table.moments else value
                for name, value in zip(table.columns, values, strict=True)
            }


def _moment(value: int | None, zone: tzinfo) -> str | None:
    return None if value is None else datetime.fromtimestamp(value, zone).isoformat()


def _select(query: Any, *moments: str) -> Export:
    return Export(list(query.selected_columns.keys()), lambda tx: tx.session.execute(query), frozenset(moments))


def _orders() -> Export:
    query: Any = (
        select(
            col(GroupBuyOrder.id).label("order_id"),
            col(GroupBuyOrder.groupbuy_id),
            col(GroupBuy.title).label("groupbuy"),
            col(Room.name).label("room"),
            col(GroupBuyOrder.member_id),
            col(Member.name).label("member"),
            col(GroupBuyItem.name).label("item"),
            col(GroupBuyOrder.quantity),
            col(GroupBuyOrder.cents).label("unit_cents"),
            col(GroupBuyOrder.status),
            col(GroupBuyOrder.placed_at),
            col(GroupBuyOrder.note),
        )
        .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
        .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
        .join(Room, col(Room.id) == col(GroupBuyOrder.room_id))
        .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
        .order_by(col(GroupBuyOrder.id))
    )
    return _select(query, "placed_at")


def _groupbuys() -> Export:
    query: Any = (
        select(
            col(GroupBuy.id).label("groupbuy_id"),
            col(GroupBuy.title),
            col(GroupBuy.status),
            func.sum(col(GroupBuyItem.stock)).label("stock"),
            func.sum(col(GroupBuyItem.sold)).label("sold"),
            col(GroupBuy.closes_at),
        )
        .join(GroupBuyItem, col(GroupBuyItem.groupbuy_id) == col(GroupBuy.id))
        .group_by(col(GroupBuy.id))
        .order_by(col(GroupBuy.id))
    )
    return _select(query, "closes_at")


def _of_orders(table: Any, own: str, *after: str, moments: Sequence[str] = ("at",)) -> Export:
    """A table whose rows hang on an order: its id as `own`, what was ordered by whom, and the columns `after` that."""
    query: Any = (
        select(
            col(table.id).label(own),
            col(table.order_id),
            col(GroupBuy.title).label("groupbuy"),
            col(GroupBuyOrder.member_id),
            col(Member.name).label("member"),
            col(GroupBuyItem.name).label("item"),
            *(getattr(table, name) for name in after),
        )
        .join(GroupBuyOrder, col(GroupBuyOrder.id) == col(table.order_id))
        .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyOrder.groupbuy_id))
        .join(GroupBuyItem, col(GroupBuyItem.id) == col(GroupBuyOrder.item_id))
        .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
        .order_by(col(table.id))
    )
    return _select(query, *moments)


def _stock() -> Export:
    query: Any = (
        select(
            col(StockEntry.id).label("entry_id"),
            col(StockEntry.product_id),
            col(Product.name).label("product"),
            col(Product.spec),
            col(Product.unit),
            col(StockEntry.at),
            col(StockEntry.kind),
            col(StockEntry.delta),
            col(StockEntry.after),
            col(StockEntry.cause),
            col(StockEntry.by_id),
        )
        .join(Product, col(Product.id) == col(StockEntry.product_id))
        .order_by(col(StockEntry.id))
    )
    return _select(query, "at")


def _ledger() -> Export:
    query: Any = (
        select(
            col(LedgerEntry.at),
            col(LedgerEntry.account).label("member_id"),
            col(Member.name).label("member"),
            col(LedgerEntry.unit),
            col(LedgerEntry.amount),
            col(LedgerEntry.cause),
        )
        .join(Member, col(Member.id) == col(LedgerEntry.account), isouter=True)
        .order_by(col(LedgerEntry.id))
    )
    return _select(query, "at")


def _invites() -> Export:
    inviter, invitee = aliased(Member), aliased(Member)
    query: Any = (
        select(
            col(Room.name).label("room"),
            col(inviter.name).label("inviter"),
            col(invitee.name).label("invitee"),
            col(Invite.at),
            col(Invite.status),
            col(Invite.reason),
            col(Invite.inviter_id),
            col(Invite.invitee_id),
        )
        .join(Room, col(Room.id) == col(Invite.room_id))
        .join(inviter, col(inviter.id) == col(Invite.inviter_id))
        .join(invitee, col(invitee.id) == col(Invite.invitee_id))
        .order_by(col(Invite.id))
    )
    return _select(query, "at")


def _members() -> Export:
    query: Any = (
        select(
            col(Membership.member_id),
            col(Member.name).label("member"),
            col(Room.name).label("room"),
            col(Membership.joined_at),
            col(Membership.left_at),
            col(Member.role),
        )
        .join(Member, col(Member.id) == col(Membership.member_id))
        .join(Room, col(Room.id) == col(Membership.room_id))
        .order_by(col(Membership.id))
    )
    plain = _select(query, "joined_at", "left_at")
    return plain._replace(rows=lambda tx: ([*row[:-1], Role(row[-1]).name.lower()] for row in plain.rows(tx)))


def _posts() -> Export:
    fields = ("post", "moment", "room", "status", "sent_at")
    return Export(fields, posts.posts_sent, frozenset(("moment", "sent_at")))


def _outbox() -> Export:
    query: Any = (
        select(
            col(Outbox.id),
            func.coalesce(col(Room.name), col(Member.name), col(Outbox.room_id)).label("room"),
            col(Outbox.kind),
            col(Outbox.text),
            col(Outbox.status),
            col(Outbox.created_at),
            col(Outbox.sent_at),
        )
        .join(Room, col(Room.id) == col(Outbox.room_id), isouter=True)
        .join(Member, col(Member.id) == col(Outbox.room_id), isouter=True)
        .order_by(col(Outbox.id))
    )
    return _select(query, "created_at", "sent_at")


def _activity() -> Export:
    query: Any = (
        select(
            col(Activity.at),
            col(Room.name).label("room"),
            col(Activity.member_id),
            col(Activity.kind),
            col(Activity.detail),
        )
        .join(Room, col(Room.id) == col(Activity.room_id), isouter=True)
        .order_by(col(Activity.id))
    )
    return _select(query, "at")


_CLAIMED = ("text", "status", "opened_at", "settled_at", "settled_by", "cents", "quantity", "reason")
_EXPORTS: dict[str, Export] = {
    "orders": _orders(),
    "groupbuys": _groupbuys(),
    "payments": _of_orders(Payment, "payment_id", "cents", "at", "by_id"),
    "refunds": _of_orders(Refund, "refund_id", "cents", "reason", "at", "by_id"),
    "pickups": _of_orders(Pickup, "pickup_id", "quantity", "code", "at", "by_id", "claim_id"),
    "claims": _of_orders(Claim, "claim_id", *_CLAIMED, moments=("opened_at", "settled_at")),
    "stock": _stock(),
    "ledger": _ledger(),
    "invites": _invites(),
    "members": _members(),
    "posts": _posts(),
    "outbox": _outbox(),
    "activity": _activity(),
}
