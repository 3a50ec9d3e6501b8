"""Who is who: contacts and rooms as they are called right now, loaded only when something may have changed.

Works on the object pools of one Wechaty (`bot.Contact`, `bot.Room`) and on the habit of `OwnPuppet` to drop from them
what is stale: as long as the pools hold the same objects, what was made of them still holds.
"""

import asyncio
import logging
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from community.events import Person, Place
from gateway.puppet import OwnPuppet

_log = logging.getLogger(__name__)

LONGEST_NAME = 32
LONGEST_TOPIC = 64
NOBODY = "邻居"
UNNAMED = "群聊"
_AT_ONCE = 50  # members of a room that are loaded beside each other
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by their category, yet nothing is seen of them


def clean(name: str) -> str:
    """`name` without control, bidi, zero-width and other unseen characters; each run of blanks is one space."""
    seen = (" " if c.isspace() else c for c in name if c.isspace() or not _is_unseen(c))
    return " ".join("".join(seen).split())


def cut(name: str, longest: int, otherwise: str) -> str:
    """`name` clean and no longer than `longest` characters; `otherwise` if nothing is left of it."""
    return clean(name)[:longest].rstrip() or otherwise


def _is_unseen(c: str) -> bool:
    return not " " < c < "\x7f" and (unicodedata.category(c)[0] == "C" or c in _INVISIBLE)


class Known(NamedTuple):
    """A contact as seen in a room (or directly: `room` is None); `names` are all that a line might call them."""

    contact: Any
    room: Any
    person: Person
    names: frozenset[str]


class Roster:
    """The people and rooms of one bot; `bot` must have its classes (`init_puppet`) before anything is asked."""

    def __init__(self, bot: Any, puppet: OwnPuppet) -> None:
        self._bot = bot
        self._puppet = puppet
        self._known: dict[tuple[str, str], Known] = {}
        self._places: dict[str, tuple[Any, Place]] = {}

    def self_id(self) -> str:
        """The bot's own id, "" before the first login."""
        try:
            return self._puppet.self_id()
        except LookupError:
            return ""

    def has_met(self, room_id: str) -> bool:
        """Whether something has come from this room since the start."""
        return room_id in self._places

    async def person(self, contact_id: str, room_id: str) -> Person:
        """Somebody by their name in the room, else their nickname; `room_id` "" means directly."""
        return (await self.look_up(contact_id, room_id)).person

    async def people(self, ids: Iterable[str] | None, room_id: str) -> tuple[Person, ...]:
        """Those named, each once, in order, without the bot; nobody if the room is missing."""
        wanted = dict.fromkeys(one for one in ids or () if one and one != self.self_id()) if room_id else {}
        return tuple([await self.person(one, room_id) for one in wanted])

    async def members(self, room_id: str) -> list[Known]:
        """Everybody in the room, the bot too, by a fresh list. Raises what the gateway raises."""
        ids = list(await self._puppet.room_members(room_id))
        members: list[Known] = []
        for at in range(0, len(ids), _AT_ONCE):
            members += await asyncio.gather(*(self.look_up(one, room_id) for one in ids[at : at + _AT_ONCE]))
        return members

    async def look_up(self, contact_id: str, room_id: str) -> Known:
        """A contact as the room sees it. Never raises.

        If loading fails: the last name known, else the one for nobody in particular; a message matters more than that.
        """
        contact, room = self._bot.Contact.load(contact_id), self._bot.Room.load(room_id) if room_id else None
        known = self._known.get((room_id, contact_id))
        if known is not None and known.contact is contact and known.room is room:
            return known
        try:
            await contact.ready()
        except Exception as error:
            _log.warning("contact %s could not be loaded: %s", contact_id, type(error).__name__)
            return known or Known(contact, room, Person(contact_id, NOBODY), frozenset())
        self._known[room_id, contact_id] = found = await _known(contact, room)
        return found

    async def place(self, room_id: str) -> Place:
        """A room by its current topic, or the last one known. Never raises."""
        room = self._bot.Room.load(room_id)
        loaded, place = self._places.get(room_id, (None, Place(room_id, UNNAMED)))
        if loaded is room:
            return place
        try:
            await room.ready()
        except Exception as error:
            _log.warning("room %s could not be loaded: %s", room_id, type(error).__name__)
            return place
        place = Place(room_id, cut(room.payload.topic or "", LONGEST_TOPIC, UNNAMED))
        self._places[room_id] = (room, place)
        return place


async def _known(contact: Any, room: Any) -> Known:
    nickname, remark = contact.name or "", contact.payload.alias or ""
    alias = await _alias(room, contact) if room is not None else ""
    names = frozenset(filter(None, map(clean, (alias, nickname, remark))))
    name = cut(alias, LONGEST_NAME, "") or cut(nickname, LONGEST_NAME, NOBODY)
    return Known(contact, room, Person(contact.contact_id, name), names)


async def _alias(room: Any, contact: Any) -> str:
    """The contact's name in this room alone; many gateways do not know it, and it is not worth a message."""
    try:
        return await room.alias(contact) or ""
    except Exception:
        return ""
