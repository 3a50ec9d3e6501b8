"""The books of a world: money, stock, what is given anew, notes and papers; each law gives back what breaks it."""

from collections import Counter
from collections.abc import Iterator

from tests.world.shop import STAFF, Shop

DUES = """
SELECT o.id, o.room_id, b.status AS buy, b.closed_at, m.name,
       coalesce((SELECT sum(cents) FROM payment p WHERE p.order_id = o.id), 0) AS paid,
       coalesce((SELECT sum(cents) FROM refund r WHERE r.order_id = o.id), 0) AS refunded,
       iif(o.status = 'placed', o.quantity * o.cents, 0) AS worth,
       iif(o.status = 'placed', o.quantity * o.cents - coalesce((SELECT sum(cents) FROM refund r
           WHERE r.order_id = o.id AND r.reason NOT LIKE 'less:%'), 0), 0) AS due
FROM groupbuy_order o JOIN groupbuy b ON b.id = o.groupbuy_id JOIN member m ON m.id = o.member_id
"""
"""What each order owes: what stands on it less what was taken off, where that is not gone from its portions already."""


def nobody_owes_less_than_nothing(shop: Shop) -> Iterator[str]:
    """What is taken off an order is never more than it costs, and what was paid is never less than nothing."""
    for row in shop.rows(DUES):
        if row["due"] < 0:
            yield f"order {row['id']} of {row['name']} owes {row['due']} of {row['worth']}"
    for row in shop.rows("SELECT order_id, sum(cents) AS paid FROM payment GROUP BY order_id HAVING paid < 0"):
        yield f"order {row['order_id']}: {row['paid']} paid"


def claims_are_settled_as_they_say(shop: Shop) -> Iterator[str]:
    """Money for a claim is on the list of refunds, goods for it are promised; once, and for no claim besides."""
    for row in shop.rows(
        "SELECT c.id, c.status, coalesce(c.cents, 0) AS cents, coalesce(c.quantity, 0) AS anew,"
        " (SELECT coalesce(sum(cents), 0) FROM refund r WHERE r.reason = 'claim:' || c.id AND r.order_id = c.order_id)"
        " AS refunded, (SELECT coalesce(sum(quantity), 0) FROM replacement p WHERE p.claim_id = c.id"
        " AND p.order_id = c.order_id) AS promised FROM claim c"
    ):
        given = (row["status"] == "refunded", row["status"] == "replaced") == (row["cents"] > 0, row["anew"] > 0)
        if not given or (row["cents"], row["anew"]) != (row["refunded"], row["promised"]):
            yield f"claim {row['id']}: {tuple(row)}"


def what_is_given_anew_was_promised(shop: Shop) -> Iterator[str]:
    """Of what a claim is settled with, what was handed over is told by its pickups, and is never more than promised."""
    for row in shop.rows(
        "SELECT p.claim_id, p.quantity, p.collected, (SELECT coalesce(sum(quantity), 0) FROM pickup u"
        " WHERE u.claim_id = p.claim_id AND u.order_id = p.order_id) AS handed FROM replacement p"
    ):
        if not row["handed"] == row["collected"] <= row["quantity"]:
            yield f"claim {row['claim_id']}: {tuple(row)}"
    for row in shop.rows(
        "SELECT p.order_id, sum(p.quantity) AS anew, g.granted FROM replacement p LEFT JOIN groupbuy_grant g"
        " ON g.order_id = p.order_id GROUP BY p.order_id HAVING anew > coalesce(g.granted, 0)"
    ):
        yield f"order {row['order_id']}: {row['anew']} are given anew of {row['granted']} that came"


def what_waits_has_a_code(shop: Shop) -> Iterator[str]:
    """Whoever has something to fetch has been given a code, and it has not been used up."""
    for row in shop.rows(
        "SELECT DISTINCT o.member_id FROM groupbuy_order o JOIN groupbuy b ON b.id = o.groupbuy_id LEFT JOIN"
        " groupbuy_grant g ON g.order_id = o.id AND b.status = 'arrived' LEFT JOIN replacement p ON p.order_id = o.id"
        " WHERE (g.granted > g.collected OR p.quantity > p.collected) AND NOT EXISTS (SELECT 1 FROM pickup_code c"
        " WHERE c.member_id = o.member_id AND c.status IN ('live', 'expired') AND c.id = (SELECT max(id) FROM"
        " pickup_code d WHERE d.member_id = o.member_id))"
    ):
        yield f"{row['member_id']} has something to fetch, and no code"


def the_shelf_adds_up(shop: Shop) -> Iterator[str]:
    """A stock is the sum of its entries, each of which tells what it left; it is never less than nothing."""
    sums: dict[int, int] = {}
    for row in shop.rows("SELECT id, product_id, delta, after FROM stock_entry ORDER BY id"):
        sums[row["product_id"]] = sums.get(row["product_id"], 0) + row["delta"]
        if not 0 <= row["after"] == sums[row["product_id"]]:
            yield f"stock entry {row['id']} leaves {row['after']}, not {sums[row['product_id']]}"
    held = {row["product_id"]: row["quantity"] for row in shop.rows("SELECT product_id, quantity FROM stock")}
    if held != sums:
        yield f"in stock are {held}, the entries say {sums}"


