"""What a group buy's papers are made of: every placed order with its front door. Cents and whole portions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from community import payment, phone
from community.db import Tx, prepare
from community.filename import file_name
from community.groupbuy import finding
from community.groupbuy.offer import Buy, Item
from community.groupbuy.tables import GroupBuy, GroupBuyOrder
from community.household.doors import Resident
from community.household.reading import Household
from community.payment import Account
from community.people import Member
from community.refusal import Refusal
from community.sheet.anew import Anew, read_anew
from community.shop import Shop

UNKNOWN = "未登记"
"""Where those live who have not said."""


class Line(NamedTuple):
    """One placed order; `each` is the price of one portion in cents. Building, unit and door are None where unknown.

    `came` are the portions that came for it, None while nobody has said; `refunded` and `paid` are cents, what was
    given back being taken off `paid`. `note` is what whoever packs it must know: 要小的.
    """

    member_id: str
    name: str
    item_id: int
    quantity: int
    each: int
    building: str | None
    unit: str | None
    door: str | None
    came: int | None = None
    refunded: int = 0
    paid: int = 0
    note: str = ""

    @property
    def cents(self) -> int:
        """What was ordered costs."""
        return self.quantity * self.each

    @property
    def due(self) -> int:
        """What is to be paid for it altogether, in cents."""
        return self.cents - self.refunded

    @property
    def gets(self) -> int:
        """Portions that go into the bag."""
        return self.quantity if self.came is None else self.came

    @property
    def home(self) -> Household | None:
        """The front door, if it is known."""
        return Household(self.building, self.unit or "", self.door or "") if self.building else None


class Drop(NamedTuple):
    """What goes to one front door, or to one member whose door nobody knows."""

    home: Household | None
    names: str
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        """3-2-501, or 未登记."""
        return str(self.home) if self.home else UNKNOWN

    @property
    def quantity(self) -> int:
        """Portions of everything."""
        return sum(line.quantity for line in self.lines)

    @property
    def cents(self) -> int:
        """What was ordered costs altogether."""
        return sum(line.cents for line in self.lines)

    @property
    def due(self) -> int:
        """What is to be paid altogether, in cents."""
        return sum(line.due for line in self.lines)

    @property
    def paid(self) -> int:
        """Cents that were taken."""
        return sum(line.paid for line in self.lines)

    def note(self, item: Item) -> str:
        """What to mind with an item; empty where nobody said anything."""
        notes = (line.note for line in self.lines if line.item_id == item.id)
        return "、".join(dict.fromkeys(filter(None, notes)))


class _Placed(NamedTuple):
    """A placed order: its id, then the first fields of Line in their order, and the note."""

    order_id: int
    member_id: str
    name: str
    item_id: int
    quantity: int
    each: int
    building: str | None
    unit: str | None
    door: str | None
    note: str


class _Number(NamedTuple):
    id: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A group buy with everything that is ordered, as its papers need it; the moments are on the shop's clock.

    `stray` are cents that were taken for orders which were cancelled, and have to go back.
    """

    shop: str
    buy: Buy
    lines: tuple[Line, ...]
    closes: datetime
    stray: int = 0
    anew: tuple[Anew, ...] = ()

    @property
    def file_name(self) -> str:
        """What its workbook is called: 周末水果 11-23.xlsx."""
        return file_name(self.buy.title, f" {self.closes:%m-%d}.xlsx")

    @property
    def quantity(self) -> int:
        """Portions of everything."""
        return sum(line.quantity for line in self.lines)

    @property
    def cents(self) -> int:
        """What was ordered costs, altogether."""
        return sum(line.cents for line in self.lines)

    @property
    def due(self) -> int:
        """What is to be paid for it altogether, in cents."""
        return sum(line.due for line in self.lines)

    @property
    def paid(self) -> int:
        """Cents that were taken for what is on order."""
        return sum(line.paid for line in self.lines)

    def ordered(self) -> list[Item]:
        """The items that somebody ordered."""
        wanted = {line.item_id for line in self.lines}
        return [item for item in self.buy.items if item.id in wanted]

    def item(self, line: Line) -> Item:
        """What is ordered in a line."""
        return next(item for item in self.buy.items if item.id == line.item_id)

    def of(self, item: Item) -> tuple[Line, ...]:
        """Who ordered this, along the way: building by building, door by door."""
        return tuple(sorted((line for line in self.lines if line.item_id == item.id), key=_along))

    def drops(self, lines: Iterable[Line] | None = None) -> list[Drop]:
        """The lines (all of them by default) by front door, in the order of the way; unknown doors come last."""
        wanted = sorted(self.lines if lines is None else lines, key=lambda line: (_along(line), self._place(line)))
        together = (tuple(same) for _, same in groupby(wanted, key=_behind))
        return [Drop(same[0].home, "、".join(dict.fromkeys(line.name for line in same)), same) for same in together]

    def buildings(self, lines: Iterable[Line] | None = None) -> Iterator[tuple[str, list[Drop]]]:
        """The drops of each building: 3栋, 12栋, A栋, at last 未登记."""
        for building, drops in groupby(self.drops(lines), key=lambda drop: drop.home and drop.home.building):
            yield f"{building}栋" if building else UNKNOWN, list(drops)

    def carried(self) -> "Paper":
        """The same with what goes into the bags instead of what was ordered; who gets nothing is left out."""
        return replace(self, lines=tuple(line._replace(quantity=line.gets) for line in self.lines if line.gets))

    def masked(self) -> "Paper":
        """The same with names and telephone numbers that nobody can read off a bag."""
        anew = tuple(one._replace(name=masked(one.name)) for one in self.anew)
        return replace(self, lines=tuple(map(_masked, self.lines)), anew=anew)

    def _place(self, line: Line) -> int:
        return [item.id for item in self.buy.items].index(line.item_id)


