"""What stands on paper, as plain data: tables with headings, and labels of a size. No spreadsheet is known here."""

import re
import unicodedata
from decimal import Decimal
from typing import Literal, NamedTuple

Cell = str | int | Decimal | None
_UNPRINTABLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


class Column(NamedTuple):
    """A heading and the width beneath it; the widths of a table's columns only say how they share the paper."""

    heading: str
    width: int


class Row(NamedTuple):
    """One row. A `band` or `sub` fills the whole width with its first cell; `fresh` begins a new page of paper."""

    cells: tuple[Cell, ...]
    style: Literal["band", "sub", "line", "total"] = "line"
    fresh: bool = False


class Table(NamedTuple):
    """One sheet with a table; its columns' headings stand on every page of paper."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    landscape: bool = False
    """Printed on the paper's long side: for many columns."""


class Label(NamedTuple):
    """What stands on one label."""

    head: str
    body: tuple[str, ...]
    foot: str


class Form(NamedTuple):
    """A page of labels: its size and each label's in millimetres, how many there are, type sizes in points."""

    page: tuple[float, float]
    label: tuple[float, float]
    across: int
    down: int
    head: int
    body: int
    foot: int
    lines: int
    """Lines that the body has room for."""

    def fits(self, points: int) -> int:
        """How many typewriter characters of this size stand side by side on a label."""
        return int((self.label[0] * 72 / 25.4 - 14) / points * 2)


class Labels(NamedTuple):
    """One sheet of labels."""

    name: str
    form: Form
    labels: tuple[Label, ...]


Page = Table | Labels

ITEM_LABELS = Form((210, 297), (69.5, 37), 3, 8, 13, 20, 11, 1)
"""A4 with 24 labels of 70 × 37 mm, as every stationer has them."""
HOUSEHOLD_LABELS = Form((210, 297), (104.5, 59), 2, 5, 20, 12, 10, 6)
"""A4 with 10 labels of 105 × 59 mm: a household's whole order."""
PRINTER_LABELS = Form((40, 30), (39, 29), 1, 1, 14, 9, 8, 4)
"""The usual roll of a small label printer: 40 × 30 mm."""


def money(cents: int) -> Decimal:
    """Cents as yuan with two decimals, exactly: 2990 → 29.90."""
    return Decimal(cents).scaleb(-2)


def printable(text: str) -> str:
    """The text without what no spreadsheet may hold or no paper can show."""
    return _UNPRINTABLE.sub("", text)


def wide(text: str) -> int:
    """How many typewriter characters the text takes; a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def cut(text: str, width: int) -> str:
    """The text, its end replaced by … where it takes more than this width."""
    if wide(text) <= width:
        return text
    while text and wide(text) > width - 2:
        text = text[:-1]
    return f"{text}…"
