"""Who lives behind which front door, as residents have told; several contacts may share one."""

from typing import NamedTuple

from sqlalchemy import Index, bindparam, delete, select
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, columns, insert, prepare
from community.household.reading import Household


class Resident(SQLModel, table=True):
    """A member's front door; `unit` is empty where the building has none."""

    __table_args__ = (Index("resident_door", "building", "unit", "door"),)

    member_id: str = Field(primary_key=True, foreign_key="member.id")
    building: str
    unit: str
    door: str


class _Lives(NamedTuple):
    member_id: str


_new = insert(Resident)
_MOVE_IN = change(
    _new.on_conflict_do_update(
        index_elements=["member_id"],
        set_={name: _new.excluded[name] for name in ("building", "unit", "door")},
    )
)
_HOME = prepare(Household, select(*columns(Household, Resident)).where(col(Resident.member_id) == bindparam("who")))
_MOVE_OUT = change(delete(Resident).where(col(Resident.member_id) == bindparam("who")))
_BEHIND = prepare(
    _Lives,
    select(col(Resident.member_id)).where(
        col(Resident.building) == bindparam("building"),
        col(Resident.unit) == bindparam("unit"),
        col(Resident.door) == bindparam("door"),
    ),
)


def move_in(tx: Tx, member_id: str, household: Household) -> None:
    """The member lives here from now on, and nowhere else."""
    tx.run(_MOVE_IN, member_id=member_id, **household._asdict())


def move_out(tx: Tx, member_id: str) -> bool:
    """Forget where the member lives; whether that was known."""
    return tx.run(_MOVE_OUT, who=member_id) > 0


def home(tx: Tx, member_id: str) -> Household | None:
    """Where the member lives, if they have told."""
    return tx.one(_HOME, who=member_id)


def behind(tx: Tx, household: Household) -> list[str]:
    """The contact ids of those who live behind this door."""
    return [row.member_id for row in tx.all(_BEHIND, **household._asdict())]
