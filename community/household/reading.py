"""Households as people write them (3-2-501, 3栋2单元501室, 3#2-501, A栋1203), read into building, unit and door."""

import re
from typing import NamedTuple

from community.quantity import normalise

_LONGEST = 40
_PLAINLY = str.maketrans("棟單號樓層門", "栋单号楼层门")
_NUMERALS = "〇零一二三四五六七八九十"
_DIGIT = {sign: str(at) for at, sign in enumerate("零一二三四五六七八九")} | {"〇": "0"}

_NUMBER = rf"(?:[0-9]{{1,3}}|[{_NUMERALS}]{{1,3}})"
_BUILDING = rf"(?:[A-Za-z]?{_NUMBER}[A-Da-d]?|[A-Za-z]|[甲乙丙丁])"
_DOOR = rf"(?:[0-9]{{3,4}}|[{_NUMERALS}]{{3,4}})"
_BUILDING_WORD = "(?:号楼|栋楼?|幢|座|号院|#楼?|弄|楼|号)"
_UNIT_WORD = "(?:单元|门洞|门|梯|号)"
_DASH = " ?[-—–−~/、.·] ?"
_BEGIN = r"(?<![0-9A-Za-z.*×-])"
_END = r"(?:室|号房|房|户|号(?!楼))?(?![0-9]|[-/.:][0-9])"

_FORMS = (
    # 3栋2单元501室, 3号楼2门5楼501, 3#2-501, A座 2 单元 1203
    rf"(?P<building>{_BUILDING}) ?{_BUILDING_WORD} ?-?(?P<unit>{_NUMBER}) ?(?:{_UNIT_WORD} ?-?|{_DASH})"
    rf"(?:{_NUMBER}[楼层])?(?P<door>{_DOOR}|[0-9]{{1,2}}(?=室|号房|房))",
    # 3栋501, 12号楼1203室, A栋-501, A座12层1203
    rf"(?P<building>{_BUILDING}) ?{_BUILDING_WORD} ?-?(?:{_NUMBER}[楼层] ?)?(?P<unit>)(?P<door>{_DOOR})",
    # 3-2单元501
    rf"(?P<building>{_BUILDING}){_DASH}(?P<unit>{_NUMBER}) ?单元 ?-?(?P<door>{_DOOR})",
    # 3-2-501, 3/2/501, 12-1-1803
    rf"(?P<building>{_BUILDING}){_DASH}(?P<unit>[0-9]{{1,2}}){_DASH}(?P<door>[0-9]{{3,4}})",
    # 3-501, A-1203
    rf"(?P<building>{_BUILDING}){_DASH}(?P<unit>)(?P<door>[0-9]{{3,4}})",
)
_SPACED = re.compile(rf"(?P<building>{_BUILDING}) (?:(?P<unit>[0-9]{{1,2}}) )?(?P<door>[0-9]{{3,4}})")
_COMPILED = tuple(re.compile(_BEGIN + form + _END) for form in _FORMS)

HOUSEHOLD = "|".join(f"(?:{_BEGIN}{re.sub(r'[?]P<[a-z]+>', '?:', form)}{_END})" for form in _FORMS)
"""A household inside a longer, normalised line, with no groups; `find_household` reads what it found."""

_PLACE = ("我?住在?|我?(?:家|是)在?|地址|门牌号?|[: ]", "[。.,!~的家哈哦呢啦 ]|谢谢")
_AROUND = re.compile(rf"\A(?:{_PLACE[0]}){{1,3}}|(?:{_PLACE[1]}){{1,3}}\Z")


class Household(NamedTuple):
    """One front door: `building` and `door` as digits or a letter with digits, `unit` empty where there is none."""

    building: str
    unit: str
    door: str

    def __str__(self) -> str:
        """The household as the shop writes it: 3-2-501, or 3-501 without a unit."""
        return "-".join(part for part in self if part)

    @property
    def house(self) -> str:
        """3栋: what may be said of it where the neighbours read along."""
        return f"{self.building}栋"


def read_household(text: str) -> Household | None:
    """Read a household that is all of `text`: 3-2-501, 3栋2单元501, 3#2-501, 3号楼2单元501室, 3 2 501, 3-501.

    Full width, Chinese numerals (三栋二单元五零一) and a few words around it are understood; leading zeros do not
    count. None for anything else, a date, a telephone number or a unit and door without their building among it.
    """
    plain = normalise(text).translate(_PLAINLY)
    if len(plain) > _LONGEST:
        return None
    bare = _AROUND.sub("", plain)
    for pattern in (*_COMPILED, _SPACED):
        if found := pattern.fullmatch(bare):
            return _household(found)
    return None


def find_household(text: str) -> Household | None:
    """The first household inside a longer line (3栋501王阿姨 两份), or None. A row of digits with spaces is none."""
    plain = normalise(text)
    for pattern in _COMPILED:
        if (found := pattern.search(plain)) and (household := _household(found)):
            return household
    return None


def _household(found: re.Match[str]) -> Household | None:
    building, unit, door = (_canonical(found[part] or "") for part in ("building", "unit", "door"))
    if not (building and door and (unit or not found["unit"])):
        return None
    return Household(building, unit, door.zfill(3))  # 1室 is 001: written shorter it would read as no door at all


def _canonical(word: str) -> str:
    """Digits without leading zeros, letters large; empty for a zero, so that 0-0-000 is nobody's door."""
    letters = "".join(char for char in word if char.isalpha() and char not in _NUMERALS)
    numerals = word.strip(letters) if letters else word
    digits = _digits(numerals).lstrip("0")
    if numerals and not digits:
        return ""
    return f"{letters.upper()}{digits}" if word[:1].isalpha() and letters else f"{digits}{letters.upper()}"


def _digits(numerals: str) -> str:
    """The digits of 12, 十二 (12), 二十一 (21), 五零一 (501)."""
    if "十" not in numerals:
        return "".join(_DIGIT.get(char, char) for char in numerals)
    tens, _, ones = numerals.partition("十")
    return (_DIGIT.get(tens, "") or "1") + (_DIGIT.get(ones, "") or "0")
