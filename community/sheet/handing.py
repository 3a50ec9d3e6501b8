"""Handing out the papers of a group buy: once after its close to whom it concerns, and again to staff who ask.

What is queued names only the group buy (sheet:17). The workbook is made when the sender carries it, outside the pen and
from what stands then; no file with names and doors is left behind, and after a crash it is simply made anew.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, update
from sqlmodel import col

from community import outbox, people, staff
from community.db import Count, Database, Tx, change, prepare
from community.groupbuy.tables import GroupBuy
from community.house import House
from community.people import Role
from community.refusal import Refusal
from community.sheet.paper import Paper, read_paper
from community.shop import Shop

WORTH = timedelta(days=1)
"""How long the papers are worth handing over: the picking is done by then."""
_KIND = "sheet"


class _Closed(NamedTuple):
    id: int
    opened_by: str


_due = (
    or_(*(col(GroupBuy.status) == status for status in ("closed", "reached", "arrived"))),
    col(GroupBuy.closed_at).is_not(None),
    col(GroupBuy.papers_at).is_(None),
)
_NEXT = prepare(Count, select(func.min(col(GroupBuy.closed_at))).where(*_due))
_CLOSED = prepare(
    _Closed,
    select(col(GroupBuy.id), col(GroupBuy.opened_by)).where(*_due).order_by(col(GroupBuy.id)),
)
_DEALT = change(update(GroupBuy).where(col(GroupBuy.id) == bindparam("buy")).values(papers_at=bindparam("at")))


def next_due(tx: Tx) -> int | None:
    """When a group buy closed whose papers have not been dealt with, seconds since the epoch; None without any."""
    return tx.count(_NEXT) or None


def hand_out(tx: Tx, house: House, now: datetime) -> None:
    """Queue the papers of what has closed, for the owner and whoever opened it; each group buy has its turn once.

    Nobody gets the papers of one that nobody ordered from, nor any where the shop does not want them.
    """
    for closed in tx.all(_CLOSED):
        tx.run(_DEALT, buy=closed.id, at=int(now.timestamp()))
        paper = read_paper(tx, house.shop, str(closed.id))
        if house.shop.sheet.at_close and paper.lines:
            line = house.wording.render("sheet/closed", **facts(paper))
            for one in _concerned(tx, closed.opened_by):
                hand(tx, paper, one, now, once=True)
                outbox.say(tx, one, line, "answer", now, cause=f"sheet-told:{closed.id}", worth=WORTH)


def hand(tx: Tx, paper: Paper, to: str, now: datetime, *, once: bool = False) -> None:
    """Queue the workbook for a member, directly; `once`: not where the close has brought it before."""
    file = f"{_KIND}:{paper.buy.id}"
    cause = file if once else None
    outbox.say(tx, to, paper.file_name, "answer", now, cause=cause, worth=WORTH, file=file)


def facts(paper: Paper) -> dict[str, Any]:
    """The papers as templates see them; the total in cents."""
    return {
        "title": paper.buy.name,
        "status": paper.buy.status,
        "people": len({line.member_id for line in paper.lines}),
        "quantity": paper.quantity,
        "unit": paper.buy.items[0].unit if len({item.unit for item in paper.buy.items}) == 1 else "份",
        "total": paper.cents,
    }


def make(database: Database, shop: Shop, file: str, to: str) -> bytes:
    """The paper that was queued as `file` for a contact, from what stands now.

    Raises Refusal where there is no such thing, and for whoever does not work here any more: it is full of doors.
    """
    from community.sheet.book import workbook  # noqa: PLC0415 - the spreadsheet library is slow to import
    from community.sheet.layouts import pages  # noqa: PLC0415 - beside it

    kind, _, number = file.partition(":")
    if kind != _KIND:
        raise Refusal(f"没有“{file[:20]}”这种表。")
    with database.reading() as tx:
        reader = people.member(tx, to)
        if reader is None or not reader.role.staff:
            raise Refusal("表格只给店里人。")
        paper = read_paper(tx, shop, number)
    return workbook(paper, pages(paper))


def _concerned(tx: Tx, opener_id: str) -> list[str]:
    """The ids of the owner and, while they still work here, of whoever opened the group buy."""
    opener = people.member(tx, opener_id)
    opened_by = [opener.id] if opener and opener.role >= Role.LEADER else []
    return list(dict.fromkeys([*(owner.id for owner in staff.owners(tx)), *opened_by]))
