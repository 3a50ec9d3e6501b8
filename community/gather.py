"""Gather: all that a post may speak of in one room — shop, room, today, deals, tip, groupbuys, weather."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, insert, prepare
from community.house import House
from community.people import KnownRoom
from community.posts import Post, Render, Spoken
from community.product import deals_on
from community.tips import Tip, TipFault, choose, load_tips
from community.today import today
from community.weather import Weather

log = logging.getLogger(__name__)

OpenBuys = Callable[[Tx, str, datetime], Sequence[object]]
"""The group buys that take orders in a room: of each a title, cents, closes (a datetime) and missing."""


class TipUse(SQLModel, table=True):
    """When a room last heard a tip."""

    room_id: str = Field(primary_key=True)
    tip_key: str = Field(primary_key=True, description="Tip.key, so that an edited tip is a new one")
    used_at: int = Field(description="seconds since the epoch")


class _Use(NamedTuple):
    tip_key: str
    used_at: int


_USES = prepare(_Use, select(col(TipUse.tip_key), col(TipUse.used_at)).where(col(TipUse.room_id) == bindparam("room")))
_new_use = insert(TipUse)
_USED = change(
    _new_use.on_conflict_do_update(index_elements=["room_id", "tip_key"], set_={"used_at": _new_use.excluded.used_at})
)


class TipFiles:
    """The tips of one directory, read again when its files change; while one is broken, the tips before it stay.

    `on_fault` is told once of each broken version, in the thread that wanted a tip.
    """

    def __init__(self, directory: Path) -> None:
        self.on_fault: Callable[[TipFault], None] = _log_fault
        self._directory = directory
        self._seen: list[tuple[str, int, int]] | None = None
        self._tips: Sequence[Tip] = ()

    def current(self) -> Sequence[Tip]:
        """The tips as the files have them now."""
        seen = [(path.name, *_stamp(path)) for path in sorted(self._directory.glob("*.txt"))]
        if seen != self._seen:
            self._seen = seen
            try:
                self._tips = load_tips(self._directory)
            except TipFault as fault:
                self.on_fault(fault)
        return self._tips


@dataclass(frozen=True, slots=True)
class Gather:
    """Where a post's facts come from."""

    house: House
    tips: TipFiles
    groupbuys: OpenBuys

    def render(self, post: Post, now: datetime, weather: Weather | None = None) -> Render:
        """How to make the words of `post` for a room at this moment."""
        return partial(self._speak, post, now, weather)

    def _speak(self, post: Post, now: datetime, weather: Weather | None, tx: Tx, room: KnownRoom) -> Spoken:
        offered = OfferedTip(partial(self._choose, tx, room, now))
        text = self.house.wording.render(
            post.template,
            shop=self.house.shop,
            room=room,
            today=today(now.date()),
            deals=deals_on(tx, now.date()),
            tip=offered,
            groupbuys=self.groupbuys(tx, room.id, now),
            weather=weather,
        )
        return Spoken(text, partial(_mark, room=room, tip=offered.taken, now=now))

    def _choose(self, tx: Tx, room: KnownRoom, now: datetime) -> Tip | None:
        used = {use.tip_key: use.used_at for use in tx.all(_USES, room=room.id)}
        day, at = today(now.date()), int(now.timestamp())
        return choose(self.tips.current(), used, term=day.season, now=at, term_day=day.solar_term is not None)


@dataclass(slots=True)
class OfferedTip:
    """A tip that is chosen only when a text reads it, so that a text without one uses none up; it reads as its text."""

    _choose: Callable[[], Tip | None]
    _asked: bool = False
    _tip: Tip | None = None

    @property
    def taken(self) -> Tip | None:
        """The tip that the text has read, if it has read one."""
        return self._tip

    @property
    def text(self) -> str:
        """The tip itself; empty where the shop has none."""
        tip = self._read()
        return tip.text if tip else ""

    @property
    def kind(self) -> str:
        """What it is about: 健康, 厨房."""
        tip = self._read()
        return tip.kind if tip else ""

    @property
    def term(self) -> str | None:
        """The solar term it belongs to, if it belongs to one."""
        tip = self._read()
        return tip.term if tip else None

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return self._read() is not None

    def _read(self) -> Tip | None:
        if not self._asked:
            self._asked, self._tip = True, self._choose()
        return self._tip


def _mark(tx: Tx, room: KnownRoom, tip: Tip | None, now: datetime) -> None:
    """The room has heard the tip."""
    if tip is not None:
        tx.run(_USED, room_id=room.id, tip_key=tip.key, used_at=int(now.timestamp()))


def _log_fault(fault: TipFault) -> None:
    log.warning("the tips before stay in use: %s", fault)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when the file does; zeros for one that has just gone."""
    try:
        seen = path.stat()
    except OSError:
        return 0, 0
    return seen.st_mtime_ns, seen.st_size
