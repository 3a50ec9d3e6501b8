"""How a single value reads in a Chinese sentence: money, moments, numbers, yes and no."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import NoneType
from typing import Any

from community import money
from community.wording.faults import Slip
from community.wording.limits import fitting

_DAYS = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}


def plain(value: object) -> str:
    """The text of what stands in `{{ }}`: nothing for None, 是/否, no needless decimals; a list or whole row is a Slip.

    A value of a class of ours is read by its own `__str__`, if it has one.
    """
    say = _SAID.get(type(value))
    return say(value) if say else _plain_other(value)


def _plain_other(value: object) -> str:
    if isinstance(value, str | int):
        return str(value)
    if type(value).__str__ is object.__str__:
        raise Slip("", "这里放的是一整项或一串东西，要写明用其中哪一样，或用 for 逐个列出")
    return str(value)


def _decimal(number: float) -> str:
    return f"{fitting(number):.2f}".rstrip("0").rstrip(".")


def yuan(cents: int) -> str:
    """Integer cents (分) as people write prices: 2990 is 29.9元, 3000 is 30元, 5 is 0.05元."""
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise Slip("yuan", "“yuan”前面要是以分计的整数金额")
    return money.yuan(cents)


def clock(moment: datetime | time) -> str:
    """18:00."""
    if not isinstance(moment, datetime | time):
        raise Slip("clock", "“clock”前面要是一个时间")
    return f"{moment.hour:02d}:{moment.minute:02d}"


def day(when: date) -> str:
    """11月23日; a datetime counts as the day it shows."""
    if not isinstance(when, date):
        raise Slip("date", "“date”前面要是一个日期")
    return f"{when.month}月{when.day}日"


def moment(when: datetime, now: datetime) -> str:
    """今天18:00, 明天18:00, 11月28日（周六）18:00 within six days, 11月30日 18:00, 2027年1月3日 18:00 in another year.

    As seen at `now`, in its zone.
    """
    if not isinstance(when, datetime) or not isinstance(now, datetime):
        raise Slip("moment", "“moment”前面和括号里都要是带日期的时间，例如 closes_at|moment(now)")
    here = when.astimezone(now.tzinfo) if when.tzinfo and now.tzinfo else when
    ahead = (here.date() - now.date()).days
    if ahead in _DAYS:
        return f"{_DAYS[ahead]}{clock(here)}"
    if 0 < ahead <= 6:
        return f"{day(here)}（周{'一二三四五六日'[here.weekday()]}）{clock(here)}"
    year = "" if here.year == now.year else f"{here.year}年"
    return f"{year}{day(here)} {clock(here)}"


def rounded(number: float, digits: int = 0) -> float:
    """To at most six decimals; a whole number when none are asked for."""
    if digits not in range(7):
        raise Slip("round", "“round”后面的位数要在0到6之间")
    return round(fitting(number), digits) if digits else round(fitting(number))


_SAID: Mapping[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    NoneType: lambda _: "",
    bool: lambda value: "是" if value else "否",
    float: _decimal,
    datetime: lambda value: f"{day(value)} {clock(value)}",
    date: day,
    time: clock,
}
