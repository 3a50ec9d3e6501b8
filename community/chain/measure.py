"""Numbers with a measure (5斤, 24瓶, 两箱, 600ml, 半斤) inside a normalised line, as amounts or as specifications."""

import re
from typing import NamedTuple

from community.quantity import COUNTERS, NUMERALS, normalise, whole_number

WEIGHTS = frozenset({"公斤", "市斤", "毫克", "斤", "克", "两"})
VOLUMES = frozenset({"毫升", "升"})
PIECES = ("枚", "颗", "粒", "片", "抽", "张", "米", "寸", "层", "朵", "头", "对", "打", "块")
SINGLES = frozenset("个只条根支扎把串棵卷杯束") | frozenset(PIECES)
"""Measures of single things; whether one of them is a portion depends on what a portion holds."""

_LATIN = "(?:kg|ml|cm|g|l)(?![a-wyz]|x(?![0-9]))"  # 5kgx2 is a weight, 2x and 2lg are none
_WORDS = sorted({"千克", *WEIGHTS, *VOLUMES, *PIECES, *COUNTERS}, key=len, reverse=True)
UNIT = f"(?!两[{COUNTERS}])(?:{'|'.join(_WORDS)}|{_LATIN})"
"""Any unit, inside a pattern that ignores case; the 两 of 2 两份 is a number."""

DIGITS = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_SAME = {"千克": "公斤", "kg": "公斤", "市斤": "斤", "g": "克", "ml": "毫升", "l": "升"}

_SPECIAL = {"半": "0.5", "俩": "2", "仨": "3"}
_MEASURE = re.compile(rf"(?<![0-9a-z.])(?P<number>{DIGITS}|[{NUMERALS}半]{{1,9}}) ?(?P<unit>{UNIT})", re.IGNORECASE)


class Measure(NamedTuple):
    """A number as it is compared ("5", "2.5") and its unit."""

    number: str
    unit: str


class Found(NamedTuple):
    """A measure and where it stands."""

    number: str
    unit: str
    start: int


def canonical(unit: str) -> str:
    """One spelling for one unit: kg and 千克 are 公斤."""
    return _SAME.get(unit.casefold(), unit.casefold())


def plain_number(word: str) -> str:
    """A number as it is compared: `05` and `五` are "5", `2.50` is "2.5", 半 is "0.5"; other words stay as they are."""
    if word in _SPECIAL:
        return _SPECIAL[word]
    if word[:1].isdigit():
        whole, _, part = word.partition(".")
        rest = part.rstrip("0")
        return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")
    number = whole_number(word)
    return word if number is None else str(number)


def measures_in(text: str) -> list[Found]:
    """Every measure that says what a portion holds; a single 箱 or 盒 is only what the portion comes in."""
    found = (Found(plain_number(one["number"]), canonical(one["unit"]), one.start()) for one in _MEASURE.finditer(text))
    return [one for one in found if one.number != "1" or one.unit not in COUNTERS]


def holds(spec: str) -> frozenset[Measure]:
    """The measures of a specification (5斤装, 600ml*24瓶) as a set to compare with."""
    return frozenset(Measure(one.number, one.unit) for one in measures_in(normalise(spec)))
