"""The weather line: words and advice, and a provider that may fail in every way without costing a post."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from community.shop import Spot
from community.weather import WORDS, Weather
from gateway.weather import OpenMeteo

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SPOT = Spot(38.93, 100.45)


def answer(**daily: Any) -> dict[str, Any]:
    """Open-Meteo's answer for one day, as its documentation shows it; None leaves a variable out."""
    columns = {
        "time": ["2026-11-23"],
        "weather_code": [61],
        "temperature_2m_max": [9.6],
        "temperature_2m_min": [-1.4],
        "precipitation_probability_max": [70],
        "wind_speed_10m_max": [12.3],
    } | daily
    units = {"time": "iso8601", "weather_code": "wmo code", "temperature_2m_max": "°C", "temperature_2m_min": "°C"}
    place = {"latitude": 38.875, "longitude": 100.5, "elevation": 1482.0}
    zone = {"utc_offset_seconds": 28800, "timezone": "Asia/Shanghai", "timezone_abbreviation": "GMT+8"}
    kept = {name: values for name, values in columns.items() if values is not None}
    return {**place, "generationtime_ms": 0.08, **zone, "daily_units": units, "daily": kept}


@dataclass
class Service:
    """A small HTTP server in Open-Meteo's place: gives its replies in turn, the last one again and again."""

    replies: list[tuple[int, bytes]]
    delay: float = 0
    cut: int = 0  # connections closed without a word before the first reply
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(request.split(b" ")[1].decode())
            await asyncio.sleep(self.delay)
            if len(self.asked) > self.cut:
                status, body = self.replies[min(len(self.asked) - self.cut, len(self.replies)) - 1]
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
                await writer.drain()
        except OSError:
            pass  # the other side gave up waiting
        finally:
            writer.close()


@asynccontextmanager
async def service(*replies: tuple[int, Any], delay: float = 0, cut: int = 0) -> AsyncIterator[Service]:
    """Run a Service; a reply's body is JSON unless it is bytes already."""
    bodies = [(status, body if isinstance(body, bytes) else json.dumps(body).encode()) for status, body in replies]
    stand_in = Service(bodies, delay, cut)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    stand_in.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield stand_in
    finally:
        server.close()


def provider(url: str, patience: float = 5.0) -> OpenMeteo:
    return OpenMeteo(SPOT, "Asia/Shanghai", base_url=url, patience=patience)


async def test_the_weather_of_the_day() -> None:
    async with service((200, answer())) as stand_in:
        weather = await provider(stand_in.url).today(MORNING)
    assert weather == Weather(code=61, low=-1, high=10, rain=70, wind=12)
    assert weather.words == "小雨"
    (asked,) = stand_in.asked
    assert asked.startswith("/v1/forecast?latitude=38.93&longitude=100.45&timezone=Asia%2FShanghai&daily=weather_code")
    assert asked.endswith("start_date=2026-11-23&end_date=2026-11-23")


async def test_the_day_is_the_shops_day_whatever_zone_now_is_told_in() -> None:
    async with service((200, answer())) as stand_in:
        assert await provider(stand_in.url).today(MORNING.astimezone(ZoneInfo("America/Los_Angeles")))


async def test_an_answer_holds_for_an_hour_of_the_same_day() -> None:
    async with service((200, answer())) as stand_in:
        weather = provider(stand_in.url)
        for minutes in (0, 30, 59, 60, 61):
            assert await weather.today(MORNING + timedelta(minutes=minutes))
    assert len(stand_in.asked) == 2


async def test_yesterdays_weather_is_never_todays() -> None:
    late = MORNING.replace(hour=23, minute=50)
    async with service((200, answer())) as stand_in:
        weather = provider(stand_in.url)
        assert await weather.today(late)
        assert await weather.today(late + timedelta(minutes=20)) is None


async def test_without_a_spot_nothing_is_asked() -> None:
    async with service((200, answer())) as stand_in:
        assert await OpenMeteo(None, "Asia/Shanghai", base_url=stand_in.url).today(MORNING) is None
    assert stand_in.asked == []


@pytest.mark.parametrize("left_out", ["precipitation_probability_max", "wind_speed_10m_max"])
@pytest.mark.parametrize("values", [None, [None], []])
async def test_rain_and_wind_may_be_missing(left_out: str, values: list[None] | None) -> None:
    async with service((200, answer(**{left_out: values}))) as stand_in:
        weather = await provider(stand_in.url).today(MORNING)
    assert weather is not None
    assert None in (weather.rain, weather.wind)


