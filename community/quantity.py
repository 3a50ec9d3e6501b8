"""What a resident means by a number of portions, and plain text made out of whatever a phone sends."""

import re
import unicodedata
from dataclasses import dataclass

from community.refusal import Refusal

MOST = 999
"""The largest number of portions one order may name."""

LONGEST = 200
"""Characters of an order line that are looked at; what is longer is no order, and every pattern stays cheap."""

COUNTERS = "份盒箱板袋瓶包件套个只桶罐听提筐串把捆扎根条支单组篮杯卷盘棵双束"
"""Measure words that count portions. No weights: two 斤 of a five-斤 bag is not two bags. No 块: it is money."""

# Control, zero-width, bidi, fillers, variation selectors, the keycap's frame, lone surrogates: nothing one could read.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff]"
)
# Number signs that NFKC would turn into ordinary digits: ² is not an order for two, ① is a row's mark, ½ is no 12.
_SIGNS = re.compile(
    "([\xb2\xb3\xb9\xbc-\xbe\u2070-\u2079\u2080-\u2089\u2150-\u215f\u2189\u2460-\u249b\u24ea-\u24ff\u3192-\u3195"
    "\u3220-\u3229\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\U0001f100-\U0001f10c]+)"
)
# Anything but printable ASCII, Chinese characters and 、。《》「」【】: text without it is already in its one form.
_ODD = re.compile("[^ -~\u3001\u3002\u3008-\u3011\u4e00-\u9fff]")
_MARKS = 30  # Unicode's stream-safe format: no honest letter carries more marks, and sorting them costs the square

_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬兩貳參", "一二三四五六七八九十百千万两二三")
_POWERS = (("万", 10_000), ("千", 1_000), ("百", 100), ("十", 10))
NUMERALS = "零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
NUMBER = rf"(?:[0-9]{{1,12}}|[{NUMERALS}]{{1,9}})"
"""A whole number inside a pattern, in digits or Chinese numerals; `whole_number` reads what it found."""

_SIGN = "+x×*"
_MINUS = "-−–负"
_POINTS = ".,·/⁄~"
_WEIGHT = re.compile(
    rf"(?:[0-9.]+|[{NUMERALS}半]+?)(?:公斤|千克|毫升|斤|克|两|升|枚|颗|粒|kg|ml|g)(?![a-z{NUMERALS}{COUNTERS}])",
    re.IGNORECASE,
)
_QUANTITY = re.compile(rf"[{_SIGN}]? ?(?P<number>{NUMBER}|[俩仨]) ?(?P<unit>\D{{0,2}})", re.IGNORECASE)
_WISH = re.compile(rf"\A(?:我|帮我|给我)?再?(?:要|来|买|订|定|拿|加) ?(?=[0-9{NUMERALS}俩仨半])")
# 苹果来两份, 苹果再要1份, 苹果加一: the verb between the goods and their number belongs to neither.
_WISHES = re.compile(r"(?<=[^ ])[我也再想]{0,2}[要来加订]$")
# 👍, and WeChat's own faces, which arrive as [强]; no sign that is a number.
FACE = r"[\U0001f10d-\U0001faff\u2600-\u2775\u2794-\u27bf\u2b00-\u2bff]|\[[^\W\d_]{1,6}\]"
_THANKS = re.compile(
    rf"(?:[\s。.!,、~]|{FACE}|谢谢|多谢|感谢|谢|辛苦|麻烦|老板娘|老板|店主|吧|哦|啊|呀|哈|呢|了|啦|嘛|呗|哟)*$"
)
_APART = re.compile(rf"(?<=[{_SIGN}]) (?=[0-9{NUMERALS}])|(?<=[0-9{NUMERALS}]) (?=[{COUNTERS}](?: |$))")
_RANGE = re.compile(
    r".*?(?:[一二两三四五六七八九]{2}|[0-9一二两三四五六七八九] ?(?:[-~到至或]|、) ?[0-9一二两三四五六七八九]).*"
)
_PHONE = re.compile(r"86 ?1[0-9]{10}")


_UNSAID = "没看懂要几份"
_TWICE = "一条里有两个数，分开写就好"


class QuantityFault(Refusal):
    """No whole number of portions can be read; the text says why, without an example and without a full stop."""


@dataclass(frozen=True, slots=True)
class Order:
    """So many portions of `item`, the words as typed; None where only one thing can be meant."""

    quantity: int
    item: str | None = None


def normalise(text: str) -> str:
    """Bring text to one form: NFKC, nothing invisible, one space for any run of blanks, trimmed.

    Number signs (², ½, ①) stay as they are, because NFKC would make ordinary digits of them. Idempotent, linear.
    """
    if not _ODD.search(text):
        return " ".join(text.split())
    pieces = _SIGNS.split(_UNSEEN.sub("", text))
    pieces[::2] = [unicodedata.normalize("NFKC", _bearable(piece)) for piece in pieces[::2]]
    return " ".join("".join(pieces).split())


