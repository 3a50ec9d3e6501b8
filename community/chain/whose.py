"""Whose a row of a chain is: the contact that is known by this name in the room, or else only a name."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community import people
from community.chain.tables import ChainName
from community.db import Tx, change, columns, insert, prepare
from community.household import doors, find_household
from community.people import KnownMember
from community.quantity import normalise


class _Bound(NamedTuple):
    member_id: str


class _Name(NamedTuple):
    name: str


_BOUND = prepare(
    _Bound,
    select(*columns(_Bound, ChainName)).where(
        col(ChainName.room_id) == bindparam("room"), col(ChainName.name) == bindparam("called")
    ),
)
_NAMES = prepare(_Name, select(*columns(_Name, ChainName)).where(col(ChainName.room_id) == bindparam("room")))
_BIND = change(insert(ChainName).on_conflict_do_nothing())


def compared(name: str) -> str:
    """A name in the one form in which names are compared."""
    return normalise(name).casefold()


def bound(tx: Tx, room_id: str, name: str) -> str | None:
    """The contact that this row name was found to mean in this room, in this group buy or an earlier one."""
    found = tx.one(_BOUND, room=room_id, called=compared(name)) if name else None
    return None if found is None else found.member_id


def bind(tx: Tx, room_id: str, name: str, member_id: str, now: datetime) -> None:
    """From now on the name means this contact here, unless it already means somebody."""
    if name:
        tx.run(_BIND, room_id=room_id, name=compared(name), member_id=member_id, at=int(now.timestamp()))


def bound_names(tx: Tx, room_id: str) -> set[str]:
    """Every row name that means a contact in this room."""
    return {row.name for row in tx.all(_NAMES, room=room_id)}


def nameless(tx: Tx, room_id: str, name: str, now: datetime) -> KnownMember:
    """The member without a contact that only this row name stands for; a door in it is where they live."""
    member = people.named(tx, room_id, compared(name), name, now)
    household = find_household(name)
    if household is not None:
        doors.move_in(tx, member.id, household)
    return member


def person(tx: Tx, room_id: str, name: str, now: datetime) -> KnownMember:
    """Who is meant by a name alone, where no contact comes with it."""
    known = bound(tx, room_id, name)
    member = people.member(tx, known) if known else None
    return member or nameless(tx, room_id, name, now)


def by_name(tx: Tx, room_id: str) -> dict[str, list[str]]:
    """The contacts in the room by the name they go by, as compared: several may, and none of them need be meant."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in people.members(tx, room_id):
        found[compared(one.name)].append(one.id)
    return dict(found)
