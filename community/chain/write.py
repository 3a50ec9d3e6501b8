"""Writes the current chain in the form everybody knows, ready for the next neighbour to copy and add a row."""

from collections.abc import Sequence

from community.chain.lines import is_example, row_mark
from community.chain.model import Bought, Offer, Row
from community.quantity import normalise


def write_chain(title: str, rows: Sequence[Row], offers: Sequence[Offer]) -> str:
    """A chain with a header, the title, and the rows numbered anew from 1; `read_chain` reads the same out of it.

    A sure row is written cleanly, one that is in doubt as its neighbour wrote it; ignored rows are left out. Where
    only one thing is on offer the rows name no goods.
    """
    units = {offer.key: offer for offer in offers}
    kept = [row for row in rows if row.status != "ignored"]
    lines = [f"{number}. {_row(row, units)}" for number, row in enumerate(kept, start=1)]
    head = [_title(line) for line in title.splitlines() if normalise(line)]
    return "\n".join(["#接龙", *head, "", *lines])


def _title(line: str) -> str:
    """A line of the title; one that a reader would take for a row or an example begins with a dot."""
    plain = normalise(line)
    return f"· {plain}" if plain.startswith("#") or is_example(plain) or row_mark(plain, 1) else plain


def _row(row: Row, offers: dict[str, Offer]) -> str:
    if row.status != "sure":
        return row.raw
    goods = " ".join(_goods(bought, offers) for bought in row.items)
    note = f"（{row.note}）" if row.note else ""
    return f"{row.name} {goods}{note}"


def _goods(bought: Bought, offers: dict[str, Offer]) -> str:
    offer = offers[bought.key]
    name = offer.name if len(offers) > 1 else ""
    return f"{name}{bought.quantity}{offer.unit}"
