"""The second way to the owner, against a local server that answers as WeCom documents, or fails as servers do."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway import alarm as alarms
from gateway.alarm import AGAIN, AWAY, SAME_NEWS, Alarm, Watch
from tests.conftest import Now

TAKEN = (200, json.dumps({"errcode": 0, "errmsg": "ok"}))


class Robot:
    """A WeCom group robot: `heard` are the messages it got, `answers` what it says, the last one for ever."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.answer: tuple[int, str] | None = TAKEN
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.heard.append(json.loads(await reader.readexactly(length)))
        if self.answer is None:
            await reader.read()  # says nothing until the other side gives up
        else:
            code, body = self.answer
            head = f"HTTP/1.1 {code} X\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
            writer.write((head + body).encode())
        writer.close()

    @property
    def texts(self) -> list[str]:
        return [message["text"]["content"] for message in self.heard]


@pytest_asyncio.fixture
async def robot() -> AsyncIterator[Robot]:
    robot = Robot()
    server = await asyncio.start_server(robot.serve, "127.0.0.1", 0)
    robot.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cgi-bin/webhook/send?key=SECRET"
    yield robot
    server.close()


@pytest.fixture
def alarm(robot: Robot, now: Now) -> Alarm:
    return Alarm(robot.address, now)


async def test_it_is_told_in_the_shape_that_the_robot_documents(alarm: Alarm, robot: Robot) -> None:
    await alarm.tell("budget", "发言名额用完了")
    assert robot.heard == [{"msgtype": "text", "text": {"content": "【客厅】发言名额用完了"}}]


async def test_the_same_news_is_told_once_an_hour_other_news_at_once(alarm: Alarm, robot: Robot, now: Now) -> None:
    for _ in range(3):
        await alarm.tell("budget", "用完了")
    await alarm.tell("away", "断开了")
    assert len(robot.heard) == 2
    now.pass_(SAME_NEWS.total_seconds())
    await alarm.tell("budget", "又用完了")
    assert robot.texts[-1] == "【客厅】又用完了"


async def test_without_a_webhook_the_log_has_it(now: Now, caplog: pytest.LogCaptureFixture) -> None:
    await Alarm(None, now).tell("budget", "用完了")
    assert "用完了" in caplog.text


BAD = [
    (200, json.dumps({"errcode": 93000, "errmsg": "invalid webhook url"})),
    (200, json.dumps({"errcode": 45009, "errmsg": "api freq out of limit"})),
    (500, "oops"),
    (200, ""),
    (200, "[]"),
    (200, "null"),
    (302, ""),
]


@pytest.mark.parametrize("answer", BAD)
async def test_what_the_robot_did_not_take_is_logged_and_tried_again_after_a_while(
    alarm: Alarm, robot: Robot, now: Now, answer: tuple[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    robot.answer = answer
    for _ in range(3):
        await alarm.tell("away", "断开了")
    assert len(robot.heard) == 1
    assert [r.levelno for r in caplog.records if "webhook" in r.message] == [logging.ERROR]
    robot.answer = TAKEN
    now.pass_(AGAIN.total_seconds())
    await alarm.tell("away", "还断着")
    await alarm.tell("away", "还断着")
    assert robot.texts == ["【客厅】断开了", "【客厅】还断着"]


@pytest.mark.parametrize(
    "webhook",
    ["http://127.0.0.1:1/x?key=SECRET", "http://[SECRET", "http://SECRET\x00/", "ftp://SECRET/", "SECRET", "https://"],
)
async def test_an_address_that_leads_nowhere_never_raises_nor_gives_its_secret_away(
    webhook: str, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway")
    await Alarm(webhook, now).tell("away", "断开了")
    assert "cannot be reached" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_robot_that_never_answers_is_given_up(
    alarm: Alarm, robot: Robot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(alarms, "TIMEOUT", 0.05)
    robot.answer = None
    await asyncio.wait_for(alarm.tell("away", "断开了"), 5)
    assert "cannot be reached" in caplog.text


async def test_a_clock_set_back_does_not_silence_it(alarm: Alarm, robot: Robot, now: Now) -> None:
    await alarm.tell("budget", "一")
    now.pass_(-86_400)
    await alarm.tell("budget", "二")
    assert robot.texts == ["【客厅】一", "【客厅】二"]


# The watch


async def _look(watch: Watch, now: Now, minutes: float, *, connected: bool) -> None:
    """Look every ten seconds for so many minutes."""
    for _ in range(int(minutes * 6)):
        await watch.look(connected=connected)
        now.pass_(10)


async def test_a_short_outage_is_nobodys_business(alarm: Alarm, robot: Robot, now: Now) -> None:
    watch = Watch(alarm, now)
    for _ in range(5):
        await _look(watch, now, 2.9, connected=False)
        await _look(watch, now, 1, connected=True)
    assert robot.heard == []


async def test_three_minutes_away_are_told_once_and_that_it_is_back(alarm: Alarm, robot: Robot, now: Now) -> None:
    watch = Watch(alarm, now)
    await _look(watch, now, 30, connected=False)
    assert robot.texts == [f"【客厅】微信网关已经断开 {AWAY.seconds // 60} 分钟，群里的话收不到也发不出，请看看。"]
    await _look(watch, now, 5, connected=True)
    assert len(robot.texts) == 2
    assert "又连上了" in robot.texts[1]


async def test_the_next_outage_is_told_again_within_the_hour(alarm: Alarm, robot: Robot, now: Now) -> None:
    watch = Watch(alarm, now)
    for _ in range(2):
        await _look(watch, now, 4, connected=False)
        await _look(watch, now, 1, connected=True)
    assert len(robot.texts) == 4


async def test_a_long_outage_is_told_again_every_hour(alarm: Alarm, robot: Robot, now: Now) -> None:
    await _look(Watch(alarm, now), now, 130, connected=False)
    assert ["断开 3 分钟" in text or "断开 63 分钟" in text or "断开 123 分钟" in text for text in robot.texts] == [
        True
    ] * 3


async def test_a_clock_set_back_in_an_outage_only_begins_it_anew(alarm: Alarm, robot: Robot, now: Now) -> None:
    watch = Watch(alarm, now)
    await _look(watch, now, 2, connected=False)
    now.pass_(-86_400)
    await _look(watch, now, 4, connected=False)
    assert len(robot.texts) == 1
