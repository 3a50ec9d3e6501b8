"""Chores: what the bot does by the clock of its own accord, and how a feature adds to it.

A feature with something to do by the clock has a file of its own in schedules/ that declares it, and edits no other:

    INVITES = Chore(
        "邀请到期",
        due=lambda tx, now: invite.next_due(tx),
        run=lambda tx, now, house: invite.settle_due(tx, house.shop.invite, now),
    )

A Chore changes the database and runs in the pen. An Errand works outside it, on a thread of its own and in real life
only: a play of simulated days runs none.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from community import activity, outbox, seen, setting
from community.db import Database, Tx
from community.house import House

log = logging.getLogger(__name__)

BACKUPS = 7
"""Nightly copies of the database that are kept."""

Due = Callable[[Tx, datetime], int | None]
"""The earliest moment, in seconds since the epoch, at which there is something to do; it may be past. Only reads."""


def _always(_house: House) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do in the pen when it is due; `run` must leave nothing due at that moment.

    `wanted`: whether the shop wants it done at all, as it is set up now; what is due meanwhile waits.
    """

    name: str
    due: Due
    run: Callable[[Tx, datetime, House], object]
    wanted: Callable[[House], bool] = _always


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do once a day outside the pen; missed while the bot was off, it is done at the next start."""

    name: str
    at: time
    run: Callable[[Database, datetime], object]

    def due(self, tx: Tx, now: datetime) -> int:
        """When it has to be done next."""
        return _next_turn(tx, self.name, self.at, now)

    def done(self, tx: Tx, now: datetime) -> None:
        """Write down that it has had its turn."""
        _had_turn(tx, self.name, now)


def daily(name: str, at: time, work: Callable[[Tx, datetime], object]) -> Chore:
    """A chore for once a day at `at`, shop's time; missed while the bot was off, it is done at the next start."""

    def due(tx: Tx, now: datetime) -> int:
        return _next_turn(tx, name, at, now)

    def run(tx: Tx, now: datetime, _house: House) -> None:
        work(tx, now)
        _had_turn(tx, name, now)

    return Chore(name, due, run)


def discover(package: str = "schedules") -> tuple[list[Chore], list[Errand]]:
    """Every chore and errand declared in the modules of schedules/, in the order of module names.

    Raises ValueError when two bear one name: they would take each other's turns.
    """
    found = list(_declared(package))
    names = [thing.name for thing in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"more than one chore is called {'、'.join(sorted(twice))}")
    return [it for it in found if isinstance(it, Chore)], [it for it in found if isinstance(it, Errand)]


def _declared(package: str) -> Iterator[Any]:
    for module in sorted(iter_modules(import_module(package).__path__), key=lambda found: found.name):
        contents = vars(import_module(f"{package}.{module.name}"))
        yield from (thing for thing in contents.values() if isinstance(thing, Chore | Errand))


def back_up(database: Database, now: datetime) -> Path | None:
    """Copy the database into backups/ beside it, under the day's name, and keep the last BACKUPS copies.

    The copy gets its name only when it is whole. None where the database is no file or has its copy of today.
    """
    if database.path is None:
        return None
    folder, stem = database.path.parent / "backups", database.path.stem
    copy, part = folder / f"{stem}-{now:%Y-%m-%d}.db", folder / f"{stem}.part"
    if copy.exists():
        return None
    part.unlink(missing_ok=True)
    database.backup(part)
    part.replace(copy)
    for old in sorted(folder.glob(f"{stem}-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"))[:-BACKUPS]:
        old.unlink()
    return copy


def _next_turn(tx: Tx, name: str, at: time, now: datetime) -> int:
    """The day's turn if it has not been had (a turn had in the future is a clock's mistake), else tomorrow's."""
    turn = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    latest = turn if turn <= now else turn - timedelta(days=1)
    had = int(setting.get(tx, f"chore:{name}") or 0)
    if latest.timestamp() <= had <= now.timestamp():
        return int((latest + timedelta(days=1)).timestamp())
    return int(latest.timestamp())


def _had_turn(tx: Tx, name: str, now: datetime) -> None:
    setting.put(tx, f"chore:{name}", str(int(now.timestamp())))


FORGET_SEEN = daily("忘掉旧消息编号", time(3, 40), seen.forget_old)
FORGET_SAID = daily("忘掉早先说过的话", time(3, 42), outbox.forget_old)
FORGET_DONE = daily("忘掉早先的记录", time(3, 44), activity.forget_old)
BACK_UP = Errand("夜间备份", time(3, 30), back_up)
