"""Group buys as templates see them, and the notice that tells a room of a close."""

from collections import Counter
from collections.abc import Container
from datetime import date, datetime
from itertools import groupby
from typing import Any

from community import outbox, people
from community.db import Tx
from community.groupbuy import buys, finding
from community.groupbuy.buys import Summary
from community.groupbuy.offer import Buy, Item, called
from community.groupbuy.orders import Standing
from community.house import House

REPAID = 40
"""People named who get money back."""
LISTED = 120
"""Members named in a summary; with the longest names that is still one message (4,000 characters)."""


def facts(house: House, buy: Buy) -> dict[str, Any]:
    """A group buy as templates see it: moments on the shop's clock, prices in cents; `one` where it has one item."""
    items = [item_facts(item) for item in buy.items]
    sold, left = buy.sold, sum(item["left"] for item in items)
    return {
        "title": buy.title,
        "status": buy.status,
        "items": items,
        "one": items[0] if len(items) == 1 else None,
        "target": buy.target,
        "target_people": buy.target_people,
        "target_cents": buy.target_cents,
        "limit_household": buy.limit_household,
        "stock": sold + left,
        "sold": sold,
        "left": left,
        "missing": max(0, (buy.target or 0) - sold),
        "opens": house.local(buy.opens_at) if buy.opens_at else None,
        "closes": house.local(buy.closes_at),
        "arrives": date.fromisoformat(buy.arrives) if buy.arrives else None,
        "pickup": buy.pickup,
        "delivery": buy.delivery,
        "same_day": buy.same_day,
    }


def item_facts(item: Item) -> dict[str, Any]:
    """An item as templates see it; what it costs the shop stays out.

    Its `stock` is what can really be had, though more was `written` where the shelf holds less.
    """
    left = item.left
    known = item._asdict() | {
        "left": left,
        "stock": item.sold + left,
        "written": item.stock,
        "tiers": [tier._asdict() for tier in item.tiers],
    }
    del known["cost"], known["product_id"]
    return known


def apart(item: Item, namesakes: Container[str]) -> dict[str, Any]:
    """An item as templates see it, called by a name that is no other's."""
    return item_facts(item) | {"name": called(item.name, item.spec, namesakes)}


def title(buy: Buy, namesakes: Container[str]) -> str:
    """A group buy's title, with the spec of its only item where others bear that name."""
    return buy.name if buy.title in namesakes else buy.title


def standing_facts(house: House, standing: Standing) -> dict[str, Any]:
    """An order after a change, as templates see it."""
    known = facts(house, standing.buy)
    return known | {
        "item": known["items"][standing.buy.items.index(standing.item)] | {"name": standing.called},
        "before": standing.before,
        "quantity": standing.now,
        "total": standing.cents,
    }


def open_facts(house: House, tx: Tx, room_id: str, now: datetime) -> list[dict[str, Any]]:
    """The group buys that take orders in a room, as templates see them."""
    return [facts(house, buy) for buy in finding.open_in(tx, room_id, now)]


def summary(house: House, closed: Summary, namesakes: Container[str]) -> dict[str, Any]:
    """A summary as templates see it, by item and by member; `namesakes` are called by name and spec.

    Beyond LISTED members the rest is only counted, so that it fits one message.
    """
    items = {item.id: apart(item, namesakes) for item in closed.buy.items}
    by_member = [
        {
            "name": shares[0].name,
            "goods": [{"item": items[s.item_id], "quantity": s.quantity} for s in shares],
        }
        for shares in (list(same) for _, same in groupby(_by_member(closed), key=lambda share: share.member_id))
    ]
    return facts(house, closed.buy) | {
        "title": title(closed.buy, namesakes),
        "items": list(items.values()),
        "members": by_member[:LISTED],
        "people": closed.people,
        "total": closed.cents,
        "rest": max(0, len(by_member) - LISTED),
        "back": _back(closed),
    }


def _back(closed: Summary) -> dict[str, Any]:
    """Who gets how much back of what they had paid, in cents; beyond REPAID people the rest is only counted."""
    cents: Counter[tuple[str, str]] = Counter()
    for account in closed.back:
        cents[account.member_id, account.name] += account.back
    people = [{"name": name, "cents": back} for (_, name), back in cents.items()]
    return {"people": people[:REPAID], "rest": len(people[REPAID:]), "total": cents.total()}


def _by_member(closed: Summary) -> list[Any]:
    """The shares, all of one member's together, in the order of their first."""
    first = {share.member_id: place for place, share in reversed(list(enumerate(closed.shares)))}
    return sorted(closed.shares, key=lambda share: first[share.member_id])


def close_overdue(tx: Tx, house: House, now: datetime) -> int:
    """Close what is due and tell its rooms, once; how many were closed."""
    due = finding.overdue(tx, now)
    names = finding.namesakes(tx) if due else frozenset()
    for buy in due:
        tell_rooms(tx, house, "groupbuy/closed", buys.close(tx, buy, now), names, now)
    return len(due)


def tell_rooms(
    tx: Tx,
    house: House,
    template: str,
    closed: Summary,
    namesakes: Container[str],
    now: datetime,
    but: str | None = None,
) -> dict[str, Any]:
    """Tell every room of a group buy what became of it, once, `but` one that hears it anyway; what templates see."""
    shown = summary(house, closed, namesakes)
    text = house.wording.render(template, **shown)
    for room_id in finding.rooms(tx, closed.buy):
        if room_id != but and people.enabled(tx, room_id):
            outbox.say(tx, room_id, text, "notice", now, cause=f"{template.replace('/', '-')}:{closed.buy.id}")
    return shown
