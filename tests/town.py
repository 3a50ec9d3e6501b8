"""A town for tests of the clock: a shop with its files in one folder, time played or kept, and what was said."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import SQLModel, col, select

from community import people, posts, setting
from community.db import Database, Tx
from community.events import Place
from community.gather import Gather, TipFiles
from community.house import House
from community.outbox import Outbox
from community.shop import Shop
from community.wording import Wording
from schedules.chores import Chore
from schedules.clock import Clock
from schedules.plan import PlanFiles

DAILY = {"早安": ("30 7 * * *", "{{ room.name }}早"), "特价": ("0 10 * * *", "特价"), "贴士": ("0 20 * * *", "贴士")}


class Town:
    """A shop of `rooms` rooms with its files in one folder; a clock is started on it as often as a test likes."""

    def __init__(self, folder: Path, rooms: int) -> None:
        self.folder = folder
        self.database = Database(f"sqlite:///{folder / 'bot.db'}")
        SQLModel.metadata.create_all(self.database.engine)
        for number in range(1, rooms + 1):
            self.write(open_room, f"{number}群")
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


def open_room(tx: Tx, name: str) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    people.known_room(tx, Place(name, name), now)
    people.switch(tx, name, on=True, now=now)


async def play(clock: Clock, start: datetime, end: datetime) -> None:
    """Let simulated time pass, stopping wherever something is due."""
    now: datetime | None = start
    while now is not None and now <= end:
        await clock.run_due(now)
        now = clock.next_due(now)


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
