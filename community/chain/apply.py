"""A chain that was sent, applied to its group buy: each snapshot is compared with the last one kept of its room.

Whose a row is: of the contact its name was found to mean before; else of the sender, if it is the only row they add or
bears their own name, and nobody else in the room goes by it; else only of its name, until a resident claims it
(`我是 3号`). A row
that its person, its writer (while nobody has claimed it) or the staff change becomes the order at once. What anybody
else makes of it is contested: the order stays until its person or the staff agree (`同意 3号`). A row that somebody
else leaves out is contested even where staff did so: it looks just like a copy of an older chain.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from community import people
from community.chain import kept, standing, whose
from community.chain.diff import diff
from community.chain.kept import Goods, Line
from community.chain.model import Chain, Change, Row
from community.chain.write import TAIL
from community.db import Tx
from community.groupbuy import orders
from community.groupbuy.offer import Buy
from community.quantity import normalise

Kind = Literal["added", "changed", "removed"]


class Sender(NamedTuple):
    """Who sent a chain. `staff`: what they write counts as agreed. `known` is False for a paste that does not say."""

    id: str
    name: str
    staff: bool
    known: bool = True


class News(NamedTuple):
    """What became of a row: goods `before` and `after`, and the words where no goods can be read out of them."""

    kind: Kind
    number: int
    name: str
    before: Goods
    after: Goods
    said: str = ""
    says: str = ""


class Doubtful(NamedTuple):
    """A row that is not an order yet, and why."""

    number: int
    name: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What a chain changed: rows that are orders now, rows newly in doubt, rows newly contested."""

    done: list[News] = field(default_factory=list)
    doubtful: list[Doubtful] = field(default_factory=list)
    contested: list[News] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.done or self.doubtful or self.contested)


_Saying = tuple[str, tuple[tuple[int, int], ...], int]


class _Added(NamedTuple):
    """A row that was not there before; `instead` is the row of another name whose place it may have taken."""

    row: Row
    instead: Line | None = None


def apply(tx: Tx, buy: Buy, room_id: str, chain: Chain, sender: Sender, now: datetime) -> Outcome:
    """Take in a snapshot of this room's chain: sure rows become orders, everything else is told in the outcome."""
    return _Snapshot(tx, buy, room_id, sender, now).take_in(chain)


