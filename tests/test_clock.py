"""The clock: days of posts in simulated time, restarts, edits, chores; and real minutes kept by APScheduler."""

import asyncio
import re
import time as stopwatch
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import SQLModel, col, select

from community import people, posts, seen, setting
from community.db import Database, Tx
from community.events import Place
from community.gather import Gather, TipFiles
from community.house import House
from community.outbox import Outbox
from community.shop import Shop
from community.weather import Weather
from community.wording import Wording
from schedules import clock as clocks
from schedules.chores import BACK_UP, FORGET_SEEN, Chore, Errand, back_up, daily, discover
from schedules.clock import Clock
from schedules.plan import PlanFiles

DAILY = {"早安": ("30 7 * * *", "{{ room.name }}早"), "特价": ("0 10 * * *", "特价"), "贴士": ("0 20 * * *", "贴士")}
# Six loops of twenty rounds inside each other are 64 million rounds: far beyond what a text may cost.
LOOP = "".join("{% for " + letter + " in deep %}" for letter in "abcdef") + "{% set x = a %}" + "{% endfor %}" * 6
LOOP = "{% set deep = [" + "1, " * 20 + "] %}" + LOOP


class Town:
    """A shop of `rooms` rooms with its files in one folder; a clock is started on it as often as a test likes."""

    def __init__(self, folder: Path, rooms: int) -> None:
        self.folder = folder
        self.database = Database(f"sqlite:///{folder / 'bot.db'}")
        SQLModel.metadata.create_all(self.database.engine)
        for number in range(1, rooms + 1):
            self.write(_open_room, f"{number}群")
        self.told: list[str] = []
        self.moment = self.at("23 00:00")
        self.plan({})

    @property
    def zone(self) -> Any:
        return Shop().zone

    def at(self, text: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=self.zone)

    def plan(self, daily_posts: dict[str, tuple[str, str]], extra: str = "") -> None:
        """Write the schedule and a text for each of its posts."""
        (self.folder / "posts").mkdir(exist_ok=True)
        for name, (_, text) in daily_posts.items():
            (self.folder / "posts" / f"{name}.j2").write_text(text, encoding="utf-8")
        tables = [
            f'["{name}"]\ncron = "{cron}"\ntemplate = "posts/{name}"\n{extra}'
            for name, (cron, _) in daily_posts.items()
        ]
        (self.folder / "daily.toml").write_text("\n".join(tables), encoding="utf-8")

    def start(self, **parts: Any) -> Clock:
        house = House(Shop(), Wording(self.folder), Random(1))
        facts = Gather(house, TipFiles(self.folder / "tips"), lambda tx, room_id, now: [])
        defaults: dict[str, Any] = {"now": lambda: self.moment, "report": self.told.append}
        return Clock(parts.pop("database", self.database), PlanFiles(self.folder), facts, **defaults | parts)

    def write(self, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        return self.database.pen.write(function, *args, **kwargs).result()

    def said(self) -> list[str]:
        """Every post in the outbox: when it was queued, where, what."""
        with self.database.reading() as tx:
            lines = tx.session.exec(select(Outbox).order_by(col(Outbox.id)))
            return [f"{datetime.fromtimestamp(each.created_at, self.zone):%d %H:%M} {each.text}" for each in lines]

    def moments(self) -> list[tuple[str, str, str]]:
        """Every moment of every post: which, when, what became of it."""
        with self.database.reading() as tx:
            rows = tx.session.exec(select(posts.PostMoment).order_by(col(posts.PostMoment.moment)))
            return [(row.post, f"{datetime.fromtimestamp(row.moment, self.zone):%d %H:%M}", row.status) for row in rows]


def _open_room(tx: Tx, name: str) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    people.known_room(tx, Place(name, name), now)
    people.switch(tx, name, on=True, now=now)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, rooms=1)
    town.plan({"早安": DAILY["早安"]})
    yield town
    town.database.close()


async def play(clock: Clock, start: datetime, end: datetime) -> None:
    """Let simulated time pass, stopping wherever something is due."""
    now: datetime | None = start
    while now is not None and now <= end:
        await clock.run_due(now)
        now = clock.next_due(now)


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


# Chores


def reminder(*hours: int) -> Chore:
    """A chore at certain hours of the 23rd, which remembers in the database how far it has come."""

    def left(tx: Tx) -> list[int]:
        return [hour for hour in hours if hour > int(setting.get(tx, "reminded") or 0)]

    def due(tx: Tx, now: datetime) -> int | None:
        return next((int(now.replace(day=23, hour=hour, minute=0).timestamp()) for hour in left(tx)), None)

    def run(tx: Tx, now: datetime, _house: House) -> None:
        setting.put(tx, "reminded", str(now.hour))
        people.known_room(tx, Place(f"done at {now:%H:%M}", "x"), now)

    return Chore("提醒", due, run)


def done(town: Town) -> list[str]:
    with town.database.reading() as tx:
        return [room.id for room in tx.session.exec(select(people.Room)) if room.id.startswith("done")]


