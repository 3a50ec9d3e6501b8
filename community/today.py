"""What today is: weekday, lunar date, solar term, festival, public holiday and make-up working day.

Three libraries answer and no table of ours does: lunar_python (lunar calendar, solar terms, festivals),
chinese_calendar (the State Council's published arrangement, with make-up days) and, beyond the years it has, holidays
(the statutory days alone). What no library knows is None or False: a post says less instead of something wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar
import holidays
from lunar_python import Lunar, Solar

TERMS: tuple[str, ...] = tuple(dict.fromkeys(Lunar.JIE_QI))
"""The 24 solar terms by name, from 冬至 on."""

WEEKDAYS = "一二三四五六日"
LITTLE_NEW_YEAR = {(12, 23): "北方小年", (12, 24): "南方小年"}
"""小年 by (lunar month, day): the one common festival lunar_python leaves out, kept a day apart in north and south."""
UNSAID = frozenset({"愚人节", "万圣节", "感恩节"})
"""In lunar_python's list, but no neighbour greets another with them."""

SPOKEN = {"元旦节": "元旦", "龙头节": "龙抬头", "农历除夕": "除夕"}
"""What the libraries call a day, and what everybody says."""


@dataclass(frozen=True, slots=True)
class Today:
    """One day in words; strings are simplified Chinese, ready to stand in a post."""

    date: date
    words: str  # "11月23日"
    weekday: str  # "星期一"
    lunar: str  # "农历十月十五", "农历闰六月初八"
    season: str  # the solar term we are in, from its day to the day before the next
    solar_term: str | None  # that name on its own day only
    festival: str | None  # "元宵节"; several are joined by 、
    holiday: str | None  # the public holiday this day off belongs to: "国庆节"
    off: bool | None  # do people have the day off; None where nobody can know yet
    makeup: bool  # a weekend day worked to make up for a holiday (调休)


@lru_cache(maxsize=64)
def today(day: date) -> Today:
    """Say what `day` is. Never raises for a date between 1901 and 2099; the same day always gives the same answer."""
    solar = Solar.fromYmd(day.year, day.month, day.day)
    lunar = solar.getLunar()
    holiday, off, makeup = _rest(day)
    return Today(
        date=day,
        words=f"{day.month}月{day.day}日",
        weekday=f"星期{WEEKDAYS[day.weekday()]}",
        lunar=f"农历{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}",
        season=lunar.getPrevJieQi(True).getName(),
        solar_term=lunar.getJieQi() or None,
        festival=_festival(solar, lunar),
        holiday=holiday,
        off=off,
        makeup=makeup,
    )


def _festival(solar: Solar, lunar: Lunar) -> str | None:
    """Festivals kept at home, then public ones; campaign days (全国…日, …夜) and the obscure list stay out."""
    little = LITTLE_NEW_YEAR.get((lunar.getMonth(), lunar.getDay()))
    names = [*lunar.getFestivals(), *solar.getFestivals(), little or ""]
    said = [name for name in names if name.endswith(("节", "除夕", "小年")) and name not in UNSAID]
    return "、".join(SPOKEN.get(name, name) for name in said) or None


def _rest(day: date) -> tuple[str | None, bool | None, bool]:
    """(holiday, off, makeup) of `day`, from the published arrangement or else from the law's fixed days."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # a year whose arrangement is not in the installed release
        statutory = _statutory(day.year).get(day)
        return statutory, (True if statutory else None), False
    return (_full_name(name, day.year) if off and name else None), bool(off), bool(name and not off)


def _full_name(english: str, year: int) -> str:
    """chinese_calendar's name in Chinese, as `holidays` spells it where both know it: 清明 becomes 清明节."""
    name: str = chinese_calendar.Holiday(english).chinese
    return next((full for full in _statutory(year).values() if full.startswith(name)), name)


@lru_cache(maxsize=16)
def _statutory(year: int) -> Mapping[date, str]:
    """The days off that the law itself fixes: substitute days are announced year by year and not ours to guess.

    Days the arrangement moves are listed by the library with the word 调休 in their name, and left out here.
    """
    days = holidays.country_holidays("CN", years=year, language="zh_CN", observed=False)
    return {day: _spoken(name) for day, name in days.items() if "调休" not in name}


def _spoken(name: str) -> str:
    """The holiday's name as it is said; where two fall on one day the library joins them by a semicolon."""
    return "、".join(SPOKEN.get(one, one) for one in name.split("; "))
