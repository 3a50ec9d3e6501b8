"""Chains applied: whose a row is, what stands as an order, and that nobody's order is changed behind their back."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import people
from community.chain import kept
from community.chain.apply import Outcome, Sender, apply
from community.chain.claims import Pointed, claim, read_pointed
from community.chain.current import current
from community.chain.offered import find_chain, offers
from community.chain.read import read_chain
from community.chain.standing import of_member
from community.chain.write import LONGEST
from community.db import Database, Tx
from community.events import Person, Place
from community.groupbuy import buys, finding, orders
from community.groupbuy.offer import Buy
from community.groupbuy.wishes import Wish
from community.household import Household, doors
from community.people import KnownRoom, Role
from community.refusal import Refusal
from community.terms import read_terms
from tests.conftest import BEGIN, read, write

ROOM = Place("room", "幸福里1群")
HERE = KnownRoom(ROOM.id, ROOM.name, enabled=True)
NAMES = ("王阿姨", "李姐", "小陈", "老周")
TERMS = "红富士苹果 5斤装 29.9元 12份 限5份 每户限6份 明天18:00截单"


def opened(tx: Tx, terms: str) -> None:
    """A room with its people, and a group buy."""
    people.known_room(tx, ROOM, BEGIN)
    people.switch(tx, ROOM.id, on=True, now=BEGIN)
    people.present(tx, ROOM.id, [Person(f"id_{name}", name) for name in ("店主", *NAMES)], BEGIN)
    people.appoint(tx, "id_店主", Role.OWNER)
    buys.draft(tx, read_terms(terms, BEGIN), ROOM.id, "id_店主", BEGIN)
    buys.confirm(tx, ROOM.id, "id_店主", BEGIN)


@pytest.fixture
def room(database: Database) -> Database:
    write(database, opened, TERMS)
    return database


def buy_in(tx: Tx) -> Buy:
    return finding.open_in(tx, ROOM.id, BEGIN)[0]


def sent(tx: Tx, name: str, *rows: str, numbered: bool = True) -> Outcome:
    """What becomes of a chain of these rows, sent by this member."""
    lines = [f"{number}. {row}" for number, row in enumerate(rows, start=1)] if numbered else rows
    found = find_chain(tx, HERE, finding.open_in(tx, ROOM.id, BEGIN), "\n".join(("#接龙", *lines)))
    assert found is not None
    return apply(tx, found.buy, ROOM.id, found.chain, Sender(f"id_{name}", name, staff=name == "店主"), BEGIN)


def of(tx: Tx, name: str) -> int:
    return sum(of_member(tx, buy_in(tx), f"id_{name}").values())


def test_the_only_row_that_somebody_adds_is_theirs_whatever_they_call_themselves(room: Database) -> None:
    write(room, sent, "王阿姨", "静静妈妈 2份")
    write(room, sent, "李姐", "静静妈妈 2份", "三栋502 1份")
    assert (read(room, of, "王阿姨"), read(room, of, "李姐")) == (2, 1)


def test_a_chain_of_what_closed_a_moment_ago_orders_nothing_else(room: Database) -> None:
    write(room, opened, "盐汽水 600ml*24瓶 30元 20箱 后天18:00截单")
    late = (BEGIN + timedelta(days=1)).replace(hour=18, minute=0, second=5)
    with room.reading() as tx, pytest.raises(Refusal, match="红富士苹果"):
        find_chain(tx, HERE, finding.open_in(tx, ROOM.id, late), "#接龙\n红富士苹果 5斤装\n1. 李姐 2份")


def test_a_row_that_bears_a_neighbours_name_is_not_the_senders(room: Database) -> None:
    write(room, sent, "小陈", "王阿姨 2份")
    assert read(room, of, "小陈") == read(room, of, "王阿姨") == 0
    assert read(room, buy_in).sold == 2


def test_nobody_changes_the_order_of_a_neighbour(room: Database) -> None:
    write(room, sent, "王阿姨", "王阿姨 2份")
    told = write(room, sent, "小陈", "王阿姨 4份", "小陈 1份")
    assert [(one.kind, one.name) for one in told.contested] == [("changed", "王阿姨")]
    assert (read(room, of, "王阿姨"), read(room, of, "小陈")) == (2, 1)


def test_a_row_in_doubt_is_its_owners_where_they_typed_their_order(room: Database) -> None:
    write(room, types_one, "王阿姨")
    write(room, types_one, "王阿姨")
    assert write(room, sent, "王阿姨", "王阿姨 冻柿子1份").doubtful
    told = write(room, sent, "小陈", "王阿姨 1份")
    assert [(one.kind, one.name, one.said) for one in told.contested] == [("changed", "王阿姨", "王阿姨 冻柿子1份")]
    assert read(room, of, "王阿姨") == 2


def test_who_copies_an_older_chain_takes_nobody_off(room: Database) -> None:
    write(room, sent, "王阿姨", "王阿姨 2份")
    write(room, sent, "李姐", "王阿姨 2份", "李姐 1份")
    told = write(room, sent, "小陈", "王阿姨 2份", "小陈 1份")
    assert [(one.kind, one.name) for one in told.contested] == [("removed", "李姐")]
    assert [read(room, of, name) for name in ("王阿姨", "李姐", "小陈")] == [2, 1, 1]
    assert write(room, sent, "老周", "王阿姨 2份", "小陈 1份", "李姐 1份").quiet


def long_chain(tx: Tx, rows: int) -> str:
    """What the group is shown of a chain of so many rows."""
    opened(tx, "红富士苹果 5斤装 29.9元 2000份 明天18:00截单")
    sent(tx, "店主", *(f"{number}号院邻居{number} 2份" for number in range(1, rows + 1)))
    return shown(tx)


def shown(tx: Tx) -> str:
    return current(tx, buy_in(tx), ROOM.id, "红富士苹果", lambda rows: f"前面{rows}行都记着")


def test_a_chain_of_500_rows_is_shown_by_its_last_ones_in_one_message(database: Database) -> None:
    text = write(database, long_chain, 500)
    assert len(text) <= LONGEST
    assert text.splitlines()[-1] == "500. 500号院邻居500 2份"
    first = int(text.splitlines()[4].partition(".")[0])
    assert text.splitlines()[:3] == ["#接龙", "红富士苹果", f"前面{first - 1}行都记着"]


def test_who_goes_on_from_the_end_of_a_long_chain_takes_nobody_off(database: Database) -> None:
    rows = write(database, long_chain, 500).splitlines()[4:]
    told = write(database, sent, "李姐", *rows, "501. 李姐 3份", numbered=False)
    assert [(one.kind, one.number, one.name) for one in told.done] == [("added", 501, "李姐")]
    assert not told.contested
    assert read(database, buy_in).sold == 1003
    assert write(database, shown).splitlines()[-1] == "501. 李姐 3份"


def test_who_changes_a_row_at_the_end_of_a_long_chain_is_told(database: Database) -> None:
    rows = write(database, long_chain, 500).splitlines()[4:]
    told = write(database, sent, "李姐", *rows[:-1], "500. 500号院邻居500 1份", numbered=False)
    assert [(one.kind, one.number) for one in told.contested] == [("changed", 500)]


def test_a_chain_of_a_usual_length_is_shown_whole(database: Database) -> None:
    text = write(database, long_chain, 60)
    assert [line.partition(".")[0] for line in text.splitlines()[3:]] == [str(number) for number in range(1, 61)]


def test_a_household_counts_once_for_rows_of_a_chain(room: Database) -> None:
    for name in ("王阿姨", "李姐"):
        write(room, doors.move_in, f"id_{name}", Household("3", "2", "501"))
    write(room, sent, "王阿姨", "王阿姨 4份")
    told = write(room, sent, "李姐", "王阿姨 4份", "李姐 3份")
    assert [one.reason for one in told.doubtful] == ["红富士苹果 每户限6份，家里已经有4份了"]
    assert read(room, buy_in).sold == 4


def test_a_row_with_a_door_counts_for_its_household(room: Database) -> None:
    told = write(room, sent, "小陈", "3-2-501王阿姨 4份", "3-2-501老王 4份")
    assert [one.name for one in told.done] == ["3-2-501王阿姨"]
    assert "每户限6份" in told.doubtful[0].reason


def test_a_claim_moves_one_row_of_two_that_bear_a_name(room: Database) -> None:
    write(room, sent, "小陈", "老张 2份", "老张 3份", "老李 1份")
    who = read(room, people.member, "id_老周")
    write(room, lambda tx: claim(tx, ROOM.id, [buy_in(tx)], Pointed(2, ""), who, BEGIN))
    assert read(room, of, "老周") == 3
    assert read(room, buy_in).sold == 6


@pytest.mark.parametrize(
    ("words", "pointed"),
    [
        ("3号", Pointed(3, "")),
        ("三号", Pointed(3, "")),
        ("３ 号", Pointed(3, "")),
        ("3号 王阿姨", Pointed(3, "王阿姨")),
        ("王阿姨", Pointed(None, "王阿姨")),
        (" ", None),
    ],
)
def test_a_row_is_pointed_at(words: str, pointed: Pointed | None) -> None:
    assert read_pointed(words) == pointed


ROWS = st.lists(
    st.tuples(st.sampled_from([*NAMES, "静静", "老张"]), st.sampled_from(["1份", "2份", "6份", "各一", "不要了"])),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*NAMES, "店主"]), ROWS), min_size=1, max_size=6))
def test_whatever_is_sent_orders_are_the_rows_and_never_above_the_stock(
    migrated_room: Database, chains: list[tuple[str, list[tuple[str, str]]]]
) -> None:
    def play(tx: Tx) -> None:
        for name, rows in chains:
            sent(tx, name, *(f"{who} {what}" for who, what in rows), "老周 1份")
            _holds(tx)
        tx.undo()

    write(migrated_room, play)


@pytest.fixture(scope="module")
def migrated_room(tmp_path_factory: pytest.TempPathFactory, migrated: object) -> Database:
    """One shop for all examples; each is undone."""
    path = tmp_path_factory.mktemp("chain") / "bot.db"
    path.write_bytes(migrated.read_bytes())  # type: ignore[attr-defined] # the path of the fixture in conftest
    database = Database(f"sqlite:///{path}")
    write(database, opened, TERMS)
    return database


def _holds(tx: Tx) -> None:
    """Sold is within the stock, what is taken is somebody's, and what was sold stands in the chain that is shown."""
    buy = buy_in(tx)
    lines = kept.load(tx, buy.id)
    taken = sum(sum(line.taken.values()) for line in lines)
    assert buy.sold == taken <= buy.stock
    assert all(line.member_id for line in lines if line.taken)
    shown = read_chain(current(tx, buy, ROOM.id, buy.title, str), offers(buy), {line.name for line in lines})
    rows = shown.rows if shown else ()
    assert sum(bought.quantity for row in rows if row.status == "sure" for bought in row.items) >= buy.sold


def types_one(tx: Tx, name: str) -> None:
    buy = buy_in(tx)
    orders.add(tx, Wish(buy, buy.items[0], 1), ROOM.id, f"id_{name}", BEGIN)


def test_a_row_that_did_not_fit_yields_to_what_its_person_typed_since(room: Database) -> None:
    write(room, sent, "小陈", "小陈 5份")
    write(room, sent, "老周", "小陈 5份", "老周 5份")
    assert write(room, sent, "李姐", "小陈 5份", "老周 5份", "李姐 3份").doubtful
    write(room, types_one, "李姐")
    write(room, sent, "小陈", "老周 5份", "李姐 3份")
    write(room, sent, "王阿姨", "老周 5份", "李姐 3份")
    assert read(room, of, "李姐") == 1
