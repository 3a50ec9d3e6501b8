"""What staff do for somebody: order, change, cancel, note; before the close as they could themselves, after it with a
reason. Whoever is only a name has a row in the chain, so that a resident can claim it (`我是 3号`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from community import people
from community.behalf import person
from community.behalf.person import People
from community.behalf.reading import LONGEST_NAME, Said, apart
from community.chain import kept, standing
from community.chain.kept import Line
from community.db import Tx
from community.groupbuy import amend, finding, note, orders, steps
from community.groupbuy.amend import Amended
from community.groupbuy.note import Noted
from community.groupbuy.offer import Buy, NotOffered, choices, choose
from community.groupbuy.orders import Standing
from community.groupbuy.wishes import Wish, read_wishes
from community.people import KnownMember
from community.quantity import QuantityFault, read_quantity, split_order
from community.refusal import Refusal
from community.remark import sounds_like_talk

BACK = timedelta(days=60)
"""How long a group buy may have been open and waited for its goods."""
_EVERYTHING = re.compile(r"(?:全部|所有|全都?|都)(?:取消|不要)?了?(?:[ ,:;。、]+|$)")
_PAUSE = re.compile(r"[ ,;。、]")
_BRACES = re.compile(r"[{}]")


class Clerk(NamedTuple):
    """Who acts for somebody, where and when. `open` is what takes orders there."""

    id: str
    room_id: str
    open: Sequence[Buy]
    now: datetime


@dataclass(slots=True)
class Done:
    """What was done for somebody; `words` are the reason or the note.

    `late`: after the close; `new`: for a name that is new on the list, and `row` its number in the chain.
    """

    member: KnownMember
    standings: list[Standing] = field(default_factory=list)
    amended: list[Amended] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    words: str = ""
    late: bool = False
    new: bool = False
    row: int | None = None


def running(tx: Tx, room_id: str, now: datetime, opened: Sequence[Buy]) -> list[Buy]:
    """The group buys of a room whose orders staff may still change: the open ones, then the latest closed."""
    states = [state for state in steps.RUNNING if state != "open"]
    closed = [buy for state in states for buy in finding.in_room(tx, room_id, state, now - BACK)]
    return [*opened, *sorted(closed, key=lambda buy: -buy.id)]


class Behalf:
    """One thing done for somebody, in one transaction."""

    def __init__(self, tx: Tx, clerk: Clerk) -> None:
        self._tx, self._clerk = tx, clerk
        self._buys = running(tx, clerk.room_id, clerk.now, clerk.open)
        self.people = People(tx, clerk.room_id, self._buys)

    def is_goods(self, word: str) -> bool:
        """Whether a word names something of the group buys that run here."""
        return bool(word) and any(item.is_called(word) or item.holds(word) for buy in self._buys for item in buy.items)

    def order(self, said: Said) -> Done:
        """So many more. Where nothing is open, of what is closed and has not come, with a reason.

        What stands behind the goods is a note while it is open, the reason later.
        """
        wishes, rest = self._wanted(said)
        late = any(wish.buy.status != "open" for wish in wishes)
        if late and not rest:
            raise _why(wishes[0].buy, said, said.words, "昨天打电话订的")
        done = self._for(said)
        done.late = late
        for wish in wishes:
            self._add(done, wish, rest if late else "")
        if rest and not late:
            self._note(done, [self._order_of(done, wish) for wish in wishes], rest)
        return self._kept(done, wishes[0].buy)

    def _wanted(self, said: Said) -> tuple[list[Wish], str]:
        late = [buy for buy in self._buys if buy.status in ("closed", "reached")]
        hint = f"代 {_plain(said.whom)} +{{}} {{}}"
        if not self._clerk.open and not late:
            for buy in self._buys:
                steps.may(buy, "more")
            raise Refusal("现在没有开着的团，开了才好替邻居订。")
        try:
            return apart(said.words, _wishes(self._clerk.open or late, hint), pause=True)
        except NotOffered:
            if not self._clerk.open or not late:
                raise
            return apart(said.words, _wishes(late, hint), pause=True)

    def alter(self, said: Said) -> Done:
        """So many altogether; words behind them are the reason, which is asked for after the close."""
        done = self._known(said, f"改 {said.words}")
        mine = self._theirs(done.member)
        wishes, reason = apart(said.words, _wishes(mine, f"代 {_plain(said.whom)} 改 {{}} {{}}"))
        return self._amend(done, said, wishes, reason)

    def cancel(self, said: Said) -> Done:
        """All of something, or of everything (全部)."""
        done = self._known(said, "取消")
        mine = self._theirs(done.member)
        wishes, reason = self._unwished(said, mine)
        return self._amend(done, said, wishes, reason)

    def note(self, said: Said) -> Done:
        """A note on what they have ordered, as they could write it themselves, and after the close, too."""
        done = self._known(said, f"备注 {said.words}")
        noted = [one for one in note.of_member(self._tx, done.member.id) if self._runs_here(one)]
        if not noted:
            raise self._nothing(done.member)
        if not said.words:
            done.noted = noted
            return done
        chosen, words = note.read(said.words, noted, f"代 {_plain(said.whom)} 备注 {{}}")
        self._note(done, chosen, words)
        return done

    def _runs_here(self, one: Noted) -> bool:
        return any(one.groupbuy_id == buy.id for buy in self._buys)

    def _add(self, done: Done, wish: Wish, reason: str) -> None:
        clerk, member = self._clerk, done.member
        if not reason:
            added = orders.add(self._tx, wish, clerk.room_id, member.id, clerk.now, clerk.id, member.name)
            done.standings.append(added)
            return
        order = orders.placed(self._tx, wish.item, member.id)
        if order is not None:
            more = wish._replace(quantity=order.quantity + wish.quantity)
            done.amended.append(amend.alter(self._tx, more, order, clerk.id, member.name, reason, clerk.now))
        else:
            done.amended.append(
                amend.add(self._tx, wish, clerk.room_id, member.id, clerk.id, member.name, reason, clerk.now)
            )
        done.words = reason

    def _amend(self, done: Done, said: Said, wishes: list[Wish], reason: str) -> Done:
        clerk, member = self._clerk, done.member
        done.late = any(wish.buy.status != "open" for wish in wishes)
        if done.late and not reason:
            verb = "改" if said.verb == "alter" else "取消"
            raise _why(wishes[0].buy, said, f"{verb} {said.words}".strip(), "她临时出门")
        done.words = reason
        for wish in wishes:
            order = orders.placed(self._tx, wish.item, member.id)
            assert order is not None, "only what they ordered was there to choose from"  # noqa: S101 - narrows the type
            done.amended.append(amend.alter(self._tx, wish, order, clerk.id, member.name, reason, clerk.now))
        return self._kept(done, wishes[0].buy)

    def _unwished(self, said: Said, mine: Sequence[Buy]) -> tuple[list[Wish], str]:
        """What is to be cancelled, and why: 苹果，她出门了 / 全部，她出门了 / 她出门了."""
        name, words = _plain(said.whom), said.words
        everything = [Wish(buy, item, 0) for buy, item in choices(mine)]
        if (found := _EVERYTHING.match(words)) is not None:
            return everything, words[found.end() :]
        try:
            wishes, reason = apart(words, _unwish(mine, f"代 {name} 取消 {{}}"))
        except NotOffered as fault:
            goods = "、".join(wish.item.name for wish in everything)
            if len(everything) > 1:
                example = f"代 {name} 取消 {everything[0].item.name}，都不要了就发：代 {name} 取消 全部"
                raise Refusal(f"{name} 订了{goods}，取消哪样？可以这样发：{example}") from fault
            self._must_be_a_reason(said, mine, goods)
            wishes, reason = everything, words
        if _counts(reason):
            raise Refusal(f"只少几份就写还剩几份，比如：代 {name} 改 1。都不要了才发取消。")
        return wishes, reason

    def _must_be_a_reason(self, said: Said, mine: Sequence[Buy], ordered: str) -> None:
        """Refused where the words begin with goods that they have not ordered, or may do so: 取消 羊肉卷."""
        head, name = _head(said.words), _plain(said.whom)
        if not head or _counts(head) or any(item.is_called(head) or item.holds(head) for _, item in choices(mine)):
            return
        if len(head) > 1 and self.is_goods(head):
            raise Refusal(f"{name} 没订{head}，订的是{ordered}。")
        if not (said.paused or sounds_like_talk(head)):
            because = f"代 {name} 取消，{head[:20]}"
            raise Refusal(f"{name} 订的是{ordered}，没有“{head[:20]}”。要是说为什么，中间加个逗号：{because}")

    def _theirs(self, member: KnownMember) -> list[Buy]:
        """The running group buys with only what they have ordered; of the same goods the order to be changed first."""
        seen: set[str] = set()
        mine: list[Buy] = []
        for buy in self._buys:
            items = [item for item in buy.items if orders.placed(self._tx, item, member.id)]
            fresh = tuple(item for item in items if item.full_name not in seen)
            seen |= {item.full_name for item in items}
            if fresh:
                mine.append(buy._replace(items=fresh))
        if not mine:
            raise self._nothing(member)
        return mine

    def _nothing(self, member: KnownMember) -> Refusal:
        """Why there is nothing to change: what they had is over, or they had nothing."""
        had = [buy for buy in self._over() if any(orders.placed(self._tx, item, member.id) for item in buy.items)]
        if had:
            steps.may(max(had, key=lambda buy: buy.id), "fewer")
        return Refusal(f"{member.name} 现在没有能改的单。")

    def _over(self) -> list[Buy]:
        """The group buys of the room that are over."""
        states = [state for state in steps.ALLOWED if state not in (*steps.RUNNING, "draft")]
        since = self._clerk.now - BACK
        return [buy for state in states for buy in finding.in_room(self._tx, self._clerk.room_id, state, since)]

    def _known(self, said: Said, example: str) -> Done:
        """Somebody who has ordered; a name that nobody bears has not."""
        here = self.people
        member = here.meant(said, example.strip()) or here.among(self._over()).meant(said, example.strip())
        if member is None:
            raise Refusal(f"没找到“{said.whom[:LONGEST_NAME]}”的单，名字照群里的写，或者写门牌。")
        return Done(member)

    def _for(self, said: Said) -> Done:
        """Whoever is meant, or a new name on the list."""
        member = self.people.meant(said, said.words)
        if member is not None:
            return Done(member)
        if len(said.name) > LONGEST_NAME:
            raise Refusal(f"名字太长了，最多{LONGEST_NAME}个字。")
        return Done(person.new(self._tx, self._clerk.room_id, said, self._clerk.now), new=True)

    def _order_of(self, done: Done, wish: Wish) -> int:
        order = orders.placed(self._tx, wish.item, done.member.id)
        assert order is not None, "it was placed a moment ago"  # noqa: S101 - narrows the type
        return order.id

    def _note(self, done: Done, chosen: "Sequence[Noted | int]", words: str) -> None:
        for one in chosen:
            order_id = one if isinstance(one, int) else one.order_id
            done.words = note.keep(self._tx, order_id, words, self._clerk.id, self._clerk.now)
        done.noted = [one for one in chosen if not isinstance(one, int)]

    def _kept(self, done: Done, buy: Buy) -> Done:
        """Let the chain have a row for whoever is only a name, saying what they have on order."""
        if buy.status == "open" and people.is_named(done.member.id):
            done.row = _row(self._tx, buy, self._clerk, done.member)
        return done


def _wishes(buys: Sequence[Buy], hint: str) -> Callable[[str], list[Wish]]:
    """Goods with numbers, and nothing but the goods' own words."""

    def understood(words: str) -> list[Wish]:
        try:
            wishes = read_wishes(words, buys, strict=True, hint=hint)
            if remark := wishes[0].remark:
                raise NotOffered(remark)  # what stands behind the goods is told apart by the caller
            return wishes
        except NotOffered as fault:
            names = list(dict.fromkeys(item.name for _, item in choices(buys)))
            example = hint.format(1, "{}").format(names[0])
            raise NotOffered(f"没找到“{fault.text[:20]}”，有的是：{'、'.join(names)}。可以这样发：{example}") from fault

    return understood


