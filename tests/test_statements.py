"""Every prepared statement of the tree compiles on SQLite and, for the chain that outgrows it, on PostgreSQL."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from sqlalchemy.dialects import registry
from sqlmodel import SQLModel

import community
from community.db import Prepared


def _prepared() -> list[tuple[str, Prepared[Any]]]:
    modules = [m.name for m in walk_packages(community.__path__, "community.") if ".migrations" not in m.name]
    things = [(f"{name}.{key}", value) for name in modules for key, value in vars(import_module(name)).items()]
    return [(name, thing) for name, thing in things if isinstance(thing, Prepared)]


PREPARED = _prepared()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize("prepared", [p for _, p in PREPARED], ids=[name for name, _ in PREPARED])
def test_every_statement_compiles_here_and_on_postgresql(prepared: Prepared[Any], dialect: str) -> None:
    assert str(prepared.statement.compile(dialect=registry.load(dialect)()))  # type: ignore[attr-defined] # every Core statement can


def test_statements_were_found() -> None:
    assert len(PREPARED) > 50


@pytest.mark.parametrize("name", sorted(SQLModel.metadata.tables))
def test_only_a_number_of_its_own_is_left_to_the_database(name: str) -> None:
    """What an insert leaves out is numbered by the database: nothing that says whose a row is."""
    left_out = SQLModel.metadata.tables[name].autoincrement_column
    assert left_out is None or left_out.name == "id"
