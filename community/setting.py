"""Settings that commands change while the bot runs: a word under a name. Files hold everything else."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, insert, prepare


class Setting(SQLModel, table=True):
    """One switch or word."""

    name: str = Field(primary_key=True)
    value: str


class _Value(NamedTuple):
    value: str


_GET = prepare(_Value, select(col(Setting.value)).where(col(Setting.name) == bindparam("name")))
_new = insert(Setting)
_PUT = change(_new.on_conflict_do_update(index_elements=["name"], set_={"value": _new.excluded.value}))


def get(tx: Tx, name: str) -> str:
    """The value; empty where none was put."""
    row = tx.one(_GET, name=name)
    return row.value if row else ""


def put(tx: Tx, name: str, value: str) -> None:
    """Set it, replacing what was there."""
    tx.run(_PUT, name=name, value=value)
