"""Which open group buy a chain is for, read with the names that the room knows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from community import people
from community.chain import kept, whose
from community.chain.model import Chain, Offer
from community.chain.read import read_chain
from community.db import Tx, columns, prepare
from community.groupbuy.offer import Buy
from community.groupbuy.tables import GroupBuy, GroupBuyItem, GroupBuyRoom
from community.people import KnownRoom
from community.refusal import Refusal

REMEMBERED = 60
"""Goods of the room's group buys by which an old chain is known, the latest."""


class Sent(NamedTuple):
    """A chain that somebody sent, and the group buy it is for."""

    buy: Buy
    chain: Chain


class _Past(NamedTuple):
    name: str


_PAST = prepare(
    _Past,
    select(*columns(_Past, GroupBuyItem))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyItem.groupbuy_id))
    .join(GroupBuyRoom, col(GroupBuyRoom.groupbuy_id) == col(GroupBuy.id))
    .where(
        col(GroupBuyRoom.room_id) == bindparam("room"),
        # One that is still called open may be past its close, for as long as the clock has not looked.
        or_(col(GroupBuy.closed_at).is_not(None), col(GroupBuy.status) == "open"),
    )
    .order_by(col(GroupBuy.id).desc())
    .limit(REMEMBERED),
)


def offers(buy: Buy) -> list[Offer]:
    """The items of a group buy as the reader of chains knows them; letters only where the group sees letters."""
    lettered = len(buy.items) > 1
    return [
        Offer(
            key=str(item.id),
            name=item.name,
            aliases=(*filter(None, item.aliases.split("、")), *((item.code,) if lettered else ())),
            unit=item.unit,
            spec=item.spec,
        )
        for item in buy.items
    ]


def find_chain(tx: Tx, room: KnownRoom, buys: Sequence[Buy], text: str) -> Sent | None:
    """The chain in a text and the group buy it is for; None where there is no chain.

    Refused where several are open and neither its title nor its rows say which, and where it is an old one that was
    copied from a group buy which is not open any more: its rows would be ordered anew, and be other goods.
    """
    known = _names(tx, room.id, buys)
    read = ((buy, read_chain(text, offers(buy), known)) for buy in buys)
    found = [Sent(buy, chain) for buy, chain in read if chain is not None]
    if found and not _titled(found) and (old := _no_longer(tx, room.id, found)):
        raise Refusal(f"这份接龙写的是{old}，那个团现在没开着。要订现在的，发“接龙”抄一份新的。")
    if len(found) < 2:
        return found[0] if found else None
    for fitting in (_titled(found), [one for one in found if _is_read(one.chain)]):
        if len(fitting) == 1:
            return fitting[0]
    raise Refusal(f"这份接龙是哪个团的？上面写上团的名字再发：{'、'.join(one.buy.name for one in found)}")


def _titled(found: Sequence[Sent]) -> list[Sent]:
    """Those whose title or goods stand above the rows."""
    return [
        one
        for one in found
        if one.buy.title in one.chain.header or any(item.name in one.chain.header for item in one.buy.items)
    ]


def _no_longer(tx: Tx, room_id: str, found: Sequence[Sent]) -> str | None:
    """Goods that stand above the rows, were once on offer in this room, and are not what is open now."""
    header = found[0].chain.header
    named = [row.name for row in tx.all(_PAST, room=room_id) if row.name in header] if header else []
    return next((name for name in named if not any(one.buy.fits(name) for one in found)), None)


def _is_read(chain: Chain) -> bool:
    return any(row.status == "sure" for row in chain.rows)


def _names(tx: Tx, room_id: str, buys: Sequence[Buy]) -> set[str]:
    """Names that are trusted whatever they look like: of rows, of people in the room, of contacts known before."""
    rows = {line.name for buy in buys for line in kept.load(tx, buy.id) if line.room_id == room_id}
    return rows | {one.name for one in people.members(tx, room_id)} | whose.bound_names(tx, room_id)
