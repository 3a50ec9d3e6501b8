"""The reckoning of a group buy: what was sold at which price, what came of it, what was paid and what it brings.

Every figure is a value, never a formula; the sums are those of the orders, in cents, shown as yuan.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from community.groupbuy.offer import Item
from community.money import yuan
from community.sheet.pages import Cell, Column, Row, Table, money
from community.sheet.paper import Line, Paper


def reckoning(paper: Paper) -> Table:
    """What was sold at which price, what came of it, and what it brings where the cost is known."""
    costed = any(item.cost is not None for item in paper.ordered())
    sales = list(_sales(paper))
    rows = [Row(sale.cells(costed)) for sale in sales]
    if paper.stray:
        rows.append(Row(("取消了的订单", *[None] * 6, money(paper.stray))))
    rows.append(_takings(paper, sales, costed))
    if costed and (unknown := [item.name for item in paper.ordered() if item.cost is None]):
        rows.append(Row((f"{'、'.join(unknown)} 没有写成本价，没算进成本和毛利。",), "sub"))
    if left := _left_to_do(paper):
        rows.append(Row((left,), "sub"))
    return Table("对账", _RECKONED + (_COSTS if costed else ()), tuple(rows), landscape=True)


_RECKONED = (
    Column("商品", 32),
    Column("单价", 10),
    Column("数量", 8),
    Column("缺货", 8),
    Column("金额", 13),
    Column("退款", 12),
    Column("应收", 13),
    Column("已收", 13),
)
_COSTS = (Column("成本价", 10), Column("成本", 13), Column("毛利", 13))


class _Sale(NamedTuple):
    """An item at one price, and its orders."""

    item: Item
    each: int
    lines: tuple[Line, ...]

    @property
    def cost(self) -> int:
        """What the portions that came cost the shop, in cents; 0 where nobody knows."""
        return (self.item.cost or 0) * sum(line.gets for line in self.lines)

    @property
    def margin(self) -> int:
        """What is left of what is to be paid for them, in cents."""
        return sum(line.due for line in self.lines) - self.cost

    def cells(self, costed: bool) -> tuple[Cell, ...]:
        """A row of the reckoning."""
        sold = (self.item.full_name, money(self.each), *_figures(self.lines))
        if not costed:
            return sold
        if self.item.cost is None:
            return (*sold, None, None, None)
        return (*sold, money(self.item.cost), money(self.cost), money(self.margin))


def _each(line: Line) -> int:
    return line.each


def _sales(paper: Paper) -> Iterator[_Sale]:
    """Each item at each price it was sold for."""
    for item in paper.ordered():
        for each, lines in groupby(sorted(paper.of(item), key=_each, reverse=True), key=_each):
            yield _Sale(item, each, tuple(lines))


def _figures(lines: Sequence[Line]) -> tuple[Cell, ...]:
    """Portions ordered and missing; then what they cost, was taken off, is to be paid and was paid, in yuan."""
    short = sum(line.quantity - line.gets for line in lines)
    cents = [(line.cents, line.refunded, line.due, line.paid) for line in lines]
    sums = [sum(column) for column in zip(*cents, strict=True)] or [0] * 4
    return (sum(line.quantity for line in lines), short, *map(money, sums))


def _takings(paper: Paper, sales: Sequence[_Sale], costed: bool) -> Row:
    quantity, short, cents, refunded, due, _ = _figures(paper.lines)
    paid = money(sum(line.paid for line in paper.lines) + paper.stray)
    total: tuple[Cell, ...] = ("合计", None, quantity, short, cents, refunded, due, paid)
    if not costed:
        return Row(total, "total")
    known = [sale for sale in sales if sale.item.cost is not None]
    cost, margin = sum(sale.cost for sale in known), sum(sale.margin for sale in known)
    return Row((*total, None, money(cost), money(margin)), "total")


def _left_to_do(paper: Paper) -> str:
    """What is still to be taken and to be given back, once anything was paid."""
    if not paper.stray and not any(line.paid for line in paper.lines):
        return ""
    missing = sum(max(0, line.due - line.paid) for line in paper.lines)
    back = paper.stray + sum(max(0, line.paid - line.due) for line in paper.lines)
    said = [f"还要收 {yuan(missing)}"] if missing else []
    said += [f"要退给邻居 {yuan(back)}"] if back else []
    return f"{'，'.join(said) or '钱都收齐了，没有要退的'}。"