def _bearable(text: str) -> str:
    """Drop accents beyond the thirtieth on one letter: sorting 50,000 of them would hold up the room for seconds."""
    if len(text) < 500:
        return text
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MARKS:
            kept.append(char)
    return "".join(kept)


def whole_number(word: str) -> int | None:
    """Read `12`, `十二`, `一百零五`, `一百五` (150), `两`; None where it is no such number."""
    if word.isascii() and word.isdigit():
        return int(word[:12]) if len(word) <= 12 else None
    return _chinese(word.translate(_FORMAL)) if len(word) <= 9 else None


def _chinese(word: str) -> int | None:
    for sign, power in _POWERS:
        head, found, tail = word.partition(sign)
        if found:
            return _composed(head, power, tail)
    return _DIGITS.get(word)


def _composed(head: str, power: int, tail: str) -> int | None:
    """What stands before and after the highest power of ten: 三|十|五, 一|百|零五, 一|百|五 (150, as it is spoken)."""
    many = _chinese(head) if head else 1 if power == 10 else None
    rest = _below(tail, power)
    if not many or rest is None or many >= (10 if power < 10_000 else 10_000):
        return None
    return many * power + rest


def _below(tail: str, power: int) -> int | None:
    if not tail:
        return 0
    if tail[0] in "零〇":
        rest, least, most = _chinese(tail[1:]), 1, power // 10
    elif tail in _DIGITS:
        return _DIGITS[tail] * power // 10
    else:
        rest, least, most = _chinese(tail), power // 10, power
    return rest if rest is not None and least <= rest < most else None


def read_quantity(text: str, unit: str | None = None) -> int:
    """Read a number of portions, 1-999: `2`, `２`, `两份`, `十二`, `x2`, `*2`, `+2`, `3 份`, `俩`, `2份谢谢`.

    With `unit`, what the goods are sold by (箱), other measures are refused: 2瓶 is not two 箱. Give the text as typed
    or as `normalise` leaves it. Raises QuantityFault for zero, negatives, fractions, ranges, weights, and no number.
    """
    plain = _bare(text)
    found = _QUANTITY.fullmatch(plain) if len(plain) <= LONGEST else None
    number = whole_number(found["number"]) if found else None
    if found and number is not None:
        if found["unit"] in _measures(unit):
            return _within(number)
        if unit and unit != "份":
            raise QuantityFault(f"这次按{unit}算，要几{unit}写个数就好")
    raise QuantityFault(_reason(plain[:LONGEST]))


def _bare(text: str) -> str:
    """The text without the politeness around it; only short text is looked at that closely."""
    plain = normalise(text)
    return _WISH.sub("", _THANKS.sub("", plain), count=1) if len(plain) <= LONGEST else plain


def _measures(unit: str | None) -> set[str]:
    return {"", *COUNTERS} if unit in (None, "份") else {"", "份", unit or ""}


def _within(number: int) -> int:
    if number < 1:
        raise QuantityFault("最少要 1 份")
    if number > MOST:
        raise QuantityFault(f"一次最多 {MOST} 份")
    return number


def _reason(plain: str) -> str:
    """Why it is no quantity: the first that fits, the surest first."""
    reasons = (
        (r"\+? ?[-−–负]", "份数要大于 0"),
        (r"[0-9]{4,}\D?$", f"一次最多 {MOST} 份"),
        (rf".*(?:半|[0-9{NUMERALS}][.,。·/⁄点][0-9{NUMERALS}]|[¼-¾⅐-⅞↉])", "只能按整份记，写个整数就好"),
        (_WEIGHT.pattern, "写要几份就好，按斤两算怕记错"),
        (_RANGE.pattern, "想要几份写个准数就好"),
        (r".*打", "一打算几份拿不准，写个数字就好"),
    )
    for pattern, reason in reasons:
        if re.match(pattern, plain, re.IGNORECASE):
            return reason
    strange = any(not char.isascii() and char not in NUMERALS and _numeric(char) for char in plain)
    return "数字写成 1、2、3 这样就好" if strange else _UNSAID


def _numeric(char: str) -> bool:
    return char in "两俩仨半" or unicodedata.numeric(char, None) is not None


def split_order(text: str, *, default: int | None = None, unit: str | None = None) -> Order:
    """Read the rest of an order line: `2`, `2 苹果`, `苹果 2`, `苹果2份`, `两份苹果`, `2份 红富士苹果`, `苹果x2`.

    A number inside a specification (600ml*24瓶, 5斤装) is none; a number standing alone counts before one glued to a
    word (三只松鼠 2). `default` is the quantity when none is named. Raises QuantityFault as read_quantity does, when
    none is named and there is no default, and when two are: which belongs to what is not for us to guess.
    """
    if len(text) <= 3 and text.isascii() and text.isdigit():
        return Order(_within(int(text)))  # nearly every order is a +1, so it is worth a short way
    plain = _bare(text)
    if len(plain) > LONGEST:
        raise QuantityFault(_UNSAID)
    words = _APART.sub("", plain).split()
    alone = [at for at, word in enumerate(words) if _alone(word, unit)]
    parts = [("", word) if at in alone else (word, "") for at, word in enumerate(words)]
    if not alone:
        parts = [_glued(word, unit) for word in words]
    return _order(parts, default, unit)


