"""The clock: days of posts in simulated time, restarts, edits; and real minutes kept by APScheduler."""

import asyncio
import re
import time as stopwatch
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from community import posts
from community.db import Database
from community.weather import Weather
from schedules.chores import FORGET_SEEN
from tests.town import DAILY, Town, play, reminder, running, until

# Six loops of twenty rounds inside each other are 64 million rounds: far beyond what a text may cost.
LOOP = "".join("{% for " + letter + " in deep %}" for letter in "abcdef") + "{% set x = a %}" + "{% endfor %}" * 6
LOOP = "{% set deep = [" + "1, " * 20 + "] %}" + LOOP


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, rooms=1)
    town.plan({"早安": DAILY["早安"]})
    yield town
    town.database.close()


# Days in simulated time


async def test_a_day_of_three_posts(town: Town) -> None:
    town.plan(DAILY)
    await play(town.start(), town.at("23 07:00"), town.at("23 23:59"))
    assert town.said() == ["23 07:30 1群早", "23 10:00 特价", "23 20:00 贴士"]


async def test_sunday_is_0_and_7(town: Town) -> None:
    town.plan({"零": ("0 9 * * 0", "零"), "七": ("0 9 * * 7", "七")})
    await play(town.start(), town.at("23 00:00"), town.at("30 00:00"))
    assert town.said() == ["29 09:00 零", "29 09:00 七"]


async def test_the_first_start_has_no_past(town: Town) -> None:
    await town.start().run_due(town.at("23 07:31"))
    assert (town.said(), town.moments()) == ([], [])


async def test_looking_again_and_again_says_nothing_twice(town: Town) -> None:
    await play(town.start(), town.at("23 07:00"), town.at("23 08:00"))
    for minute in range(5):
        await town.start().run_due(town.at(f"23 07:3{minute}"))
    assert town.said() == ["23 07:30 1群早"]


async def test_two_clocks_on_one_database_say_it_once(town: Town) -> None:
    town.plan(DAILY)
    other = Database(town.database.url)
    both = [town.start(), town.start(database=other)]
    await play(both[0], town.at("22 23:00"), town.at("22 23:30"))
    for moment in ("23 07:30", "23 10:00", "23 20:00"):
        await asyncio.gather(*(clock.run_due(town.at(moment)) for clock in both * 3))
    other.close()
    assert town.said() == ["23 07:30 1群早", "23 10:00 特价", "23 20:00 贴士"]


# The bot was off


async def test_a_morning_missed_by_an_hour_is_caught_up_once(town: Town) -> None:
    await play(town.start(), town.at("22 12:00"), town.at("22 13:00"))
    for _ in range(2):
        await play(town.start(), town.at("23 08:30"), town.at("23 09:00"))
    assert town.said() == ["23 08:30 1群早"]


async def test_a_morning_missed_by_half_a_day_is_skipped(town: Town) -> None:
    await play(town.start(), town.at("22 12:00"), town.at("22 13:00"))
    await play(town.start(), town.at("23 19:00"), town.at("23 20:00"))
    assert (town.said(), town.moments()) == ([], [("早安", "23 07:30", "skipped")])


async def test_of_three_missed_days_only_the_fresh_one_is_said(town: Town) -> None:
    await play(town.start(), town.at("20 12:00"), town.at("20 13:00"))
    await play(town.start(), town.at("23 08:00"), town.at("23 09:00"))
    assert town.said() == ["23 08:00 1群早"]
    assert [status for _, _, status in town.moments()] == ["skipped", "skipped", "claimed"]


async def test_a_year_of_missed_minutes_does_not_hold_up_the_start(town: Town) -> None:
    town.plan({"报时": ("* * * * *", "叮")})
    await town.start().run_due(town.at("22 11:59:30") - timedelta(days=365))
    await town.start().run_due(town.at("22 12:00"))
    assert town.said() == ["22 12:00 叮"]
    assert len(town.moments()) == posts.MOST_MISSED


# The computer's clock is moved


