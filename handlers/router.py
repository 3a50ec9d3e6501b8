"""The router: finds the command in a message, or sees in under a microsecond that there is none."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from community.events import Heard
from community.quantity import normalise
from handlers.command import Command, Glue

MENU = "帮助"
"""Whose command answers an unknown word after an @mention."""

_HEAD = 40
"""Characters looked at to find a keyword."""
_LINE = 2000
"""Characters of a command's first line that are read at all."""
_AT = ("@", "＠")
_MENTION = re.compile(r"^[@＠](?:[^\u2005]{1,40}\u2005|\S{1,40}(?:\s|$))\s*")
_QUOTE = re.compile(r"^「.*?」\s*\n(?:- ?){5,}-?\s*\n", re.DOTALL)
_NUMERALS = frozenset("0123456789一二两三四五六七八九十百零半俩仨+-xX*×.,½¼¾٠١٢٣٤٥٦٧٨٩")
_BLANK = " \t\n\r\u3000\u2005\u200b\u200c\u200d\ufeff\u2060\u202a\u202b\u202d\u202e"
"""What may stand before a keyword without being seen."""


class Match(NamedTuple):
    """A command somebody typed: which, by what keyword, and what stands after it."""

    command: Command
    keyword: str
    rest: str


class Router:
    """Commands by keyword: a set of first characters, then a dict of keywords, the longest first.

    Where something is on offer in a room, a message that begins with its name and holds a number may be an order, too.
    """

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands = tuple(commands)
        self._by_keyword = _by_keyword(self.commands)
        self._lengths = _lengths(self._by_keyword)
        self._menu = self._by_keyword.get(MENU)
        self._bare = next((command for command in self.commands if command.bare), None)
        self._goods: dict[str, frozenset[str]] = {}
        self._firsts = frozenset(_forms(self._lengths)) | frozenset(_BLANK) | {"@", "＠", "「"}

    def find(self, heard: Heard) -> Match | None:
        """The command in what was heard; None for chatter. Never raises, and reads at most one line."""
        found = self._look(heard) if heard.text[:1] in self._firsts else None
        if found is None and self._goods and heard.room is not None:
            return self._order(heard.text, self._goods.get(heard.room.id))
        return found

    def offer(self, names: Mapping[str, Iterable[str]]) -> None:
        """Know what is on offer, by room id: names and aliases of goods, and codes of one letter."""
        self._goods = {room: frozenset(_beginnings(goods)) for room, goods in names.items()}

    def _order(self, text: str, beginnings: frozenset[str] | None) -> Match | None:
        if beginnings is None or self._bare is None:
            return None
        head = normalise(text[:_HEAD])
        if head[:2] not in beginnings and not (head[:1].upper() in beginnings and head[1:].lstrip()[:1] in _NUMERALS):
            return None
        line = normalise(text[:_LINE]) if "\n" not in text else ""
        return Match(self._bare, "", line) if not _NUMERALS.isdisjoint(line) else None

    def _look(self, heard: Heard) -> Match | None:
        text = heard.text.lstrip(_BLANK)
        if text.startswith("「"):
            text = _QUOTE.sub("", text, count=1)
        line, newline, more = text.partition("\n")
        named = line[:1] in _AT
        if named:
            if not heard.mentioned:
                return None  # somebody else was meant
            line = _MENTION.sub("", line, count=1)
        found = self._keyword(normalise(line[:_HEAD]))
        if found is not None:
            command, keyword = found
            rest = normalise(line[:_LINE])[len(keyword) :]
            return Match(command, keyword, (rest + newline + more).strip())
        return Match(self._menu, "", "") if named and self._menu else None

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


def _lengths(keywords: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for keyword in keywords:
        lengths[keyword[0]].add(len(keyword))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _forms(characters: Iterable[str]) -> Iterable[str]:
    """Each character and its full-width form, which NFKC folds back."""
    for character in characters:
        yield character
        if character.isascii():
            yield chr(ord(character) + 0xFEE0)


def _ends(following: str, glue: Glue) -> bool:
    """Whether a keyword may end before this character."""
    return not following or following.isspace() or glue == "any" or (glue == "number" and following in _NUMERALS)
