"""The simulated WeChat: a small world of contacts and rooms inside the process, beneath Wechaty's own objects.

The terminal, the transcripts and most tests run on it. It behaves as a gateway does: the bot's own messages come back,
a change of name or topic is announced, a message can come twice, and saying can fail in each of the three ways.
What happens before `start` is kept and delivered then, as WeChat delivers what came in while nobody looked.
"""

import asyncio
import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gateway import compat  # noqa: F401 - makes wechaty importable, must come first

from wechaty_puppet import (  # isort: skip
    ContactPayload,
    EventFriendshipPayload,
    EventLoginPayload,
    EventMessagePayload,
    EventReadyPayload,
    EventRoomInvitePayload,
    EventRoomJoinPayload,
    EventRoomLeavePayload,
    EventRoomTopicPayload,
    FileBox,
    FriendshipPayload,
    FriendshipType,
    MessagePayload,
    MessageType,
    RoomMemberPayload,
    RoomPayload,
)

from gateway.puppet import SYSTEM, OwnPuppet
from gateway.transport import Refused, Unreachable, Unsure

TEXT: int = MessageType.MESSAGE_TYPE_TEXT
IMAGE: int = MessageType.MESSAGE_TYPE_IMAGE
FILE: int = MessageType.MESSAGE_TYPE_ATTACHMENT

_KEPT = 50_000  # messages that can still be loaded or come again; older ones are forgotten


@dataclass(frozen=True, slots=True)
class Said:
    """What the bot said, as it arrived at `to`: words, or a picture or another file with `text` as its name."""

    to: str
    text: str
    mentions: tuple[str, ...] = ()
    image: bytes | None = None
    file: bytes | None = None


@dataclass(slots=True)
class _Room:
    topic: str
    members: dict[str, str]  # contact id -> name in this room, "" if none is set; in order of arrival


class _Message(NamedTuple):
    by: str
    to: str
    text: str
    mentions: tuple[str, ...]
    kind: int
    at: int
    image: bytes = b""


@dataclass(slots=True)
class Failures:
    """How saying fails from now on. Counts go down by one with each failure."""

    refuse_next: int = 0
    unreachable: bool = False
    unsure: int = 0
    unsure_arrives: bool = True
    """Whether words that end in Unsure have arrived all the same."""

    def raise_due(self) -> None:
        """Raise Unreachable or Refused if that is what comes next."""
        if self.unreachable:
            raise Unreachable("the simulated gateway is away")
        if self.refuse_next > 0:
            self.refuse_next -= 1
            raise Refused("the simulated gateway refuses")

    def is_unsure(self) -> bool:
        """Whether this time nobody can say if the words arrived."""
        if self.unsure <= 0:
            return False
        self.unsure -= 1
        return True


@dataclass(slots=True)
class _World:
    contacts: dict[str, str] = field(default_factory=dict)  # id -> nickname
    rooms: dict[str, _Room] = field(default_factory=dict)
    messages: dict[str, _Message] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)  # friendship id -> contact id
    invitations: dict[str, str] = field(default_factory=dict)  # invitation id -> room id
    friends: set[str] = field(default_factory=set)