def _masked(line: Line) -> Line:
    return line._replace(name=masked(line.name), note=phone.hidden(line.note))


def masked(name: str) -> str:
    """王阿姨 → 王**, 13812345678 → 138****5678, 王阿姨13812345678 → 王**138****5678."""
    pieces, end = [], 0
    for found in phone.PHONE.finditer(name):
        pieces += [_hidden(name[end : found.start()]), phone.hidden(found[0])]
        end = found.end()
    return "".join([*pieces, _hidden(name[end:])])


def _hidden(words: str) -> str:
    bare = words.strip()
    return f"{bare[0]}**" if bare else ""


def _behind(line: Line) -> object:
    return line.home or line.member_id


def _along(line: Line) -> tuple[bool, list[tuple[bool, str, int, str]], str]:
    """Where a line comes on the way; whose door nobody knows, at the end, each one's lines together."""
    home = line.home
    return home is None, [_natural(part) for part in home or ()], "" if home else line.member_id


def _natural(part: str) -> tuple[bool, str, int, str]:
    """3 before 12, both before A and B2."""
    digits = re.match("[0-9]*", part)
    leading = digits[0] if digits else ""
    if leading:
        return False, "", int(leading), part[len(leading) :]
    letters = part.rstrip("0123456789")
    return bool(part), letters, int(part[len(letters) :] or 0), ""


_LINES = prepare(
    _Placed,
    select(
        col(GroupBuyOrder.id),
        col(GroupBuyOrder.member_id),
        col(Member.name),
        col(GroupBuyOrder.item_id),
        col(GroupBuyOrder.quantity),
        col(GroupBuyOrder.cents),
        col(Resident.building),
        col(Resident.unit),
        col(Resident.door),
        col(GroupBuyOrder.note),
    )
    .join(Member, col(Member.id) == col(GroupBuyOrder.member_id))
    .join(Resident, col(Resident.member_id) == col(GroupBuyOrder.member_id), isouter=True)
    .where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed")
    .order_by(col(GroupBuyOrder.id)),
)
_real = (col(GroupBuy.status) != "draft", col(GroupBuy.status) != "withdrawn")
_CLOSED = prepare(
    _Number,
    select(col(GroupBuy.id))
    .where(col(GroupBuy.closed_at).is_not(None), *_real)
    .order_by(col(GroupBuy.closed_at).desc(), col(GroupBuy.id).desc())
    .limit(1),
)
_ALL = prepare(_Number, select(col(GroupBuy.id)).where(*_real).order_by(col(GroupBuy.id).desc()))
_OPEN = prepare(
    _Number, select(col(GroupBuy.id)).where(col(GroupBuy.status) == "open").order_by(col(GroupBuy.id).desc())
)


def read_paper(tx: Tx, shop: Shop, words: str | None = None) -> Paper:
    """The papers of the group buy meant: its number or words of its name; the one closed last where nothing is said.

    Raises Refusal where there is none.
    """
    buy = named(tx, words) if words else _closed_last(tx)
    accounts = {account.order_id: account for account in payment.of_buy(tx, buy.id)}
    lines = tuple(_line(buy, row, accounts.pop(row.order_id)) for row in tx.all(_LINES, buy=buy.id))
    stray = sum(account.paid for account in accounts.values())
    closes = datetime.fromtimestamp(buy.closes_at, shop.zone)
    return Paper(shop.name, buy, lines, closes, stray, read_anew(tx, buy.id))


def _line(buy: Buy, row: _Placed, account: Account) -> Line:
    """A line with what became of it: of a group buy that failed nothing comes."""
    came = {"arrived": account.quantity, "done": account.quantity, "failed": 0}.get(buy.status)
    refunded = row.quantity * row.each - account.due  # what was taken off after the close is gone from the quantity
    return Line(*row[1:-1], came=came, refunded=refunded, paid=account.paid, note=row.note)


def named(tx: Tx, words: str, *, open_only: bool = False) -> Buy:
    """The latest group buy with this number, or that these words fit. Raises Refusal where there is none."""
    numbers = [row.id for row in tx.all(_OPEN if open_only else _ALL)]
    if words.isascii() and words.isdigit():
        if int(words) in numbers:
            return finding.find(tx, int(words))
    else:
        for buy in (finding.find(tx, number) for number in numbers):
            if buy.fits(words):
                return buy
    raise Refusal(f"没找到“{words[:20]}”这个{'开着的' if open_only else ''}团。")


def opened_last(tx: Tx) -> Buy:
    """The group buy opened last of those that are open. Raises Refusal where none is."""
    return _first(tx, tx.all(_OPEN), "现在没有开着的团。")


def _closed_last(tx: Tx) -> Buy:
    return _first(tx, tx.all(_CLOSED), "还没有截过单的团。要看开着的团，写上它的名字。")


def _first(tx: Tx, found: Sequence[_Number], otherwise: str) -> Buy:
    if not found:
        raise Refusal(otherwise)
    return finding.find(tx, found[0].id)
