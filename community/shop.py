"""The shop's own settings, read from data/shop.toml: every fault is found, named with its line, and said in Chinese."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from community.pacing import Quiet, Schedule

Check = Callable[[object], Any]
"""Takes a TOML value and returns what Keting keeps; raises ValueError with the problem in Chinese."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a settings file; `line` is None where it cannot be known."""

    file: str
    line: int | None
    key: str
    problem: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key + '：' if self.key else ''}{self.problem}"


class ShopFault(Exception):
    """The settings cannot be used; `faults` holds every one of them, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the weather is asked for, in decimal degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Invite:
    """Eggs for bringing neighbours: every `per` who stayed `stay_days` days earn `eggs` eggs."""

    enabled: bool = True
    stay_days: int = 3
    per: int = 2
    eggs: int = 5
    monthly_cap: int = 20  # earned neighbours per inviter and calendar month


@dataclass(frozen=True, slots=True)
class Eggs:
    """Collecting eggs at the till: a code holds for `code_hours` hours."""

    code_hours: int = 72


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheets of a group buy: `at_close`, they go to the owner and whoever opened it."""

    at_close: bool = True


@dataclass(frozen=True, slots=True)
class Reminders:
    """What the bot says before a close and to those who have not fetched their goods; times on the shop's clock."""

    closing: bool = True
    pickup: bool = True
    pickup_at: time = time(17, 0)  # from the day after the arrival on
    same_day_at: time = time(18, 30)  # on the very day, for what does not keep


@dataclass(frozen=True, slots=True)
class Shop:
    """All settings of one shop; empty strings where the shopkeeper has said nothing."""

    name: str = "客厅小店"
    phone: str = ""
    address: str = ""
    hours: str = ""
    timezone: str = "Asia/Shanghai"
    weather: Spot | None = None
    invite: Invite = field(default_factory=Invite)
    eggs: Eggs = field(default_factory=Eggs)
    sheet: Sheet = field(default_factory=Sheet)
    reminders: Reminders = field(default_factory=Reminders)
    sender: Schedule = field(default_factory=Schedule)
    quiet: Quiet = field(default_factory=Quiet)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)


def load_shop(path: Path) -> Shop:
    """Read the settings; a missing file or key means the default. Raises ShopFault with everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Shop()
    except UnicodeDecodeError:
        raise ShopFault([Fault(str(path), None, "", "不是 UTF-8 编码，请用 UTF-8 重新保存")]) from None
    except OSError as error:
        raise ShopFault([Fault(str(path), None, "", f"打不开这个文件（{error.strerror}）")]) from error
    return read_shop(text, str(path))


def read_shop(text: str, file: str) -> Shop:
    """Settings from the text of a TOML file, called `file` in faults. Raises ShopFault."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond what Python takes
        raise ShopFault([_unreadable(text, file, str(error))]) from error
    reader = _Reader(file, dict(_names(text)))
    top = reader.table("", {key: value for key, value in document.items() if key not in SECTIONS})
    parts = {name: reader.section(name, document[name]) for name in SECTIONS if name in document}
    reader.awake(parts)
    if reader.faults:
        raise ShopFault(sorted(reader.faults, key=lambda fault: fault.line or 0))
    return Shop(**top, **{name: SECTIONS[name][0](**values) for name, values in parts.items()})


