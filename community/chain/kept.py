"""The rows that are kept of a chain: read from the database, changed as plain data, written back."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from community.chain.model import Bought, Row, Status
from community.chain.tables import ChainLine
from community.db import Count, Tx, change, columns, insert, prepare

Goods = dict[int, int]
"""Portions by item id."""


class _Kept(NamedTuple):
    """A row of chain_line as the database gives it."""

    id: int
    groupbuy_id: int
    room_id: str
    number: int
    name: str
    member_id: str | None
    by_id: str
    raw: str
    status: Status
    reason: str
    note: str
    goods: str
    taken: str
    contested: str | None
    contested_by: str
    gone: bool
    sent: bool


@dataclass(slots=True)
class Line:
    """A row as ChainLine keeps it, its goods as portions by item id; `id` is 0 before it is first written."""

    id: int
    groupbuy_id: int
    room_id: str
    number: int
    name: str
    member_id: str | None
    by_id: str
    raw: str
    status: Status
    reason: str
    note: str
    goods: Goods
    taken: Goods
    contested: Goods | None = None
    contested_by: str = ""
    gone: bool = False
    sent: bool = True

    @property
    def row(self) -> Row:
        """The row as it was read."""
        return Row(self.number, self.name, self.status, self.reason, bought(self.goods), self.note, self.raw)

    def rewrite(self, row: Row) -> None:
        """Let it say what this row says; what stands as an order is another matter."""
        self.number, self.name, self.raw, self.status = row.row, row.name, row.raw, row.status
        self.reason, self.note, self.goods = row.reason, row.note, goods_of(row)
        self.gone, self.sent = False, True


_OF_BUY = prepare(
    _Kept,
    select(*columns(_Kept, ChainLine))
    .where(col(ChainLine.groupbuy_id) == bindparam("buy"))
    .order_by(col(ChainLine.number), col(ChainLine.id)),
)
_NEW = prepare(Count, insert(ChainLine).returning(col(ChainLine.id)))
_CHANGING = [name for name in _Kept._fields if name not in ("id", "groupbuy_id", "room_id")]
_KEEP = change(
    update(ChainLine)
    .where(col(ChainLine.id) == bindparam("line"))
    .values({name: bindparam(f"as_{name}") for name in _CHANGING})
)
_DROP = change(delete(ChainLine).where(col(ChainLine.id) == bindparam("line")))


def load(tx: Tx, buy_id: int) -> list[Line]:
    """The rows of a group buy's chains in all its rooms, by number."""
    return [_line(row) for row in tx.all(_OF_BUY, buy=buy_id)]


def keep(tx: Tx, line: Line) -> None:
    """Write a row as it is now."""
    values = {name: getattr(line, name) for name in _Kept._fields if name != "id"}
    values |= {"goods": _written(line.goods), "taken": _written(line.taken)}
    values["contested"] = None if line.contested is None else _written(line.contested)
    if line.id:
        tx.run(_KEEP, line=line.id, **{f"as_{name}": values[name] for name in _CHANGING})
    else:
        line.id = tx.count(_NEW, **values)


def drop(tx: Tx, line: Line) -> None:
    """Keep the row no longer."""
    tx.run(_DROP, line=line.id)


def goods_of(row: Row) -> Goods:
    """What a row says, each item once."""
    goods: Goods = {}
    for key, quantity in row.items:
        goods[int(key)] = goods.get(int(key), 0) + quantity
    return goods


def bought(goods: Goods) -> tuple[Bought, ...]:
    """Goods as rows have them."""
    return tuple(Bought(str(item), portions) for item, portions in goods.items())


def _line(kept: _Kept) -> Line:
    values = kept._asdict() | {"goods": _read(kept.goods), "taken": _read(kept.taken)}
    values |= {"contested": None if kept.contested is None else _read(kept.contested)}
    return Line(**values | {"gone": bool(kept.gone), "sent": bool(kept.sent)})


def _written(goods: Goods) -> str:
    return " ".join(f"{item}:{portions}" for item, portions in goods.items())


def _read(goods: str) -> Goods:
    pairs = (pair.split(":") for pair in goods.split())
    return {int(item): int(portions) for item, portions in pairs}
