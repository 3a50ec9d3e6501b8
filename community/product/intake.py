"""Takes a list of goods in: reads every row, says all that is wrong by row, decides what is new, and writes it.

All or nothing: while a single row is wrong, nothing of the list is written. A cell left empty leaves what is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from community.db import Tx
from community.money import yuan
from community.product import goods
from community.product.columns import COLUMNS, CellFault, Column, column_of, nearest, read_cell
from community.product.goods import Line, OnShelf, Step
from community.product.names import key
from community.product.sheet import EMPTY, Cell, Row
from community.product.shelf import USUAL_UNIT

_SHOWN = 20  # characters of a cell that a problem repeats


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the list that must be changed first; `row` as the spreadsheet numbers it."""

    row: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.text}"


class Change(NamedTuple):
    """A product of the list that is new, or differs from what the shop has: its name, and what differs, in words."""

    name: str
    words: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    """What a list comes to: its problems, or else what is new, what changes and how many products stay as they are."""

    problems: list[Problem] = field(default_factory=list)
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    left: int = 0
    """Products whose stock the list repeats from last time, though it has moved since: their stock is left alone."""


def read_lines(rows: Sequence[Row]) -> tuple[list[Line], list[Problem]]:
    """The goods in the rows of a file, whose first row has the headings, and every problem they have by themselves."""
    columns, problems = _headings(rows[0], rows[1:])
    if not any(column and column.field == "name" for column in columns):
        return [], problems
    lines: list[Line] = []
    for row in rows[1:]:
        values, faults = _values(columns, row)
        problems += [Problem(row.number, fault) for fault in faults]
        if values.get("name"):
            lines.append(_line(row.number, values))
    if len(rows) == 1:
        problems.append(Problem(rows[0].number, "只有列名，下面还没有商品"))
    return lines, problems


def look(tx: Tx, lines: Sequence[Line], problems: Sequence[Problem]) -> Outcome:
    """What taking the lines in would come to, beside the problems that they have by themselves. Nothing is written."""
    return _decide(lines, problems, goods.on_shelf(tx))[0]


def take_in(tx: Tx, lines: Sequence[Line], problems: Sequence[Problem], now: datetime) -> Outcome:
    """Write the lines, unless anything is wrong with any of them; what it came to."""
    outcome, steps = _decide(lines, problems, goods.on_shelf(tx))
    if not outcome.problems:
        goods.write(tx, steps, now)
    return outcome


# The file by itself


def _headings(first: Row, rows: Sequence[Row]) -> tuple[list[Column | None], list[Problem]]:
    used = max(len(row.cells) for row in (first, *rows))
    cells = [*first.cells, *[EMPTY] * (used - len(first.cells))]
    columns = [column_of(cell.text) for cell in cells]
    problems = [Problem(first.number, text) for at, cell in enumerate(cells) if (text := _odd(at, cell, columns, rows))]
    if not any(column and column.field == "name" for column in columns):
        known = "、".join(column.heading for column in COLUMNS)
        problems.append(Problem(first.number, f"没有“品名”这一列；第一行写列名，认得的有 {known}"))
    return columns, problems


def _odd(at: int, cell: Cell, columns: Sequence[Column | None], rows: Sequence[Row]) -> str | None:
    """What is wrong with one heading."""
    column = columns[at]
    if column is not None:
        twice = column in columns[:at]
        return f"“{column.heading}”有两列，留一列就好" if twice else None
    if not cell.text:
        below = next((row.number for row in rows if at < len(row.cells) and row.cells[at].text), None)
        return f"第 {at + 1} 列没有列名，第 {below} 行却写了字" if below else None
    near = nearest(cell.text)
    return f"列名“{_cut(cell.text)}”不认识，" + (f"是不是“{near}”？" if near else "不用的列请删掉")


def _values(columns: Sequence[Column | None], row: Row) -> tuple[dict[str, Any], list[str]]:
    """What a row says, field by field, and everything that is wrong in it."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for column, cell in zip(columns, row.cells, strict=False):
        if column is None or column.field in values:
            continue
        try:
            values[column.field] = read_cell(column, cell)
        except CellFault as fault:
            values[column.field] = None
            faults.append(f"{column.heading}“{_cut(cell.text)}”：{fault}")
            if column.field == "name":
                values["name"] = ""  # there, but wrong: not missing as well
    if values.get("name") is None:
        faults.insert(0, "没有品名")
    return values, faults


def _line(row: int, values: dict[str, Any]) -> Line:
    """The row as a line; a product's own name among its aliases says nothing new."""
    word, aliases = key(values["name"]), values.get("aliases")
    others = None if aliases is None else {other: alias for other, alias in aliases.items() if other != word}
    return Line(row, word, **values | {"aliases": others})


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


