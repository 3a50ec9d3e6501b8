"""Orders: what one costs in a shop that has taken 1,000 of them and in shops that have taken 100,000.

One shop of 100,000 has closed 500 group buys, as after years; the other has them all in one that is open, as never in
life. Each is asked the same in turn, round by round, so that what else the machine does falls on all of them. What is
open has a limit per household, so that each order must also see what its people have ordered before.
"""

import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corner import NOW, OWNER, ROOM, Corner
from benchmarks.report import Goal, Report, at_most, ratio, scaled
from community import invite, uploads
from community.db import Database, Tx
from community.events import Heard, Person
from community.groupbuy import finding
from handlers.command import discover
from handlers.desk import answer
from handlers.router import Router
from schedules.chores import discover as discover_chores

FEW, MANY, BUYS = 1_000, 100_000, 500
ROUNDS = 9
EACH = 200
"""Orders a round; questions are asked a quarter as often."""
LATER = NOW + timedelta(minutes=5)
LOOKS = 20
ROWS = (50, 400)
"""Rows of the chains that are sent."""

_AT = int((NOW - timedelta(days=90)).timestamp())
_PAST = """
WITH RECURSIVE past(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM past WHERE n < :orders)
INSERT INTO """
_EVERYBODY = (
    "member (id, name, role, since) SELECT 'past' || n, '邻居' || n, 0, :at FROM past",
    "membership (room_id, member_id, joined_at) SELECT :room, 'past' || n, :at FROM past",
    "seen (id, at) SELECT 'past' || n, :at + n FROM past",
    "activity (at, room_id, member_id, kind, detail) SELECT :at + n, :room, 'past' || n, '+', '' FROM past",
    "outbox (room_id, kind, rank, text, status, created_at, expires_at, not_before, attempts, batch, sent_at)"
    " SELECT :room, 'answer', 0, '已记下', 'sent', :at + n, :at + n, :at + n, 1, n, :at + n FROM past",
)
_CLOSED = (
    "groupbuy (id, title, status, closes_at, delivery, opened_by, created_at, closed_at)"
    " SELECT 10 + n, '旧团' || n, 'done', :at, 0, :owner, :at, :at FROM past WHERE n <= :buys",
    "groupbuy_room (groupbuy_id, room_id) SELECT 10 + n, :room FROM past WHERE n <= :buys",
    "groupbuy_item (id, groupbuy_id, code, name, spec, aliases, unit, cents, stock, sold, tiered)"
    " SELECT 10 + n, 10 + n, 'A', '旧货', '', '', '份', 900, :orders, :orders / :buys, 0 FROM past WHERE n <= :buys",
)
_ORDERS = (
    "groupbuy_order (groupbuy_id, item_id, room_id, member_id, quantity, cents, status, placed_at, changed_at)"
    " SELECT {buy}, {buy}, :room, 'past' || n, 1, 900, 'placed', :at + n, :at + n FROM past",
    "groupbuy_entry (order_id, at, by_id, before, after, cause)"
    " SELECT n, :at + n, 'past' || n, 0, 1, 'order' FROM past",
)
_COLLECTED = ("groupbuy_grant (order_id, granted, collected) SELECT n, 1, 1 FROM past",)


class _Shop:
    """A corner shop with so many orders behind it, asked for more."""

    def __init__(self, folder: Path, orders: int, buys_closed: int) -> None:
        folder.mkdir()
        self._corner = Corner(folder, 0)
        self._stack = ExitStack()
        self.database: Database = self._stack.enter_context(self._corner.opened())
        self._write(_remember, orders, buys_closed)
        self._router = Router(discover())
        with self.database.reading() as tx:
            self._router.offer(finding.on_offer(tx))
        self._kept = uploads.beside(self.database)
        self._said = 0

    def ask(self, text: str, many: int, *, new: bool) -> float:
        """Seconds that each of many takes to say this and be answered; `new` people, or some of those known."""
        heard = [self._heard(text, f"new{self._said + n}" if new else f"past{n + 1}") for n in range(many)]
        begun = time.perf_counter()
        waiting = [self.database.pen.write(self._answer, one) for one in heard]
        for future in waiting:
            future.result()
        return (time.perf_counter() - begun) / many

    def minute(self) -> float:
        """Seconds that the clock takes to see what is due."""
        chores = discover_chores()[0]
        with self.database.reading() as tx:
            begun = time.perf_counter()
            for _ in range(LOOKS):
                for chore in chores:
                    chore.due(tx, LATER)
                invite.ranking(tx, LATER)
            return (time.perf_counter() - begun) / LOOKS

    def close(self) -> None:
        """Let go of the database."""
        self._stack.close()

    def _heard(self, text: str, who: str) -> Heard:
        self._said += 1
        return Heard(f"said{self._said}", Person(who, f"邻居{who}"), text, ROOM)

    def _answer(self, tx: Tx, heard: Heard) -> None:
        found = self._router.find(heard)
        assert found is not None, "what is said here is a command"  # noqa: S101 - narrows the type
        answer(tx, self._corner.house, self._kept, self._router, found, heard, LATER)

    def _write(self, function: Callable[..., Any], *args: object) -> None:
        self.database.pen.write(function, *args).result()


