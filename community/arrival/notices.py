"""Notices of an arrival: first those who get less, then the codes of all who have something to collect, by room."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from community import outbox, payment, pickup, uncollected
from community.arrival.plan import Plan, Share
from community.batches import messages
from community.db import Tx
from community.groupbuy import finding
from community.groupbuy.facts import apart, facts, title
from community.groupbuy.offer import called
from community.house import House

LISTED = 60
"""Members named in a preview; the rest is counted."""


class _Member(NamedTuple):
    """What one member gets of a group buy, told in the room where they first ordered."""

    member_id: str
    name: str
    room_id: str
    shares: list[Share]


def preview(tx: Tx, house: House, plan: Plan) -> dict[str, Any]:
    """A plan as templates see it: items with what came, and who gets less, with what they lose in cents."""
    names = finding.namesakes(tx)
    short = [_short(tx, plan, one, names) for one in _members(plan) if _lost(one)]
    return facts(house, plan.buy) | {
        "title": title(plan.buy, names),
        "items": [
            apart(item, names) | {"ordered": plan.ordered(item), "came": plan.came[item.id]} for item in plan.buy.items
        ],
        "by_ratio": plan.by_ratio,
        "short": short[:LISTED],
        "rest": max(0, len(short) - LISTED),
        "full": sum(not _lost(one) for one in _members(plan)),
        "total": sum(share.lost for share in plan.shares),
        "collecting": sum(any(share.granted for share in one.shares) for one in _members(plan)),
    }


def tell(tx: Tx, house: House, plan: Plan, now: datetime) -> None:
    """Queue what each room has to hear, once."""
    members, names = _members(plan), finding.namesakes(tx)
    short = [one for one in members if _lost(one)]

    def less(one: _Member) -> str:
        return _line(house, "arrival/less", _short(tx, plan, one, names))

    _say(tx, house, plan, "arrival/short", short, less, now)
    collecting = [one for one in members if any(share.granted for share in one.shares)]
    codes = pickup.issue(tx, [one.member_id for one in collecting], house.random, now)

    def coded(one: _Member) -> str:
        return _line(house, "pickup/line", _goods(tx, plan, one, names) | {"code": codes[one.member_id]})

    _say(tx, house, plan, "pickup/codes", collecting, coded, now)
    if collecting:
        uncollected.plan(tx, house, plan.buy, now)


def _say(
    tx: Tx, house: House, plan: Plan, template: str, whom: list[_Member], line: Callable[[_Member], str], now: datetime
) -> None:
    told = facts(house, plan.buy) | {"title": title(plan.buy, finding.namesakes(tx))}
    for room_id in dict.fromkeys(one.room_id for one in whom):
        lines = [line(one) for one in whom if one.room_id == room_id]
        for number, text in enumerate(messages(house.wording, template, lines, **told)):
            outbox.say(tx, room_id, text, "notice", now, cause=f"{template}:{plan.buy.id}:{number}")


def _line(house: House, template: str, values: dict[str, Any]) -> str:
    return house.wording.render(template, **values).replace("\n", " ")


def _members(plan: Plan) -> list[_Member]:
    """Everybody who ordered, in the order of their first order."""
    together: dict[str, _Member] = {}
    for share in plan.shares:
        one = together.setdefault(share.member_id, _Member(share.member_id, share.name, share.room_id, []))
        one.shares.append(share)
    return list(together.values())


def _lost(one: _Member) -> int:
    return sum(share.lost for share in one.shares)


def _short(tx: Tx, plan: Plan, one: _Member, names: Container[str]) -> dict[str, Any]:
    """Who gets less of what, and what that takes off; `paid` where it has to be given back."""
    short = [share for share in one.shares if share.lost]
    paid = any(payment.account(tx, share.order_id).paid for share in short)
    return {"name": one.name, "goods": _named(plan, short, names), "cents": _lost(one), "paid": paid}


def _goods(tx: Tx, plan: Plan, one: _Member, names: Container[str]) -> dict[str, Any]:
    """What somebody may collect, what it costs, and what of that is still to be paid, in cents."""
    mine = [share for share in one.shares if share.granted]
    accounts = [payment.account(tx, share.order_id) for share in mine]
    return {
        "name": one.name,
        "goods": _named(plan, mine, names),
        "cents": sum(share.granted * share.cents for share in mine),
        "open": sum(account.open for account in accounts),
    }


def _named(plan: Plan, shares: Iterable[Share], names: Container[str]) -> list[dict[str, Any]]:
    items = {item.id: item for item in plan.buy.items}
    return [
        {
            "item": called(items[share.item_id].name, items[share.item_id].spec, names),
            "unit": items[share.item_id].unit,
            "ordered": share.quantity,
            "quantity": share.granted,
        }
        for share in shares
    ]
