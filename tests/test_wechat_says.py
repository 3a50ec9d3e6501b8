"""How words leave through Wechaty, how that fails, and how the account comes and goes without a trace."""

import asyncio
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from community.events import Echo, Place, Renamed
from gateway.simulated import Said, SimulatedWeChat
from gateway.transport import Refused, Unreachable, Unsure
from gateway.wechat import WeChat
from tests.group import BEGIN, LI, WANG, Group, opened


@pytest_asyncio.fixture
async def group() -> AsyncIterator[Group]:
    async with opened() as group:
        yield group


async def test_the_bot_hears_itself_as_an_echo(group: Group) -> None:
    await group.wechat.say(group.room, "已记下 2 份")
    await group.wechat.say(group.wang, "您的取货码 482913")
    assert await group.told() == [Echo(group.room, "已记下 2 份"), Echo(group.wang, "您的取货码 482913")]


async def test_a_mention_is_said_with_names_and_echoes_without(group: Group) -> None:
    await group.wechat.say(group.room, "到货了", [group.wang, group.li, "wxid_不在了"])
    assert group.said == [Said(group.room, "@王阿姨\u2005@李姐 到货了", (group.wang, group.li))]
    assert await group.told() == [Echo(group.room, "到货了")]


async def test_a_picture_arrives_whole(group: Group) -> None:
    await group.wechat.show(group.room, "海报.png", b"\x89PNG\r\n\x1a\n")
    assert group.said == [Said(group.room, "海报.png", image=b"\x89PNG\r\n\x1a\n")]
    assert await group.told() == []


async def test_a_file_arrives_whole_and_under_its_name(group: Group) -> None:
    await group.wechat.hand(group.wang, "周末水果 11-23.xlsx", b"PK\x03\x04")
    assert group.said == [Said(group.wang, "周末水果 11-23.xlsx", file=b"PK\x03\x04")]
    assert await group.told() == []


async def test_the_bot_knows_and_names_its_rooms(group: Group) -> None:
    assert await group.wechat.room_members(group.room) == [WANG, LI]
    await group.wechat.set_topic(group.room, "幸福里一群")
    assert await group.told() == [Renamed(Place(group.room, "幸福里一群"))]


async def test_a_refusal_comes_out_as_one(group: Group) -> None:
    group.puppet.fail.refuse_next = 1
    with pytest.raises(Refused):
        await group.wechat.say(group.room, "早")
    with pytest.raises(Refused):
        await group.wechat.say(group.room, "")
    await group.wechat.say(group.room, "早")
    assert len(group.said) == 1


async def test_an_absent_gateway_comes_out_as_unreachable(group: Group) -> None:
    group.puppet.fail.unreachable = True
    with pytest.raises(Unreachable):
        await group.wechat.say(group.wang, "早")
    with pytest.raises(Unreachable):
        await group.wechat.say("wxid_nobody", "早")
    assert await group.told() == []


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_broken_link_leaves_it_unsure_until_the_echo(group: Group, arrives: bool) -> None:
    group.puppet.fail.unsure, group.puppet.fail.unsure_arrives = 1, arrives
    with pytest.raises(Unsure):
        await group.wechat.say(group.room, "早")
    assert await group.told() == ([Echo(group.room, "早")] if arrives else [])


