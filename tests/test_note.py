"""Notes: for which order they are, on paper beside the goods they are about, and never a formula or a phone number."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from community.groupbuy.note import LONGEST, Noted, read, tidy
from community.refusal import Refusal
from community.sheet.book import workbook
from community.sheet.layouts import Layout, pages
from community.sheet.pages import Labels, Table
from tests.test_sheet import APPLES, HOMES, WATER, line, paper


def order(number: int, code: str, item: str, spec: str = "", aliases: str = "", note: str = "") -> Noted:
    return Noted(number, 7, "wxid_wang", "王阿姨", code, item, spec, aliases, "份", 1, note, "open", 0)


APPLE = order(1, "A", "红富士苹果", "5斤装")
WATERS = order(2, "B", "盐汽水", "600ml*24瓶", "汽水")
BOTH = [APPLE, WATERS]
NOTED = paper(
    line(1, "王阿姨", APPLES, 2, 2990, HOMES[0])._replace(note="要小的"),
    line(1, "王阿姨", WATER, 1, 3010, HOMES[0]),
    line(2, "李姐", APPLES, 1, 2990, HOMES[1])._replace(note='=HYPERLINK("x") 打13812345678'),
)


@pytest.mark.parametrize(
    ("text", "meant", "words"),
    [
        ("苹果 要小的", [1], "要小的"),
        ("苹果要小的", [1], "要小的"),
        ("红富士苹果 5斤装：要小的", [1], "要小的"),
        ("汽水，要冰的", [2], "要冰的"),
        ("A 要小的", [1], "要小的"),
        ("都放门口", [1, 2], "放门口"),
        ("全部 放门口", [1, 2], "放门口"),
        ("苹果 取消", [1], ""),
    ],
)
def test_the_goods_in_front_say_which_order_is_meant(text: str, meant: list[int], words: str) -> None:
    found, said = read(text, BOTH, "备注 {}")
    assert ([one.order_id for one in found], said) == (meant, words)


@pytest.mark.parametrize("text", ["要小的", "都要小的", "苹果 要小的", "要小的\n谢谢"])
def test_of_one_order_there_is_no_question(text: str) -> None:
    assert [one.order_id for one in read(text, [APPLE], "备注 {}")[0]] == [1]


def test_of_several_it_is_asked_with_an_example() -> None:
    with pytest.raises(Refusal, match="是给红富士苹果还是盐汽水的？可以这样发：备注 红富士苹果 要小的") as caught:
        read("要小的", BOTH, "备注 {}")
    assert caught.value.text.endswith("都一样就发：备注 都 要小的")


def test_a_note_is_one_line_that_can_be_read() -> None:
    assert tidy(" 放\u202e门\x00口\n谢谢\u200b ") == "放门口 谢谢"
    assert len(tidy("小" * 500)) == LONGEST
    with pytest.raises(Refusal, match="最多60个字"):
        read("小" * (LONGEST + 1), [APPLE], "备注 {}")


def test_the_picking_list_has_a_column_for_notes_where_there_are_any() -> None:
    (sheet,) = pages(NOTED, [Layout.BUILDING_DOOR_ITEM])
    assert isinstance(sheet, Table)
    picking = next(page for page in pages(NOTED) if page.name == "拣货单")
    assert isinstance(picking, Table)
    at = [column.heading for column in picking.columns].index("备注")
    assert "要小的" in [row.cells[at] for row in picking.rows if len(row.cells) > at]
    assert any("红富士苹果 5斤装 2份（要小的）" in str(row.cells[2]) for row in sheet.rows if len(row.cells) > 2)


@pytest.mark.parametrize("layout", [Layout.HOUSEHOLD_LABEL, Layout.PRINTER_LABEL, Layout.ITEM_LABEL])
def test_a_label_shows_the_note_with_its_goods(layout: Layout) -> None:
    (labels,) = pages(NOTED, [layout])
    assert isinstance(labels, Labels)
    assert any("要小的" in text for label in labels.labels for text in (*label.body, label.foot))


def test_a_note_becomes_no_formula_and_a_masked_one_shows_no_phone() -> None:
    book = load_workbook(BytesIO(workbook(NOTED.masked(), pages(NOTED.masked()))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any("13812345678" in str(cell.value) for cell in cells)
