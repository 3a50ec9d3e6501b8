"""The laws of a world: what must hold after every step, asked of the database without the bot's own code.

Each law gives back what breaks it, one line each; nothing while it holds.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from community.events import Heard
from handlers.desk import CALM
from tests.world import words
from tests.world.books import BOOKS
from tests.world.shop import OWNER, Shop, Step

FOLLOWS = {
    "draft": {"open", "withdrawn"},
    "open": {"closed", "reached", "failed", "withdrawn"},
    "closed": {"arrived", "done", "withdrawn"},
    "reached": {"arrived", "done", "withdrawn"},
    "arrived": {"done"},
}
"""Which state may follow which, as the issue has it; what nobody ordered is done as soon as it arrives, and staff may
call off what has not."""
WEEK = 7 * 24 * 3600

Law = Callable[[Shop], Iterator[str]]


# --- what always holds ---


def stock_is_never_oversold(shop: Shop) -> Iterator[str]:
    """What is sold is what is on order, and never more than there is."""
    for row in shop.rows(
        "SELECT i.id, i.stock, i.sold, coalesce(sum(o.quantity), 0) AS ordered FROM groupbuy_item i"
        " LEFT JOIN groupbuy_order o ON o.item_id = i.id AND o.status = 'placed' GROUP BY i.id"
    ):
        if not row["ordered"] == row["sold"] <= row["stock"]:
            yield f"item {row['id']}: {row['ordered']} ordered, {row['sold']} sold of {row['stock']}"


def nobody_has_more_than_the_limit(shop: Shop) -> Iterator[str]:
    """A member's portions of an item stay within its limit."""
    for row in shop.rows(
        "SELECT o.id, o.quantity, i.limit_each FROM groupbuy_order o JOIN groupbuy_item i ON i.id = o.item_id"
        " WHERE o.status = 'placed' AND o.quantity > i.limit_each"
    ):
        yield f"order {row['id']}: {row['quantity']} over the limit of {row['limit_each']}"


def everybody_pays_the_price_of_their_tier(shop: Shop) -> Iterator[str]:
    """An order costs what its quantity costs, by the tiers; less of what came costs what a portion did before."""
    for row in shop.rows(
        "SELECT o.id, o.cents, o.quantity, coalesce((SELECT t.cents FROM groupbuy_tier t WHERE t.item_id = i.id"
        " AND t.least <= o.quantity ORDER BY t.least DESC LIMIT 1), i.cents) AS price"
        " FROM groupbuy_order o JOIN groupbuy_item i ON i.id = o.item_id WHERE o.status = 'placed'"
        " AND NOT EXISTS (SELECT 1 FROM groupbuy_grant g JOIN refund r ON r.order_id = g.order_id"
        " WHERE g.order_id = o.id AND r.reason LIKE 'less:%')"
    ):
        if row["cents"] != row["price"]:
            yield f"order {row['id']}: {row['quantity']} at {row['cents']}, should be {row['price']}"


def entries_tell_every_order(shop: Shop) -> Iterator[str]:
    """Replaying the entries of an order gives what it says now; each begins where the one before ended."""
    stands: dict[int, int] = {}
    for entry in shop.rows("SELECT * FROM groupbuy_entry ORDER BY id"):
        if entry["before"] != stands.get(entry["order_id"], 0):
            yield f"entry {entry['id']} begins at {entry['before']}, not at {stands.get(entry['order_id'], 0)}"
        stands[entry["order_id"]] = entry["after"]
    for order in shop.rows("SELECT id, quantity, status FROM groupbuy_order"):
        says = order["quantity"] if order["status"] == "placed" else 0
        if stands.get(order["id"]) != says:
            yield f"order {order['id']} says {says}, its entries {stands.get(order['id'])}"


def codes_are_one_persons_for_a_week(shop: Shop) -> Iterator[str]:
    """A code that somebody holds, or was told within the week, is nobody else's."""
    told = shop.rows("SELECT id, code, issued_at, expires_at FROM pickup_code ORDER BY code, issued_at, id")
    for first, second in pairwise(told):
        if first["code"] == second["code"] and second["issued_at"] < first["expires_at"]:
            yield f"code {first['code']} was given again before its week was over"