async def test_a_chore_is_done_at_its_minute(town: Town) -> None:
    await play(town.start(chores=[reminder(9, 18)]), town.at("23 07:00"), town.at("24 00:00"))
    assert done(town) == ["done at 09:00", "done at 18:00"]


async def test_a_chore_that_was_missed_is_done_at_the_start(town: Town) -> None:
    await town.start(chores=[reminder(9)]).run_due(town.at("23 12:34"))
    assert done(town) == ["done at 12:34"]


async def test_a_chore_that_fails_is_left_alone_for_a_while_and_holds_nobody_up(town: Town) -> None:
    attempts: list[datetime] = []

    def fail(_tx: Tx, now: datetime, _house: House) -> None:
        attempts.append(now)
        raise ValueError("a mistake of ours")

    broken = Chore("坏的", lambda tx, now: int(town.at("23 08:00").timestamp()), fail)
    await play(town.start(chores=[broken, reminder(9)]), town.at("23 07:00"), town.at("23 09:05"))
    assert attempts == [town.at("23 08:00") + clocks.REST * n for n in range(7)]
    assert (town.said(), done(town)) == (["23 07:30 1群早"], ["done at 09:00"])


async def test_a_daily_chore_has_one_turn_a_day_and_catches_up(town: Town) -> None:
    turns: list[datetime] = []
    sweep = daily("扫地", time(3, 40), lambda tx, now: turns.append(now))
    await play(town.start(chores=[sweep]), town.at("23 03:00"), town.at("24 03:00"))
    await play(town.start(chores=[sweep]), town.at("24 09:15"), town.at("25 09:00"))
    assert [f"{turn:%d %H:%M}" for turn in turns] == ["23 03:00", "23 03:40", "24 09:15", "25 03:40"]


async def test_old_message_ids_are_forgotten_at_night(town: Town) -> None:
    town.write(seen.first_time, "old", town.at("01 00:00") - timedelta(days=20))
    town.write(seen.first_time, "new", town.at("22 00:00"))
    await play(town.start(chores=[FORGET_SEEN]), town.at("23 03:00"), town.at("23 04:00"))
    assert town.write(seen.first_time, "old", town.at("23 05:00"))
    assert not town.write(seen.first_time, "new", town.at("23 05:00"))


def test_seven_nightly_copies_are_kept_and_each_is_whole(town: Town) -> None:
    (town.folder / "backups").mkdir()
    (town.folder / "backups" / "bot.part").write_text("killed half way")
    for night in range(10, 20):
        back_up(town.database, town.at(f"{night} 03:30"))
    assert back_up(town.database, town.at("19 09:00")) is None
    copies = sorted(path.name for path in (town.folder / "backups").iterdir())
    assert copies == [f"bot-2026-11-{night}.db" for night in range(13, 20)]
    copy = Database(f"sqlite:///{town.folder / 'backups' / copies[-1]}")
    with copy.reading() as tx:
        assert [room.name for room in people.enabled_rooms(tx)] == ["1群"]
    copy.close()


def test_every_chore_is_found_and_bears_its_own_name() -> None:
    chores, errands = discover()
    assert FORGET_SEEN in chores
    assert errands == [BACK_UP]
    assert len({chore.name for chore in chores} | {errand.name for errand in errands}) == len(chores) + len(errands)


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


@asynccontextmanager
async def running(clock: Clock) -> AsyncIterator[AsyncIOScheduler]:
    scheduler = AsyncIOScheduler(timezone=UTC)
    task = asyncio.create_task(clock.run(scheduler))
    try:
        yield scheduler
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.sleep(0)  # APScheduler stops in the loop's next round
    assert not scheduler.running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - rows and files have no event to wait for
            await asyncio.sleep(0.01)


async def test_a_running_clock_catches_up_does_its_chores_and_errands_and_stops(town: Town) -> None:
    await play(town.start(), town.at("22 12:00"), town.at("22 13:00"))
    town.moment = town.at("23 08:00")
    async with running(town.start(chores=[reminder(7)], errands=[BACK_UP])):
        await until((town.folder / "backups" / "bot-2026-11-23.db").exists)
        await until(lambda: bool(town.said() and done(town)))
    assert (town.said(), done(town)) == (["23 08:00 1群早"], ["done at 08:00"])


async def test_an_errand_that_fails_is_told_and_has_had_its_turn(town: Town) -> None:
    def fail(_database: Database, _now: datetime) -> None:
        raise OSError("磁盘满了")

    errand = Errand("夜间备份", time(3, 30), fail)
    async with running(town.start(errands=[errand])):
        await until(lambda: bool(town.told) and _had(town, errand))
    assert town.told == ["夜间备份没有做成：磁盘满了"]


def _had(town: Town, errand: Errand) -> bool:
    with town.database.reading() as tx:
        return errand.due(tx, town.moment) > town.moment.timestamp()


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
