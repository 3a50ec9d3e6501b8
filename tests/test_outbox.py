"""The outbox: what goes first, what travels together, what is worth saying, and what becomes of doubt."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from community import outbox, setting
from community.db import Database, Tx
from community.outbox import (
    BACK_OFF,
    MERGED_CHARACTERS,
    MERGED_LINES,
    PAUSED,
    SHORT,
    WORTH,
    Kind,
    Outbox,
    Rest,
    Sending,
)
from community.pacing import Quiet, Schedule
from tests.conftest import BEGIN, Now, read, write

FREE = Schedule(0, 0, 400)
"""A pace that holds nothing back."""


class Shop:
    """An outbox on a simulated clock; room 甲 unless said otherwise."""

    def __init__(self, database: Database, now: Now) -> None:
        self.database = database
        self.now = now

    def say(self, text: str, kind: Kind = "answer", to: str = "甲", **options: Any) -> bool:
        said: bool = write(self.database, outbox.say, to, text, kind, self.now(), **options)
        return said

    def take(self) -> Sending | Rest:
        step: Sending | Rest = write(self.database, outbox.take, FREE, Quiet(), self.now())
        return step

    def sending(self) -> Sending:
        step = self.take()
        assert isinstance(step, Sending)
        return step

    def resting(self) -> float | None:
        """Seconds until something may go out."""
        step = self.take()
        assert isinstance(step, Rest)
        return None if step.until is None else round(step.until - self.now().timestamp(), 1)

    def settle(self, sending: Sending, outcome: outbox.Outcome = "sent") -> None:
        write(self.database, outbox.settle, sending.batch, outcome, self.now())

    def heard(self, text: str, to: str = "甲") -> bool:
        found: bool = write(self.database, outbox.heard, to, text, self.now())
        return found

    def all_that_goes(self) -> list[str]:
        """Carry everything that may go at this moment; the messages in their order."""
        messages = []
        while isinstance(step := self.take(), Sending):
            self.settle(step)
            messages.append(step.text)
        return messages

    def crash(self) -> None:
        write(self.database, outbox.recover, self.now())

    @property
    def states(self) -> list[str]:
        return read(self.database, _states)  # type: ignore[no-any-return] # it gives whatever the function gives


def _states(tx: Tx) -> list[str]:
    return list(tx.session.exec(select(Outbox.status).order_by("id")))


@pytest.fixture
def shop(database: Database, now: Now) -> Shop:
    return Shop(database, now)


# What goes first, and together


def test_urgent_words_go_before_answers_and_answers_before_broadcasts(shop: Shop) -> None:
    shop.say("特价", "post")
    shop.say("到货", "notice")
    shop.say("记下了")
    shop.say("停了", urgent=True)
    assert shop.all_that_goes() == ["停了", "记下了", "到货", "特价"]


def test_short_answers_to_one_room_travel_together_in_order(shop: Shop) -> None:
    for number in range(3):
        shop.say(f"甲{number}")
        shop.say(f"乙{number}", to="乙")
    assert shop.all_that_goes() == ["甲0\n甲1\n甲2", "乙0\n乙1\n乙2"]
    assert set(shop.states) == {"sent"}


@pytest.mark.parametrize("kind", ["post", "notice"])
def test_broadcasts_never_travel_together(shop: Shop, kind: Kind) -> None:
    shop.say("一", kind)
    shop.say("二", kind)
    assert shop.all_that_goes() == ["一", "二"]


def test_an_urgent_broadcast_does_not_travel_with_an_answer(shop: Shop) -> None:
    shop.say("停了", urgent=True)
    shop.say("求助", "notice", urgent=True)
    assert shop.all_that_goes() == ["停了", "求助"]


@pytest.mark.parametrize("length", [1, 7, 60, 150, SHORT])
def test_a_merged_message_stays_within_its_bounds(shop: Shop, length: int) -> None:
    for _ in range(40):
        shop.say("字" * length)
    messages = shop.all_that_goes()
    assert max(map(len, messages)) <= MERGED_CHARACTERS
    assert max(text.count("\n") + 1 for text in messages) <= MERGED_LINES
    assert sum(text.count("字") for text in messages) == 40 * length


def test_a_long_answer_goes_alone_and_nobody_overtakes_it(shop: Shop) -> None:
    for text in ("一", "长" * (SHORT + 1), "二", "三"):
        shop.say(text)
    assert shop.all_that_goes() == ["一", "长" * (SHORT + 1), "二\n三"]


def test_the_same_cause_is_said_once_to_each_room(shop: Shop) -> None:
    assert shop.say("早", "post", cause="post:早安@1")
    assert shop.say("早", "post", to="乙", cause="post:早安@1")
    assert not shop.say("早上好", "post", cause="post:早安@1")
    assert shop.all_that_goes() == ["早", "早"]


def test_the_same_words_without_a_cause_are_said_each_time(shop: Shop) -> None:
    assert shop.say("好")
    assert shop.say("好")
    assert shop.all_that_goes() == ["好\n好"]


# What is held back


@pytest.mark.parametrize(("clock", "out"), [("21:59", ["答", "知", "帖"]), ("22:00", ["答"]), ("06:59", ["答"])])
def test_at_night_only_answers_go_out(shop: Shop, clock: str, out: list[str]) -> None:
    shop.now.moment = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=BEGIN.tzinfo)
    shop.say("帖", "post")
    shop.say("知", "notice")
    shop.say("答")
    assert shop.all_that_goes() == out


def test_a_notice_of_the_night_waits_for_the_morning(shop: Shop) -> None:
    shop.now.moment = BEGIN.replace(hour=23)
    shop.say("到货", "notice")
    assert shop.resting() == 8 * 3600
    shop.now.pass_(8 * 3600)
    assert shop.all_that_goes() == ["到货"]


def test_a_paused_bot_says_only_what_is_urgent_and_the_rest_afterwards(shop: Shop) -> None:
    write(shop.database, setting.put, PAUSED, "1")
    shop.say("记下了")
    shop.say("特价", "post")
    shop.say("好，我先不说话", urgent=True)
    assert shop.all_that_goes() == ["好，我先不说话"]
    assert shop.resting() is None
    write(shop.database, setting.put, PAUSED, "")
    assert shop.all_that_goes() == ["记下了", "特价"]


@pytest.mark.parametrize("kind", ["answer", "post", "notice"])
def test_what_is_no_longer_worth_saying_is_not_said(shop: Shop, kind: Kind) -> None:
    shop.say("旧", kind)
    shop.now.pass_(WORTH[kind].total_seconds() + 1)
    assert shop.resting() is None
    assert shop.states == ["expired"]


def test_how_long_it_is_worth_saying_may_be_given(shop: Shop) -> None:
    shop.say("早", "post", worth=timedelta(minutes=10))
    shop.now.pass_(600)
    assert shop.all_that_goes() == ["早"]


# What does not leave


def test_refused_words_are_not_said_again(shop: Shop) -> None:
    shop.say("记下了")
    shop.settle(shop.sending(), "refused")
    assert shop.resting() is None
    assert shop.states == ["failed"]


def test_words_that_did_not_leave_are_tried_again_ever_more_seldom(shop: Shop) -> None:
    shop.say("特价", "post", worth=timedelta(days=1))
    waits = []
    for _ in range(12):
        shop.settle(shop.sending(), "unreachable")
        waits.append(shop.resting())
        shop.now.pass_(waits[-1] or 0)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, BACK_OFF, BACK_OFF, BACK_OFF, BACK_OFF]


@pytest.mark.parametrize("kind", ["answer", "post", "notice"])
@pytest.mark.parametrize("minutes", [1, 10, 110])
def test_an_outage_loses_nothing_that_is_still_worth_saying(shop: Shop, kind: Kind, minutes: int) -> None:
    shop.say("记下了", kind)
    back = shop.now() + timedelta(minutes=minutes)
    while shop.now() < back:
        step = shop.take()
        if isinstance(step, Sending):
            shop.settle(step, "unreachable")
        shop.now.pass_(30)
    shop.now.pass_(BACK_OFF)
    assert shop.all_that_goes() == ["记下了"]


def test_an_outage_ends_with_what_nobody_needs_any_more(shop: Shop) -> None:
    shop.say("记下了")
    shop.settle(shop.sending(), "unreachable")
    shop.now.pass_(WORTH["answer"].total_seconds() + 1)
    assert shop.all_that_goes() == []
    assert shop.states == ["expired"]


def test_while_a_line_waits_its_room_keeps_its_order_and_other_rooms_go_on(shop: Shop) -> None:
    shop.say("记下2份")
    shop.settle(shop.sending(), "unreachable")
    shop.say("改成3份")
    shop.say("别的群", to="乙")
    assert shop.all_that_goes() == ["别的群"]
    assert shop.resting() == 2
    shop.now.pass_(2)
    assert shop.all_that_goes() == ["记下2份\n改成3份"]


# A clock that jumps


@pytest.mark.parametrize("hours", [1, 24, 24 * 365])
def test_a_clock_set_back_holds_nothing_back(shop: Shop, hours: int) -> None:
    shop.say("记下了")
    shop.say("改好了", to="乙")
    shop.settle(shop.sending(), "unreachable")
    shop.now.pass_(-3600 * hours)
    assert sorted(shop.all_that_goes()) == ["改好了", "记下了"]


# What can be asked


def test_how_it_is_doing_can_be_asked(shop: Shop) -> None:
    shop.say("一")
    shop.say("二")
    shop.say("帖", "post")
    assert read(shop.database, outbox.waiting) == 3
    assert read(shop.database, outbox.answering)
    shop.settle(shop.sending())
    assert read(shop.database, outbox.sent_since, BEGIN.timestamp()) == 1
    assert not read(shop.database, outbox.answering)
    assert read(shop.database, outbox.waiting) == 1
