"""Moments and days as people write them (今晚8点, 周六中午12点, 11-23 18:00), and as the shop says them again."""

import re
from datetime import UTC, date, datetime, time, timedelta

from community.quantity import COUNTERS, NUMERALS, normalise, whole_number
from community.refusal import Refusal

MOST_DAYS = 60
"""A close further ahead than this many days is a slip of the finger."""

MOST_DAYS_OF_ARRIVAL = 90

_LONGEST = 60
_N = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六日天1-7]"
_DAYTIME = r"(?:凌晨|清早|清晨|早上|早晨|一早|早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜里|半夜|深夜|午夜|晚|夜)"
_DATE = (
    rf"(?:[0-9]{{4}}[-/.年] ?)?"
    rf"(?:[0-9]{{1,2}}[-/] ?[0-9]{{1,2}}|(?:1[0-2]|0?[1-9])\.[0-9]{{1,2}}|{_N}月 ?{_N})[日号]?|{_N}[日号]"
)
DAY = (
    rf"(?:大后天|[今明后昨][天日儿]|[今明后昨](?={_DAYTIME})|(?<![0-9.])(?:{_DATE})(?: ?\(?{_WEEKDAY}\)?)?"
    rf"|(?:下下个?|下个?|这个?|本)?(?:{_WEEKDAY}|周末)|{_N}个?(?:天|周|星期|礼拜)(?:之|以)?后)"
)
"""A day inside a longer line, with no groups; `read_day` reads what it found."""

_MINUTE = rf"零?{_N}(?![0-9{NUMERALS}{COUNTERS}元块斤人])分?"  # 8点40 is a minute, 8点40份 is not
CLOCK = (
    rf"(?:{_DAYTIME}? ?(?:[0-9]{{1,2}}:[0-9]{{1,2}}|(?:{_N}|零)[点时](?!间|候)(?:半|整|钟|[一三]刻|{_MINUTE})?)"
    rf"|{_DAYTIME})"
)
"""A time of day inside a longer line, with no groups."""

SPAN = rf"(?:(?:{_N}个半|半个?|{_N}(?:\.5)?个?)(?:小时|钟头)(?:{_N}分钟?)?|{_N}分钟?|{_N}刻钟)(?:之|以)?后"
"""How long from now, inside a longer line, with no groups."""

_BEFORE = re.compile(r"\A(?:截止|截单|截团|时间|日期|预计|大概|大约|到货|在|到|于|至|是|:| )+")
_AFTER = re.compile(r"(?:之前|以前|前|截单|截止|截团|收单|关团|结束|为止|到货|送达|送到|截|止|到|的|吧|哦|[。,. ])+\Z")
_MOMENT = re.compile(rf"(?P<day>{DAY})?[ 的]*(?P<clock>{CLOCK})?")
_SPAN = re.compile(
    rf"(?:(?P<half>半)|(?P<hours>{_N}))(?P<more>\.5)?(?:个(?P<also>半)?)?(?:小时|钟头)(?:(?P<minutes>{_N})分钟?)?(?:之|以)?后"
    rf"|(?P<only>{_N})(?P<kind>分|刻)钟?(?:之|以)?后"
)
_ON = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})\D ?)?(?:(?P<month>{_N})[-/.月] ?)?(?P<day>{_N})[日号]?"
    rf"(?: ?\(?(?P<called>{_WEEKDAY})\)?)?"
)
_WEEK = re.compile(r"(?P<which>下下|下|这|本)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天1-7])")
_AHEAD = re.compile(rf"(?P<many>{_N})个?(?P<unit>天|周|星期|礼拜)(?:之|以)?后")
_HOUR = re.compile(
    rf"(?P<daytime>{_DAYTIME})? ?(?:(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{1,2}})"
    rf"|(?P<oclock>{_N}|零)[点时](?P<past>半|整|钟|[一三]刻|零?{_N}(?=分?))?分?)?"
)

_WEEKDAYS = "一二三四五六日"
_NEAR = {"昨": -1, "今": 0, "明": 1, "后": 2, "大": 3}
_UNCLEAR = "时间没看懂，像 今晚8点、明天18:00、周六中午12点、11-23 18:00 这样写就好"


def _hours(first: int, last: int) -> dict[int, int]:
    """What may be said for the hours from first to last, in the 24-hour way and, past noon, in the 12-hour way."""
    return {hour: hour for hour in range(first, last + 1)} | {
        hour - 12: hour for hour in range(max(first, 13), last + 1)
    }


