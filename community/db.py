"""One database, one pen: every change goes through one writer thread; readers never wait for it.

This module knows SQLite and nothing of shops. It holds what is SQLite's own: pragmas, savepoints, error codes.
"""

import fcntl
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Executable, Table, bindparam, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 200
"""Functions committed together at most (PERFORMANCE.md: 200 rows a commit are 66 times the rows of one)."""

_TROUBLE = {
    sqlite3.SQLITE_FULL: "磁盘满了",
    sqlite3.SQLITE_BUSY: "数据库正被别的程序占用",
    sqlite3.SQLITE_LOCKED: "数据库正被别的程序占用",
    sqlite3.SQLITE_READONLY: "数据库文件只能读、不能写",
    sqlite3.SQLITE_CANTOPEN: "数据库文件打不开",
    sqlite3.SQLITE_IOERR: "读写磁盘出错",
    sqlite3.SQLITE_CORRUPT: "数据库文件坏了",
    sqlite3.SQLITE_NOTADB: "这个文件不是数据库",
    sqlite3.SQLITE_NOMEM: "内存不够了",
}


class DatabaseTrouble(Exception):
    """The database itself is unwell (full disk, lock, corruption): nothing of the batch was written.

    Its text is one line of Chinese for the shopkeeper.
    """


R = TypeVar("R", bound=tuple[Any, ...])


class Count(NamedTuple):
    """A row of one number."""

    value: int


class Prepared(Generic[R]):
    """A Core statement that a database compiles once, and the kind of row it gives."""

    __slots__ = ("make", "statement")

    def __init__(self, into: type[R], statement: Executable) -> None:
        self.make: Callable[[Iterable[Any]], R] = getattr(into, "_make")  # noqa: B009 - every NamedTuple has it
        self.statement = statement


def prepare(into: type[R], statement: Executable) -> Prepared[R]:
    """A statement for the hot path whose rows come back as `into`, column by column in order."""
    return Prepared(into, statement)


def change(statement: Executable) -> Prepared[Count]:
    """A statement for the hot path that gives no rows: UPDATE, DELETE, or INSERT without RETURNING."""
    return Prepared(Count, statement)


def insert(table: type[SQLModel]) -> Insert:
    """An INSERT of every column but a generated id, each bound by its own name; knows ON CONFLICT."""
    core = core_table(table)
    return sqlite_insert(table).values(
        {c.name: bindparam(c.name) for c in core.columns if c is not core.autoincrement_column}
    )


def columns(into: type[tuple[Any, ...]], *tables: type[SQLModel], **named: Any) -> list[ColumnElement[Any]]:
    """A column for each field of the NamedTuple `into`, in its order: `named` ones first, else by its name.

    A name that several of the `tables` have is taken from the first of them.
    """
    found = {name: c for table in reversed(tables) for name, c in core_table(table).columns.items()} | named
    return [found[name] for name in getattr(into, "_fields")]  # noqa: B009 - every NamedTuple has it


def core_table(table: type[SQLModel]) -> Table:
    """The Core table beneath a SQLModel class."""
    core = getattr(table, "__table__", None)
    assert isinstance(core, Table), "only classes with table=True have one"  # noqa: S101 - narrows the type
    return core


