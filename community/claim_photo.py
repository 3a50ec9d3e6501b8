"""Photos of a claim: what a resident sends around it, in the same place, is kept with it, and nothing else ever is."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Field, SQLModel, col

from community.awaited import Awaited
from community.claim import Claim
from community.db import Count, Tx, change, columns, insert, prepare

MOST = 3
"""Photos of one claim."""
AFTER = timedelta(minutes=30)
"""How long after a claim its photos are taken."""
BEFORE = timedelta(minutes=2)
"""How long before it: many send the photo first."""
KEEP = timedelta(days=90)
"""How long after the claim a photo is kept."""


class ClaimPhoto(SQLModel, table=True):
    """A photo of what is wrong."""

    __tablename__ = "claim_photo"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: int = Field(foreign_key="claim.id", index=True)
    name: str = Field(description="its name in the shop's uploads")
    at: int = Field(description="when it was sent, seconds since the epoch")


class _Open(NamedTuple):
    id: int
    member_id: str
    room_id: str | None
    opened_at: int


class _Name(NamedTuple):
    name: str


_taken = select(func.count()).select_from(ClaimPhoto).where(col(ClaimPhoto.claim_id) == col(Claim.id)).scalar_subquery()
_OPEN = prepare(
    _Open,
    select(*columns(_Open, Claim))
    .where(col(Claim.status) == "open", col(Claim.opened_at) >= bindparam("since"), _taken < MOST)
    .order_by(col(Claim.id).desc()),
)
_KEEP = change(insert(ClaimPhoto))
_OF = prepare(
    _Name,
    select(col(ClaimPhoto.name)).where(col(ClaimPhoto.claim_id) == bindparam("claim")).order_by(col(ClaimPhoto.id)),
)
_NAMES = prepare(_Name, select(col(ClaimPhoto.name)))
_HELD = prepare(
    Count,
    select(func.count())
    .select_from(ClaimPhoto)
    .join(Claim, col(Claim.id) == col(ClaimPhoto.claim_id))
    .where(col(Claim.member_id) == bindparam("who")),
)
_claims = select(col(Claim.id))
_FORGET = change(
    delete(ClaimPhoto).where(
        col(ClaimPhoto.claim_id).in_(_claims.where(col(Claim.member_id) == bindparam("who")).scalar_subquery())
    )
)
# From the photos to their claims: photos are kept for KEEP, claims for good.
_FORGET_OLD = change(
    delete(ClaimPhoto).where(
        _claims.where(col(Claim.id) == col(ClaimPhoto.claim_id), col(Claim.opened_at) < bindparam("before")).exists()
    )
)


def awaiting(tx: Tx, now: datetime) -> list[Awaited]:
    """From whom, where and until when photos of a claim are taken."""
    before, after = int(BEFORE.total_seconds()), int(AFTER.total_seconds())
    return [
        Awaited(claim.member_id, claim.room_id, claim.opened_at - before, claim.opened_at + after)
        for claim in tx.all(_OPEN, since=int(now.timestamp()) - after)
    ]


def keep(tx: Tx, member_id: str, room_id: str | None, name: str, at: int) -> int | None:
    """Keep a photo sent at that moment with the last claim that waits for one; its number, None where none does."""
    before, after = int(BEFORE.total_seconds()), int(AFTER.total_seconds())
    for claim in tx.all(_OPEN, since=at - after):
        if (claim.member_id, claim.room_id) == (member_id, room_id) and at >= claim.opened_at - before:
            tx.run(_KEEP, claim_id=claim.id, name=name, at=at)
            return claim.id
    return None


def of(tx: Tx, claim_id: int) -> list[str]:
    """The names of a claim's photos in the uploads, the first sent first."""
    return [row.name for row in tx.all(_OF, claim=claim_id)]


def names(tx: Tx) -> list[str]:
    """The names of all photos that are kept."""
    return [row.name for row in tx.all(_NAMES)]


def held(tx: Tx, member_id: str) -> int:
    """How many photos of a member are kept."""
    return tx.count(_HELD, who=member_id)


def forget(tx: Tx, member_id: str) -> int:
    """Keep none of a member's photos; how many there were. The files go with the next sweep."""
    return tx.run(_FORGET, who=member_id)


def forget_old(tx: Tx, now: datetime) -> int:
    """Drop the photos of claims opened longer than KEEP ago; how many."""
    return tx.run(_FORGET_OLD, before=int((now - KEEP).timestamp()))
