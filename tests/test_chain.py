"""Chains as neighbours write them: rows that are sure, rows that are asked about, and texts that are no chain."""

import sys
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.chain import Bought, Chain, Offer, Row, diff, read_chain, write_chain
from community.quantity import normalise
from tests.chain_cases import FILES, Case, agrees, cases, read, score

APPLES = Offer("苹果", "红富士苹果", ("苹果",), "份", "5斤装")
FRUIT = (APPLES, Offer("香蕉", "香蕉", (), "份", "3斤"), Offer("橘子", "砂糖橘", ("橘子",), "箱", "10斤"))
ALL = [case for file in FILES for case in cases(file)]

ODD = (
    "#接龙例 0123456789一两三十半份箱斤装各不要苹果香蕉王阿姨姐老张3栋501-+x*"
    "（）().、，。：\n\r\t①🍎\u0336\u200b「」/~?吗¥元"
)


def one(line: str, offers: Sequence[Offer] = (APPLES,), people: Sequence[str] = ()) -> Row:
    """The first row of a chain that has only this one."""
    chain = read_chain(f"#接龙\n1. {line}", offers, people)
    assert chain is not None
    return chain.rows[0]


def chain(*lines: str) -> Chain:
    """A chain of apples from the text of its rows, numbers included."""
    found = read_chain("\n".join(("#接龙", *lines)), (APPLES,))
    assert found is not None
    return found


@pytest.mark.parametrize("case", ALL, ids=[case.about for case in ALL])
def test_a_chain_reads_as_a_person_reads_it(case: Case) -> None:
    found, wanted = read(case), case.wanted
    assert (found is None) == (wanted is None)
    if found and wanted:
        assert [row.row for row in found.rows] == [row.number for row in wanted]
        assert all(agrees(*pair) for pair in zip(wanted, found.rows, strict=True)), found.rows


@pytest.mark.parametrize("file", FILES)
def test_no_sure_row_is_wrong_and_most_clear_rows_are_sure(file: str) -> None:
    figures = score(cases(file))
    sys.stdout.write(f"\n{file}: {figures}\n")
    assert figures.wrong == ()
    assert figures.share >= 0.85


def test_there_are_enough_chains_to_mean_something() -> None:
    assert len(ALL) >= 70


@pytest.mark.parametrize("row", [row for case in ALL if (found := read(case)) for row in found.rows])
def test_only_a_sure_row_carries_goods_and_every_other_says_why_in_one_short_line(row: Row) -> None:
    if row.status == "sure":
        assert row.items
        assert not row.reason
    else:
        assert not row.items
        assert 2 <= len(row.reason) <= 40
        assert "\n" not in row.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("王阿姨 10斤", "不好算成几份"),
        ("王阿姨 半份", "不是整数"),
        ("王阿姨 两三份", "范围"),
        ("王阿姨", "没写要几份"),
        ("+2", "没看出是谁的"),
        ("王阿姨 2份改3份", "改过"),
        ("王阿姨 2份 或者没有就算了", "没说定"),
        ("王阿姨 2份吗", "在问"),
        ("王阿姨 再加1份", "增减"),
        ("王阿姨 代小陈2份", "替别人"),
        ("王阿姨 榴莲2份", "榴莲"),
        ("李姐2", "名字还是数量"),
        ("王阿姨 2份 " + "很长" * 200, "太长"),
    ],
)
def test_staff_are_told_why_a_row_is_in_doubt(line: str, reason: str) -> None:
    row = one(line)
    assert row.status == "doubtful"
    assert reason in row.reason


@pytest.mark.parametrize(
    "line",
    [
        "同上 苹果2份",
        "李姐的 苹果2份",
        "老周这边 苹果2份",
        "王姐李姐一起 苹果2份",
        "刘洋 替我妈 苹果2份",
        "刘洋 苹果2份 李姐的",
        "刘洋 苹果2份（重复）",
        "刘洋 苹果1→2份",
        "刘洋 苹果2-2.5斤一份",
        "刘洋\\李姐 苹果2份",
    ],
)
def test_what_is_left_over_is_asked_about(line: str) -> None:
    assert one(line).status == "doubtful"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("子墨&雨桐 苹果2份", "子墨&雨桐"),
        ("66大顺 2份", "66大顺"),
        ("李莉 138****5678 2份", "李莉"),
        ("妮妮-2份", "妮妮"),
        ("格格/2份", "格格"),
        ("阿布 苹果✖️2", "阿布"),
    ],
)
def test_ordinary_rows_are_not_asked_about(line: str, name: str) -> None:
    row = one(line)
    assert (row.status, row.name, row.items) == ("sure", name, (Bought("苹果", 2),))


