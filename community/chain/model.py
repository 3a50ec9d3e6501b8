"""What a chain is made of: what is on offer, its rows as read, and what changed from one snapshot to the next."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Status = Literal["sure", "doubtful", "ignored"]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the open group buy sells, as far as a chain needs to know it.

    `key` comes back in the rows. `unit` is what one portion is called (份, 箱, 斤), `spec` what one portion is
    (5斤装, 600ml*24瓶). `aliases` are other names, also the letter or the size it is listed under (A, 大).
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    unit: str = "份"
    spec: str = ""


class Bought(NamedTuple):
    """So many portions of the offer with this key."""

    key: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `row` is the number as written (0 for the example line), `raw` its text without that number.

    `items` is empty unless the row is sure. `reason` is one short Chinese line for the staff, empty for a sure row;
    an ignored row is nobody's order: an example, an empty number, a row taken back. `note` is what was asked for
    beside the goods (要小的).
    """

    row: int
    name: str
    status: Status
    reason: str
    items: tuple[Bought, ...]
    note: str
    raw: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One snapshot of a chain: the words above its rows, and the rows in their order."""

    header: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row between two snapshots; `before` is None for an added row, `after` for a removed one."""

    kind: Literal["added", "changed", "removed"]
    before: Row | None
    after: Row | None


class Doubt(Exception):
    """Raised while a row is read: why nobody could be sure of it, in one short Chinese line for the staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
