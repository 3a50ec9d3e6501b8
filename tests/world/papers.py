"""The papers of a world: what stands in the workbook of each group buy adds up to its orders, portions and cents."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from community.sheet.book import workbook
from community.sheet.layouts import pages
from community.sheet.paper import read_paper
from community.shop import Shop as ShopSettings
from tests.world.shop import Shop

PORTIONS = ("商品汇总", "拣货单", "商品分楼", "对账", "收款单")
MONEY = {"商品汇总": "金额", "对账": "金额", "收款单": "应收"}


def unlike_the_orders(shop: Shop) -> Iterator[str]:
    """Each sheet of each group buy that says something else than its orders."""
    for buy in shop.rows("SELECT id FROM groupbuy WHERE status NOT IN ('draft', 'withdrawn') ORDER BY id"):
        yield from _unlike(shop, buy["id"])


def _unlike(shop: Shop, buy: int) -> Iterator[str]:
    ordered = shop.rows(
        "SELECT coalesce(sum(quantity), 0), coalesce(sum(quantity * cents), 0) FROM groupbuy_order"
        " WHERE groupbuy_id = ? AND status = 'placed'",
        buy,
    )[0]
    with shop.reading() as tx:
        paper = read_paper(tx, ShopSettings(), str(buy))
    book = load_workbook(BytesIO(workbook(paper, pages(paper))))
    for name in PORTIONS:
        for counted in (_added(book[name], "数量"), _total(book[name], "数量")):
            if counted != ordered[0]:
                yield f"group buy {buy}, {name}: {counted} portions, {ordered[0]} ordered"
    for name, heading in MONEY.items():
        for counted in (_added(book[name], heading), _total(book[name], heading)):
            if counted * 100 != ordered[1]:
                yield f"group buy {buy}, {name}: {counted} yuan, {ordered[1]} cents ordered"


def _column(sheet: Worksheet, heading: str) -> int:
    return [cell.value for cell in sheet[3]].index(heading)


def _added(sheet: Worksheet, heading: str) -> Decimal:
    """What the rows add up to that are no totals."""
    place = _column(sheet, heading)
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0] not in ("小计", "合计")]
    return sum((Decimal(str(row[place])) for row in rows if isinstance(row[place], int | float)), Decimal(0))


def _total(sheet: Worksheet, heading: str) -> Decimal:
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    return Decimal(str(next(row[_column(sheet, heading)] for row in reversed(rows) if row[0] == "合计")))