class _Snapshot:
    """One snapshot on its way in; all of it happens in one transaction."""

    def __init__(self, tx: Tx, buy: Buy, room_id: str, sender: Sender, now: datetime) -> None:
        self._tx, self._buy, self._room, self._sender, self._now = tx, buy, room_id, sender, now
        self._lines = kept.load(tx, buy.id)
        self._out = Outcome()
        self._by_name: dict[str, list[str]] | None = None
        self._saying: dict[_Saying, int] = {}

    def take_in(self, chain: Chain) -> Outcome:
        here = [line for line in self._lines if line.room_id == self._room and line.number >= _begins(chain)]
        rows = [line.row for line in here]
        line_of = {id(row): line for row, line in zip(rows, here, strict=True)}
        changes = diff(Chain("", tuple(rows)), chain)
        self._stay(_unchanged(rows, line_of, chain, changes))
        missing = [line_of[id(one.before)] for one in changes if one.kind == "removed"]
        added: list[_Added] = []
        for one in changes:
            if one.after is not None:
                line = line_of[id(one.before)] if one.before is not None else None
                self._sort(one.after, line, added, missing)
        for line in missing:
            self._leave_out(line)
        self._add(added)
        return self._out

    def _sort(self, row: Row, line: Line | None, added: list[_Added], missing: list[Line]) -> None:
        """A row of the same name is changed, and one that its writer renamed; another name is another row."""
        if line is None:
            added.append(_Added(row))
        elif whose.compared(line.name) == whose.compared(row.name) or self._may_change(line):
            self._change(line, row)
        else:
            added.append(_Added(row, line))
            missing.append(line)

    def _stay(self, pairs: Sequence[tuple[Line, Row]]) -> None:
        """Rows that say what they said: one that was missed is back, one that did not fit may fit now."""
        for line, row in pairs:
            if line.gone:
                line.gone, line.contested = False, None
            line.number, line.sent = row.row, True
            waits = line.status == "sure" and line.reason and line.contested is None and line.taken != line.goods
            if waits and self._may_order(line):
                self._order(line, line.goods)
            kept.keep(self._tx, line)

    def _change(self, line: Line, row: Row) -> None:
        """Somebody rewrote a row."""
        was, known, contested = line.row, line.reason, line.contested
        line.rewrite(row)
        line.name = row.name or was.name
        if row.status == "doubtful":
            self._doubt(line)
        elif self._stands(line):
            line.contested, line.taken = None, dict(line.goods)  # it says what is on order anyway
        elif self._may_change(line) or (was.status == "doubtful" and not line.taken and self._may_order(line)):
            line.contested = None
            self._order(line, line.goods, known)
        else:
            self._contest(line, line.goods, contested, was.raw)
        kept.keep(self._tx, line)

    def _doubt(self, line: Line) -> None:
        if not self._may_change(line) and line.taken:
            self._out.contested.append(News("changed", line.number, line.name, line.taken, {}, "", line.raw))
        self._out.doubtful.append(Doubtful(line.number, line.name, line.reason))

    def _contest(self, line: Line, goods: Goods, before: Goods | None, said: str = "") -> None:
        """It stays as it is until its person or the staff agree; said only when it is new."""
        line.contested, line.contested_by = dict(goods), self._sender.id
        if before != goods:
            of = self._of(line)
            kind: Kind = "removed" if line.gone else "changed" if of or said else "added"
            self._out.contested.append(News(kind, line.number, line.name, of, dict(goods), said))

    def _leave_out(self, line: Line) -> None:
        """A row is not there any more."""
        if not line.sent:
            return
        if not self._standing(line, line.taken):
            self._drop(line)
        elif self._is_theirs(line):
            before = dict(line.taken)
            if standing.take(self._tx, self._buy, self._lines, line, {}, self._sender.id, self._now) is None:
                self._out.done.append(News("removed", line.number, line.name, before, {}))
                self._drop(line)
        else:
            missed_before = line.contested if line.gone else None
            line.gone = True
            self._contest(line, {}, missed_before)
            kept.keep(self._tx, line)

    def _drop(self, line: Line) -> None:
        self._lines.remove(line)
        kept.drop(self._tx, line)

    def _add(self, added: Sequence[_Added]) -> None:
        """Rows that are new: the only one that somebody adds is theirs."""
        unbound = [one for one in added if whose.bound(self._tx, self._room, one.row.name) is None]
        alone = unbound[0] if len(unbound) == 1 and self._sender.known else None
        here = [line for line in self._lines if line.room_id == self._room and not line.gone]
        self._saying = {_says(line): line.number for line in reversed(here)}
        for one in added:
            line = Line(0, self._buy.id, self._room, 0, "", None, self._sender.id, "", "sure", "", "", {}, {})
            line.rewrite(one.row)
            doubt = self._settle_owner(line, one, alone is one)
            self._lines.append(line)
            self._saying.setdefault(_says(line), line.number)
            self._begin(line, doubt)
            kept.keep(self._tx, line)

    def _begin(self, line: Line, doubt: str) -> None:
        """Let a new row become an order, unless it is in doubt or speaks for somebody who has ordered otherwise."""
        if line.status == "ignored":
            return
        if line.status == "doubtful" or doubt:
            line.reason = line.reason or doubt
            self._out.doubtful.append(Doubtful(line.number, line.name, line.reason))
            return
        if self._stands(line):
            line.taken = dict(line.goods)
        elif self._may_order(line):
            self._order(line, line.goods)
        else:
            self._contest(line, line.goods, None)

    def _may_order(self, line: Line) -> bool:
        """Whether what the sender's chain says of this row's person counts, though it may not be their row."""
        return self._sender.staff or line.member_id == self._sender.id or not self._has_had(line)

    def _has_had(self, line: Line) -> bool:
        """Whether somebody else speaks for its person here: then a second row, or one taken back, is not the sender's.

        A contact who ever ordered such goods speaks for themselves; for a bare name, whoever last wrote of it does.
        """
        items = [item for item in self._buy.items if item.id in line.goods]
        writers = {orders.last_by(self._tx, item, line.member_id or "") for item in items} - {None}
        if people.is_named(line.member_id or ""):
            writers -= {self._sender.id}
        return bool(writers)

    def _settle_owner(self, line: Line, added: _Added, alone: bool) -> str:
        """Find out whose a new row is; gives back what is doubtful about that."""
        sender, name = self._sender, line.name
        known = whose.bound(self._tx, self._room, name)
        own_name = bool(name) and sender.known and whose.compared(name) == whose.compared(sender.name)
        if known is not None and (known == sender.id or not own_name):
            line.member_id = known
            return ""
        theirs = own_name or (alone and added.instead is None)
        if known is None and theirs and ((alone and own_name) or self._is_free(name)):
            line.member_id = sender.id
            whose.bind(self._tx, self._room, name, sender.id, self._now)
            return ""
        if known is not None:
            return "和记着的另一位重名"
        if added.instead is not None and not own_name:
            return f"顶掉了{added.instead.name}，是不是同一位"
        if doubt := self._seems_there(line):
            return doubt
        if name:
            line.member_id = whose.nameless(self._tx, self._room, name, self._now).id
        return ""

    def _seems_there(self, line: Line) -> str:
        """Why a row of a bare name may be no further order; empty where it is one."""
        if self._has_ordered(line):
            return f"群里的{line.name}已经订过了，是不是同一位"
        twin = self._saying.get(_says(line))
        return f"和{twin}号一样，是不是写重了" if twin is not None else ""

    def _has_ordered(self, line: Line) -> bool:
        """Whether a contact of this name has ordered such goods without the name being known to be theirs."""
        return any(line.goods.keys() & standing.of_member(self._tx, self._buy, who) for who in self._called(line.name))

    def _is_free(self, name: str) -> bool:
        return all(who == self._sender.id for who in self._called(name))

    def _called(self, name: str) -> Sequence[str]:
        """The contacts in the room who go by this name; who is there is asked once for all rows."""
        if self._by_name is None:
            self._by_name = whose.by_name(self._tx, self._room)
        return self._by_name.get(whose.compared(name), ())

    def _order(self, line: Line, goods: Goods, known: str = "") -> None:
        """Let a row become an order, or say once why it does not fit; whose it is must be known."""
        if line.member_id is None:
            line.reason = line.reason or known
            return
        before, told = dict(line.taken), known or line.reason
        refused = standing.take(self._tx, self._buy, self._lines, line, goods, self._sender.id, self._now)
        if refused is None:
            kind: Kind = "changed" if before else "added"
            self._out.done.append(News(kind, line.number, line.name, before, dict(goods)))
            return
        line.reason = refused.text.rstrip("。～")
        if line.reason != told:
            self._out.doubtful.append(Doubtful(line.number, line.name, line.reason))

    def _of(self, line: Line) -> Goods:
        """What a row stands for to those who read of it: what is on order of it, typed orders included."""
        return line.taken or self._standing(line, line.goods)

    def _stands(self, line: Line) -> bool:
        """Whether what a row says, and no less than it said, is on order anyway."""
        return bool(line.goods) and self._standing(line, line.goods | line.taken) == line.goods

    def _standing(self, line: Line, of: Goods) -> Goods:
        """What its person has on order of these goods beside their other rows."""
        return standing.beside(self._tx, self._buy, self._lines, line, of)

    def _is_theirs(self, line: Line) -> bool:
        """Whether the row is the sender's: their own, or one they wrote for a name that nobody has claimed."""
        unclaimed = line.member_id is None or people.is_named(line.member_id)
        return line.member_id == self._sender.id or (unclaimed and line.by_id == self._sender.id and self._sender.known)

    def _may_change(self, line: Line) -> bool:
        return self._sender.staff or self._is_theirs(line)


def _says(line: Line) -> _Saying:
    """A row as a slip of the copying repeats it; a row without goods repeats nothing but itself."""
    return whose.compared(line.name), tuple(sorted(line.goods.items())), 0 if line.goods else id(line)


def _begins(chain: Chain) -> int:
    """The number a snapshot begins with, where it is the end of a longer one, whose other rows it says nothing of."""
    first = next((row.row for row in chain.rows if row.row), 0)
    return first if first > TAIL else 0


def _unchanged(
    rows: Sequence[Row], line_of: dict[int, Line], chain: Chain, changes: Sequence[Change]
) -> list[tuple[Line, Row]]:
    """The rows of both snapshots that say the same, in pairs: of equal words, equal numbers first."""
    differ = {id(row) for one in changes for row in (one.before, one.after)}
    waiting: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if id(row) not in differ:
            waiting[normalise(row.raw)].append(row)
    pairs: list[tuple[Line, Row]] = []
    for row in chain.rows:
        same = waiting[normalise(row.raw)]
        if id(row) not in differ and same:
            before = next((one for one in same if one.row == row.row), same[0])
            same.remove(before)
            pairs.append((line_of[id(before)], row))
    return pairs