def test_a_range_that_says_what_a_portion_weighs_is_no_quantity() -> None:
    chickens = (Offer("鸡", "走地鸡", (), "只", "2-3斤"),)
    assert one("王阿姨 走地鸡2-3斤 2只", chickens).items == (Bought("鸡", 2),)
    assert one("王阿姨 走地鸡2-3只", chickens).status == "doubtful"


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("王阿姨 2份 要小的", "要小的"),
        ("王阿姨 2份（给我妈带的），谢谢", "给我妈带的"),
        ("王阿姨 苹果熟点 2份，下午5点后拿", "熟点，下午5点后拿"),
        ("王阿姨 2份 送到3栋501", "送到3栋501"),
        ("王阿姨 2份 谢谢", ""),
    ],
)
def test_wishes_are_kept_as_a_note(line: str, note: str) -> None:
    row = one(line)
    assert (row.status, row.items, row.note) == ("sure", (Bought("苹果", 2),), note)


def test_a_known_name_is_trusted_whatever_it_looks_like() -> None:
    assert one("栗子 2份").status == "doubtful"
    assert one("栗子 2份", people=["栗子"]).items == (Bought("苹果", 2),)
    assert one("两个黄鹂 鸣 翠柳 2份", people=["两个黄鹂 鸣 翠柳"]).name == "两个黄鹂 鸣 翠柳"
    assert one("王阿姨 2份", people=["王"]).name == "王阿姨"
    assert one("王阿姨-苹果-2份", people=["王阿姨"]).items == (Bought("苹果", 2),)


def test_a_chain_for_an_occasion_is_ours_once_somebody_names_goods() -> None:
    assert read_chain("#接龙 周六聚餐\n1. 王阿姨 +1", FRUIT) is None
    assert read_chain("#接龙 周六聚餐\n1. 王阿姨 苹果2份", FRUIT) is not None


def test_the_header_is_what_stands_above_the_rows() -> None:
    found = read_chain("@所有人 今天的#接龙\n苹果 5斤29.9\n例 张三 2份\n1. 王阿姨 2份", (APPLES,))
    assert found is not None
    assert found.header == "@所有人 今天的\n苹果 5斤29.9"


def test_a_row_keeps_its_words_as_they_stood() -> None:
    assert [row.raw for row in chain("1. 王阿姨\n苹果2份\n要小的", "2、李姐 1份").rows] == [
        "王阿姨\n苹果2份\n要小的",
        "李姐 1份",
    ]


def told(before: Chain, after: Chain) -> list[tuple[str, str, str]]:
    """A diff in short: what happened, the words before and after."""
    return [
        (one.kind, one.before.raw if one.before else "", one.after.raw if one.after else "")
        for one in diff(before, after)
    ]


BEFORE = ("1. 王阿姨 2份", "2. 李姐 1份", "3. 小陈 1份")

DIFFS = [
    (("1. 王阿姨 2份", "2. 李姐 1份", "3. 小陈 1份"), []),
    ((*BEFORE, "4. 老周 1份"), [("added", "", "老周 1份")]),
    ((*BEFORE, "4. +1"), [("added", "", "+1")]),
    (("1. 王阿姨 1份", *BEFORE[1:]), [("changed", "王阿姨 2份", "王阿姨 1份")]),
    (("1. 王阿姨 2份", "2. 小陈 1份"), [("removed", "李姐 1份", "")]),
    (("1. 王阿姨 2份", "3. 小陈 1份"), [("removed", "李姐 1份", "")]),
    (("1. 王阿姨 2份", "2. 小陈 1份", "3. 老周 1份"), [("added", "", "老周 1份"), ("removed", "李姐 1份", "")]),
    (("1. 王阿姨 2份", "2. 李姐3-501 1份", "3. 小陈 1份"), [("changed", "李姐 1份", "李姐3-501 1份")]),
    (("1. 王阿姨 2份", "2. 李姐 不要了", "3. 小陈 1份"), [("changed", "李姐 1份", "李姐 不要了")]),
    (("1. 小陈 1份", "2. 王阿姨 2份", "3. 李姐 1份"), []),
    (("1.  王阿姨　２份", "2、李姐 1份", "（3）小陈 1份"), []),
]


