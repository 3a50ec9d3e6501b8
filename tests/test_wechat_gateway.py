"""The same WeChat on the real npm gateway: events, names and words as they really come and go."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from community.events import Echo, Event, Heard, Joined, Left, Person, Pictured, Place, Renamed
from gateway.endpoint import Endpoint
from gateway.link import Limits
from gateway.reliable import ReliablePuppet
from gateway.transport import HEAVIEST, Refused, Unreachable
from gateway.wechat import WeChat
from tests.npm_gateway import TOKEN, NpmGateway, running_gateway, until

QUICK = Limits(call=2, send=3, start=5, ping=0.3, pong=0.5, back_off=0.02, back_off_most=0.2, good=60)
WANG, LI, CHEN = Person("wang", "王阿姨"), Person("li", "李姐"), Person("chen", "小陈")


@pytest.fixture(scope="module")
def process() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(process: NpmGateway) -> Iterator[NpmGateway]:
    process.reset()
    yield process
    assert process.broken == []


class Bot:
    """A running account and everything it was told."""

    def __init__(self, port: int) -> None:
        self.events: list[Event] = []
        self.puppet = ReliablePuppet(Endpoint("127.0.0.1", port, TOKEN), limits=QUICK, dice=random.Random(7))
        self.wechat = WeChat(self.puppet, self.events.append)
        self.running = asyncio.create_task(self.wechat.run())

    async def told(self, count: int = 1) -> list[Event]:
        """The next `count` events."""
        await until(lambda: len(self.events) >= count)
        events, self.events[:] = list(self.events), []
        return events


@pytest.fixture
async def bot(gateway: NpmGateway) -> AsyncIterator[Bot]:
    bot = Bot(gateway.port)
    async with asyncio.timeout(10):
        await bot.wechat.drained()
    await until(lambda: bot.puppet.connected)
    yield bot
    async with asyncio.timeout(5):
        await bot.wechat.stop()
        await bot.running


@pytest.fixture
def place(gateway: NpmGateway, bot: Bot, request: pytest.FixtureRequest) -> Place:
    """A room of the test's own with 王阿姨, 李姐 and the bot, as the tests before have changed theirs."""
    place = Place(f"{request.node.name}@chatroom", "幸福里1群")
    gateway.do("room", room=place.id, topic=place.name, members=["wang", "li", "bot"])
    return place


async def test_words_come_and_go(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    ids = [gateway.say("wang", place.id, "+2", mentions=["bot"]), gateway.say("li", place.id, "早")]
    assert await bot.told(2) == [Heard(ids[0], WANG, "+2", place, mentioned=True), Heard(ids[1], LI, "早", place)]
    await bot.wechat.say(place.id, "已记下 2 份")
    await bot.wechat.say("wang", "取货码 482913")
    said = [(place.id, "已记下 2 份"), ("wang", "取货码 482913")]
    assert {(e.to, e.text) for e in await bot.told(2) if isinstance(e, Echo)} == set(said)
    await until(lambda: gateway.heard == said)


async def test_a_mention_says_the_names_and_echoes_without(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    await bot.wechat.say(place.id, "到货了", ["wang", "li"])
    assert await bot.told() == [Echo(place.id, "到货了")]
    said = [place.id, "@王阿姨\u2005@李姐 到货了", ["wang", "li"]]
    await until(lambda: gateway.called("messageSendText") == [said])


async def test_a_picture_goes_out(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    await bot.wechat.show(place.id, "poster.png", b"\x89PNG\r\n\x1a\n")
    await until(lambda: gateway.called("messageSendFile"))
    ((where, picture),) = gateway.called("messageSendFile")
    assert (where, picture["file"], picture["mediaType"]) == (place.id, "poster.png", "image/png")
    assert picture["base64"] == "iVBORw0KGgo="


async def test_a_file_goes_out_to_one_person_under_its_name(gateway: NpmGateway, bot: Bot) -> None:
    await bot.wechat.hand("wang", "周末水果 11-23.xlsx", b"PK\x03\x04")
    await until(lambda: gateway.called("messageSendFile"))
    ((whom, file),) = gateway.called("messageSendFile")
    assert (whom, file["file"], file["base64"]) == ("wang", "周末水果 11-23.xlsx", "UEsDBA==")
    assert file["mediaType"].endswith("spreadsheetml.sheet")  # the gateway knows it by its name


@pytest.mark.parametrize("size", [8, 3_000_000])
async def test_a_picture_comes_in_and_is_fetched_when_asked_for(
    gateway: NpmGateway, bot: Bot, place: Place, size: int
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(size)
    sent = gateway.do("say", by="wang", to=place.id, file=base64.b64encode(picture).decode())
    assert await bot.told() == [Pictured(sent, WANG, place)]
    assert await bot.wechat.picture(sent) == picture


async def test_a_picture_too_big_or_gone_is_refused_and_the_bot_goes_on(
    gateway: NpmGateway, bot: Bot, place: Place
) -> None:
    huge = gateway.do("say", by="wang", to=place.id, file=base64.b64encode(bytes(HEAVIEST + 1)).decode())
    with pytest.raises(Refused):
        await bot.wechat.picture(huge)
    with pytest.raises((Refused, Unreachable)):
        await bot.wechat.picture("no such message")
    await bot.wechat.say(place.id, "还在")
    await until(lambda: gateway.heard == [(place.id, "还在")])


async def test_people_come_and_go(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    gateway.do("join", room=place.id, who=["chen"], by="li")
    assert await bot.told() == [Joined(place, (CHEN,), LI)]
    gateway.do("rename", person="chen", name="陈先生")
    gateway.do("leave", room=place.id, who=["chen"], by="li")
    assert await bot.told() == [Left(place, (Person("chen", "陈先生"),))]


@pytest.mark.parametrize("kind", [0, 18])
async def test_a_line_about_a_join_is_read(gateway: NpmGateway, bot: Bot, place: Place, kind: int) -> None:
    gateway.say("wang", place.id, '"王阿姨"通过扫描"李姐"分享的二维码加入群聊', type=kind)
    assert await bot.told() == [Joined(place, (WANG,), LI)]


async def test_a_new_topic_is_used_at_once(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    gateway.say("wang", place.id, "早")
    await bot.told()
    gateway.do("topic", room=place.id, text="幸福里大家庭", by="wang")
    message = gateway.say("wang", place.id, "好")
    renamed = Place(place.id, "幸福里大家庭")
    assert await bot.told(2) == [Renamed(renamed), Heard(message, WANG, "好", renamed)]
    await bot.wechat.set_topic(place.id, "幸福里一群")
    await until(lambda: gateway.called("roomTopic") == [[place.id, "幸福里一群"]])


async def test_it_knows_who_is_in_a_room(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    assert await bot.wechat.room_members(place.id) == [WANG, LI]


async def test_a_refusal_comes_through_wechaty_as_one(gateway: NpmGateway, bot: Bot, place: Place) -> None:
    gateway.do("fail", method="messageSendText", message="not in the room", code=9)
    with pytest.raises(Refused):
        await bot.wechat.say(place.id, "早")


async def test_it_goes_on_after_the_gateway_was_killed(gateway: NpmGateway, bot: Bot) -> None:
    gateway.kill()
    await until(lambda: not bot.puppet.connected)
    gateway.start()
    await until(lambda: bot.puppet.connected)
    message = gateway.say("wang", "1@chatroom", "还在吗")
    assert await bot.told() == [Heard(message, WANG, "还在吗", Place("1@chatroom", "幸福里1群"))]
