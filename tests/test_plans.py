"""How SQLite looks things up: no statement goes through all of a table that grows with every order or message."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import registry

from community.db import Prepared
from tests.test_statements import PREPARED

BOUNDED = {
    "room": "as many as the shop has groups",
    "product": "as many as the shop sells",
    "product_word": "as many as the shop has names for goods",
    "groupbuy": "a few a day, and only papers look for the last one closed",
    "setting": "a few for the shop, and one for each room in which somebody of the shop is asked back",
    "member": "as many as live around the shop; asked who owns it and who works there",
}
"""Tables that may be gone through, and why."""
ALLOWED = {
    "community.eggs._EXPIRE": "the index holds live codes alone",
    "community.pickup._LAPSE": "the index holds live codes alone",
    "community.claim_photo._NAMES": "once a night, of photos that are kept for three months",
    "community.claim_photo._FORGET_OLD": "once a night, of photos that are kept for three months",
    "community.groupbuy.picture._BUYS": "once a night, one for each group buy that has a picture",
    "community.product.pictures._ALL": "once a night, one for each product that has a picture",
    "community.mydata._ACTIVITIES": "asked by somebody who wants to see all that is kept about them",
    "community.mydata._FORGET": "asked by somebody who wants to be forgotten",
    "community.outbox._FORGET": "once a night",
    "community.posts._SENT": "the export of all of it",
}
"""Statements that may go through the rest, and why."""
ORDERING = ("_PLACED", "_LAST_BY", "_OF_MEMBER", "_OF_DOOR", "_MINE")


def plan(migrated: Path, prepared: Prepared[Any]) -> list[str]:
    """What SQLite would do, step by step, once all values are known."""
    compiled = prepared.statement.compile(dialect=registry.load("sqlite")(paramstyle="named"))  # type: ignore[attr-defined] # every Core statement can
    values = {name: 1 if bind.required else bind.value for name, bind in compiled.binds.items()}
    with sqlite3.connect(f"file:{migrated}?mode=ro", uri=True) as raw:
        return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {compiled}", values)]


@pytest.mark.parametrize(("name", "prepared"), [pytest.param(n, p, id=n) for n, p in PREPARED if n not in ALLOWED])
def test_nothing_that_grows_is_gone_through(name: str, prepared: Prepared[Any], migrated: Path) -> None:
    scanned = [step.split()[1] for step in plan(migrated, prepared) if step.startswith("SCAN")]
    assert [table for table in scanned if table not in BOUNDED and table != "CONSTANT"] == []


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_still_there(name: str) -> None:
    module = name.rpartition(".")[0]
    assert any(known == name or (name.endswith("_FORGET") and known.startswith(module)) for known, _ in PREPARED)


@pytest.mark.parametrize("name", ORDERING)
def test_an_order_is_found_by_whose_it_is(name: str, migrated: Path) -> None:
    prepared = dict(PREPARED)[f"community.groupbuy.orders.{name}"]
    found = [step for step in plan(migrated, prepared) if "groupbuy_order" in step]
    assert found
    assert all("member_id=?" in step for step in found)
