"""Keting: one shop's bot with all its parts wired together; several in one process never meet."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import Random
from typing import TypeVarTuple

from community import people, staff
from community.db import Database, DatabaseTrouble
from community.events import Heard, Person
from community.gather import Gather, TipFiles
from community.groupbuy.facts import open_facts
from community.house import House
from community.people import Role
from community.shop import ShopFault, load_shop
from community.tips import TipFault
from community.wording import Wording, WordingFault
from front.settings import Settings
from gateway.alarm import Alarm, Watch
from gateway.puppet import OwnPuppet
from gateway.sender import Sender
from gateway.sorry import Sorry
from gateway.wechat import WeChat
from handlers.command import discover
from handlers.desk import Desk
from handlers.router import Router
from schedules.chores import discover as discover_chores
from schedules.clock import Clock, WeatherProvider
from schedules.plan import PlanFiles

log = logging.getLogger(__name__)

Ts = TypeVarTuple("Ts")

ROUND = 10.0
"""Seconds between two looks at settings, gateway and rooms."""

CANCELLED = 0.5
"""Seconds that a task may take to end when it is told to."""


def open_house(settings: Settings, random: Random) -> House:
    """The shop's settings, words and chance. Raises ShopFault naming every fault in shop.toml."""
    wording = Wording(settings.templates, on_fault=lambda fault: log.error("%s", fault))
    return House(load_shop(settings.shop_file), wording, random)


class Keting:
    """The bot of one shop: give it a puppet and a clock, start it, stop it."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        house: House,
        puppet: OwnPuppet,
        now: Callable[[], datetime],
        *,
        connected: Callable[[], bool] = lambda: True,
        weather: WeatherProvider | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.house = house
        self.now = now
        self.alarm = Alarm(settings.webhook, now)
        self.desk = Desk(database, house, Router(discover()), now)
        self.wechat = WeChat(puppet, self.desk.receive)
        self.desk.snapshots.fetch = self.wechat.picture
        self.sender = Sender(database, self.wechat, house, now, self.alarm.tell)
        self.sender.reachable = connected
        self.plans = PlanFiles(settings.schedules)
        self.tips = TipFiles(settings.templates / "tips")
        chores, errands = discover_chores()
        self.clock = Clock(
            database,
            self.plans,
            Gather(house, self.tips, partial(open_facts, house)),
            now=now,
            report=self._report,
            weather=weather,
            chores=chores,
            errands=errands,
        )
        self._connected = connected
        self._watch = Watch(self.alarm, now)
        self._sorry = Sorry(self.wechat, self.alarm, now)
        self._known_rooms: set[str] = set()
        self._shop_stamp = _stamp(settings)
        self._tellings: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Work until `stop`. Raises what makes the gateway's puppet give up for good."""
        loop = asyncio.get_running_loop()
        self.database.pen.on_commit = lambda: _quietly(loop, self.sender.wake)
        self.desk.on_trouble = lambda heard, ill: _quietly(loop, self._apologise, heard, ill)
        self.house.wording.on_fault = lambda fault: _quietly(loop, self._report, _ill_words(fault))
        self.tips.on_fault = lambda fault: _quietly(loop, self._report, _ill_words(fault))
        if self.settings.owner_id:
            await self._write(staff.enthrone, Person(self.settings.owner_id, Role.OWNER.word))
        self.desk.look_around()
        await self.sender.recover()
        works = {"sender": self.sender.run, "clock": self.clock.run, "rounds": self._rounds}
        self._tasks = [asyncio.create_task(_keep_up(name, work), name=name) for name, work in works.items()]
        try:
            await self.wechat.run()
        finally:
            await self._wind_down()

    async def stop(self) -> None:
        """Finish what is being said and written, and disconnect; `run` then returns. Within 5 seconds."""
        await self.sender.finish()
        await self.wechat.stop()
        if not self._tasks:
            await self._wind_down()

    async def _wind_down(self) -> None:
        left = {*self._tasks, *self._tellings}
        while left:
            for task in left:
                task.cancel()  # again each time round: code that we use may swallow a cancellation
            _, left = await asyncio.wait(left, timeout=CANCELLED)
        self.desk.flush_chatter()
        self.database.pen.on_commit = None
        await asyncio.to_thread(self.database.close)

    async def _write(self, function: Callable[..., object], *args: object) -> object:
        return await asyncio.wrap_future(self.database.pen.write(function, *args, self.now()))

    async def _rounds(self) -> None:
        while True:
            for duty in (self._watch_gateway, self._reread_shop, self._meet_rooms, self._count_chatter):
                await _survive(duty)
            await asyncio.sleep(ROUND)
            await _survive(self._reread_words)  # not at once: a start has more urgent things to do

    def _report(self, problem: str) -> None:
        """Tell the owner by the second way; the clock calls this inside the event loop."""
        task = asyncio.create_task(self.alarm.tell(problem, problem))
        self._tellings.add(task)
        task.add_done_callback(self._tellings.discard)

    def _apologise(self, heard: Heard, ill: DatabaseTrouble) -> None:
        """Ask for patience in a room that is ours; a stranger's room, and whoever writes directly, hear nothing."""
        if heard.room is not None and heard.room.id in self._known_rooms:
            task = asyncio.create_task(self._sorry.say(heard.room.id, ill))
            self._tellings.add(task)
            task.add_done_callback(self._tellings.discard)

    async def _watch_gateway(self) -> None:
        await self._watch.look(connected=self._connected())

    async def _reread_shop(self) -> None:
        stamp = _stamp(self.settings)
        if stamp == self._shop_stamp:
            return
        self._shop_stamp = stamp
        if stamp is None:
            self._report(f"找不到 {self.settings.shop_file}，先照原来的设置用。")
            return
        try:
            self.house.shop = load_shop(self.settings.shop_file)
        except ShopFault as fault:
            for one in fault.faults:
                self._report(f"小店设置有一处要改，先照原来的用：{one}")

    async def _reread_words(self) -> None:
        await asyncio.to_thread(self.house.wording.look)

    async def _meet_rooms(self) -> None:
        """Know who is in a room from before the bot came, so that nobody is invited who was there all along."""
        if not self._connected():
            return
        with self.database.reading() as tx:
            rooms = [room.id for room in people.enabled_rooms(tx)]
        self._known_rooms &= set(rooms)
        for room_id in rooms:
            if room_id not in self._known_rooms:
                members = await self.wechat.room_members(room_id)
                await self._write(people.present, room_id, members)
                self._known_rooms.add(room_id)

    async def _count_chatter(self) -> None:
        self.desk.flush_chatter()


def _ill_words(fault: WordingFault | TipFault) -> str:
    return f"客厅说的话有一处要改，先照原来的说：{fault}"


async def _keep_up(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do a work that never ends; should it fail in a way that nobody thought of, it begins anew after a pause."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("the %s failed and begins anew", name)
        await asyncio.sleep(ROUND)


async def _survive(duty: Callable[[], Awaitable[None]]) -> None:
    """One round's duty; what goes wrong is logged and the next round tries again."""
    try:
        await duty()
    except Exception:
        log.exception("%s failed", getattr(duty, "__name__", "a duty"))


def _quietly(loop: asyncio.AbstractEventLoop, call: Callable[[*Ts], object], *args: *Ts) -> None:
    with suppress(RuntimeError):  # the loop may have closed while the pen wrote its last words
        loop.call_soon_threadsafe(call, *args)


def _stamp(settings: Settings) -> tuple[int, int] | None:
    try:
        found = settings.shop_file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
