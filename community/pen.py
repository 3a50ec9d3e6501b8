"""The pen: one thread that does what waits, together, and says so only when it is written. It knows no database."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar

log = logging.getLogger(__name__)

H = TypeVar("H")
"""The hold on the database that every function gets."""
P = ParamSpec("P")
T = TypeVar("T")

BATCH = 200
"""Functions committed together at most (PERFORMANCE.md: 200 rows a commit are 66 times the rows of one)."""


class Failed(NamedTuple):
    """What a function raised, kept until its batch is committed."""

    error: BaseException


class _Work(NamedTuple):
    """A function waiting for the pen, and whom to tell."""

    function: Callable[[Any], Any]
    promise: "Future[Any]"


class Pen(Generic[H]):
    """The only writer. What waits together is committed together, each function on its own.

    `commit` does a batch: what each function gave or Failed, and whether anything changed; what it raises means that
    nothing of the batch is written. `let_go` is called last, by the same thread. `on_commit` hears of every change.
    """

    def __init__(
        self,
        commit: Callable[[list[Callable[[H], Any]]], tuple[list[Any], bool]],
        let_go: Callable[[], None],
        on_commit: Callable[[], None] | None = None,
    ) -> None:
        self._do = commit
        self._let_go = let_go
        self.on_commit = on_commit
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_on, name="pen", daemon=True)
        self._closed = False
        self._lock = threading.Lock()
        self._thread.start()

    def write(self, function: Callable[Concatenate[H, P], T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Have `function(tx, …)` done by the writer; the future is fulfilled only after the commit.

        It raises what the function raised (whose writes are then undone, and only its), or DatabaseTrouble.
        """
        promise: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the pen is closed")
            self._waiting.put(_Work(lambda tx: function(tx, *args, **kwargs), promise))
        return promise

    def close(self) -> None:
        """Finish what waits, then stop. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _write_on(self) -> None:
        while self._write_batch():
            pass
        self._let_go()

    def _write_batch(self) -> bool:
        batch: list[_Work] = []
        work = self._waiting.get()
        while work is not None:
            if work.promise.set_running_or_notify_cancel():
                batch.append(work)
            if len(batch) >= BATCH or self._waiting.empty():
                break
            work = self._waiting.get()
        if batch:
            self._commit(batch)
        return work is not None

    def _commit(self, batch: list[_Work]) -> None:
        try:
            outcomes, changed = self._do([work.function for work in batch])
        except Exception as error:
            log.error("nothing of %d written: %s", len(batch), error)
            for work in batch:
                work.promise.set_exception(error)
            return
        if changed:
            self._ring()
        for work, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Failed):
                work.promise.set_exception(outcome.error)
            else:
                work.promise.set_result(outcome)

    def _ring(self) -> None:
        """Say that there is something new; whoever is told must not stop the pen."""
        on_commit = self.on_commit
        try:
            if on_commit is not None:
                on_commit()
        except Exception:
            log.exception("nobody could be told of a commit")
