"""Lanes: what happens in one conversation is handled strictly one after another, conversations beside each other.

An event is put in with its lane, or with a coroutine that finds the lane out (a message names its room only in its
payload, and loading that may be slow). Lanes are given out in the order of arrival: an event whose lane is still being
found holds up those behind it, because they might belong to the same conversation, but never for longer than
`patience`. This module knows nothing of wechaty.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_log = logging.getLogger(__name__)

E = TypeVar("E")


@dataclass(slots=True, eq=False)
class _Item(Generic[E]):
    event: E
    lane: "str | asyncio.Task[str]"
    done: "asyncio.Future[None] | None" = None  # made for those who wait


class Lanes(Generic[E]):
    """Hands each event to `handle`; one that raises is logged with its traceback and does not stop its lane.

    `patience` is in seconds: how long an event whose lane is not known yet may hold up later ones. An event whose lane
    cannot be found (its coroutine raised) is dropped, logged and counted in `lost`.
    """

    def __init__(self, handle: Callable[[E], Awaitable[None]], *, patience: float = 5.0) -> None:
        self._handle = handle
        self._patience = patience
        self._arrived: deque[_Item[E]] = deque()
        self._first_since = 0.0  # by the loop's clock: since when the first that has arrived holds up the others
        self._watch: asyncio.TimerHandle | None = None
        self._lanes: dict[str, deque[_Item[E]]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._open: set[_Item[E]] = set()
        self._closed = False
        self.lost = 0

    def put(self, event: E, lane: str | Coroutine[Any, Any, str]) -> None:
        """Take an event in; after `close` it is ignored. Must run inside the event loop."""
        if self._closed:
            if not isinstance(lane, str):
                lane.close()
            return
        item = _Item(event, lane if isinstance(lane, str) else asyncio.get_running_loop().create_task(lane))
        self._open.add(item)
        if isinstance(lane, str) and not self._arrived:
            self._append(lane, item)  # nobody is before it
            return
        self._arrived.append(item)
        if not isinstance(item.lane, str):
            item.lane.add_done_callback(self._sort)
        if len(self._arrived) == 1:
            self._be_patient()

    async def drained(self) -> None:
        """Return when everything put in so far has been handled; never to be awaited from inside a handler."""
        if self._open:
            await asyncio.wait(self._endings())

    async def close(self, grace: float) -> None:
        """Take nothing more, let what is under way finish for `grace` seconds, then cancel the rest."""
        self._closed = True
        me = asyncio.current_task()
        if self._open and me not in self._workers.values():
            await asyncio.wait(self._endings(), timeout=grace)
        if self._watch is not None:
            self._watch.cancel()
        tasks = [task for task in (*self._workers.values(), *self._searches()) if task is not me]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for item in list(self._open):
            self._finish(item)

    def _searches(self) -> list[asyncio.Task[str]]:
        return [item.lane for item in self._open if not isinstance(item.lane, str)]

    def _endings(self) -> "list[asyncio.Future[None]]":
        loop = asyncio.get_running_loop()
        for item in self._open:
            item.done = item.done or loop.create_future()
        return [item.done for item in self._open if item.done is not None]

    def _finish(self, item: _Item[E]) -> None:
        self._open.discard(item)
        if item.done is not None and not item.done.done():
            item.done.set_result(None)

    def _sort(self, _found: object = None) -> None:
        """Put those into their lanes that hold nobody up, the first ones first."""
        moved = False
        while self._arrived and (isinstance(lane := self._arrived[0].lane, str) or lane.done()):
            self._place(self._arrived.popleft())
            moved = True
        if moved and self._arrived:
            self._be_patient()

    def _be_patient(self) -> None:
        """Begin to wait for the first; one timer looks after all of them, because hardly ever is one late."""
        loop = asyncio.get_running_loop()
        self._first_since = loop.time()
        if self._watch is None:
            self._watch = loop.call_later(self._patience, self._lose_patience)

    def _lose_patience(self) -> None:
        loop, self._watch = asyncio.get_running_loop(), None
        if not self._arrived:
            return
        left = self._first_since + self._patience - loop.time()
        if left > 0:
            self._watch = loop.call_later(left, self._lose_patience)
            return
        item = self._arrived.popleft()
        assert not isinstance(item.lane, str), "a known lane holds nobody up"  # noqa: S101 - narrows the type
        _log.warning("an event keeps the others waiting for too long, they go first")
        item.lane.add_done_callback(lambda _: self._place(item))
        if self._arrived:
            self._be_patient()
        self._sort()

    def _place(self, item: _Item[E]) -> None:
        lane = item.lane
        if isinstance(lane, str):
            self._append(lane, item)
        elif lane.cancelled() or (self._closed and lane.exception()):
            self._finish(item)
        elif (error := lane.exception()) is not None:
            self.lost += 1
            _log.error("an event is lost, its conversation could not be found (%s)", type(error).__name__)
            self._finish(item)
        else:
            self._append(lane.result(), item)

    def _append(self, lane: str, item: _Item[E]) -> None:
        self._lanes.setdefault(lane, deque()).append(item)
        if lane not in self._workers:
            self._workers[lane] = asyncio.get_running_loop().create_task(self._work(lane))

    async def _work(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting:
            item = waiting.popleft()
            try:
                await self._handle(item.event)
            except Exception:
                _log.exception("handling an event of %s failed", lane or "the account")
            finally:
                self._finish(item)
        del self._lanes[lane], self._workers[lane]
