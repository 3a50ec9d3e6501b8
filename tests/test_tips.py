"""Tips: what ships is fit to be said, faults are named by line, and no room hears one twice before its turn."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from community.tips import Tip, TipFault, choose, load_tips
from community.today import TERMS, today

SHIPPED = Path(__file__).parent.parent / "templates" / "tips"
DAY = 86_400


def written(directory: Path, text: str, kind: str = "厨房") -> Path:
    """A directory with one file of tips."""
    (directory / f"{kind}.txt").write_text(text, encoding="utf-8")
    return directory


def year_of_tips(tips: list[Tip], first: date, days: int, used: dict[str, int]) -> list[tuple[date, Tip]]:
    """What one room hears at 20:00 on each of `days` days; `used` is kept up to date."""
    heard = []
    for n in range(days):
        day = today(first + timedelta(days=n))
        now = int(datetime(day.date.year, day.date.month, day.date.day, 20, tzinfo=ZoneInfo("UTC")).timestamp())
        tip = choose(tips, used, term=day.season, now=now, term_day=day.solar_term is not None)
        assert tip is not None
        used[tip.key] = now
        heard.append((day.date, tip))
    return heard


def test_six_kinds_ship_with_enough_of_each() -> None:
    kinds = Counter(tip.kind for tip in load_tips(SHIPPED))
    assert set(kinds) == {"健康", "育儿", "厨房", "节气", "安全", "省钱"}
    assert min(kinds.values()) >= 20
    assert kinds.total() >= 130


def test_every_solar_term_has_its_tips_and_nothing_else_is_bound_to_a_season() -> None:
    terms = Counter(tip.term for tip in load_tips(SHIPPED) if tip.kind == "节气")
    assert set(terms) == set(TERMS)
    assert {tip.term for tip in load_tips(SHIPPED) if tip.kind != "节气"} == {None}


@pytest.mark.parametrize("tip", load_tips(SHIPPED), ids=lambda tip: f"{tip.kind}-{tip.text[:6]}")
def test_a_shipped_tip_reads_well_in_a_group(tip: Tip) -> None:
    assert len(re.findall("[一-鿿]", tip.text)) >= 40
    assert len(tip.text) <= 110
    assert re.fullmatch(r"[一-鿿0-9A-Z，。；：？、“”]+[。？]", tip.text)


def test_shipped_tips_open_in_many_ways() -> None:
    openings = Counter(tip.text[:3] for tip in load_tips(SHIPPED) if tip.term is None)
    assert max(openings.values()) <= 3


def test_a_shopkeeper_adds_a_line(tmp_path: Path) -> None:
    text = "\ufeff# 说明\n\n  姜要切片。  \r\n【小雪】萝卜炖肉。\n[大雪] 出门当心。"
    assert load_tips(written(tmp_path, text)) == [
        Tip("厨房", "姜要切片。"),
        Tip("厨房", "萝卜炖肉。", "小雪"),
        Tip("厨房", "出门当心。", "大雪"),
    ]


def test_without_a_directory_there_are_no_tips(tmp_path: Path) -> None:
    assert load_tips(tmp_path / "tips") == []
    assert choose([], {}, term="小雪", now=0) is None


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    directory = written(tmp_path, f"好好睡觉。\n# 说明\n好好睡觉。\n{'长' * 301}\n[小学] 下课。\n[小雪]\n")
    with pytest.raises(TipFault) as caught:
        load_tips(directory)
    assert [(fault.line, fault.problem) for fault in caught.value.faults] == [
        (3, "和 厨房.txt 第 1 行 重复了，留一条就好"),
        (4, "太长了，最多 300 个字，现在是 301 个"),
        (5, "没有“小学”这个节气，是不是想写“小雪”？"),
        (6, "节气后面还没有写贴士"),
    ]
    assert str(caught.value).startswith(f"{tmp_path / '厨房.txt'}:3: ")


def test_the_same_tip_in_two_files_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path, "好好睡觉。", "健康")
    with pytest.raises(TipFault, match="第 1 行 重复"):
        load_tips(written(tmp_path, "好好睡觉。", "安全"))


def test_a_file_in_an_old_encoding_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "健康.txt").write_bytes("好好睡觉。".encode("gbk"))
    with pytest.raises(TipFault, match="UTF-8"):
        load_tips(tmp_path)


def test_a_key_is_the_texts_own() -> None:
    assert Tip("健康", "好好睡觉。").key == Tip("安全", "好好睡觉。", "小雪").key == "81ad6c36fe54"
    assert len({tip.key for tip in load_tips(SHIPPED)}) == len(load_tips(SHIPPED))


def test_two_years_of_tips_in_one_room() -> None:
    heard = year_of_tips(load_tips(SHIPPED), date(2026, 11, 23), 730, {})
    assert all(tip.term in {None, today(day).season} for day, tip in heard)
    starts = [(today(day).solar_term, tip.term) for day, tip in heard if today(day).solar_term]
    assert len(starts) >= 47
    assert all(begins == term for begins, term in starts)


def test_nothing_is_repeated_before_all_that_may_be_said_was() -> None:
    tips = load_tips(SHIPPED)
    seasonless = {tip.key for tip in tips if tip.term is None}
    heard = [tip.key for _, tip in year_of_tips(tips, date(2026, 11, 23), 400, {}) if tip.term is None]
    assert set(heard[: len(seasonless)]) == seasonless
    assert set(heard[len(seasonless) : 2 * len(seasonless)]) == seasonless


def test_kinds_take_turns_while_every_kind_has_something_new() -> None:
    kinds = [tip.kind for _, tip in year_of_tips(load_tips(SHIPPED), date(2026, 11, 23), 18, {})]
    assert all(earlier != later for earlier, later in pairwise(kinds))
    assert set(kinds) == {"健康", "育儿", "厨房", "节气", "安全", "省钱"}


def test_a_terms_own_tip_comes_first_on_its_day_and_only_once_a_season() -> None:
    tips = [Tip("健康", "走路。"), Tip("节气", "包饺子。", "冬至"), Tip("节气", "晾衣服。", "大寒")]
    first = choose(tips, {}, term="冬至", now=400 * DAY, term_day=True)
    assert first == tips[1]
    again = choose(tips, {first.key: 400 * DAY}, term="冬至", now=400 * DAY + 60, term_day=True)
    assert again == tips[0]
    next_year = choose(tips, {first.key: 400 * DAY, tips[0].key: 401 * DAY}, term="冬至", now=765 * DAY, term_day=True)
    assert next_year == tips[1]


def test_a_new_line_is_heard_before_any_old_one_again() -> None:
    old = [Tip("健康", "走路。"), Tip("安全", "关火。")]
    used = {old[0].key: 1 * DAY, old[1].key: 2 * DAY}
    assert choose(old, used, term="小雪", now=3 * DAY) == old[0]
    assert choose([*old, Tip("安全", "锁门。")], used, term="小雪", now=3 * DAY) == Tip("安全", "锁门。")
