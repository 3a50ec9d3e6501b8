"""The whole path over a real connection: from what a gateway sends by gRPC to the commit, one message in ten an order.

The gateway is a process of its own (benchmarks/loopback.py), so that its work is nobody's cost. The base is wechaty as
its documentation has it used, on its own puppet service: a subclass of Wechaty with an `on_message` that does nothing,
log switched off. Ours is Keting with all its parts, on its reliable puppet; a message is done when what it writes is
committed.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO
from uuid import uuid4

from benchmarks.corner import NOW, Corner
from benchmarks.loopback import EACH, RESIDENTS, ROOMS
from benchmarks.path import Dismissing, ordered, settled
from benchmarks.report import Report, at_least, ratio, scaled
from community.events import Event, Heard
from front.keting import Keting
from front.settings import ROOT, read_settings
from gateway.endpoint import Endpoint
from gateway.reliable import ReliablePuppet

from wechaty_puppet import PuppetOptions  # isort: skip - after gateway, which makes it importable
from wechaty_puppet_service import PuppetService  # isort: skip - likewise

MESSAGES = 1000
WARMING = 400
"""Messages that are not counted: after them everybody is known."""
AT_ONCE = 100
ROUNDS = 3


def measure(scale: float = 1) -> Report:
    """Messages a second of both, medians, and their ratio round by round."""
    count = scaled(MESSAGES, scale, AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="keting-") as folder:
        corner = Corner(Path(folder), RESIDENTS, len(ROOMS))
        rounds = [asyncio.run(_round(corner, count)) for _ in range(scaled(ROUNDS, scale))]
    ours, alone = (list(one) for one in zip(*rounds, strict=True))
    figures = {
        "ours_per_second": round(median(ours)),
        "wechaty_dismissing_per_second": round(median(alone)),
        "ours_over_wechaty": round(ratio(ours, alone), 2),
        "commands_percent": 100 // EACH,
    }
    return Report(figures, [at_least("whole path at 10 % commands, over wechaty alone", ratio(ours, alone), 0.85)])


async def _round(corner: Corner, count: int) -> tuple[float, float]:
    return await _ours(corner, count), await _alone(count)


async def _ours(corner: Corner, count: int) -> float:
    heard = 0
    with _gateway() as gateway, corner.opened() as database:
        puppet = ReliablePuppet(Endpoint("127.0.0.1", gateway.port, "token"))
        settings = read_settings(Path(os.devnull), {})
        keting = Keting(settings, database, corner.house, puppet, lambda: NOW, connected=lambda: puppet.connected)
        receive = keting.wechat._on_event

        def counted(event: Event) -> None:
            nonlocal heard
            heard += isinstance(event, Heard)
            receive(event)

        keting.wechat._on_event = counted
        running = asyncio.create_task(keting.run())
        await settled(keting, len(ROOMS))

        async def written() -> None:
            await asyncio.gather(*map(asyncio.wrap_future, keting.desk.under_way))

        pace = await _pace(gateway, count, lambda: heard, written)
        found = ordered(database, corner)
        await keting.stop()
        await running
    if found != (count + WARMING) // EACH:
        raise AssertionError(f"{found} of {(count + WARMING) // EACH} orders were written")
    return pace


async def _alone(count: int) -> float:
    with _gateway() as gateway:
        puppet = PuppetService(PuppetOptions(token="token", end_point=f"127.0.0.1:{gateway.port}"))  # noqa: S106 - none
        bot = Dismissing(puppet)
        running = asyncio.create_task(bot.start())
        await bot.up.wait()
        pace = await _pace(gateway, count, lambda: bot.heard)
        running.cancel()  # its own stop may hang for a minute
        await asyncio.gather(running, return_exceptions=True)
        if puppet.channel is not None:
            puppet.channel.close()
    return pace


async def _nothing() -> None:
    """What wechaty alone has to write."""


async def _pace(
    gateway: "_Gateway", count: int, heard: Callable[[], int], written: Callable[[], Awaitable[None]] = _nothing
) -> float:
    """Messages a second: a burst comes, and when it is heard the next one."""
    await _burst(gateway, WARMING, WARMING, heard)
    await written()
    begun = time.perf_counter()
    for done in range(AT_ONCE, count + 1, AT_ONCE):
        await _burst(gateway, AT_ONCE, WARMING + done, heard)
    await written()
    return count / (time.perf_counter() - begun)


async def _burst(gateway: "_Gateway", size: int, until: int, heard: Callable[[], int]) -> None:
    gateway.say(size)
    while heard() < until:  # noqa: ASYNC110 - the stock client rings no bell; both are looked at alike
        await asyncio.sleep(0.0005)


class _Gateway:
    """The other process: where it listens, and how to make it speak."""

    def __init__(self, talk: IO[str], port: int) -> None:
        self.port = port
        self._talk = talk

    def say(self, count: int) -> None:
        """Let so many messages come."""
        self._talk.write(f"{count}\n")
        self._talk.flush()


@contextmanager
def _gateway() -> Iterator[_Gateway]:
    """A gateway of its own for each measurement, so that no message id comes twice."""
    command = [sys.executable, "-m", "benchmarks.loopback", uuid4().hex]
    with subprocess.Popen(  # noqa: S603 - our own code
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None, "pipes"  # noqa: S101, PT018 - narrows types
        try:
            yield _Gateway(process.stdin, int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(10)
