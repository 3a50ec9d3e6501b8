"""Says sorry where the database is too sick to keep an answer: past the outbox, so rarely; and tells the owner."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from community.db import DatabaseTrouble
from gateway.alarm import Alarm
from gateway.transport import Refused, Transport, Unreachable, Unsure

log = logging.getLogger(__name__)

SORRY = "店里的电脑这会儿出了点毛病，刚才那句没记上，麻烦过一会儿再发一次。"
SAME_ROOM = timedelta(minutes=5)
"""A room hears it once in this time, however many orders come in."""
BETWEEN_ROOMS = timedelta(seconds=3)
"""As between any two messages to different rooms (FACTS.md)."""


class Sorry:
    """Asks for patience without a database. Never raises."""

    def __init__(self, transport: Transport, alarm: Alarm, now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._alarm = alarm
        self._now = now
        self._said: dict[str, datetime] = {}

    async def say(self, room_id: str, ill: DatabaseTrouble) -> None:
        """Say it in the room if it has not heard it lately; the owner hears what the matter is."""
        now = self._now()
        if self._may_say(room_id, now):
            self._said[room_id] = now
            try:
                await self._transport.say(room_id, SORRY)
            except (Refused, Unreachable, Unsure) as error:
                log.warning("nobody could be asked for patience: %s", error)
        await self._alarm.tell("database", f"数据库出了毛病，订单记不上：{ill}。请尽快看看。")

    def _may_say(self, room_id: str, now: datetime) -> bool:
        lately = self._said.get(room_id)
        last = max(self._said.values(), default=None)
        return (lately is None or now - lately >= SAME_ROOM) and (last is None or now - last >= BETWEEN_ROOMS)
