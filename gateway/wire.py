"""What goes over the wire to a wechaty gateway where wechaty_grpc 0.20 is not enough, and how its events are read.

The 0.x gateways wrap optional strings in a message (field 2 of a setter, field 1 of an answer); the 1.x gateways have
them bare (fields 3 and 2) and ignore the wrapped ones. Whatever is sent here carries both, whatever is read takes
either. No connection, no business logic.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

import betterproto

from gateway.puppet import POST, SYSTEM

from wechaty_puppet import (  # isort: skip - after gateway.puppet, which makes it importable
    EventDongPayload,
    EventErrorPayload,
    EventFriendshipPayload,
    EventHeartbeatPayload,
    EventLoginPayload,
    EventLogoutPayload,
    EventMessagePayload,
    EventReadyPayload,
    EventRoomInvitePayload,
    EventRoomJoinPayload,
    EventRoomLeavePayload,
    EventRoomTopicPayload,
    EventScanPayload,
    MessageType,
    ScanStatus,
)

_log = logging.getLogger(__name__)

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetText:
    """Set a room's topic, a room's announcement or a contact's alias; an empty text is sent too (it clears)."""

    id: str
    text: str

    def SerializeToString(self) -> bytes:  # noqa: N802 - grpclib's codec calls it so
        """The request's bytes: id (1), the wrapped text (2) and the bare one (3)."""
        text = _bytes_field(1, self.text.encode())
        return _bytes_field(1, self.id.encode()) + _bytes_field(2, text) + _bytes_field(3, self.text.encode())


def _bytes_field(number: int, value: bytes) -> bytes:
    return betterproto.encode_varint(number << 3 | 2) + betterproto.encode_varint(len(value)) + value


@dataclass(eq=False, repr=False)
class TextReply(betterproto.Message):
    """One optional string: the id of what was sent, a topic, an alias, an announcement."""

    wrapped: Optional[str] = betterproto.message_field(1, wraps=betterproto.TYPE_STRING)  # noqa: UP045 - it reads no other
    bare: str = betterproto.string_field(2)

    @property
    def text(self) -> str:
        """The string, whichever way it came; empty if there is none."""
        return self.bare or self.wrapped or ""


_TYPES = {
    1: MessageType.MESSAGE_TYPE_ATTACHMENT,
    2: MessageType.MESSAGE_TYPE_AUDIO,
    3: MessageType.MESSAGE_TYPE_CONTACT,
    4: MessageType.MESSAGE_TYPE_CHAT_HISTORY,
    5: MessageType.MESSAGE_TYPE_EMOTICON,
    6: MessageType.MESSAGE_TYPE_IMAGE,
    7: MessageType.MESSAGE_TYPE_TEXT,
    8: MessageType.MESSAGE_TYPE_LOCATION,
    9: MessageType.MESSAGE_TYPE_MINI_PROGRAM,
    10: MessageType.MESSAGE_TYPE_TEXT,  # GroupNote, the native 接龙: its text is all a gateway hands on
    11: MessageType.MESSAGE_TYPE_TRANSFER,
    12: MessageType.MESSAGE_TYPE_RED_ENVELOPE,
    13: MessageType.MESSAGE_TYPE_RECALLED,
    14: MessageType.MESSAGE_TYPE_URL,
    15: MessageType.MESSAGE_TYPE_VIDEO,
    16: POST,
    18: SYSTEM,
}


def message_type(number: int) -> int:
    """Wechaty's MessageType (or POST, SYSTEM) for a gateway's number; UNSPECIFIED for one nobody knows."""
    return int(_TYPES.get(number, MessageType.MESSAGE_TYPE_UNSPECIFIED))


@dataclass(frozen=True, slots=True)
class Dirty:
    """The gateway says that what it told of something is stale, by ids; too many of them do no harm."""

    rooms: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


