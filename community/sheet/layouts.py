"""The layouts: how a group buy's orders stand on paper for whoever picks, carries, sticks on bags, takes the money."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from community.groupbuy.offer import Item
from community.sheet.anew import given_anew
from community.sheet.pages import (
    HOUSEHOLD_LABELS,
    ITEM_LABELS,
    PRINTER_LABELS,
    Cell,
    Column,
    Form,
    Label,
    Labels,
    Page,
    Row,
    Table,
    cut,
    money,
    wide,
)
from community.sheet.paper import UNKNOWN, Drop, Line, Paper
from community.sheet.reckoning import reckoning

BOX = "□"
"""To be ticked by hand."""
_DOOR, _WHO, _PORTIONS = Column("门牌", 14), Column("谁", 24), Column("数量", 12)


class Layout(StrEnum):
    """The layouts that can be had each on its own."""

    ITEM_BUILDING_DOOR = "item-building-door"
    BUILDING_ITEM_DOOR = "building-item-door"
    BUILDING_DOOR_ITEM = "building-door-item"
    ITEM_LABEL = "item-label"
    HOUSEHOLD_LABEL = "household-label"
    PRINTER_LABEL = "printer-label"


def pages(paper: Paper, layouts: Iterable[Layout] = ()) -> list[Page]:
    """The sheets of these layouts, in their order; without any, the whole workbook of the shop."""
    makers = [_LAYOUTS[layout] for layout in dict.fromkeys(layouts)] or _WHOLE
    carried = paper.carried()
    found = [make(paper if make in _OF_ORDERS else carried) for make in makers]
    return [*found, *given_anew(paper.anew)] if makers is _WHOLE else found


def by_item(paper: Paper) -> Table:
    """What of each item was ordered altogether, and by whom."""
    rows: list[Row] = []
    for item in paper.ordered():
        lines = paper.of(item)
        rows.append(_band(f"{_called(item)}  共{_counted(item, lines)}"))
        rows += [Row((_place(line), line.name, line.quantity, money(line.each), money(line.cents))) for line in lines]
        rows.append(_total("小计", 2, sum(line.quantity for line in lines), None, money(sum(x.cents for x in lines))))
    rows.append(_total("合计", 2, paper.quantity, None, money(paper.cents)))
    return Table("商品汇总", (_DOOR, _WHO, _PORTIONS, Column("单价", 14), Column("金额", 16)), tuple(rows))


def picking(paper: Paper) -> Table:
    """Building by building, unit by unit, door by door: what goes into each bag, and what to mind with it."""
    noted = any(line.note for line in paper.lines)
    rows: list[Row] = []
    for building, drops in paper.buildings():
        rows.append(_band(f"{building}  {_households(drops)}", fresh=bool(rows)))
        for unit, behind in groupby(drops, key=lambda drop: drop.home.unit if drop.home else ""):
            rows += [Row((f"{unit}单元",), "sub")] if unit else []
            rows += [row for drop in behind for row in _bag(paper, drop, noted=noted)]
    rows.append(_total("合计", 4 if noted else 3, paper.quantity, None))
    goods = (Column("商品", 24), Column("备注", 20)) if noted else (Column("商品", 32),)
    return Table("拣货单", (_DOOR, _WHO, *goods, _PORTIONS, Column("拣好", 9 if noted else 7)), tuple(rows))


def _bag(paper: Paper, drop: Drop, *, noted: bool) -> Iterator[Row]:
    for at, (item, quantity) in enumerate(_contents(paper, drop)):
        place, names = (drop.place, drop.names) if at == 0 else (None, None)
        yield Row((place, names, _called(item), *([drop.note(item)] if noted else []), quantity, BOX))


def item_to_building(paper: Paper) -> Table:
    """How much of each item goes to each building: for whoever loads the cart."""
    rows: list[Row] = []
    for item in paper.ordered():
        lines = paper.of(item)
        rows.append(_band(f"{_called(item)}  共{_counted(item, lines)}"))
        for building, drops in paper.buildings(lines):
            rows.append(Row((building, len(drops), sum(drop.quantity for drop in drops), BOX)))
    rows.append(_total("合计", 1, len(paper.drops()), paper.quantity, None))
    return Table("商品分楼", (Column("楼栋", 40), Column("户数", 14), _PORTIONS, Column("装好", 10)), tuple(rows))


def collecting(paper: Paper) -> Table:
    """Who owes how much, to be ticked when paid."""
    rows = [Row((drop.place, drop.names, _listed(paper, drop), drop.quantity, *_owed(drop))) for drop in paper.drops()]
    rows.append(_total("合计", 3, paper.quantity, money(paper.due), money(paper.paid), None))
    columns = (_DOOR, Column("谁", 18), Column("订了什么", 26), Column("数量", 7))
    return Table("收款单", (*columns, Column("应收", 13), Column("已收", 13), Column("收讫", 7)), tuple(rows))


def _owed(drop: Drop) -> tuple[Cell, ...]:
    return money(drop.due), money(drop.paid), BOX if drop.paid < drop.due else "✓"


def item_building_door(paper: Paper) -> Table:
    """One item after the other: which building, which door."""
    rows: list[Row] = []
    for item in paper.ordered():
        lines = paper.of(item)
        rows.append(_band(f"{_called(item)}  共{_counted(item, lines)}", fresh=bool(rows)))
        for building, drops in paper.buildings(lines):
            rows.append(Row((f"{building}  {_households(drops)}",), "sub"))
            rows += [_carried(drop) for drop in drops]
    rows.append(_total("合计", 2, paper.quantity, None))
    return Table("商品-楼栋-门牌", _CARRIED, tuple(rows))


def building_item_door(paper: Paper) -> Table:
    """One building after the other: which item, which door."""
    rows: list[Row] = []
    for building, drops in paper.buildings():
        rows.append(_band(f"{building}  {_households(drops)}", fresh=bool(rows)))
        there = [line for drop in drops for line in drop.lines]
        for item in paper.ordered():
            if lines := [line for line in there if line.item_id == item.id]:
                rows.append(Row((f"{_called(item)}  {_counted(item, lines)}",), "sub"))
                rows += [_carried(drop) for drop in paper.drops(lines)]
    rows.append(_total("合计", 2, paper.quantity, None))
    return Table("楼栋-商品-门牌", _CARRIED, tuple(rows))


_CARRIED = (Column("门牌", 20), Column("谁", 40), _PORTIONS, Column("送到", 12))


def _carried(drop: Drop) -> Row:
    return Row((drop.place, drop.names, drop.quantity, BOX))


def building_door_item(paper: Paper) -> Table:
    """One building after the other, door by door: all that goes there, and room to sign."""
    rows: list[Row] = []
    for building, drops in paper.buildings():
        rows.append(_band(f"{building}  {_households(drops)}", fresh=bool(rows)))
        rows += [Row((drop.place, drop.names, _listed(paper, drop, noted=True), drop.quantity, None)) for drop in drops]
    rows.append(_total("合计", 3, paper.quantity, None))
    columns = (_DOOR, Column("谁", 18), Column("商品", 32), Column("数量", 8), Column("签收", 16))
    return Table("楼栋-门牌-商品", columns, tuple(rows))


def item_labels(paper: Paper) -> Labels:
    """A label for each order of an item, to stick on the goods."""
    form, labels = ITEM_LABELS, []
    for item in paper.ordered():
        for line in paper.of(item):
            head, foot = cut(_called(item), form.fits(form.head)), f"{_place(line)} {line.name}"
            foot += f" {line.note}" if line.note else ""
            labels.append(Label(head, (f"{line.quantity}{item.unit}",), cut(foot, form.fits(form.foot))))
    return Labels("商品标签", form, tuple(labels))


def household_labels(paper: Paper) -> Labels:
    """A label for each household with all its goods, to stick on the bag."""
    return Labels("住户标签", HOUSEHOLD_LABELS, tuple(_bag_labels(paper, HOUSEHOLD_LABELS)))


def printer_labels(paper: Paper) -> Labels:
    """The same for a small label printer, 40 × 30 mm."""
    return Labels("标签机40×30", PRINTER_LABELS, tuple(_bag_labels(paper, PRINTER_LABELS)))


def _bag_labels(paper: Paper, form: Form) -> Iterator[Label]:
    """As many labels for a household as its goods need: 1/2, 2/2."""
    for drop in paper.drops():
        parts: list[list[str]] = []
        for item, quantity in _contents(paper, drop):
            lines = _packed(item, quantity, drop, form)
            if not parts or len(parts[-1]) + len(lines) > form.lines:
                parts.append([])
            parts[-1] += lines
        for number, part in enumerate(parts, 1):
            count = f" {number}/{len(parts)}" if len(parts) > 1 else ""
            head = str(drop.home) if drop.home else drop.names
            foot = f"{drop.names if drop.home else drop.place} 共{drop.quantity}份"
            room = form.fits(form.head) - wide(count)
            yield Label(f"{cut(head, room)}{count}", tuple(part), cut(foot, form.fits(form.foot)))


def _packed(item: Item, quantity: int, drop: Drop, form: Form) -> list[str]:
    """What a label says of an item: how many, and what to mind with it."""
    note = drop.note(item)
    return [_fitted(item, quantity, form), *([cut(f"（{note}）", form.fits(form.body))] if note else [])]


def _fitted(item: Item, quantity: int, form: Form) -> str:
    """An item and how many, in one line; a long name gives way, never the number."""
    count = f" {quantity}{item.unit}"
    return cut(_called(item), form.fits(form.body) - wide(count)) + count


def _contents(paper: Paper, drop: Drop) -> list[tuple[Item, int]]:
    """What goes to a door, each item once."""
    counts = {item.id: sum(x.quantity for x in drop.lines if x.item_id == item.id) for item in paper.buy.items}
    return [(item, counts[item.id]) for item in paper.buy.items if counts[item.id]]


def _listed(paper: Paper, drop: Drop, *, noted: bool = False) -> str:
    """All that goes to a door, a line each; `noted`: with what to mind (放门口), for whoever brings it."""
    lines = []
    for item, quantity in _contents(paper, drop):
        note = drop.note(item) if noted else ""
        lines.append(f"{_called(item)} {quantity}{item.unit}{f'（{note}）' if note else ''}")
    return "\n".join(lines)


def _called(item: Item) -> str:
    return item.full_name


def _counted(item: Item, lines: Iterable[Line]) -> str:
    return f"{sum(line.quantity for line in lines)}{item.unit}"


def _households(drops: Sequence[Drop]) -> str:
    return f"{len(drops)}户 {sum(drop.quantity for drop in drops)}份"


def _place(line: Line) -> str:
    return str(line.home) if line.home else UNKNOWN


def _band(text: str, *, fresh: bool = False) -> Row:
    return Row((text,), "band", fresh)


def _total(word: str, before: int, *values: Cell) -> Row:
    """A total whose word stands before the values, `before` columns wide."""
    return Row((word, *[None] * (before - 1), *values), "total")


_WHOLE: Sequence[Callable[[Paper], Page]] = (
    by_item,
    picking,
    item_to_building,
    household_labels,
    reckoning,
    collecting,
)
_OF_ORDERS = (by_item, reckoning, collecting)
"""Sheets of what was ordered; the others are of what goes into the bags, which is less where less came."""
_LAYOUTS: dict[Layout, Callable[[Paper], Page]] = {
    Layout.ITEM_BUILDING_DOOR: item_building_door,
    Layout.BUILDING_ITEM_DOOR: building_item_door,
    Layout.BUILDING_DOOR_ITEM: building_door_item,
    Layout.ITEM_LABEL: item_labels,
    Layout.HOUSEHOLD_LABEL: household_labels,
    Layout.PRINTER_LABEL: printer_labels,
}
