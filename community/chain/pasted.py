"""Cuts a stretch of chat, as copied out of WeChat, into messages with their speakers; a bare chain is one message."""

import re
from collections.abc import Callable
from typing import NamedTuple

from community.chain.lines import row_mark
from community.quantity import normalise

LONGEST_NAME = 24

_CLOCK = r"(?:(?:凌晨|早上|上午|中午|下午|晚上|昨天|前天|星期.|周.)\s*)*\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?"
_DATE = r"(?:\d{2,4}[-/年.])?\d{1,2}[-/月.]\d{1,2}日?(?:\s*(?:星期|周).)?"
_TIME = rf"(?:{_DATE}\s*(?:{_CLOCK})?|{_CLOCK})"
_STAMP = re.compile(rf"[\s—–\-─=]*{_TIME}[\s—–\-─=]*", re.IGNORECASE)
_STAMPED = re.compile(rf"(?P<name>\S.{{0,{LONGEST_NAME - 1}}}?)\s+(?:{_DATE}\s*)?{_CLOCK}", re.IGNORECASE)
_SPOKEN = re.compile(rf"(?P<name>[^:：\n]{{1,{LONGEST_NAME}}})[:：]\s*(?P<text>.*)")
_SYSTEM = re.compile(
    r".*(?:加入了?群聊|撤回了一条消息|移出了?群聊|退出了?群聊|修改群名为|拍了拍|成为新群主|以下是?新消息|以上是打招呼|聊天记录)"
)
_MEDIA = re.compile(r"\[[^\[\]]{1,8}\](?:\s*\S{0,40})?")
_HEADER = re.compile(r"# ?(?:接龙|Group ?Note)|^接龙", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:.*(?:自提|提货|取货|送货|配送|到货|截单|截止|时间|地点|地址|价格|单价|团购价|规格|备注|说明|注意|数量|要求|商品|品种|产地|电话|微信|团长|发起人|主题|标题|成团|付款|例|格式|示例|限购|口味)"
    r"|http|https)",
    re.IGNORECASE,
)


class Message(NamedTuple):
    """What somebody said; `speaker` is the name they go by, None where the text says nothing of a speaker."""

    speaker: str | None
    text: str


def cut(text: str, is_goods: Callable[[str], bool]) -> list[Message]:
    """The messages of a text, in order; times, system lines and pictures are left out.

    王阿姨: +2, or 王阿姨： and her words on the lines below, or 王阿姨 18:03 above them. Rows of a chain and its title
    are no speakers (1. 王阿姨: 2份, 自提：店门口), nor are goods (红富士：2份), of which `is_goods` knows. Linear.
    """
    cutter = _Cutter(is_goods)
    for line in re.split(r"\r\n|[\n\r\u2028\u2029\x85]", text.lstrip("\ufeff")):
        cutter.take(line)
    return cutter.messages()


class _Cutter:
    """Goes through the lines once; a title is open from a chain's header to its first row."""

    def __init__(self, is_goods: Callable[[str], bool]) -> None:
        self._is_goods = is_goods
        self._said: list[tuple[str | None, list[str]]] = [(None, [])]
        self._in_title = False

    def take(self, line: str) -> None:
        plain = normalise(line)
        mark = row_mark(plain, 1)
        if mark is None and not self._in_title and (_STAMP.fullmatch(plain) or _SYSTEM.match(plain)):
            return
        named = None if mark or self._in_title else self._speaker(plain)
        if named is not None:
            speaker, words = named
            self._said.append((speaker, [words] if words else []))
            plain = words
        else:
            self._said[-1][1].append(line.rstrip())
        self._in_title = bool(_HEADER.search(plain)) or (self._in_title and mark is None)

    def messages(self) -> list[Message]:
        found = (Message(speaker, "\n".join(lines).strip()) for speaker, lines in self._said)
        return [message for message in found if message.text and not _MEDIA.fullmatch(message.text)]

    def _speaker(self, line: str) -> tuple[str, str] | None:
        found = _SPOKEN.fullmatch(line) if not _STAMPED.fullmatch(line) else _STAMPED.fullmatch(line)
        if found is None:
            return None
        name = found["name"].strip()
        words = found.groupdict().get("text") or ""
        if not name or name.startswith(("#", "「", "@")) or _LABEL.fullmatch(name) or self._is_goods(name):
            return None
        return name, words.strip()