@pytest.mark.parametrize(("after", "changes"), DIFFS)
def test_two_snapshots_differ_by_their_rows(after: Sequence[str], changes: list[tuple[str, str, str]]) -> None:
    assert told(chain(*BEFORE), chain(*after)) == changes


def test_neighbours_of_one_name_are_told_apart() -> None:
    before = chain("1. 王阿姨 2份", "2. 王阿姨 1份", "3. 李姐 1份")
    assert told(before, chain("1. 王阿姨 1份", "2. 李姐 1份")) == [("removed", "王阿姨 2份", "")]
    assert told(before, chain("1. 王阿姨 2份", "2. 王阿姨 3份", "3. 李姐 1份")) == [
        ("changed", "王阿姨 1份", "王阿姨 3份")
    ]


ROWS = st.lists(st.tuples(st.sampled_from(["王阿姨", "李姐", "小陈", "老周"]), st.integers(1, 3)), max_size=8)


@given(ROWS, ROWS)
def test_a_diff_accounts_for_every_row(before: list[tuple[str, int]], after: list[tuple[str, int]]) -> None:
    old = chain("0. 例 张三 1份", *(f"{n}. {name} {many}份" for n, (name, many) in enumerate(before, 1)))
    new = chain("0. 例 张三 1份", *(f"{n}. {name} {many}份" for n, (name, many) in enumerate(after, 1)))
    kinds = [change.kind for change in diff(old, new)]
    assert len(after) - len(before) == kinds.count("added") - kinds.count("removed")
    assert diff(old, old) == ()


@given(st.text() | st.text(alphabet=ODD, max_size=400))
def test_any_text_is_survived(text: str) -> None:
    for typed in (text, f"#接龙\n1. {text}", f"1. 王阿姨 {text}\n2. {text} +1"):
        found = read_chain(typed, FRUIT)
        assert found is None or found.rows


@given(st.text(alphabet=ODD, max_size=80))
def test_what_is_sure_is_a_whole_quantity_of_something_on_offer(text: str) -> None:
    row = one(f"王阿姨 {text}", FRUIT)
    assert all(key in {"苹果", "香蕉", "橘子"} and 1 <= quantity <= 999 for key, quantity in row.items)


@given(st.text(min_size=1, max_size=60))
def test_chatter_is_never_a_chain(text: str) -> None:
    assert "#" in text or read_chain(text, FRUIT) is None


PEOPLE = st.sampled_from(
    ["王阿姨", "A栋小李", "3-501", "3栋501王阿姨", "小明2008", "Lily Wang", "🌸小花🌸", "老三", "水手长"]
)
SAID = st.sampled_from(
    ["{g}{n}{u}", "{g} {n}{u}", "{n}{u}{g}", "{n}{u} {g}", "{g}：{n}{u}", "{g}（{n}{u}）", "{g}x{n}", "{g}+{n}"]
)
NUMBERS = st.sampled_from([("1", 1), ("2", 2), ("两", 2), ("三", 3), ("１２", 12), ("十二", 12)])
GOODS = st.sampled_from(
    [("苹果", "苹果", "份"), ("红富士苹果", "苹果", "箱"), ("香蕉", "香蕉", "份"), ("砂糖橘", "橘子", "箱")]
)
BETWEEN = st.sampled_from([" ", "，", "、", "；", "\n", "+", "和", "，再就是", ""])
WISHES = st.sampled_from(["", " 要小的", "，谢谢", "（熟点）", " 放门口", "🌹"])
ASKED = st.tuples(GOODS, NUMBERS, SAID)
UNSETTLED = st.sampled_from(
    [
        "改3份",
        "或者香蕉",
        "榴莲2斤",
        "车厘子",
        "不要香蕉",
        "各一份",
        "再加1份",
        "半份",
        "1.5斤",
        "同上",
        "2-3份",
        "吗？",
        "代李姐1份",
    ]
)


