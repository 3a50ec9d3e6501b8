"""Group buys as templates see them, and the notice that tells a room of a close."""

from datetime import date, datetime
from typing import Any

from community import outbox
from community.db import Tx
from community.groupbuy import buys
from community.groupbuy.buys import Buy, Summary
from community.house import House

LISTED = 120
"""Members named in a summary; with the longest names that is still one message (4,000 characters)."""


def facts(house: House, buy: Buy) -> dict[str, Any]:
    """A group buy as templates see it: moments on the shop's clock, prices in cents."""
    return {
        **buy._asdict(),
        "left": buy.left,
        "missing": buy.missing,
        "closes": house.local(buy.closes_at),
        "arrives": date.fromisoformat(buy.arrives) if buy.arrives else None,
    }


def open_facts(house: House, tx: Tx, room_id: str, now: datetime) -> list[dict[str, Any]]:
    """The group buys that take orders in a room, as templates see them."""
    return [facts(house, buy) for buy in buys.open_in(tx, room_id, now)]


def summary(house: House, closed: Summary) -> dict[str, Any]:
    """A summary as templates see it; beyond LISTED members the rest is only counted, so that it fits one message."""
    rest = closed.shares[LISTED:]
    return facts(house, closed.buy) | {
        "shares": closed.shares[:LISTED],
        "people": closed.people,
        "total": closed.cents,
        "rest_people": len(rest),
        "rest_quantity": sum(share.quantity for share in rest),
    }


def close_overdue(tx: Tx, house: House, now: datetime) -> int:
    """Close what is due and tell its rooms, once; how many were closed."""
    due = buys.overdue(tx, now)
    for buy in due:
        text = house.wording.render("groupbuy/closed", **summary(house, buys.close(tx, buy, now)))
        for room_id in buys.rooms(tx, buy):
            outbox.say(tx, room_id, text, "notice", now, cause=f"groupbuy-closed:{buy.id}")
    return len(due)
