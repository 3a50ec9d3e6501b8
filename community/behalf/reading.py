"""What staff type for somebody: `王阿姨 +2`, `3-2-501 改 1，少送了一份`, `@王阿姨 取消`, `王阿姨 备注 要小的`."""

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeVar

from community.groupbuy.offer import NotOffered
from community.household import HOUSEHOLD, Household, read_household
from community.quantity import COUNTERS, LONGEST, NUMBER, QuantityFault, normalise
from community.refusal import Refusal

T = TypeVar("T")
Verb = Literal["order", "alter", "cancel", "note"]
LONGEST_NAME = 24
"""Characters of a name that somebody may be written down under."""

_HOME = re.compile(HOUSEHOLD)
_BEFORE_WORDS = re.compile(r"[ +,:]|改|取消|备注|不要了|$")
_NAME = re.compile(r"(?:(?!改成? ?[0-9一二两三四五六七八九十]|取消|备注|不要了)[^ +,:])+")
_NUMBER = re.compile(r" ?第?([1-9])[号位](?=[ +,:改取备不]|$)")
_COUNTED = re.compile(rf"{NUMBER} ?[{COUNTERS}](?=[ ,]|$)")
_ORDERS = re.compile(r"[+]|[0-9一二两三四五六七八九十]+ ?\D?(?:$|[ ,])|[A-Za-z] ?[0-9]")
_VERBS: tuple[tuple[re.Pattern[str], Verb], ...] = (
    (re.compile(r"备注"), "note"),
    (re.compile(r"取消(?:订单)?|不要了"), "cancel"),
    (re.compile(r"改(?:成|为|到)?"), "alter"),
    (re.compile(r"(?:参团|跟团|下单|订购)?"), "order"),
)
_GOODS_FIRST = re.compile(
    rf"(?!备注|取消|不要了|改)(?P<goods>[^\s,:;。、+0-9]{{1,12}}?) ?(?P<verb>改(?:成|为|到)?(?= ?{NUMBER})|不要了|取消)"
)
_BESIDE = " ,:;。、"
_COMMA = r"(?<![0-9]),|,(?![0-9]{3}(?:[ ,;。、份箱盒袋件个斤]|$))"
"""A comma that parts words: that of 1,000 does not."""
_PAUSE = re.compile(rf"{_COMMA}|[;。]|因为|原因")
_CUT = re.compile(rf"{_COMMA}|[ ;。、]|因为|原因")


class Said(NamedTuple):
    """Whom staff speak for, and what of: `number` picks one of several who bear the name.

    `paused`: a comma stands before the words, so that they are no goods: 取消，吃不完.
    """

    name: str
    home: Household | None
    number: int | None
    verb: Verb
    words: str
    paused: bool = False

    @property
    def whom(self) -> str:
        """As staff said it: 王阿姨, 王阿姨 2号, 3-2-501 王阿姨."""
        number = f"{self.number}号" if self.number else ""
        return " ".join(filter(None, (str(self.home) if self.home else "", self.name, number)))


def read(text: str, names: Iterable[str], is_goods: Callable[[str], bool]) -> Said:
    """Take a line apart. `names` are those that are known here, so that one with blanks in it is found whole.

    The name is empty where only a door is said.
    """
    line = normalise(text.partition("\n")[0][: 2 * LONGEST])[:LONGEST].lstrip("@ ")
    known = _known(line, names)
    home, rest = (None, line) if known else _home(line)
    if home is not None:
        known = _known(rest, names)
    name = known or _unknown(rest, home, is_goods)
    rest = rest[len(name) :]
    numbered = _NUMBER.match(rest)
    if numbered:
        rest = rest[numbered.end() :]
    verb, words = _verb(rest.strip(_BESIDE))
    number = int(numbered[1]) if numbered else None
    return Said(name, home, number, verb, words.lstrip(_BESIDE), bool(_PAUSE.match(words.lstrip())))


def _known(line: str, names: Iterable[str]) -> str:
    """The longest known name with which a line begins, as it is typed there."""
    folded = line.casefold()
    fitting = [len(name) for name in names if name and folded.startswith(name) and _ends(line, len(name))]
    return line[: max(fitting, default=0)]


def _ends(line: str, at: int) -> bool:
    return any(pattern.match(line, at) for pattern in (_BEFORE_WORDS, _NUMBER, _COUNTED))


def _home(line: str) -> tuple[Household | None, str]:
    found = _HOME.match(line)
    home = read_household(found[0]) if found else None
    return (home, line[found.end() :].lstrip(" ,")) if found and home else (None, line)


def _unknown(rest: str, home: Household | None, is_goods: Callable[[str], bool]) -> str:
    """A name that nobody is known by; behind a door there need not be one: 3-2-501 苹果2."""
    found = _NAME.match(rest)
    word = found[0] if found else ""
    goods = home is not None and (_ORDERS.match(rest) or is_goods(word.rstrip("0123456789份箱盒袋件")))
    return "" if goods else word


def _verb(rest: str) -> tuple[Verb, str]:
    """What is to be done, and the words for it; 苹果改3 is 改 苹果 3."""
    rest = _GOODS_FIRST.sub(r"\g<verb> \g<goods> ", rest, count=1) if _GOODS_FIRST.match(rest) else rest
    for pattern, verb in _VERBS:
        if (found := pattern.match(rest)) is not None:
            return verb, rest[found.end() :]
    raise AssertionError("the last pattern fits everything")


def apart(words: str, understood: Callable[[str], T], *, pause: bool = False) -> tuple[T, str]:
    """The longest beginning of the words that is understood, and the rest: 1 | 少送了一份.

    `pause`: only a comma may part them, for what stands behind a blank may be meant as goods (+1 大白菜). Where nothing
    is understood, raises what is most to the point: that something is not on offer before that no number is there.
    """
    wrong: Refusal | None = None
    ends = {*(found.start() for found in (_PAUSE if pause else _CUT).finditer(words)), len(words)}
    for end in sorted(ends, reverse=True):
        try:
            return understood(words[:end]), _reason(words[end:])
        except NotOffered as fault:
            wrong = fault
        except QuantityFault as fault:
            wrong = wrong or fault
        except Refusal as fault:  # several may be meant, unless a word behind the number already named something else
            raise (wrong if isinstance(wrong, NotOffered) and words[end : end + 1] == " " else fault) from fault
    assert wrong is not None, "there is always an end to try"  # noqa: S101 - narrows the type
    raise wrong


def _reason(words: str) -> str:
    return re.sub(r"^(?:因为|原因是?)", "", words.strip(_BESIDE)).strip(_BESIDE)
