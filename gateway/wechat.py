"""WeChat through wechaty: what happens there becomes events, what we say goes out through Wechaty's Room and Contact.

The one importer of wechaty's own API. It runs on any `OwnPuppet`, the reliable one or the simulated one, and listens to
that puppet itself: Wechaty's bridge loses messages, mixes up their order and writes their text into logs. For the same
reasons `Wechaty.start` is not used; its Room, Contact, Message and Friendship, bound to this bot alone, are.

What wechaty 0.10 does to words on their way: `Room.say` with mentions puts "@nickname" before the text, U+2005 between
several names and a space after the last; `Contact.say` knows no mentions. Gateways do not report the mentions of the
bot's own messages, so what was said is remembered until it comes back: an `Echo` gives the text as it was given to
`say`. Only an echo of words from before the start keeps the names in front.
"""

import asyncio
import base64
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from community.events import Echo, Event, Heard, Joined, Left, Person, Pictured, Place, Renamed
from community.jointext import JoinText, fit, read_join
from gateway import compat, unneeded  # noqa: F401 - compat makes wechaty importable, must come first

from wechaty_puppet import FileBox, FriendshipType, MessageType  # isort: skip

from gateway.puppet import SYSTEM, OwnPuppet
from gateway.roster import LONGEST_NAME, LONGEST_TOPIC, Known, Roster, clean, cut
from gateway.transport import Refused, Unreachable, Unsure

_log = logging.getLogger(__name__)

_TEXT: int = MessageType.MESSAGE_TYPE_TEXT
_IMAGE: int = MessageType.MESSAGE_TYPE_IMAGE
_LINES = (_TEXT, SYSTEM, int(MessageType.MESSAGE_TYPE_UNSPECIFIED))  # what gateways make of a grey line
_LONGEST_TEXT = 20_000  # characters; nobody types more, and everything behind it may cost time per character
_ECHOES_AWAITED = 256
_FILE = "application/octet-stream"  # anything but image/…, audio/… and video/…: a file with a name
_STOP_WITHIN = 4.0  # seconds


def _import_wechaty() -> Any:
    """Wechaty, imported so that the folder which it makes at import, named by CACHE_DIR, is gone again."""
    before = os.environ.get("CACHE_DIR")
    with tempfile.TemporaryDirectory(prefix="keting-") as scratch:
        os.environ["CACHE_DIR"] = scratch
        try:
            with unneeded.left_out():
                import wechaty  # noqa: PLC0415 - must happen while CACHE_DIR points into the scratch folder
        finally:
            os.environ.pop("CACHE_DIR")
            if before is not None:
                os.environ["CACHE_DIR"] = before
    return wechaty


wechaty = _import_wechaty()


