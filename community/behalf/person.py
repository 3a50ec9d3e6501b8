"""Who is meant: a neighbour in the room, or somebody on a list who has no contact and is known by a name only."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from community import people
from community.behalf.reading import Said
from community.chain import kept, standing, whose
from community.db import Tx, prepare
from community.groupbuy.offer import Buy
from community.groupbuy.tables import GroupBuyOrder
from community.household import doors
from community.people import KnownMember, Member, Present
from community.refusal import Refusal

LISTED = 6
"""Namesakes that are told apart in one answer."""

_ROW = re.compile(r"第?([0-9]{1,3})号")
_ORDERING = prepare(
    Present,
    select(col(Member.id), col(Member.name))
    .join(GroupBuyOrder, col(GroupBuyOrder.member_id) == col(Member.id))
    .where(col(GroupBuyOrder.groupbuy_id) == bindparam("buy"), col(GroupBuyOrder.status) == "placed")
    .group_by(col(Member.id), col(Member.name))
    .order_by(col(Member.id)),
)


class People:
    """Who may be meant in a room: who is in it, and who has ordered in its group buys."""

    def __init__(self, tx: Tx, room_id: str, buys: Sequence[Buy]) -> None:
        self._tx, self._room, self._buys = tx, room_id, buys
        ordering = [one for buy in buys for one in tx.all(_ORDERING, buy=buy.id)]
        self._all = {one.id: one.name for one in (*people.members(tx, room_id), *ordering)}

    def among(self, buys: Sequence[Buy]) -> "People":
        """Those of the same room with others' orders."""
        return People(self._tx, self._room, buys)

    def names(self) -> set[str]:
        """Every name by which somebody is known here, as names are compared."""
        return {whose.compared(name) for name in self._all.values()} | whose.bound_names(self._tx, self._room)

    def knows(self, said: Said) -> bool:
        """Whether somebody is called so, or lives there."""
        return bool(self._called(said))

    def meant(self, said: Said, example: str) -> KnownMember | None:
        """The one who is meant; None where nobody is called so. Refused where it may be several.

        `example` is what follows the name, to show how it is said.
        """
        pointed = _ROW.fullmatch(said.name)
        found = self._in_row(int(pointed[1])) if pointed else self._called(said)
        if said.number is not None and said.number <= len(found):
            found = [found[said.number - 1]]
        if len(found) > 1:
            raise self._several(said, found, example)
        if not found and said.home is None:
            self._nearly(said.name, example)
        return people.member(self._tx, found[0]) if found else None

    def _called(self, said: Said) -> list[str]:
        """The ids of those who bear the name, those in the room first; behind the door, where one is said."""
        called = whose.compared(said.name)
        found = [one for one, name in self._all.items() if not called or whose.compared(name) == called]
        bound = whose.bound(self._tx, self._room, said.name)
        if bound is not None and bound not in found:
            found.append(bound)
        if said.home is None:
            return found
        behind = set(doors.behind(self._tx, said.home))
        return [one for one in found if one in behind]

    def _in_row(self, number: int) -> list[str]:
        """Whose the rows with this number are, in the chains of this room. Refused where there is none."""
        lines = [line for buy in self._buys for line in kept.load(self._tx, buy.id) if line.room_id == self._room]
        found = [line.member_id for line in lines if line.number == number and line.member_id is not None]
        if not found:
            raise Refusal(f"接龙里没有{number}号，写名字或者门牌吧。")
        return list(dict.fromkeys(found))

    def _several(self, said: Said, found: Sequence[str], example: str) -> Refusal:
        name = said.name or str(said.home)
        told = [self._known_by(one) if said.name else f" {self._all.get(one, '')}" for one in found[:LISTED]]
        lines = [f"{number}号{words}" for number, words in enumerate(told, start=1)]
        return Refusal(f"有{len(found)}位{name}：{'；'.join(lines)}。写明是几号：代 {name} 2号 {example}")

    def _known_by(self, member_id: str) -> str:
        """What tells somebody from their namesakes: the building, what is ordered, or that there is only a name."""
        home = doors.home(self._tx, member_id)
        goods = [standing.phrase(buy, standing.of_member(self._tx, buy, member_id)) for buy in self._buys]
        ordered = "、".join(filter(None, goods))
        place = f" {home.house}" if home else "不在群里、只记了名字" if people.is_named(member_id) else "没登记门牌"
        return f"{place}，{f'订了{ordered}' if ordered else '还没订'}"

    def _nearly(self, name: str, example: str) -> None:
        """Refused where a neighbour's name only holds these words: 3-2-501王阿姨 may be who is meant, or not."""
        called = whose.compared(name)
        longer = [known for known in self._all.values() if len(called) > 1 and called in whose.compared(known)]
        if longer:
            names = "、".join(dict.fromkeys(longer[:LISTED]))
            raise Refusal(
                f"没有正好叫“{name}”的，有{names}。是的话写全名：代 {longer[0]} {example}；"
                f"是另外一位就写上门牌：代 3-2-501 {name} {example}"
            )


def new(tx: Tx, room_id: str, said: Said, now: datetime) -> KnownMember:
    """A name on the list: an old neighbour who is not in the group, or whom nobody can be found to be."""
    if said.home is None:
        return whose.nameless(tx, room_id, said.name, now)
    key = whose.compared(f"{said.home} {said.name}")
    member = people.named(tx, room_id, key, said.name or str(said.home), now)
    doors.move_in(tx, member.id, said.home)
    return member
