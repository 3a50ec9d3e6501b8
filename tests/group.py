"""A group chat to test with: a bot, two residents, what the bot was told and what it said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from community.events import Event, Person, Place
from gateway.simulated import Said, SimulatedWeChat
from gateway.wechat import WeChat

BEGIN = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)
WANG = Person("wxid_王阿姨", "王阿姨")
LI = Person("wxid_李姐", "李姐")
CHEN = Person("wxid_小陈", "小陈")


class Group:
    """A bot in one room with 王阿姨 and 李姐, what it was told (`events`) and what it said (`said`)."""

    def __init__(self, run: str = "t", bot: str = "客厅") -> None:
        self.puppet = SimulatedWeChat(lambda: BEGIN, run, bot=bot)
        self.events: list[Event] = []
        self.said: list[Said] = []
        self.puppet.on_said = self.said.append
        self.wechat = WeChat(self.puppet, self.events.append)
        self.wang = self.puppet.contact("王阿姨")
        self.li = self.puppet.contact("李姐")
        self.room = self.puppet.room("幸福里1群", [self.wang, self.li])
        self.place = Place(self.room, "幸福里1群")

    async def told(self) -> list[Event]:
        """What has been told since the last time."""
        await self.wechat.drained()
        events, self.events[:] = list(self.events), []
        return events


@asynccontextmanager
async def opened(**kw: Any) -> AsyncIterator[Group]:
    group = Group(**kw)
    running = asyncio.create_task(group.wechat.run())
    await group.wechat.drained()
    try:
        yield group
    finally:
        await group.wechat.stop()
        await asyncio.wait_for(running, 1)
