"""The reliable puppet beneath the whole of wechaty: what a process leaves behind, and two accounts in one process."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from community.events import Event, Heard
from gateway.endpoint import Endpoint
from gateway.reliable import ReliablePuppet
from gateway.wechat import WeChat
from tests.npm_gateway import NpmGateway, running_gateway, until

HERE = Path(__file__).parent
ROOM = "1@chatroom"
SECRET = "三栋的钥匙在花盆下面"


@pytest.fixture(scope="module")
def gateway() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def other_gateway() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def child(gateway: NpmGateway, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A bot process that has answered SECRET and ended: its working directory, its output, its log."""
    cwd = tmp_path_factory.mktemp("cwd")
    env = {name: value for name, value in os.environ.items() if name not in ("CACHE_DIR", "WECHATY_LOG")}
    command = [sys.executable, str(HERE / "child_bot.py"), str(gateway.port), gateway.token]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**env, "PYTHONPATH": str(HERE.parent)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=(cwd.parent / "log").open("w"),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "online\n"
        gateway.say("wang", ROOM, SECRET)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    return cwd, output, (cwd.parent / "log").read_text("utf-8")


def test_nothing_is_left_in_the_working_directory(child: tuple[Path, str, str]) -> None:
    assert list(child[0].iterdir()) == []


def test_no_words_and_no_token_are_logged_at_any_level(gateway: NpmGateway, child: tuple[Path, str, str]) -> None:
    log = child[2]
    assert "connected to the gateway" in log
    assert "DEBUG" in log
    assert SECRET not in log
    assert "听见了" not in log
    assert gateway.token not in log


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs Linux's /proc to see open ports")
def test_no_port_is_opened(child: tuple[Path, str, str]) -> None:
    assert child[1] == "0\n"


def test_what_was_heard_was_answered(gateway: NpmGateway, child: tuple[Path, str, str]) -> None:
    assert gateway.called("messageSendText") == [[ROOM, f"@王阿姨 听见了：{SECRET}", ["wang"]]]
    assert len(gateway.called("messageSendFile")) == 1


@contextlib.asynccontextmanager
async def an_account(gateway: NpmGateway) -> AsyncIterator[tuple[WeChat, list[Event]]]:
    events: list[Event] = []
    wechat = WeChat(ReliablePuppet(Endpoint("127.0.0.1", gateway.port, gateway.token)), events.append)
    running = asyncio.create_task(wechat.run())
    async with asyncio.timeout(10):
        await wechat.drained()
    yield wechat, events
    async with asyncio.timeout(5):
        await wechat.stop()
        await running


async def test_two_accounts_in_one_process_never_meet(gateway: NpmGateway, other_gateway: NpmGateway) -> None:
    gateway.reset()
    other_gateway.do("rename", person="wang", name="王师傅")
    async with an_account(gateway) as (one, heard_by_one), an_account(other_gateway) as (two, heard_by_two):
        gateway.say("wang", ROOM, "一")
        other_gateway.say("wang", ROOM, "二")
        await until(lambda: heard_by_one and heard_by_two)
        await one.say(ROOM, "给一")
        await two.say("wang", "给二")
    assert [(e.by.name, e.text) for e in (heard_by_one[0], heard_by_two[0]) if isinstance(e, Heard)] == [
        ("王阿姨", "一"),
        ("王师傅", "二"),
    ]
    assert (gateway.heard, other_gateway.heard) == ([(ROOM, "给一")], [("wang", "给二")])