def _unwish(mine: Sequence[Buy], hint: str) -> Callable[[str], list[Wish]]:
    """Goods without a number, each a wish for none; nothing but their own words."""

    def understood(words: str) -> list[Wish]:
        if not words or not any(item.holds(words) or item.is_called(words) for _, item in choices(mine)):
            raise NotOffered(words)
        return [Wish(*choose(choices(mine), words, hint), 0)]

    return understood


def _head(words: str) -> str:
    """The words as far as the first pause."""
    return _PAUSE.split(words, maxsplit=1)[0]


def _counts(words: str) -> bool:
    """Whether a reason begins with what is a number of portions: 2份, 苹果1份."""
    head = _head(words)
    for reader in (read_quantity, split_order):
        try:
            reader(head)
        except QuantityFault:
            continue
        return True
    return False


def _plain(name: str) -> str:
    """A name as it may stand in an example, which is a pattern to be filled in."""
    return _BRACES.sub("", name)


def _why(buy: Buy, said: Said, words: str, because: str) -> Refusal:
    """After the close a reason is wanted; the example is what was typed, with one."""
    stands = "已经到货" if buy.status == "arrived" else "已经截单"
    return Refusal(f"{buy.title} {stands}了，再改得写一句为什么，比如：代 {said.whom} {words}，{because}")


