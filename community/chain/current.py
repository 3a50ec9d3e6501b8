"""The current chain of a room: what its people have on order, by chain or typed, as rows ready to be copied."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community.chain import kept, standing
from community.chain.kept import Goods, Line, bought
from community.chain.model import Row
from community.chain.offered import offers
from community.chain.write import write_chain
from community.db import Tx, columns, prepare
from community.groupbuy.offer import Buy
from community.groupbuy.tables import GroupBuyOrder
from community.people import Member


class _Ordering(NamedTuple):
    """Somebody who has ordered in this room."""

    member_id: str
    name: str


_ORDERING = prepare(
    _Ordering,
    select(*columns(_Ordering, GroupBuyOrder, Member))
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .where(
        col(GroupBuyOrder.groupbuy_id) == bindparam("buy"),
        col(GroupBuyOrder.room_id) == bindparam("room"),
        col(GroupBuyOrder.status) == "placed",
    )
    .order_by(col(GroupBuyOrder.id)),
)


def current(tx: Tx, buy: Buy, room_id: str, title: str, above: Callable[[int], str]) -> str:
    """The chain as it stands, under this title; from now on its numbers are the ones people mean.

    Of a chain too long for one message the last rows; `above` says how many stand above them.

    A row shows what its person has on order, typed orders included; whoever only typed gets a row of their own. Rows
    in doubt stand as they were written; what nobody has ordered is left out.
    """
    lines = kept.load(tx, buy.id)
    here = [line for line in lines if line.room_id == room_id]
    here += _of_typed(tx, buy, room_id, lines)
    rows: list[Row] = []
    for line, goods in zip(here, _shares(tx, buy, lines, here), strict=True):
        shown = _shown(line, goods)
        if shown is not None:
            rows.append(shown)
            line.number = len(rows)
            kept.keep(tx, line)
    return write_chain(title, rows, offers(buy), above)


def _of_typed(tx: Tx, buy: Buy, room_id: str, lines: list[Line]) -> list[Line]:
    """A row for everybody who has ordered without one."""
    known = {line.member_id for line in lines if line.room_id == room_id}
    typed = {one.member_id: one.name for one in tx.all(_ORDERING, buy=buy.id, room=room_id)}
    return [
        Line(0, buy.id, room_id, 0, name.strip() or "邻居", who, who, "", "sure", "", "", {}, {}, sent=False)
        for who, name in typed.items()
        if who not in known
    ]


def _shares(tx: Tx, buy: Buy, lines: list[Line], here: list[Line]) -> list[Goods]:
    """What each row shows, so that a person's rows together are what they have on order."""
    left: dict[str, Goods] = {}
    for line in here:
        if line.member_id is not None and line.member_id not in left:
            elsewhere = [one for one in lines if one.member_id == line.member_id and one.room_id != line.room_id]
            left[line.member_id] = _less(standing.of_member(tx, buy, line.member_id), elsewhere)
    last = {line.member_id: line for line in here}
    shares: list[Goods] = []
    for line in here:
        rest = left.get(line.member_id or "", {})
        share = dict(rest) if last[line.member_id] is line else _at_most(line.taken, rest)
        for item, portions in share.items():
            rest[item] -= portions
        shares.append({item: portions for item, portions in share.items() if portions > 0})
    return shares


def _less(goods: Goods, lines: list[Line]) -> Goods:
    return {item: portions - sum(one.taken.get(item, 0) for one in lines) for item, portions in goods.items()}


def _at_most(goods: Goods, rest: Goods) -> Goods:
    return {item: min(portions, rest[item]) for item, portions in goods.items() if item in rest}


def _shown(line: Line, goods: Goods) -> Row | None:
    """The row as it is written; None for one that has nothing to say any more."""
    if goods:
        return Row(line.number, line.name, "sure", "", bought(goods), line.note, "")
    undecided = line.raw and line.status != "ignored" and line.reason
    return Row(line.number, line.name, "doubtful", line.reason, (), "", line.raw) if undecided else None