async def test_a_clock_put_back_says_nothing_again(town: Town) -> None:
    clock = town.start()
    await play(clock, town.at("23 07:00"), town.at("23 09:00"))
    await play(clock, town.at("23 06:00"), town.at("24 08:00"))
    assert town.said() == ["23 07:30 1群早", "24 07:30 1群早"]


async def test_a_clock_that_was_a_month_ahead_takes_no_morning_away(town: Town) -> None:
    clock = town.start()
    await play(clock, town.at("22 12:00"), town.at("22 13:00"))
    await clock.run_due(town.at("22 13:00") + timedelta(days=30))
    await play(clock, town.at("22 13:00"), town.at("24 12:00"))
    assert town.said() == ["23 07:30 1群早", "24 07:30 1群早"]


# The shopkeeper edits


async def test_an_edited_time_takes_effect(town: Town) -> None:
    clock = town.start()
    await play(clock, town.at("23 07:00"), town.at("23 08:00"))
    town.plan({"早安": ("15 6 * * *", "早")})
    await play(clock, town.at("23 08:00"), town.at("24 12:00"))
    assert town.said() == ["23 07:30 1群早", "24 06:15 早"]


async def test_a_time_edited_to_an_hour_ago_does_not_greet_twice(town: Town) -> None:
    clock = town.start()
    await play(clock, town.at("23 07:00"), town.at("23 09:00"))
    town.plan({"早安": ("30 8 * * *", "早")})
    await clock.run_due(town.at("23 09:00"))
    assert town.said() == ["23 07:30 1群早"]


async def test_a_time_edited_in_the_last_minute_is_kept(town: Town) -> None:
    clock = town.start()
    await play(clock, town.at("23 07:00"), town.at("23 09:00"))
    town.plan({"早安": ("5 9 * * *", "早"), "新的": ("5 9 * * *", "新")})
    await clock.run_due(town.at("23 09:05"))
    assert town.said()[1:] == ["23 09:05 早", "23 09:05 新"]


async def test_a_broken_plan_keeps_the_last_good_one_and_tells_its_line_once(town: Town) -> None:
    clock = town.start()
    await clock.run_due(town.at("23 07:00"))
    town.plan({"早安": ("30 27 * * *", "早")})
    await play(clock, town.at("23 07:01"), town.at("24 08:00"))
    assert town.said() == ["23 07:30 早", "24 07:30 早"]
    assert len(town.told) == 1
    assert f"{town.folder / 'daily.toml'}:2: 早安.cron" in town.told[0]


async def test_a_time_in_the_night_is_told_when_it_is_written(town: Town) -> None:
    clock = town.start()
    await clock.run_due(town.at("23 12:00"))
    town.plan({"早安": ("30 23 * * *", "早")})
    await play(clock, town.at("23 12:01"), town.at("23 13:00"))
    (told,) = town.told
    assert f"{town.folder / 'daily.toml'}:2: 早安.cron：23:30 在夜里" in told


async def test_a_text_that_loops_for_ever_stops_only_itself_and_is_told(town: Town) -> None:
    town.plan({"坏的": ("30 7 * * *", LOOP), "早安": ("30 7 * * *", "早"), "错的": ("30 7 * * *", "{{ wether }}")})
    await play(town.start(), town.at("23 07:00"), town.at("23 08:00"))
    assert town.said() == ["23 07:30 早"]
    assert [row[0] for row in town.moments() if row[2] == "failed"] == ["坏的", "错的"]
    assert re.search("“坏的”11-23 07:30 没有发出去：.*posts/坏的.j2 第1行：循环太多", town.told[0])
    assert re.search("“错的”11-23 07:30 没有发出去：.*第1行：不认识“wether”，是不是想写“weather”", town.told[1])


async def test_a_room_that_is_not_there_is_told(town: Town) -> None:
    town.plan({"早安": DAILY["早安"]}, extra='rooms = ["1群", "一群"]\n')
    await play(town.start(), town.at("23 07:00"), town.at("23 08:00"))
    assert town.said() == ["23 07:30 1群早"]
    assert town.told == ["“早安”要发的群没找到或没启用：一群"]


