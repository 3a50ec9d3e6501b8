"""Plays a transcript: a whole shop on a simulated WeChat and a simulated clock, through the same code as in life."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from community import people, setting, staff
from community.db import Database, Tx
from community.events import Person, Place
from community.house import House
from front.keting import Keting
from front.settings import Settings
from front.snapshot import speak
from front.transcript import Arrival, Departure, Expected, Moment, Scene, Speech, Step, TranscriptFault, filled, fits
from front.world import OWNER, SIMULATED, WORLD
from gateway.simulated import Said, SimulatedWeChat

SPEECH_GAP = timedelta(seconds=10)
"""Every spoken line comes this long after the one before, so that answers have gone out."""
PATIENCE = timedelta(seconds=120)
"""How long an expected line is waited for while the sender paces what was said before it."""
BEGINNING = "2026-11-23 09:00"
"""Where the clock stands in a transcript that does not say."""


class PlayFault(Exception):
    """The bot did not say what a line expects, or said what no line expects; `line` is where."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"第{line}行：{problem}")
        self.line = line


@dataclass(slots=True)
class _Word:
    """Something the bot said; a transcript may leave out what is `aside`."""

    text: str
    aside: bool = False


class Player:
    """One shop on one database, driven step by step. `show` is told all that the bot says."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        house: House,
        start: datetime,
        show: Callable[[datetime, str | None, str], None] | None = None,
    ) -> None:
        self.now = start
        self._puppet = SimulatedWeChat(lambda: self.now, uuid4().hex[:12])
        self._puppet.on_said = self._said
        self._database = database
        self._keting = Keting(settings, database, house, self._puppet, lambda: self.now)
        self._show = show
        self._heard: defaultdict[str | None, deque[_Word]] = defaultdict(deque)
        self._handed: set[str] = set()
        self._names: dict[str, str] = {}
        self._slots: dict[str, str] = {}
        self._room: str | None = None
        self._next_speech = start
        self._line = 0
        self._running: asyncio.Task[None] | None = None

    async def begin(self, rooms: Sequence[str]) -> None:
        """Open the shop: these rooms enabled, the owner known, the clock set."""
        owner = self._puppet.contact(OWNER)
        ids = [self._puppet.room(room) for room in rooms]
        self._names = dict(zip(ids, rooms, strict=True))
        await self._write(_open_shop, owner, [Place(i, name) for i, name in self._names.items()])
        self._keting.desk.look_around()
        self._running = asyncio.create_task(self._keting.wechat.run())
        await self._keting.sender.recover()
        await self._keting.clock.run_due(self.now)
        await self._settle()

    async def end(self, check: bool = True) -> None:
        """Let everything be said that is due, and close. Raises PlayFault for what no line expected."""
        try:
            await self._move(max(self.now, self._next_speech))
            if check:
                self._nothing_left()
        finally:
            self._keting.desk.flush_chatter()
            await self._keting.wechat.stop()
            if self._running is not None:
                await self._running

    async def take(self, step: Step, check: bool = True) -> None:
        """Do one step; raises PlayFault where the bot is not as the transcript has it."""
        self._line = step.line
        match step:
            case Moment(at=at):
                if at < self.now:
                    raise TranscriptFault(step.line, f"时间只能往前走，现在已经是 {self.now:%Y-%m-%d %H:%M:%S}")
                await self._move(at)
                self._next_speech = at
            case Scene(room=room):
                self._room = room
            case Speech() | Arrival() | Departure():
                await self._move(max(self.now, self._next_speech))
                await self._happen(step)
                self._next_speech = self.now + SPEECH_GAP
                await self._settle()
            case Expected(text=text) if check:
                await self._expect(text)

    async def _happen(self, step: Speech | Arrival | Departure) -> None:
        puppet = self._puppet
        if isinstance(step, Speech):
            speaker = puppet.contact(step.by)
            to = self._room_id(step.line) if self._room is not None else puppet.bot_id
            if self._room is not None and speaker not in puppet.members(to):
                puppet.enter(to, speaker)
                await self._write(people.present, to, [Person(speaker, step.by)])  # in life, the bot's rounds find out
            speak(puppet, speaker, to, filled(step.text, self._slots))
            return
        room = self._room_id(step.line)
        who = [puppet.contact(name) for name in step.who]
        if isinstance(step, Departure):
            puppet.leave(room, who)
        else:
            puppet.join(room, who, puppet.contact(step.inviter) if step.inviter else None)

    def _room_id(self, line: int) -> str:
        if self._room is None:
            raise TranscriptFault(line, "先写明在哪个群，比如 [幸福里1群]")
        return self._puppet.room(self._room)

    async def _expect(self, text: str | None) -> None:
        heard = self._heard[self._room]
        if text is None:
            await self._move(max(self.now, self._next_speech))
            if said := _told(heard):
                raise PlayFault(self._line, f"这里不该说话，客厅却说了：{said[0]}")
            return
        while True:
            await self._wait_for(heard)
            if not heard:
                raise PlayFault(self._line, f"等着“{text}”，客厅没有说话")
            word = heard.popleft()
            if fits(text, word.text, self._slots):
                return
            if not word.aside:
                raise PlayFault(self._line, f"等着“{text}”，客厅说的是“{word.text}”")

    async def _wait_for(self, heard: deque[_Word]) -> None:
        until = self.now + PATIENCE
        while not heard:
            next_word = await self._speak()
            if heard or next_word is None or next_word > until:
                return
            await self._move(next_word)

    def _nothing_left(self) -> None:
        for room, words in self._heard.items():
            if lines := _told(words):
                where = f"在{room}" if room else "私聊里"
                raise PlayFault(self._line, f"客厅{where}还说了没人等着的话：{lines[0]}")

    async def _move(self, to: datetime) -> None:
        """Let the clock run to `to`; what falls due on the way happens in order."""
        while True:
            await self._settle()
            word, due = await self._speak(), self._keting.clock.next_due(self.now)
            upcoming = min((moment for moment in (word, due) if moment is not None), default=None)
            if upcoming is None or upcoming > to:
                break
            self.now = max(self.now, upcoming)
            if due is not None and due <= self.now:
                await self._keting.clock.run_due(self.now)
        self.now = max(self.now, to)

    async def _speak(self) -> datetime | None:
        """Say what may be said at this moment; when the next word is due."""
        while True:
            until = await self._keting.sender.turn()
            await self._settle()
            if until is None:
                return None
            moment = datetime.fromtimestamp(until, self.now.tzinfo)
            if moment > self.now:
                return moment

    async def _settle(self) -> None:
        """Wait until everything that has happened is handled and written."""
        while True:
            await self._keting.wechat.drained()
            under_way = self._keting.desk.under_way
            if not under_way:
                return
            await asyncio.gather(*map(asyncio.wrap_future, under_way), return_exceptions=True)

    async def _write(self, function: Callable[..., object], *args: object) -> None:
        await asyncio.wrap_future(self._database.pen.write(function, *args, self.now))

    def _said(self, said: Said) -> None:
        room = self._names.get(said.to)
        self._heard[room].append(_Word(said.text, self._is_aside(said)))
        if self._show is not None:
            self._show(self.now, room, said.text)

    def _is_aside(self, said: Said) -> bool:
        """Whether it is a file handed over directly, or the line after it: every close brings them to the owner."""
        with_file = said.to in self._handed
        self._handed.discard(said.to)
        if said.file is not None and said.to not in self._names:
            self._handed.add(said.to)
            return True
        return with_file


def _told(words: Iterable[_Word]) -> list[str]:
    """What a transcript must not leave out."""
    return [word.text for word in words if not word.aside]


def _open_shop(tx: Tx, owner_id: str, rooms: Sequence[Place], now: datetime) -> None:
    staff.enthrone(tx, Person(owner_id, OWNER), now)
    setting.put(tx, WORLD, SIMULATED)
    for place in rooms:
        people.known_room(tx, place, now)
        people.switch(tx, place.id, on=True, now=now)


def rooms_of(steps: Sequence[Step]) -> list[str]:
    """Every room that a transcript names, in order of appearance."""
    return list(dict.fromkeys(step.room for step in steps if isinstance(step, Scene) and step.room is not None))


def beginning_of(steps: Sequence[Step], house: House) -> datetime:
    """Where the clock stands at first: at the first moment, or in the morning of a Monday."""
    if steps and isinstance(steps[0], Moment):
        return steps[0].at
    return datetime.fromisoformat(BEGINNING).replace(tzinfo=house.zone)


async def play(
    settings: Settings,
    database: Database,
    house: House,
    steps: Sequence[Step],
    show: Callable[[datetime, str | None, str], None] | None = None,
) -> None:
    """Play a whole transcript; with `show`, nothing is expected. Raises PlayFault or TranscriptFault."""
    player = Player(settings, database, house, beginning_of(steps, house), show)
    await player.begin(rooms_of(steps))
    checked = show is None
    try:
        for step in steps:
            await player.take(step, checked)
    except BaseException:
        await player.end(check=False)
        raise
    await player.end(checked)
