"""The form of a transcript: what each kind of line means, and that a wrong one is named by its number."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from front.transcript import (
    Arrival,
    Departure,
    Expected,
    Moment,
    Scene,
    Speech,
    Step,
    TranscriptFault,
    filled,
    fits,
    read_transcript,
)
from tests.conftest import ZONE


def at(hour: int, minute: int, second: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("@ 2026-11-23 07:29", Moment(1, at(7, 29))),
        ("@ 2026-11-23 7:29:30", Moment(1, at(7, 29, 30))),
        ("[幸福里1群]", Scene(1, "幸福里1群")),
        ("[私聊]", Scene(1, None)),
        ("王阿姨: +2", Speech(1, "王阿姨", "+2")),
        ("王阿姨：+2", Speech(1, "王阿姨", "+2")),
        ("王阿姨: 昨晚 3:2 赢的", Speech(1, "王阿姨", "昨晚 3:2 赢的")),
        ("王阿姨: ", Speech(1, "王阿姨", "")),
        ("客厅: …已记下…2份…", Expected(1, "…已记下…2份…")),
        ("客厅: -", Expected(1, None)),
        ("> 李姐 邀请 小陈", Arrival(1, ("小陈",), "李姐")),
        ("> 李姐 邀请 小陈、大刘", Arrival(1, ("小陈", "大刘"), "李姐")),
        ("> 小陈", Arrival(1, ("小陈",), None)),
        ("< 小陈", Departure(1, ("小陈",))),
    ],
)
def test_a_line_means_one_thing(line: str, step: Step) -> None:
    assert read_transcript(line, ZONE) == [step]


def test_comments_and_blank_lines_mean_nothing() -> None:
    assert read_transcript("# 店里的一天\n\n   \n#王阿姨: +2\n", ZONE) == []


def test_a_time_alone_is_on_the_day_named_last() -> None:
    steps = read_transcript("@ 2026-11-23 07:29\n@ 10:00\n@ 2026-11-24 08:00\n@ 9:05", ZONE)
    assert [step.at for step in steps if isinstance(step, Moment)] == [
        at(7, 29),
        at(10, 0),
        at(8, 0, 0, 24),
        at(9, 5, 0, 24),
    ]


def test_lines_that_begin_with_two_spaces_go_on_with_the_message() -> None:
    steps = read_transcript("刘奶奶: #接龙\n  1. 张叔 +1\n    2. 老周\n王阿姨: 好", ZONE)
    assert steps == [Speech(1, "刘奶奶", "#接龙\n1. 张叔 +1\n  2. 老周"), Speech(4, "王阿姨", "好")]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("今天天气不错", "看不懂这一行"),
        ("@ 07:30", "时间要写成"),
        ("@ 2026-11-23", "时间要写成"),
        ("@ 2026-02-30 07:30", "没有这个时间"),
        ("@ 2026-11-23 25:00", "没有这个时间"),
        (">", "进群写成"),
        ("> 邀请 小陈", "进群写成"),
        ("> 李姐 邀请", "进群写成"),
        ("< ", "进群写成"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(wrong: str, problem: str) -> None:
    with pytest.raises(TranscriptFault, match=f"^第3行：{problem}") as caught:
        read_transcript(f"# 第一行\n\n{wrong}\n王阿姨: +2", ZONE)
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("…已记下…2份…", "王阿姨 已记下 苹果 2份，59.8元"),
        ("现在没有开着的团", "现在没有开着的团"),
        ("开团啦…\n苹果…", "开团啦：\n  苹果 5斤装"),
        ("…", ""),
        ("{{7*7}} 已记下…", "{{7*7}} 已记下 苹果 1份"),
        ("a.c*", "a.c*"),
    ],
)
def test_dots_stand_for_any_text_and_everything_else_for_itself(expected: str, said: str) -> None:
    assert fits(expected, said, {})


@pytest.mark.parametrize(
    ("expected", "said"),
    [("…2份", "王阿姨 已记下 苹果 12份了"), ("2份", "12份"), ("a.c", "abc"), ("", "什么"), ("什么", "")],
)
def test_what_is_written_must_be_said(expected: str, said: str) -> None:
    assert not fits(expected, said, {})


def test_a_slot_keeps_what_was_said_for_later_lines() -> None:
    slots: dict[str, str] = {}
    assert fits("…领取码 {码}，5个鸡蛋…", "王阿姨，领取码 482913，5个鸡蛋，后天前到店报码", slots)
    assert filled("核销 {码}", slots) == "核销 482913"
    assert fits("没有 {码} 这个码", "没有 482913 这个码", slots)
    assert not fits("没有 {码} 这个码", "没有 111111 这个码", slots)


def test_braces_that_were_never_filled_stay_as_they_are() -> None:
    assert filled("{{7*7}} {码}", {}) == "{{7*7}} {码}"


@given(st.text())
def test_any_text_is_read_or_named_by_a_line(text: str) -> None:
    try:
        steps = read_transcript(text, ZONE)
        last = len(steps)
    except TranscriptFault as fault:
        last = fault.line
    assert 0 <= last <= len(text.splitlines())


@given(st.text(max_size=60))
def test_what_was_said_fits_itself(said: str) -> None:
    plain = said.replace("…", "").replace("{", "")
    assert fits(plain.strip(), plain, {})
