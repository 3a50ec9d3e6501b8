"""The front desk: takes every event of the gateway, hands commands to the pen, and counts the chatter."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import Any

from community import activity, invite, outbox, people, seen, staff, uploads
from community.db import Database, DatabaseTrouble, Tx, trouble
from community.events import Echo, Event, Heard, Joined, Left, Pictured, Renamed
from community.groupbuy import finding
from community.house import House
from community.people import KnownRoom, Role
from community.refusal import Refusal
from community.uploads import Uploads
from handlers.command import Ask, Command, Picture, Reply, Where
from handlers.router import Match, Router
from handlers.snapshots import Snapshots

log = logging.getLogger(__name__)

CALM = "店里这会儿有点忙不过来，麻烦稍后再发一次。"
"""The one calm sentence for whatever went wrong on our side."""


class Desk:
    """Where events come in. `receive` returns at once; what has to be written is written by the pen, in order."""

    def __init__(self, database: Database, house: House, router: Router, now: Callable[[], datetime]) -> None:
        self._database = database
        self._house = house
        self._router = router
        self._now = now
        self._uploads = uploads.beside(database)
        self._chatter: Counter[str] = Counter()
        self._under_way: set[Future[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.snapshots = Snapshots(database, house, self._uploads, now, self._launch)
        self.on_trouble: Callable[[Heard, DatabaseTrouble], None] = lambda heard, ill: None
        """Told, in the pen's thread, of a command that a sick database could not take; it has left no trace."""

    def receive(self, event: Event) -> None:
        """Take one event; chatter touches no database."""
        match event:
            case Heard():
                found = self._router.find(event)
                if found is None:
                    self._count(event)
                else:
                    self._answer(found, event)
            case Pictured():
                self._loop = asyncio.get_running_loop()
                self.snapshots.receive(event)
            case Joined():
                self._write(joined, self._house, event)
            case Left():
                self._write(left, event)
            case Renamed():
                self._write(renamed, event)
            case Echo():
                self._write(echoed, event)

    def flush_chatter(self) -> None:
        """Write the counts of what was merely talked."""
        counts, self._chatter = self._chatter, Counter()
        if counts:
            self._write(chattered, dict(counts))

    def look_around(self) -> None:
        """Let the router know what is on offer and who works here: red apples are told from red faces, and a clerk's
        已付 from a neighbour's, without a database. Call it once before anybody speaks; before that nothing is assumed.
        """
        with self._database.reading() as tx:
            self._router.offer(finding.on_offer(tx), finding.also_called(tx))
            self._router.employ(staff.roles(tx))

    @property
    def under_way(self) -> frozenset[Future[Any]]:
        """What has been handed to the pen and is not committed yet."""
        return frozenset(self._under_way)

    def _answer(self, found: Match, event: Heard) -> None:
        command, then = found.command, None
        if command.reshapes:
            self._router.changing(event.id)
        if command.reshapes or command.pictures:
            then = partial(self._look_anew, command, event.id)
        future = self._write(answer, self._house, self._uploads, self._router, found, event, then=then)
        future.add_done_callback(partial(self._untaken, event))

    def _look_anew(self, command: Command, event_id: str, done: bool) -> None:
        """Where the shop cannot be looked at, nothing is taken for chatter on account of it."""
        if done and command.reshapes:
            self.look_around()
        if done and command.pictures:
            self.snapshots.look()
        if command.reshapes:
            self._router.changed(event_id)

    def _launch(self, work: Coroutine[Any, Any, None]) -> None:
        """Have this run in the event loop, from whatever thread."""
        assert self._loop is not None, "a picture has come in before"  # noqa: S101 - narrows the type
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)

    def _untaken(self, event: Heard, future: "Future[Any]") -> None:
        error = future.exception()
        if isinstance(error, DatabaseTrouble):
            self.on_trouble(event, error)

    def _count(self, event: Heard) -> None:
        if event.room is not None:
            self._chatter[event.room.id] += 1

    def _write(
        self, function: Callable[..., Any], *args: Any, then: Callable[[bool], None] | None = None
    ) -> "Future[Any]":
        future = self._database.pen.write(function, *args, self._now())
        self._under_way.add(future)
        future.add_done_callback(partial(self._written, then))
        return future

    def _written(self, then: Callable[[bool], None] | None, future: "Future[Any]") -> None:
        error = future.exception()
        try:
            if then is not None:
                then(error is None)
        finally:
            self._under_way.discard(future)
        if isinstance(error, DatabaseTrouble):
            log.error("not written: %s", error)
        elif error is not None:
            log.error("an event was lost to an error", exc_info=error)


