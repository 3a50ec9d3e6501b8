"""Cron: five fields exactly as crontab(5) reads them, as an APScheduler trigger on cronsim.

APScheduler's own reader counts Monday as 0 and wants both day fields to match; crontab counts Sunday as 0 and 7, and
where both day fields are restricted either may match.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from cronsim import CronSim, CronSimError
from cronsim.cronsim import SYMBOLIC_DAYS, SYMBOLIC_MONTHS

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five: what it is called, its bounds, and the names it knows (the first three letters, any case)."""

    word: str
    least: int
    most: int
    names: Mapping[str, int] = field(default_factory=dict)

    def fault(self, written: str) -> str | None:
        """What is wrong with the field as it is written; None when crontab(5) reads it."""
        return next((fault for item in written.split(",") if (fault := self._item(item))), None)

    def _item(self, item: str) -> str | None:
        """A star, a number or a range; a step only after a star or a range, as crontab(5) has it."""
        span, slash, step = item.partition("/")
        if slash and not re.fullmatch(r"0*[1-9]\d*", step, re.ASCII):
            return f"“{item}”里“/”后面要是 1 以上的整数"
        if span == "*":
            return None
        ends = [self._number(end) for end in span.split("-")]
        if len(ends) > 2 or None in ends:
            return f"看不懂“{item}”，要写 {self.least} 到 {self.most} 之间的数"
        if slash and len(ends) == 1:
            return f"“{item}”少了起止，要写成 {span}-{self.most}/{step} 或 */{step}"
        if len(ends) == 2 and (ends[0] or 0) > (ends[1] or 0):
            return f"“{item}”前大后小，分成两段用逗号隔开"
        return None

    def _number(self, text: str) -> int | None:
        value = int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else self.names.get(text.upper())
        return value if value is not None and self.least <= value <= self.most else None


_MONTHS = {name: number for number, name in enumerate(SYMBOLIC_MONTHS, start=1)}
_DAYS = {name: number for number, name in enumerate(SYMBOLIC_DAYS)}
FIELDS = (
    _Field("分", 0, 59),
    _Field("时", 0, 23),
    _Field("日", 1, 31),
    _Field("月", 1, 12, _MONTHS),
    _Field("星期", 0, 7, _DAYS),
)


def read_cron(text: str) -> str:
    """The expression with single blanks between its fields; raises ValueError with one Chinese line.

    Full-width digits and signs, as a phone types them, count as the usual ones.
    """
    parts = unicodedata.normalize("NFKC", text).split()
    if len(parts) != len(FIELDS):
        raise ValueError(f'要写五格：分 时 日 月 星期，中间空格，如每天 7 点半是 "30 7 * * *"，现在是 {len(parts)} 格')
    for number, (known, part) in enumerate(zip(FIELDS, parts, strict=True), start=1):
        if fault := known.fault(part):
            raise ValueError(f"第 {number} 格（{known.word}）{fault}")
    expression = " ".join(parts)
    try:
        CronSim(expression, datetime(2000, 1, 1))  # noqa: DTZ001 - only to have it read: 30 February has no moment
    except CronSimError:
        raise ValueError(f"“{expression}”没有这样的日子，请看看第 3 格（日）和第 4 格（月）") from None
    return expression


class CrontabTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 ships no types
    """The moments of a cron expression in the shop's zone."""

    __slots__ = ("expression", "zone")

    def __init__(self, expression: str, zone: ZoneInfo) -> None:
        """Raises ValueError as read_cron does."""
        self.expression = read_cron(expression)
        self.zone = zone

    def __repr__(self) -> str:
        return f"<CrontabTrigger {self.expression} {self.zone.key}>"

    def next(self, after: datetime) -> datetime | None:
        """The first moment later than `after`; None when the next fifty years have none."""
        return next(CronSim(self.expression, after.astimezone(self.zone)), None)

    def latest(self, at: datetime) -> datetime | None:
        """The last moment that is not later than `at`."""
        return next(self._back_from(at), None)

    def between(self, after: datetime, until: datetime, most: int) -> list[datetime]:
        """The moments later than `after` and not later than `until`, in order; only the last `most` of them."""
        found = takewhile(lambda moment: moment > after, self._back_from(until))
        return list(islice(found, most))[::-1]

    def _back_from(self, at: datetime) -> Iterator[datetime]:
        start = at.astimezone(self.zone).replace(microsecond=0) + SECOND
        return CronSim(self.expression, start, reverse=True)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """APScheduler's question; moments that passed meanwhile are the clock's matter (clock.py), not its."""
        return self.next(max(previous_fire_time, now) if previous_fire_time else now)
