"""The second way to the owner: a WeCom group robot's webhook, or the log where none is set."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

log = logging.getLogger(__name__)

SAME_NEWS = timedelta(hours=1)
"""The same kind of news is told once in this time (a robot takes 20 messages a minute, an owner far fewer)."""
AGAIN = timedelta(minutes=5)
"""After this time it is tried again when the webhook did not take the news."""
TIMEOUT = 5.0
"""Seconds for the whole of one call; what is told waits for it."""
AWAY = timedelta(minutes=3)
"""How long the gateway may be away before the owner hears of it."""


class Alarm:
    """Tells the owner what the bot cannot say in WeChat. Never raises."""

    def __init__(self, webhook: str | None, now: Callable[[], datetime]) -> None:
        self._webhook = webhook
        self._now = now
        self._silent_until: dict[str, datetime] = {}

    async def tell(self, kind: str, text: str) -> None:
        """Say it once an hour per `kind`."""
        now = self._now()
        until = self._silent_until.get(kind)
        if until is not None and now < until <= now + SAME_NEWS:  # further off: the clock was set back since
            return
        self._silent_until[kind] = now + SAME_NEWS
        log.warning("%s", text)
        if self._webhook and not await self._post(self._webhook, text):
            self._silent_until[kind] = now + AGAIN

    def over(self, kind: str) -> bool:
        """That news is out of date: the next of its kind is told at once. Whether it had been told."""
        return self._silent_until.pop(kind, None) is not None

    async def _post(self, webhook: str, text: str) -> bool:
        """Post it in the shape that the robot documents; it answers errcode 0 when it took the message."""
        try:
            async with asyncio.timeout(TIMEOUT), httpx.AsyncClient(timeout=TIMEOUT) as client:
                answer = await client.post(webhook, json={"msgtype": "text", "text": {"content": f"【客厅】{text}"}})
                taken: bool = answer.json().get("errcode") == 0
        except Exception as error:  # an address may be odd in many ways; the log must not hold it, for it is secret
            log.error("the webhook cannot be reached: %s", type(error).__name__)
            return False
        if not taken:
            log.error("the webhook did not take the message: HTTP %s", answer.status_code)
        return taken


class Watch:
    """Notices that the gateway has been away too long, and that it is back."""

    def __init__(self, alarm: Alarm, now: Callable[[], datetime]) -> None:
        self._alarm = alarm
        self._now = now
        self._since: datetime | None = None

    async def look(self, *, connected: bool) -> None:
        """Look once; called every few seconds."""
        now = self._now()
        if connected:
            self._since = None
            if self._alarm.over("away"):
                await self._alarm.tell("back", "微信网关又连上了。断开时群里说的话收不到，要紧的请翻一翻。")
                self._alarm.over("back")
            return
        if self._since is None or self._since > now:
            self._since = now
        if now - self._since >= AWAY:
            minutes = int((now - self._since).total_seconds() // 60)
            await self._alarm.tell("away", f"微信网关已经断开 {minutes} 分钟，群里的话收不到也发不出，请看看。")