def answer(tx: Tx, house: House, kept: Uploads, router: Router, found: Match, heard: Heard, now: datetime) -> None:
    """Do what a command asks and queue the answer, in one transaction; a message seen before does nothing."""
    command = found.command
    room = _room(tx, heard, command, now)
    if heard.room is not None and room is None:
        return
    if not seen.first_time(tx, heard.id, now):
        return
    try:
        reply = _perform(tx, house, kept, router, found, heard, room, now)
        if reply is None:
            tx.undo()
            return
        text, options = _said(house, kept, reply)
    except Refusal as refusal:
        text, options = _afresh(tx, heard, now, _addressed(heard, refusal.text)), {}
    except Exception as error:
        if trouble(error):
            raise
        log.exception("%s failed", command.keywords[0])
        text, options = _afresh(tx, heard, now, _addressed(heard, CALM)), {}
    to = heard.room.id if heard.room else heard.by.id
    if text:
        outbox.say(tx, to, text, "answer", now, **options)
    activity.note(tx, command.keywords[0], now, heard.room.id if heard.room else None, heard.by.id)


def _said(house: House, kept: Uploads, reply: Reply | Picture) -> tuple[str, dict[str, Any]]:
    """An answer as the outbox takes it: its text (empty: silence), or a picture's name and where it is kept."""
    if isinstance(reply, Picture):
        return reply.name, {"image": kept.keep(reply.png, ".png")}
    text = house.wording.render(reply.template, **reply.values) if reply.template else ""
    return text, {"urgent": reply.urgent}


def _room(tx: Tx, heard: Heard, command: Command, now: datetime) -> KnownRoom | None:
    """Where it was said, if the bot may answer this command there; None in a direct message, too."""
    if heard.room is None:
        return None
    return (people.known_room if command.anywhere else people.served_room)(tx, heard.room, now)


def _perform(
    tx: Tx,
    house: House,
    kept: Uploads,
    router: Router,
    found: Match,
    heard: Heard,
    room: KnownRoom | None,
    now: datetime,
) -> Reply | Picture | None:
    command = found.command
    who = people.meet(tx, heard.by, now)
    if room is not None:
        people.come(tx, room.id, who.id, now)
    if who.role < command.who:
        if command.everyday:
            return None
        raise Refusal(f"“{command.keywords[0]}”是{_users(command.who)}用的。")
    if (room is None and command.where is Where.ROOM) or (room is not None and command.where is Where.DIRECT):
        if command.everyday:
            return None
        raise Refusal(f"“{command.keywords[0]}”请在{command.where.value}发给我。")
    words = (found.keyword, found.rest, found.glued, found.behind)
    return command.function(tx, Ask(house, now, who, room, *words, router.commands, uploads=kept))


def _users(role: Role) -> str:
    """Whom a command is for, in the words of 帮助."""
    return "店里人" if role is Role.LEADER else role.word


def _addressed(heard: Heard, text: str) -> str:
    """A refusal as it is said: in a room, where many ask at once, with the name of whom it is for."""
    return f"{heard.by.name}，{text}" if heard.room else text


def _afresh(tx: Tx, heard: Heard, now: datetime, text: str) -> str:
    """Take back what the command wrote; only that it was heard remains."""
    tx.undo()
    seen.first_time(tx, heard.id, now)
    return text


def joined(tx: Tx, house: House, event: Joined, now: datetime) -> None:
    """People came into a room."""
    room = people.served_room(tx, event.room, now)
    if room is None:
        return
    inviter = people.meet(tx, event.inviter, now) if event.inviter else None
    for person in event.who:
        invite.arrive(tx, house.shop.invite, room, people.meet(tx, person, now), inviter, now)
        activity.note(tx, "join", now, room.id, person.id, inviter.id if inviter else "")


def left(tx: Tx, event: Left, now: datetime) -> None:
    """People left a room."""
    room = people.served_room(tx, event.room, now)
    if room is None:
        return
    for person in event.who:
        invite.leave(tx, room, people.meet(tx, person, now), now)
        activity.note(tx, "leave", now, room.id, person.id)


def chattered(tx: Tx, counts: dict[str, int], now: datetime) -> None:
    """So much was talked, by room id; rooms where the bot is not enabled are none of its business."""
    activity.count_chatter(tx, {room: n for room, n in counts.items() if people.enabled(tx, room)}, now)


def renamed(tx: Tx, event: Renamed, now: datetime) -> None:
    """A room has a new topic."""
    people.served_room(tx, event.room, now)


def echoed(tx: Tx, event: Echo, now: datetime) -> None:
    """The bot's own words came back: whatever was in doubt about them is settled."""
    outbox.heard(tx, event.to, event.text, now)
