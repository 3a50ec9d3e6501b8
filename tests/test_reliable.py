"""The reliable puppet on the real npm gateway: every defect of the stock client that can be provoked, provoked."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.puppet import POST, SYSTEM
from gateway.transport import Refused, Unreachable, Unsure
from tests.npm_gateway import NpmGateway, free_port, running_gateway, until
from tests.reliable_bot import OTHER_ROOM, QUICK, ROOM, Bot, a_bot

from wechaty_puppet import FileBox, MessageType  # isort: skip - after gateway.puppet, which makes it importable

PNG = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def process() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(process: NpmGateway) -> Iterator[NpmGateway]:
    process.reset()
    yield process
    assert process.broken == []


@pytest.fixture
async def bot(gateway: NpmGateway) -> AsyncIterator[Bot]:
    async with a_bot(gateway.port) as bot:
        await bot.online()
        yield bot


# --- what works with any client must work here too ---


async def test_login_and_ready_are_told(bot: Bot) -> None:
    await until(lambda: {"login", "ready"} <= set(bot.kinds()))
    assert bot.puppet.self_id() == "bot"


async def test_what_is_said_arrives(gateway: NpmGateway, bot: Bot) -> None:
    room = gateway.say("wang", ROOM, "+1", mentions=["bot"])
    gateway.say("li", "bot", "我的鸡蛋")
    await until(lambda: len(bot.messages) == 2)
    assert bot.texts == {ROOM: ["+1"], "li": ["我的鸡蛋"]}
    said = next(m for m in bot.messages if m.id == room)
    assert (said.from_id, said.type, list(said.mention_ids)) == ("wang", MessageType.MESSAGE_TYPE_TEXT, ["bot"])


async def test_what_the_bot_says_goes_out_and_comes_back(gateway: NpmGateway, bot: Bot) -> None:
    sent = await bot.puppet.message_send_text(ROOM, "记下了", ["wang", "li"])
    assert gateway.called("messageSendText") == [[ROOM, "记下了", ["wang", "li"]]]
    await until(lambda: bot.messages)
    assert (bot.messages[0].id, bot.messages[0].from_id) == (sent, "bot")


async def test_a_picture_goes_out_as_it_is(gateway: NpmGateway, bot: Bot) -> None:
    await bot.puppet.message_send_file(ROOM, FileBox.from_base64(PNG, "海报.png"))
    [[room, picture]] = gateway.called("messageSendFile")
    assert (room, picture["file"], picture["base64"]) == (ROOM, "海报.png", PNG.decode())
    await until(lambda: bot.messages)
    assert bot.messages[0].type == MessageType.MESSAGE_TYPE_IMAGE


async def test_join_leave_and_topic_are_told(gateway: NpmGateway, bot: Bot) -> None:
    gateway.do("join", room=ROOM, who=["chen"], by="wang")
    gateway.do("topic", room=ROOM, text="幸福里一群", by="li")
    gateway.do("leave", room=ROOM, who=["chen"], by="chen")
    await until(lambda: "room-leave" in bot.kinds())
    joined, topic, left = (payload for kind, payload in bot.events if kind.startswith("room-"))
    assert (joined.invited_ids, joined.inviter_id, joined.room_id) == (["chen"], "wang", ROOM)
    assert (topic.new_topic, topic.changer_id) == ("幸福里一群", "li")
    assert left.removed_ids == ["chen"]


async def test_a_message_delivered_again_keeps_its_id(gateway: NpmGateway, bot: Bot) -> None:
    said = gateway.say("wang", ROOM, "+2")
    gateway.do("again", message=said)
    await until(lambda: len(bot.messages) == 2)
    assert {m.id for m in bot.messages} == {said}


async def test_names_topics_and_members_are_read_fresh(gateway: NpmGateway, bot: Bot) -> None:
    assert (await bot.puppet.contact_payload("li")).name == "李姐"
    gateway.do("topic", room=OTHER_ROOM, text="二群", by="li")
    assert (await bot.puppet.room_payload(OTHER_ROOM)).topic == "二群"
    assert set(await bot.puppet.room_members(OTHER_ROOM)) == {"li", "bot"}
    assert (await bot.puppet.room_member_payload(OTHER_ROOM, "li")).name == "李姐"
    assert {ROOM, OTHER_ROOM} <= set(await bot.puppet.room_search())


# --- setters: their fields moved between the 0.x and the 1.x gateways ---


async def test_a_1x_gateway_sets_what_it_is_told_to(gateway: NpmGateway, bot: Bot) -> None:
    await bot.puppet.room_topic(OTHER_ROOM, "新名字")
    await bot.puppet.room_announce(OTHER_ROOM, "周六停水")
    assert await bot.puppet.contact_alias("li", "3栋李姐") == "3栋李姐"
    assert gateway.called("roomTopic") == [[OTHER_ROOM, "新名字"]]
    assert gateway.called("roomAnnounce") == [[OTHER_ROOM, "周六停水"]]
    assert gateway.called("contactAlias") == [["li", "3栋李姐"]]


async def test_an_alias_can_be_removed(gateway: NpmGateway, bot: Bot) -> None:
    await bot.puppet.contact_alias("li", "")
    assert gateway.called("contactAlias") == [["li", ""]]


async def test_an_announcement_is_read_without_setting_one(bot: Bot) -> None:
    assert await bot.puppet.room_announce(OTHER_ROOM) == f"mock announcement for {OTHER_ROOM}"


# --- sends that fail ---


@pytest.mark.parametrize("code", [3, 5, 6, 7, 9, 11, 12])
async def test_what_will_never_work_is_refused(gateway: NpmGateway, bot: Bot, code: int) -> None:
    gateway.do("fail", method="messageSendText", code=code, message="not in the room")
    with pytest.raises(Refused, match="not in the room"):
        await bot.puppet.message_send_text(ROOM, "早")


@pytest.mark.parametrize("code", [8, 14, 16])
async def test_what_the_gateway_did_not_begin_may_be_tried_again(gateway: NpmGateway, bot: Bot, code: int) -> None:
    gateway.do("fail", method="messageSendText", message="WeChat is busy", code=code)
    with pytest.raises(Unreachable, match="WeChat is busy"):
        await bot.puppet.message_send_text(ROOM, "早")
    assert await bot.puppet.message_send_text(ROOM, "早")


@pytest.mark.parametrize("code", [None, 2, 10, 13, 15])
async def test_an_error_of_the_gateway_says_nothing_of_what_has_gone_out(
    gateway: NpmGateway, bot: Bot, code: int | None
) -> None:
    fault = {} if code is None else {"code": code}
    gateway.do("fail", method="messageSendText", message="socket hang up", **fault)
    with pytest.raises(Unsure, match="socket hang up"):
        await bot.puppet.message_send_text(ROOM, "早")


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ("not logged in, no this.__currentUserId yet.", Unreachable),
        ("you are not in the room", Refused),
        ("MockRoom.load(): room@chatroom not exist.", Refused),
    ],
)
async def test_unless_its_words_prove_that_nothing_has(
    gateway: NpmGateway, bot: Bot, message: str, meaning: type[Exception]
) -> None:
    gateway.do("fail", method="messageSendText", message=message)
    with pytest.raises(meaning):
        await bot.puppet.message_send_text(ROOM, "早")


async def test_no_answer_in_time_leaves_it_unsure(gateway: NpmGateway) -> None:
    async with a_bot(gateway.port, limits=replace(QUICK, send=0.3)) as bot:
        await bot.online()
        gateway.do("hold", what="messageSendText")
        with pytest.raises(Unsure):
            await bot.puppet.message_send_text(ROOM, "早")


async def test_without_a_gateway_nothing_was_sent(gateway: NpmGateway) -> None:
    async with a_bot(free_port()) as bot:
        with pytest.raises(Unreachable):
            await bot.puppet.message_send_text(ROOM, "早")


# --- order ---


async def test_a_burst_keeps_its_order_in_each_room(gateway: NpmGateway, bot: Bot) -> None:
    for number in range(150):
        gateway.say("li", (ROOM, OTHER_ROOM)[number % 2], str(number))
    await until(lambda: len(bot.messages) == 150)
    assert bot.texts == {ROOM: [str(n) for n in range(0, 150, 2)], OTHER_ROOM: [str(n) for n in range(1, 150, 2)]}


async def test_a_slow_payload_is_waited_for_in_its_room(gateway: NpmGateway, bot: Bot) -> None:
    gateway.do("hold", what="+1")
    gateway.say("wang", ROOM, "+1")
    gateway.say("wang", ROOM, "取消")
    gateway.do("release", what="+1")
    await until(lambda: len(bot.messages) == 2)
    assert bot.texts[ROOM] == ["+1", "取消"]


async def test_a_slow_room_does_not_hold_up_another(gateway: NpmGateway, bot: Bot) -> None:
    gateway.do("person", person="slow", name="慢")
    gateway.do("hold", what="slow")
    gateway.say("slow", ROOM, "+1")
    gateway.say("wang", ROOM, "+2")
    gateway.say("li", OTHER_ROOM, "+3")
    await until(lambda: bot.texts == {OTHER_ROOM: ["+3"]})
    gateway.do("release", what="slow")
    await until(lambda: bot.texts.get(ROOM) == ["+1", "+2"])


async def test_a_payload_that_never_comes_holds_nobody_up_for_long(gateway: NpmGateway) -> None:
    async with a_bot(gateway.port, patience=0.05) as bot:
        await bot.online()
        gateway.do("hold", what="谁知道哪个群")
        gateway.say("wang", ROOM, "谁知道哪个群")
        gateway.say("li", OTHER_ROOM, "+3")
        await until(lambda: bot.texts == {OTHER_ROOM: ["+3"]})
        gateway.do("release", what="谁知道哪个群")
        await until(lambda: ROOM in bot.texts)


# --- loads that fail ---


@pytest.mark.parametrize("method", ["messageRawPayload", "contactRawPayload"])
async def test_a_load_that_fails_is_repeated(gateway: NpmGateway, bot: Bot, method: str) -> None:
    newcomer = f"new-{method}"
    gateway.do("person", person=newcomer, name="新")
    gateway.do("fail", method=method, times=2)
    gateway.say(newcomer, ROOM, "+1")
    await until(lambda: bot.texts == {ROOM: ["+1"]})


async def test_a_message_that_cannot_be_loaded_is_counted_and_survived(gateway: NpmGateway) -> None:
    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    async with a_bot(gateway.port, sleep=at_once) as bot:
        await bot.online()
        gateway.do("fail", method="messageRawPayload", times=8)
        gateway.say("wang", ROOM, "没了")
        await until(lambda: bot.puppet.lost == 1)
        assert await bot.hears(gateway)


async def test_a_handler_that_fails_is_logged_and_survived(
    gateway: NpmGateway, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    async def clumsy(kind: str, payload: Any) -> None:
        raise ZeroDivisionError

    hear = bot._take
    bot.puppet.listen(clumsy)
    gateway.say("wang", ROOM, "+1")
    await until(lambda: "ZeroDivisionError" in caplog.text)
    bot.puppet.listen(hear)
    assert "in clumsy" in caplog.text
    assert await bot.hears(gateway)


# --- odd events ---

ODD = [
    *((kind, "") for kind in (0, 1, 2, 3, 4, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27, 99, 2**31 - 1)),
    *((kind, text) for kind in (2, 16, 19, 27) for text in ("no JSON", "null", "[]", "7", '"text"', "[" * 5000)),
    (1, '{"timeout": 60}'),
    (2, '{"messageId": null}'),
    (2, '{"messageId": 7}'),
    (16, '{"gerror": "…"}'),
    (16, '{"code": 2, "details": "…", "data": {"deep": []}}'),
    (19, '{"inviteeIdList": "wang", "roomId": "1@chatroom"}'),
    (19, '{"inviteeIdList": [null], "roomId": "1@chatroom"}'),
    (19, '{"inviteeIdList": ["wang"], "roomId": null}'),
    (21, '{"roomId": "1@chatroom", "timestamp": "gestern"}'),
    (22, '{"status": 99}'),
    (26, "{}"),
    (27, '{"payloadType": [], "payloadId": {}}'),
]


async def test_odd_events_are_survived(gateway: NpmGateway, bot: Bot) -> None:
    for kind, payload in ODD:
        gateway.do("raw", type=kind, payload=payload)
    assert await bot.hears(gateway)
    assert bot.puppet.connected
    assert bot.puppet.lost == 0


async def test_a_join_without_inviter_is_a_join(gateway: NpmGateway, bot: Bot) -> None:
    gateway.do("raw", type=19, payload=json.dumps({"inviteeIdList": ["chen"], "roomId": ROOM}))
    await until(lambda: "room-join" in bot.kinds())
    joined = dict(bot.events)["room-join"]
    assert (joined.invited_ids, joined.inviter_id) == (["chen"], "")


@pytest.mark.parametrize(
    ("number", "kind"),
    [(10, MessageType.MESSAGE_TYPE_TEXT), (16, POST), (18, SYSTEM), (99, MessageType.MESSAGE_TYPE_UNSPECIFIED)],
)
async def test_a_type_wechaty_does_not_know_keeps_its_text(
    gateway: NpmGateway, bot: Bot, number: int, kind: int
) -> None:
    gateway.say("wang", ROOM, "#接龙\n1. 王阿姨 2份", type=number)
    await until(lambda: bot.messages)
    assert (bot.messages[0].type, bot.messages[0].text) == (kind, "#接龙\n1. 王阿姨 2份")


async def test_a_logout_is_told_and_the_next_login_too(gateway: NpmGateway, bot: Bot) -> None:
    gateway.do("logout")
    await until(lambda: "logout" in bot.kinds())
    gateway.do("login")
    await until(lambda: bot.kinds().index("logout") < len(bot.kinds()) - 1 and bot.kinds()[-1] != "logout")
    assert await bot.hears(gateway)