def _row(tx: Tx, buy: Buy, clerk: Clerk, member: KnownMember) -> int | None:
    """The rows of a name say together what it has on order, the last of them what the others do not.

    Without one, in whatever room, it gets a row here; one that the bot wrote goes with its last goods.
    """
    lines = kept.load(tx, buy.id)
    theirs = [line for line in lines if line.member_id == member.id] or [_new_row(buy, clerk, member, lines)]
    mine = sorted(theirs, key=lambda line: line.room_id == clerk.room_id)
    left = standing.of_member(tx, buy, member.id)
    for line in mine[:-1]:
        part = {item: min(portions, left.get(item, 0)) for item, portions in line.taken.items()}
        left = {item: portions - part.get(item, 0) for item, portions in left.items()}
        if part != line.taken:
            _say(tx, line, part)
    _say(tx, mine[-1], left)
    return mine[-1].number if mine[-1].goods and mine[-1].room_id == clerk.room_id else None


def _new_row(buy: Buy, clerk: Clerk, member: KnownMember, lines: Sequence[Line]) -> Line:
    number = max((one.number for one in lines if one.room_id == clerk.room_id), default=0) + 1
    return Line(
        0, buy.id, clerk.room_id, number, member.name, member.id, clerk.id, "", "sure", "", "", {}, {}, sent=False
    )


def _say(tx: Tx, line: Line, goods: kept.Goods) -> None:
    """Let a row say these goods, and keep it, unless the bot wrote it and it says nothing any more."""
    line.goods = {item: portions for item, portions in goods.items() if portions > 0}
    line.taken, line.reason, line.contested = dict(line.goods), "", None
    if line.goods or line.sent:
        kept.keep(tx, line)
    elif line.id:
        kept.drop(tx, line)