# Weather


class Sky:
    """A provider that answers, fails or never answers."""

    def __init__(self, answer: Weather | Exception | None) -> None:
        self.answer = answer
        self.asked = 0

    async def today(self, _now: datetime) -> Weather | None:
        self.asked += 1
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


WEATHER_TEXT = {"早安": ("30 7 * * *", "早{% if weather %}，{{ weather.low }}度{% endif %}")}


@pytest.mark.parametrize(
    ("answer", "text"),
    [(Weather(code=0, low=-3, high=8, rain=0, wind=5), "早，-3度"), (OSError("no network"), "早"), (None, "早")],
)
async def test_the_weather_is_said_where_it_is_known_and_waited_for_only_so_long(
    town: Town, answer: Weather | Exception | None, text: str
) -> None:
    town.plan(WEATHER_TEXT)
    sky = Sky(answer)
    await play(town.start(weather=sky, patience=0.01), town.at("23 07:00"), town.at("23 08:00"))
    assert (town.said(), sky.asked) == ([f"23 07:30 {text}"], 1)


# What comes next


def test_what_comes_next(town: Town) -> None:
    town.plan(DAILY)
    coming = town.start().coming(town.at("23 09:00"))
    assert [(f"{each.at:%d %H:%M}", each.title) for each in coming] == [
        ("23 10:00", "特价"),
        ("23 20:00", "贴士"),
        ("24 07:30", "早安"),
    ]


async def test_a_month_of_three_posts_in_ten_rooms_plays_fast(tmp_path: Path) -> None:
    town = Town(tmp_path, rooms=10)
    town.plan(DAILY)
    begun = stopwatch.perf_counter()
    await play(town.start(chores=[reminder(9), FORGET_SEEN]), town.at("01 00:00"), town.at("30 23:59"))
    seconds = stopwatch.perf_counter() - begun
    assert len(town.said()) == 30 * 3 * 10
    assert seconds < 3
    town.database.close()


# Real minutes


async def test_each_post_has_one_job_that_is_never_too_late(town: Town) -> None:
    town.plan(DAILY)
    async with running(town.start()) as scheduler:
        await until(lambda: len(scheduler.get_jobs()) == 3)
        jobs = {job.id: (job.misfire_grace_time, job.coalesce) for job in scheduler.get_jobs()}
        due = {job.id: f"{job.next_run_time.astimezone(town.zone):%H:%M}" for job in scheduler.get_jobs()}
    assert jobs == dict.fromkeys(DAILY, (None, True))
    assert due == {"早安": "07:30", "特价": "10:00", "贴士": "20:00"}


async def test_a_job_of_apscheduler_says_its_post(town: Town) -> None:
    town.moment = town.at("23 07:29")
    async with running(town.start()) as scheduler:
        await until(lambda: bool(scheduler.get_jobs()))
        town.moment = town.at("23 07:30:05")
        scheduler.modify_job("早安", next_run_time=datetime.now(UTC))
        await until(lambda: bool(town.said()))
    assert town.said() == ["23 07:30 1群早"]


async def test_jobs_follow_an_edit_and_a_clock_that_was_put_back(town: Town) -> None:
    town.moment = town.at("23 08:00:59.95")  # so the next full minute is always 0.05 s away
    async with running(town.start()) as scheduler:
        await until(lambda: [job.id for job in scheduler.get_jobs()] == ["早安"])
        town.plan({"晚安": ("0 21 * * *", "晚安")})
        await until(lambda: [job.id for job in scheduler.get_jobs()] == ["晚安"])
        next_year = datetime.now(UTC) + timedelta(days=365)
        scheduler.modify_job("晚安", next_run_time=next_year)
        town.moment = town.at("23 07:00:59.95")
        await until(lambda: scheduler.get_job("晚安").next_run_time < next_year - timedelta(days=360))
