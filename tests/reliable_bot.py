"""A bot for the tests of the reliable puppet: it runs, and remembers everything that it was told."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

from gateway.endpoint import Endpoint
from gateway.link import Limits
from gateway.reliable import ReliablePuppet
from tests.npm_gateway import TOKEN, NpmGateway, until

ROOM, OTHER_ROOM = "1@chatroom", "2@chatroom"
QUICK = Limits(call=2, send=3, start=5, ping=0.3, pong=0.5, back_off=0.02, back_off_most=0.2, good=60)


class Bot:
    """A puppet that is running, and what it was told: texts by room (or person), other events as they come."""

    def __init__(self, puppet: ReliablePuppet) -> None:
        self.puppet = puppet
        self.texts: dict[str, list[str]] = {}
        self.messages: list[Any] = []
        self.events: list[tuple[str, Any]] = []
        puppet.listen(self._take)
        self.running = asyncio.create_task(puppet.start())

    async def _take(self, kind: str, payload: Any) -> None:
        if kind == "message":
            said = await self.puppet.message_payload(payload.message_id)
            await self.puppet.contact_payload(said.from_id)
            self.messages.append(said)
            self.texts.setdefault(said.room_id or said.from_id, []).append(said.text)
        else:
            self.events.append((kind, payload))

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    async def online(self) -> None:
        await until(lambda: self.puppet.connected)

    async def hears(self, gateway: NpmGateway) -> bool:
        """Whether something said now arrives."""
        text = f"还在吗 {random.random()}"
        gateway.say("wang", ROOM, text)
        await until(lambda: text in self.texts.get(ROOM, ()))
        return True


@contextlib.asynccontextmanager
async def a_bot(port: int, **settings: Any) -> AsyncIterator[Bot]:
    """A bot on the gateway at `port`, whether it answers or not; stopped at the end, which must be quick."""
    endpoint = settings.pop("endpoint", None) or Endpoint("127.0.0.1", port, settings.pop("token", TOKEN))
    bot = Bot(ReliablePuppet(endpoint, limits=settings.pop("limits", QUICK), dice=random.Random(7), **settings))
    try:
        yield bot
    finally:
        async with asyncio.timeout(5):
            await bot.puppet.stop()
            await bot.running
