"""Which open group buy a chain is for, read with the names that the room knows."""

from collections.abc import Sequence
from typing import NamedTuple

from community import people
from community.chain import kept, whose
from community.chain.model import Chain, Offer
from community.chain.read import read_chain
from community.db import Tx
from community.groupbuy.offer import Buy
from community.people import KnownRoom
from community.refusal import Refusal


class Sent(NamedTuple):
    """A chain that somebody sent, and the group buy it is for."""

    buy: Buy
    chain: Chain


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

    Refused where several are open and neither its title nor its rows say which.
    """
    known = _names(tx, room.id, buys)
    read = ((buy, read_chain(text, offers(buy), known)) for buy in buys)
    found = [Sent(buy, chain) for buy, chain in read if chain is not None]
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


def _is_read(chain: Chain) -> bool:
    return any(row.status == "sure" for row in chain.rows)


def _names(tx: Tx, room_id: str, buys: Sequence[Buy]) -> set[str]:
    """Names that are trusted whatever they look like: of rows, of people in the room, of contacts known before."""
    rows = {line.name for buy in buys for line in kept.load(tx, buy.id) if line.room_id == room_id}
    return rows | {one.name for one in people.members(tx, room_id)} | whose.bound_names(tx, room_id)
