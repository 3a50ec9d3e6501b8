"""Help: what can be said here, made from the commands themselves.
Type: 帮助
"""

from community.db import Tx
from handlers.command import Ask, Command, Reply, Said, Where, command, say

SHORT = 8
"""Examples in the short menu, so that it stays one line."""


def _asked(said: Said) -> bool:
    """To the bot alone, anything behind the word is a call for help; 菜单 发一下 in a room is said to a neighbour."""
    return not said.rest or not said.room


@command("帮助", "菜单", example="帮助", help="能跟我说什么", means=_asked)
def menu(tx: Tx, ask: Ask) -> Reply:
    """The commands that the one who asks may use here; codes are typed by whoever has been given one."""
    usable = [c for c in ask.commands if c.who <= ask.who.role and _here(c, ask) and _told(c)]
    ordering = {_feature(c) for c in ask.commands if c.bare}
    # What only a room knows comes first, and of that what nearly everybody wants: to order.
    usable.sort(key=lambda c: 2 if c.where is not Where.ROOM else int(_feature(c) not in ordering))
    if not ask.keyword:
        everybody = [c.example for c in usable if not c.who.staff and c is not menu]
        return say("help/short", name=ask.who.name, examples=everybody[:SHORT])
    lines = [{"example": c.example, "help": c.help, "staff": c.who.staff} for c in usable]
    return say("help/menu", in_room=ask.room is not None, name=ask.who.name, commands=lines, shop=ask.house.shop)


def _feature(found: Command) -> str:
    """The feature whose command it is: handlers/groupbuy_orders.py belongs to groupbuy."""
    return found.function.__module__.partition("_")[0]


def _told(found: Command) -> bool:
    return found.listed and not found.keywords[0].endswith("-")


def _here(found: Command, ask: Ask) -> bool:
    return found.where is Where.BOTH or (found.where is Where.ROOM) == (ask.room is not None)
