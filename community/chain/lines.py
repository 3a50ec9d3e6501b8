"""Finds a chain inside a text: the header wherever it stands, the rows by their marks, quotes and chat left out."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from community.quantity import normalise, whole_number

MOST_ROW = 9999

_HEADER = re.compile(r"# ?(?:接[龙龍]|Group ?Note)", re.IGNORECASE)
_SAID_SO = re.compile(r"接[龙龍]")
_HINT = re.compile(r"接[龙龍]|Group ?Note|[\n\r]", re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:0[.、 ] ?)?\(?(?:例子|例如|举例|示例|样例|例[0-9]?|Example|e\.?g\.)(?!\w)", re.IGNORECASE)
_DASHES = re.compile(r"[-—–_=~*·. ]*[-—–_=~*·]{3,}[-—–_=~*·. ]*|(?:- ){3,}-?")
_STAMP = re.compile(r".{0,40}?\d{1,2}:\d{2}(?::\d{2})?|(?:\d{4}[-/年.])?\d{1,2}[-/月.]\d{1,2}日?")
_CHAT = re.compile(
    r"[?@]|大家|各位|邻居|收到|截单|截止|到货|几点|群里|群友|接龙|还有吗|有人|什么时候|通知|[吗呢吧]$|^(?:好的|谢谢|辛苦|哈+|嗯|ok)",
    re.IGNORECASE,
)
_KEYCAPS = re.compile(r"^\s*((?:[0-9]\ufe0f?\u20e3)+|\U0001f51f)")
_SIGNS = "[①-⒛⓪-⓿❶-➓㉑-㉟㊱-㊿]"
_NOT_A_UNIT = r"(?![0-9]*(?:斤|元|块|kg|g|克|公斤|升|ml|份|箱|盒|折))"

_MARKS = (
    r"[(\[【](?P<bracketed>[0-9]{1,4})[)\]】][.、:]?",  # （1） [1]
    r"(?P<pointed>[0-9]{1,4}) ?(?:[.、。](?![0-9])|[)\]】])",  # 1. 1、 1) １．
    r"(?P<colon>[0-9]{1,4}) ?[:,](?![0-9])",  # 1：
    rf"(?P<close>[0-9]{{1,4}})[.、](?=[0-9]){_NOT_A_UNIT}",  # 1.501王阿姨: only where this number is due
    rf"(?P<sign>{_SIGNS})[.、]?",  # ① ⑴ ⒈ ❶
    r"(?P<spoken>[一二三四五六七八九十]{1,3})[、.](?![0-9])",  # 一、
    r"(?:no|第)\.? ?(?P<named>[0-9]{1,4})[.、: 位个]",  # No.1
)
_MARK = re.compile(rf"(?:{'|'.join(_MARKS)})\s*", re.IGNORECASE)
_PLACE_NEXT = re.compile(r"[0-9A-Za-z]{1,4}(?:栋|幢|座|号楼|#|-[0-9]{1,2}-[0-9]{3,4}|-[0-9]{3,4})")
_UNMARKED = re.compile(r"(?P<number>[0-9]{1,3})(?: (?=\w)| ?(?=[^\W\d_]))(?![份盒箱斤袋瓶个元块点月日号栋楼#])")
_INLINE = re.compile(r"(?<![^\s,;。、)])(?P<number>[0-9]{1,4}) ?[.、)](?![0-9]) ?(?=\w)")


@dataclass(slots=True)
class Raw:
    """A row as it stands: number, text (lines joined by newlines), and `loose` where a line of it may be another's."""

    number: int
    text: str
    loose: bool = False


@dataclass(slots=True)
class Found:
    """What stands in a text: the words above the rows, whether a header announced a chain, and the rows."""

    header: str = ""
    announced: bool = False
    said_so: bool = False
    example: str | None = None
    rows: list[Raw] = field(default_factory=list)


def find_rows(text: str, is_goods: Callable[[str], bool]) -> Found:
    """Take a text apart; of several snapshots in it the last counts, and a quoted message counts for nothing.

    `is_goods` says whether a line without a mark names goods or an amount, and so belongs to the row above it.
    """
    lines = _apart(_lines(_without_quote(text)))
    starts = [at for at, line in enumerate(lines) if _HEADER.search(line) and not _MARK.match(line)]
    for at, start in reversed(list(enumerate(starts))):
        end = starts[at + 1] if at + 1 < len(starts) else len(lines)
        found = _read(lines[start:end], is_goods)
        if found.rows or found.example is not None:
            return _announced(found, lines[:start] if at == 0 else [])
    found = _read(lines, is_goods)
    found.announced = bool(starts and found.rows)
    return found


def may_hold_rows(text: str) -> bool:
    """A first look, without reading: whether a text says it is a chain or has more than one line."""
    return _HINT.search(text) is not None


def _announced(found: Found, above: list[str]) -> Found:
    found.announced = True
    if not found.header:
        found.header = "\n".join(line for line in above if line).strip()
    return found


