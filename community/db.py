"""One database, one pen: every change goes through one writer thread; readers never wait for it.

This module knows SQLite and nothing of shops. It holds what is SQLite's own: pragmas, savepoints, error codes.
"""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import DDL, Connection, Engine, bindparam, create_engine, event, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from community.pen import BATCH, Failed, Pen
from community.statements import Book, Count, Prepared, R, change, columns, core_table, prepare

__all__ = ["BATCH", "Count", "Database", "DatabaseTrouble", "InUse", "Pen", "Prepared", "Tx", "append_only", "change"]
__all__ += ["columns", "core_table", "file_of", "insert", "prepare", "trouble"]

_TROUBLE = {
    sqlite3.SQLITE_FULL: "磁盘满了",
    sqlite3.SQLITE_BUSY: "数据库正被别的程序占用",
    sqlite3.SQLITE_LOCKED: "数据库正被别的程序占用",
    sqlite3.SQLITE_PROTOCOL: "数据库正被别的程序占用",
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


class InUse(DatabaseTrouble):
    """Another bot works on this database."""


def insert(table: type[SQLModel]) -> postgresql.Insert:
    """An INSERT of every column but a generated id, each bound by its own name; knows ON CONFLICT.

    Written as PostgreSQL's: SQLite took its ON CONFLICT from there, and both compile this one (SQLite's own, only one).
    """
    core = core_table(table)
    return postgresql.insert(table).values(
        {c.name: bindparam(c.name) for c in core.columns if c is not core.autoincrement_column}
    )


def append_only(table: type[SQLModel]) -> None:
    """Let the database itself refuse to change or delete a row of this table, once it is made."""
    core = core_table(table)
    for verb in ("UPDATE", "DELETE"):
        trigger = (
            f"CREATE TRIGGER {core.name}_no_{verb.lower()} BEFORE {verb} ON {core.name} "
            f"BEGIN SELECT RAISE(ABORT, 'the {core.name} is append-only'); END"
        )
        event.listen(core, "after_create", DDL(trigger))  # type: ignore[no-untyped-call] # SQLAlchemy left it untyped


class Tx:
    """One function's hold on the database: prepared statements for the hot path, a Session for the rest."""

    __slots__ = ("_book", "_connection", "_cursor", "_session")

    def __init__(self, connection: Connection, book: Book) -> None:
        self._connection = connection
        self._book = book
        self._cursor = _raw(connection).cursor()
        self._session: Session | None = None

    def run(self, prepared: Prepared[Any], **values: object) -> int:
        """Do it; how many rows it changed."""
        return self._do(prepared, values).rowcount

    def one(self, prepared: Prepared[R], **values: object) -> R | None:
        """The first row, or None."""
        row = self._do(prepared, values).fetchone()
        return None if row is None else prepared.make(row)

    def all(self, prepared: Prepared[R], **values: object) -> list[R]:
        """Every row."""
        return list(map(prepared.make, self._do(prepared, values)))

    def count(self, prepared: Prepared[Count], **values: object) -> int:
        """The number in the first row; 0 where there is none."""
        row = self.one(prepared, **values)
        return 0 if row is None or row.value is None else row.value

    def _do(self, prepared: Prepared[Any], values: dict[str, object]) -> sqlite3.Cursor:
        sql, constants, in_order = self._book[prepared]
        return self._cursor.execute(sql, in_order(constants | values if constants else values))

    @property
    def session(self) -> Session:
        """A Session inside the same transaction, for what is not hot. Flush, never commit.

        It has a savepoint of its own: a flush that fails takes back what was written since the session was first used.
        """
        if self._session is None:
            self._session = Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        return self._session

    def undo(self) -> None:
        """Take back everything this function has written so far; it may go on writing."""
        self._forget()
        self._cursor.execute("ROLLBACK TO work")

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the work that an exception takes back alone; the `session` is not to be begun inside."""
        self._cursor.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._cursor.execute("ROLLBACK TO part")
            raise
        finally:
            self._cursor.execute("RELEASE part")

    def _open(self) -> None:
        self._cursor.execute("SAVEPOINT work")

    def _keep(self) -> None:
        if self._session is not None:
            self._session.commit()  # only its own savepoint
            self._forget()
        self._cursor.execute("RELEASE work")

    def _drop(self) -> None:
        self.undo()
        self._cursor.execute("RELEASE work")

    def _forget(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class _Writer:
    """Does what waits together in one transaction, on a connection that is kept from one batch to the next."""

    def __init__(self, engine: Engine, book: Book) -> None:
        self._engine = engine
        self._book = book
        self._held: Connection | None = None

    def write(self, batch: list[Callable[[Tx], Any]]) -> tuple[list[Any], bool]:
        """What each function gave, or Failed where it raised; all of it committed, and whether a row was touched."""
        try:
            return self._attempt(batch)
        except Exception as error:
            raise trouble(error) or error from error

    def close(self) -> None:
        """Let go of the connection."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _attempt(self, batch: list[Callable[[Tx], Any]]) -> tuple[list[Any], bool]:
        connection = self._held or self._engine.connect()
        self._held = None  # kept for the next batch only if this one went well
        try:
            before = _raw(connection).total_changes
            with connection.begin():
                tx = Tx(connection, self._book)
                outcomes = [self._one(tx, function) for function in batch]
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._held = connection
        return outcomes, _raw(connection).total_changes > before

    def _one(self, tx: Tx, function: Callable[[Tx], Any]) -> Any:
        tx._open()
        try:
            outcome = function(tx)
            tx._keep()
        except BaseException as error:  # a SystemExit is for whoever waits, not for the pen
            if trouble(error) is not None:
                raise
            tx._drop()
            return Failed(error)
        return outcome


class Database:
    """One shop's database: `pen` writes, `reading()` reads. Two of them in one process never meet.

    Raises DatabaseTrouble where its folder cannot be made.
    """

    def __init__(self, url: str, *, on_commit: Callable[[], None] | None = None) -> None:
        self.url = url
        if (path := file_of(url)) is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DatabaseTrouble(_TROUBLE[sqlite3.SQLITE_CANTOPEN]) from error
        self.engine = _engine(url)
        self._book = Book(self.engine.dialect)
        writer = _Writer(self.engine, self._book)
        self.pen: Pen[Tx] = Pen(writer.write, writer.close, on_commit)

    @property
    def path(self) -> Path | None:
        """The file, where the database is one."""
        return file_of(self.url)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A snapshot to read from; writing to it is an error."""
        try:
            with self.engine.connect().execution_options(keting_reads=True) as connection, connection.begin():
                raw, tx = _raw(connection), Tx(connection, self._book)
                raw.execute("PRAGMA query_only = ON")
                try:
                    yield tx
                finally:
                    tx._forget()
                    raw.execute("PRAGMA query_only = OFF")
        except (sqlite3.Error, DBAPIError) as error:
            if (reason := trouble(error)) is None:
                raise
            raise reason from error

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """A transaction that may rebuild tables: foreign keys are looked at when it ends, not on the way."""
        with self.engine.connect() as connection:
            raw = _raw(connection)
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if (orphan := raw.execute("PRAGMA foreign_key_check").fetchone()) is not None:
                        raise sqlite3.IntegrityError(f"a row of {orphan[0]} would refer to nothing")
            finally:
                raw.execute("PRAGMA foreign_keys = ON")

    def backup(self, target: Path) -> None:
        """Copy the whole database, as it is at this moment, into a new file that is there only when it is whole.

        Raises FileExistsError rather than replace one, another OSError or DatabaseTrouble where it cannot be written.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(exist_ok=False)
        part = target.with_name(f"{target.name}.part")
        try:
            part.unlink(missing_ok=True)
            with self.engine.connect() as connection:
                _raw(connection).execute("VACUUM INTO ?", (str(part),))
            part.replace(target)
        except BaseException as error:
            part.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            raise trouble(error) or error from None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only bot on this file; raises InUse where another process is. Readers are welcome."""
        assert self.path is not None, "SQLite databases are files"  # noqa: S101 - narrows the type
        try:
            lock = self.path.with_name(self.path.name + "-bot").open("w")
        except OSError as error:
            raise DatabaseTrouble(_TROUBLE[sqlite3.SQLITE_CANTOPEN]) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InUse("这个数据库已经有一个客厅在用了") from error
            yield

    def healthy(self) -> None:
        """Raise DatabaseTrouble when the file is damaged; it is opened only to read, so that no byte of it changes."""
        if self.path is None or not self.path.exists():
            return
        address = f"file:{quote(str(self.path))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as raw:
                verdict = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            raise trouble(error) or error from error
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


def _raw(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection beneath."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - narrows the type
    return raw


def _engine(url: str) -> Engine:
    """An engine whose errors name no values: they would carry people's words into the log."""
    engine = create_engine(
        url, paramstyle="qmark", hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 5.0}
    )

    @event.listens_for(engine, "connect")
    def _prepare_connection(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # transactions are begun by us, below
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "wal_autocheckpoint = 8000",
            "foreign_keys = ON",
            "temp_store = MEMORY",  # what a savepoint would restore: in a file it costs a command a third more
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("keting_reads", False)
        _raw(connection).execute("BEGIN" if reads else "BEGIN IMMEDIATE")

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
