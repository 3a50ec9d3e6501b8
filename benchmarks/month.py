"""A month of posts in ten rooms, played on a simulated clock through the same code as in life."""

import asyncio
import os
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.report import Report, at_most, scaled
from community import migrate
from community.db import Database
from community.house import House
from front.keting import open_house
from front.player import play
from front.settings import Settings, read_settings
from front.transcript import read_transcript

DAYS = 31
ROOMS = 10
POSTS = ("早安问候", "生活贴士")
"""Those of the three shipped posts that go out in a shop which has nothing on offer."""


def measure(scale: float = 1) -> Report:
    """Seconds for the whole play, database and all, and how many posts were said in it."""
    days = scaled(DAYS, scale)
    settings = read_settings(Path(os.devnull), {})
    house = open_house(settings, Random(1))
    plays = [_play(settings, house, days) for _ in range(scaled(2, scale))]
    seconds = median(taken for taken, _ in plays)
    said = plays[0][1]
    if said < days * ROOMS * len(POSTS):
        raise AssertionError(f"{said} posts in {days} days")
    figures = {"seconds": round(seconds, 2), "days": days, "rooms": ROOMS, "posts_said": said}
    return Report(figures, [at_most("seconds for a month of posts in ten rooms", seconds, 10)])


def _play(settings: Settings, house: House, days: int) -> tuple[float, int]:
    said: list[str] = []

    def hear(at: datetime, room: str | None, text: str) -> None:
        said.append(text)

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="keting-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'month.db'}")
        steps = read_transcript(_transcript(days), house.zone)
        migrate.upgrade(database, Path(folder), datetime(2026, 12, 1, 7, tzinfo=house.zone))
        try:
            asyncio.run(play(settings, database, house, steps, hear))
        finally:
            database.close()
    return time.perf_counter() - begun, len(said)


def _transcript(days: int) -> str:
    first = datetime(2026, 12, 1, 7)  # noqa: DTZ001 - the transcript's reader knows the shop's zone
    last = first + timedelta(days=days - 1, hours=14)
    rooms = "\n".join(f"[幸福里{n}群]" for n in range(1, ROOMS + 1))
    return f"@ {first:%Y-%m-%d %H:%M}\n{rooms}\n@ {last:%Y-%m-%d %H:%M}\n"