def _remember(tx: Tx, orders: int, buys_closed: int) -> None:
    """Write down the orders of years, as the bot would have."""
    known = {"orders": orders, "buys": buys_closed, "room": ROOM.id, "owner": OWNER.id, "at": _AT}
    buy = "11 + n % :buys" if buys_closed else "1"
    statements = [*_EVERYBODY, *(_CLOSED if buys_closed else ()), *(one.format(buy=buy) for one in _ORDERS)]
    for statement in [*statements, *(_COLLECTED if buys_closed else ())]:
        whole = _PAST + statement
        tx.session.connection().exec_driver_sql(whole, {name: v for name, v in known.items() if f":{name}" in whole})
    tx.session.connection().exec_driver_sql("UPDATE groupbuy SET limit_household = 9 WHERE id = 1")
    tx.session.connection().exec_driver_sql(
        "UPDATE groupbuy_item SET stock = 999999,"
        " sold = (SELECT count(*) FROM groupbuy_order WHERE item_id = 1) WHERE id = 1"
    )


class _Chain:
    """The neighbours of a room, who send a chain and then the same with one more row."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._corner = Corner(folder, max(ROWS))

    def rows(self, rows: int) -> dict[str, float]:
        """Seconds a row takes: of a chain that is all new, of the same with one more, of showing it."""
        with self._corner.opened() as database:
            router, kept = Router(discover()), uploads.beside(database)
            with database.reading() as tx:
                router.offer(finding.on_offer(tx))

            def seconds(text: str, by: Person) -> float:
                heard = Heard(f"{text}{by.id}", by, text, ROOM)
                found = router.find(heard)
                assert found is not None, "a chain is a command here"  # noqa: S101 - narrows the type
                begun = time.perf_counter()
                database.pen.write(answer, self._corner.house, kept, router, found, heard, NOW).result()
                return (time.perf_counter() - begun) / rows

            names = [one.name for one in self._corner.residents]
            seconds(_chain(["别的"]), OWNER)  # whatever is read for the first time
            first = seconds(_chain(names[: rows - 1]), self._corner.residents[0])
            again = seconds(_chain(names[:rows]), self._corner.residents[rows - 1])
            return {"chain_row": first, "chain_row_again": again}


def _chain(names: Iterable[str]) -> str:
    return "#接龙\n红富士苹果\n\n" + "\n".join(f"{number}. {name} 1份" for number, name in enumerate(names, 1))


def measure(scale: float = 1) -> Report:
    """Microseconds an order and a question cost in each shop; what a row of a chain costs in long and short ones."""
    many = scaled(MANY, scale, FEW)
    with tempfile.TemporaryDirectory(prefix="keting-") as folder, ExitStack() as stack:
        sizes = {"few": (FEW, 0), "in_one": (many, 0), "over_years": (many, BUYS)}
        shops = {name: stack.enter_context(closing(_Shop(Path(folder) / name, *size))) for name, size in sizes.items()}
        rounds = [_round(shops, scale) for _ in range(scaled(ROUNDS, scale, 2))]
        sent = _Chain(Path(folder) / "chain")
        chains = [{rows: sent.rows(rows) for rows in ROWS} for _ in range(scaled(ROUNDS, scale, 2))]
    figures: dict[str, Any] = {
        f"{what}_us": {shop: round(median(one[what][shop] for one in rounds) * 1e6, 1) for shop in shops}
        for what in rounds[0]
    }
    short, long = ROWS
    for what in chains[0][short]:
        figures[f"{what}_us"] = {rows: round(median(one[rows][what] for one in chains) * 1e6, 1) for rows in ROWS}
    goals = [_goal(rounds, what, shop) for what in ("order", "change") for shop in ("in_one", "over_years")]
    goals += [_goal(rounds, what, "over_years") for what in ("my_orders", "group_buys", "minute")]
    for what in chains[0][short]:
        over = ratio([one[long][what] for one in chains], [one[short][what] for one in chains])
        goals.append(at_most(f"{what}_of_{long}_over_{short}", over, 1.5))
    return Report(figures, goals)


def _round(shops: dict[str, _Shop], scale: float) -> dict[str, dict[str, float]]:
    each, few = scaled(EACH, scale, 20), scaled(EACH // 4, scale, 10)
    questions: dict[str, Callable[[_Shop], float]] = {
        "order": lambda shop: shop.ask("+1", each, new=True),
        "change": lambda shop: shop.ask("+1", each, new=False),
        "my_orders": lambda shop: shop.ask("我的订单", few, new=False),
        "group_buys": lambda shop: shop.ask("团购", few, new=False),
        "minute": lambda shop: shop.minute(),
    }
    return {what: {name: question(shop) for name, shop in shops.items()} for what, question in questions.items()}


def _goal(rounds: list[dict[str, dict[str, float]]], what: str, shop: str) -> Goal:
    value = ratio([one[what][shop] for one in rounds], [one[what]["few"] for one in rounds])
    return at_most(f"{what}_after_100000_{shop}_over_1000", value, 1.5)
