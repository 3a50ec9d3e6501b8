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

ADD_UP = {
    "商品汇总": {"数量": "ordered", "金额": "worth"},
    "拣货单": {"数量": "came"},
    "商品分楼": {"数量": "came"},
    "对账": {"数量": "ordered", "缺货": "missing", "金额": "worth", "退款": "refunded", "应收": "due"},
    "收款单": {"数量": "ordered", "应收": "due", "已收": "paid"},
}
"""What each column of each sheet adds up to: portions, or cents where it says yuan."""
YUAN = ("金额", "退款", "应收", "已收")
_ORDERS = """
SELECT coalesce(sum(o.quantity), 0) AS ordered,
       coalesce(sum(iif(b.status = 'failed', 0, coalesce(g.granted, o.quantity))), 0) AS came,
       coalesce(sum(o.quantity * o.cents), 0) AS worth,
       coalesce(sum((SELECT sum(cents) FROM refund r WHERE r.order_id = o.id AND r.reason NOT LIKE 'less:%')), 0)
       AS refunded,
       coalesce(sum((SELECT sum(cents) FROM payment p WHERE p.order_id = o.id)), 0) AS paid
FROM groupbuy b JOIN groupbuy_order o ON o.groupbuy_id = b.id LEFT JOIN groupbuy_grant g ON g.order_id = o.id
WHERE b.id = ? AND o.status = 'placed'
"""


def unlike_the_orders(shop: Shop) -> Iterator[str]:
    """Each sheet of each group buy that says something else than its orders."""
    for buy in shop.rows("SELECT id FROM groupbuy WHERE status NOT IN ('draft', 'withdrawn') ORDER BY id"):
        yield from _unlike(shop, buy["id"])


def _unlike(shop: Shop, buy: int) -> Iterator[str]:
    orders = dict(shop.rows(_ORDERS, buy)[0])
    orders["missing"] = orders["ordered"] - orders["came"]
    orders["due"] = orders["worth"] - orders["refunded"]
    with shop.reading() as tx:
        paper = read_paper(tx, ShopSettings(), str(buy))
    book = load_workbook(BytesIO(workbook(paper, pages(paper))))
    for name, columns in ADD_UP.items():
        for heading, what in columns.items():
            for counted in (_added(book[name], heading), _total(book[name], heading)):
                if counted * (100 if heading in YUAN else 1) != orders[what]:
                    yield f"group buy {buy}, {name}: {heading} {counted}, {what} {orders[what]}"


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
