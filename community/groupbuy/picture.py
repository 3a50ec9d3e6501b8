"""The picture of a group buy: asked for by staff, sent next, shown when it opens and on its poster.

A picture of the only goods in a group buy is one of the product, too: the next group buy of it has it from the start.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel, col

from community import people, setting
from community.awaited import Awaited
from community.db import Tx, change, insert, prepare
from community.groupbuy import finding
from community.groupbuy.offer import Buy
from community.product import names, pictures
from community.setting import Setting

WITHIN = timedelta(minutes=5)
"""How long after 配图 a picture is waited for."""
_SLOT = "picture:"


class GroupBuyPicture(SQLModel, table=True):
    """What a group buy looks like."""

    __tablename__ = "groupbuy_picture"

    groupbuy_id: int = Field(foreign_key="groupbuy.id", primary_key=True)
    name: str = Field(description="its name in the shop's uploads")


class _Name(NamedTuple):
    name: str


class _Slot(NamedTuple):
    name: str
    value: str


_new = insert(GroupBuyPicture)
_PUT = change(_new.on_conflict_do_update(index_elements=["groupbuy_id"], set_={"name": _new.excluded.name}))
_OF_BUY = prepare(_Name, select(col(GroupBuyPicture.name)).where(col(GroupBuyPicture.groupbuy_id) == bindparam("buy")))
_BUYS = prepare(_Name, select(col(GroupBuyPicture.name)))
_SLOTS = prepare(
    _Slot,
    select(col(Setting.name), col(Setting.value)).where(
        col(Setting.name).startswith(_SLOT, autoescape=True), col(Setting.value) != ""
    ),
)


def ask(tx: Tx, buy: Buy, room_id: str, who_id: str, now: datetime) -> None:
    """The next picture that this person sends here within WITHIN is the group buy's."""
    setting.put(tx, _slot(room_id, who_id), "\t".join((str(int(now.timestamp())), str(buy.id), room_id, who_id)))


def awaiting(tx: Tx, now: datetime) -> list[Awaited]:
    """From whom, where and until when the picture of a group buy is waited for."""
    found = []
    for slot in tx.all(_SLOTS):
        asked, _, room_id, who_id = slot.value.split("\t")
        found.append(Awaited(who_id, room_id, int(asked), int(asked) + int(WITHIN.total_seconds())))
    return [one for one in found if one.until >= now.timestamp()]


def keep(tx: Tx, who_id: str, room_id: str | None, name: str, at: int) -> Buy | None:
    """A picture sent at that moment is the group buy's that was asked for; None where none was.

    None, too, for whoever does not work here any more.
    """
    sender = people.member(tx, who_id)
    if sender is None or not sender.role.staff:
        return None
    value = setting.get(tx, _slot(room_id or "", who_id))
    if not value:
        return None
    asked, buy_id = map(int, value.split("\t")[:2])
    if not asked <= at <= asked + int(WITHIN.total_seconds()):
        return None
    setting.put(tx, _slot(room_id or "", who_id), "")
    buy = finding.find(tx, buy_id)
    tx.run(_PUT, groupbuy_id=buy.id, name=name)
    if len(buy.items) == 1 and (product := names.find(tx, buy.items[0].name)) is not None:
        pictures.put(tx, product.id, name)
    return buy


def of(tx: Tx, buy: Buy) -> str | None:
    """The name of a group buy's picture in the uploads: its own, else that of its first goods which have one."""
    own = tx.one(_OF_BUY, buy=buy.id)
    if own is not None:
        return own.name
    for item in buy.items:
        product = names.find(tx, item.name)
        if product is not None and (name := pictures.of(tx, product.id)) is not None:
            return name
    return None


def in_use(tx: Tx) -> list[str]:
    """The names of all pictures that group buys and products have."""
    return [*(row.name for row in tx.all(_BUYS)), *pictures.in_use(tx)]


def _slot(room_id: str, who_id: str) -> str:
    return f"{_SLOT}{room_id}:{who_id}"
