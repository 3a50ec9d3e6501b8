"""Snapshots: pictures that people send. One that somebody waits for is fetched and kept; the others nobody ever sees.

Of a picture that nobody waits for only its message id is remembered, for minutes and in memory: its claim may follow.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from threading import Lock
from typing import Any

from community import claim_photo, outbox, people, pictures, seen
from community.awaited import Awaited
from community.db import Database, DatabaseTrouble, Tx
from community.events import Pictured
from community.groupbuy import picture
from community.house import House
from community.uploads import Uploads

log = logging.getLogger(__name__)

REMEMBERED = 200
"""Pictures whose message ids are remembered."""
_AT_ONCE = 2
"""Pictures that are fetched and made small beside each other."""

Fetch = Callable[[str], Awaitable[bytes]]
Launch = Callable[[Coroutine[Any, Any, None]], None]


class Snapshots:
    """Takes every picture's event, and has those fetched that are waited for.

    `fetch` loads a picture by its message id; `launch` has a coroutine run, from whatever thread.
    """

    def __init__(
        self, database: Database, house: House, uploads: Uploads, now: Callable[[], datetime], launch: Launch
    ) -> None:
        self._database = database
        self._house = house
        self._uploads = uploads
        self._now = now
        self._launch = launch
        self._lock = Lock()
        self._recent: deque[tuple[int, Pictured]] = deque(maxlen=REMEMBERED)
        self._taken: deque[str] = deque(maxlen=REMEMBERED)
        self._awaited: list[Awaited] = []
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self.fetch: Fetch = _nothing
        self.look()

    def receive(self, event: Pictured) -> None:
        """A picture was sent; touches no database. One that is told again is not fetched again."""
        with self._lock:
            if event.id in self._taken or any(event.id == known.id for _, known in self._recent):
                return
            self._recent.append((int(self._now().timestamp()), event))
        self._match()

    def look(self) -> None:
        """See anew who is waited for; from any thread."""
        with self._database.reading() as tx:
            awaited = [*picture.awaiting(tx, self._now()), *claim_photo.awaiting(tx, self._now())]
        with self._lock:
            self._awaited = awaited
        self._match()

    def _match(self) -> None:
        with self._lock:
            wanted = [(at, event) for at, event in self._recent if self._is_awaited(event, at)]
            for each in wanted:
                self._recent.remove(each)
                self._taken.append(each[1].id)
        for at, event in wanted:
            self._launch(self._take(event, at))

    def _is_awaited(self, event: Pictured, at: int) -> bool:
        room_id = event.room.id if event.room else None
        return any(
            (one.member_id, one.room_id) == (event.by.id, room_id) and one.since <= at <= one.until
            for one in self._awaited
        )

    async def _take(self, event: Pictured, at: int) -> None:
        """When it is its turn and it is still waited for, fetch a picture and keep it, or say why it cannot be."""
        async with self._turn:
            with self._lock:
                if not self._is_awaited(event, at):  # those before it were enough
                    return
            name, fault = await self._fetched(event)
            try:
                await asyncio.wrap_future(
                    self._database.pen.write(keep, self._house, event, at, name, fault, self._now())
                )
                await asyncio.to_thread(self.look)
            except DatabaseTrouble as error:
                log.error("a picture was not written: %s", error)

    async def _fetched(self, event: Pictured) -> tuple[str | None, str]:
        """The picture made small, by its name in the uploads; or None, and what is wrong with it."""
        try:
            tidied = await asyncio.to_thread(pictures.tidy, await self.fetch(event.id))
            return await asyncio.to_thread(self._uploads.keep, tidied, pictures.SUFFIX), ""
        except pictures.PictureFault as unfit:
            return None, unfit.text
        except Exception as error:
            log.warning("a picture could not be kept: %s", type(error).__name__)
            return None, "这张图没收到"


def keep(tx: Tx, house: House, event: Pictured, at: int, name: str | None, fault: str, now: datetime) -> None:
    """Keep a picture where it is waited for and say so once; or say what is wrong with it. Seen before: nothing."""
    room_id = event.room.id if event.room else None
    if room_id is not None and not people.enabled(tx, room_id):
        return
    if not seen.first_time(tx, event.id, now):
        return
    to = room_id or event.by.id
    if name is None:
        text = house.wording.render("picture/unfit", name=event.by.name, fault=fault)
        cause = f"picture-unfit:{event.by.id}:{at // 60}"  # several are sent at once
        outbox.say(tx, to, text, "answer", now, cause=cause)
        return
    buy = picture.keep(tx, event.by.id, room_id, name, at)
    if buy is not None:
        outbox.say(tx, to, house.wording.render("picture/kept", title=buy.title), "answer", now)
        return
    number = claim_photo.keep(tx, event.by.id, room_id, name, at)
    if number is not None:
        text = house.wording.render("claim/photo", name=event.by.name, number=number)
        outbox.say(tx, to, text, "answer", now, cause=f"claim-photo:{number}")


async def _nothing(_message_id: str) -> bytes:
    raise LookupError("there is no way to fetch pictures")
