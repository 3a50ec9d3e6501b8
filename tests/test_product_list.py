"""Lists of goods: what a file may look like, every problem by its row, all or nothing, and the same list twice."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlmodel import SQLModel

from community import migrate
from community.db import Database, Tx
from community.product import find, goods, intake, lowest_of_last_days, names, reprice, sheet, stock, take
from community.product.columns import COLUMNS, column_of
from community.product.intake import Outcome
from community.product.sheet import SheetFault, read_sheet
from front import shelving
from front.settings import read_settings

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
HEADINGS = ["品名", "规格", "单位", "价格", "成本", "库存", "别名"]
EGGS = ["鲜鸡蛋", "30枚", "盘", "21.8", "18", "30", "土鸡蛋、笨鸡蛋"]
MILK = ["纯牛奶", "250ml*16盒", "箱", "42.8", "", "", ""]
Table = Sequence[Sequence[Any]]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


def do(database: Database, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    return database.pen.write(function, *args, **kwargs).result()


def text(rows: Table) -> str:
    page = StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()


def as_csv(folder: Path, rows: Table, coding: str = "utf-8") -> Path:
    path = folder / "products.csv"
    path.write_bytes(text(rows).encode(coding))
    return path


def as_xlsx(folder: Path, rows: Table) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(folder / "products.xlsx")
    return folder / "products.xlsx"


def taken_in(shop: Database, path: Path) -> Outcome:
    outcome: Outcome = do(shop, intake.take_in, *intake.read_lines(read_sheet(path)), NOW)
    return outcome


def problems(shop: Database, path: Path) -> list[str]:
    """What is wrong with a list; looking first and taking in find the same, and nothing is written."""
    read = intake.read_lines(read_sheet(path))
    looked: Outcome = do(shop, intake.look, *read)
    before = do(shop, goods.on_shelf)
    outcome = taken_in(shop, path)
    assert (outcome.problems, do(shop, goods.on_shelf)) == (looked.problems, before)
    assert not outcome.problems or not (outcome.new or outcome.changed or outcome.unchanged)
    return [str(problem) for problem in outcome.problems]


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return len(outcome.new), len(outcome.changed), outcome.unchanged


# Files


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_is_read_in_every_coding_that_shops_save(shop: Database, tmp_path: Path, coding: str) -> None:
    assert counts(taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS, MILK], coding))) == (2, 0, 0)
    shelf = do(shop, goods.on_shelf)
    assert shelf["鲜鸡蛋"][1:8] == ("鲜鸡蛋", "30枚", "盘", 2180, 1800, 30, 30)
    assert list(shelf["鲜鸡蛋"].aliases) == ["土鸡蛋", "笨鸡蛋"]
    assert shelf["纯牛奶"][1:8] == ("纯牛奶", "250ml*16盒", "箱", 4280, None, None, None)


def test_a_workbook_reads_like_the_same_csv(shop: Database, tmp_path: Path) -> None:
    numbers = ["鲜鸡蛋", "30枚", "盘", 21.8, 18, 30.0, "土鸡蛋、笨鸡蛋"]
    assert counts(taken_in(shop, as_xlsx(tmp_path, [HEADINGS, [], numbers, MILK]))) == (2, 0, 0)
    assert counts(taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS, MILK]))) == (0, 0, 2)


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_tabs_and_semicolons_part_columns_too(shop: Database, tmp_path: Path, separator: str) -> None:
    path = tmp_path / "products.txt"
    path.write_text(f"品名{separator}价格\n鲜鸡蛋{separator}21.8\n", encoding="utf-8")
    assert counts(taken_in(shop, path)) == (1, 0, 0)


@pytest.mark.parametrize("heading", [name for c in COLUMNS for name in (c.heading, c.field, *c.also)])
def test_every_heading_is_known_however_it_is_written(heading: str) -> None:
    column = column_of(heading)
    assert column is not None
    assert column_of(f" {heading.upper()}（元） ") == column


def test_what_excel_shows_is_what_counts(tmp_path: Path) -> None:
    row = read_sheet(as_xlsx(tmp_path, [["品名"], [0.1 + 0.2, 21.80, 30.0, True, date(2026, 3, 5), "=1+1"]]))[1]
    assert [cell.text for cell in row.cells] == ["0.3", "21.8", "30", "TRUE", "2026-03-05 00:00:00", "=1+1"]
    assert [bool(cell.fault) for cell in row.cells] == [False, False, False, True, True, True]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "表是空的"),
        (b"\n , ,\n", "表是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为不加密码的 .xlsx"),
        (b"PK\x03\x04 no zip", "坏了"),
        (b"\xff\xfe\xff", "编码认不出来"),
        (b"\x81\xff\xff", "编码认不出来"),
        (b"a\x00b", "不是表格文件"),
        ('品名\n"鲜鸡蛋'.encode(), "引号没有配成对"),
    ],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "products.csv").write_bytes(content)
    with pytest.raises(SheetFault, match=reason):
        read_sheet(tmp_path / "products.csv")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w") as parts:
        parts.writestr("hello.txt", "hello")
    with pytest.raises(SheetFault, match="另存一次"):
        read_sheet(tmp_path / "a.xlsx")


def test_a_workbook_that_unpacks_to_a_mountain_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (sheet._MOST_UNPACKED + 1))
    with pytest.raises(SheetFault, match="太大了"):
        read_sheet(tmp_path / "a.xlsx")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SheetFault, match="没有这个文件"):
        read_sheet(tmp_path / "nowhere.csv")
    with pytest.raises(SheetFault, match="是个文件夹"):
        read_sheet(tmp_path)


def test_fifty_thousand_rows_are_read_and_no_more(tmp_path: Path) -> None:
    rows = [["品名", "价格"], *([f"商品{n}", "1"] for n in range(50_000))]
    assert len(read_sheet(as_csv(tmp_path, rows))) == 50_001
    with pytest.raises(SheetFault, match="最多 50000 行"):
        read_sheet(as_csv(tmp_path, [*rows, ["多一样", "1"]]))


# Problems


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["", "", "", "9.9"], "没有品名"),
        (["=A1", "", "", "9.9"], "品名“=A1”：是个公式，请改成写好的字"),
        (["@鸡蛋", "", "", "9.9"], "品名“@鸡蛋”：不能以 = + - @ 开头"),
        (["21.8", "", "", "9.9"], "品名“21.8”：不像品名，是不是错列了"),
        (["蛋" * 31, "", "", "9.9"], f"品名“{'蛋' * 20}…”：最多 30 个字"),
        (["鸭蛋", "", "", "二十几"], "价格“二十几”：价钱没看懂，像 29.9元 这样写就好"),
        (["鸭蛋", "", "", "-5"], "价格“-5”：价钱不能是负数"),
        (["鸭蛋", "", "", "0"], "价格“0”：价钱要大于 0"),
        (["鸭蛋", "", "", "1.999"], "价格“1.999”：价钱最多写到分，也就是两位小数"),
        (["鸭蛋", "", "", "=B2*2"], "价格“=B2*2”：是个公式，请改成写好的字"),
        (["鸭蛋", "", "", ""], "“鸭蛋”是新商品，要写价格"),
        (["鸭蛋", "", "", "9.9", "便宜"], "成本“便宜”：价钱没看懂，像 29.9元 这样写就好"),
        (["鸭蛋", "", "", "9.9", "", "-3"], "库存“-3”：库存不能是负数"),
        (["鸭蛋", "", "", "9.9", "", "2.5"], "库存“2.5”：要写整数，像 30"),
        (["鸭蛋", "", "", "9.9", "", "1000000"], "库存“1000000”：最多 99999，看看是不是多打了几位"),
        (["鸭蛋", "", "一大盘子", "9.9", "", "", "=x"], "别名“=x”：是个公式，请改成写好的字"),
        (["鸭蛋", "", "一个大盘子", "9.9"], "单位“一个大盘子”：最多 4 个字"),
        (["鸭蛋", "", "", "9.9", "", "", "鲜鸡蛋"], "别名“鲜鸡蛋”是另一样商品的品名"),
        (["鸭蛋", "", "", "9.9", "", "", "土鸡蛋"], "别名“土鸡蛋”已经是“鲜鸡蛋”的别名了"),
        (["土鸡蛋", "", "", "9.9"], "品名“土鸡蛋”已经是“鲜鸡蛋”的别名了"),
        ([" 鲜鸡蛋 ", "", "", "9.9"], "品名“鲜鸡蛋”和第 2 行重复"),
    ],
)
def test_a_wrong_row_is_named(shop: Database, tmp_path: Path, row: list[str], problem: str) -> None:
    if problem.startswith("品名“土"):
        taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS]))
        assert problems(shop, as_csv(tmp_path, [HEADINGS, row])) == [f"第 2 行：{problem}"]
    else:
        assert problems(shop, as_csv(tmp_path, [HEADINGS, EGGS, [], row])) == [f"第 4 行：{problem}"]


def test_every_problem_of_every_row_is_listed_in_order(shop: Database, tmp_path: Path) -> None:
    rows = [HEADINGS, ["", "", "", "x"], EGGS, ["鸭蛋", "", "", "y", "z", "w"], EGGS]
    found = problems(shop, as_csv(tmp_path, rows))
    assert [problem.split("：")[0] for problem in found] == ["第 2 行"] * 2 + ["第 4 行"] * 3 + ["第 5 行"] * 1
    assert found[0] == "第 2 行：没有品名"


@pytest.mark.parametrize(
    ("headings", "problem"),
    [
        (["品名", "价钱格"], "列名“价钱格”不认识，是不是“价格”？"),
        (["品名", "prise"], "列名“prise”不认识，是不是“price”？"),
        (["品名", "产地"], "列名“产地”不认识，不用的列请删掉"),
        (["品名", "价格", "售价"], "“价格”有两列，留一列就好"),
        (["品名", "价格", ""], "第 3 列没有列名，第 2 行却写了字"),
        (["规格", "价格"], "没有“品名”这一列；第一行写列名，认得的有 品名、规格、单位、价格、成本、库存、别名、图片"),
    ],
)
def test_a_wrong_heading_is_named(shop: Database, tmp_path: Path, headings: list[str], problem: str) -> None:
    found = problems(shop, as_csv(tmp_path, [headings, ["鸭蛋", "9.9", "9.9"][: len(headings)]]))
    assert found[0] == f"第 1 行：{problem}"


def test_a_list_without_goods_is_said_so(shop: Database, tmp_path: Path) -> None:
    assert problems(shop, as_csv(tmp_path, [HEADINGS])) == ["第 1 行：只有列名，下面还没有商品"]


# Taking in


def test_the_same_list_again_changes_nothing(shop: Database, tmp_path: Path) -> None:
    path = as_csv(tmp_path, [HEADINGS, EGGS, MILK])
    assert [counts(taken_in(shop, path)) for _ in range(3)] == [(2, 0, 0), (0, 0, 2), (0, 0, 2)]
    eggs = do(shop, find, "鲜鸡蛋").id
    assert len(do(shop, stock.last_entries, eggs, 9)) == 1


def test_what_differs_is_said_and_written(shop: Database, tmp_path: Path) -> None:
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS, MILK]))
    outcome = taken_in(shop, as_csv(tmp_path, [HEADINGS, ["鲜鸡蛋", "36枚", "", "22.8", "", "12", "草鸡蛋"], MILK]))
    words = ("规格 30枚 → 36枚", "价格 21.8元 → 22.8元", "库存 30 → 12", "别名 土鸡蛋、笨鸡蛋 → 草鸡蛋")
    assert [tuple(change) for change in outcome.changed] == [("鲜鸡蛋", words)]
    assert do(shop, find, "草鸡蛋")[1:] == ("鲜鸡蛋", "36枚", "盘", 2280)
    assert do(shop, find, "土鸡蛋") is None


def test_an_empty_cell_leaves_what_is_there(shop: Database, tmp_path: Path) -> None:
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS]))
    before = do(shop, goods.on_shelf)
    assert counts(taken_in(shop, as_csv(tmp_path, [["name"], ["鲜鸡蛋"]]))) == (0, 0, 1)
    assert counts(taken_in(shop, as_csv(tmp_path, [HEADINGS, ["鲜鸡蛋"]]))) == (0, 0, 1)
    assert do(shop, goods.on_shelf) == before


def test_none_written_out_takes_all_aliases_away(shop: Database, tmp_path: Path) -> None:
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS]))
    assert counts(taken_in(shop, as_csv(tmp_path, [["品名", "别名"], ["鲜鸡蛋", "无"]]))) == (0, 1, 0)
    assert do(shop, names.aliases_of, do(shop, find, "鲜鸡蛋").id) == []


def test_an_alias_moves_from_one_product_to_another(shop: Database, tmp_path: Path) -> None:
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS, ["鸭蛋", "", "盘", "15"]]))
    rows = [["品名", "别名"], ["鸭蛋", "土鸡蛋"], ["鲜鸡蛋", "笨鸡蛋"]]
    assert counts(taken_in(shop, as_csv(tmp_path, rows))) == (0, 2, 0)
    assert do(shop, find, "土鸡蛋").name == "鸭蛋"
    assert do(shop, find, "笨鸡蛋").name == "鲜鸡蛋"


def test_a_list_taken_in_again_does_not_bring_sold_goods_back(shop: Database, tmp_path: Path) -> None:
    path = as_csv(tmp_path, [HEADINGS, EGGS])
    taken_in(shop, path)
    eggs = do(shop, find, "鲜鸡蛋").id
    do(shop, take, eggs, 18, "order:1", NOW)
    outcome = taken_in(shop, path)
    assert (counts(outcome), outcome.left, do(shop, stock.held, eggs)) == ((0, 0, 1), 1, 12)
    assert counts(taken_in(shop, as_csv(tmp_path, [HEADINGS, [*EGGS[:5], "40"]]))) == (0, 1, 0)
    assert do(shop, stock.held, eggs) == 40


def test_a_price_from_a_list_goes_into_the_history(shop: Database, tmp_path: Path) -> None:
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS]))
    do(shop, reprice, "鲜鸡蛋", "", 1980, date(2026, 11, 24))
    do(shop, intake.take_in, *intake.read_lines(read_sheet(tmp_path / "products.csv")), NOW.replace(day=25))
    eggs = do(shop, find, "鲜鸡蛋")
    assert eggs.cents == 2180
    assert do(shop, lowest_of_last_days, eggs.id, date(2026, 11, 26)) == 1980


def test_other_goods_of_the_shop_are_left_alone(shop: Database, tmp_path: Path) -> None:
    do(shop, reprice, "手工挂面", "800g", 990, NOW.date())
    taken_in(shop, as_csv(tmp_path, [HEADINGS, EGGS]))
    assert do(shop, find, "手工挂面").cents == 990


# Any list at all

CELLS = st.one_of(
    st.sampled_from(["", "鲜鸡蛋", "土鸡蛋", "鸭蛋", "9.9", "30", "-1", "=A1", "无", "盘", "a、b", "一盒"]),
    st.text(max_size=8),
)
ANY_LIST = st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY_LIST)
def test_any_list_is_taken_in_whole_or_not_at_all(shop: Database, tmp_path: Path, rows: list[list[str]]) -> None:
    path = as_csv(tmp_path, [HEADINGS, *rows], "gb18030")
    try:
        outcome = taken_in(shop, path)
    except SheetFault:
        return
    if not outcome.problems:
        assert do(shop, _is_sound)
        again = taken_in(shop, path)
        assert counts(again) == (0, 0, sum(counts(outcome)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "any").write_bytes(content)
    with suppress(SheetFault):
        lines, found = intake.read_lines(read_sheet(tmp_path / "any"))
        assert lines or found


def _is_sound(tx: Tx) -> bool:
    shelf = goods.on_shelf(tx)
    words = [*shelf, *(word for each in shelf.values() for word in each.aliases)]
    assert len(words) == len(set(words))
    return all(each.cents > 0 and find(tx, each.name) is not None for each in shelf.values())


# The command line


def command(shop: Database, path: Path, *, dry_run: bool = False) -> None:
    shelving.products(read_settings(Path("no.env"), {"DATABASE_URL": shop.url}), path, None, dry_run=dry_run)


def migrated(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'shop.db'}")
    migrate.upgrade(database, folder, NOW)
    return database


def test_the_command_tries_first_and_then_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop, path = migrated(tmp_path), as_csv(tmp_path, [HEADINGS, EGGS])
    command(shop, path, dry_run=True)
    assert "新上架 1 样，改动 0 样，没变 0 样。\n只是试一遍" in capsys.readouterr().out
    assert do(shop, goods.on_shelf) == {}
    command(shop, path)
    line = "新  鲜鸡蛋：30枚 21.8元一盘，成本 18元，库存 30，别名 土鸡蛋、笨鸡蛋"
    assert capsys.readouterr().out == f"{line}\n新上架 1 样，改动 0 样，没变 0 样。\n"
    shop.close()


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_command_lists_what_is_wrong_and_ends_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dry_run: bool
) -> None:
    shop, path = migrated(tmp_path), as_csv(tmp_path, [HEADINGS, EGGS, ["鸭蛋", "", "", "x"]])
    with pytest.raises(SystemExit) as ended:
        command(shop, path, dry_run=dry_run)
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "products.csv 有 1 处要改" in (said.out if dry_run else said.err)
    assert "第 3 行：价格“x”" in (said.out if dry_run else said.err)
    assert do(shop, goods.on_shelf) == {}
    shop.close()


def test_trying_a_list_makes_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = read_settings(Path("no.env"), {"DATABASE_URL": f"sqlite:///{tmp_path / 'none' / 'bot.db'}"})
    shelving.products(settings, as_csv(tmp_path, [HEADINGS, EGGS]), None, dry_run=True)
    assert "新上架 1 样" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_the_sample_list_is_one_that_can_be_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = migrated(tmp_path)
    command(shop, Path(__file__).parent.parent / "data" / "sample" / "products.csv")
    assert "新上架 32 样，改动 0 样，没变 0 样。" in capsys.readouterr().out
    shop.close()
