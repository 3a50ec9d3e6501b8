"""Arrivals: what came is divided without loss, read as staff type it, told in messages that fit, and kept in order."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from community import payment, people, pickup
from community.arrival.allocation import first_come, pro_rata
from community.arrival.reading import Came, read_arrival
from community.batches import packed
from community.db import Database, DatabaseTrouble, Tx
from community.events import Person, Place
from community.groupbuy import buys, finding, steps
from community.groupbuy.offer import Buy
from community.groupbuy.orders import add
from community.groupbuy.wishes import Wish
from community.refusal import Refusal
from community.terms import read_terms
from tests.conftest import BEGIN, write

WANTS = st.lists(st.integers(1, 60), max_size=60)
CAME = st.integers(0, 1500)


# Allocation


@pytest.mark.parametrize("divide", [first_come, pro_rata])
@given(wants=WANTS, came=CAME)
def test_all_that_came_is_given_out_and_nobody_gets_more_than_they_want(
    divide: Callable[[list[int], int], list[int]], wants: list[int], came: int
) -> None:
    given = divide(wants, came)
    assert sum(given) == min(came, sum(wants))
    assert all(0 <= got <= want for got, want in zip(given, wants, strict=True))
    assert given == divide(list(wants), came)


@given(wants=WANTS, came=CAME)
def test_first_come_first_served_leaves_at_most_one_with_a_part(wants: list[int], came: int) -> None:
    given = first_come(wants, came)
    short = [at for at, (got, want) in enumerate(zip(given, wants, strict=True)) if got < want]
    assert all(given[at] == 0 for at in short[1:])
    assert short == list(range(short[0], len(wants))) if short else True


@given(wants=WANTS.filter(bool), came=CAME)
def test_pro_rata_gives_everybody_their_share_within_one_portion(wants: list[int], came: int) -> None:
    share = min(came, sum(wants))
    for got, want in zip(pro_rata(wants, came), wants, strict=True):
        assert abs(got * sum(wants) - want * share) < sum(wants)


def test_a_tie_goes_to_whoever_ordered_first() -> None:
    assert pro_rata([1, 1, 1, 1], 2) == [1, 1, 0, 0]
    assert pro_rata([2, 3, 1], 4) == [1, 2, 1]


# What staff type


@pytest.mark.parametrize(
    ("text", "came", "by_ratio"),
    [
        ("", [], False),
        ("30", [("", 30)], False),
        ("红富士 30", [("红富士", 30)], False),
        ("红富士30份", [("红富士", 30)], False),
        ("红富士苹果 5斤装 30", [("红富士苹果 5斤装", 30)], False),
        ("红富士 30 按比例", [("红富士", 30)], True),
        ("按比例 红富士 30箱", [("红富士", 30)], True),
        ("红富士 30 砂糖橘 12", [("红富士", 30), ("砂糖橘", 12)], False),
        ("红富士30，砂糖橘12箱", [("红富士", 30), ("砂糖橘", 12)], False),
        ("A 30 B 0", [("A", 30), ("B", 0)], False),
        ("红富士\uff13\uff10", [("红富士", 30)], False),
    ],
)
def test_what_came_is_read(text: str, came: list[tuple[str, int]], by_ratio: bool) -> None:
    read = read_arrival(text)
    assert read is not None
    assert (read.came, read.pro_rata) == ([Came(*one) for one in came], by_ratio)


def test_a_group_buy_may_be_named_and_words_without_a_number_are_not_dropped() -> None:
    assert read_arrival("红富士") == ([], "红富士", False)
    assert read_arrival("红富士 30 好吃") is None


@given(st.text(max_size=300) | st.text(st.sampled_from("红富士 30份,，按比例\n×"), max_size=300))
@pytest.mark.timeout(30)
def test_any_text_is_read_or_not_understood(text: str) -> None:
    read = read_arrival(text)
    assert read is None or all(one.number >= 0 for one in read.came)


# Messages


@given(lines=st.lists(st.text("王取货码1：，", min_size=1, max_size=90), max_size=40), room=st.integers(90, 600))
def test_lines_are_kept_in_order_in_messages_that_fit(lines: list[str], room: int) -> None:
    batches = list(packed(lines, room))
    assert [line for batch in batches for line in batch] == lines
    assert all(len("\n".join(batch)) <= room for batch in batches)


# Steps


def opened(tx: Tx, status: str = "open") -> Buy:
    """A group buy in this state, of which 王阿姨 ordered two."""
    person = people.meet(tx, Person("w", "王阿姨"), BEGIN)
    people.known_room(tx, Place("r", "1群"), BEGIN)
    buys.draft(tx, read_terms("红富士 29.9元 40份 今天18:00截单", BEGIN), "r", person.id, BEGIN)
    buy = buys.confirm(tx, "r", person.id, BEGIN)
    assert buy is not None
    add(tx, Wish(buy, buy.items[0], 2), "r", person.id, BEGIN)
    tx.session.connection().exec_driver_sql("UPDATE groupbuy SET status = ?", (status,))
    return finding.find(tx, buy.id)


STEPS = [(state, to) for state in steps.ALLOWED for to in steps.ALLOWED]


@pytest.mark.parametrize(("state", "to"), STEPS)
def test_a_step_is_taken_where_the_table_allows_it_and_explained_where_not(
    database: Database, state: str, to: str
) -> None:
    def step(tx: Tx) -> str:
        buy = opened(tx, state)
        steps.take(tx, buy, to, BEGIN)
        return finding.find(tx, buy.id).status

    if to in steps.ALLOWED[state]:
        assert write(database, step) == to
    else:
        with pytest.raises(Refusal, match="红富士"):
            write(database, step)


# Codes


def some_people(tx: Tx, count: int) -> list[str]:
    return [people.meet(tx, Person(f"p{number}", f"邻居{number}"), BEGIN).id for number in range(count)]


def test_nobody_gets_the_code_that_another_had_this_week(database: Database) -> None:
    members = write(database, some_people, 6000)
    first = write(database, pickup.issue, members[:3000], Random(1), BEGIN)
    second = write(database, pickup.issue, members[3000:], Random(1), BEGIN + timedelta(days=6))
    codes = [*first.values(), *second.values()]
    assert len(set(codes)) == 6000
    assert all(len(code) == 4 and code.isdigit() for code in codes)


def test_a_code_that_is_live_stays_the_same(database: Database) -> None:
    members = write(database, some_people, 20)
    first = write(database, pickup.issue, members, Random(1), BEGIN)
    assert write(database, pickup.issue, members, Random(2), BEGIN + timedelta(days=3)) == first
    again = write(database, pickup.issue, members, Random(2), BEGIN + timedelta(days=30))
    assert set(again.values()).isdisjoint(first.values())


def use_up(tx: Tx) -> None:
    tx.session.connection().exec_driver_sql("UPDATE pickup_code SET status = 'used'")


def test_a_code_that_was_told_again_is_nobody_elses_for_a_week_from_then(database: Database) -> None:
    first, *others = write(database, some_people, 9000)
    for day in (0, 5):
        told = write(database, pickup.issue, [first], Random(1), BEGIN + timedelta(days=day))
    write(database, use_up)
    codes = write(database, pickup.issue, others, Random(1), BEGIN + timedelta(days=8))
    assert told[first] not in codes.values()


def test_when_codes_run_out_that_is_said(database: Database) -> None:
    members = write(database, some_people, 9001)
    with pytest.raises(Refusal, match="取货码用完了"):
        write(database, pickup.issue, members, Random(1), BEGIN)


# Lists that stay as they are


def pay(tx: Tx) -> None:
    order_id = tx.session.connection().exec_driver_sql("SELECT id FROM groupbuy_order").scalar_one()
    payment.settle(tx, [payment.account(tx, order_id)], "w", BEGIN)
    payment.refund(tx, order_id, 100, "short", "w", BEGIN)


@pytest.mark.parametrize("table", [payment.Refund, payment.Payment, pickup.Pickup])
@pytest.mark.parametrize("verb", [update, delete])
def test_what_was_paid_refunded_or_handed_over_is_never_rewritten(
    database: Database, table: type[SQLModel], verb: object
) -> None:
    def begin(tx: Tx) -> None:
        opened(tx)
        pay(tx)
        tx.session.add(pickup.Pickup(order_id=1, code="4821", quantity=1, at=1, by_id="w"))

    write(database, begin)
    statement = update(table).values(at=2) if verb is update else delete(table)
    with pytest.raises((DBAPIError, DatabaseTrouble), match="append-only"):
        write(database, lambda tx: tx.session.connection().execute(statement))


def test_an_order_owes_what_was_ordered_less_its_refunds(database: Database) -> None:
    write(database, opened)
    write(database, pay)
    account = write(database, payment.account, 1)
    assert (account.ordered, account.due, account.paid) == (5980, 5880, 5980)
    assert (account.open, account.back) == (0, 100)
    assert not write(database, payment.refund, 1, 100, "short", "w", BEGIN)
