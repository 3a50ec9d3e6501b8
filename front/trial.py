"""Trial: every post said aloud where nobody hears it, on days of every kind, so that no branch waits to fail.

A post reads `today`, `weather` and `groupbuys` mostly behind an `if`: a misspelt word there would come out on the one
feast day of the year, or on the first day with a group buy.
"""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from community import migrate, people, sample
from community.db import Database, Tx
from community.events import Person, Place
from community.gather import Gather, TipFiles
from community.groupbuy import buys
from community.groupbuy.facts import open_facts
from community.house import House
from community.people import KnownRoom
from community.posts import Post
from community.terms import read_terms
from community.weather import Weather
from community.wording import WordingFault
from schedules.plan import Plan

ROOM = KnownRoom("trial", "试一试", enabled=True)
SNOW = Weather(code=73, low=-6, high=1, rain=90)
DAYS = (date(2026, 3, 3), date(2026, 10, 2), date(2026, 2, 28), date(2026, 12, 22))
"""A festival, a public holiday, a working day to make up for one, a solar term."""
BUYS = (
    "红富士苹果 5斤装 29.9元 40份 20份成团 限3份 明天18:00截单 后天到货",
    "米和油 明天18:00截单\n花生油 5L 99.9元 20份\n东北大米 10kg 57.8元 20份",
)


def trial(house: House, plan: Plan, tips: Path | None, samples: Path) -> list[WordingFault]:
    """What goes wrong when each post is said in an invented room of an empty shop, or else of a full one."""
    now = datetime.now(house.zone)
    with tempfile.TemporaryDirectory(prefix="keting-") as scratch:
        gather = Gather(house, TipFiles(tips or Path(scratch)), partial(open_facts, house))
        database = Database(f"sqlite:///{Path(scratch) / 'trial.db'}")
        try:
            migrate.upgrade(database, Path(scratch), now)
            found = [*_all_said(database, gather, plan, now, None)]
            database.pen.write(_furnish, samples, now).result()
            return found or [*_all_said(database, gather, plan, now, SNOW)]
        finally:
            database.close()


def _furnish(tx: Tx, samples: Path, now: datetime) -> None:
    """Goods on the shelves, deals for the day, and a group buy of one thing and one of several."""
    sample.fill_shelves(tx, samples, now.date())
    people.known_room(tx, Place(ROOM.id, ROOM.name), now)
    people.switch(tx, ROOM.id, on=True, now=now)
    opener = people.meet(tx, Person("trial", "试一试"), now)
    for words in BUYS:
        buys.draft(tx, read_terms(words, now), ROOM.id, opener.id, now)
        buys.confirm(tx, ROOM.id, opener.id, now)


def _all_said(
    database: Database, gather: Gather, plan: Plan, now: datetime, weather: Weather | None
) -> Iterator[WordingFault]:
    """The first fault of each post, on this day and then on the others."""
    moments = [now + timedelta(seconds=1), *(now.replace(year=day.year, month=day.month, day=day.day) for day in DAYS)]
    with database.reading() as tx:
        for post in plan.posts:
            said = (_said(tx, gather, post, moment, weather) for moment in moments)
            yield from [fault for fault in said if fault][:1]


def _said(tx: Tx, gather: Gather, post: Post, moment: datetime, weather: Weather | None) -> WordingFault | None:
    try:
        gather.render(post, moment, weather)(tx, ROOM)
    except WordingFault as fault:
        return fault
    return None