def _without_quote(text: str) -> str:
    """What a reply says, without the message it quotes: 「王阿姨：…」, a dashed line, the reply."""
    opened = text.lstrip()
    if not opened.startswith("「"):
        return text
    _, closed, reply = opened.partition("」\n")
    return reply if closed else text


def _lines(text: str) -> list[str]:
    """The lines in their one form; a keycap number becomes a mark while it can still be told from a digit."""
    return [
        normalise(_KEYCAPS.sub(_plain_mark, line)) for line in re.split(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]", text)
    ]


def _apart(lines: list[str]) -> list[str]:
    """The lines, where rows that lost their line breaks (1. 王阿姨 2份 2. 李姐 1份) stand on lines of their own."""
    marks = [row_mark(line) for line in lines]
    begun = {mark[0] for mark in marks if mark}
    return [part for line, mark in zip(lines, marks, strict=True) for part in _run_on(line, mark, begun)]


def _run_on(line: str, mark: tuple[int, str] | None, begun: set[int]) -> list[str]:
    """One line, cut before each number that is due and begins no line; a line without a mark needs two of them."""
    due = mark[0] + 1 if mark else 1
    own = len(line) - len(mark[1]) if mark else len(line)
    cuts = [0]
    for found in _INLINE.finditer(line):
        listed = "、" in found[0] and "、" not in line[:own]  # 苹果 2、香蕉 1 is no second row
        if int(found["number"]) == due and due not in begun and found.start() and not listed:
            cuts.append(found.start())
            due += 1
    if len(cuts) < (2 if mark else 3):
        return [line]
    return [line[begin:end].strip() for begin, end in pairwise([*cuts, len(line)])]


def _plain_mark(found: re.Match[str]) -> str:
    digits = "".join(char for char in found[1] if char.isdigit() and char.isascii())
    return f"{digits or '10'}. "


def _read(lines: list[str], is_goods: Callable[[str], bool]) -> Found:
    """The rows of one snapshot; where the numbers are followed by no mark at all, those that count up by one."""
    found = _Reader(is_goods, marked=True).read(lines)
    return found if found.rows else _Reader(is_goods, marked=False).read(lines)


class _Reader:
    """Goes through the lines once; `_open` says whether a line without a mark continues the last row."""

    def __init__(self, is_goods: Callable[[str], bool], marked: bool) -> None:
        self._is_goods, self._marked = is_goods, marked
        self._found, self._above = Found(), list[str]()
        self._state, self._highest = "header", 0

    def read(self, lines: list[str]) -> Found:
        for line in lines:
            if mark := self._mark(line):
                self._found.rows.append(Raw(*mark))
                self._highest = max(self._highest, mark[0])
                self._state = "open"
            elif is_example(line) and not self._found.rows:
                self._found.example = line
                self._state = "example"
            else:
                self._unmarked(line)
        header = (_HEADER.sub(" ", line).strip() for line in self._above)
        self._found.header = "\n".join(line for line in header if line)
        self._found.said_so = any(_SAID_SO.search(line) for line in self._above)
        return self._found

    def _mark(self, line: str) -> tuple[int, str] | None:
        due = self._found.rows[-1].number + 1 if self._found.rows else 1
        if not self._marked:
            plain = _UNMARKED.match(line)
            return (due, line[plain.end() :]) if plain and int(plain["number"]) == due else None
        return row_mark(line, due, self._highest + 1)

    def _unmarked(self, line: str) -> None:
        """A line without a mark: title, continuation, chat or nothing, by what came before it."""
        if self._state in ("header", "example"):
            if line and self._state == "header":
                self._above.append(line)
            self._state = "header"
        elif not line:
            self._state = "gap" if self._state == "open" else self._state
        elif _DASHES.fullmatch(line) or _STAMP.fullmatch(line):
            self._state = "chat"
        elif self._state != "chat":
            self._continue(line)

    def _continue(self, line: str) -> None:
        last = self._found.rows[-1]
        if self._is_goods(line):
            last.text = f"{last.text}\n{line}"
            last.loose = last.loose or self._state == "gap"
        elif self._state == "gap" or _CHAT.search(line):
            self._state = "gap"
        else:
            last.text = f"{last.text}\n{line}"


def is_example(line: str) -> bool:
    """Whether a line shows how to join rather than joining (例 张三 2份)."""
    return _EXAMPLE.match(line) is not None


def row_mark(line: str, *due: int) -> tuple[int, str] | None:
    """The number and the text of a line that begins with a row's mark, None for any other line.

    1.501 and 1.5 are a mark only where the number is `due`, or a door follows (7.7栋); 2.5斤 never is.
    """
    found = _MARK.match(line)
    if not found:
        return None
    kind = found.lastgroup or ""
    number = _number(kind, found[kind])
    if number is None or not 0 <= number <= MOST_ROW:
        return None
    if kind == "close" and number not in due and not _PLACE_NEXT.match(line, found.end()):
        return None
    return number, line[found.end() :].strip()


def _number(kind: str, word: str) -> int | None:
    if kind == "sign":
        return int(unicodedata.numeric(word, -1))
    return whole_number(word) if kind == "spoken" else int(word)
