"""Cron: five fields as crontab(5) reads them, forwards and backwards, and faults named in Chinese."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.cron import CrontabTrigger, read_cron

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def trigger(expression: str) -> CrontabTrigger:
    return CrontabTrigger(expression, SHANGHAI)


def following(expression: str, after: str, how_many: int) -> list[str]:
    """The next moments, as 月-日 时:分."""
    moments: list[str] = []
    moment: datetime | None = at(after)
    while moment is not None and len(moments) < how_many:
        moment = trigger(expression).next(moment)
        moments.append(f"{moment:%m-%d %H:%M}" if moment else "never")
    return moments


@pytest.mark.parametrize(
    ("expression", "after", "moments"),
    [
        ("30 7 * * *", "2026-11-23 07:29", ["11-23 07:30", "11-24 07:30"]),
        ("0 9 * * 0", "2026-11-23", ["11-29 09:00", "12-06 09:00"]),  # Sunday
        ("0 9 * * 7", "2026-11-23", ["11-29 09:00", "12-06 09:00"]),  # Sunday too
        ("0 9 * * sun", "2026-11-23", ["11-29 09:00"]),
        ("0 9 * * 5-7", "2026-11-23", ["11-27 09:00", "11-28 09:00", "11-29 09:00", "12-04 09:00"]),
        ("0 9 * * 1", "2026-11-24", ["11-30 09:00"]),  # Monday is 1, never 0
        ("*/7 9 * * *", "2026-11-23 09:40", ["11-23 09:42", "11-23 09:49", "11-23 09:56", "11-24 09:00"]),
        ("0 9 * * */7", "2026-11-23", ["11-29 09:00", "12-06 09:00"]),  # of 0 to 7 every seventh: Sunday
        ("0 9 */7 * *", "2026-11-23", ["11-29 09:00", "12-01 09:00", "12-08 09:00"]),
        ("0 9 13 * 5", "2026-11-09", ["11-13 09:00", "11-20 09:00", "11-27 09:00", "12-04 09:00"]),  # 13th OR Friday
        ("0 9 */2 * 1", "2026-11-02 10:00", ["11-09 09:00", "11-23 09:00", "12-07 09:00"]),  # a star: odd AND Monday
        ("0 9 31 * *", "2026-11-01", ["12-31 09:00", "01-31 09:00", "03-31 09:00"]),  # only months that have one
        ("59 23 28-31 * *", "2027-02-27", ["02-28 23:59", "03-28 23:59"]),
        ("0 0 1 jan,OCT *", "2026-11-23", ["01-01 00:00", "10-01 00:00"]),
        ("0 8-10/2,20 * * *", "2026-11-23 00:00", ["11-23 08:00", "11-23 10:00", "11-23 20:00"]),
    ],
)
def test_moments(expression: str, after: str, moments: list[str]) -> None:
    assert following(expression, after, len(moments)) == moments


def test_the_29th_of_february_comes_every_four_years_but_not_in_2100() -> None:
    leap = trigger("0 8 29 2 *")
    assert leap.next(at("2026-11-23")) == at("2028-02-29 08:00")
    assert leap.latest(at("2026-11-23")) == at("2024-02-29 08:00")
    assert leap.next(at("2096-03-01")) == at("2104-02-29 08:00")


def test_the_latest_moment_is_this_very_second_or_the_one_before() -> None:
    morning = trigger("30 7 * * *")
    assert morning.latest(at("2026-11-23 07:30")) == at("2026-11-23 07:30")
    assert morning.latest(at("2026-11-23 07:30:00.9")) == at("2026-11-23 07:30")
    assert morning.latest(at("2026-11-23 07:29:59.9")) == at("2026-11-22 07:30")


def test_what_was_missed_over_a_weekend_in_order_and_no_more_than_asked_for() -> None:
    morning = trigger("30 7 * * *")
    friday, monday = at("2026-11-20 07:30"), at("2026-11-23 07:30")
    assert [f"{m:%d}" for m in morning.between(friday, monday, 10)] == ["21", "22", "23"]
    assert [f"{m:%d}" for m in morning.between(friday, monday, 2)] == ["22", "23"]
    assert morning.between(monday, monday, 10) == []


def test_another_zone_is_told_in_the_shops_own_time() -> None:
    utc = datetime(2026, 11, 22, 23, 29, tzinfo=ZoneInfo("UTC"))
    assert str(trigger("30 7 * * *").next(utc)) == "2026-11-23 07:30:00+08:00"


def test_a_shop_where_the_clocks_change_keeps_its_morning() -> None:
    berlin = CrontabTrigger("30 2 * * *", ZoneInfo("Europe/Berlin"))
    spring = berlin.between(datetime(2027, 3, 27, tzinfo=berlin.zone), datetime(2027, 3, 29, tzinfo=berlin.zone), 10)
    autumn = berlin.between(datetime(2027, 10, 31, tzinfo=berlin.zone), datetime(2027, 11, 1, tzinfo=berlin.zone), 10)
    assert [f"{m:%d %H:%M}" for m in spring] == ["27 02:30", "28 03:00"]  # 02:30 does not exist on the 28th
    assert [f"{m:%d %H:%M}" for m in autumn] == ["31 02:30"]  # 02:30 comes twice on the 31st, the post once


def test_apscheduler_is_told_the_next_moment_that_is_still_to_come() -> None:
    morning = trigger("30 7 * * *")
    assert morning.get_next_fire_time(None, at("2026-11-23 07:00")) == at("2026-11-23 07:30")
    assert morning.get_next_fire_time(at("2026-11-20 07:30"), at("2026-11-23 08:00")) == at("2026-11-24 07:30")
    assert morning.get_next_fire_time(at("2026-11-23 07:30"), at("2026-11-23 07:30")) == at("2026-11-24 07:30")


def test_a_phone_may_type_wide_signs() -> None:
    assert read_cron("３０　７ ＊ ＊  *") == "30 7 * * *"


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("30 7 * *", "现在是 4 格"),
        ("0 30 7 * * *", "现在是 6 格"),
        ("@daily", "现在是 1 格"),
        ("60 7 * * *", "第 1 格（分）看不懂“60”，要写 0 到 59 之间的数"),
        ("0 24 * * *", "第 2 格（时）看不懂“24”"),
        ("0 7 0 * *", "第 3 格（日）看不懂“0”，要写 1 到 31 之间的数"),
        ("0 7 L * *", "第 3 格（日）看不懂“L”"),
        ("0 7 * 13 *", "第 4 格（月）看不懂“13”"),
        ("0 7 * * 8", "第 5 格（星期）看不懂“8”，要写 0 到 7 之间的数"),
        ("0 7 * * 5#2", "第 5 格（星期）看不懂“5#2”"),
        ("0 22-2 * * *", "第 2 格（时）“22-2”前大后小"),
        ("5/15 * * * *", "要写成 5-59/15 或 */15"),
        ("*/0 * * * *", "“/”后面要是 1 以上的整数"),
        ("1,,2 * * * *", "看不懂“”"),
        ("0 7 30 2 *", "没有这样的日子"),
        ("0 7 31 4,6,9,11 *", "没有这样的日子"),
        ("٣ 7 * * *", "看不懂“٣”"),
    ],
)
def test_what_crontab_would_not_read_is_refused_with_the_field(expression: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z") as refused:
        read_cron(expression)
    assert problem in str(refused.value)


_field = st.sampled_from(["*", "0", "1", "7", "*/7", "1-5", "2,3", "5-6/2", "sun", "feb", "31", "L", "1-", "x"])


@given(st.lists(_field, min_size=5, max_size=5).map(" ".join), st.integers(0, 3_000_000_000))
def test_looking_back_finds_what_looking_ahead_came_by(expression: str, second: int) -> None:
    now = datetime.fromtimestamp(second, SHANGHAI)
    try:
        moments = trigger(expression)
    except ValueError:
        return
    ahead = moments.next(now)
    if ahead is not None:
        assert moments.latest(ahead) == ahead
        assert (moments.latest(ahead - timedelta(seconds=1)) or ahead) <= now