_MIDNIGHT = {0: 24, 12: 24, 24: 24}
_SAID = {
    "凌晨": _hours(0, 6) | {12: 0},
    **dict.fromkeys(("清早", "清晨", "早上", "早晨", "一早", "早", "上午"), _hours(4, 12)),
    **dict.fromkeys(("中午", "正午"), _hours(11, 14)),
    **dict.fromkeys(("下午", "午后"), _hours(12, 19)),
    "傍晚": _hours(16, 20),
    **dict.fromkeys(("晚上", "晚间", "夜里", "半夜", "深夜", "午夜", "晚", "夜"), _hours(17, 23) | _MIDNIGHT),
}
"""For each word of the day: the hour as said → the hour of the day, where 24 is the midnight that ends it."""


class DeadlineFault(Refusal):
    """No moment or day can be read, or one that cannot be kept; the text says why, in one line."""


def read_deadline(text: str, now: datetime) -> datetime:
    """Read when something closes, as a moment to the minute in the zone of `now` (which must be aware).

    A weekday is the next to come, a date without a year is this year's (next year's if over 300 days back), a time
    without a day is today's. 8点 alone, morning or evening, is the next to come: say it back with `say_moment`.
    Raises DeadlineFault for what is past, more than 60 days ahead, without an hour, or not understood.
    """
    plain = _bare(text)
    if found := _SPAN.fullmatch(plain):
        at = _later(now, _minutes(found))
    elif (found := _MOMENT.fullmatch(plain)) and plain:
        at = _moment(found["day"], found["clock"], now)
    else:
        raise DeadlineFault(_UNCLEAR)
    if at <= now:
        raise DeadlineFault(f"{say_moment(at, now)} 已经过了，换个晚些的时间")
    if at - now > timedelta(days=MOST_DAYS):
        raise DeadlineFault(f"{say_moment(at, now)} 太远了，截单最多约到 {MOST_DAYS} 天后")
    return at


def read_day(text: str, now: datetime) -> date:
    """Read a day to come or today: 后天, 明天到货, 周五, 11-25, 3天后; an hour beside it is allowed and left aside.

    Raises DeadlineFault for what is past, more than 90 days ahead or not understood.
    """
    found = _MOMENT.fullmatch(_bare(text))
    if not found or not found["day"]:
        raise DeadlineFault("哪天没看懂，像 后天、周五、11-25 这样写就好")
    day, today = _day(found["day"], now.date())[0], now.date()
    if day < today:
        raise DeadlineFault(f"{say_day(day, now)}已经过了，换个后面的日子")
    if day - today > timedelta(days=MOST_DAYS_OF_ARRIVAL):
        raise DeadlineFault(f"{say_day(day, now)}太远了，最多写到 {MOST_DAYS_OF_ARRIVAL} 天后")
    return day


def _bare(text: str) -> str:
    """The text without 截止, 截单, 前 and the like around the moment; empty where it is too long to be one."""
    plain = normalise(text)
    return _AFTER.sub("", _BEFORE.sub("", plain)) if len(plain) <= _LONGEST else ""


def _number(word: str | None) -> int:
    """The number of a word that a pattern found; a word like 十三五 is none."""
    number = whole_number(word.removeprefix("零") or "零") if word else 0
    if number is None:
        raise DeadlineFault(_UNCLEAR)
    return number


def _minutes(span: re.Match[str]) -> int:
    if span["only"]:
        return _number(span["only"]) * (15 if span["kind"] == "刻" else 1)
    half = 30 if span["half"] or span["more"] or span["also"] else 0
    return _number(span["hours"]) * 60 + half + _number(span["minutes"])


def _later(now: datetime, minutes: int) -> datetime:
    """So many minutes of real time after now, rounded up to the minute so that nobody gets less than was said."""
    return _to_the_minute(now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)


def _to_the_minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)


def _moment(day_said: str | None, clock_said: str | None, now: datetime) -> datetime:
    if day_said and not clock_said:
        if _AHEAD.fullmatch(day_said):
            return _to_the_minute(now + (_day(day_said, now.date())[0] - now.date()))
        _day(day_said, now.date())  # a day that does not exist is the worse fault
        raise DeadlineFault(f"{day_said}几点截单？像 {day_said}18:00 这样写")
    hours, minute = _clock(clock_said or "", f"{day_said or ''}{clock_said}")
    day, weekly = _day(day_said, now.date()) if day_said else (now.date(), False)
    if not day_said and (len(hours) > 1 or hours == [0]):
        hours = [*hours, *(hour + 24 for hour in hours)]
    moments = [_at(day, hour, minute, now) for hour in hours]
    if weekly and moments[-1] <= now:
        moments = [_at(day + timedelta(days=7), hour, minute, now) for hour in hours]
    return next((at for at in moments if at > now), moments[-1])


def _at(day: date, hour: int, minute: int, now: datetime) -> datetime:
    """A wall-clock moment in the zone of now; hours from 24 up belong to the days after."""
    return datetime.combine(day, time(), now.tzinfo) + timedelta(hours=hour, minutes=minute)


