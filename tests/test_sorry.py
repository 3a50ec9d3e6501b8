"""A database that cannot be written to: nothing half is kept, the room is asked for patience once, the owner told."""

import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest

from community import people
from community.db import Database
from community.events import Place
from community.house import House
from front.keting import Keting
from front.settings import read_settings
from gateway.simulated import Said, SimulatedWeChat
from gateway.sorry import SORRY
from tests.conftest import Now, write
from tests.npm_gateway import until

ROOM = "幸福里1群"


def opened(database: Database, house: House, now: Now) -> tuple[Keting, SimulatedWeChat, list[Said], str]:
    puppet = SimulatedWeChat(now, "run")
    said: list[Said] = []
    puppet.on_said = said.append
    room = puppet.room(ROOM, [puppet.contact("王阿姨")])
    write(database, people.known_room, Place(room, ROOM), now())
    write(database, people.switch, room, on=True, now=now())
    write(database, lambda tx: tx._cursor.execute("PRAGMA busy_timeout = 20"))
    return Keting(read_settings(environment={}), database, house, puppet, now), puppet, said, room


async def test_a_room_is_asked_for_patience_once_and_answered_when_the_trouble_is_over(
    database: Database, file: Path, house: House, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    keting, puppet, said, room = opened(database, house, now)
    working = asyncio.create_task(keting.run())
    await until(lambda: room in keting._known_rooms)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            puppet.say(puppet.contact("王阿姨"), room, "我的订单")
        await until(lambda: "订单记不上" in caplog.text)
    other.execute("ROLLBACK")
    other.close()
    puppet.say(puppet.contact("王阿姨"), room, "邀请规则")
    await until(lambda: any("带邻居" in words.text for words in said))
    assert [words.text for words in said].count(SORRY) == 1
    await keting.stop()
    await working
