"""Rooms and the people in them: who belongs where, since when, and what they may do."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import Index, bindparam, select, text, update
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, columns, insert, prepare
from community.events import Person, Place

NAMED = "name:"
"""How the ids of members begin who have no contact, only a name in a room's chain."""


class Role(IntEnum):
    """What somebody may do; whoever stands higher may do all that those below may."""

    RESIDENT = 0
    PROMOTER = 1
    LEADER = 2
    CLERK = 3
    OWNER = 4

    @property
    def word(self) -> str:
        """As people in the shop say it."""
        return ("居民", "推广员", "团长", "店员", "店主")[self]

    @property
    def staff(self) -> bool:
        """Whether they work for the shop."""
        return self >= Role.LEADER


class Room(SQLModel, table=True):
    """A WeChat group; the bot speaks only where `enabled`."""

    id: str = Field(primary_key=True, description="the gateway's room id")
    name: str = Field(description="its current topic")
    enabled: bool
    since: int = Field(description="when it was last switched on or off, seconds since the epoch")


class Member(SQLModel, table=True):
    """A contact known to the shop; the id is the identity, the name is only how to call them."""

    id: str = Field(primary_key=True, description="the gateway's contact id")
    name: str
    role: int = Field(description="Role")
    since: int = Field(description="first met, seconds since the epoch")


