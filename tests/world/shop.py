"""The shop of a world: the real desk, pen and chores over one file; time stands wherever the last step left it."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, MutableSequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from community import people, staff
from community.db import Database, Tx
from community.events import Event, Heard, Person, Place
from community.export import export, names
from community.house import House
from community.people import Role
from community.product import shelf, stock
from community.shop import Eggs, Invite
from community.shop import Shop as ShopSettings
from community.wording import Wording
from handlers.command import discover
from handlers.desk import Desk
from handlers.router import Router
from schedules.chores import discover as discover_chores
from tests.conftest import BEGIN, ROOT, ZONE, write
from tests.world.goods import GOODS_OF_SHELF

ROOMS = tuple(Place(f"{n}@chatroom", f"幸福里{n}群") for n in (1, 2, 3))
_FAMILIES, _TITLES = "王李陈周刘赵孙吴郑冯", ("阿姨", "姐", "大爷", "奶奶", "师傅")
RESIDENTS = tuple(
    Person(f"wxid_{n:02}", f"{_FAMILIES[n % 10]}{_TITLES[n // 10]}" if n < 48 else ("王阿姨", "李姐")[n - 48])
    for n in range(50)
)
"""Fifty contacts; the last two are called like the first two."""
OWNER, CLERK = Person("wxid_owner", "店主"), Person("wxid_clerk", "小马")
STAFF = frozenset((OWNER.id, CLERK.id))


class Stubborn(Random):
    """Dice that draw the lowest pickup code that is free: one that may be given again is given again at once."""

    def shuffle(self, x: MutableSequence[Any]) -> None:
        """The highest first; codes are drawn from the end."""
        x.sort(reverse=True)  # type: ignore[attr-defined] # codes come in a list


class Step(NamedTuple):
    """One thing that happens: an event of the gateway; without one the clock looks at what is due."""

    at: datetime
    event: Event | None = None

    def told(self) -> str:
        """The step as a transcript has it."""
        match self.event:
            case Heard(by=by, text=text, room=room, id=message):
                where = room.name if room else "私聊"
                return f"{self.at:%m-%d %H:%M:%S} [{where}] {by.name}({by.id}) {message}: " + text.replace("\n", "\n  ")
            case None:
                return f"{self.at:%m-%d %H:%M:%S} @"
        return f"{self.at:%m-%d %H:%M:%S} {self.event}"


class Shop:
    """One shop in a file of its own; `take` lets a step happen and waits until everything of it is written."""

    def __init__(self, file: Path, seed: int) -> None:
        self.now = BEGIN
        self.file = file
        self.database = Database(f"sqlite:///{file}")
        settings = ShopSettings(invite=Invite(stay_days=1, per=1, eggs=5), eggs=Eggs(code_hours=5))
        self._house = House(settings, Wording(ROOT / "templates"), Stubborn(seed))
        write(self.database, _furnish)
        self._desk = Desk(self.database, self._house, Router(discover()), lambda: self.now)
        self._chores = discover_chores()[0]
        self._reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._reader.row_factory = sqlite3.Row

    def take(self, step: Step) -> None:
        """Let it happen; raises what the pen could not do."""
        self.now = step.at
        if step.event is None:
            self._look_at_the_clock()
            return
        self._desk.receive(step.event)
        for future in self._desk.under_way:
            future.result(30)
        while self._desk.under_way:  # what is told once it is written (what is on offer now) comes after the result
            os.sched_yield()

    def _look_at_the_clock(self) -> None:
        """Do what is due, as the clock does each minute; what was done must be due no more."""
        for chore in self._chores:
            if self._is_due(chore.due):
                write(self.database, chore.run, self.now, self._house)
                assert not self._is_due(chore.due), f"{chore.name} is due again at once"

    def _is_due(self, due: Any) -> bool:
        with self.database.reading() as tx:
            at = due(tx, self.now)
        return at is not None and at <= self.now.timestamp()

    def next_due(self) -> datetime | None:
        """When the clock has something to do next."""
        with self.database.reading() as tx:
            moments = [at for chore in self._chores if (at := chore.due(tx, self.now)) is not None]
        return datetime.fromtimestamp(min(moments), ZONE) if moments else None

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """What the database holds, read beside the bot and without its code."""
        return self._reader.execute(sql, values).fetchall()

    def number(self, sql: str, *values: object) -> int:
        """The one number that a query gives; 0 where there is none."""
        return int(self._reader.execute(sql, values).fetchone()[0] or 0)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A look with the bot's own eyes."""
        with self.database.reading() as tx:
            yield tx

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table, and every export."""
        tables = [row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: [repr(tuple(row)) for row in self.rows(f"SELECT * FROM {name}")] for name in tables}  # noqa: S608 - its own tables
        exports = {f"export {name}": export(self.database, name, UTC)[1] for name in names()}
        return found | {name: [json.dumps(row, ensure_ascii=False) for row in rows] for name, rows in exports.items()}

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
        self.database.close()


def _furnish(tx: Tx) -> None:
    """Three rooms and a shelf; most residents live in one, every fifth reads two, and some will only come by and by."""
    staff.enthrone(tx, OWNER, BEGIN)
    for number, room in enumerate(ROOMS):
        people.known_room(tx, room, BEGIN)
        people.switch(tx, room.id, on=True, now=BEGIN)
        here = [one for n, one in enumerate(RESIDENTS[:40]) if number in (n % 3, n // 5 % 3 if n % 5 == 0 else n % 3)]
        people.present(tx, room.id, [OWNER, CLERK, *here, *RESIDENTS[48:]], BEGIN)
    people.appoint(tx, CLERK.id, Role.LEADER)
    for there, (name, spec, cents, unit) in zip((12, 6, 30), GOODS_OF_SHELF, strict=True):
        stands = shelf.reprice(tx, name, spec, cents, BEGIN.date(), unit=unit).product
        stock.deliver(tx, stands, there, OWNER.id, BEGIN)


@contextmanager
def opened(migrated: Path, folder: Path, seed: int) -> Iterator[Shop]:
    """A new shop in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(Shop(Path(shutil.copy(migrated, folder / "bot.db")), seed)) as shop:
        yield shop


def replayed(migrated: Path, folder: Path, seed: int, steps: Iterable[Step]) -> dict[str, list[str]]:
    """What a fresh shop holds after the same steps."""
    with opened(migrated, folder, seed) as shop:
        for step in steps:
            shop.take(step)
        return shop.contents()


def digest(contents: dict[str, list[str]]) -> str:
    """What a shop holds, in one number."""
    return hashlib.sha256(json.dumps(contents, ensure_ascii=False).encode()).hexdigest()