# The file beside the shelf


def _decide(
    lines: Sequence[Line], problems: Sequence[Problem], shelf: Mapping[str, OnShelf]
) -> tuple[Outcome, list[Step]]:
    faulty = {problem.row for problem in problems}
    found = [*problems, *_clashes(lines, shelf)]
    found += [
        Problem(line.row, f"“{line.name}”是新商品，要写价格")
        for line in lines
        if line.price is None and line.row not in faulty and line.word not in shelf
    ]
    if found:
        return Outcome(problems=sorted(found, key=lambda problem: problem.row)), []
    outcome, steps = Outcome(), [Step(line, shelf.get(line.word)) for line in lines]
    return outcome, [step for step in steps if _sort_in(outcome, *step)]


def _sort_in(outcome: Outcome, line: Line, before: OnShelf | None) -> bool:
    """Count the line as new, changed or neither; whether there is anything to write."""
    if before is None:
        outcome.new.append(Change(line.name, tuple(_description(line))))
        return True
    outcome.left += line.stock is not None and line.stock == before.in_sheet != before.stock
    differences = tuple(_differences(line, before))
    if differences:
        outcome.changed.append(Change(before.name, differences))
    else:
        outcome.unchanged += 1
    return bool(differences) or line.stock not in (None, before.in_sheet)


def _clashes(lines: Sequence[Line], shelf: Mapping[str, OnShelf]) -> Iterator[Problem]:
    """Every word of the list that would mean two products."""
    rows: dict[str, int] = {}
    for line in lines:
        if rows.setdefault(line.word, line.row) != line.row:
            yield Problem(line.row, f"品名“{line.name}”和第 {rows[line.word]} 行重复")
    holders = _kept_aliases(lines, shelf)
    for line in lines:
        if line.word not in shelf and line.word in holders:
            yield Problem(line.row, f"品名“{line.name}”已经是“{holders[line.word]}”的别名了")
        for word, alias in (line.aliases or {}).items():
            if word in shelf or word in rows:
                yield Problem(line.row, f"别名“{alias}”是另一样商品的品名")
            elif holders.setdefault(word, line.name) != line.name:
                yield Problem(line.row, f"别名“{alias}”已经是“{holders[word]}”的别名了")


def _kept_aliases(lines: Sequence[Line], shelf: Mapping[str, OnShelf]) -> dict[str, str]:
    """The aliases that the list does not touch, and the product each means."""
    touched = {line.word for line in lines if line.aliases is not None}
    kept = (each for word, each in shelf.items() if word not in touched)
    return {word: each.name for each in kept for word in each.aliases}


def _description(line: Line) -> Iterator[str]:
    """A new product, in words."""
    yield f"{line.spec or ''} {yuan(line.price or 0)}一{line.unit or USUAL_UNIT}".strip()
    if line.cost is not None:
        yield f"成本 {yuan(line.cost)}"
    if line.stock is not None:
        yield f"库存 {line.stock}"
    if line.aliases:
        yield f"别名 {'、'.join(line.aliases.values())}"
    if line.picture is not None:
        yield "带图片"


def _differences(line: Line, before: OnShelf) -> Iterator[str]:
    """What the list has otherwise than the shop, in words: 价格 21.8元 → 22元."""
    pairs = (
        ("品名", before.name, line.name),
        ("规格", before.spec, line.spec),
        ("单位", before.unit, line.unit),
        ("价格", yuan(before.cents), _money(line.price)),
        ("成本", _money(before.cost), _money(line.cost)),
        ("库存", before.stock, line.stock if line.stock != before.in_sheet else None),
        ("别名", "、".join(before.aliases.values()), _new_aliases(line, before)),
    )
    for heading, old, new in pairs:
        if new is not None and old != new:
            yield f"{heading} {_said(old)} → {_said(new)}"
    if line.picture not in (None, before.picture):
        yield "换了图片" if before.picture else "加上图片"


def _new_aliases(line: Line, before: OnShelf) -> str | None:
    """The aliases of the list; None where they are the same, in whatever order."""
    if line.aliases is None or line.aliases.keys() == before.aliases.keys():
        return None
    return "、".join(line.aliases.values())


def _money(cents: int | None) -> str | None:
    return None if cents is None else yuan(cents)


def _said(value: object) -> str:
    return "无" if value is None or value == "" else str(value)
