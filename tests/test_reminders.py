"""Reminders: at their moment or not at all, each (group buy, room, kind) once, whatever clock and people do."""

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from sqlmodel import col, select

from community import mydata, outbox, people, pickup, setting, staff, uncollected
from community.arrival import notices
from community.arrival import plan as arrivals
from community.db import Database, Tx
from community.events import Person, Place
from community.groupbuy import buys, finding, reminders
from community.groupbuy.offer import Buy
from community.groupbuy.orders import add
from community.groupbuy.reminders import Running, Standing
from community.groupbuy.wishes import Wish
from community.house import House
from community.outbox import Outbox
from community.refusal import Refusal
from community.shop import Reminders, Shop
from community.terms import Item, Terms, read_terms
from community.wording import Wording, WordingFault
from schedules.groupbuy import CLOSE, REMIND
from schedules.pickup import CALL
from tests.conftest import BEGIN, ROOT, ZONE, read, write

OWNER = Person("o", "店主")
ROOMS = ("1群", "2群")
NEIGHBOURS = ("王阿姨", "李姐", "小陈")
MUTTON = "羊肉卷 2斤 88元 50份 20份成团 今天18:00截单"


def at(text: str) -> datetime:
    """A moment of November 2026."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


class Street:
    """A shop with two rooms whose clock only looks when it is told to."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        self.house = house
        write(database, staff.enthrone, OWNER, BEGIN)
        for room in ROOMS:
            write(database, people.known_room, Place(room, room), BEGIN)
            write(database, people.switch, room, True, BEGIN)

    def opens(self, terms: Terms | str, now: datetime) -> Buy:
        read_in = read_terms(terms, now) if isinstance(terms, str) else terms
        write(self.database, buys.draft, read_in, "1群", OWNER.id, now)
        opened: Buy = write(self.database, buys.confirm, "1群", OWNER.id, now)
        return opened

    def orders(self, buy: Buy, who: str, portions: int, now: datetime, room: str = "1群") -> None:
        def order(tx: Tx) -> None:
            person = people.meet(tx, Person(who, who), now)
            found = finding.find(tx, buy.id)
            add(tx, Wish(found, found.items[0], portions), room, person.id, now)

        write(self.database, order)

    def arrives(self, buy: Buy, now: datetime) -> None:
        def arrive(tx: Tx) -> None:
            drawn = arrivals.draw_up(tx, finding.find(tx, buy.id), {}, by_ratio=False)
            arrivals.book(tx, drawn, "1群", OWNER.id, now)
            notices.tell(tx, self.house, drawn, now)

        write(self.database, arrive)

    def looks(self, *moments: datetime) -> None:
        """What the clock does at these moments, in this order."""
        for now in moments:
            for chore in (CLOSE, REMIND, CALL):
                due = read(self.database, chore.due, now)
                if due is not None and due <= now.timestamp():
                    write(self.database, chore.run, now, self.house)
                after = read(self.database, chore.due, now)
                assert after is None or after > now.timestamp()

    def lines(self) -> Sequence[Outbox]:
        with self.database.reading() as tx:
            return tx.session.exec(select(Outbox).order_by(col(Outbox.id))).all()

    def heard(self) -> list[str]:
        """The reminders that were queued and not taken back: when, where, what in its first line."""
        return [
            f"{datetime.fromtimestamp(line.created_at, ZONE):%d %H:%M} {line.room_id} {line.text.splitlines()[0]}"
            for line in self.lines()
            if line.status == "queued" and _is_reminder(line)
        ]


def _is_reminder(line: Outbox) -> bool:
    return (line.cause or "").startswith(("groupbuy-half:", "groupbuy-hour:", "pickup/uncollected:", "pickup/behind:"))


@pytest.fixture
def street(database: Database, house: House) -> Street:
    return Street(database, house)


# When


