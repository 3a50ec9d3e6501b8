"""Bad input through the whole bot on the simulated WeChat: it lives on, loses no row, and shows nobody a stack."""

import asyncio
import random
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from community import people, staff
from community.db import Database
from community.events import Heard, Person, Place
from community.house import House
from front.keting import Keting
from front.settings import read_settings
from gateway.simulated import Said, SimulatedWeChat
from handlers.command import discover
from handlers.desk import CALM
from handlers.router import Router
from tests.conftest import Now, write

SQL = "'; DROP TABLE member; --"
JINJA = "{{ 7*7 }}{% for x in range(10**9) %}{{ x }}{% endfor %}{{ ''.__class__.__mro__ }}"
NICKNAMES = [
    "=cmd()",
    "{{7*7}}",
    SQL,
    "🐣" * 50,
    "名" * 200,
    "\u202eevil",
    "\u200b",
    "",
    "\x00\x07\x1b[31m",
    "a\nb\tc",
    "@客厅",
]
WORDS = [
    "",
    " ",
    "\u3000\u2005\u200b\ufeff",
    "啊" * 50_000,
    "+" * 50_000,
    "@" * 50_000,
    "「" * 20_000,
    "+1 " * 17_000,
    "\n" * 50_000,
    "🐣🥚" * 500,
    "👨‍👩‍👧‍👦+2",
    "\u202e2+\u202c",
    "\u05e9\u05dc\u05d5\u05dd +2",
    "+\u200b2",
    "\x00+2\x00",
    "".join(map(chr, range(32))),
    SQL,
    f"参团 {SQL}",
    f"开团 {SQL} 1元 1份 明天18:00截单",
    JINJA,
    f"开团 {JINJA} 5斤装 29.9元 40份 明天18:00截单",
    "<script>alert(1)</script>",
    "%s%s%n{0}{name}",
    "\ud7ff\ue000\uffff",
]
QUANTITIES = [
    "0",
    "-1",
    "1000000000",
    "10^9",
    "٣",
    "½",
    "2.5",
    "1e9",
    "NaN",
    "零",
    "负一",
    "一百亿",
    "²",
    "+2+2",
    "9" * 5000,
]
ROUTER = Router(discover())
STACK = re.compile(r"Traceback|Error\b|Exception|sqlite|jinja|\bNone\b|File \"|__class__|object at 0x", re.IGNORECASE)


class Town:
    """A whole bot on a simulated WeChat and clock, with one enabled room and an open group buy of forty."""

    def __init__(self, database: Database, house: House, now: Now, folder: Path) -> None:
        self.database = database
        self.now = now
        self.said: list[Said] = []
        self.puppet = SimulatedWeChat(now, "t")
        self.puppet.on_said = self.said.append
        self.keting = Keting(read_settings(folder / "no.env", {}), database, house, self.puppet, now)
        self.owner, self.wang = self.puppet.contact("店主"), self.puppet.contact("王阿姨")
        self.room = self.puppet.room("幸福里1群", [self.owner, self.wang])

    async def open(self) -> None:
        place = Place(self.room, "幸福里1群")
        for function, *args in (
            (staff.enthrone, Person(self.owner, "店主")),
            (people.known_room, place),
            (people.switch, self.room, True),
        ):
            write(self.database, function, *args, self.now())
        self.running = asyncio.create_task(self.keting.wechat.run())
        await self.hear(self.owner, "开团 红富士苹果 5斤装 29.9元 40份 [限10份] 明天18:00截单")
        await self.hear(self.owner, "确认")
        self.said.clear()

    async def hear(self, by: str, text: str, **more: Any) -> list[str]:
        """Somebody says something in the room; what the bot says to that."""
        before = len(self.said)
        self.puppet.say(by, self.room, text, **more)
        await self.settle()
        return [said.text for said in self.said[before:]]

    async def settle(self) -> None:
        """Let everything be handled, written and said."""
        await self.keting.wechat.drained()
        while under_way := self.keting.desk.under_way:
            await asyncio.gather(*map(asyncio.wrap_future, under_way), return_exceptions=True)
        while (until := await self.keting.sender.turn()) is not None:
            self.now.pass_(max(0.0, until - self.now().timestamp()))
        await self.keting.wechat.drained()

    async def lives(self) -> bool:
        """Whether a sensible question still gets a sensible answer."""
        self.now.pass_(60)
        answers = await self.hear(self.wang, "团购")
        return len(answers) == 1 and "红富士苹果" in answers[0]

    def rows(self, table: str) -> int:
        assert self.database.path is not None
        with sqlite3.connect(self.database.path) as raw:
            count: int = raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of our own
        return count

    def orders(self) -> list[tuple[str, int]]:
        assert self.database.path is not None
        with sqlite3.connect(self.database.path) as raw:
            return list(raw.execute("SELECT status, quantity FROM groupbuy_order ORDER BY id"))


