"""Reads a list of goods from a file, CSV or .xlsx, into rows of text; it knows files and nothing of goods."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from community.quantity import normalise

MOST_ROWS = 50_000
"""Rows of goods in one file."""
MOST_COLUMNS = 64
MOST_BYTES = 20_000_000
"""Of a file; a list of 50,000 goods has about a tenth of that."""

_MOST_UNPACKED = 200_000_000
_SHEET_END = 1_048_576  # no spreadsheet has more rows, however many of them are empty
_TROUBLE: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "这是个文件夹，要写里面的那张表",
    PermissionError: "这个文件不让读，看看是不是正被别的程序开着",
}
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_FORMULA = "是个公式，请改成写好的字"
_SEPARATORS = (",", "\t", ";")


class SheetFault(Exception):
    """The file cannot be read as a list at all; its text is one line of Chinese that says what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says, brought to plain text; `fault` where it says nothing that could be used."""

    text: str = ""
    fault: str | None = None


EMPTY = Cell()
"""A cell that nobody has written in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty, by its number in the file, the first one 1."""

    number: int
    cells: tuple[Cell, ...]


def read_sheet(path: Path) -> list[Row]:
    """Every row of the file that is not empty, the headings among them. What it is shows in its content, not its name.

    CSV is UTF-8 (with or without a mark), UTF-16 with one, or GB18030, parted by commas, tabs or semicolons. Of an
    .xlsx the first sheet counts. Raises SheetFault for whatever is no such file, and for more than 50,000 rows.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SheetFault(f"文件有 {size // 1_000_000} MB，太大了，一张表最多 {MOST_BYTES // 1_000_000} MB")
        head = path.read_bytes()[:4]
    except OSError as error:
        raise SheetFault(_TROUBLE.get(type(error), "文件打不开")) from error
    if head.startswith(_OLD_EXCEL):
        raise SheetFault("这是老式的 .xls，或者加了密码的表，请另存为不加密码的 .xlsx")
    return _bounded(_workbook(path) if head.startswith(b"PK") else _csv(path.read_bytes()))


def _bounded(rows: Iterable[tuple[Cell, ...]]) -> list[Row]:
    filled = (Row(number, cells) for number, cells in enumerate(rows, 1) if any(c.text or c.fault for c in cells))
    found = list(islice(filled, MOST_ROWS + 2))
    if len(found) > MOST_ROWS + 1:
        raise SheetFault(f"行数太多，一张表最多 {MOST_ROWS} 行，分成几张来")
    if not found:
        raise SheetFault("表是空的，第一行要写列名，像 品名、规格、单位、价格")
    return found


# CSV


def _csv(raw: bytes) -> Iterator[tuple[Cell, ...]]:
    text = _decoded(raw)
    if "\x00" in text:
        raise SheetFault("这不是表格文件，请另存为 .csv 或 .xlsx")
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in reader:
            yield tuple(_text_cell(piece) for piece in row[:MOST_COLUMNS])
    except csv.Error as error:
        raise SheetFault(f"第 {reader.line_num} 行附近的引号没有配成对，或者一格太长，读不下去") from error


def _decoded(raw: bytes) -> str:
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for coding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            return raw.decode(coding)
        except UnicodeDecodeError:
            continue
    raise SheetFault("文件的文字编码认不出来，请另存为 UTF-8 的 .csv 或者 .xlsx")


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=first.count)


def _text_cell(text: str) -> Cell:
    plain = normalise(text)
    return Cell(plain, _FORMULA) if plain.startswith("=") else Cell(plain)


# .xlsx


def _workbook(path: Path) -> Iterator[tuple[Cell, ...]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only for .xlsx, which most starts never see

    try:
        with ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise SheetFault("这张表解开来太大了，只留下要用的那一页再来")
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            yield from _pages(book)
        finally:
            book.close()
    except SheetFault:
        raise
    except BadZipFile as error:
        raise SheetFault("这个 .xlsx 坏了，打不开") from error
    except Exception as error:  # a damaged workbook makes openpyxl stumble anywhere
        raise SheetFault("这不是看得懂的 .xlsx，请用 Excel 或 WPS 另存一次") from error


def _pages(book: Any) -> Iterator[tuple[Cell, ...]]:
    pages = [page for page in book.worksheets if page.sheet_state == "visible"]
    if not pages:
        raise SheetFault("这个 .xlsx 里没有看得见的表")
    pages[0].reset_dimensions()  # some programs write them wrong, and rows would be cut off or padded
    for row in pages[0].iter_rows(min_row=1, max_row=_SHEET_END):
        yield tuple(
            EMPTY if cell.value is None else _sheet_cell(cell.value, cell.data_type) for cell in row[:MOST_COLUMNS]
        )


def _sheet_cell(value: object, kind: str) -> Cell:
    """A cell of a workbook by openpyxl's `data_type`: f a formula, e an error, else the value says what it is."""
    if kind == "f":
        return Cell(normalise(str(value)), _FORMULA)
    if kind == "e":
        return Cell(str(value), "是表格算错的标记")
    match value:
        case bool():
            return Cell("TRUE" if value else "FALSE", "是个对错，不是字也不是数")
        case datetime() | date() | time() | timedelta():
            return Cell(str(value), "被表格当成日期了，请把这一格改成文本再写")
        case int() | float():
            return Cell(format(value, ".15g"))  # as many digits as the spreadsheet itself shows
    return _text_cell(str(value))
