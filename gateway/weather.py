"""Today's weather from Open-Meteo: asked for at most once an hour, never worth more than a few seconds of a post.

Shape of the answer and of its errors: https://open-meteo.com/en/docs (daily variables; `{"error": true, "reason": …}`).
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from community.shop import Spot
from community.weather import WORDS, Weather

log = logging.getLogger(__name__)

OPEN_METEO = "https://api.open-meteo.com"
FRESH = timedelta(hours=1)
DAILY = "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max,wind_speed_10m_max"


class Unavailable(Exception):
    """The provider answered that it has nothing for us; asking again now will not help."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer and the moment it was asked for."""

    at: datetime
    weather: Weather


class OpenMeteo:
    """The weather at one spot. Without a spot nothing is ever asked and there is no weather."""

    def __init__(self, spot: Spot | None, timezone: str, *, base_url: str = OPEN_METEO, patience: float = 5.0) -> None:
        """`timezone` is the shop's IANA name; `patience` bounds the two attempts together, in seconds."""
        self._spot = spot
        self._timezone = timezone
        self._base_url = base_url
        self._patience = patience
        self._known: Known | None = None
        self._failing = False

    async def today(self, now: datetime) -> Weather | None:
        """The weather of `now`'s day, or None. Never raises; the first failure of a row of them is logged."""
        if self._spot is None:
            return None
        now = now.astimezone(ZoneInfo(self._timezone))
        if self._known and _holds(self._known, now):
            return self._known.weather
        try:
            weather = await self._ask(self._spot, now.date())
        except Exception as fault:  # whatever the weather service does, the post goes out without it
            self._missed(fault)
            return None
        self._known, self._failing = Known(now, weather), False
        return weather

    async def _ask(self, spot: Spot, day: date) -> Weather:
        """Two attempts at most: the second only after a broken connection, a delay or a server's own fault (5xx)."""
        params = {
            "latitude": str(spot.latitude),
            "longitude": str(spot.longitude),
            "timezone": self._timezone,
            "daily": DAILY,
            "start_date": day.isoformat(),
            "end_date": day.isoformat(),
        }
        async with httpx.AsyncClient(base_url=self._base_url) as client:
            try:
                return await self._attempt(client, params, day)
            except (httpx.TransportError, TimeoutError):
                return await self._attempt(client, params, day)

    async def _attempt(self, client: httpx.AsyncClient, params: dict[str, str], day: date) -> Weather:
        async with asyncio.timeout(self._patience / 2):  # httpx's own limits are per read: a trickle outlives them
            answer = await client.get("/v1/forecast", params=params, timeout=None)
        if answer.is_server_error:
            raise httpx.ReadError(f"HTTP {answer.status_code}")
        return read(answer.json(), day)

    def _missed(self, fault: Exception) -> None:
        level = logging.DEBUG if self._failing else logging.WARNING
        self._failing = True
        log.log(level, "no weather for now: %s %s", type(fault).__name__, str(fault)[:200])


def _holds(known: Known, now: datetime) -> bool:
    """Is the answer still good: of the same day and less than an hour old."""
    return known.at.date() == now.date() and timedelta(0) <= now - known.at < FRESH


def read(answer: Any, day: date) -> Weather:
    """Take `day` out of an Open-Meteo answer; rain and wind may be missing, the rest may not.

    Raises Unavailable with the provider's own reason or what was not understood; KeyError, TypeError or ValueError
    where the shape is not the documented one.
    """
    if answer.get("error"):
        raise Unavailable(str(answer.get("reason")))
    daily = answer["daily"]
    column = daily["time"].index(day.isoformat())
    code = _number(daily["weather_code"][column])
    low, high = _number(daily["temperature_2m_min"][column]), _number(daily["temperature_2m_max"][column])
    if code not in WORDS or low is None or high is None or not -90 <= low <= high <= 60:
        raise Unavailable(f"not a day's weather: code {code}, {low} to {high} °C")
    rain, wind = (
        _optional(daily, "precipitation_probability_max", column),
        _optional(daily, "wind_speed_10m_max", column),
    )
    return Weather(code=code, low=low, high=high, rain=rain, wind=wind)


def _optional(daily: dict[str, list[object]], name: str, column: int) -> int | None:
    """A value that some weather models do not have."""
    values = daily.get(name) or []
    return _number(values[column]) if column < len(values) else None


def _number(value: object) -> int | None:
    """A JSON number rounded, None for null and for anything else; NaN and infinity raise ValueError, OverflowError."""
    return round(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
