"""The path within the process: as in wire.py, but on the simulated puppet, so that no connection hides what ours costs.

One message in ten is an order. Wechaty alone gets the same messages from the same simulated WeChat and dismisses them,
in two ways: as our puppets hand them on (in order within a room), and by an emitter with a task per event, as wechaty's
own puppet does. No goal is set here: a connection, which takes most of the time of a message in life, is missing.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import count as count_from
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, TypeVar
from uuid import uuid4

import pyee.asyncio
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from benchmarks.chat import CHATTER
from benchmarks.corner import NOW, Corner
from benchmarks.report import Report, ratio, scaled
from community.db import Database
from community.groupbuy import finding
from front.keting import Keting
from front.settings import read_settings
from gateway.simulated import SimulatedWeChat
from gateway.wechat import _silence_wechaty, wechaty

Puppet = TypeVar("Puppet", bound=SimulatedWeChat)

MESSAGES = 4000
WARMING = 200
EACH = 10
"""Messages of which one is an order."""
AT_ONCE = 100
"""Messages that come in a burst; the next burst waits until these are handled."""
ROOMS = 5
RESIDENTS = 200
ROUNDS = 5


def measure(scale: float = 1) -> Report:
    """Messages a second of all three, medians, and the ratios of ours to both bases, round by round."""
    with tempfile.TemporaryDirectory(prefix="keting-") as folder:
        corner = Corner(Path(folder), RESIDENTS, ROOMS)
        count = scaled(MESSAGES, scale, AT_ONCE)
        rounds = [asyncio.run(_round(corner, count)) for _ in range(scaled(ROUNDS, scale))]
    ours, bridged, emitted = (list(one) for one in zip(*rounds, strict=True))
    figures = {
        "ours_per_second": round(median(ours)),
        "wechaty_dismissing_per_second": round(median(bridged)),
        "wechaty_dismissing_task_per_event_per_second": round(median(emitted)),
        "ours_over_wechaty": round(ratio(ours, bridged), 2),
        "ours_over_wechaty_task_per_event": round(ratio(ours, emitted), 2),
        "commands_percent": 100 // EACH,
    }
    return Report(figures, [])


class _TaskPerEvent(SimulatedWeChat):
    """The same WeChat, its events handed on as wechaty's own puppet does: by an emitter that makes a task of each."""

    def __init__(self, now: Callable[[], datetime], run: str) -> None:
        super().__init__(now, run)
        self._emitter = pyee.asyncio.AsyncIOEventEmitter()

    def on(self, event_name: str, caller: Callable[..., Any]) -> None:
        """Register a listener of Wechaty's."""
        self._emitter.on(event_name, caller)

    def arrived(self, kind: str, payload: Any) -> None:
        """Hand it on at once."""
        if kind == "login":
            self._self_id = payload.contact_id
        self._emitter.emit(kind, payload)

    async def drained(self) -> None:
        """Return when every listener has come to its end."""
        await self._emitter.wait_for_complete()


class Dismissing(wechaty.Wechaty):  # type: ignore[misc] # wechaty ships no types
    """A bot as in wechaty's documentation, with nothing to do; it only counts."""

    def __init__(self, puppet: Any) -> None:
        _silence_wechaty()
        super().__init__(wechaty.WechatyOptions(puppet=puppet, scheduler=AsyncIOScheduler(), port=0))
        self.heard = 0
        self.up = asyncio.Event()

    async def on_login(self, contact: Any) -> None:
        """From here on messages are handled."""
        self.up.set()

    async def on_message(self, msg: Any) -> None:
        """Dismiss it."""
        self.heard += 1


async def _round(corner: Corner, count: int) -> tuple[float, float, float]:
    return (
        await _ours(corner, count),
        await _base(_populated(SimulatedWeChat(_now, uuid4().hex), corner), corner, count),
        await _base(_populated(_TaskPerEvent(_now, uuid4().hex), corner), corner, count),
    )


def _now() -> datetime:
    return NOW


async def _ours(corner: Corner, count: int) -> float:
    """Keting with all its parts at work; it has done a message when what it writes is committed."""
    puppet = _populated(SimulatedWeChat(_now, uuid4().hex), corner)
    with corner.opened() as database:
        keting = Keting(read_settings(Path(os.devnull), {}), database, corner.house, puppet, _now)
        running = asyncio.create_task(keting.run())
        await settled(keting, ROOMS)

        async def handled() -> None:
            await puppet.drained()
            await asyncio.gather(*map(asyncio.wrap_future, keting.desk.under_way))

        pace = await _pace(puppet, corner, count, handled)
        found = ordered(database, corner)
        await keting.stop()
        await running
    if found != (count + WARMING) // EACH:
        raise AssertionError(f"{found} of {(count + WARMING) // EACH} orders were written")
    return pace


async def settled(keting: Keting, rooms: int) -> None:
    """Return when Keting is logged in and knows who is in its rooms, as it learns once after a start."""
    await keting.wechat.drained()
    while len(keting._known_rooms) < rooms:  # noqa: ASYNC110 - nothing waits for that in life
        await asyncio.sleep(0.01)


def ordered(database: Database, corner: Corner) -> int:
    """How many portions were ordered in all rooms."""
    with database.reading() as tx:
        return sum(buy.sold for room in corner.rooms for buy in finding.open_in(tx, room.id, NOW))


async def _base(puppet: SimulatedWeChat, corner: Corner, count: int) -> float:
    """Wechaty alone, dismissing."""
    bot = Dismissing(puppet)
    running = asyncio.create_task(bot.start())
    await bot.up.wait()
    pace = await _pace(puppet, corner, count, puppet.drained)
    await puppet.stop()
    await running
    if bot.heard != count + WARMING:
        raise AssertionError(f"{bot.heard} of {count + WARMING} messages were handled")
    return pace


async def _pace(puppet: SimulatedWeChat, corner: Corner, count: int, handled: Callable[[], Awaitable[None]]) -> float:
    """Messages a second, after some that are not counted and let everybody be known."""
    talk = _talk(corner)
    await _speak(puppet, talk, WARMING)
    await handled()
    begun = time.perf_counter()
    for _ in range(count // AT_ONCE):
        await _speak(puppet, talk, AT_ONCE)
    await handled()
    return count / (time.perf_counter() - begun)


async def _speak(puppet: SimulatedWeChat, talk: Iterator[tuple[str, str, str]], count: int) -> None:
    for by, room, text in islice(talk, count):
        puppet.say(by, room, text)
    await puppet.drained()


def _talk(corner: Corner) -> Iterator[tuple[str, str, str]]:
    """Who says what in which room, without end."""
    chatter, people, rooms = cycle(CHATTER), cycle(corner.residents), cycle(corner.rooms)
    for at in count_from(1):
        yield next(people).id, next(rooms).id, "+1" if at % EACH == 0 else next(chatter)


def _populated(puppet: Puppet, corner: Corner) -> Puppet:
    """The puppet with the corner's people in its rooms."""
    members = [puppet.contact(one.name, one.id) for one in corner.residents]
    for room in corner.rooms:
        puppet.room(room.name, members)
    return puppet