def _clock(said: str, whole: str) -> tuple[list[int], int]:
    """The hours a time of day may mean, the earlier first, and its minute; 24 is the midnight that ends the day."""
    found = _HOUR.fullmatch(said)
    if not found or (not found["hour"] and not found["oclock"] and found["daytime"] not in ("中午", "正午")):
        raise DeadlineFault(f"{whole}几点截单？像 今晚8点 这样写")
    hour = _number(found["hour"] or found["oclock"] or "12")
    minute = int(found["minute"]) if found["minute"] else _past(found["past"])
    hours = _meant(hour, found["daytime"], bool(found["oclock"]))
    if not hours or minute > 59 or (hours[0] == 24 and minute and hour == 24):
        raise DeadlineFault(f"没有{said}这个时间，像 今晚8点、18:00 这样写就好")
    return hours, minute


def _past(said: str | None) -> int:
    fixed = {None: 0, "": 0, "整": 0, "钟": 0, "半": 30, "一刻": 15, "三刻": 45}
    return fixed[said] if said in fixed else _number(said)


def _meant(hour: int, daytime: str | None, oclock: bool) -> list[int]:
    if daytime:
        return [_SAID[daytime][hour]] if hour in _SAID[daytime] else []
    if oclock and 1 <= hour <= 12:
        return [hour, hour + 12] if hour > 5 else [hour + 12]  # nobody means 3 in the morning without saying 凌晨
    return [hour] if hour <= 24 else []


def _day(said: str, today: date) -> tuple[date, bool]:
    """The day that is meant, and whether it comes every week (周日), so that the next one will do if it is over."""
    if said[0] in _NEAR:
        return today + timedelta(days=_NEAR[said[0]]), False
    if found := _AHEAD.fullmatch(said):
        return today + timedelta(days=_number(found["many"]) * (1 if found["unit"] == "天" else 7)), False
    if found := _WEEK.fullmatch(said):
        return _weekday(found["which"], _weekday_number(found["day"]), today)
    if found := _ON.fullmatch(said):
        return _date(found, today), False
    raise DeadlineFault("周末是周六还是周日？写上哪天就好")


def _weekday_number(sign: str) -> int:
    """Monday is 0, as in `date.weekday`."""
    return (int(sign) if sign.isascii() else 7 if sign == "天" else _WEEKDAYS.index(sign) + 1) - 1


def _weekday(which: str | None, number: int, today: date) -> tuple[date, bool]:
    if which is None:
        return today + timedelta(days=(number - today.weekday()) % 7), True
    weeks = {"这": 0, "本": 0, "下": 1, "下下": 2}[which]
    return today + timedelta(days=number - today.weekday() + 7 * weeks), False


def _date(found: re.Match[str], today: date) -> date:
    """The first of the days that a date can mean which exists and is not too far back."""
    number = _number(found["day"])
    if found["year"]:
        months = [(int(found["year"]), _number(found["month"]))] if abs(int(found["year"]) - today.year) < 9 else []
    elif found["month"]:
        months = [(today.year, _number(found["month"])), (today.year + 1, _number(found["month"]))]
    else:
        months = [(today.year, today.month), (today.year + today.month // 12, today.month % 12 + 1)]
    back = 300 if found["month"] else 0
    days = [day for year, month in months if (day := _existing(year, month, number))]
    days = [day for day in days if found["year"] or (today - day).days <= back]
    if not days:
        raise DeadlineFault(f"没有{found[0]}这一天，再看看日子")
    called = found["called"]
    if called and days[0].weekday() != _weekday_number(called[-1]):
        raise DeadlineFault(f"{days[0].month}月{days[0].day}日是{_weekday_name(days[0])}，再看看是哪天")
    return days[0]


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday_name(day: date) -> str:
    return "周" + _WEEKDAYS[day.weekday()]


def say_moment(at: datetime, now: datetime) -> str:
    """Say a moment shortly, in the zone of now: 今天18:00, 明天18:00, 周六 12:00 (within six days), 11月30日 18:00."""
    at = at.astimezone(now.tzinfo)
    day = say_day(at.date(), now)
    return f"{day}{'' if day in ('今天', '明天') else ' '}{at.hour}:{at.minute:02}"


def say_day(day: date, now: datetime) -> str:
    """Say a day shortly: 今天, 明天, 周六 (within six days), 11月30日, 2027年1月5日 (of another year)."""
    ahead = (day - now.date()).days
    if ahead in (0, 1):
        return ("今天", "明天")[ahead]
    if 1 < ahead <= 6:
        return _weekday_name(day)
    year = "" if day.year == now.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
