"""`python bot.py check`: whatever a shopkeeper can write wrong in the files is named with its file and line."""

from datetime import datetime
from pathlib import Path

import pytest

from community.pacing import Quiet
from front import doorstep
from schedules.plan import Plan, read_plan
from schedules.sense import never_said, unknown_rooms
from tests.conftest import BEGIN, ZONE
from tests.counter import Shop

POST = """# 时间表
["早安"]
title = "早安"
cron = "{cron}"
template = "posts/早安问候"
fresh = "{fresh}"
rooms = {rooms}
"""


def plan(folder: Path, cron: str = "30 7 * * *", fresh: str = "2h", rooms: str = '"all"') -> Plan:
    (folder / "daily.toml").write_text(POST.format(cron=cron, fresh=fresh, rooms=rooms), "utf-8")
    return read_plan(folder)


# Posts that nobody would ever hear


@pytest.mark.parametrize(
    ("cron", "fresh"),
    [("30 23 * * *", "2h"), ("0 22 * * *", "8h"), ("59 4 * * 6", "2h"), ("*/10 23 * * *", "2h"), ("0 0-4 1 1 *", "2h")],
)
def test_a_post_that_falls_into_the_night_and_grows_stale_there_is_named(tmp_path: Path, cron: str, fresh: str) -> None:
    (fault,) = never_said(plan(tmp_path, cron, fresh), Quiet(), ZONE, BEGIN)
    assert str(fault).startswith(f"{tmp_path / 'daily.toml'}:4: 早安.cron：")
    assert "一次也发不出去" in fault.problem


@pytest.mark.parametrize(
    ("cron", "fresh"),
    [
        ("30 7 * * *", "2h"),
        ("0 7 * * *", "1m"),
        ("59 21 * * *", "1m"),
        ("30 23 * * *", "8h"),  # late, but it is heard
        ("0 5 * * *", "2h"),
        ("0 2,12 * * *", "2h"),  # once a day it is heard
        ("0 * * * *", "5m"),
    ],
)
def test_a_post_that_is_heard_sometimes_or_late_is_no_fault(tmp_path: Path, cron: str, fresh: str) -> None:
    assert never_said(plan(tmp_path, cron, fresh), Quiet(), ZONE, BEGIN) == []


def test_longer_quiet_hours_silence_more_posts(tmp_path: Path) -> None:
    quiet = Quiet(Quiet().start, datetime(2026, 11, 23, 10).time())  # noqa: DTZ001 - only its time of day is used
    (fault,) = never_said(plan(tmp_path, "30 7 * * *"), quiet, ZONE, BEGIN)
    assert "22:00 到 10:00" in fault.problem
    assert '"3h" 以上' in fault.problem


# Rooms that nobody has


def test_a_room_that_nobody_has_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    faults = unknown_rooms(plan(tmp_path, rooms='["幸福里1群", "幸福里2裙"]'), ["幸福里1群", "幸福里2群"])
    assert [str(fault) for fault in faults] == [
        f"{tmp_path / 'daily.toml'}:7: 早安.rooms：没有“幸福里2裙”这个群，是不是想写“幸福里2群”？"
    ]


def test_a_room_like_no_other_is_named_with_those_there_are(tmp_path: Path) -> None:
    (fault,) = unknown_rooms(plan(tmp_path, rooms='["老年大学"]'), ["幸福里1群"])
    assert fault.problem == "没有“老年大学”这个群，认识的群有 幸福里1群"


# All of it at the counter


@pytest.fixture
def times(shop: Shop) -> Path:
    return shop.copied("schedules", "SCHEDULES_DIR") / "daily.toml"


@pytest.fixture
def words(shop: Shop) -> Path:
    return shop.copied("templates", "TEMPLATES_DIR")


def complaint(shop: Shop) -> str:
    """The one thing that check complains of."""
    outcome = shop.run("check")
    headline, *lines = outcome.err.splitlines()
    assert (outcome.code, headline, len(lines)) == (doorstep.WRONG, "这些地方要改：", 1), outcome.err
    return lines[0]