def handed_over_is_within_what_came(shop: Shop) -> Iterator[str]:
    """Handed over ≤ allocated ≤ ordered, and each hand-over has its entry."""
    for row in shop.rows(
        "SELECT o.id, o.quantity, o.status, g.granted, g.collected, coalesce(sum(p.quantity), 0) AS handed"
        " FROM groupbuy_order o JOIN groupbuy_grant g ON g.order_id = o.id"
        " LEFT JOIN pickup p ON p.order_id = o.id AND p.claim_id IS NULL GROUP BY o.id"
    ):
        kept = row["status"] == "placed" or row["granted"] == 0
        if not row["handed"] == row["collected"] <= row["granted"] <= row["quantity"] or not kept:
            yield f"order {row['id']}: {tuple(row)}"


def refunds_are_what_did_not_come(shop: Shop) -> Iterator[str]:
    """Short and failed orders get back exactly what they miss."""
    for row in shop.rows(
        "SELECT o.id, b.status AS buy, iif(b.status = 'failed', o.quantity * o.cents, 0) AS failed,"
        " coalesce((o.quantity - g.granted) * o.cents, 0) AS missed,"
        " (SELECT coalesce(sum(cents), 0) FROM refund r WHERE r.order_id = o.id AND reason = 'failed') AS back,"
        " (SELECT coalesce(sum(cents), 0) FROM refund r WHERE r.order_id = o.id AND reason = 'short') AS short"
        " FROM groupbuy_order o JOIN groupbuy b ON b.id = o.groupbuy_id"
        " LEFT JOIN groupbuy_grant g ON g.order_id = o.id WHERE o.status = 'placed'"
    ):
        if (row["failed"], row["missed"]) != (row["back"], row["short"]):
            yield f"order {row['id']}: {tuple(row)}"


def ledgers_balance(shop: Shop) -> Iterator[str]:
    """A balance is the sum of its entries, never negative, and covers the codes it promises eggs with."""
    for row in shop.rows(
        "SELECT b.account, b.amount, (SELECT sum(amount) FROM ledger l WHERE l.account = b.account AND l.unit = b.unit)"
        " AS entries, (SELECT coalesce(sum(eggs), 0) FROM egg_code c WHERE c.member_id = b.account"
        " AND c.status = 'live') AS promised FROM balance b"
    ):
        if row["entries"] != row["amount"] or not 0 <= row["promised"] <= row["amount"]:
            yield f"{row['account']} holds {row['amount']}, entries {row['entries']}, promised {row['promised']}"


def the_bot_never_loses_its_head(shop: Shop) -> Iterator[str]:
    """Nobody is put off with the sentence for what went wrong on our side."""
    for row in shop.rows("SELECT id, text FROM outbox WHERE text LIKE ?", f"%{CALM}%"):
        yield f"line {row['id']}: {row['text']}"


ALWAYS: tuple[Law, ...] = (
    stock_is_never_oversold,
    nobody_has_more_than_the_limit,
    everybody_pays_the_price_of_their_tier,
    entries_tell_every_order,
    codes_are_one_persons_for_a_week,
    handed_over_is_within_what_came,
    refunds_are_what_did_not_come,
    ledgers_balance,
    the_bot_never_loses_its_head,
    *BOOKS,
)


# --- what a single step may do ---


class Before(NamedTuple):
    """The shop before a step, as far as its laws need it."""

    entry: int
    outbox: int
    states: dict[int, str]
    contested: frozenset[tuple[int, str, str]]
    dues: dict[int, sqlite3.Row]

    @classmethod
    def of(cls, shop: Shop) -> "Before":
        """Look now."""
        entry, outbox = shop.rows("SELECT (SELECT max(id) FROM groupbuy_entry), (SELECT max(id) FROM outbox)")[0]
        return cls(entry or 0, outbox or 0, _states(shop), _contested(shop), words.dues(shop))


