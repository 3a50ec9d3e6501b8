"""The simulated WeChat in the terminal: speak as any neighbour and see the group answer."""

import asyncio
import signal
import sys
import threading
from datetime import datetime
from random import SystemRandom
from uuid import uuid4

from community import outbox, people, sample, setting, staff
from community.db import Database, Tx
from community.events import Person, Place
from front.doorstep import WRONG_SETTINGS, give_up, tell
from front.keting import Keting, open_house
from front.settings import Settings
from front.snapshot import speak
from front.transcript import (
    DIRECT,
    Arrival,
    Departure,
    Expected,
    Moment,
    Reader,
    Scene,
    Speech,
    Step,
    TranscriptFault,
    goes_on,
)
from front.world import OWNER, SIMULATED, WECHAT, WORLD
from gateway.simulated import Said, SimulatedWeChat

PATIENCE = 10.0
"""Seconds at most that piped input, or the end of the input, waits for what is still to be said."""

TOGETHER = 0.1
"""Seconds within which the lines of one message come, as a paste does."""


def open_terminal(settings: Settings, database: Database) -> None:
    """Open the simulated WeChat and stay until the input ends or Ctrl+C."""
    asyncio.run(Terminal(settings, database).run())


class Terminal:
    """Plays lines in the form of a transcript from standard input on the simulated WeChat, in real time."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._house = open_house(settings, SystemRandom())
        self._puppet = SimulatedWeChat(self._now, uuid4().hex[:12])
        self._puppet.on_said = self._said
        self._keting = Keting(settings, database, self._house, self._puppet, self._now)
        self._names: dict[str, str] = {}
        self._room: str | None = None

    async def run(self) -> None:
        """Open the shop, and let people speak until the input ends or Ctrl+C."""
        did = self._furnish()
        working = asyncio.create_task(self._keting.run())
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        await self._keting.wechat.drained()
        self._welcome(did)
        listening = asyncio.create_task(self._listen())
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({working, listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        waiting.cancel()
        await self._keting.stop()
        await working
        tell("客厅收摊了，订单和账都留着，下次接着来。")

    def _furnish(self) -> str:
        """Make the simulated world from the database, an empty one from the sample; one line on what was done."""
        with self._database.reading() as tx:
            empty, world = sample.is_empty(tx), setting.get(tx, WORLD)
        if world == WECHAT or (not empty and world != SIMULATED):
            give_up(
                "这个数据库里是真的店，不能拿来练习。",
                ["换一个：DATABASE_URL=sqlite:///data/practice.db python bot.py chat"],
                WRONG_SETTINGS,
            )
        goods = self._database.pen.write(self._fill).result() if empty else 0
        with self._database.reading() as tx:
            for room in people.enabled_rooms(tx):
                self._place(room.name, [member.name for member in people.members(tx, room.id)])
        self._room = next(iter(self._names.values()), None)
        return f"备好了练习用的小店：{goods}样货、{len(self._names)}个群。" if empty else "接着上回的小店。"

    def _fill(self, tx: Tx) -> int:
        now = self._now()
        setting.put(tx, WORLD, SIMULATED)
        rooms: dict[Place, list[Person]] = {}
        for name, room in sample.residents(self._settings.sample):
            place = Place(self._puppet.room(room), room)
            rooms.setdefault(place, []).append(Person(self._puppet.contact(name), name))
        sample.open_rooms(tx, rooms, now)
        staff.enthrone(tx, Person(self._puppet.contact(OWNER), OWNER), now)
        return sample.fill_shelves(tx, self._settings.sample, now.date())

    def _place(self, room: str, members: list[str]) -> str:
        room_id = self._puppet.room(room)
        self._names[room_id] = room
        for name in [*members, OWNER]:
            self._puppet.enter(room_id, self._puppet.contact(name))
        return room_id

    def _welcome(self, did: str) -> None:
        tell(f"{self._house.shop.name}的客厅开张了（模拟的微信，谁都可以演）。", did)
        for coming in self._keting.clock.coming(self._now())[:3]:
            tell(f"接下来：{coming.at:%m-%d %H:%M} {coming.title}")
        tell(
            "像这样打字，一行一句：",
            "  店主: 开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单",
            "  店主: 确认",
            "  王阿姨: +2",
            "  王阿姨: 帮助",
            "换到别的群写 [幸福里2群]，私下跟客厅说写 [私聊]，进群写 > 李姐 邀请 小陈，退群写 < 小陈。",
            f"现在在 [{self._room}]，按 Ctrl+C 收摊。",
        )

    async def _listen(self) -> None:
        reader, typed = Reader(self._house.zone), _Typed()
        while (message := await typed.next()) is not None:
            try:
                step = reader.read(*message)
                if step is not None:
                    self._take(step)
            except TranscriptFault as fault:
                tell(str(fault))
            if not sys.stdin.isatty():
                await self._quiet()
        await self._quiet()

    def _take(self, step: Step) -> None:
        match step:
            case Scene(room=room):
                self._room = room
                if room is not None:
                    self._place(room, [])
                tell(f"[{room or DIRECT}]")
            case Speech(by=by, text=text):
                self._speak(by, text)
            case Arrival(who=who, inviter=inviter):
                room_id = self._here(step.line)
                inviter_id = self._puppet.contact(inviter) if inviter else None
                self._puppet.join(room_id, [self._puppet.contact(name) for name in who], inviter_id)
            case Departure(who=who):
                self._puppet.leave(self._here(step.line), [self._puppet.contact(name) for name in who])
            case Expected():
                tell("客厅自己会说话，您演别人就好。")
            case Moment():
                tell("这里走的是真的时间；要演将来的事，用 python bot.py play。")

    def _speak(self, by: str, text: str) -> None:
        speaker = self._puppet.contact(by)
        if self._room is None:
            speak(self._puppet, speaker, self._puppet.bot_id, text)
            return
        room_id = self._puppet.room(self._room)
        self._puppet.enter(room_id, speaker)
        speak(self._puppet, speaker, room_id, text)

    def _here(self, line: int) -> str:
        if self._room is None:
            raise TranscriptFault(line, "先换到一个群里，比如 [幸福里1群]")
        return self._puppet.room(self._room)

    async def _quiet(self) -> None:
        """Wait until everything said so far is answered, for a while at most."""
        try:
            async with asyncio.timeout(PATIENCE):
                while await self._busy():  # noqa: ASYNC110 - the outbox is a table, it rings no bell
                    await asyncio.sleep(0.02)
        except TimeoutError:
            tell("（还有话排着队，没有说完）")

    async def _busy(self) -> bool:
        await self._keting.wechat.drained()
        under_way = self._keting.desk.under_way
        if under_way:
            await asyncio.gather(*map(asyncio.wrap_future, under_way), return_exceptions=True)
            return True
        with self._database.reading() as tx:
            return outbox.answering(tx)

    def _said(self, said: Said) -> None:
        where = self._names.get(said.to, DIRECT)
        tell(f"[{where}] 客厅: " + said.text.replace("\n", "\n  "))

    def _now(self) -> datetime:
        return datetime.now(self._house.zone)


class _Typed:
    """Standard input as messages: a line by its number, with those pasted behind it that begin with two spaces."""

    def __init__(self) -> None:
        self._lines = _lines()
        self._ahead: list[str | None] = []
        self._number = 0

    async def next(self) -> tuple[int, str] | None:
        """The next message as soon as it is whole; None at the end of the input."""
        message = self._ahead.pop() if self._ahead else await self._lines.get()
        if message is None:
            return None
        number = self._number = self._number + 1
        while await self._has_more():
            line = self._ahead.pop()
            if line is None or not goes_on(message, line):
                self._ahead.append(line)
                break
            message, self._number = f"{message}\n{line[2:]}", self._number + 1
        return number, message

    async def _has_more(self) -> bool:
        try:
            async with asyncio.timeout(TOGETHER):
                self._ahead.append(await self._lines.get())
        except TimeoutError:
            return False
        return True


def _lines() -> "asyncio.Queue[str | None]":
    """The lines of standard input as they come, None at its end; a thread of its own, so that waiting blocks nobody."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\n"))
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, name="terminal", daemon=True).start()
    return lines
