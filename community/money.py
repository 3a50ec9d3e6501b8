"""Amounts of money as people write them (29块9, ￥30, 三十元), read into integer cents and said again."""

import re

from community.quantity import COUNTERS, NUMERALS, normalise, whole_number
from community.refusal import Refusal

MOST_CENTS = 10_000_000
"""100,000 yuan: in a shop of this kind a price above it is a slip of the finger."""

_LONGEST = 40
_UNITS = COUNTERS + "斤"
_YUAN = r"(?:元|块钱|块|圆|rmb)"
_DIGITS = r"[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,12}"
_PER = rf"(?:\s?/\s?[1一]?[{_UNITS}]|\s?每[{_UNITS}]|(?<=[0-9元块圆钱毛角分])一[{_UNITS}])"
# A digit or two right after 块 are 毛 and 分, unless they begin something else: 29块40份, 29块11-23截单.
_ELSE = rf"(?![0-9{NUMERALS}{_UNITS}.:*×/月日号点时人-])"
_SMALL = rf"(?:[0-9{NUMERALS}][毛角]?(?:[0-9{NUMERALS}]分?)?{_ELSE}|零[0-9{NUMERALS}]分?)"

PRICE = (
    rf"(?:(?:[¥￥]|rmb)\s?(?:{_DIGITS})(?:\.[0-9]{{1,9}})?(?:\s?{_YUAN})?"
    rf"|(?:(?:{_DIGITS})(?:\.[0-9]{{1,9}})?|[{NUMERALS}]{{1,9}})\s?{_YUAN}{_SMALL}?"
    rf"|[0-9{NUMERALS}][毛角](?:[0-9{NUMERALS}]分?)?(?![0-9{NUMERALS}])){_PER}?"
)
"""A price inside a longer line, known by its sign or its word, with no groups; `read_cents` reads what it found."""

_DECIMAL = re.compile(rf"(?:[¥￥]|rmb)? ?(?P<yuan>{_DIGITS})(?:[.点](?P<part>[0-9]{{1,30}}))? ?{_YUAN}?[整钱]?")
_SPOKEN = re.compile(
    r"(?P<yuan>[0-9]{1,7})[块元](?:零(?P<small>[0-9])分?|(?P<jiao>[0-9])[毛角]?(?:(?P<fen>[0-9])分?)?)钱?"
)
_CHANGE = re.compile(r"(?:(?P<jiao>[0-9])[毛角](?:(?P<fen>[0-9])分?)?|(?P<small>[0-9])分)钱?")
_NEGATIVE = re.compile(r"(?:[¥￥]|rmb)? ?[-−–负]")
_PER_END = re.compile(_PER + r"$")
_RUN = re.compile(rf"(?<![0-9{NUMERALS}])(零?)([{NUMERALS}]++)(?![0-9])")  # 3十 is neither 310 nor 30


class MoneyFault(Refusal):
    """No amount can be read, or not one a shop could ask; the text says why."""


def read_cents(text: str) -> int:
    """Read one price into cents (分): `29.9元`, `￥30`, `35`, `29块9`, `9毛9`, `三十元`, `1,299元`, `29.9元/份`.

    Raises MoneyFault for zero, negatives, more than two decimals, more than 100,000 yuan, and what is no amount.
    """
    plain = normalise(text).lower()
    if len(plain) > _LONGEST:
        raise MoneyFault(_UNCLEAR)
    if _NEGATIVE.match(plain):
        raise MoneyFault("价钱不能是负数")
    return _sensible(_cents(_RUN.sub(_in_digits, _PER_END.sub("", plain))))


_UNCLEAR = "价钱没看懂，像 29.9元 这样写就好"


def _in_digits(run: re.Match[str]) -> str:
    number = whole_number(run[2])
    return run[0] if number is None else f"{run[1]}{number}"


def _cents(plain: str) -> int:
    if found := _DECIMAL.fullmatch(plain):
        part = found["part"] or ""
        if len(part) > 2:
            raise MoneyFault("价钱最多写到分，也就是两位小数")
        return int(found["yuan"].replace(",", "")) * 100 + int(part.ljust(2, "0"))
    if found := _SPOKEN.fullmatch(plain) or _CHANGE.fullmatch(plain):
        said = {name: int(digits or "0") for name, digits in found.groupdict().items()}
        return said.get("yuan", 0) * 100 + said["jiao"] * 10 + said["fen"] + said["small"]
    raise MoneyFault(_UNCLEAR)


def _sensible(cents: int) -> int:
    if cents == 0:
        raise MoneyFault("价钱要大于 0")
    if cents > MOST_CENTS:
        raise MoneyFault(f"价钱最多 {yuan(MOST_CENTS)}，看看是不是多打了几位")
    return cents


def yuan(cents: int) -> str:
    """Say cents as a shop writes prices: 2990 → `29.9元`, 3000 → `30元`, 5 → `0.05元`, -150 → `-1.5元`."""
    whole, part = divmod(abs(cents), 100)
    decimals = f".{part:02}".rstrip("0").rstrip(".")
    return f"{'-' if cents < 0 else ''}{whole}{decimals}元"