class Judge:
    """Lets steps happen and says what they broke. It remembers on its own who said what."""

    def __init__(self, shop: Shop, every: int = 1) -> None:
        self._shop, self._every = shop, every
        self._steps = 0
        self._heard: set[str] = set()
        self._arrivals: dict[tuple[str, str], str] = {}

    def take(self, step: Step) -> list[str]:
        """Let it happen; what it broke. What always holds is looked at after every so many steps."""
        before = Before.of(self._shop)
        self._shop.take(step)
        self._steps += 1
        faults = list(self._broken_by(step, before))
        return faults + (broken(self._shop) if faults or self._steps % self._every == 0 else [])

    def _broken_by(self, step: Step, before: Before) -> Iterator[str]:
        shop, event = self._shop, step.event
        changes = shop.rows(_CHANGES, before.entry)
        said = shop.rows("SELECT * FROM outbox WHERE id > ? ORDER BY id", before.outbox)
        yield from _states_follow(shop, before)
        yield from _limits_per_door(shop, changes)
        for change in changes:
            yield from words.is_explained(change, step, before.states.get(change["groupbuy_id"], "open"))
        yield from words.what_is_owed_less_is_on_the_list(before.dues, shop)
        if isinstance(event, Heard):
            again = event.id in self._heard
            if said or changes:  # what was mere talk is not written down, and may mean something when it comes again
                self._heard.add(event.id)
            yield from _is_answered_once(event, said, bool(changes), again)
            yield from _the_owner_hears(shop, before, event, said)
            yield from self._came_as_said(before, event)
            yield from _old_chains_order_nothing(shop, event, changes)
            yield from words.does_what_it_says(shop, event, changes)
            yield from words.remarks_are_kept(event, changes)
            yield from words.lists_say_what_the_orders_do(shop, step, said)
            yield from words.whoever_is_spoken_for_is_told(event, changes, said)
        elif changes:
            yield f"{len(changes)} orders changed though nobody said a word"

    def _came_as_said(self, before: Before, event: Heard) -> Iterator[str]:
        """What is given out is what whoever confirms it said has come, by the rule they chose."""
        whose = (event.by.id, event.room.id if event.room else "")
        if event.text.startswith("到货"):
            self._arrivals[whose] = event.text
        for buy, state in _states(self._shop).items():
            if before.states.get(buy) in ("closed", "reached") and state in ("arrived", "done"):
                for item in self._shop.rows("SELECT id, name FROM groupbuy_item WHERE groupbuy_id = ?", buy):
                    yield from _is_shared_out(self._shop, item, self._arrivals.get(whose, ""))


def _old_chains_order_nothing(shop: Shop, event: Heard, changes: list[sqlite3.Row]) -> Iterator[str]:
    """A chain with goods above its rows changes orders of a group buy that has such goods or its title, or none."""
    head = re.split(r"\n\d+\. ", event.text)[0] if event.text.startswith("#接龙") else ""
    goods = shop.rows("SELECT groupbuy_id AS id, name FROM groupbuy_item UNION SELECT id, title FROM groupbuy")
    named = {row["id"] for row in goods if row["name"] in head}
    for change in changes:
        if named and change["groupbuy_id"] not in named:
            yield f"a chain of other goods changed orders of group buy {change['groupbuy_id']}"


def _is_shared_out(shop: Shop, item: sqlite3.Row, words: str) -> Iterator[str]:
    """The earliest get all they want, or everybody their share rounded up or down; nothing is left or made up."""
    orders = shop.rows(
        "SELECT o.quantity AS wanted, g.granted AS given FROM groupbuy_order o JOIN groupbuy_grant g"
        " ON g.order_id = o.id WHERE o.item_id = ? AND o.status = 'placed' ORDER BY o.id",
        item["id"],
    )
    wanted, given = sum(one["wanted"] for one in orders), sum(one["given"] for one in orders)
    said = re.search(rf"{item['name']} ([0-9]+)", words)
    came = min(wanted, int(said[1])) if said else wanted
    if given != came:
        yield f"{given} of {item['name']} given out, {came} came ({words})"
    for one in orders:
        full = min(one["wanted"], came)
        came -= full
        share = abs(one["given"] * wanted - one["wanted"] * given) < wanted
        if not (share if "按比例" in words else one["given"] == full):
            yield f"{one['given']} of {one['wanted']} {item['name']} given ({words}), {given} of {wanted} came"