@pytest.mark.parametrize(
    ("hours", "aims", "kinds"),
    [
        (2.9, True, {}),
        (3, True, {"hour": 2}),
        (5.9, True, {"hour": 4.9}),
        (6, True, {"half": 3, "hour": 5}),
        (48, True, {"half": 24, "hour": 47}),
        (48, False, {"hour": 47}),
    ],
)
def test_a_short_group_buy_is_left_in_peace(hours: float, aims: bool, kinds: dict[str, float]) -> None:
    begins = int(BEGIN.timestamp())
    running = Running(1, "1群", begins, begins + int(hours * 3600), aims)
    assert reminders.moments(running) == {kind: begins + int(hour * 3600) for kind, hour in kinds.items()}


@pytest.mark.parametrize(
    ("targets", "people_", "sold", "cents", "is_far"),
    [
        ({"target": 20}, 1, 9, 0, True),
        ({"target": 20}, 1, 10, 0, False),
        ({"target_people": 5}, 2, 30, 0, True),
        ({"target_people": 4}, 2, 2, 0, False),
        ({"target_cents": 50000}, 9, 9, 24999, True),
        ({"target": 20, "target_people": 5}, 1, 20, 0, True),
        ({}, 0, 0, 0, False),
    ],
)
def test_far_is_less_than_half_of_any_target(
    street: Street, targets: dict[str, Any], people_: int, sold: int, cents: int, is_far: bool
) -> None:
    buy = street.opens("大枣 39元 50份 今天18:00截单", BEGIN)
    buy = buy._replace(items=(buy.items[0]._replace(sold=sold),), **targets)
    assert reminders.far(Standing(buy, people_, cents)) is is_far


@pytest.mark.parametrize(
    ("arrived", "same_day", "first", "second", "owner"),
    [
        ("23 16:00", False, "24 17:00", "25 17:00", "25 19:00"),
        ("23 16:00", True, "23 18:30", "24 17:00", "24 19:00"),
        ("23 16:31", True, "24 17:00", "25 17:00", "25 19:00"),
        ("23 23:50", False, "24 17:00", "25 17:00", "25 19:00"),
    ],
)
def test_goods_are_called_for_on_the_next_day_and_what_does_not_keep_on_the_same(
    arrived: str, same_day: bool, first: str, second: str, owner: str
) -> None:
    found = uncollected.moments(Reminders(), same_day, at(arrived))
    assert found == {"first": at(first), "second": at(second), "owner": at(owner)}


# The bot was off, the clock was wrong


def test_a_moment_missed_by_a_little_is_caught_up_and_says_what_is_left_of_the_time(street: Street) -> None:
    street.opens(MUTTON, BEGIN)
    street.looks(at("23 17:20"), at("23 17:21"))
    assert street.heard() == ["23 17:20 1群 羊肉卷 还有40分钟截单，还差20份成团，想要的回 +1"]


def test_a_moment_missed_by_more_is_left_out(street: Street) -> None:
    street.opens(MUTTON, BEGIN)
    street.looks(at("23 14:01"), at("23 17:31"), at("23 17:32"))
    assert street.heard() == []


def test_a_clock_that_is_put_back_and_forward_says_nothing_twice(street: Street) -> None:
    street.opens(MUTTON, BEGIN)
    street.looks(*(at(f"23 {clock}") for clock in ("13:30", "17:00", "12:00", "13:30", "17:00", "17:05", "13:40")))
    assert [line[:8] for line in street.heard()] == ["23 13:30", "23 17:00"]


def test_a_clock_ahead_leaves_reminders_out_and_never_doubles_them(street: Street) -> None:
    street.opens(MUTTON, BEGIN)
    street.looks(at("23 17:40"), at("23 13:30"), at("23 17:00"))
    assert street.heard() == []


def test_calls_that_were_missed_are_left_out_and_the_next_ones_come(street: Street) -> None:
    buy = street.opens("大枣 39元 50份 今天18:00截单", BEGIN)
    street.orders(buy, "王阿姨", 1, BEGIN)
    street.looks(at("23 18:00"))
    street.arrives(buy, at("24 10:00"))
    street.looks(at("25 19:01"), at("26 18:59"), at("26 18:59"), at("27 08:00"), at("27 17:00"), at("25 17:00"))
    assert street.heard() == [
        "26 18:59 1群 大枣 还有1位没来取，有空来一趟：",
        "27 08:00 o 大枣 还有1位一直没来取：",
    ]


# What is no longer true


