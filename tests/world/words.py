"""What words do in a world: exactly what they say, for whom they name; told to whom it concerns, and booked rightly."""

import re
import sqlite3
from collections.abc import Iterator, Mapping

from community.events import Heard
from tests.world.books import DUES
from tests.world.goods import GOODS, GOODS_OF_SHELF, REMARKS
from tests.world.shop import STAFF, Shop, Step

_GOODS = "|".join(name for name, *_ in (*GOODS, *GOODS_OF_SHELF))
_BEHIND = "(?:，(?P<behind>.*))?"
_MORE = re.compile(rf"(?:代 (?P<whom>.+) )?(?:[+来要]|参团 |我要)(?P<few>\d+)份? ?(?P<goods>{_GOODS}){_BEHIND}")
_NOW = re.compile(rf"改[为成]? ?(?P<few>\d+) (?P<goods>{_GOODS}){_BEHIND}")
_NOW_FOR = re.compile(rf"代 (?P<whom>.+) 改 (?P<goods>{_GOODS})(?P<few>\d+){_BEHIND}")
_NONE = re.compile(rf"(?:代 (?P<whom>.+) )?取消 (?P<goods>{_GOODS}){_BEHIND}")
_BY_STAFF = re.compile(r"代|撤团|我是|同意|.*接龙")
"""How staff change what is somebody else's."""


def is_explained(change: sqlite3.Row, step: Step, was: str) -> Iterator[str]:
    """Whoever changed an order has just said something, while it was open, and it is theirs, or they work here.

    A neighbour may order for somebody who never did. A bare name, which is no contact's, is spoken for by whoever wrote
    it down, until somebody says `我是`. Staff may change after the close what may still change, and say why.
    """
    by, words = (step.event.by.id, step.event.text) if isinstance(step.event, Heard) else (None, "")
    if change["by_id"] != by:
        yield f"entry {change['id']} names {change['by_id']}, but {by} spoke"
    spoken_for = change["member_id"].startswith("name:") and (change["written"] or words.startswith("我是"))
    as_staff = by in STAFF and _BY_STAFF.match(words)
    if not (change["member_id"] == by or as_staff or spoken_for or change["first"]):
        yield f"{by} changed the order of {change['member_id']}: {change['before']} to {change['after']} ({words})"
    opens = 0 if change["cause"] == "note" else change["opens_at"] or 0
    taking = was == "open" and opens <= step.at.timestamp() < change["closes_at"]
    if change["cause"] != "withdrawn" and not taking and not _is_late(change, words, by, was):
        yield f"entry {change['id']}: {change['cause']} while group buy {change['groupbuy_id']} was {was} ({words})"


def _is_late(change: sqlite3.Row, words: str, by: str | None, was: str) -> bool:
    """Changed by staff for somebody, with a reason; once the goods are shared out, only downwards."""
    shrinks = change["after"] < change["before"]
    may = shrinks or change["cause"] == "note" if was == "arrived" else was in ("closed", "reached")
    return by in STAFF and words.startswith("代") and may and bool(change["reason"] or change["cause"] == "note")


def does_what_it_says(shop: Shop, event: Heard, changes: list[sqlite3.Row]) -> Iterator[str]:
    """+2 苹果 is two more apples, 改 苹果2 two altogether, 取消 苹果 none; each for whom it names, and nothing else."""
    orders = [one for one in changes if one["cause"] != "note"]
    for pattern in (_MORE, _NOW, _NOW_FOR, _NONE):
        said = pattern.fullmatch(event.text)
        if said is None or not orders:
            continue
        one, few = orders[0], int(said.groupdict().get("few") or 0)
        now = one["after"] if one["granted"] is None else one["granted"]
        if (
            len(orders) > 1
            or one["item"] != said["goods"]
            or few != (one["after"] - one["before"] if pattern is _MORE else now)
        ):
            yield f"{event.text!r} did {[tuple(each) for each in orders]}"
        yield from _meant(shop, event, said.groupdict().get("whom"), one)


def _meant(shop: Shop, event: Heard, whom: str | None, one: sqlite3.Row) -> Iterator[str]:
    """Whoever speaks for nobody speaks for themselves; a name is the neighbour's who bears it in the room.

    One that nobody there bears may be a row's of which somebody has said that it is theirs.
    """
    if whom is None and one["member_id"] != event.by.id:
        yield f"{event.by.name} said {event.text!r} and changed the order of {one['name']}"
    here = shop.number(
        "SELECT count(*) FROM membership s JOIN member m ON m.id = s.member_id"
        " WHERE s.room_id = ? AND m.name = ? AND s.left_at IS NULL",
        event.room.id if event.room else "",
        whom,
    )
    if here and one["name"] != whom:
        yield f"{event.text!r} changed the order of {one['name']}"


def remarks_are_kept(event: Heard, changes: list[sqlite3.Row]) -> Iterator[str]:
    """What stands behind one's own order is its note from then on."""
    remark = next((words for words in REMARKS if event.text.endswith(f"，{words}")), None)
    for one in changes:
        if remark and event.text[0] != "代" and one["cause"] in ("order", "change") and one["note"] != remark:
            yield f"{event.text!r}: the order says {one['note']!r}"


def whoever_is_spoken_for_is_told(event: Heard, changes: list[sqlite3.Row], said: list[sqlite3.Row]) -> Iterator[str]:
    """What staff do for somebody is said with their name, after the close in the room where they ordered, too."""
    for one in changes:
        if not event.text.startswith("代") or event.room is None:
            continue
        rooms = {event.room.id} | ({one["room_id"]} if one["reason"] and one["cause"] != "note" else set())
        for room in rooms:
            if not any(row["room_id"] == room and one["name"] in row["text"] for row in said):
                yield f"{one['name']} was not told in {room} of {event.text!r}"


def lists_say_what_the_orders_do(shop: Shop, step: Step, said: list[sqlite3.Row]) -> Iterator[str]:
    """未付 and 退款 add up to what is still owed, and to what was paid too much, of what closed in the last month."""
    heading = {"未付": "还没付的", "退款": "要退的"}.get(step.event.text if isinstance(step.event, Heard) else "")
    if heading is None or not said:
        return
    month = step.at.timestamp() - 30 * 24 * 3600
    orders = [row for row in shop.rows(DUES) if row["closed_at"] is None or row["closed_at"] >= month]
    sign = 1 if heading == "还没付的" else -1
    cents = sum(max(0, sign * (row["due"] - row["paid"])) for row in orders if sign < 0 or row["buy"] != "open")
    told = re.match(rf"{heading}，一共([0-9.]+)元", said[0]["text"])
    if round(float(told[1]) * 100 if told else 0) != cents:
        yield f"{said[0]['text']!r}: {cents} cents"


def dues(shop: Shop) -> dict[int, sqlite3.Row]:
    """What each order owes."""
    return {row["id"]: row for row in shop.rows(DUES)}


def what_is_owed_less_is_on_the_list(before: Mapping[int, sqlite3.Row], shop: Shop) -> Iterator[str]:
    """Whatever an order owes less once its group buy has closed is a refund of exactly that; nothing else is one."""
    for order, now in dues(shop).items():
        was = before.get(order)
        more_refunded = now["refunded"] - (was["refunded"] if was else 0)
        less = max(0, (was["due"] if was else 0) - now["due"])
        if more_refunded != (0 if now["buy"] == "open" else less):
            yield f"order {order} of {now['name']} owes {less} less, {more_refunded} came on the list of refunds"