_CHANGES = """
SELECT e.id, e.by_id, e.before, e.after, e.cause, e.at, e.reason, o.member_id, o.item_id, o.groupbuy_id, o.room_id,
       o.note, i.name AS item, m.name, g.granted, b.opens_at, b.closes_at,
       NOT EXISTS (SELECT 1 FROM groupbuy_entry p JOIN groupbuy_order q ON q.id = p.order_id
           WHERE p.id < e.id AND q.item_id = o.item_id AND q.member_id = o.member_id) AS first,
       EXISTS (SELECT 1 FROM groupbuy_entry p JOIN groupbuy_order q ON q.id = p.order_id WHERE p.id < e.id
           AND q.groupbuy_id = o.groupbuy_id AND q.member_id = o.member_id AND p.by_id = e.by_id) AS written
FROM groupbuy_entry e JOIN groupbuy_order o ON o.id = e.order_id JOIN groupbuy b ON b.id = o.groupbuy_id
    JOIN groupbuy_item i ON i.id = o.item_id JOIN member m ON m.id = o.member_id
    LEFT JOIN groupbuy_grant g ON g.order_id = o.id WHERE e.id > ?
"""


def _states(shop: Shop) -> dict[int, str]:
    return {row["id"]: row["status"] for row in shop.rows("SELECT id, status FROM groupbuy")}


def _states_follow(shop: Shop, before: Before) -> Iterator[str]:
    for buy, state in _states(shop).items():
        was = before.states.get(buy, "draft")
        if state not in FOLLOWS.get(was, set()) | {was}:
            yield f"group buy {buy} went from {was} to {state}"


def _limits_per_door(shop: Shop, changes: list[sqlite3.Row]) -> Iterator[str]:
    """Whoever orders more stays within what one door may have; who has moved in since may bring theirs along."""
    for change in changes:
        if change["after"] <= change["before"]:
            continue
        behind = shop.number(
            "SELECT sum(o.quantity) FROM groupbuy_order o LEFT JOIN resident r ON r.member_id = o.member_id"
            " LEFT JOIN resident me ON me.member_id = ?1 WHERE o.groupbuy_id = ?2 AND o.status = 'placed' AND"
            " (o.member_id = ?1 OR (r.building, r.unit, r.door) = (me.building, me.unit, me.door))",
            change["member_id"],
            change["groupbuy_id"],
        )
        limit = shop.number("SELECT limit_household FROM groupbuy WHERE id = ?", change["groupbuy_id"])
        if limit and behind > limit:
            yield f"the door of {change['member_id']} has {behind} of {limit}"


def _is_answered_once(event: Heard, said: list[sqlite3.Row], changed: bool, again: bool) -> Iterator[str]:
    """One answer at most, in the place where it was asked; a changed order is answered, a repeated message never.

    A paper that is handed over beside it is no answer.
    """
    answers = [row for row in said if row["kind"] == "answer" and row["file"] is None]
    where = event.room.id if event.room else event.by.id
    if len(answers) > 1 or any(row["room_id"] != where for row in answers):
        yield f"answered {len(answers)} times in {[row['room_id'] for row in answers]}"
    if changed and not answers:
        yield "an order was changed without a word"
    if again and (said or changed):
        yield "the same message did something twice"


def _contested(shop: Shop) -> frozenset[tuple[int, str, str]]:
    rows = shop.rows("SELECT id, contested, contested_by FROM chain_line WHERE contested IS NOT NULL")
    return frozenset((row["id"], row["contested"], row["contested_by"]) for row in rows)


def _the_owner_hears(shop: Shop, before: Before, event: Heard, said: list[sqlite3.Row]) -> Iterator[str]:
    """Whoever rewrote somebody else's row is named to the owner, with the name of the row."""
    told = [row["text"] for row in said if row["room_id"] == OWNER.id and row["kind"] == "notice"]
    for line, goods, by in _contested(shop) - before.contested:
        if by != event.by.id:
            continue  # the same words again, in somebody else's copy
        name = shop.rows("SELECT name FROM chain_line WHERE id = ?", line)[0]["name"]
        known = (line, goods) in {(one[0], one[1]) for one in before.contested}
        if not known and by != OWNER.id and not any(event.by.name in text and name in text for text in told):
            yield f"nobody told the owner that {by} rewrote the row of {name}"


def broken(shop: Shop) -> list[str]:
    """Everything in which the shop is not as it must be."""
    return [f"{law.__name__}: {fault}" for law in ALWAYS for fault in law(shop)]