class _Reader:
    """Goes through the tables and collects what is wrong."""

    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self.file = file
        self.lines = lines
        self.faults: list[Fault] = []

    def fault(self, key: str, problem: str) -> None:
        self.faults.append(Fault(self.file, self.lines.get(key), key, problem))

    def section(self, name: str, table: object) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.fault(name, f"这是一节的名字，请另起一行写 [{name}]，下面再写这一节的各项")
            return {}
        values = self.table(name, table)
        needed = {"latitude", "longitude"} - set(table) if name == "weather" else set()
        for key in sorted(needed):
            self.fault(name, f"还缺 {key}；经度和纬度要一起写，不要天气就把整节删掉")
        if name == "quiet" and values.get("start", Quiet().start) <= values.get("end", Quiet().end):
            self.fault(name, "安静时间要从晚上跨到第二天早上，from 要比 to 晚")
        return values

    def awake(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        """A reminder at a time when nothing may be said would never be heard."""
        night = parts.get("quiet", {})
        quiet = Quiet(night.get("start") or Quiet().start, night.get("end") or Quiet().end)
        for key, at in parts.get("reminders", {}).items():
            if isinstance(at, time) and quiet.covers(at):
                self.fault(
                    f"reminders.{key}", f"这个时候在安静时间里（{quiet.start:%H:%M} 到 {quiet.end:%H:%M}），不会说话"
                )

    def table(self, section: str, table: Mapping[str, object]) -> dict[str, Any]:
        """The table's values under the names of the dataclass they fill."""
        known = SECTIONS[section][1] if section else TOP
        values: dict[str, Any] = {}
        for key, value in table.items():
            name = f"{section}.{key}" if section else key
            if key not in known:
                self.fault(name, _unknown(key, section))
                continue
            field_name, check = known[key]
            try:
                values[field_name] = check(value)
            except ValueError as error:
                self.fault(name, str(error))
        return values


def _unknown(key: str, section: str) -> str:
    """Say that nobody knows `key` here, and what was probably meant."""
    for name, (_, keys) in SECTIONS.items():
        if key in keys and name != section:
            return f"这一项应写在 [{name}] 这一节下面"
    if section and key in TOP:
        return "这一项应写在文件最前面，任何一节之前"
    near = difflib.get_close_matches(key, [*SECTIONS[section][1]] if section else [*TOP, *SECTIONS], n=1, cutoff=0.5)
    return f"没有这一项，是不是想写 {near[0]}？" if near else "没有这一项，请检查拼写或删掉"


def _unreadable(text: str, file: str, message: str) -> Fault:
    """Turn TOML's complaint into the line it means and what is usually wrong there."""
    rows = text.splitlines() or [""]
    found = re.search(r"at line (\d+)", message)
    line = min(int(found[1]), len(rows)) if found else len(rows)
    if message.startswith("Cannot overwrite"):
        return Fault(file, _twice(text) or line, "", "同一项写了两遍，留一个就好")
    if message.startswith("Cannot declare"):
        return Fault(file, line, "", "同一节写了两遍，合成一节就好")
    if re.search("[“”‘’＝＂［］]", rows[line - 1].split("#")[0]):
        return Fault(file, line, "", '引号、等号和方括号要用英文的 " = [ ]，不能用中文的 “ ” ＝ ［ ］')
    return Fault(file, line, "", '这一行读不懂：文字要放在英文引号里，一行只写一项，如 name = "幸福里小店"')


def _names(text: str) -> list[tuple[str, int]]:
    """Every section and key as (`section.key`, line); keys written in TOML's rarer ways are simply not found."""
    names: list[tuple[str, int]] = []
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[{1,2}\s*([\w-]+)\s*[.\]]", line):
            section = header[1]
            names.append((section, number))
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]", line):
            names.append((f"{section}.{key[1]}" if section else key[1], number))
    return names


def _twice(text: str) -> int | None:
    """Line on which a name stands for the second time."""
    seen: set[str] = set()
    for name, line in _names(text):
        if name in seen:
            return line
        seen.add(name)
    return None


def _text(longest: int, *, empty: bool = True) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"要写成文字，放在英文引号里，不能是 {_shown(value)}")
        text = value.strip()
        if any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in text):
            raise ValueError("只能写一行文字，不能有换行和看不见的控制符")
        if len(text) > longest:
            raise ValueError(f"太长了，最多 {longest} 个字，现在是 {len(text)} 个")
        if not text and not empty:
            raise ValueError("不能空着")
        return text

    return check


def _whole(least: int, most: int, why: str = "") -> Check:
    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"要写成整数，不加引号，不能是 {_shown(value)}")
        if not least <= value <= most:
            raise ValueError(why or f"要在 {least} 到 {most} 之间，不能是 {_shown(value)}")
        return value

    return check


