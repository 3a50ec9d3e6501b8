"""ReliablePuppet: a real wechaty gateway beneath Wechaty, without the defects of the stock client.

Questions (names, messages, rooms) are asked again when the connection fails under them; what changes the world (say,
set a topic) is asked once and raises gateway.transport's Refused, Unreachable or Unsure, so that the sender decides.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from wechaty_grpc.wechaty import puppet as messages

from gateway.endpoint import Endpoint
from gateway.link import Limits, Link, R, Sleep, pause
from gateway.puppet import OwnPuppet
from gateway.transport import HEAVIEST, Refused, Unreachable, Unsure
from gateway.wire import Dirty, SetText, TextReply, message_type, read_event

from wechaty_puppet import (  # isort: skip - after gateway.puppet, which makes it importable
    ContactPayload,
    FileBox,
    FriendshipPayload,
    MessagePayload,
    RoomInvitationPayload,
    RoomMemberPayload,
    RoomPayload,
    RoomQueryFilter,
)

_log = logging.getLogger(__name__)

_ATTEMPTS = 8  # with the pauses below about twenty seconds: longer than a gateway takes to come back
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_AS_TAPPED = messages.ImageType.IMAGE_TYPE_HD  # not the thumbnail, nor the many megabytes of the camera
_PICTURE_ATTEMPTS = 3
_AT_ONCE = 64  # questions in flight; the rest wait here, where no deadline runs yet


class ReliablePuppet(OwnPuppet):
    """The puppet of one account behind `endpoint`; see gateway.puppet for listening, gateway.link for the limits.

    `start()` blocks until `stop()`, whether a gateway can be reached or not. `dice` and `sleep` serve the pauses
    between attempts, `clock` (seconds, monotonic) `away_since`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        limits: Limits | None = None,
        patience: float = 5.0,
        dice: random.Random | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("reliable", patience=patience)
        self._limits = limits or Limits()
        self._dice = dice or random.Random()  # noqa: S311 - jitter needs no secrecy
        self._sleep = sleep
        self._link = Link(endpoint, self._event, limits=self._limits, dice=self._dice, sleep=sleep, clock=clock)
        self._asking = asyncio.Semaphore(_AT_ONCE)
        self._stop_asked = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def connected(self) -> bool:
        """Whether the gateway can be reached now."""
        return self._link.connected

    @property
    def away_since(self) -> float | None:
        """Since when (by `clock`) the gateway cannot be reached; None while it can."""
        return self._link.away_since

    # --- life ---

    async def start(self) -> None:
        """Keep the connection until `stop()`; returns then, never because of the gateway."""
        self._ended.clear()
        holding = asyncio.create_task(self._link.run())
        asked = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({holding, asked}, return_when=asyncio.FIRST_COMPLETED)
            if holding.done():
                holding.result()
        finally:
            holding.cancel()
            asked.cancel()
            await asyncio.gather(holding, asked, return_exceptions=True)
            self._ended.set()

    async def stop(self) -> None:
        """Stop within about two seconds: what is being handled may end, nothing new is taken.

        The gateway keeps the account logged in: a bot that restarts shall not look like somebody who logs in again.
        """
        await self.finish()
        self._stop_asked.set()
        await self._ended.wait()

    def _event(self, number: int, payload: str) -> None:
        known = read_event(number, payload)
        if known is None:
            return
        kind, what = known
        if isinstance(what, Dirty):
            for room in what.rooms:
                self.dirty_room(room)
            for contact in what.contacts:
                self.dirty_contact(contact)
            return
        if kind in ("error", "login", "logout", "ready"):
            _log.info("the gateway reports: %s", kind)
        self.arrived(kind, what)

    # --- questions ---

    async def _ask(self, method: str, request: object, reply: type[R]) -> R:
        """Ask, and ask again after a pause when the connection or the gateway failed. Raises what the last one did."""
        for attempt in range(1, _ATTEMPTS):
            try:
                async with self._asking:
                    return await self._link.call(method, request, reply, seconds=self._limits.call)
            except (Unreachable, Unsure) as error:
                _log.warning("%s failed, attempt %d of %d (%s)", method, attempt, _ATTEMPTS, type(error).__name__)
            await self._sleep(pause(attempt, _FIRST_PAUSE, _LONGEST_PAUSE, self._dice))
        return await self._link.call(method, request, reply, seconds=self._limits.call)

    async def fetch_message(self, message_id: str) -> MessagePayload:
        """A message with its type as Wechaty numbers it."""
        found = await self._ask("MessagePayload", messages.MessagePayloadRequest(id=message_id), MessagePayload)
        found.type = message_type(int(found.type))
        return found

    async def message_file(self, message_id: str) -> FileBox:
        """The file that came with a message."""
        request = messages.MessageFileRequest(id=message_id)
        return FileBox.from_json((await self._ask("MessageFile", request, messages.MessageFileResponse)).filebox)

    async def picture(self, message_id: str) -> bytes:
        """What a picture's message shows, as WeChat shows it on a tap.

        It comes in pieces: of a file box, gateways since 1.0 give only a number where it holds more than 20 kB.
        """
        request = messages.MessageImageStreamRequest(id=message_id, type=_AS_TAPPED)
        for attempt in range(1, _PICTURE_ATTEMPTS):
            try:
                return await self._picture(request)
            except Unreachable as error:
                _log.warning("a picture did not come, attempt %d (%s)", attempt, error)
            await self._sleep(pause(attempt, _FIRST_PAUSE, _LONGEST_PAUSE, self._dice))
        return await self._picture(request)

    async def _picture(self, request: messages.MessageImageStreamRequest) -> bytes:
        content = bytearray()

        def take(piece: messages.MessageImageStreamResponse) -> None:
            content.extend(piece.file_box_chunk.data)
            if len(content) > HEAVIEST:
                raise Refused("the picture is too big")

        await self._link.stream(
            "MessageImageStream", request, messages.MessageImageStreamResponse, take, seconds=self._limits.send
        )
        return bytes(content)

    async def contact_list(self) -> list[str]:
        """The ids of all contacts."""
        return list((await self._ask("ContactList", messages.ContactListRequest(), messages.ContactListResponse)).ids)

    async def contact_payload(self, contact_id: str) -> ContactPayload:
        """A contact's name and alias."""
        return await self._ask("ContactPayload", messages.ContactPayloadRequest(id=contact_id), ContactPayload)

    async def room_list(self) -> list[str]:
        """The ids of all rooms."""
        return list((await self._ask("RoomList", messages.RoomListRequest(), messages.RoomListResponse)).ids)

    async def room_search(self, query: RoomQueryFilter | None = None) -> list[str]:
        """The ids of all rooms: Wechaty filters them itself."""
        return await self.room_list()

    async def room_payload(self, room_id: str) -> RoomPayload:
        """A room's topic, owner and members."""
        return await self._ask("RoomPayload", messages.RoomPayloadRequest(id=room_id), RoomPayload)

    async def room_members(self, room_id: str) -> list[str]:
        """The ids of a room's members."""
        request = messages.RoomMemberListRequest(id=room_id)
        return list((await self._ask("RoomMemberList", request, messages.RoomMemberListResponse)).member_ids)

    async def room_member_payload(self, room_id: str, contact_id: str) -> RoomMemberPayload:
        """What a room calls one of its members."""
        request = messages.RoomMemberPayloadRequest(id=room_id, member_id=contact_id)
        return await self._ask("RoomMemberPayload", request, RoomMemberPayload)

    async def room_invitation_payload(self, room_invitation_id: str, payload: Any = None) -> RoomInvitationPayload:
        """Who invites the account where; setting it (`payload`) is for the cache of other puppets."""
        request = messages.RoomInvitationPayloadRequest(id=room_invitation_id)
        return await self._ask("RoomInvitationPayload", request, RoomInvitationPayload)

    async def friendship_payload(self, friendship_id: str, payload: Any = None) -> FriendshipPayload:
        """Who wants to be a friend, and the words that came with it; `payload` as above."""
        request = messages.FriendshipPayloadRequest(id=friendship_id)
        return await self._ask("FriendshipPayload", request, FriendshipPayload)

    # --- doing something: once, see gateway.transport for what it raises ---

    async def _do(self, method: str, request: object, reply: type[R]) -> R:
        return await self._link.call(method, request, reply, seconds=self._limits.send)

    async def message_send_text(
        self, conversation_id: str, message: str, mention_ids: Sequence[str] | None = None
    ) -> str | None:
        """Say something in a room or to a contact; the id of what was said, None if the gateway does not tell."""
        request = messages.MessageSendTextRequest(
            conversation_id=conversation_id, text=message, mentonal_ids=list(mention_ids or ())
        )
        return (await self._do("MessageSendText", request, TextReply)).text or None

    async def message_send_file(self, conversation_id: str, file: FileBox) -> str | None:
        """Send a file; base64 boxes travel whole, and image/… ones arrive as pictures. Returns as above."""
        box = json.dumps(json.loads(file.to_json_str()))
        request = messages.MessageSendFileRequest(conversation_id=conversation_id, filebox=box)
        return (await self._do("MessageSendFile", request, TextReply)).text or None

    async def message_recall(self, message_id: str) -> bool:
        """Take back a message of the account's own."""
        request = messages.MessageRecallRequest(id=message_id)
        return bool((await self._do("MessageRecall", request, messages.MessageRecallResponse)).success)

    async def contact_alias(self, contact_id: str, alias: str | None = None) -> str:
        """The alias of a contact; with `alias` given it is set first, and an empty one removes it."""
        if alias is None:
            return str((await self.contact_payload(contact_id)).alias)
        await self._do("ContactAlias", SetText(contact_id, alias), TextReply)
        self.dirty_contact(contact_id)
        return alias

    async def room_topic(self, room_id: str, new_topic: str) -> None:
        """Give a room a new topic."""
        await self._do("RoomTopic", SetText(room_id, new_topic), TextReply)
        self.dirty_room(room_id)

    async def room_announce(self, room_id: str, announcement: str | None = None) -> str:
        """The announcement of a room; with `announcement` given it is set."""
        if announcement is None:
            return (await self._ask("RoomAnnounce", messages.RoomAnnounceRequest(id=room_id), TextReply)).text
        await self._do("RoomAnnounce", SetText(room_id, announcement), TextReply)
        return announcement

    async def room_add(self, room_id: str, contact_id: str) -> None:
        """Invite a contact into a room."""
        await self._do("RoomAdd", messages.RoomAddRequest(id=room_id, contact_id=contact_id), messages.RoomAddResponse)

    async def room_delete(self, room_id: str, contact_id: str) -> None:
        """Remove a member from a room."""
        await self._do("RoomDel", messages.RoomDelRequest(id=room_id, contact_id=contact_id), messages.RoomDelResponse)

    async def room_invitation_accept(self, room_invitation_id: str) -> None:
        """Follow an invitation into a room."""
        request = messages.RoomInvitationAcceptRequest(id=room_invitation_id)
        await self._do("RoomInvitationAccept", request, messages.RoomInvitationAcceptResponse)

    async def friendship_accept(self, friendship_id: str) -> None:
        """Become friends with somebody who asked."""
        request = messages.FriendshipAcceptRequest(id=friendship_id)
        await self._do("FriendshipAccept", request, messages.FriendshipAcceptResponse)

    async def ding(self, data: str | None = None) -> None:
        """Ask the gateway for a "dong" event with the same data."""
        await self._do("Ding", messages.DingRequest(data=data or ""), messages.DingResponse)

    async def logout(self) -> None:
        """Log the account out of WeChat."""
        await self._do("Logout", messages.LogoutRequest(), messages.LogoutResponse)