def line_of(path: Path, text: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_a_post_at_night_is_named_at_the_line_of_its_cron(shop: Shop, times: Path) -> None:
    change(times, 'cron = "0 20 * * *"', 'cron = "30 23 * * *"')
    assert complaint(shop).startswith(f"schedules/daily.toml:{line_of(times, '30 23')}: 生活贴士.cron：23:30 在夜里")


def test_a_room_of_a_post_is_looked_up_among_the_shops(shop: Shop, times: Path) -> None:
    change(times, '\nrooms = "all"', '\nrooms = ["幸福里l群"]')
    assert shop.run("check").code == 0  # a shop that has no room yet may name any
    shop.enable("幸福里1群")
    assert "没有“幸福里l群”这个群，是不是想写“幸福里1群”？" in complaint(shop)


def test_a_post_without_its_text_is_named_at_the_line_of_its_template(shop: Shop, times: Path) -> None:
    change(times, 'template = "posts/生活贴士"', 'template = "posts/生活帖士"')
    number = line_of(times, "生活帖士")
    assert complaint(shop) == f"schedules/daily.toml:{number}: 生活贴士.template：找不到 posts/生活帖士.j2，请检查名字"


def test_a_reply_whose_text_is_gone_is_named(shop: Shop, words: Path) -> None:
    (words / "eggs" / "code.j2").rename(words / "eggs" / "kode.j2")
    assert complaint(shop) == "templates/eggs/code.j2：找不到这个文件"


def test_a_misspelt_name_in_a_reply_is_named_with_its_line(shop: Shop, words: Path) -> None:
    change(words / "groupbuy" / "ordered.j2", "{{ name }}", "好的\n{{ nmae }}")
    assert complaint(shop) == "templates/groupbuy/ordered.j2 第2行：不认识“nmae”，是不是想写“name”？"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("今天是{{ today.festival }}", "今天是{{ today.festivl }}"),
        ("{{ today.holiday }}假期", "{{ today.holyday }}假期"),
        ("今天调休上班", "{{ today.words.day }}调休上班"),
        ("今天是{{ today.solar_term }}", "今天是{{ today.term }}"),
        ("{{ weather.words }}", "{{ weather.word }}"),
        ("{{ buy.title }}", "{{ buy.titel }}"),
    ],
)
def test_a_word_that_only_some_days_read_is_named_today(shop: Shop, words: Path, before: str, after: str) -> None:
    morning = words / "posts" / "早安问候.j2"
    change(morning, before, after)
    assert complaint(shop).startswith(f"templates/posts/早安问候.j2 第{line_of(morning, after)}行：")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('["早安问候"]', '[["早安问候"]]', "早安问候：名字外面一层方括号就好"),
        ('["早安问候"]', '[""]', "方括号里要写名字"),
        ('\ntitle = "早安问候"', '\ntitle.x = "早安问候"', "早安问候.title：要写成一行文字"),
        ('\nrooms = "all"', '\nrooms = ["all"]', '早安问候.rooms：所有群就写 rooms = "all"'),
        ('cron = "30 7', 'cron = "0 30 7', "早安问候.cron：要写五格"),
    ],
)
def test_odd_ways_to_write_a_table_are_named_with_their_line(
    shop: Shop, times: Path, before: str, after: str, problem: str
) -> None:
    change(times, before, after)
    assert complaint(shop).startswith(f"schedules/daily.toml:{line_of(times, after.strip())}: {problem}")


def test_a_second_ending_is_named(shop: Shop, times: Path) -> None:
    times.rename(times.with_name("daily.toml.txt"))
    assert complaint(shop) == "schedules/daily.toml.txt：多了“.txt”，这份不会用，改名去掉它"


def test_broken_tips_are_named_once(shop: Shop, words: Path, caplog: pytest.LogCaptureFixture) -> None:
    (words / "tips" / "健康.txt").write_text("多喝水\n多喝水\n", "utf-8")
    assert complaint(shop) == "templates/tips/健康.txt:2: 和 健康.txt 第 1 行 重复了，留一条就好"
    assert caplog.records == []
