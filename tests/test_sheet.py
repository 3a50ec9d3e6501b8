"""The papers of a group buy: nothing lost on any sheet, cents kept exactly, no name that becomes a formula."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from community.db import Database
from community.groupbuy.offer import Buy, Item
from community.household.doors import move_in
from community.household.reading import Household
from community.refusal import Refusal
from community.sheet.book import workbook
from community.sheet.layouts import Layout, pages
from community.sheet.pages import Labels, Table
from community.sheet.paper import Line, Paper, masked, read_paper
from community.shop import Shop
from tests.conftest import ZONE, read, write
from tests.test_commands import CLERK, LI, OWNER, WANG, Town, furnished, town

__all__ = ["furnished", "town"]
CLOSES = datetime(2026, 11, 23, 18, tzinfo=ZONE)
APPLES = Item(1, 7, "A", "红富士苹果", "5斤装", "", "份", 2990, 2150, None, 60, 0)
WATER = Item(2, 7, "B", "盐汽水", "600ml*24瓶", "", "箱", 3010, None, None, 60, 0)
BUY = Buy(
    7,
    "周末水果",
    "closed",
    None,
    None,
    None,
    None,
    None,
    int(CLOSES.timestamp()),
    None,
    None,
    False,
    False,
    (APPLES, WATER),
)
EVIL = ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1+1", "＝1", "'=1", "\x00=1", "\ud800", "a\rb", "&G&P", ""]
HOMES = [("3", "2", "501"), ("3", "1", "301"), ("12", "", "1203"), ("A", "1", "101"), ("3A", "1", "11"), None]


def line(number: int, name: str, item: Item, quantity: int, each: int, home: tuple[str, str, str] | None) -> Line:
    return Line(f"wxid_{number}", name, item.id, quantity, each, *(home or (None, None, None)))


def paper(*lines: Line) -> Paper:
    return Paper("幸福里小店", BUY, lines, CLOSES)


SOME = paper(
    line(1, "王阿姨", APPLES, 2, 2990, HOMES[0]),
    line(1, "王阿姨", WATER, 1, 3010, HOMES[0]),
    line(2, "李姐", APPLES, 3, 2790, HOMES[2]),
    line(3, "老王", WATER, 4, 3010, HOMES[0]),
    line(4, "赵大爷13812345678", APPLES, 1, 2990, None),
)
ORDERS = st.lists(
    st.tuples(
        st.text(max_size=20) | st.sampled_from(EVIL),
        st.sampled_from([APPLES, WATER]),
        st.integers(1, 10_000),
        st.integers(1, 9_999_999),
        st.sampled_from(HOMES),
    ),
    max_size=8,
)


def book(paper: Paper, *layouts: Layout) -> Workbook:
    return load_workbook(BytesIO(workbook(paper, pages(paper, layouts))))


def cells(sheet: Worksheet, heading: str) -> Iterator[object]:
    """What stands under a heading in the rows that are no totals."""
    headings = [cell.value for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=4, values_only=True):
        if row[0] not in ("小计", "合计"):
            yield row[headings.index(heading)]


def numbers(sheet: Worksheet, heading: str) -> list[Decimal]:
    return [Decimal(str(value)) for value in cells(sheet, heading) if isinstance(value, int | float)]


def total(sheet: Worksheet, heading: str) -> Decimal:
    place = [cell.value for cell in sheet[3]].index(heading)
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    return Decimal(str(next(row[place] for row in reversed(rows) if row[0] == "合计")))


@settings(max_examples=40, deadline=None)
@given(ORDERS, st.sampled_from([None, *Layout]))
def test_whatever_people_are_called_nothing_becomes_a_formula(
    orders: list[tuple[str, Item, int, int, None]], layout: Layout | None
) -> None:
    many = paper(*(line(number, *order) for number, order in enumerate(orders)))
    content = workbook(many, pages(many, [layout] if layout else []))
    with zipfile.ZipFile(BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "sheets/sheet" in name]
    assert not any(re.search(rb"<f[ >/]|t=\"str\"", sheet) for sheet in sheets)
    for sheet in load_workbook(BytesIO(content)).worksheets:
        assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)


@settings(max_examples=30, deadline=None)
@given(ORDERS)
def test_orders_sheets_and_reckoning_come_to_the_same(orders: list[tuple[str, Item, int, int, None]]) -> None:
    many = paper(*(line(number, *order) for number, order in enumerate(orders)))
    cents = Decimal(sum(quantity * each for _, _, quantity, each, _ in orders))
    whole = book(many)
    for name, money in {"商品汇总": "金额", "对账": "金额", "收款单": "应收"}.items():
        assert sum(numbers(whole[name], money)) * 100 == total(whole[name], money) * 100 == cents
    for name in ("商品汇总", "拣货单", "商品分楼", "对账", "收款单"):
        assert sum(numbers(whole[name], "数量")) == total(whole[name], "数量") == many.quantity


@pytest.mark.parametrize("layout", Layout)
def test_each_layout_holds_every_portion(layout: Layout) -> None:
    (page,) = pages(SOME, [layout])
    if isinstance(page, Table):
        assert sum(numbers(book(SOME, layout).worksheets[0], "数量")) == SOME.quantity
    else:
        counted = re.findall(r" ?([0-9]+)[份箱]$", "\n".join(text for it in page.labels for text in it.body), re.M)
        assert sum(map(int, counted)) == SOME.quantity


def test_the_way_goes_by_number_and_ends_with_those_who_have_not_said() -> None:
    many = paper(*(line(number, "邻居", APPLES, 1, 2990, home) for number, home in enumerate([None, *HOMES])))
    assert [building for building, _ in many.buildings()] == ["3栋", "3A栋", "12栋", "A栋", "未登记"]
    assert [drop.place for drop in many.drops()][:2] == ["3-1-301", "3-2-501"]
    assert len(many.drops()) == 7


def test_one_door_is_one_bag() -> None:
    first = SOME.drops()[0]
    assert (first.place, first.names, first.quantity, first.cents) == ("3-2-501", "王阿姨、老王", 7, 21030)


def test_the_reckoning_knows_what_the_shop_earns_where_the_cost_is_known() -> None:
    assert list(book(SOME)["对账"].iter_rows(min_row=4, values_only=True)) == [
        ("红富士苹果 5斤装", 29.9, 3, 0, 89.7, 0, 89.7, 0, 21.5, 64.5, 25.2),
        ("红富士苹果 5斤装", 27.9, 3, 0, 83.7, 0, 83.7, 0, 21.5, 64.5, 19.2),
        ("盐汽水 600ml*24瓶", 30.1, 5, 0, 150.5, 0, 150.5, 0, None, None, None),
        ("合计", None, 11, 0, 323.9, 0, 323.9, 0, None, 129, 44.4),
        ("盐汽水 没有写成本价，没算进成本和毛利。", *[None] * 10),
    ]


def test_the_reckoning_takes_off_what_did_not_come_and_says_what_is_left_to_do() -> None:
    few = paper(
        line(1, "王阿姨", APPLES, 3, 2990, HOMES[0])._replace(came=2, refunded=2990, paid=8970),
        line(2, "李姐", APPLES, 1, 2990, HOMES[2])._replace(came=0, refunded=2990),
        line(3, "老王", APPLES, 2, 2990, HOMES[0])._replace(came=2, refunded=500),
    )
    rows = list(book(replace(few, stray=100))["对账"].iter_rows(min_row=4, values_only=True))
    assert rows == [
        ("红富士苹果 5斤装", 29.9, 6, 2, 179.4, 64.8, 114.6, 89.7, 21.5, 86, 28.6),
        ("取消了的订单", *[None] * 6, 1, *[None] * 3),
        ("合计", None, 6, 2, 179.4, 64.8, 114.6, 90.7, None, 86, 28.6),
        ("还要收 54.8元，要退给邻居 30.9元。", *[None] * 10),
    ]


def test_what_did_not_come_goes_into_no_bag() -> None:
    few = paper(
        line(1, "王阿姨", APPLES, 3, 2990, HOMES[0])._replace(came=2),
        line(2, "李姐", APPLES, 1, 2990, HOMES[2])._replace(came=0),
    )
    whole = book(few)
    assert [total(whole[name], "数量") for name in ("商品汇总", "拣货单", "商品分楼", "收款单")] == [4, 2, 2, 4]
    assert "李姐" not in str(list(whole["拣货单"].values))
    assert str(whole["拣货单"]["A2"].value).endswith("共4份  到了2份")


def test_a_note_stands_where_the_bag_is_packed() -> None:
    noted = paper(line(1, "王阿姨", APPLES, 3, 2990, HOMES[0])._replace(note="要小的"))
    assert "要小的" in cells(book(noted)["拣货单"], "备注")
    for layout in (Layout.HOUSEHOLD_LABEL, Layout.PRINTER_LABEL, Layout.ITEM_LABEL):
        assert "要小的" in str(list(book(noted, layout).worksheets[0].values))
    assert "备注" not in [cell.value for cell in book(SOME)["拣货单"][3]]


@pytest.mark.parametrize("layout", [None, *Layout])
def test_every_sheet_is_ready_to_print(layout: Layout | None) -> None:
    made = pages(SOME, [layout] if layout else [])
    for page, sheet in zip(made, book(SOME, *([layout] if layout else [])).worksheets, strict=True):
        assert sheet.print_area
        assert sheet.page_setup.paperSize == 9 or sheet.page_setup.paperWidth == "40mm"
        if isinstance(page, Table):
            assert sheet.print_title_rows == "$1:$3"


@pytest.mark.parametrize("name", ["拣货单", "楼栋-商品-门牌", "楼栋-门牌-商品"])
def test_each_building_begins_on_a_page_of_its_own(name: str) -> None:
    sheets = [*book(SOME), *book(SOME, Layout.BUILDING_ITEM_DOOR), *book(SOME, Layout.BUILDING_DOOR_ITEM)]
    sheet = next(sheet for sheet in sheets if sheet.title == name)
    buildings = [row[0].row for row in sheet.iter_rows(min_row=4) if re.match("(3栋|12栋|未登记) ", str(row[0].value))]
    assert [fresh.id + 1 for fresh in sheet.row_breaks.brk] == buildings[1:]
    assert len(buildings) == 3


def test_the_label_printer_gets_one_label_a_page_and_two_for_a_full_bag() -> None:
    many = Item(3, 7, "C", "名字特别特别特别特别长的东西", "", "", "份", 100, None, None, 9, 0)
    goods = tuple(many._replace(id=number) for number in range(1, 7))
    full = Paper(
        "店",
        BUY._replace(items=goods),
        tuple(line(1, "王阿姨", item, 12, 100, HOMES[0]) for item in goods),
        CLOSES,
    )
    (page,) = pages(full, [Layout.PRINTER_LABEL])
    assert isinstance(page, Labels)
    assert [label.head for label in page.labels] == ["3-2-501 1/2", "3-2-501 2/2"]
    assert all(text.endswith("… 12份") for label in page.labels for text in label.body)
    assert len(book(full, Layout.PRINTER_LABEL).worksheets[0].row_breaks.brk) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王阿姨", "王**"),
        ("13812345678", "138****5678"),
        ("王阿姨 138 1234 5678", "王**138****5678"),
        ("3栋小李13812345678早", "3**138****5678早**"),
        ("", ""),
    ],
)
def test_names_and_telephone_numbers_can_be_masked(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_a_masked_paper_names_nobody() -> None:
    shown = str([list(sheet.values) for sheet in book(SOME.masked())])
    assert "王**" in shown
    assert not any(told in shown for told in ("王阿姨", "李姐", "13812345678"))
    assert "3-2-501" in shown


def test_a_shop_that_never_closed_a_group_buy_has_no_papers(database: Database) -> None:
    with pytest.raises(Refusal, match="还没有截过单的团"):
        read(database, read_paper, Shop())


def test_the_papers_of_the_shop_are_those_of_the_last_close(town: Town, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    write(database, move_in, WANG.id, Household("3", "2", "501"))
    town.hears(WANG, "+2")
    town.hears(LI, "+1")
    town.hears(OWNER, "截单")
    closed = read(database, read_paper, Shop())
    database.close()
    drops = [(drop.place, drop.names, drop.quantity) for drop in closed.drops()]
    assert [(place, names) for place, names, _ in drops if names in ("王阿姨", "李姐")] == [
        ("3-2-501", "王阿姨"),
        ("未登记", "李姐"),
    ]
    assert ("未登记", "李姐", 1) in drops
    assert sum(quantity for *_, quantity in drops) == closed.buy.sold
    assert closed.cents == closed.buy.sold * 3500


def test_an_open_group_buy_can_be_named_and_a_draft_cannot(town: Town, tmp_path: Path) -> None:
    town.hears(CLERK, "团购")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    named = read(database, read_paper, Shop(), "橘").buy
    assert read(database, read_paper, Shop(), str(named.id)).buy.title == named.title
    for unknown in ("冬枣", "99"):
        with pytest.raises(Refusal, match=f"没找到“{unknown}”"):
            read(database, read_paper, Shop(), unknown)
    database.close()