def _dirty(f: Fields) -> Dirty:
    """PayloadType: 2 contact, 3 room, 4 room member, whose id is the room's alone or `room-member`."""
    kind, found = f["payloadType"], str(f["payloadId"])
    if kind == 2:
        return Dirty(contacts=(found,))
    return Dirty(rooms=(found, found.partition("-")[0])) if kind in (3, 4) else Dirty()


def _ids(value: object) -> list[str]:
    found = [str(one) for one in value if one] if isinstance(value, list) else []
    if not found:
        raise ValueError("names nobody")
    return found


def _join(f: Fields) -> EventRoomJoinPayload:
    return EventRoomJoinPayload(
        invited_ids=_ids(f["inviteeIdList"]),
        inviter_id=f.get("inviterId") or "",
        room_id=_id(f, "roomId"),
        timestamp=_at(f),
    )


def _leave(f: Fields) -> EventRoomLeavePayload:
    return EventRoomLeavePayload(
        removed_ids=_ids(f["removeeIdList"]),
        remover_id=f.get("removerId") or "",
        room_id=_id(f, "roomId"),
        timestamp=_at(f),
    )


def _topic(f: Fields) -> EventRoomTopicPayload:
    return EventRoomTopicPayload(
        changer_id=f.get("changerId") or "",
        new_topic=f.get("newTopic") or "",
        old_topic=f.get("oldTopic") or "",
        room_id=_id(f, "roomId"),
        timestamp=_at(f),
    )


def _scan(f: Fields) -> EventScanPayload:
    known = {status.value for status in ScanStatus}
    status = ScanStatus(f.get("status") if f.get("status") in known else 0)
    return EventScanPayload(status=status, qrcode=f.get("qrcode"), data=f.get("data"))


def _id(f: Fields, name: str) -> str:
    found = f[name]
    if not isinstance(found, str) or not found:
        raise ValueError(f"{name} is no id")
    return found


def _at(f: Fields) -> float:
    at = f.get("timestamp")
    return at if isinstance(at, int | float) else 0


def _said(f: Fields) -> str:
    return str(f.get("data") or f.get("gerror") or "")


_EVENTS: dict[int, tuple[str, Callable[[Fields], Any]]] = {
    1: ("heart-beat", lambda f: EventHeartbeatPayload(data=_said(f))),
    2: ("message", lambda f: EventMessagePayload(message_id=_id(f, "messageId"))),
    3: ("dong", lambda f: EventDongPayload(data=f.get("data"))),
    16: ("error", lambda f: EventErrorPayload(data=_said(f))),
    17: ("friendship", lambda f: EventFriendshipPayload(friendship_id=_id(f, "friendshipId"))),
    18: ("room-invite", lambda f: EventRoomInvitePayload(room_invitation_id=_id(f, "roomInvitationId"))),
    19: ("room-join", _join),
    20: ("room-leave", _leave),
    21: ("room-topic", _topic),
    22: ("scan", _scan),
    23: ("ready", lambda f: EventReadyPayload(data=_said(f))),
    25: ("login", lambda f: EventLoginPayload(contact_id=_id(f, "contactId"))),
    26: ("logout", lambda f: EventLogoutPayload(contact_id=f.get("contactId") or "", data=_said(f))),
    27: ("dirty", _dirty),
}


def read_event(number: int, payload: str) -> tuple[str, Any] | None:
    """The kind of an event as gateway.puppet names it ("dirty" besides) and its payload.

    None for what cannot be used: an unknown type, broken JSON, the one field missing without which it means nothing.
    That is logged, never with a value from the payload, which may be somebody's words.
    """
    known = _EVENTS.get(number)
    if known is None:
        _log.info("the gateway sent an event of the unknown type %s", number)
        return None
    kind, make = known
    try:
        fields = json.loads(payload or "{}")
        return kind, make(fields if isinstance(fields, dict) else {})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        _log.warning("the gateway sent a %s event that cannot be used (%s)", kind, type(error).__name__)
        return None
