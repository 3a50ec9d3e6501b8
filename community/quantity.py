"""What a resident means by a number of portions, and plain text made out of whatever a phone sends."""

import re
import unicodedata
from dataclasses import dataclass

from community.refusal import Refusal

MOST = 999
"""The largest number of portions one order may name."""

LONGEST = 200
"""Characters of an order line that are looked at; what is longer is no order, and every pattern stays cheap."""

COUNTERS = "份盒箱板袋瓶包件套个只桶罐提筐串把捆扎根条块支单组篮杯卷盘棵"
"""Measure words that count portions. Weights (斤, 克) are none: two 斤 of a five-斤 bag is not two bags."""

WEIGHTS = r"(?:公斤|千克|毫升|斤|克|两|升|枚|颗|粒|kg|ml|g|l)"

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
_BLANKS = re.compile(r"\s+")
_MARKS = 30  # Unicode's stream-safe format: no honest letter carries more marks, and sorting them costs the square

_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬兩貳參", "一二三四五六七八九十百千万两二三")
_POWERS = (("万", 10_000), ("千", 1_000), ("百", 100), ("十", 10))
NUMERALS = "零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"
NUMBER = rf"(?:[0-9]{{1,12}}|[{NUMERALS}]{{1,9}})"
"""A whole number inside a pattern, in digits or Chinese numerals; `whole_number` reads what it found."""


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
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    pieces = _SIGNS.split(_UNSEEN.sub("", text))
    pieces[::2] = [unicodedata.normalize("NFKC", _bearable(piece)) for piece in pieces[::2]]
    return _BLANKS.sub(" ", "".join(pieces)).strip()


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
