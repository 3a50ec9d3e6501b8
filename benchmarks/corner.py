"""A corner shop to measure with: enabled rooms full of residents, a group buy open in each, a real database beneath."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from community import migrate, people
from community.db import Database, Tx
from community.events import Heard, Person, Place
from community.groupbuy import buys
from community.house import House
from community.people import Role
from community.shop import Shop
from community.terms import Item, Terms
from community.wording import Wording
from front.settings import ROOT

ROOMS = tuple(Place(f"幸福里{n}群@chatroom", f"幸福里{n}群") for n in range(1, 11))
ROOM = ROOMS[0]
OWNER = Person("wxid_店主", "店主")
NOW = datetime(2026, 11, 23, 9, tzinfo=Shop().zone)


class Corner:
    """A shop whose database is built once in `folder` and copied for each measurement, so that all begin alike."""

    def __init__(self, folder: Path, residents: int, rooms: int = 1) -> None:
        self.house = House(Shop(), Wording(ROOT / "templates"), Random(1))
        self.rooms = ROOMS[:rooms]
        self.residents = [Person(f"wxid_{n:05}", f"邻居{n:05}") for n in range(residents)]
        self._folder = folder
        self._built = folder / "built.db"
        database = Database(f"sqlite:///{self._built}")
        migrate.upgrade(database, folder, NOW)
        for room in self.rooms:
            database.pen.write(_furnish, room, self.residents).result()
        database.close()

    def orders(self) -> list[Heard]:
        """One `+1` by each resident, each with an id of its own."""
        return [Heard(f"order-{n}", one, "+1", ROOM) for n, one in enumerate(self.residents)]

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """A copy of the shop's database, deleted afterwards."""
        path = self._folder / "fresh.db"
        shutil.copy(self._built, path)
        try:
            yield path
        finally:
            for left in self._folder.glob("fresh.db*"):
                left.unlink()

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Such a copy, opened with its pen."""
        with self.fresh() as path:
            database = Database(f"sqlite:///{path}")
            try:
                yield database
            finally:
                database.close()


def _furnish(tx: Tx, room: Place, residents: list[Person]) -> None:
    people.known_room(tx, room, NOW)
    people.switch(tx, room.id, on=True, now=NOW)
    people.present(tx, room.id, [OWNER, *residents], NOW)
    people.appoint(tx, OWNER.id, Role.OWNER)
    buys.draft(tx, _terms(), room.id, OWNER.id, NOW)
    buys.confirm(tx, room.id, OWNER.id, NOW)


def _terms() -> Terms:
    return Terms(
        title="红富士苹果",
        items=(Item(name="红富士苹果", spec="5斤装", unit_cents=2990, stock=99_999),),
        closes_at=NOW + timedelta(hours=9),
        arrives=NOW.date() + timedelta(days=1),
        target=2,
    )