@pytest_asyncio.fixture
async def town(database: Database, house: House, now: Now, tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(database, house, now, tmp_path)
    await town.open()
    yield town
    await town.keting.wechat.stop()
    await town.running


def calm(answers: list[str]) -> bool:
    """Whether nobody is shown a stack or the sentence for our own errors."""
    return not any(STACK.search(answer) or CALM in answer for answer in answers)


# What people type


@pytest.mark.parametrize("text", WORDS, ids=lambda text: repr(text[:12]))
async def test_odd_words_neither_stop_the_bot_nor_show_its_inside(
    town: Town, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    answers = await town.hear(town.wang, text)
    answers += await town.hear(town.wang, f"@客厅 {text}")
    answers += await town.hear(town.owner, text)
    assert calm(answers)
    assert "49" not in "".join(answers)
    assert "Traceback" not in caplog.text
    assert await town.lives()


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: repr(quantity[:12]))
@pytest.mark.parametrize("form", ["+{}", "参团 {}", "参团{}", "改 {}", "{}份", "领鸡蛋 {}", "核销 {}"])
async def test_an_odd_quantity_is_never_an_order_that_nobody_meant(
    town: Town, form: str, quantity: str, caplog: pytest.LogCaptureFixture
) -> None:
    answers = await town.hear(town.wang, form.format(quantity))
    assert calm(answers)
    assert "Traceback" not in caplog.text
    assert town.orders() in ([], [("placed", 3)] if quantity == "٣" else [])
    assert await town.lives()


@pytest.mark.parametrize("keyword", [keyword for command in discover() for keyword in command.keywords])
async def test_every_command_bears_any_argument_from_anybody(
    town: Town, keyword: str, caplog: pytest.LogCaptureFixture
) -> None:
    for rest in ("{{7*7}}", SQL, "9" * 3000, "\u202e\u200b", "🐣" * 300, "-1", "½"):
        for who in (town.owner, town.wang):
            for text in (f"{keyword} {rest}", f"{keyword}{rest}", f"@客厅 {keyword} {rest}"):
                town.puppet.say(who, town.room, text)
            town.puppet.say(who, town.puppet.bot_id, f"{keyword} {rest}")
    await town.settle()
    assert calm([said.text for said in town.said])
    assert "Traceback" not in caplog.text


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(max_size=60),
    before=st.sampled_from(["", "+", "参团", "开团 ", "改 ", "取消", "@客厅 ", "「", "领鸡蛋"]),
)
def test_no_text_at_all_is_too_much_for_the_router(text: str, before: str) -> None:
    found = ROUTER.find(Heard("m", Person("w", "王阿姨"), before + text, None, mentioned=True))
    assert found is None or found.command in ROUTER.commands


@pytest.mark.parametrize("name", ["苹果/../../x", 'a"b:c|d?', "<>果", "=1+1", "{{7*7}}"])
async def test_files_that_are_sent_bear_names_that_any_system_takes(town: Town, name: str) -> None:
    await town.hear(town.owner, "截单")
    await town.hear(town.owner, f"开团 {name} 1元 5份 明天18:00截单")
    await town.hear(town.owner, "确认")
    files = await town.hear(town.owner, "海报")
    await town.hear(town.wang, "+1")
    await town.hear(town.owner, "截单")
    files += (await town.hear(town.owner, "表格"))[:1]
    assert [file[-4:] for file in files] == [".png", "xlsx"]
    assert not set('<>:"/\\|?*') & set("".join(files))


# What people are called