@pytest.mark.parametrize("fault", [(500, b"oops"), (502, {"error": True, "reason": "busy"})])
async def test_a_servers_own_fault_is_tried_once_more(fault: tuple[int, Any]) -> None:
    async with service(fault, (200, answer())) as stand_in:
        assert await provider(stand_in.url).today(MORNING)
    assert len(stand_in.asked) == 2


async def test_a_broken_connection_is_tried_once_more() -> None:
    async with service((200, answer()), cut=1) as stand_in:
        assert await provider(stand_in.url).today(MORNING)
    assert len(stand_in.asked) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (400, {"error": True, "reason": "Cannot initialize WeatherVariable from invalid String value"}),
        (200, {"error": True, "reason": "odd"}),
        (429, {"error": True, "reason": "Minutely API request limit exceeded. Please try again in one minute."}),
        (404, b"<html>"),
        (302, b""),
        (200, b""),
        (200, b"{"),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
        (200, []),
        (200, None),
        (200, {}),
        (200, {"daily": None}),
        (200, answer(time=None)),
        (200, answer(time=["2026-11-22"])),
        (200, answer(weather_code=None)),
        (200, answer(weather_code=[])),
        (200, answer(weather_code=[4])),
        (200, answer(weather_code=["61"])),
        (200, answer(temperature_2m_max=[None])),
        (200, answer(temperature_2m_max=[float("nan")])),
        (200, answer(temperature_2m_max=[float("inf")])),
        (200, answer(temperature_2m_max=[999])),
        (200, answer(temperature_2m_min=[True])),
        (200, answer(temperature_2m_min=[40])),
    ],
)
async def test_no_answer_is_better_than_a_wrong_one(status: int, body: Any) -> None:
    async with service((status, body)) as stand_in:
        assert await provider(stand_in.url).today(MORNING) is None


async def test_a_slow_service_costs_no_more_than_the_patience() -> None:
    async with service((200, answer()), delay=30) as stand_in:
        before = time.monotonic()
        assert await provider(stand_in.url, patience=0.4).today(MORNING) is None
        assert time.monotonic() - before < 2
    assert len(stand_in.asked) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid", "no address at all", ""])
async def test_a_service_out_of_reach_is_no_weather(url: str) -> None:
    assert await provider(url).today(MORNING) is None


async def test_a_failure_is_logged_once_until_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    replies = [(400, {"error": True, "reason": "odd"})] * 3 + [(200, answer())]
    with caplog.at_level(logging.INFO, logger="gateway.weather"):
        async with service(*replies) as stand_in:
            weather = provider(stand_in.url)
            said = [await weather.today(MORNING) for _ in range(4)]
    assert [today is None for today in said] == [True, True, True, False]
    assert [record.getMessage() for record in caplog.records] == ["no weather for now: Unavailable odd"]


@pytest.mark.parametrize("code", WORDS)
def test_every_code_has_short_words_and_advice_of_one_line(code: int) -> None:
    day = Weather(code=code, low=-20, high=38, rain=90, wind=70)
    assert 1 <= len(day.words) <= 8
    assert 0 < len(day.advice) <= 30


@pytest.mark.parametrize(
    ("day", "advice"),
    [
        (Weather(code=1, low=15, high=24), ""),
        (Weather(code=61, low=8, high=12, rain=70), "出门记得带伞"),
        (Weather(code=3, low=8, high=12, rain=50), "出门记得带伞"),
        (Weather(code=3, low=8, high=12, rain=49), ""),
        (Weather(code=73, low=-6, high=1, rain=90), "雪天路滑，老人孩子慢慢走；早晚冷，添件厚衣服"),
        (Weather(code=0, low=26, high=36), "中午尽量少晒，多喝水"),
        (Weather(code=0, low=-3, high=14), "早晚冷，添件厚衣服；早晚温差大，带件外套"),
        (Weather(code=95, low=22, high=30, rain=80), "打雷时别在树下躲雨；出门记得带伞"),
        (Weather(code=66, low=-2, high=1, rain=80), "路面容易结冰，出门慢一点；出门记得带伞"),
        (Weather(code=2, low=10, high=18, wind=39), "风大，阳台上的东西收一收"),
        (Weather(code=45, low=3, high=9), "雾天骑车开车慢一点"),
    ],
)
def test_advice_names_what_matters_that_day(day: Weather, advice: str) -> None:
    assert day.advice == advice