def _silence_wechaty() -> None:
    """Switch off wechaty's loggers and their own handlers: they write message text. What matters is logged here."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith("wechaty"):
            for logger in (value for value in vars(module).values() if isinstance(value, logging.Logger)):
                logger.handlers.clear()
                logger.disabled = True


def _bound(message_class: Any) -> Any:
    """A bot's own Message class, tolerant where Wechaty's would lose words or say them twice."""

    class Message(message_class):  # type: ignore[misc] # wechaty ships no types
        said = False

        @classmethod
        def load(cls, message_id: str) -> "Message":
            """What Room.say makes of the words that it has just said, in order to load them.

            They are out by then, and nobody wants them back: an error from loading them would look like a failed `say`,
            and they would go out twice. What has come in is made by the constructor.
            """
            message = cls(message_id)
            message.said = True
            return message

        async def ready(self) -> None:
            """Load what was said; who said it and where the roster knows, or looks up with more patience."""
            if self.said or self.is_ready():
                return
            try:
                self.payload = await self.puppet.message_payload(self.message_id)
            except Exception as error:
                _log.warning("message %s could not be loaded: %s", self.message_id, type(error).__name__)

    return Message


class WeChat:
    """A bot's WeChat account: gives `on_event` what happens, in order within a room, and carries words (a Transport).

    `on_event` is called inside the event loop and must return at once. A join by WeChat's grey line and a join by event
    are both told, so the same people may be told as joined twice; the line may know an inviter that the event did not.
    `Joined.inviter` is None when the bot's own account invited. The bot itself is never among those who join or leave.
    """

    def __init__(self, puppet: OwnPuppet, on_event: Callable[[Event], None]) -> None:
        _silence_wechaty()
        self._puppet = puppet
        self._on_event = on_event
        # The scheduler is never started; without one, Wechaty opens a job database. Nor is the port ever opened.
        self._bot = wechaty.Wechaty(wechaty.WechatyOptions(puppet=puppet, scheduler=AsyncIOScheduler(), port=0))
        self._roster = Roster(self._bot, puppet)
        self._prefixed: dict[tuple[str, str], str] = {}
        self._up = asyncio.Event()
        self._start: asyncio.Task[None] | None = None
        self._stop: asyncio.Task[None] | None = None
        self._handlers: dict[str, Callable[[Any], Awaitable[None]]] = {
            "message": self._message,
            "room-join": self._room_join,
            "room-leave": self._room_leave,
            "room-topic": self._room_topic,
            "friendship": self._friendship,
            "room-invite": self._room_invite,
            "login": self._login,
        }

    # --- from start to stop ---

    async def run(self) -> None:
        """Connect, and return after `stop`. What makes the puppet give up is raised."""
        if self._stop is not None:
            return
        await self._bot.init_puppet()
        self._bot.Message = _bound(self._bot.Message)
        self._puppet.adopt(self._bot)
        self._puppet.listen(self._take)
        self._start = asyncio.create_task(self._puppet.start())
        try:
            await asyncio.wait({self._start})
        finally:
            self._start.cancel()
        if not self._start.cancelled() and self._stop is None:
            self._start.result()

    async def stop(self) -> None:
        """Let what is being handled end, then disconnect; takes less than five seconds, also when asked twice."""
        if self._stop is None:
            self._stop = asyncio.create_task(self._stop_once())
        await asyncio.shield(self._stop)

    async def drained(self) -> None:
        """Return when the account is logged in and all that has arrived so far has been given to `on_event`."""
        await self._up.wait()
        await self._puppet.drained()

    async def _stop_once(self) -> None:
        self._up.set()
        try:
            async with asyncio.timeout(_STOP_WITHIN):
                await self._puppet.stop()
        except Exception as error:
            _log.warning("the puppet did not stop cleanly: %r", error)
        if self._start is not None:
            self._start.cancel()
            await asyncio.wait({self._start}, timeout=0.5)

    # --- what we say ---

    async def say(self, to: str, text: str, mentions: Sequence[str] = ()) -> None:
        """Deliver `text` to a room or a person, naming `mentions` in a room. Raises Refused, Unreachable or Unsure."""
        if not text:
            raise Refused("there is nothing to say")
        conversation = await self._conversation(to)
        if self._is_room(to):
            named = [contact_id for contact_id in mentions if await self._can_name(contact_id)]
            self._remember(to, text, named)
            await _out(to, conversation.say(text, named or None))
        else:
            await _out(to, conversation.say(text))

    async def show(self, to: str, name: str, image: bytes) -> None:
        """Deliver a PNG or JPEG picture under the file name `name`. Raises Refused, Unreachable or Unsure."""
        await self._send(to, name, image, "image/jpeg" if name.endswith(".jpg") else "image/png")

    async def hand(self, to: str, name: str, content: bytes) -> None:
        """Deliver a file called `name`; without a media type a gateway could take it for anything. Raises likewise."""
        await self._send(to, name, content, _FILE)

    async def _send(self, to: str, name: str, content: bytes, media_type: str) -> None:
        conversation = await self._conversation(to)
        box = FileBox.from_base64(base64.b64encode(content), name)
        box.mediaType = media_type
        await _out(to, conversation.say(box))

    async def picture(self, message_id: str) -> bytes:
        """What a picture's message shows. Raises Refused, Unreachable, or LookupError for what nobody knows."""
        return await self._puppet.picture(message_id)

    async def set_topic(self, room_id: str, text: str) -> None:
        """Rename a room. Raises Refused, Unreachable or Unsure."""
        await _out(room_id, self._puppet.room_topic(room_id, text))  # Room.topic of wechaty swallows every error
        self._puppet.dirty_room(room_id)

    async def room_members(self, room_id: str) -> list[Person]:
        """Everybody in the room but the bot itself, by a fresh list. Raises what the gateway raises."""
        return [
            known.person for known in await self._roster.members(room_id) if known.person.id != self._roster.self_id()
        ]

    async def _conversation(self, to: str) -> Any:
        """Wechaty's Room or Contact, ready to be spoken to."""
        if self._start is None or self._stop is not None:
            raise Unreachable("the account is not connected")
        if self._is_room(to):
            return self._bot.Room.load(to)
        contact = self._bot.Contact.load(to)
        try:
            await contact.ready()
        except (Refused, Unreachable):
            raise
        except Exception as error:
            raise Unreachable(f"the contact could not be loaded: {type(error).__name__}") from None
        return contact

    async def _can_name(self, contact_id: str) -> bool:
        """Whether a contact can be loaded; one that is gone is not worth losing the message for."""
        try:
            await self._bot.Contact.load(contact_id).ready()
        except Unreachable:
            raise
        except Exception:
            return False
        return True

    def _remember(self, to: str, text: str, named: Sequence[str]) -> None:
        """Keep what Room.say will make of `text`, for its echo."""
        if named:
            names = "\u2005".join(f"@{self._bot.Contact.load(contact_id).name}" for contact_id in named)
            self._prefixed[to, f"{names} {text}"] = text
        if len(self._prefixed) > _ECHOES_AWAITED:
            del self._prefixed[next(iter(self._prefixed))]

    def _is_room(self, to: str) -> bool:
        """Rooms met in this run, and the ids by which the known gateways mark a room."""
        return self._roster.has_met(to) or to.endswith("@chatroom") or to.startswith(("@@", "R:"))

    # --- what happens ---

    async def _take(self, kind: str, payload: Any) -> None:
        handler = self._handlers.get(kind)
        if handler is not None:
            await handler(payload)

    async def _login(self, payload: Any) -> None:
        _log.info("logged in as %s", payload.contact_id)
        self._up.set()

    async def _message(self, event: Any) -> None:
        message = self._bot.Message(event.message_id)
        await message.ready()
        if not message.is_ready():
            return
        payload = message.payload
        text, kind, by, room_id = message.text()[:_LONGEST_TEXT], int(payload.type), payload.from_id, payload.room_id
        if kind == _TEXT and by and by != room_id:
            if by == self._roster.self_id():
                to = room_id or payload.to_id
                self._on_event(Echo(to, self._prefixed.pop((to, text), text)))
            else:
                await self._heard(payload, text)
        elif kind == _IMAGE and by and by not in (room_id, self._roster.self_id()):
            place = await self._roster.place(room_id) if room_id else None
            self._on_event(Pictured(payload.id, await self._roster.person(by, room_id), place))
        elif room_id and kind in _LINES and (told := read_join(text)) is not None:
            await self._joined_by_line(room_id, told)

    async def _heard(self, payload: Any, text: str) -> None:
        room_id = payload.room_id
        by = await self._roster.person(payload.from_id, room_id)
        place = await self._roster.place(room_id) if room_id else None
        mentioned = self._roster.self_id() in payload.mention_ids or await self._is_addressed(text, room_id)
        self._on_event(Heard(payload.id, by, text, place, mentioned))

    async def _is_addressed(self, text: str, room_id: str) -> bool:
        """Whether the text begins with @ and a name of the bot, as it is when the gateway drops mentions."""
        start = text[: LONGEST_NAME * 4].lstrip()
        if not start.startswith(("@", "＠")):
            return False
        bot = await self._roster.look_up(self._roster.self_id(), room_id)
        rests = (start[1 + len(name) :] for name in bot.names if start[1:].startswith(name))
        return any(not rest or rest[0].isspace() for rest in rests)

    async def _room_join(self, payload: Any) -> None:
        await self._joined(payload.room_id, payload.invited_ids, payload.inviter_id)

    async def _joined_by_line(self, room_id: str, told: JoinText) -> None:
        ids = _ids_by_name(await self._roster.members(room_id))
        names = fit(tuple(map(clean, told.invitees)), ids)
        who = [ids[name][0] for name in names if len(ids.get(name, ())) == 1]
        inviters = ids.get(clean(told.inviter or ""), ())
        await self._joined(room_id, who, inviters[0] if len(inviters) == 1 else "")

    async def _joined(self, room_id: str, who: Iterable[str] | None, inviter_id: str | None) -> None:
        people = await self._roster.people(who, room_id)
        if people:
            # A gateway that does not know who invited names the bot; the bot itself never invites anybody.
            by = (
                await self._roster.person(inviter_id, room_id)
                if inviter_id and inviter_id != self._roster.self_id()
                else None
            )
            self._on_event(Joined(await self._roster.place(room_id), people, by))

    async def _room_leave(self, payload: Any) -> None:
        people = await self._roster.people(payload.removed_ids, payload.room_id)
        if people:
            self._on_event(Left(await self._roster.place(payload.room_id), people))

    async def _room_topic(self, payload: Any) -> None:
        if payload.room_id:
            place = await self._roster.place(payload.room_id)
            name = cut(payload.new_topic or "", LONGEST_TOPIC, place.name)
            self._on_event(Renamed(Place(place.id, name)))

    async def _friendship(self, payload: Any) -> None:
        """Accept whoever asks, so that a resident can write to the bot directly."""
        request = self._bot.Friendship.load(payload.friendship_id)
        await request.ready()
        if request.type() == FriendshipType.FRIENDSHIP_TYPE_RECEIVE:
            await request.accept()
            self._puppet.dirty_contact(request.payload.contact_id)

    async def _room_invite(self, payload: Any) -> None:
        """Accept: in a room that is not enabled the bot is silent anyway. (RoomInvitation.load forgets its bot.)"""
        await self._puppet.room_invitation_accept(payload.room_invitation_id)


def _ids_by_name(members: Iterable[Known]) -> dict[str, list[str]]:
    """The ids of all whom a name might mean; only a name with one id says who is meant."""
    ids: dict[str, list[str]] = {}
    for member in members:
        for name in member.names:
            ids.setdefault(name, []).append(member.person.id)
    return ids


async def _out(to: str, saying: Awaitable[object]) -> None:
    """Await what carries words out. An error that says nothing of their fate means Unsure; no text reaches the log."""
    try:
        await saying
    except (Refused, Unreachable, Unsure):
        raise
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s while words went to %s:\n%s", type(error).__name__, to, where)
        raise Unsure(f"something unexpected happened: {type(error).__name__}") from None