class Tx:
    """One function's hold on the database: prepared statements for the hot path, a Session for the rest."""

    __slots__ = ("_book", "_connection", "_cursor", "_session")

    def __init__(self, connection: Connection, book: "_Book") -> None:
        self._connection = connection
        self._book = book
        raw = connection.connection.driver_connection
        assert raw is not None, "an open connection has a driver beneath it"  # noqa: S101 - narrows the type
        self._cursor: sqlite3.Cursor = raw.cursor()
        self._session: Session | None = None

    def run(self, prepared: Prepared[Any], **values: object) -> int:
        """Do it; how many rows it changed."""
        sql, constants = self._book.compiled(prepared)
        return self._cursor.execute(sql, constants | values if constants else values).rowcount

    def one(self, prepared: Prepared[R], **values: object) -> R | None:
        """The first row, or None."""
        sql, constants = self._book.compiled(prepared)
        row = self._cursor.execute(sql, constants | values if constants else values).fetchone()
        return None if row is None else prepared.make(row)

    def all(self, prepared: Prepared[R], **values: object) -> list[R]:
        """Every row."""
        sql, constants = self._book.compiled(prepared)
        make = prepared.make
        return [make(row) for row in self._cursor.execute(sql, constants | values if constants else values)]

    def count(self, prepared: Prepared[Count], **values: object) -> int:
        """The number in the first row; 0 where there is none."""
        row = self.one(prepared, **values)
        return 0 if row is None or row.value is None else row.value

    @property
    def session(self) -> Session:
        """A Session inside the same transaction, for what is not hot. Flush, never commit."""
        if self._session is None:
            self._session = Session(self._connection, join_transaction_mode="rollback_only", expire_on_commit=False)
        return self._session

    def undo(self) -> None:
        """Take back everything this function has written so far; it may go on writing."""
        self._forget()
        self._cursor.execute("ROLLBACK TO work")

    def _open(self) -> None:
        self._cursor.execute("SAVEPOINT work")

    def _keep(self) -> None:
        if self._session is not None:
            self._session.flush()
            self._forget()
        self._cursor.execute("RELEASE work")

    def _drop(self) -> None:
        self.undo()
        self._cursor.execute("RELEASE work")

    def _forget(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class _Book:
    """The statements one database has compiled so far."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = engine.dialect
        self._pages: dict[Prepared[Any], tuple[str, dict[str, object]]] = {}

    def compiled(self, prepared: Prepared[Any]) -> tuple[str, dict[str, object]]:
        page = self._pages.get(prepared)
        if page is None:
            assert isinstance(prepared.statement, ClauseElement)  # noqa: S101 - every Core statement is one
            compiled = prepared.statement.compile(dialect=self._dialect)
            assert isinstance(compiled, SQLCompiler)  # noqa: S101 - narrows the type
            open_names = {name for name, bind in compiled.binds.items() if bind.required}
            constants = {k: v for k, v in compiled.construct_params(_check=False).items() if k not in open_names}
            page = self._pages[prepared] = (str(compiled), constants)
        return page


class _Work(NamedTuple):
    """A function waiting for the pen, and whom to tell."""

    function: Callable[[Tx], Any]
    promise: "Future[Any]"


class Pen:
    """The only writer. What waits together is committed together, each function in its own savepoint."""

    def __init__(self, engine: Engine, book: _Book, on_commit: Callable[[], None] | None = None) -> None:
        self._engine = engine
        self._book = book
        self.on_commit = on_commit
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_on, name="pen", daemon=True)
        self._held: Connection | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._thread.start()

    def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
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
        if self._held is not None:
            self._held.close()

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
            outcomes = self._attempt(batch)
        except Exception as error:
            reason = trouble(error) or error
            log.error("nothing of %d written: %s", len(batch), reason)
            for work in batch:
                work.promise.set_exception(reason)
            return
        if self.on_commit is not None:
            self.on_commit()
        for work, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, _Failed):
                work.promise.set_exception(outcome.error)
            else:
                work.promise.set_result(outcome)

    def _attempt(self, batch: list[_Work]) -> list[Any]:
        connection = self._held or self._engine.connect()
        self._held = None  # kept for the next batch only if this one went well
        try:
            with connection.begin():
                tx = Tx(connection, self._book)
                outcomes = [self._one(tx, work) for work in batch]
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._held = connection
        return outcomes

    def _one(self, tx: Tx, work: _Work) -> Any:
        tx._open()
        try:
            outcome = work.function(tx)
            tx._keep()
        except Exception as error:
            if trouble(error) is not None:
                raise
            tx._drop()
            return _Failed(error)
        return outcome


class _Failed(NamedTuple):
    """What a function raised, kept until its batch is committed."""

    error: Exception


class Database:
    """One shop's database: `pen` writes, `reading()` reads. Two of them in one process never meet."""

    def __init__(self, url: str, *, on_commit: Callable[[], None] | None = None) -> None:
        self.url = url
        if (path := file_of(url)) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(url)
        self._book = _Book(self.engine)
        self.pen = Pen(self.engine, self._book, on_commit)

    @property
    def path(self) -> Path | None:
        """The file, where the database is one."""
        return file_of(self.url)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A snapshot to read from; writing to it is an error."""
        try:
            with self.engine.connect().execution_options(keting_reads=True) as connection, connection.begin():
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101 - narrows the type
                raw.execute("PRAGMA query_only = ON")
                try:
                    yield Tx(connection, self._book)
                finally:
                    raw.execute("PRAGMA query_only = OFF")
        except (sqlite3.Error, DBAPIError) as error:
            raise trouble(error) or error from error

    def backup(self, target: Path) -> None:
        """Copy the whole database, as it is at this moment, into a new file; never over an existing one."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise FileExistsError(target)
        with self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None  # noqa: S101 - narrows the type
            raw.execute("VACUUM INTO ?", (str(target),))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only bot on this file; raises BlockingIOError where another process is. Readers are welcome."""
        assert self.path is not None, "SQLite databases are files"  # noqa: S101 - narrows the type
        with self.path.with_name(self.path.name + "-bot").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def healthy(self) -> None:
        """Raise DatabaseTrouble when the file is damaged."""
        with self.reading() as tx:
            verdict = tx._cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise DatabaseTrouble(_TROUBLE[sqlite3.SQLITE_CORRUPT])

    def close(self) -> None:
        """Finish writing and let go of the file."""
        self.pen.close()
        self.engine.dispose()


def file_of(url: str) -> Path | None:
    """The file behind a SQLite address; None for another kind of database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _engine(url: str) -> Engine:
    engine = create_engine(url, paramstyle="named", connect_args={"check_same_thread": False, "timeout": 5.0})

    @event.listens_for(engine, "connect")
    def _prepare_connection(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # transactions are begun by us, below
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "wal_autocheckpoint = 8000",
            "foreign_keys = ON",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("keting_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def trouble(error: BaseException) -> DatabaseTrouble | None:
    """What ails the database, where `error` is its illness; None where it is the function's own mistake."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, DatabaseTrouble):
        return error
    if not isinstance(cause, sqlite3.Error):
        return None
    words = _TROUBLE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    return DatabaseTrouble(words) if words else None