@pytest.mark.parametrize("name", NICKNAMES, ids=lambda name: repr(name[:12]))
async def test_an_odd_nickname_orders_like_any_other(town: Town, name: str, caplog: pytest.LogCaptureFixture) -> None:
    odd = town.puppet.contact(name, id="wxid_odd")
    town.puppet.enter(town.room, odd)
    answers = await town.hear(odd, "+2")
    answers += await town.hear(odd, "我的订单")
    town.puppet.join(town.room, town.puppet.contact("小陈"), odd)
    await town.settle()
    answers += await town.hear(odd, "邀请榜")
    answers += await town.hear(town.owner, "截单")
    assert calm(answers)
    assert town.orders() == [("placed", 2)]
    assert "49" not in "".join(answers)
    assert "\x1b" not in "".join(answers)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("topic", ["", SQL, JINJA, "🏠" * 100, "\u202e"])
async def test_an_odd_topic_is_only_a_topic(town: Town, topic: str) -> None:
    town.puppet.rename(town.room, topic)
    await town.settle()
    assert await town.lives()
    assert calm(await town.hear(town.owner, "状态"))


async def test_two_people_of_one_name_are_two(town: Town) -> None:
    for number in range(2):
        twin = town.puppet.contact("王阿姨", id=f"twin{number}")
        town.puppet.enter(town.room, twin)
        await town.hear(twin, "+2")
    assert town.orders() == [("placed", 2), ("placed", 2)]


# What a gateway reports

KINDS = [
    "message",
    "room-join",
    "room-leave",
    "room-topic",
    "friendship",
    "room-invite",
    "logout",
    "error",
    "scan",
    "heart-beat",
    "dong",
    "ready",
    "no-such-kind",
]
FIELDS = [
    "message_id",
    "room_id",
    "invited_ids",
    "inviter_id",
    "removed_ids",
    "remover_id",
    "new_topic",
    "old_topic",
    "changer_id",
    "timestamp",
    "friendship_id",
    "room_invitation_id",
    "data",
    "contact_id",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, "", "unknown", SQL], ids=repr)
async def test_events_with_empty_or_strange_fields_are_survived(town: Town, kind: str, value: str | None) -> None:
    for several in (None, [], [value], ["", value, value]):
        fields = dict.fromkeys(FIELDS, value) | {"invited_ids": several, "removed_ids": several}
        town.puppet.happen(kind, SimpleNamespace(**fields))
        town.puppet.happen(kind, SimpleNamespace(**(fields | {"room_id": town.room})))
    assert await town.lives()
    assert town.orders() == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "message"])
async def test_events_without_fields_are_survived(town: Town, kind: str) -> None:
    town.puppet.happen(kind, SimpleNamespace())
    town.puppet.happen(kind, None)
    assert await town.lives()


@pytest.mark.parametrize("kind", range(-1, 25))
async def test_whatever_type_a_message_has_only_words_are_commands(town: Town, kind: int) -> None:
    answers = await town.hear(town.wang, "+2", kind=kind)
    assert calm(answers)
    assert len(town.orders()) == len([text for text in answers if "红富士苹果" in text])
    assert await town.lives()


async def test_messages_that_come_again_and_in_any_order_count_once(town: Town) -> None:
    chance = random.Random(3)
    neighbours = [town.puppet.contact(f"邻居{number}") for number in range(12)]
    for neighbour in neighbours:
        town.puppet.enter(town.room, neighbour)
    messages = [town.puppet.say(neighbour, town.room, "+2") for neighbour in neighbours] * 4
    chance.shuffle(messages)
    for message in messages:
        town.puppet.again(message)
    await town.settle()
    assert town.orders() == [("placed", 2)] * 12


async def test_no_row_is_lost_among_all_that_noise(town: Town) -> None:
    neighbours = [town.puppet.contact(f"邻居{number}") for number in range(30)]
    for neighbour, text in zip(neighbours, (WORDS * 2)[:30], strict=True):
        town.puppet.enter(town.room, neighbour)
        town.puppet.happen("error", None)
        town.puppet.say(town.wang, town.room, text)
        town.puppet.say(neighbour, town.room, "+1")
    await town.settle()
    assert town.orders().count(("placed", 1)) == 30
    assert town.rows("outbox WHERE status <> 'sent'") == 0
