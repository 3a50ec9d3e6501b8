"""Command: keywords, an example, who may use it and where, and a function that makes one domain call."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal, NamedTuple

from community.chain.apply import Sender
from community.db import Tx
from community.groupbuy import finding
from community.groupbuy.offer import Buy
from community.house import House
from community.people import KnownMember, KnownRoom, Role
from community.quantity import FACE
from community.refusal import Refusal
from community.remark import ends_like_talk, sounds_like_talk
from community.uploads import Uploads

_ASKED = 60
"""Characters behind a keyword that are looked at for words that ask."""


class Where(Enum):
    """Where a command may be said."""

    ROOM = "群里"
    DIRECT = "私聊"
    BOTH = "群里或私聊"


Glue = Literal["blank", "number", "any"]


class Said(NamedTuple):
    """The words of a message that begins (or, `behind`, ends) with a keyword, before anything is looked up.

    `room`: it was said in a room. `goods`: every two neighbouring characters of whatever goods on offer there are
    called by; empty where nothing is on offer, None where that is not known.
    """

    keyword: str
    rest: str
    glued: bool = False
    behind: bool = False
    room: bool = True
    goods: frozenset[str] | None = None

    @property
    def nothing_open(self) -> bool:
        """Whether it is certain that nothing is on offer where this was said."""
        return self.goods is not None and not self.goods

    def names(self, words: str) -> bool:
        """Whether the words may name goods on offer; False only where they surely do not."""
        if self.goods is None:
            return True
        if len(words) == 1:
            return any(words.upper() in two for two in self.goods)
        singles = any(one in self.goods for one in words.upper())
        return singles or any(words[at : at + 2] in self.goods for at in range(len(words) - 1))

    def names_only(self, words: str) -> bool:
        """Whether the words surely are goods on offer and nothing else: 苹果, not 苹果航班."""
        if not self.goods or not words.strip():
            return False
        pairs = [word[at : at + 2].upper() for word in words.split() for at in range(max(1, len(word) - 1))]
        return all(pair in self.goods for pair in pairs)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command function gets to see: who asks, where, when, and what stands after the keyword.

    `behind`: the keyword came after other words; `rest` is what stands before it, then what stands behind it.
    `uploads`: the pictures that the shop keeps, where there are any.
    A paste also says which group buy it means (`only`), and where nobody spoke, whose word a chain is (`sender`).
    """

    house: House
    now: datetime
    who: KnownMember
    room: KnownRoom | None
    keyword: str
    rest: str
    glued: bool = False
    behind: bool = False
    commands: Sequence["Command"] = ()
    only: int | None = None
    sender: Sender | None = None
    uploads: Uploads | None = None

    def open(self, tx: Tx) -> list[Buy]:
        """The group buys that take orders here; where only one is meant (a paste says which), that one."""
        found = finding.open_in(tx, self.here.id, self.now)
        return [buy for buy in found if self.only in (None, buy.id)]

    @property
    def here(self) -> KnownRoom:
        """The room; only for commands that are said in rooms."""
        assert self.room is not None, "this command was declared for rooms only"  # noqa: S101 - a programming error
        return self.room


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: a template under templates/ and its values; without a template nothing at all."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An answer that is a PNG picture, shown under a file name."""

    name: str
    png: bytes


Function = Callable[[Tx, Ask], Reply | Picture | None]

_ASKING = re.compile(
    rf"(?:[\s,，、。.!！~?？]|{FACE}|谢谢|麻烦|查一?[查下]?|看一?[看下]?|发一?下|报一?下"
    "|给我|让我|我|有哪些|有什么|是什么|多少|几个|呢|吧|啊|哈|啦)*"
)


def alone(said: Said) -> bool:
    """The keyword and nothing else: 团购, not 团购 好累."""
    return not said.rest


def asking(said: Said) -> bool:
    """The keyword, and at most some words that ask for it: 我的订单 看一下; to the bot alone, whatever is said."""
    return not said.room or _ASKING.fullmatch(said.rest[:_ASKED]) is not None


def no_sentence(said: Said) -> bool:
    """What stands behind the keyword is no end of a sentence: 盘点 鲜鸡蛋 12, not 盘点 好累啊."""
    return not said.rest or not said.room or not ends_like_talk(said.rest)


def no_talk(said: Said) -> bool:
    """What stands behind the keyword may be the name of something: 截单 苹果, not 截单 了吗."""
    return not said.rest or not said.room or said.names(said.rest) or not sounds_like_talk(said.rest)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing people can type. `function` returns None where the words were no command after all.

    `everyday`: the keyword is also said in passing, so that whoever may not use it hears nothing.
    `glue`: what may follow the keyword without a blank: nothing, a number, or anything.
    `anywhere`: works in rooms where the bot is not enabled too. `bare`: also answers to a message that begins with the
    name of goods on offer (红富士2 盐汽水4). `chain`: also answers to a message that looks like a chain where something
    is on offer. `reshapes`: changes what is on offer, or who works here.
    `pictures`: changes whose pictures are waited for.
    `last`: the keyword may also end a short message (王阿姨 已付); what stands before it is then the rest.
    `after`: words that mean this command where they stand behind the name of goods on offer (苹果改成2份).
    `listed`: named in 帮助. `means`: whether these words are this command at all, as far as the words alone can tell.
    It is asked before anything is looked up, so that what is merely said in passing costs no database.
    """

    keywords: tuple[str, ...]
    example: str
    help: str
    function: Function
    who: Role = Role.RESIDENT
    where: Where = Where.BOTH
    everyday: bool = False
    glue: Glue = "blank"
    anywhere: bool = False
    bare: bool = False
    chain: bool = False
    reshapes: bool = False
    last: bool = False
    after: tuple[str, ...] = ()
    pictures: bool = False
    listed: bool = True
    means: Callable[[Said], bool] | None = None

    def wrong(self, reason: str = "") -> Refusal:
        """A one-line answer with an example, for arguments that cannot be understood."""
        return Refusal(f"{reason or '没看懂'}，可以这样发：{self.example}")


def command(*keywords: str, example: str, help: str, **options: Any) -> Callable[[Function], Command]:
    """Declare the function below as a command; `options` are the other fields of Command."""

    def declare(function: Function) -> Command:
        return Command(keywords, example, help, function, **options)

    return declare


def say(template: str, *, urgent: bool = False, **values: Any) -> Reply:
    """The reply of a command: a template and its values."""
    return Reply(template, values, urgent)


def silence() -> Reply:
    """Say nothing, and keep what was done."""
    return Reply("")


def discover(package: str = "handlers") -> list[Command]:
    """Every command declared in the modules of `handlers/`, in the order of module names: a new file is enough."""
    return list(_declared(package))


def _declared(package: str) -> Iterator[Command]:
    for module in sorted(iter_modules(import_module(package).__path__), key=lambda found: found.name):
        contents = vars(import_module(f"{package}.{module.name}"))
        yield from (thing for thing in contents.values() if isinstance(thing, Command))