def _order(parts: list[tuple[str, str]], default: int | None, unit: str | None) -> Order:
    numbers = [number for _, number in parts if number]
    item = " ".join(word for word, _ in parts if word).strip(" ,、。!~") or None
    if len(numbers) > 1:
        raise QuantityFault(_TWICE)
    if numbers:
        return Order(read_quantity(numbers[0], unit), item)
    for word in [word for word, _ in parts if _WEIGHT.fullmatch(word)]:
        raise QuantityFault(_reason(word))
    if default is None:
        raise QuantityFault(_UNSAID)
    return Order(default, item)


def _alone(word: str, unit: str | None) -> bool:
    """Whether a word is nothing but a number with its sign and measure, be it a number we can serve or not."""
    core = word.lstrip(_SIGN + "X" + _MINUS)
    core = core[:-1] if core[-1:] in _measures(unit) else core
    return any(map(_numeric, core)) and all(_numeric(char) or char in _POINTS + _MINUS for char in core)


def _glued(word: str, unit: str | None) -> tuple[str, str]:
    """Part one word into (item, number): 两份苹果, 苹果2份, 苹果x2, A2; the number is empty where none is sure."""
    found = [split for split in (_in_front(word, unit), _behind(word, unit)) if split]
    if len(found) > 1:
        raise QuantityFault(_TWICE)
    return found[0] if found else (word, "")


def _in_front(word: str, unit: str | None) -> tuple[str, str] | None:
    start = len(word) - len(word.lstrip(_SIGN + _MINUS))
    end = start
    while end < len(word) and (_numeric(word[end]) or word[end] in _POINTS):
        end += 1
    rest = word[end + 1 :]
    if start < end < len(word) and rest and word[end] in _measures(unit) and not rest.startswith(("装", "/", "*", "x")):
        return rest, word[: end + 1]
    plainly = word[start:end].isascii() and start < end < len(word) and not _WEIGHT.match(word[start:])
    if plainly and not word[end].isascii() and word[end] not in COUNTERS and not any(map(_numeric, word[end:])):
        return word[end:], word[:end]
    return None


def _behind(word: str, unit: str | None) -> tuple[str, str] | None:
    measured = word[-1:] in _measures(unit)
    end = len(word) - measured
    start = end
    while start and (_numeric(word[start - 1]) or word[start - 1] in _POINTS + _MINUS):
        start -= 1
    start += word[start:end].startswith(",")  # 苹果,2份: a comma before all digits only parts them from the name
    number = word[start:end]
    head = word[: start - 1] if word[start - 1 : start] in tuple(_SIGN) else word[:start].rstrip(",")
    sure = measured or number.isascii() or number in ("俩", "仨") or (head.endswith("加") and number == "一")
    head = _WISHES.sub("", head) if measured or (sure and not number.isascii()) else head
    if not sure or not any(map(_numeric, number)) or not _may_end_a_name(head):
        return None
    return head, word[start:]


def _may_end_a_name(head: str) -> bool:
    """苹果, 5斤装 and the letter of a listed item (A) may be followed by a quantity; 600ml and iPhone may not."""
    return bool(head) and (not head[-1].isascii() or (len(head) == 1 and head.isalpha()))


def looks_like_number(text: str) -> bool:
    """Whether what follows a + was meant as a number, usable or not: `½`, `0`, `٣`, `2.5`, `-1`, `两份苹果`.

    `v我50`, `1s`, `微信`, `一起去` and telephone numbers were not.
    """
    if len(text) <= 3 and text.isascii() and text.isdigit():
        return True
    plain = normalise(text)[:LONGEST].lower().lstrip(_SIGN + _MINUS + " ")
    end = 0
    while end < len(plain) and (_numeric(plain[end]) or (end and plain[end] in _POINTS + _MINUS)):
        end += 1
    if not end or _PHONE.match(plain):
        return False
    number, rest = plain[:end].rstrip(_POINTS + _MINUS), plain[end:]
    if all(char in NUMERALS + "半俩仨亿" for char in number):
        return number.strip("百千万亿") != "" and (not rest or not rest[0].isalnum() or _measured(plain, rest))
    return not rest or _measured(plain, rest) or not (rest[0] in ":%°℃" or (rest[0].isascii() and rest[0].isalpha()))


def _measured(plain: str, rest: str) -> bool:
    return rest[0] in COUNTERS + "打" or _WEIGHT.match(plain) is not None
