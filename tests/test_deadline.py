"""When something closes or arrives, as shopkeepers type it on a Sunday morning, and how the shop says it again."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.deadline import MOST_DAYS, DeadlineFault, read_day, read_deadline, say_day, say_moment

SHOP = ZoneInfo("Asia/Shanghai")
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=SHOP)

MOMENTS = """
今晚8点 11-22 20:00 | 今天18点 11-22 18:00 | 明天18:00 11-23 18:00 | 明早9点半 11-23 09:30 | 后天中午12点 11-24 12:00
大后天18点 11-25 18:00 | 周六中午12点 11-28 12:00 | 星期天晚上8点 11-22 20:00 | 下周三18:00 11-25 18:00
礼拜三 18点 11-25 18:00 | 周日18:00 11-22 18:00 | 周日9:00 11-29 09:00 | 这周日晚8点 11-22 20:00 | 周7 18:00 11-22 18:00
下下周一 9:00 11-30 09:00 | 下个星期一9点 11-23 09:00 | 下周318:00 11-25 18:00 | 周三三点 11-25 15:00
11-23 18:00 11-23 18:00 | 11/23 18:00 11-23 18:00 | 11月23日18点 11-23 18:00 | 11月23号晚上8点 11-23 20:00
2026-11-23 18:00 11-23 18:00 | 2026年11月23日18:00 11-23 18:00 | 11.23 18:00 11-23 18:00 | 11-2318:00 11-23 18:00
11月23日(周一) 18:00 11-23 18:00 | 11月23日周一18:00 11-23 18:00 | 十一月二十三号下午三点 11-23 15:00
23号晚上8点 11-23 20:00 | 20号18点 12-20 18:00 | 12-31 18:00 12-31 18:00
18:00 11-22 18:00 | 10:01 11-22 10:01 | 晚上8点 11-22 20:00 | 8点 11-22 20:00 | 11点 11-22 11:00 | 3点 11-22 15:00
今天8点 11-22 20:00 | 明天8点 11-23 08:00 | 明天18时 11-23 18:00 | 12点 11-22 12:00
中午 11-22 12:00 | 后天中午 11-24 12:00
两小时后 11-22 12:00 | 半小时后 11-22 10:30 | 30分钟后 11-22 10:30 | 一个半小时后 11-22 11:30 | 1.5小时后 11-22 11:30
2小时30分钟后 11-22 12:30 | 一刻钟后 11-22 10:15 | 半个小时以后 11-22 10:30 | 3天后 11-25 10:00 | 一周后 11-29 10:00
3天后18:00 11-25 18:00 | 两天后晚上8点 11-24 20:00
今晚12点 11-23 00:00 | 今晚零点 11-23 00:00 | 零点 11-23 00:00 | 24:00 11-23 00:00 | 0:00 11-23 00:00
明天0点 11-23 00:00 | 明晚十二点 11-24 00:00 | 今晚12点半 11-23 00:30 | 明天凌晨1点 11-23 01:00 | 今夜11点 11-22 23:00
１８：００ 11-22 18:00 | 明天　１８：００ 11-23 18:00 | 下午3点一刻 11-22 15:15
18点30 11-22 18:30 | 18点30分 11-22 18:30
8点零5分 11-22 20:05 | 下午两点三刻 11-22 14:45 | 傍晚6点 11-22 18:00
今晚20:00 11-22 20:00 | 明天晚上9点整 11-23 21:00
明天18:00截单 11-23 18:00 | 截止明天18:00 11-23 18:00 | 今晚8点前 11-22 20:00 | 今晚8点截 11-22 20:00
截单时间：明天 18:00。 11-23 18:00 | 到明天18:00为止 11-23 18:00 | 明天18:00之前截止 11-23 18:00
"""

FAULTS = """
9:00 过了 | 今天9:00 过了 | 昨天18:00 过了 | 11-21 18:00 过了 | 本周五18:00 过了 | 凌晨1点 过了 | 2025-11-23 18:00 过了
10:00 过了 | 2-20 18:00 过了 | 1-31 18:00 过了
2027-3-1 18:00 太远 | 90天后 太远 | 999小时后18:00 没看懂
明天 几点 | 大后天 几点 | 今晚 今晚几点 | 周六 几点 | 11-23 几点 | 周末12点 周六还是周日 | 周末 周六还是周日
2-30 18:00 没有 | 2月29日18:00 没有 | 13-1 18:00 没有 | 9999-12-31 24:00 没有 | 0月3日18:00 没有
11月23日周二18:00 是周一 | 25:00 没有25:00 | 18:60 没有18:60 | 24:30 没有 | 上午18点 没有 | 晚上1点 没有
abc 没看懂 | 尽快 没看懂 | 小时后 没看懂 | 十三五点 没看懂 | ٣点 没看懂 | 截单 没看懂
18:00:00:00 没看懂 | 上周三18:00 没看懂
"""

DAYS = """
后天到货 11-24 | 明天 11-23 | 明天到货 11-23 | 周五 11-27 | 周日 11-22 | 下周一到 11-23
11-25 11-25 | 11月25日到货 11-25
今天 11-22 | 大后天 11-25 | 3天后 11-25 | 后天下午4点到货 11-24 | 预计周三到货 11-25
25号 11-25 | 到货：后天 11-24 | 12月1号 12-01
"""


def cases(table: str, words: int) -> list[list[str]]:
    cells = [cell for line in table.strip().splitlines() for cell in line.split(" | ")]
    return [[cell.rsplit(maxsplit=words)[0], " ".join(cell.rsplit(maxsplit=words)[1:])] for cell in cells]


@pytest.mark.parametrize(("typed", "expected"), cases(MOMENTS, 2))
def test_a_moment_as_people_type_it(typed: str, expected: str) -> None:
    assert read_deadline(typed, SUNDAY) == datetime.fromisoformat(f"2026-{expected}").replace(tzinfo=SHOP)


@pytest.mark.parametrize(("typed", "reason"), cases(FAULTS, 1))
def test_what_cannot_be_kept_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(DeadlineFault) as fault:
        read_deadline(typed, SUNDAY)
    assert reason in fault.value.text
    assert fault.value.text.isprintable()


def test_a_date_long_past_is_next_year() -> None:
    assert read_deadline("1-5 18:00", SUNDAY) == datetime(2027, 1, 5, 18, tzinfo=SHOP)
    assert read_deadline("2-29 18:00", datetime(2027, 12, 31, 20, tzinfo=SHOP)) == datetime(
        2028, 2, 29, 18, tzinfo=SHOP
    )


def test_half_an_hour_is_never_less_than_said() -> None:
    now = SUNDAY + timedelta(seconds=20)
    assert read_deadline("30分钟后", now) == SUNDAY + timedelta(minutes=31)


def test_the_answer_is_in_the_zone_of_the_shop() -> None:
    london = datetime(2026, 10, 24, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    assert read_deadline("3小时后", london).astimezone(UTC) == london.astimezone(UTC) + timedelta(hours=3)
    assert read_deadline("明天18:00", london).hour == 18


@pytest.mark.parametrize(("typed", "day"), cases(DAYS, 1))
def test_a_day_of_arrival_as_people_type_it(typed: str, day: str) -> None:
    assert read_day(typed, SUNDAY) == date.fromisoformat(f"2026-{day}")


@pytest.mark.parametrize(
    "typed", ["昨天", "18:00", "明年", "", "2-30", "2-20", "3-30", "周末到货", "abc", "9999-12-31"]
)
def test_a_day_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(DeadlineFault):
        read_day(typed, SUNDAY)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-22 18:00", "今天18:00"),
        ("2026-11-22 08:05", "今天8:05"),
        ("2026-11-23 18:00", "明天18:00"),
        ("2026-11-24 12:00", "周二 12:00"),
        ("2026-11-28 12:00", "周六 12:00"),
        ("2026-11-29 12:00", "11月29日 12:00"),
        ("2026-11-30 18:00", "11月30日 18:00"),
        ("2027-01-05 18:00", "2027年1月5日 18:00"),
        ("2026-11-21 18:00", "11月21日 18:00"),
    ],
)
def test_a_moment_is_said_as_neighbours_say_it(moment: str, said: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHOP)
    assert say_moment(at, SUNDAY) == say_moment(at.astimezone(UTC), SUNDAY) == said


def test_a_day_is_said_alone() -> None:
    assert [say_day(date(2026, 11, day), SUNDAY) for day in (22, 23, 28, 30)] == ["今天", "明天", "周六", "11月30日"]


@pytest.mark.parametrize("flood", ["9", "周", "后", "1-", "截止", "18:00 ", "\u0300\u0316", "半个"])
def test_a_flood_is_no_moment(flood: str) -> None:
    with pytest.raises(DeadlineFault):
        read_deadline(flood * 25_000, SUNDAY)


@given(st.integers(1, 60 * 24 * 60))
def test_what_the_shop_says_it_can_also_read(minutes: int) -> None:
    at = SUNDAY + timedelta(minutes=minutes)
    assert read_deadline(say_moment(at, SUNDAY), SUNDAY) == at


@given(
    st.text() | st.text("今明后大天晚早周日一二三十月号点半时分:-/ 0123456789下午前截单小个末年()", max_size=14),
    st.timedeltas(timedelta(days=-1500), timedelta(days=1500)),
)
def test_any_text_is_a_moment_to_come_or_a_refusal(text: str, later: timedelta) -> None:
    now = SUNDAY + later
    with suppress(DeadlineFault):
        assert now < read_deadline(text, now) <= now + timedelta(days=MOST_DAYS)
    with suppress(DeadlineFault):
        assert read_day(text, now) >= now.date()
