"""The sender: carries what the outbox holds, one message at a time, at the shop's pace. It decides nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from random import Random

from community import outbox, uploads
from community.db import Database, DatabaseTrouble
from community.house import House
from community.outbox import Outcome, Rest, Sending
from community.pacing import Quiet, Schedule
from community.refusal import Refusal
from community.sheet import handing
from gateway.transport import Refused, Transport, Unreachable, Unsure

log = logging.getLogger(__name__)

GLANCE = 5.0
"""Seconds after which the outbox is looked at again in any case: another process may have filled it."""
UNREACHED = 0.5
"""Seconds between two looks whether the gateway is there: answers must not wait once it is back."""
GRACE = 1.0
"""Seconds that the last message may take when the bot stops."""
JITTER = 0.4
"""Seconds at most by which a pause is drawn out, so that the pace looks human."""

Tell = Callable[[str, str], Awaitable[None]]


class Sender:
    """Takes the next message from the outbox, carries it, writes down what became of it.

    `tell(kind, text)` reaches the owner by another way, when the budget is used up.
    """

    def __init__(
        self, database: Database, transport: Transport, house: House, now: Callable[[], datetime], tell: Tell
    ) -> None:
        self._database = database
        self._transport = transport
        self._house = house
        self._now = now
        self._tell = tell
        self._uploads = uploads.beside(database)
        self._random = Random()  # noqa: S311 - jitter, no secret
        self._awake = asyncio.Event()
        self._carrying = asyncio.Lock()
        self._finished = False
        self._paced = False
        self._carried: tuple[int, Outcome] | None = None
        self.reachable: Callable[[], bool] = lambda: True

    def wake(self) -> None:
        """Something new may be waiting; call it inside the event loop."""
        self._awake.set()

    async def recover(self) -> None:
        """After a start: what was on its way when the bot stopped is in doubt."""
        await asyncio.wrap_future(self._database.pen.write(outbox.recover, self._now()))

    async def run(self) -> None:
        """Send on until cancelled. A sick database is waited out."""
        while True:
            self._awake.clear()
            try:
                until = await self.turn()
            except DatabaseTrouble as error:
                log.error("cannot send: %s", error)
                until, self._paced = self._now().timestamp() + GLANCE, True
            await self._rest(until)

    async def finish(self, grace: float = GRACE) -> None:
        """Carry nothing more; what is on its way may arrive within `grace` seconds, so that nobody is left in doubt."""
        self._finished = True
        with suppress(TimeoutError):
            async with asyncio.timeout(grace), self._carrying:
                pass

    async def turn(self) -> float | None:
        """Carry one message, if one may go now.

        Returns the moment (seconds since the epoch) before which nothing more may go; None while nothing waits.
        """
        if not self.reachable():
            return self._now().timestamp() + UNREACHED
        async with self._carrying:
            return None if self._finished else await self._turn()

    async def _turn(self) -> float | None:
        await self._settle()
        now = self._now()
        step = await asyncio.wrap_future(self._database.pen.write(outbox.take, self._pace(), self._quiet(), now))
        self._paced = isinstance(step, Rest) and step.paced
        if isinstance(step, Rest):
            if step.spent:
                await self._tell("budget", "一分钟的发言名额用完了，后面的话会慢慢补上。")
            return step.until
        self._carried = step.batch, "unsure"  # if it is cut off on its way
        self._carried = step.batch, await self._carry(step)
        await self._settle()
        return now.timestamp()

    async def _settle(self) -> None:
        """Write down what became of the last message; until that is done, no other one leaves."""
        if self._carried is not None:
            batch, outcome = self._carried
            await asyncio.wrap_future(self._database.pen.write(outbox.settle, batch, outcome, self._now()))
            self._carried = None

    async def _carry(self, sending: Sending) -> Outcome:
        try:
            await self._deliver(sending)
        except Refused as error:
            log.warning("message %d refused for good: %s", sending.batch, error)
            return "refused"
        except Unreachable as error:
            log.info("message %d did not leave: %s", sending.batch, error)
            return "unreachable"
        except Unsure as error:
            log.warning("message %d: nobody knows whether it arrived: %s", sending.batch, error)
            return "unsure"
        except Exception:
            log.exception("message %d: an error that nobody thought of", sending.batch)
            return "unsure"
        return "sent"

    async def _deliver(self, sending: Sending) -> None:
        if sending.image is not None:
            await self._transport.show(sending.to, sending.text, await self._picture(sending.image))
        elif sending.file is not None:
            await self._transport.hand(sending.to, sending.text, await self._paper(sending.file, sending.to))
        else:
            await self._transport.say(sending.to, sending.text)

    async def _picture(self, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self._uploads.read, name)
        except OSError as error:
            raise Refused(f"the picture is gone: {error}") from error

    async def _paper(self, file: str, to: str) -> bytes:
        """The paper, made now and on a thread of its own, for it may take a second."""
        try:
            return await asyncio.to_thread(handing.make, self._database, self._house.shop, file, to)
        except DatabaseTrouble as error:
            raise Unreachable(f"the database is sick: {error}") from error
        except Refusal as refusal:
            raise Refused(refusal.text) from refusal
        except Exception as error:  # nothing left the house, and making it again would end the same way
            log.exception("%s cannot be made", file)
            raise Refused(f"{file} cannot be made") from error

    async def _rest(self, until: float | None) -> None:
        seconds = GLANCE if until is None else min(GLANCE, until - self._now().timestamp())
        if seconds <= 0:
            return
        if self._paced:  # news change nothing
            await asyncio.sleep(seconds + self._random.uniform(0, JITTER))
            return
        with suppress(TimeoutError):  # not wait_for: before Python 3.12 it may swallow a cancellation
            async with asyncio.timeout(seconds):
                await self._awake.wait()

    def _pace(self) -> Schedule:
        return self._house.shop.sender

    def _quiet(self) -> Quiet:
        return self._house.shop.quiet
