"""What was decided about each moment at which a room might be reminded of a group buy: once, whatever happens."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community import outbox
from community.db import Tx, change, columns, insert, prepare
from community.groupbuy.tables import GroupBuy, GroupBuyReminder


class Moment(NamedTuple):
    """A kind of reminder of a group buy in a room."""

    groupbuy_id: int
    room_id: str
    kind: str


class _Words(NamedTuple):
    room_id: str
    cause: str


_DECIDE = change(insert(GroupBuyReminder).on_conflict_do_nothing())
_DECIDED = prepare(
    Moment,
    select(*columns(Moment, GroupBuyReminder))
    .join(GroupBuy, col(GroupBuy.id) == col(GroupBuyReminder.groupbuy_id))
    .where(col(GroupBuy.status) == "open"),
)
_WORDS = prepare(
    _Words,
    select(*columns(_Words, GroupBuyReminder)).where(
        col(GroupBuyReminder.groupbuy_id) == bindparam("buy"), col(GroupBuyReminder.cause) != ""
    ),
)


def decided(tx: Tx) -> set[Moment]:
    """What has been decided of the group buys that are open."""
    return set(tx.all(_DECIDED))


def decide(tx: Tx, moment: Moment, now: datetime, *, cause: str = "", reason: str = "") -> bool:
    """It was said under this cause, or for this reason it was not; False when that has been decided before."""
    return tx.run(_DECIDE, **moment._asdict(), at=int(now.timestamp()), cause=cause, reason=reason) == 1


def take_back(tx: Tx, buy_id: int) -> None:
    """The group buy is over: what is still queued to remind of it is not said."""
    for words in tx.all(_WORDS, buy=buy_id):
        outbox.take_back(tx, words.room_id, words.cause)
