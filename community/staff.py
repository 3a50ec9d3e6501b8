"""Staff: a one-time code makes its sender owner, clerk or leader; the contact id keeps it so, never the nickname."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from community import people, setting
from community.db import Tx, columns, prepare
from community.events import Person
from community.people import KnownMember, Member, Role
from community.refusal import Refusal

LASTS = timedelta(minutes=30)
"""How long a code for a clerk or leader can be used; the owner's lasts until it is used."""
TRIES = 10
"""Wrong codes after which an appointment must be begun anew, so that nobody guesses one."""


class Colleague(NamedTuple):
    """Somebody who works for the shop."""

    id: str
    name: str
    role: int


class _Open(NamedTuple):
    code: str
    expires_at: int
    tries: int


_STAFF = prepare(
    Colleague,
    select(*columns(Colleague, Member))
    .where(col(Member.role) >= int(Role.LEADER), col(Member.role) < int(Role.OWNER))
    .order_by(col(Member.role).desc(), col(Member.since), col(Member.id)),
)
_OWNERS = prepare(
    Colleague, select(*columns(Colleague, Member)).where(col(Member.role) == int(Role.OWNER)).order_by(col(Member.id))
)


def roles(tx: Tx) -> dict[str, Role]:
    """What each person of the shop may do, by contact id; whoever is not here is a resident."""
    return {one.id: Role(one.role) for one in (*owners(tx), *colleagues(tx))}


def owners(tx: Tx) -> list[Colleague]:
    """Whoever owns the shop: nobody before the first claim."""
    return tx.all(_OWNERS)


def colleagues(tx: Tx) -> list[Colleague]:
    """Clerks and leaders, clerks first."""
    return tx.all(_STAFF)


def offer(tx: Tx, role: Role, random: Random, now: datetime) -> str:
    """A new code that makes its first sender `role`; an earlier one for the same role is void."""
    code = f"{role.word}-{random.randrange(10**8):08d}"
    expires = 0 if role is Role.OWNER else int((now + LASTS).timestamp())
    _keep(tx, role, _Open(code, expires, 0))
    return code


def claim(tx: Tx, role: Role, code: str, who: KnownMember, now: datetime) -> bool:
    """Take up an offered role with its code; the code is used up. False when the code is wrong, used or expired."""
    offered = _offered(tx, role)
    if offered is None or offered.tries >= TRIES or 0 < offered.expires_at <= now.timestamp():
        return False
    if offered.code != code:
        _keep(tx, role, offered._replace(tries=offered.tries + 1))
        return False
    setting.put(tx, _name(role), "")
    if who.role < role:
        people.appoint(tx, who.id, role)
    return True


def dismiss(tx: Tx, number: int) -> Colleague:
    """Make the colleague with this number in the list (from 1) a resident again. Refused when there is none."""
    found = colleagues(tx)
    if not 1 <= number <= len(found):
        raise Refusal("名单里没有这个编号，发“店员名单”看看。")
    people.appoint(tx, found[number - 1].id, Role.RESIDENT)
    return found[number - 1]


def enthrone(tx: Tx, owner: Person, now: datetime) -> None:
    """This contact is the owner, and nobody else; a known one keeps the name they go by."""
    for former in owners(tx):
        if former.id != owner.id:
            people.appoint(tx, former.id, Role.RESIDENT)
    if people.member(tx, owner.id) is None:
        people.meet(tx, owner, now)
    people.appoint(tx, owner.id, Role.OWNER)


def _name(role: Role) -> str:
    return f"offer:{role.name.lower()}"


def _keep(tx: Tx, role: Role, offered: _Open) -> None:
    setting.put(tx, _name(role), " ".join(map(str, offered)))


def _offered(tx: Tx, role: Role) -> _Open | None:
    words = setting.get(tx, _name(role)).split()
    return _Open(words[0], int(words[1]), int(words[2])) if len(words) == 3 else None