@pytest.mark.parametrize("end", [buys.close, lambda tx, buy, now: buys.withdraw(tx, buy, OWNER.id, now)])
def test_a_reminder_that_has_not_left_is_taken_back_at_the_close(street: Street, end: Any) -> None:
    buy = street.opens(MUTTON, BEGIN)
    street.looks(at("23 17:00"))
    assert len(street.heard()) == 1
    write(street.database, end, buy, at("23 17:01"))
    assert street.heard() == []


def test_a_reminder_whose_words_are_broken_is_said_once_they_are_mended(street: Street, tmp_path: Path) -> None:
    words = Path(shutil.copytree(ROOT / "templates", tmp_path / "templates"))
    (words / "groupbuy" / "closing.j2").write_text("{{ nobody }}", encoding="utf-8")
    whole, street.house.wording = street.house.wording, Wording(words)
    street.opens("大枣 39元 50份 今天18:00截单", BEGIN)
    with pytest.raises(WordingFault):
        street.looks(at("23 17:00"))
    street.house.wording = whole
    street.looks(at("23 17:10"), at("23 17:11"))
    assert street.heard() == ["23 17:10 1群 大枣 还有50分钟截单，还剩50份，想要的回 +1"]


def test_who_asked_to_be_forgotten_is_called_first_for_what_waits_for_them(street: Street) -> None:
    buy = street.opens("大枣 39元 50份 今天18:00截单", BEGIN)
    street.orders(buy, "王阿姨", 1, BEGIN)
    street.looks(at("23 18:00"))
    street.arrives(buy, at("24 10:00"))
    wang = read(street.database, people.member, "王阿姨")
    with pytest.raises(Refusal, match="大枣1份还没取"):
        write(street.database, mydata.forget, wang, at("24 11:00"))
    street.looks(at("25 17:00"))
    assert len(street.heard()) == 1


def test_a_reminder_is_worth_half_an_hour(street: Street) -> None:
    street.opens(MUTTON, BEGIN)
    street.looks(at("23 17:10"))
    (line,) = [line for line in street.lines() if _is_reminder(line)]
    assert line.expires_at == at("23 17:30").timestamp()


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Reminders(), ["groupbuy-half", "groupbuy-hour", "pickup/uncollected"]),
        (Reminders(closing=False), ["pickup/uncollected"]),
        (Reminders(pickup=False), ["groupbuy-half", "groupbuy-hour"]),
    ],
)
def test_either_kind_can_be_switched_off(street: Street, wanted: Reminders, kinds: list[str]) -> None:
    street.house.shop = Shop(reminders=wanted)
    buy = street.opens(MUTTON.replace(" 20份成团", " 2份成团"), BEGIN)
    street.looks(at("23 13:30"), at("23 17:00"))
    street.orders(buy, "王阿姨", 2, at("23 17:01"))
    street.looks(at("23 18:00"))
    street.arrives(buy, at("24 10:00"))
    street.looks(at("25 17:00"))
    assert [(line.cause or "").partition(":")[0] for line in street.lines() if _is_reminder(line)] == kinds


def test_an_arrival_with_nobody_to_call_calls_nobody(street: Street) -> None:
    buy = street.opens("大枣 39元 50份 今天18:00截单 送货上门", BEGIN)
    street.orders(buy, "王阿姨", 1, BEGIN)
    street.looks(at("23 18:00"))
    street.arrives(buy, at("24 10:00"))
    assert read(street.database, uncollected.next_due) is None


def test_many_who_have_not_come_are_named_in_messages_that_fit(street: Street) -> None:
    buy = street.opens("大枣 39元 500份 今天18:00截单", BEGIN)
    for number in range(150):
        street.orders(buy, f"住得很远的邻居{number:03d}", 2, BEGIN, ROOMS[number % 2])
    street.looks(at("23 18:00"))
    street.arrives(buy, at("24 10:00"))
    street.looks(at("25 17:00"))
    texts = [line.text for line in street.lines() if (line.cause or "").startswith("pickup/uncollected:")]
    assert max(map(len, texts)) <= 600
    assert Counter(name for text in texts for name in text.split() if name.startswith("住得")) == Counter(
        f"住得很远的邻居{number:03d}" for number in range(150)
    )


