"""Writes sheets into an Excel workbook, ready to print: paper, margins, repeated headings, page breaks. No formulas."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from community.sheet.pages import Cell, Form, Label, Labels, Page, Row, Table, printable, wide
from community.sheet.paper import Paper

FACE = "微软雅黑"
_MM_TO_POINTS = 72 / 25.4
_LINE = 17.0
"""Points of height that a line of a table takes."""
_THIN = Side(style="thin", color="999999")
_HAIR = Side(style="hair", color="BBBBBB")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FILLS = {"head": "D9E2EC", "band": "FCE8C8", "sub": "F3F3F3", "total": "FCE8C8"}
_FILL = {style: PatternFill("solid", fgColor=colour) for style, colour in _FILLS.items()}
_TAB = re.compile(r"[\[\]:*?/\\]")
_ROOM = 84
"""Typewriter characters side by side on A4 between the margins."""
_LONG_ROOM = 124
"""Likewise on its long side."""
_HEADED = 3
"""Rows above a table's first: the title, what it is about, the headings."""


def workbook(paper: Paper, pages: Iterable[Page]) -> bytes:
    """The sheets as an .xlsx file. Text is written as text, whatever it begins with."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        sheet = book.create_sheet(_TAB.sub("", page.name))
        if isinstance(page, Table):
            _write_table(sheet, paper, page)
        else:
            _write_labels(sheet, page)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write_table(sheet: Worksheet, paper: Paper, table: Table) -> None:
    table = _to_paper(table)
    last = get_column_letter(len(table.columns))
    for at, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    _across(sheet, 1, table, f"{paper.buy.name}  {table.name}", size=14)
    about = f"{paper.shop}  第{paper.buy.id}号团  {paper.closes:%m-%d %H:%M}截单  共{paper.quantity}份{_came(paper)}"
    _across(sheet, 2, table, about, size=10)
    _write_row(sheet, _HEADED, table, Row(tuple(column.heading for column in table.columns)), "head")
    for at, row in enumerate(table.rows, _HEADED + 1):
        _write_row(sheet, at, table, row, row.style)
        if row.fresh:
            sheet.row_breaks.append(Break(id=at - 1))
    sheet.print_title_rows = f"1:{_HEADED}"
    sheet.print_area = f"A1:{last}{_HEADED + len(table.rows)}"
    sheet.freeze_panes = f"A{_HEADED + 1}"
    _set_a4(sheet, landscape=table.landscape)


def _came(paper: Paper) -> str:
    """How much came, where that is not what was ordered."""
    came = sum(line.gets for line in paper.lines)
    return "" if came == paper.quantity else f"  到了{came}份"


def _to_paper(table: Table) -> Table:
    """The same with columns that fill the paper, and fit it where the spreadsheet has only wider type to measure by."""
    share = (_LONG_ROOM if table.landscape else _ROOM) / sum(column.width for column in table.columns)
    return table._replace(columns=tuple(column._replace(width=int(column.width * share)) for column in table.columns))


def _set_a4(sheet: Worksheet, *, landscape: bool) -> None:
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.7, 0.2, 0.3
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="第 &P 页，共 &N 页", size=9))


def _across(sheet: Worksheet, at: int, table: Table, text: str, size: int) -> None:
    """A line over the whole width; one that is too long goes on beneath itself."""
    width = sum(column.width for column in table.columns)
    cell = _put(sheet, at, 1, text)
    cell.font = Font(name=FACE, size=size, bold=size > 10)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=len(table.columns))
    sheet.row_dimensions[at].height = _lines(text, width * 10 / size) * size * 1.7


def _write_row(sheet: Worksheet, at: int, table: Table, row: Row, style: str) -> None:
    whole = style in ("band", "sub")
    for number, column in enumerate(table.columns, 1):
        value = row.cells[number - 1] if number <= len(row.cells) else None
        cell = _put(sheet, at, number, value)
        cell.font = Font(name=FACE, size=12 if style == "band" else 10, bold=style in ("head", "band", "total"))
        cell.border = _GRID
        cell.alignment = Alignment(horizontal=_side(value, column.heading), vertical="center", wrap_text=True)
        if style in _FILL:
            cell.fill = _FILL[style]
    if whole:
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=len(table.columns))
    sheet.row_dimensions[at].height = _height(table, row, whole)


def _side(value: Cell, heading: str) -> str:
    """Numbers stand on the right, with their headings; a box to tick in the middle."""
    if isinstance(value, int | Decimal) or (value == heading and heading in _NUMBERS):
        return "right"
    return "center" if value in ("□", "✓") or (value == heading and heading in _BOXES) else "left"


_NUMBERS = {"数量", "户数", "缺货", "单价", "金额", "退款", "应收", "已收", "成本价", "成本", "毛利"}
_BOXES = {"拣好", "装好", "送到", "收讫", "签收"}


def _height(table: Table, row: Row, whole: bool) -> float:
    """Points that the row needs so that its fullest cell is read to the end."""
    if whole:
        return 4 + _LINE * _lines(str(row.cells[0]), sum(column.width for column in table.columns) * 0.8)
    pairs = zip(row.cells, table.columns, strict=False)
    return 3 + _LINE * max(_lines(str(value), column.width) for value, column in pairs if value is not None)


def _lines(text: str, width: float) -> int:
    room = max(2, int(width) - 2)
    return sum(max(1, -(-wide(line) // room)) for line in text.split("\n"))


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> SheetCell:
    """A value in its cell: a number as a number, a text as a text even where it looks like a formula."""
    cell = sheet.cell(row=row, column=column)
    assert isinstance(cell, SheetCell), "nothing is merged before it is written"  # noqa: S101 - narrows the type
    if isinstance(value, str) and printable(value):
        cell.value = printable(value)
        cell.data_type = "s"
        cell.quotePrefix = True  # still a text after somebody has clicked into it
    elif isinstance(value, int | Decimal):
        cell.value = value
        cell.number_format = "0.00" if isinstance(value, Decimal) else "0"
    return cell


def _write_labels(sheet: Worksheet, page: Labels) -> None:
    form = page.form
    for column in range(1, form.across + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _columns_width(form.label[0])
    rows = [page.labels[at : at + form.across] for at in range(0, len(page.labels), form.across)]
    for number, labels in enumerate(rows):
        _write_label_row(sheet, 3 * number + 1, form, labels)
        if (number + 1) % form.down == 0 and number + 1 < len(rows):
            sheet.row_breaks.append(Break(id=3 * number + 3))
    sheet.print_area = f"A1:{get_column_letter(form.across)}{max(1, 3 * len(rows))}"
    _set_label_paper(sheet, form)


def _columns_width(millimetres: float) -> float:
    """The width in characters, which is how spreadsheets measure columns.

    One takes 1.85 mm in Excel and 1.97 mm in LibreOffice; by the wider one a page of labels fits its paper in both.
    """
    return millimetres / 1.97


def _write_label_row(sheet: Worksheet, at: int, form: Form, labels: Sequence[Label]) -> None:
    head, foot = form.head * (2.2 if form.across > 1 else 1.4), form.foot * 1.8  # no printer reaches a page's edge
    body = form.label[1] * _MM_TO_POINTS - head - foot
    for offset, height in enumerate((head, body, foot)):
        sheet.row_dimensions[at + offset].height = height
    for column, label in enumerate(labels, 1):
        parts = (label.head, "\n".join(label.body), label.foot)
        for offset, (text, size) in enumerate(zip(parts, (form.head, form.body, form.foot), strict=True)):
            cell = _put(sheet, at + offset, column, text)
            cell.font = Font(name=FACE, size=size, bold=offset == 0)
            side = ("bottom", "center", "top")[offset]
            cell.alignment = Alignment(horizontal="left", vertical=side, wrap_text=offset == 1, indent=1)
            cell.border = _edges(form, offset)


def _edges(form: Form, part: int) -> Border:
    """A faint line around each label of a page, to cut along where the paper is plain."""
    if form.across * form.down == 1:
        return Border()
    return Border(left=_HAIR, right=_HAIR, top=_HAIR if part == 0 else None, bottom=_HAIR if part == 2 else None)


def _set_label_paper(sheet: Worksheet, form: Form) -> None:
    if form.page == (210, 297):
        sheet.page_setup.paperSize = 9  # A4
        sheet.print_options.horizontalCentered = True
    else:
        sheet.page_setup.paperWidth, sheet.page_setup.paperHeight = (f"{side:g}mm" for side in form.page)
    sheet.page_setup.orientation = "portrait"
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = margins.header = margins.footer = 0
