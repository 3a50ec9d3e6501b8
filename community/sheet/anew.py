"""The sheet of what is given anew because of claims: who fetches what, and what is left of it."""

from typing import NamedTuple

from community import replacement
from community.db import Tx
from community.household import doors
from community.household.reading import Household
from community.sheet.pages import Column, Row, Table

_COLUMNS = (Column("门牌", 14), Column("谁", 24), Column("商品", 32), Column("补", 10), Column("没取", 10))


class Anew(NamedTuple):
    """Portions that somebody gets anew; `left` are still to be fetched. `home` is None where nobody knows it."""

    home: Household | None
    name: str
    item: str
    quantity: int
    left: int


def read_anew(tx: Tx, buy_id: int) -> tuple[Anew, ...]:
    """All that is given anew of a group buy, the oldest claim first."""
    return tuple(
        Anew(doors.home(tx, due.member_id), due.name, due.item, due.quantity, due.left)
        for due in replacement.of_buy(tx, buy_id)
    )


def given_anew(anew: tuple[Anew, ...]) -> list[Table]:
    """The sheet, where there is anything to give."""
    rows = [Row((str(one.home or "未登记"), one.name, f"补 {one.item}", one.quantity, one.left)) for one in anew]
    total = Row(("合计", None, None, sum(one.quantity for one in anew), sum(one.left for one in anew)), "total")
    return [Table("补货", _COLUMNS, (*rows, total))] if anew else []
