"""The router: finds the command in a message, or sees in under a microsecond that there is none."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from community.events import Heard
from community.people import Role
from community.quantity import normalise
from handlers.command import Command, Glue, Said, Where

MENU = "帮助"
"""Whose command answers an unknown word after an @mention."""

_HEAD = 40
"""Characters looked at to find a keyword."""
_LINE = 2000
"""Characters of a command's first line that are read at all."""
_AT = ("@", "＠")
_MENTION = re.compile(r"^[@＠](?:[^\u2005]{1,40}\u2005|\S{1,40}(?:\s|$))\s*")
_MENTION_BEHIND = re.compile(r" ?@\S{1,40}$")
_QUOTED = re.compile(r"」[ \t\r]*\n- ?-[- ]*\r?\n")
_ROWS = re.compile(
    r"^[^\w\n]{0,4}(?:\d|[①-⒛⓪-⓿❶-➓㉑-㉟㊱-㊿]|[一二三四五六七八九十]{1,3}[、.．]|No|第)", re.MULTILINE | re.IGNORECASE
)
"""A line of a message that may be a row of a chain."""
_CHAIN = re.compile("接龙|Group ?Note", re.IGNORECASE)
_NUMERALS = frozenset("0123456789一二两三四五六七八九十百零半俩仨壹贰叁肆伍陆柒捌玖拾〇+-xX*×.,½¼¾٠١٢٣٤٥٦٧٨٩")
_PLAIN = frozenset(map(chr, (*range(0x21, 0x7F), *range(0x1F300, 0x1FB00)))) | frozenset("【「《")
"""ASCII, emoji and brackets: they begin much of what is said, and no normalising changes them."""
_PORTION = re.compile(r"(?:[0-9]{1,2}|[一二两三四五六七八九十]) ?[份箱盒板袋瓶包提筐桶罐] ?[^\W\d]")
"""What an order begins with that names its goods last: 一份苹果. No 个: 一个人."""
_COUNTED = frozenset(
    number + measure for number in "0123456789一二两三四五六七八九十" for measure in "份箱盒板袋瓶包提筐桶罐"
)
_POLITE = " ,。!~吧了啊呀哦哈"
_BLANK = " \t\n\r\u3000\u2005\u200b\u200c\u200d\ufeff\u2060\u202a\u202b\u202d\u202e"
"""What may stand before a keyword without being seen."""
_AROUND = frozenset(_BLANK) | {"@", "＠", "「"}
"""What a message may begin with before its own words: blanks, a mention, a quotation."""


class Match(NamedTuple):
    """A command somebody typed: which, by what keyword, and what stands after it (`glued`: without a blank).

    `behind`: the keyword stood at the end or between the words of the rest.
    """

    command: Command
    keyword: str
    rest: str
    glued: bool = False
    behind: bool = False

    def meant(self, heard: Heard, goods: frozenset[str] | None) -> bool:
        """Whether this was meant as the command, as far as words and place can tell."""
        command, wrong = self.command, Where.ROOM if heard.room is None else Where.DIRECT
        if command.everyday and command.where is wrong:
            return False
        said = Said(self.keyword, self.rest, self.glued, self.behind, heard.room is not None, goods)
        return command.means is None or command.means(said)


