"""A world of chance: 50 residents in three rooms do whatever they like, and the shop's promises hold all the same.

The moves come from dice of our own, not from hypothesis: what can be done next (which code, which chain, which row)
depends on all that was done before, and 400 moves are one world, not a value to be shrunk. A failure prints its seed
and the shortest part of its steps that still fails. KETING_WORLDS and KETING_MOVES ask for more and longer worlds.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.world.laws import Judge
from tests.world.life import Broken, lived, shortened
from tests.world.moves import MOVES
from tests.world.papers import unlike_the_orders
from tests.world.shop import Step, digest, opened, replayed

WORLDS = int(os.environ.get("KETING_WORLDS", "12"))
MOVES_EACH = int(os.environ.get("KETING_MOVES", "400"))
ORDERED = frozenset(("groupbuy_order", "groupbuy_entry", "groupbuy_tier", "groupbuy_grant", "pickup", "pickup_code"))
AROUND = frozenset(
    ("refund", "payment", "claim", "chain_line", "chain_name", "resident", "ledger", "egg_code", "invite")
)
PROMISED = frozenset(("replacement", "stock_entry", "groupbuy_reminder", "pickup_reminder"))
LIVELY = ORDERED | AROUND | PROMISED
"""Tables in which something must stand, or the laws about them would hold of nothing."""
DEEDS = {
    "changed after the close": "SELECT 1 FROM refund WHERE reason LIKE 'less:%'",
    "ordered after the close": "SELECT 1 FROM groupbuy_entry WHERE reason <> '' AND before = 0 AND after > 0",
    "called off after the close": "SELECT 1 FROM groupbuy WHERE status = 'withdrawn' AND papers_at IS NOT NULL",
    "noted": "SELECT 1 FROM groupbuy_order WHERE note <> ''",
    "given anew": "SELECT 1 FROM pickup WHERE claim_id IS NOT NULL",
    "taken from the shelf": "SELECT 1 FROM stock_entry WHERE kind = 'order'",
    "put back on the shelf": "SELECT 1 FROM stock_entry WHERE kind = 'return'",
    "handed out on paper": "SELECT 1 FROM outbox WHERE file IS NOT NULL",
    "reminded": "SELECT 1 FROM groupbuy_reminder WHERE cause <> ''",
}
"""What must have been done, for the same reason."""


def fails(migrated: Path, folder: Path, seed: int, steps: Sequence[Step]) -> bool:
    """Whether these steps break a law in a fresh shop."""
    with opened(migrated, folder, seed) as shop:
        judge = Judge(shop)
        return any(judge.take(step) for step in steps)


def story(migrated: Path, folder: Path, seed: int, broke: Broken) -> str:
    """What went wrong in a world, with the shortest way there."""
    tries = count()
    steps = shortened(broke.steps, lambda some: fails(migrated, folder / f"shorter{next(tries)}", seed, some))
    told = "\n".join(step.told() for step in steps)
    return (
        f"seed {seed}, step {len(broke.steps)}:\n" + "\n".join(broke.faults) + f"\nit takes {len(steps)} steps:\n{told}"
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_whatever_residents_do_the_shop_keeps_its_promises(
    seed: int, migrated: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(migrated, tmp_path / "first", seed) as shop:
        try:
            life = lived(shop, seed, MOVES, MOVES_EACH)
        except Broken as broke:
            pytest.fail(story(migrated, tmp_path, seed, broke))
        assert list(unlike_the_orders(shop)) == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
        assert replayed(migrated, tmp_path / "again", seed, life.steps) == shop.contents()


def test_another_process_makes_the_same_of_the_same_steps(migrated: Path, tmp_path: Path) -> None:
    with opened(migrated, tmp_path / "here", 0) as shop:
        steps = lived(shop, 0, MOVES, 200, judge_every=200).steps
    (tmp_path / "steps").write_bytes(pickle.dumps(steps))
    told = subprocess.run(
        [sys.executable, "-m", "tests.world", str(migrated), str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.strip() == digest(replayed(migrated, tmp_path / "again", 0, steps))


def test_much_happens_in_eight_worlds(migrated: Path, tmp_path: Path) -> None:
    happened, states, deeds = set(), set(), set()
    for seed in range(8):
        with opened(migrated, tmp_path / str(seed), seed) as shop:
            lived(shop, seed, MOVES, 400, judge_every=400)
            happened |= {table for table in LIVELY if shop.rows(f"SELECT 1 FROM {table} LIMIT 1")}  # noqa: S608 - named above
            deeds |= {deed for deed, query in DEEDS.items() if shop.rows(query)}
            states |= {row["status"] for row in shop.rows("SELECT status FROM groupbuy")}
    assert happened == LIVELY
    assert deeds == set(DEEDS)
    assert states >= {"closed", "failed", "withdrawn", "arrived", "done"}
