"""Durable commands: a real `+1` from its words to the commit of order and answer, against an ORM and bare sqlite3.

A command is routed, handed to the pen and answered by handlers/desk.py: seen, room, member, stay, group buy, stock,
order, entry, the rendered answer in the outbox, activity. "Waiting" is how many are under way at any time. Every
measurement begins with the same database of its own and must leave the same rows behind as the others.
"""

import gc
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import bare, orm
from benchmarks.corner import NOW, Corner
from benchmarks.report import Report, at_least, percentile, ratio, scaled
from community.db import Database
from community.events import Heard
from community.pen import BATCH
from handlers.command import discover
from handlers.desk import answer
from handlers.router import Router

WAITING = (1, 16, 256)
OURS = {1: 300, 16: 1000, 256: 2500}
"""Orders a round by how many wait; enough for a tenth of a second at least."""
ORM = {1: 80, 16: 120, 256: 320}
BARE = 400
GROUPED = 2500
ROUNDS = 4
TABLES = ("seen", "groupbuy_order", "groupbuy_entry", "outbox", "activity")


class Pace(NamedTuple):
    """One measurement: orders a second, and the milliseconds that half and nearly all of them took at most."""

    per_second: float
    p50_ms: float
    p99_ms: float


class Round(NamedTuple):
    """All measurements of one round; paces by how many wait, bare sqlite3 in orders a second."""

    ours: dict[int, Pace]
    orm: dict[int, Pace]
    bare_single: float
    bare_grouped: float


def measure(scale: float = 1) -> Report:
    """Orders a second and their p50 and p99 at 1, 16 and 256 waiting; the ratios are medians of those of each round."""
    with tempfile.TemporaryDirectory(prefix="keting-") as folder:
        bench = _Bench(Path(folder), scale)
        gc.collect()
        gc.freeze()  # what was taken down for bare sqlite3 is no shop's: nobody's pauses shall be spent on it
        try:
            rounds = [bench.round() for _ in range(scaled(ROUNDS, scale))]
        finally:
            gc.unfreeze()
    single = ratio([one.ours[256].per_second for one in rounds], [one.bare_single for one in rounds])
    against_orm = {
        n: ratio([one.ours[n].per_second for one in rounds], [one.orm[n].per_second for one in rounds]) for n in WAITING
    }
    figures = {
        "ours": {n: _middle([one.ours[n] for one in rounds]) for n in WAITING},
        "async_orm": {n: _middle([one.orm[n] for one in rounds]) for n in WAITING},
        "bare_one_row_a_commit_per_second": round(statistics.median(one.bare_single for one in rounds)),
        "bare_grouped_per_second": round(statistics.median(one.bare_grouped for one in rounds)),
        "ours_over_async_orm": {n: round(value, 1) for n, value in against_orm.items()},
        "ours_at_256_over_bare_grouped": round(
            ratio([one.ours[256].per_second for one in rounds], [one.bare_grouped for one in rounds]), 2
        ),
        "statements_each": bench.statements,
        "rounds": len(rounds),
    }
    return Report(
        figures,
        [
            at_least("durable commands at 256 waiting, over async ORM sessions", against_orm[256], 40),
            at_least("durable commands at 256 waiting, over bare sqlite3 with one row a commit", single, 3),
        ],
    )


class _Bench:
    """The shop, its orders, and their statements as bare sqlite3 gets them."""

    def __init__(self, folder: Path, scale: float) -> None:
        self._scale = scale
        self._router = Router(discover())
        self._corner = Corner(folder, scaled(max(OURS.values()), scale, 10))
        self._orders = self._corner.orders()
        self._statements = bare.taken_down(self._corner, self._router, self._orders)
        self.statements = len(self._statements[0])

    def round(self) -> Round:
        """Every measurement once, so that what else the machine does falls on all of them."""
        ours, theirs = {}, {}
        for waiting in WAITING:
            ours[waiting] = self._ours(self._some(OURS[waiting]), waiting)
            theirs[waiting] = self._orm(self._some(ORM[waiting]), waiting)
        return Round(ours, theirs, self._bare(BARE, 1), self._bare(GROUPED, BATCH))

    def _some(self, count: int) -> Sequence[Heard]:
        return self._orders[: scaled(count, self._scale, 10)]

    def _ours(self, orders: Sequence[Heard], waiting: int) -> Pace:
        with self._corner.opened() as database:
            pace = _Turnstile(database, self._corner, self._router, waiting).pace(orders)
            _check(database.path, len(orders))
        return pace

    def _orm(self, orders: Sequence[Heard], waiting: int) -> Pace:
        with self._corner.fresh() as path:
            seconds, took = orm.latencies(path, orders, waiting)
            _check(path, len(orders))
        return _pace(seconds, took)

    def _bare(self, count: int, together: int) -> float:
        orders = self._statements[: scaled(count, self._scale, 10)]
        with self._corner.fresh() as path:
            seconds = bare.seconds(path, orders, together)
            _check(path, len(orders))
        return len(orders) / seconds


class _Turnstile:
    """Lets `waiting` commands in at a time; each one committed lets the next one in, by the thread that wrote it.

    So routing and handing over are paid for here too, and no second thread of the benchmark's own is in the way.
    """

    def __init__(self, database: Database, corner: Corner, router: Router, waiting: int) -> None:
        self._pen = database.pen
        self._corner = corner
        self._router = router
        self._waiting = waiting
        self._coming: Iterator[Heard] = iter(())
        self._took: list[float] = []
        self._ended = threading.Semaphore(0)

    def pace(self, orders: Sequence[Heard]) -> Pace:
        """Do them all; the first one, which compiles what the pen will run, is not counted."""
        self._let_in(orders[:1], 1)
        self._took.clear()
        begun = time.perf_counter()
        self._let_in(orders[1:], self._waiting)
        return _pace(time.perf_counter() - begun, self._took)

    def _let_in(self, orders: Sequence[Heard], together: int) -> None:
        self._coming = iter(orders)
        for _ in range(together):
            self._next()
        for _ in range(together):
            self._ended.acquire()

    def _next(self) -> None:
        order = next(self._coming, None)
        if order is None:
            self._ended.release()
            return
        begun = time.perf_counter()
        found = self._router.find(order)
        if found is None:
            raise AssertionError("an order must be a command")
        future = self._pen.write(answer, self._corner.house, bare.UPLOADS, self._router, found, order, NOW)

        def leave(_: "Future[Any]") -> None:
            self._took.append(time.perf_counter() - begun)
            self._next()

        future.add_done_callback(leave)


def _pace(seconds: float, took: Sequence[float]) -> Pace:
    return Pace(len(took) / seconds, percentile(took, 50) * 1e3, percentile(took, 99) * 1e3)


def _middle(paces: Sequence[Pace]) -> dict[str, float]:
    return {
        "per_second": round(statistics.median(one.per_second for one in paces)),
        "p50_ms": round(statistics.median(one.p50_ms for one in paces), 2),
        "p99_ms": round(statistics.median(one.p99_ms for one in paces), 2),
    }


def _check(path: Path | None, orders: int) -> None:
    """Every order must have left its rows behind, whoever wrote them."""
    with closing(sqlite3.connect(path or "")) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]  # noqa: S608 - table names of ours
        sold = connection.execute("SELECT sold FROM groupbuy_item").fetchone()[0]
    if {*counts, sold} != {orders}:
        raise AssertionError(f"{orders} orders left {dict(zip(TABLES, counts, strict=True))} and {sold} sold")
