"""Statements: Core statements that are compiled once, and the rows they give; of any database."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Dialect, Executable, Table
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel

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


class Page(NamedTuple):
    """A compiled statement: its SQL, the values written into it, and what brings the others into their places."""

    sql: str
    constants: dict[str, object]
    in_order: Callable[[dict[str, object]], tuple[object, ...]]


class Book(dict[Prepared[Any], Page]):
    """The statements of one database by what was prepared, each compiled when it is first looked up.

    Values are given by name and bound by place, which SQLite does a quarter faster.
    """

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def __missing__(self, prepared: Prepared[Any]) -> Page:
        assert isinstance(prepared.statement, ClauseElement)  # noqa: S101 - every Core statement is one
        compiled = prepared.statement.compile(dialect=self._dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - narrows the type
        open_names = {name for name, bind in compiled.binds.items() if bind.required}
        constants = {k: v for k, v in compiled.construct_params(_check=False).items() if k not in open_names}
        self[prepared] = page = Page(str(compiled), constants, _picking(compiled.positiontup or ()))
        return page


def _picking(names: Sequence[str]) -> Callable[[dict[str, object]], tuple[object, ...]]:
    """What takes the values of these names, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)