def typed(asked: tuple[tuple[str, str, str], tuple[str, int], str]) -> str:
    """Goods and quantity as one of the forms people use."""
    (goods, _, unit), (number, _), form = asked
    return form.format(g=goods, n=number, u=unit)


@given(PEOPLE, st.lists(ASKED, min_size=1, max_size=3, unique_by=lambda asked: asked[0][1]), BETWEEN, WISHES)
def test_a_row_put_together_at_random_is_never_read_wrongly(
    name: str, asked: list[tuple[tuple[str, str, str], tuple[str, int], str]], between: str, wish: str
) -> None:
    row = one(f"{name} {between.join(map(typed, asked))}{wish}", FRUIT)
    wanted = {goods[1]: number[1] for goods, number, _ in asked}
    assert row.status == "doubtful" or (row.name, dict(row.items)) == (name, wanted), row


@given(PEOPLE, ASKED, UNSETTLED, st.sampled_from([" ", "，", "", "（", "。"]))
def test_words_that_leave_an_order_open_make_it_doubtful(
    name: str, asked: tuple[tuple[str, str, str], tuple[str, int], str], more: str, between: str
) -> None:
    assert one(f"{name} {typed(asked)}{between}{more}", FRUIT).status == "doubtful"


NAMES = st.text(min_size=1, max_size=12).map(normalise).filter(bool)
ORDERS = st.dictionaries(st.sampled_from(FRUIT), st.integers(1, 999), min_size=1)
WRITTEN = st.lists(st.tuples(NAMES, ORDERS), min_size=1, max_size=9)


@given(st.text(max_size=40), WRITTEN)
def test_a_written_chain_reads_as_the_same(title: str, orders: list[tuple[str, dict[Offer, int]]]) -> None:
    rows = [
        Row(9, name, "sure", "", tuple(Bought(offer.key, many) for offer, many in goods.items()), "", "")
        for name, goods in orders
    ]
    again = read_chain(write_chain(title, rows, FRUIT), FRUIT, people=[name for name, _ in orders])
    assert again is not None
    assert [(row.name, row.items) for row in again.rows] == [(row.name, row.items) for row in rows]


def test_the_current_chain_is_ready_to_copy() -> None:
    rows = chain("1. 王阿姨 2份 要小的", "3. 李姐 两三份", "5. 小陈 不要了", "6. 老周 +1").rows
    assert write_chain("苹果 5斤装 29.9元", rows, (APPLES,)).splitlines() == [
        "#接龙", "苹果 5斤装 29.9元", "", "1. 王阿姨 2份（要小的）", "2. 李姐 两三份", "3. 老周 1份",
    ]  # fmt: skip


def seconds(text: str) -> float:
    """The processor's time for one text, the best of three."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        read_chain(text, FRUIT)
        best = min(best, time.process_time() - begun)
    return best


LONG = [
    "1",
    "接龙",
    "1. ",
    "1. 王阿姨 2份\n",
    "（" * 3,
    "王阿姨",
    "苹果",
    "一二三",
    "- ",
    "3-2-",
    "苹果2份，",
    "\u0336",
    "例\n",
    "\n1. 苹",
]


@pytest.mark.parametrize("part", LONG)
def test_fifty_kilobytes_of_anything_take_time_in_proportion(part: str) -> None:
    text = "#接龙\n1. 王阿姨 " + part * (50_000 // len(part))
    assert seconds(text) <= 5 * seconds(text[:25_000]) + 0.05


def test_five_thousand_rows_take_time_in_proportion() -> None:
    lines = ["#接龙", *(f"{n}. {n}栋王阿姨 苹果2份 香蕉1份，熟点" for n in range(1, 5001))]
    whole = read_chain("\n".join(lines), FRUIT)
    assert whole is not None
    assert sum(row.status == "sure" for row in whole.rows) == 5000
    assert seconds("\n".join(lines)) <= 4 * seconds("\n".join(lines[:2501])) + 0.05
    assert diff(whole, whole) == ()