class Membership(SQLModel, table=True):
    """Somebody's stay in a room, from joining (or first being heard there) to leaving."""

    __table_args__ = (
        Index("membership_now", "room_id", "member_id", unique=True, sqlite_where=text("left_at IS NULL")),
        Index("membership_member", "member_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    room_id: str = Field(foreign_key="room.id")
    member_id: str = Field(foreign_key="member.id")
    joined_at: int
    left_at: int | None = None


class KnownRoom(NamedTuple):
    """A room as the rules see it."""

    id: str
    name: str
    enabled: bool


class KnownMember(NamedTuple):
    """A member as the rules see them."""

    id: str
    name: str
    role: Role


class Present(NamedTuple):
    """Somebody who is in a room."""

    id: str
    name: str


class Stay(NamedTuple):
    """One stay of a member in a room; times in seconds since the epoch."""

    room_id: str
    joined_at: int
    left_at: int | None


class _Standing(NamedTuple):
    name: str
    role: int


_ROOM = prepare(KnownRoom, select(*columns(KnownRoom, Room)).where(col(Room.id) == bindparam("id")))
_ENABLED = prepare(
    KnownRoom, select(*columns(KnownRoom, Room)).where(col(Room.enabled)).order_by(col(Room.since), col(Room.id))
)
_EVERY_ROOM = prepare(KnownRoom, select(*columns(KnownRoom, Room)).order_by(col(Room.since), col(Room.id)))
_new_room = insert(Room)
_MEET_ROOM = change(_new_room.on_conflict_do_update(index_elements=["id"], set_={"name": _new_room.excluded.name}))
_SWITCH = change(
    update(Room).where(col(Room.id) == bindparam("room")).values(enabled=bindparam("on"), since=bindparam("at"))
)
_MEMBER = prepare(_Standing, select(*columns(_Standing, Member)).where(col(Member.id) == bindparam("id")))
_new_member = insert(Member)
_MEET = change(_new_member.on_conflict_do_update(index_elements=["id"], set_={"name": _new_member.excluded.name}))
_APPOINT = change(update(Member).where(col(Member.id) == bindparam("who")).values(role=bindparam("as_role")))
_COME = change(insert(Membership).on_conflict_do_nothing())
_GO = change(
    update(Membership)
    .where(
        col(Membership.room_id) == bindparam("room"),
        col(Membership.member_id) == bindparam("who"),
        col(Membership.left_at).is_(None),
    )
    .values(left_at=bindparam("at"))
)
_PRESENT = prepare(
    Present,
    select(*columns(Present, Member))
    .join(Membership, col(Membership.member_id) == col(Member.id))
    .where(col(Membership.room_id) == bindparam("room"), col(Membership.left_at).is_(None))
    .order_by(col(Membership.id)),
)
_STAYS = prepare(
    Stay,
    select(*columns(Stay, Membership))
    .where(col(Membership.member_id) == bindparam("who"))
    .order_by(col(Membership.joined_at)),
)


def known_room(tx: Tx, place: Place, now: datetime) -> KnownRoom:
    """The room, remembered under its present name; not enabled when it is new."""
    return _under_its_name(tx, tx.one(_ROOM, id=place.id), place, now)


def served_room(tx: Tx, place: Place, now: datetime) -> KnownRoom | None:
    """The room, remembered under its present name, if the bot speaks there; else None, and nothing is remembered."""
    room = tx.one(_ROOM, id=place.id)
    return _under_its_name(tx, room, place, now) if room is not None and room.enabled else None


def _under_its_name(tx: Tx, room: KnownRoom | None, place: Place, now: datetime) -> KnownRoom:
    if room is not None and room.name == place.name:
        return room
    tx.run(_MEET_ROOM, id=place.id, name=place.name, enabled=0, since=int(now.timestamp()))
    return KnownRoom(place.id, place.name, enabled=bool(room and room.enabled))


def enabled(tx: Tx, room_id: str) -> bool:
    """Whether the bot speaks in this room; False for one it has never met."""
    room = tx.one(_ROOM, id=room_id)
    return room is not None and bool(room.enabled)


def enabled_rooms(tx: Tx) -> list[KnownRoom]:
    """Every room the bot speaks in, the one enabled first at the front."""
    return tx.all(_ENABLED)


def every_room(tx: Tx) -> list[KnownRoom]:
    """Every room the bot has met, enabled or not."""
    return tx.all(_EVERY_ROOM)


def switch(tx: Tx, room_id: str, on: bool, now: datetime) -> None:
    """Let the bot speak in the room, or be silent there."""
    tx.run(_SWITCH, room=room_id, on=int(on), at=int(now.timestamp()))


def meet(tx: Tx, person: Person, now: datetime) -> KnownMember:
    """The member behind a contact, remembered under their present name; a resident when new."""
    standing = tx.one(_MEMBER, id=person.id)
    if standing is None or standing.name != person.name:
        tx.run(_MEET, id=person.id, name=person.name, role=Role.RESIDENT, since=int(now.timestamp()))
    return KnownMember(person.id, person.name, Role(standing.role) if standing else Role.RESIDENT)


def named(tx: Tx, room_id: str, called: str, name: str, now: datetime) -> KnownMember:
    """The member without a contact who is only known by what a room calls them, `called` being the name compared."""
    return meet(tx, Person(f"{NAMED}{room_id}:{called}", name), now)


def is_named(member_id: str) -> bool:
    """Whether this member has no contact: nobody can write to them, and a resident may turn out to be them."""
    return member_id.startswith(NAMED)


def member(tx: Tx, member_id: str) -> KnownMember | None:
    """The member with this contact id, if the shop knows them."""
    standing = tx.one(_MEMBER, id=member_id)
    return None if standing is None else KnownMember(member_id, standing.name, Role(standing.role))


def appoint(tx: Tx, member_id: str, role: Role) -> None:
    """Give a known member a role."""
    tx.run(_APPOINT, who=member_id, as_role=int(role))


def come(tx: Tx, room_id: str, member_id: str, now: datetime) -> bool:
    """They are in the room from now on; False when they were there already."""
    at = int(now.timestamp())
    return tx.run(_COME, room_id=room_id, member_id=member_id, joined_at=at, left_at=None) == 1


def present(tx: Tx, room_id: str, members: Iterable[Person], now: datetime) -> None:
    """These people are in the room, whether they ever said anything or not."""
    for person in members:
        meet(tx, person, now)
        come(tx, room_id, person.id, now)


def go(tx: Tx, room_id: str, member_id: str, now: datetime) -> bool:
    """They have left the room; False when they were not known to be there."""
    return tx.run(_GO, room=room_id, who=member_id, at=int(now.timestamp())) > 0


def members(tx: Tx, room_id: str) -> list[Present]:
    """Who is in the room now, as far as the shop knows, the earliest first."""
    return tx.all(_PRESENT, room=room_id)


def stays(tx: Tx, member_id: str) -> list[Stay]:
    """Every stay of a member in any room of the shop, the earliest first."""
    return tx.all(_STAYS, who=member_id)