def orders_take_from_the_shelf_what_they_say(shop: Shop) -> Iterator[str]:
    """An order of goods from the shelf has taken its portions, none once it is cancelled or nothing comes of it.

    Any other order has taken nothing.
    """
    taken: dict[str, int] = {}
    for row in shop.rows("SELECT cause, delta FROM stock_entry WHERE cause IS NOT NULL"):
        order = row["cause"].split(":")[1]
        taken[order] = taken.get(order, 0) - row["delta"]
    for row in shop.rows(
        "SELECT o.id, i.product_id, iif(o.status = 'placed' AND b.status <> 'failed', o.quantity, 0) AS wanted"
        " FROM groupbuy_order o JOIN groupbuy_item i ON i.id = o.item_id JOIN groupbuy b ON b.id = o.groupbuy_id"
    ):
        wanted = row["wanted"] if row["product_id"] is not None else 0
        if taken.get(str(row["id"]), 0) != wanted:
            yield f"order {row['id']} has taken {taken.get(str(row['id']), 0)} of {wanted} from the shelf"


def notes_are_the_last_that_were_written(shop: Shop) -> Iterator[str]:
    """What stands on an order is what its last note says."""
    for row in shop.rows(
        "SELECT o.id, o.note, coalesce((SELECT e.reason FROM groupbuy_entry e WHERE e.order_id = o.id"
        " AND e.cause = 'note' ORDER BY e.id DESC LIMIT 1), '') AS last FROM groupbuy_order o WHERE o.note <> last"
    ):
        yield f"order {row['id']} says {row['note']!r}, its last note {row['last']!r}"


def papers_go_to_staff_alone(shop: Shop) -> Iterator[str]:
    """A paper with names and doors is handed to staff directly, and after a close once to each."""
    for row in shop.rows("SELECT id, room_id FROM outbox WHERE file IS NOT NULL"):
        if row["room_id"] not in STAFF:
            yield f"line {row['id']}: a paper for {row['room_id']}"
    for row in shop.rows(
        "SELECT room_id, cause, count(*) AS times FROM outbox WHERE cause LIKE 'sheet%' GROUP BY room_id, cause"
        " HAVING times > 1"
    ):
        yield f"{row['room_id']} was handed {row['cause']} {row['times']} times"


def reminders_are_of_what_is_open(shop: Shop) -> Iterator[str]:
    """A room is reminded of a group buy while it is open, of each kind once."""
    for row in shop.rows(
        "SELECT r.groupbuy_id, r.kind, r.at, b.closes_at, b.closed_at FROM groupbuy_reminder r JOIN groupbuy b"
        " ON b.id = r.groupbuy_id WHERE r.cause <> '' AND (r.at >= b.closes_at OR b.status = 'draft')"
    ):
        yield f"group buy {row['groupbuy_id']}: {tuple(row)}"


def rows_tell_what_a_mere_name_has_ordered(shop: Shop) -> Iterator[str]:
    """Whoever is only a name can order by a row alone: while it is open, their rows say all that they have."""
    rows: Counter[tuple[str, int]] = Counter()
    for row in shop.rows(
        "SELECT l.member_id, l.taken FROM chain_line l JOIN groupbuy b ON b.id = l.groupbuy_id"
        " WHERE b.status = 'open' AND l.member_id LIKE 'name:%'"
    ):
        for pair in row["taken"].split():
            item, portions = pair.split(":")
            rows[row["member_id"], int(item)] += int(portions)
    ordered = shop.rows(
        "SELECT o.member_id, o.item_id, o.quantity FROM groupbuy_order o JOIN groupbuy b ON b.id = o.groupbuy_id"
        " WHERE o.status = 'placed' AND b.status = 'open' AND o.member_id LIKE 'name:%'"
    )
    stands = {(row["member_id"], row["item_id"]): row["quantity"] for row in ordered}
    for whose in {*(key for key, portions in rows.items() if portions), *stands}:
        if rows[whose] != stands.get(whose, 0):
            yield f"{whose}: the rows say {rows[whose]}, on order are {stands.get(whose, 0)}"


BOOKS = (
    rows_tell_what_a_mere_name_has_ordered,
    nobody_owes_less_than_nothing,
    claims_are_settled_as_they_say,
    what_is_given_anew_was_promised,
    what_waits_has_a_code,
    the_shelf_adds_up,
    orders_take_from_the_shelf_what_they_say,
    notes_are_the_last_that_were_written,
    papers_go_to_staff_alone,
    reminders_are_of_what_is_open,
)
