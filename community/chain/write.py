"""Writes the current chain in the form everybody knows, ready for the next neighbour to copy and add a row."""

from collections.abc import Callable, Sequence

from community.chain.lines import is_example, row_mark
from community.chain.model import Bought, Offer, Row
from community.quantity import normalise

LONGEST = 1800
"""Characters of a chain that fit into one message, with room for the rows of those who go on from it."""
TAIL = 10
"""A chain whose first number is above this one is the end of a longer one: nobody takes off so many rows."""


def write_chain(
    title: str, rows: Sequence[Row], offers: Sequence[Offer], above: Callable[[int], str] | None = None
) -> str:
    """A chain with a header, the title, and the rows numbered anew from 1; `read_chain` reads the same out of it.

    A sure row is written cleanly, one that is in doubt as its neighbour wrote it; ignored rows are left out. Where
    only one thing is on offer the rows name no goods. With `above`, a chain too long for one message is its last rows
    under their numbers, so that the next one goes on from it, and `above` says in one line how many stand above them.
    """
    units = {offer.key: offer for offer in offers}
    kept = [row for row in rows if row.status != "ignored"]
    lines = [f"{number}. {_row(row, units)}" for number, row in enumerate(kept, start=1)]
    head = [_title(line) for line in title.splitlines() if normalise(line)]
    if above is not None and sum(map(len, [*head, *lines])) + len(lines) > LONGEST:
        lines = _last(lines)
        head.append(_title(above(len(kept) - len(lines))))
    return "\n".join(["#接龙", *head, "", *lines])


def _last(lines: Sequence[str]) -> list[str]:
    """The rows at the end that fit into one message with their title."""
    shown, length = len(lines), 0
    while shown > TAIL and length + len(lines[shown - 1]) < LONGEST * 2 // 3:
        shown -= 1
        length += len(lines[shown]) + 1
    return list(lines[max(shown, TAIL) :])


def _title(line: str) -> str:
    """A line of the title; one that a reader would take for a row or an example begins with a dot."""
    plain = normalise(line)
    return f"· {plain}" if plain.startswith("#") or is_example(plain) or row_mark(plain, 1) else " ".join(line.split())


def _row(row: Row, offers: dict[str, Offer]) -> str:
    if row.status != "sure":
        return row.raw
    goods = " ".join(_goods(bought, offers) for bought in row.items)
    note = f"（{row.note}）" if row.note else ""
    return f"{row.name} {goods}{note}"


def _goods(bought: Bought, offers: dict[str, Offer]) -> str:
    offer = offers[bought.key]
    return f"{_named(offer, offers)}{bought.quantity}{offer.unit}"


def _named(offer: Offer, offers: dict[str, Offer]) -> str:
    """With the spec where two bear one name: whoever copies the chain must not make one of the other."""
    if len(offers) == 1:
        return ""
    shared = any(other.name == offer.name and other.spec != offer.spec for other in offers.values())
    return f"{offer.name} {offer.spec} " if shared and offer.spec else offer.name