def _decimal(least: float, most: float, why: str = "") -> Check:
    def check(value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(f"要写成数字，不加引号，不能是 {_shown(value)}")
        if not least <= value <= most:  # also refuses nan
            raise ValueError(why or f"要在 {least:g} 到 {most:g} 之间，不能是 {_shown(value)}")
        return float(value)

    return check


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"只能写 true（开）或 false（关），不加引号，不能是 {_shown(value)}")
    return value


def _zone(value: object) -> str:
    name: str = _text(60, empty=False)(value)
    try:
        ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        raise ValueError(f'没有 {name} 这个时区，国内都写 "Asia/Shanghai"') from None
    return name


def _clock(least: time, most: time, why: str) -> Check:
    def check(value: object) -> time:
        moment = value if isinstance(value, time) else _hours_minutes(value)
        if not least <= moment <= most:
            raise ValueError(why)
        return moment

    return check


def _hours_minutes(value: object) -> time:
    """'22:00' as a time; the full-width colon of a phone keyboard will do."""
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text, re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f'要写成几点几分，如 "22:00"，不能是 {_shown(value)}')
    return time(int(found[1]), int(found[2]))


def _shown(value: object) -> str:
    """A wrong value as the shopkeeper wrote it, or nearly."""
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 30 else f"{text[:30]}…"


BAN = "发得太快微信会封号"
AWAKE = "提醒要在 07:00 到 21:30 之间，夜里不打扰邻居"
NIGHT = "晚上 22:00 到早上 7:00 不打扰邻居，只能加长，不能缩短"

TOP: Mapping[str, tuple[str, Check]] = {
    "name": ("name", _text(20, empty=False)),
    "phone": ("phone", _text(40)),
    "address": ("address", _text(80)),
    "hours": ("hours", _text(40)),
    "timezone": ("timezone", _zone),
}
"""Keys before any section: the key, the field of Shop it fills, how its value is checked."""

SECTIONS: Mapping[str, tuple[Callable[..., Any], Mapping[str, tuple[str, Check]]]] = {
    "weather": (
        Spot,
        {
            "latitude": ("latitude", _decimal(-90, 90, "纬度在 -90 到 90 之间，是不是和经度写反了？")),
            "longitude": ("longitude", _decimal(-180, 180)),
        },
    ),
    "invite": (
        Invite,
        {
            "enabled": ("enabled", _switch),
            "stay_days": ("stay_days", _whole(1, 30)),
            "per": ("per", _whole(1, 50)),
            "eggs": ("eggs", _whole(1, 100)),
            "monthly_cap": ("monthly_cap", _whole(1, 30)),
        },
    ),
    "eggs": (Eggs, {"code_hours": ("code_hours", _whole(1, 720))}),
    "sheet": (Sheet, {"at_close": ("at_close", _switch)}),
    "reminders": (
        Reminders,
        {
            "closing": ("closing", _switch),
            "pickup": ("pickup", _switch),
            "pickup_at": ("pickup_at", _clock(time(7), time(21, 30), AWAKE)),
            "same_day_at": ("same_day_at", _clock(time(7), time(21, 30), AWAKE)),
        },
    ),
    "sender": (
        Schedule,
        {
            "same_room": ("same_room", _decimal(1, 600, f"同一个群两条消息至少隔 1 秒（最多 600 秒）：{BAN}")),
            "between_rooms": ("between_rooms", _decimal(3, 600, f"换一个群至少隔 3 秒（最多 600 秒）：{BAN}")),
            "per_minute": ("per_minute", _whole(1, 40, f"一分钟最多 40 条，最少 1 条：{BAN}")),
        },
    ),
    "quiet": (
        Quiet,
        {
            "from": ("start", _clock(time(0), time(22, 0), f"最晚写 22:00。{NIGHT}")),
            "to": ("end", _clock(time(7, 0), time(23, 59), f"最早写 07:00。{NIGHT}")),
        },
    ),
}
"""Every section: the dataclass it fills and its keys. The sender's and the night's bounds are FACTS.md's law."""
