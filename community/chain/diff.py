"""Tells what happened to each row between two snapshots of a chain: added, changed or removed."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence

from community.chain.model import Chain, Change, Row
from community.quantity import normalise

_Pairs = list[tuple[Row, Row]]


def diff(before: Chain, after: Chain) -> tuple[Change, ...]:
    """The rows that differ, in the order of `after`, the removed ones last. Equal snapshots give an empty tuple.

    A row is known by its name, not by its number, so that one row less shifts nobody else. Rows of one name are told
    apart by what they say, then by their numbers, then by their order. A row that only changed its name is known by
    its number and its goods together. Example lines and empty numbers are no rows. Linear in the number of rows.
    """
    old, new = _people(before), _people(after)
    pairs: _Pairs = []
    for same in (_number_and_words, _name_and_words, _name_and_number, _name, _number_and_goods):
        found = _paired(old, new, same)
        pairs += found
        old, new = _without(old, (one for one, _ in found)), _without(new, (one for _, one in found))
    before_of = {id(now): then for then, now in pairs}
    changes = (_change(before_of.get(id(row)), row) for row in _people(after))
    removed = (Change("removed", row, None) for row in old)
    return (*(change for change in changes if change), *removed)


def _people(chain: Chain) -> list[Row]:
    return [row for row in chain.rows if row.status != "ignored" or (row.name and row.row)]


def _change(before: Row | None, after: Row) -> Change | None:
    if before is None:
        return Change("added", None, after)
    return None if _words(before) == _words(after) else Change("changed", before, after)


def _paired(old: Sequence[Row], new: Sequence[Row], same: Callable[[Row], Hashable]) -> _Pairs:
    """Rows that are the same in this respect, each used once, in their order."""
    waiting: defaultdict[Hashable, deque[Row]] = defaultdict(deque)
    for row in old:
        waiting[same(row)].append(row)
    pairs: _Pairs = []
    for row in new:
        if (key := same(row)) is not None and waiting[key]:
            pairs.append((waiting[key].popleft(), row))
    return pairs


def _without(rows: Sequence[Row], used: Iterable[Row]) -> list[Row]:
    taken = {id(row) for row in used}
    return [row for row in rows if id(row) not in taken]


def _words(row: Row) -> str:
    return normalise(row.raw)


def _said(row: Row) -> str:
    return normalise(row.name).casefold()


def _number_and_words(row: Row) -> Hashable:
    return row.row, _words(row)


def _name_and_words(row: Row) -> Hashable:
    return _said(row), _words(row)


def _name_and_number(row: Row) -> Hashable:
    return _said(row), row.row


def _name(row: Row) -> Hashable:
    return _said(row)


def _number_and_goods(row: Row) -> Hashable:
    return (row.row, row.items) if row.items else None