class Router:
    """Commands by keyword: first characters, then second ones, then a dict of keywords, the longest first.

    Where something is on offer in a room, a message that begins with its name and holds a number may be an order, too,
    and one of several lines with a number in front of one of them may be a chain.
    """

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands = tuple(commands)
        self._by_keyword = _by_keyword(self.commands)
        self._lengths = _lengths(self._by_keyword)
        self._menu = self._by_keyword.get(MENU)
        self._bare = next((command for command in self.commands if command.bare), None)
        self._chain = next((command for command in self.commands if command.chain), None)
        self._firsts = frozenset(_forms(self._lengths)) | _AROUND
        self._heads = frozenset(_heads(self._by_keyword))
        self._open_ended = frozenset(_forms(k for k, c in self._by_keyword.items() if len(k) == 1 and c.glue == "any"))
        self._endings = tuple(keyword for command in self.commands if command.last for keyword in command.keywords)
        self._afters = _afters(self.commands)
        self._lasts = frozenset(keyword[-1] for keyword in self._endings) | frozenset(_BLANK if self._endings else "")
        self._called: dict[str, frozenset[str]] | None = None
        self._roles: Mapping[str, Role] | None = None
        self._changing: set[str] = set()
        self._show({})

    def find(self, heard: Heard) -> Match | None:
        """The command in what was heard; None for chatter. Never raises; reads one line, more only of a chain."""
        text = heard.text
        if not text:
            return None
        first = text[0]
        if first in self._begins:  # 我觉得: what no normalising changes cannot become 我的订单
            plain = "\u4e00" <= text[1:2] <= "\u9fff" and text[:2] not in self._pairs and first not in self._loose
        else:
            plain = "\u4e00" <= first <= "\u9fff" or first in self._dull
        if plain and text[-1] not in self._lasts and "\n" not in text:
            return None  # most of what is said in a group
        return self._closer(heard, text, first)

    def _closer(self, heard: Heard, text: str, first: str) -> Match | None:
        """A keyword in front or at the end, rows of a chain, or the bare name of something on offer."""
        several = "\n" in text
        if first in self._firsts and (found := self._look(heard)) is not None:
            return self._rather(found, heard) if several else found
        if text[-1:] in self._lasts and (found := self._ended(heard, text)) is not None:
            return found
        if several:
            return self._rows(heard)
        return None if first in self._dull else self._order(heard, text.lstrip(_BLANK))

    def offer(self, names: Mapping[str, Iterable[str]], also: Mapping[str, Iterable[str]] | None = None) -> None:
        """Know what is on offer, by room id: names and aliases of goods, and codes of one letter.

        `also`: by what else they are called once the talk is of goods: specs, titles. A room that is not named has
        nothing on offer from now on; before the first call nothing is known of any.
        """
        self._show(names)
        self._called = {
            room: goods | frozenset(_beginnings((also or {}).get(room, ()))) for room, goods in self._goods.items()
        }

    def employ(self, roles: Mapping[str, Role]) -> None:
        """Know who works for the shop, by contact id; everybody else is a resident from now on."""
        self._roles = roles

    def changing(self, command_id: str) -> None:
        """Assume nothing of offers and staff while this command may be changing them, until it is `changed`."""
        self._changing.add(command_id)

    def changed(self, command_id: str) -> None:
        """The command has done what it does, and `offer` and `employ` have said what came of it."""
        self._changing.discard(command_id)

    def _meant(self, found: Match, heard: Heard) -> Match | None:
        if self._changing:
            return found if found.meant(heard, None) else None
        command, goods = found.command, None
        if command.everyday and self._roles is not None and self._roles.get(heard.by.id, Role.RESIDENT) < command.who:
            return None  # 确认, said by one neighbour to another
        if self._called is not None and heard.room is not None:
            goods = self._called.get(heard.room.id, frozenset())
        return found if found.meant(heard, goods) else None

    def _show(self, names: Mapping[str, Iterable[str]]) -> None:
        self._goods = {room: frozenset(_beginnings(goods)) for room, goods in names.items()}
        offered = {beginning for goods in self._goods.values() for beginning in goods}
        self._offered = frozenset(beginning[:1] for beginning in offered)
        counted = _COUNTED if offered else frozenset()
        self._begins = self._firsts | self._offered | {one[0] for one in counted}
        self._pairs = self._heads | offered | counted
        self._loose = self._open_ended | _AROUND | {beginning for beginning in offered if len(beginning) == 1}
        self._dull = _PLAIN.difference(self._offered, map(str.lower, self._offered), (one[0] for one in counted))

    def _rather(self, found: Match, heard: Heard) -> Match:
        """A chain where no keyword was typed but the bot's name, or 我要接龙 above the rows."""
        if not found.keyword or (found.command.bare and _CHAIN.search(heard.text)):
            return self._rows(heard) or found
        return found

    def _rows(self, heard: Heard) -> Match | None:
        if self._chain is None or heard.room is None or heard.room.id not in self._goods:
            return None
        text = heard.text
        if text[:1] == "「" and (quoted := _QUOTED.search(text)):
            text = text[quoted.end() :]
        return Match(self._chain, "", text) if "\n" in text.strip() and _ROWS.search(text) else None

    def _order(self, heard: Heard, text: str) -> Match | None:
        goods = self._goods.get(heard.room.id) if heard.room is not None else None
        if goods is None or self._bare is None or "\n" in text:
            return None
        first, counted = text[:1], _PORTION.match(text) is not None
        if first in self._dull or ("\u4e00" <= first <= "\u9fff" and first not in self._offered and not counted):
            return None
        line = normalise(text[:_LINE])
        if counted:
            return self._meant(Match(self._bare, "", line), heard)
        if line[:2] not in goods and not (line[:1].upper() in goods and line[1:].lstrip()[:1] in _NUMERALS):
            return None
        if len(line) <= _HEAD and (found := self._after(line, heard)) is not None:
            return found
        return self._meant(Match(self._bare, "", line), heard) if not _NUMERALS.isdisjoint(line) else None

    def _after(self, line: str, heard: Heard) -> Match | None:
        """What is to become of the goods that a line begins with: 苹果改成2份, 苹果不要了."""
        for word, command in self._afters:
            goods, found, rest = line.partition(word)
            if found:
                return self._meant(Match(command, word, f"{goods} {rest.strip(_POLITE)}".strip(), behind=True), heard)
        return None

    def _ended(self, heard: Heard, text: str) -> Match | None:
        """The command whose keyword ends a short message of one line: 王阿姨 已付."""
        line = text.strip(_BLANK)
        if not len(line) <= _HEAD or "\n" in line or not line.endswith(self._endings):
            return None
        keyword = max((one for one in self._endings if line.endswith(one)), key=len)
        rest = normalise(line[: -len(keyword)])
        return self._meant(Match(self._by_keyword[keyword], keyword, rest, behind=True), heard) if rest else None

    def _look(self, heard: Heard) -> Match | None:
        if heard.text[:1] in _AT and not heard.mentioned:
            return None  # somebody else was meant
        text = heard.text.lstrip(_BLANK)
        if text[:1] == "「" and (quoted := _QUOTED.search(text)):
            text = text[quoted.end() :].lstrip(_BLANK)
        if text[:1] not in self._firsts:
            return None
        line, newline, more = text.partition("\n")
        named = line[:1] in _AT
        if named:
            if not heard.mentioned:
                return None  # somebody else was meant
            line = _MENTION.sub("", line, count=1)
        head = normalise(line[:_HEAD])
        found = self._keyword(head)
        if found is not None:
            command, keyword = found
            whole = head if len(line) <= _HEAD else normalise(line[:_LINE])
            rest = whole[len(keyword) :]
            if heard.mentioned and not named:  # +1 @客厅
                rest = _MENTION_BEHIND.sub("", rest)
            glued = bool(rest) and not rest[0].isspace()
            typed = self._meant(Match(command, keyword, (rest + newline + more).strip(), glued), heard)
            if typed is not None:
                return typed
        if not named:
            return None
        meant = self._ended(heard, line) or self._order(heard, line + newline + more)
        return meant or (Match(self._menu, "", "") if self._menu else None)

    def _keyword(self, line: str) -> tuple[Command, str] | None:
        for length in self._lengths.get(line[:1], ()):
            keyword = line[:length]
            command = self._by_keyword.get(keyword)
            if command is not None and _ends(line[length : length + 1], command.glue):
                return command, keyword
        return None