class SimulatedWeChat(OwnPuppet):
    """A WeChat of its own. All methods that make something happen must run inside the event loop.

    `now` gives the moment of each message; `run` begins every message id, so that two runs against one database never
    share an id. `on_said` is called with everything the bot says, before the echo of it arrives.
    """

    def __init__(self, now: Callable[[], datetime], run: str, *, bot: str = "客厅") -> None:
        super().__init__("simulated")
        self.on_said: Callable[[Said], None] = lambda said: None
        self.fail = Failures()
        self._now = now
        self._run = run
        self._count = 0
        self._world = _World()
        self._early: list[tuple[str, Any]] | None = []
        self._stopped = asyncio.Event()
        self.bot_id = self.contact(bot)

    # --- the world ---

    def contact(self, name: str, id: str | None = None) -> str:
        """The id of the contact called `name`, who appears if needed; a given `id` allows for equal nicknames."""
        contact_id = id or f"wxid_{name}"
        self._world.contacts.setdefault(contact_id, name)
        return contact_id

    def room(self, topic: str, members: Iterable[str] = (), *, with_bot: bool = True) -> str:
        """The id of the room first called `topic`, which appears if needed; `members` are in it silently."""
        room_id = f"{topic}@chatroom"
        room = self._world.rooms.setdefault(room_id, _Room(topic, {self.bot_id: ""} if with_bot else {}))
        for contact_id in members:
            room.members.setdefault(contact_id, "")
        return room_id

    def members(self, room: str) -> tuple[str, ...]:
        """The ids of those in the room, the bot among them."""
        return tuple(self._world.rooms[room].members)

    def is_friend(self, who: str) -> bool:
        """Whether the bot has accepted this contact's request."""
        return who in self._world.friends

    def enter(self, room: str, who: str) -> None:
        """Let somebody be in the room as if they had always been: nothing is announced."""
        if who not in self._world.rooms[room].members:
            self._world.rooms[room].members[who] = ""
            self.dirty_room(room)

    def call(self, who: str, name: str, *, room: str | None = None) -> None:
        """Change somebody's nickname, or only their name in one `room`."""
        if room is None:
            self._world.contacts[who] = name
            self.dirty_contact(who)
        else:
            self._world.rooms[room].members[who] = name
            self.dirty_room(room)

    # --- what happens ---

    def say(self, by: str, to: str, text: str, mentions: Sequence[str] = (), *, kind: int = TEXT) -> str:
        """Somebody writes to a room or to the bot; returns the message id. `@客厅` in front mentions the bot."""
        if self.bot_id not in mentions and self._names_bot(text):
            mentions = (*mentions, self.bot_id)
        message_id = self._keep(_Message(by, to, text, tuple(mentions), kind, self._stamp()))
        self._arrive("message", EventMessagePayload(message_id=message_id))
        return message_id

    def snap(self, by: str, to: str, image: bytes) -> str:
        """Somebody sends a picture to a room or to the bot; returns the message id."""
        message_id = self._keep(_Message(by, to, "", (), IMAGE, self._stamp(), image))
        self._arrive("message", EventMessagePayload(message_id=message_id))
        return message_id

    def note(self, room: str, by: str, text: str) -> str:
        """Somebody starts or continues a native 接龙; it reaches us as its text, the whole chain each time."""
        return self.say(by, room, text)

    def system(self, room: str, text: str) -> str:
        """WeChat itself writes a grey line in a room."""
        return self.say("", room, text, kind=SYSTEM)

    def again(self, message_id: str) -> None:
        """A message comes a second time, with the id it had."""
        self._arrive("message", EventMessagePayload(message_id=message_id))

    def join(self, room: str, who: str | Sequence[str], inviter: str | None = None) -> None:
        """People come into a room; without `inviter` nobody is named."""
        people = _several(who)
        for one in people:
            self._world.rooms[room].members.setdefault(one, "")
        joined = EventRoomJoinPayload(
            invited_ids=people, inviter_id=inviter or "", room_id=room, timestamp=self._stamp()
        )
        self._arrive("room-join", joined)

    def leave(self, room: str, who: str | Sequence[str], remover: str | None = None) -> None:
        """People leave a room, or `remover` removes them."""
        people = _several(who)
        for one in people:
            self._world.rooms[room].members.pop(one, None)
        left = EventRoomLeavePayload(
            removed_ids=people, remover_id=remover or people[0], room_id=room, timestamp=self._stamp()
        )
        self._arrive("room-leave", left)

    def rename(self, room: str, topic: str, by: str | None = None) -> None:
        """A room gets a new topic; its id stays."""
        old, self._world.rooms[room].topic = self._world.rooms[room].topic, topic
        changed = EventRoomTopicPayload(
            changer_id=by or "", new_topic=topic, old_topic=old, room_id=room, timestamp=self._stamp()
        )
        self._arrive("room-topic", changed)

    def befriend(self, who: str) -> None:
        """Somebody asks the bot to become friends, so as to write to it directly."""
        request = self._next_id()
        self._world.requests[request] = who
        self._arrive("friendship", EventFriendshipPayload(friendship_id=request))

    def invite_bot(self, room: str) -> None:
        """Somebody invites the bot into a room that it is not in; accepted, it is a member."""
        invitation = self._next_id()
        self._world.invitations[invitation] = room
        self._arrive("room-invite", EventRoomInvitePayload(room_invitation_id=invitation))

    def happen(self, kind: str, payload: Any) -> None:
        """Anything else a gateway may report, however odd; `kind` and `payload` as in gateway.puppet."""
        self._arrive(kind, payload)

    # --- the Puppet that Wechaty sees ---

    async def start(self) -> None:
        """Log in, deliver what came before, and run until `stop`."""
        early, self._early = self._early or [], None
        self.arrived("login", EventLoginPayload(contact_id=self.bot_id))
        self.arrived("ready", EventReadyPayload(data="ready"))
        for kind, payload in early:
            self.arrived(kind, payload)
        await self._stopped.wait()

    async def stop(self) -> None:
        """End `start`; what is being handled is finished first."""
        await self.finish()
        self._stopped.set()

    async def fetch_message(self, message_id: str) -> MessagePayload:
        """What a message says. Raises LookupError if it is unknown or long past."""
        return self._payload(message_id, self._world.messages[message_id])

    def message_at_hand(self, message_id: str) -> MessagePayload | None:
        """Every message that is still known."""
        message = self._world.messages.get(message_id)
        return None if message is None else self._payload(message_id, message)

    def _payload(self, message_id: str, message: _Message) -> MessagePayload:
        to = {"room_id": message.to} if message.to in self._world.rooms else {"to_id": message.to}
        return MessagePayload(
            id=message_id,
            from_id=message.by,
            text=message.text,
            type=message.kind,
            timestamp=message.at,
            mention_ids=list(message.mentions),
            **to,
        )

    async def picture(self, message_id: str) -> bytes:
        """The picture that came with a message. Raises LookupError if it is unknown or long past."""
        return self._world.messages[message_id].image

    async def contact_payload(self, contact_id: str) -> ContactPayload:
        """A contact. Raises LookupError if there is none."""
        name = self._world.contacts[contact_id]
        return ContactPayload(id=contact_id, name=name, alias="", friend=self.is_friend(contact_id))

    async def contact_list(self) -> list[str]:
        """The ids of all contacts."""
        return list(self._world.contacts)

    async def room_payload(self, room_id: str) -> RoomPayload:
        """A room with its members. Raises LookupError if there is none."""
        room = self._world.rooms[room_id]
        return RoomPayload(id=room_id, topic=room.topic, member_ids=list(room.members))

    async def room_search(self, query: Any = None) -> list[str]:
        """The ids of all rooms the bot is in."""
        return [room_id for room_id, room in self._world.rooms.items() if self.bot_id in room.members]

    async def room_members(self, room_id: str) -> list[str]:
        """The ids of those in the room."""
        return list(self._world.rooms[room_id].members)

    async def room_member_payload(self, room_id: str, contact_id: str) -> RoomMemberPayload:
        """A contact as seen in a room. Raises LookupError if they are not in it."""
        alias = self._world.rooms[room_id].members[contact_id]
        return RoomMemberPayload(id=contact_id, name=self._world.contacts[contact_id], room_alias=alias)

    async def room_topic(self, room_id: str, new_topic: str) -> None:
        """The bot renames a room."""
        self._check_place(room_id)
        self.rename(room_id, new_topic, by=self.bot_id)

    async def friendship_payload(self, friendship_id: str, payload: Any = None) -> FriendshipPayload:
        """A request to become friends."""
        who = self._world.requests[friendship_id]
        return FriendshipPayload(id=friendship_id, contact_id=who, type=FriendshipType.FRIENDSHIP_TYPE_RECEIVE)

    async def friendship_accept(self, friendship_id: str) -> None:
        """The bot and the one who asked are friends now."""
        self._world.friends.add(self._world.requests.pop(friendship_id))

    async def room_invitation_accept(self, room_invitation_id: str) -> None:
        """The bot comes into the room."""
        self.join(self._world.invitations.pop(room_invitation_id), self.bot_id)

    async def message_send_text(
        self, conversation_id: str, message: str, mention_ids: Sequence[str] | None = None
    ) -> None:
        """The bot says something; no id comes back, so that Wechaty does not load what was just said."""
        self._speak(Said(conversation_id, message, tuple(mention_ids or ())), TEXT)

    async def message_send_file(self, conversation_id: str, file: FileBox) -> None:
        """The bot shows a picture, or hands over another file, as the media type says."""
        content = base64.b64decode(file.base64)
        if (file.mediaType or "").startswith("image/"):
            self._speak(Said(conversation_id, file.name, image=content), IMAGE)
        else:
            self._speak(Said(conversation_id, file.name, file=content), FILE)

    # --- within ---

    def _speak(self, said: Said, kind: int) -> None:
        self.fail.raise_due()
        self._check_place(said.to)
        unsure = self.fail.is_unsure()
        if not unsure or self.fail.unsure_arrives:
            self.on_said(said)
            self.say(self.bot_id, said.to, said.text, said.mentions, kind=kind)
        if unsure:
            raise Unsure("the simulated gateway did not answer in time")

    def _check_place(self, to: str) -> None:
        room = self._world.rooms.get(to)
        if room is not None and self.bot_id not in room.members:
            raise Refused("the bot is not in this room")
        if room is None and to not in self._world.contacts:
            raise Refused("there is no such contact")

    def _names_bot(self, text: str) -> bool:
        name = re.escape(self._world.contacts[self.bot_id])
        return re.match(rf"@{name}(?=[ \u2005]|\Z)", text) is not None

    def _keep(self, message: _Message) -> str:
        message_id, messages = self._next_id(), self._world.messages
        messages[message_id] = message
        if len(messages) > _KEPT:
            del messages[next(iter(messages))]
        return message_id

    def _arrive(self, kind: str, payload: Any) -> None:
        if self._early is None:
            self.arrived(kind, payload)
        else:
            self._early.append((kind, payload))

    def _next_id(self) -> str:
        self._count += 1
        return f"{self._run}-{self._count}"

    def _stamp(self) -> int:
        return int(self._now().timestamp() * 1000)


def _several(who: str | Sequence[str]) -> list[str]:
    return [who] if isinstance(who, str) else list(who)
