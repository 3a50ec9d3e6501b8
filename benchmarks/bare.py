"""What bare sqlite3 takes for the very statements of our orders, taken down once and then only executed.

No parsing, no rendering, no rows made into anything, no savepoints: whoever writes the same rows is not quicker.
"""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.corner import NOW, Corner
from community.db import Tx
from community.events import Heard
from community.statements import Prepared
from community.uploads import Uploads
from handlers.desk import answer
from handlers.router import Router

UPLOADS = Uploads(Path("uploads"))
"""Where pictures would be kept; an order has none."""

Statement = tuple[str, tuple[object, ...]]
R = TypeVar("R", bound=tuple[Any, ...])

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "wal_autocheckpoint = 8000",
    "foreign_keys = ON",
    "temp_store = MEMORY",
)
"""Those of community/db.py."""


def taken_down(corner: Corner, router: Router, orders: Sequence[Heard]) -> list[list[Statement]]:
    """The statements of each order with their values, in the order in which our own code runs them."""
    with corner.opened() as database:
        return [database.pen.write(_one, corner, router, order).result() for order in orders]


def seconds(path: Path, orders: Sequence[Sequence[Statement]], together: int) -> float:
    """How long it takes to execute them all, `together` orders a commit."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        cursor = connection.cursor()
        begun = time.perf_counter()
        for at in range(0, len(orders), together):
            cursor.execute("BEGIN IMMEDIATE")
            for order in orders[at : at + together]:
                for sql, values in order:
                    cursor.execute(sql, values).fetchall()
            cursor.execute("COMMIT")
        return time.perf_counter() - begun


class _Scribe(Tx):
    """A Tx that also takes down what it is asked to run."""

    __slots__ = ("statements",)

    def __init__(self, tx: Tx) -> None:
        super().__init__(tx._connection, tx._book)
        self.statements: list[Statement] = []

    def run(self, prepared: Prepared[Any], **values: object) -> int:
        self._note(prepared, values)
        return super().run(prepared, **values)

    def one(self, prepared: Prepared[R], **values: object) -> R | None:
        self._note(prepared, values)
        return super().one(prepared, **values)

    def all(self, prepared: Prepared[R], **values: object) -> list[R]:
        self._note(prepared, values)
        return super().all(prepared, **values)

    def _note(self, prepared: Prepared[Any], values: dict[str, object]) -> None:
        sql, constants, in_order = self._book[prepared]
        self.statements.append((sql, in_order(constants | values)))


def _one(tx: Tx, corner: Corner, router: Router, order: Heard) -> list[Statement]:
    scribe = _Scribe(tx)
    found = router.find(order)
    if found is None:
        raise AssertionError("an order must be a command")
    answer(scribe, corner.house, UPLOADS, router, found, order, NOW)
    return scribe.statements