async def test_what_nobody_expected_is_unsure_and_logged_without_words(
    group: Group, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(said: Said) -> None:
        raise ValueError(said.text)

    secret = "秘密的话"
    group.puppet.on_said = broken
    with pytest.raises(Unsure) as raised:
        await group.wechat.say(group.room, secret)
    assert secret not in "".join(traceback.format_exception(raised.value))
    assert "ValueError" in caplog.text
    assert secret not in caplog.text


class Telling(SimulatedWeChat):
    """A gateway that tells the ids of what was said, of messages which it cannot load then."""

    asked = 0

    async def fetch_message(self, message_id: str) -> Any:
        self.asked += message_id.startswith("an id")
        return await super().fetch_message(message_id)

    async def message_send_text(self, *args: Any, **kw: Any) -> None:
        await super().message_send_text(*args, **kw)
        return "an id that leads nowhere"  # type: ignore[return-value] # this is what it is about


async def test_words_that_cannot_be_loaded_afterwards_are_out_all_the_same() -> None:
    puppet = Telling(lambda: BEGIN, "t")
    wechat = WeChat(puppet, lambda event: None)
    running = asyncio.create_task(wechat.run())
    await wechat.drained()
    await wechat.say(puppet.room("幸福里1群"), "早")
    await wechat.say(puppet.contact("王阿姨"), "早")
    assert puppet.asked == 0
    await wechat.stop()
    await running


async def test_no_words_reach_a_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened() as group:
        group.puppet.say(group.wang, group.room, "秘密的话")
        group.puppet.say(group.wang, group.puppet.bot_id, "秘密的话")
        group.puppet.befriend(group.wang)
        await group.wechat.say(group.room, "秘密的话", [group.wang])
        await group.wechat.say(group.wang, "秘密的话")
        await group.told()
    shown = capfd.readouterr()
    assert "秘密的话" not in caplog.text + shown.out + shown.err


async def test_it_stops_at_once_also_when_asked_twice() -> None:
    group = Group()
    running = asyncio.create_task(group.wechat.run())
    await group.wechat.drained()
    await asyncio.wait_for(asyncio.gather(group.wechat.stop(), group.wechat.stop()), 1)
    await group.wechat.stop()
    await asyncio.wait_for(running, 1)
    with pytest.raises(Unreachable):
        await group.wechat.say(group.room, "早")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_it_stops_before_it_has_begun() -> None:
    group = Group()
    with pytest.raises(Unreachable):
        await group.wechat.say(group.room, "早")
    await asyncio.wait_for(group.wechat.stop(), 1)
    await asyncio.wait_for(group.wechat.run(), 1)


class Hanging(SimulatedWeChat):
    """A gateway on which neither start nor stop ever ends."""

    async def stop(self) -> None:
        await asyncio.Event().wait()


async def test_it_stops_within_five_seconds_whatever_the_puppet_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.wechat._STOP_WITHIN", 0.05)
    wechat = WeChat(Hanging(lambda: BEGIN, "t"), lambda event: None)
    running = asyncio.create_task(wechat.run())
    await wechat.drained()
    await asyncio.wait_for(wechat.stop(), 1)
    await asyncio.wait_for(running, 1)


class Failing(SimulatedWeChat):
    """A puppet that gives up."""

    async def start(self) -> None:
        raise RuntimeError("no such account")


async def test_a_puppet_that_gives_up_is_heard_of() -> None:
    with pytest.raises(RuntimeError, match="no such account"):
        await WeChat(Failing(lambda: BEGIN, "t"), lambda event: None).run()


A_RUN = """
import asyncio, datetime, os, sys
from gateway.simulated import SimulatedWeChat
from gateway.wechat import WeChat

def sockets():
    links = (os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd"))
    return {os.readlink(link)[8:-1] for link in links if os.path.islink(link) and "socket:" in os.readlink(link)}

def listening():
    lines = [line.split() for name in ("tcp", "tcp6") for line in open("/proc/self/net/" + name).readlines()[1:]]
    return {line[9] for line in lines if line[3] == "0A"} & sockets()

async def main():
    puppet = SimulatedWeChat(lambda: datetime.datetime.now(datetime.UTC), "t")
    wechat = WeChat(puppet, lambda event: print(event.text))
    running = asyncio.create_task(wechat.run())
    puppet.say(puppet.contact("a"), puppet.room("r"), "heard")
    await wechat.drained()
    print(len(listening()), "listening")
    await wechat.stop()
    await running

asyncio.run(main())
"""


def test_it_leaves_no_folder_and_opens_no_port(tmp_path: Path) -> None:
    house = Path(__file__).parent.parent
    away = {"PYTHONPATH": str(house), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "t"), "HOME": str(tmp_path)}
    (tmp_path / "t").mkdir()
    (tmp_path / "here").mkdir()
    run = [sys.executable, "-c", A_RUN]
    done = subprocess.run(run, cwd=tmp_path / "here", env=away, capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout, done.stderr) == ("heard\n0 listening\n", "")
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() or path.name.startswith((".wechaty", "keting"))
    ] == []