# Any days


class Days:
    """Some days in a street: people do what comes to their mind, and the clock is sometimes put wrong."""

    def __init__(self, street: Street, seed: int) -> None:
        self.street = street
        self.dice = Random(seed)
        self.now = at("20 06:00")
        self.buys: list[Buy] = []

    def live(self, steps: int) -> None:
        deeds = [self.open, self.order, self.order, self.order, self.end, self.arrive, self.fetch, self.wind_up]
        for _ in range(steps):
            self.now += timedelta(minutes=self.dice.choice([1, 5, 20, 45, 90]))
            if self.dice.random() < 0.06:
                self.now += timedelta(minutes=self.dice.randint(-300, 300))
            if self.dice.random() < 0.05:
                write(self.street.database, setting.put, outbox.PAUSED, self.dice.choice(["", "", "1"]))
            with suppress(Refusal):
                self.dice.choice(deeds)()
            self.street.looks(self.now)

    def open(self) -> None:
        goods = Item(name=f"货{len(self.buys)}号", spec=None, unit_cents=1000, stock=self.dice.choice([2, 20]))
        closes = self.now + timedelta(minutes=self.dice.randint(60, 1500))
        rooms: Literal["all"] | None = self.dice.choice([None, "all"])
        target = self.dice.choice([None, goods.stock])
        same_day = self.dice.random() < 0.5
        terms = Terms(title=goods.name, items=(goods,), closes_at=closes, target=target, rooms=rooms, same_day=same_day)
        self.buys.append(self.street.opens(terms, self.now))

    def _any(self) -> Buy:
        if not self.buys:
            raise Refusal("还没有团")
        found: Buy = read(self.street.database, finding.find, self.dice.choice(self.buys[-8:]).id)
        return found

    def order(self) -> None:
        buy = self._any()
        if buy.status == "open":
            room = self.dice.choice(read(self.street.database, finding.rooms, buy))
            self.street.orders(buy, self.dice.choice(NEIGHBOURS), 1, self.now, room)

    def end(self) -> None:
        if self.dice.random() < 0.3:
            write(self.street.database, buys.close, self._any(), self.now)

    def arrive(self) -> None:
        self.street.arrives(self._any(), self.now)

    def fetch(self) -> None:
        who = self.dice.choice(NEIGHBOURS)
        digits = write(self.street.database, pickup.code_of, who, self.dice, self.now)
        if digits is not None and self.dice.random() < 0.2:
            code = read(self.street.database, pickup.read_code, digits, self.now)
            goods = [(one, one.left) for one in read(self.street.database, pickup.waiting, who)]
            write(self.street.database, pickup.hand_over, code, goods, OWNER.id, self.now)

    def wind_up(self) -> None:
        if self.dice.random() < 0.1:
            write(self.street.database, pickup.wind_up, self._any(), self.now)


def mentions(line: Outbox, titles: Sequence[str]) -> list[tuple[str, ...]]:
    """What a reminder reminds of: its kind and a group buy, with the room before a close, with the neighbour after."""
    kind, _, _ = (line.cause or "").partition(":")
    about = [line.room_id] if kind.startswith("groupbuy") else [who for who in NEIGHBOURS if who in line.text]
    return [(kind, title, one) for title in titles if title in line.text for one in about]


@pytest.mark.parametrize("seed", range(10))
def test_over_any_days_nothing_is_reminded_of_more_often_than_it_should(street: Street, seed: int) -> None:
    days = Days(street, seed)
    days.live(800)
    lines = [line for line in street.lines() if _is_reminder(line)]
    titles = [buy.title for buy in days.buys]
    times = Counter(about for line in lines for about in mentions(line, titles))
    most = {"groupbuy-half": 1, "groupbuy-hour": 1, "pickup/uncollected": 2, "pickup/behind": 1}
    assert {kind for kind, *_ in times} == set(most)
    assert [about for about, count in times.items() if count > most[about[0]]] == []
    said = [datetime.fromtimestamp(line.created_at, ZONE) for line in lines if line.room_id in ROOMS]
    assert not any(map(street.house.shop.quiet.covers, said))