def _beginnings(goods: Iterable[str]) -> Iterable[str]:
    """Every two neighbouring characters of a name, because people say 苹果 for 红富士苹果; codes as they are."""
    for name in goods:
        yield from (name[i : i + 2] for i in range(max(1, len(name) - 1)))


def _by_keyword(commands: Iterable[Command]) -> dict[str, Command]:
    table: dict[str, Command] = {}
    for command in commands:
        for keyword in command.keywords:
            if keyword in table:
                raise ValueError(f"two commands answer to {keyword}")
            table[keyword] = command
    return table


def _afters(commands: Iterable[Command]) -> list[tuple[str, Command]]:
    """Words that stand behind goods, and whose they are; the longest first."""
    return sorted(((word, one) for one in commands for word in one.after), key=lambda found: -len(found[0]))


def _lengths(keywords: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for keyword in keywords:
        lengths[keyword[0]].add(len(keyword))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _heads(keywords: Mapping[str, Command]) -> Iterable[str]:
    """The two characters that a command may begin with, where no blank is the second."""
    for keyword, command in keywords.items():
        if len(keyword) > 1:
            yield keyword[:2]
        elif command.glue == "number":
            yield from (keyword + numeral for numeral in _NUMERALS)


def _forms(characters: Iterable[str]) -> Iterable[str]:
    """Each character and its full-width form, which NFKC folds back."""
    for character in characters:
        yield character
        if character.isascii():
            yield chr(ord(character) + 0xFEE0)


def _ends(following: str, glue: Glue) -> bool:
    """Whether a keyword may end before this character."""
    return not following or following.isspace() or glue == "any" or (glue == "number" and following in _NUMERALS)
