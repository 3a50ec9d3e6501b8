"""The chains of tests/chains/*.toml, and how near the reader comes to a person on them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from community.chain import Chain, Offer, Row, read_chain

FOLDER = Path(__file__).with_name("chains")
FILES = (
    "known.toml",
    "held_out.toml",
    "later.toml",
    "round_one.toml",
    "round_two.toml",
    "round_three.toml",
    "round_four.toml",
    "round_five.toml",
    "round_six.toml",
    "round_seven.toml",
    "round_eight.toml",
)
"""Those the reader was made with, those written when it was finished, and those of each round written after.

First runs of the rounds: 80.5 %, 74.7 %, 85.4 %, 77.7 %, 91.4 %, 93.1 %, 89.1 % and 97.6 % of the clear rows were
sure; 6, 3, 4, 2, 3, 1, 2 and 0 sure were not what was expected: a telephone number, dots, dashes or one word too many
in a name, a crossed-out row, an unconfirmed one, a row written twice, a range of weights.
"""

ASK, NOBODY = "?", "-"


class Wanted(NamedTuple):
    """A row as a person reads it; `goods` is ASK, NOBODY, or the goods by key."""

    number: int
    name: str
    goods: str | dict[str, int]


class Case(NamedTuple):
    """One chain; `wanted` is None where the text is no chain."""

    about: str
    text: str
    offers: tuple[Offer, ...]
    wanted: tuple[Wanted, ...] | None


class Score(NamedTuple):
    """Rows counted over cases: `wrong` are sure and not what a person reads, `clear` those a person is certain of."""

    chains: int
    rows: int
    clear: int
    sure: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    def __str__(self) -> str:
        counted = f"{self.chains} chains, {self.rows} rows, {self.clear} clear, {self.sure} of them sure"
        return f"{counted} ({self.share:.1%}), {len(self.wrong)} wrong"

    @property
    def share(self) -> float:
        """The share of clear rows that are sure."""
        return self.sure / self.clear if self.clear else 1.0


def cases(file: str) -> list[Case]:
    """Every chain of one file."""
    tables = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    shelves = {name: tuple(map(_offer, lines)) for name, lines in tables["offers"].items()}
    return [
        Case(
            one["about"],
            one["text"],
            shelves[one["offers"]],
            tuple(map(_wanted, one["rows"])) if "rows" in one else None,
        )
        for one in tables["chain"]
    ]


def _offer(line: str) -> Offer:
    key, _, rest = line.partition("=")
    name, unit, spec, aliases = rest.split("|")
    return Offer(key, name, tuple(filter(None, aliases.split(","))), unit, spec)


def _wanted(line: str) -> Wanted:
    who, _, goods = line.partition("→")
    number, _, name = who.strip().partition(" ")
    if goods.strip() in (ASK, NOBODY):
        return Wanted(int(number), name, goods.strip())
    pairs = (one.split() for one in goods.split(","))
    return Wanted(int(number), name, {key: int(quantity) for key, quantity in pairs})


def read(case: Case) -> Chain | None:
    """The chain as the reader reads it."""
    return read_chain(case.text, case.offers)


def score(all_: list[Case]) -> Score:
    """How the reader does; a row that is missing or too many counts as wrong."""
    rows = [(case, wanted, row) for case in all_ for wanted, row in _pairs(case)]
    clear = [(case, wanted, row) for case, wanted, row in rows if wanted and isinstance(wanted.goods, dict)]
    sure = [row for _, _, row in clear if row and row.status == "sure"]
    wrong = tuple(f"{case.about}: {wanted} ≠ {row}" for case, wanted, row in rows if not agrees(wanted, row))
    missed = tuple(f"{row.raw}: {row.reason}" for _, _, row in clear if row and row.status != "sure")
    return Score(len(all_), len(rows), len(clear), len(sure), wrong, missed)


def _pairs(case: Case) -> Iterator[tuple[Wanted | None, Row | None]]:
    chain = read(case)
    wanted, rows = case.wanted or (), chain.rows if chain else ()
    for at in range(max(len(wanted), len(rows))):
        yield wanted[at] if at < len(wanted) else None, rows[at] if at < len(rows) else None


def agrees(wanted: Wanted | None, row: Row | None) -> bool:
    """Whether a row is no error: a sure one is what a person reads, an ignored one nobody's; doubt never is wrong."""
    if wanted is None or row is None or wanted.number != row.row:
        return False
    if row.status == "sure":
        return wanted.name == row.name and wanted.goods == dict(row.items)
    return row.status == "doubtful" or wanted.goods == NOBODY
