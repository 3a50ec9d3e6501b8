"""Posts: what goes out, what is skipped, never twice; deals and tips that they speak of."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import SQLModel, col, select

from community import outbox, pacing, people, posts
from community.db import Database, Tx
from community.events import Place
from community.gather import Gather, TipFiles
from community.house import House
from community.outbox import Outbox
from community.people import KnownRoom
from community.posts import LATE, OVERTAKEN, Decision, Post, Published, Sent, Spoken
from community.product import Offer, add_product, deals_on, set_deal
from community.refusal import Refusal
from community.shop import Shop
from community.wording import Wording, WordingFault

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = Post("早安", "早安问候", "30 7 * * *", "posts/早安", "all", timedelta(hours=2))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=ZONE)


HALF_PAST_SEVEN = at("23 07:30")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    """A shop with two enabled rooms and one that is not."""
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    SQLModel.metadata.create_all(database.engine)
    for number in (1, 2, 3):
        do(database, room, number, enabled=number < 3)
    yield database
    database.close()


def do(database: Database, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    return database.pen.write(function, *args, **kwargs).result()


def room(tx: Tx, number: int, *, enabled: bool) -> None:
    people.known_room(tx, Place(f"r{number}", f"{number}群"), at("01 00:00"))
    people.switch(tx, f"r{number}", on=enabled, now=at("01 00:00") + timedelta(seconds=number))


def greet(_tx: Tx, here: KnownRoom) -> Spoken:
    return Spoken(f"{here.name}早")


def publish(tx: Tx, post: Post, now: datetime, render: posts.Render = greet) -> Published | None:
    return posts.publish(tx, post, HALF_PAST_SEVEN, now, posts.rooms_of(tx, post), render)


def only(*moments: datetime) -> posts.Between:
    """A post that has just these moments."""
    return lambda after, until, most: list(moments)


def queued(database: Database) -> list[tuple[str, str]]:
    with database.reading() as tx:
        return [(line.room_id, line.text) for line in tx.session.exec(select(Outbox).order_by(col(Outbox.id)))]


def sent(database: Database) -> list[Sent]:
    with database.reading() as tx:
        return posts.posts_sent(tx)


# The decision, on plain data


def test_a_moment_that_has_just_come_goes_out() -> None:
    assert posts.decide([at("23 07:30")], at("23 07:30"), timedelta(hours=2)) == Decision(at("23 07:30"))


def test_a_missed_moment_goes_out_as_long_as_it_is_fresh() -> None:
    assert posts.decide([at("23 07:30")], at("23 09:30"), timedelta(hours=2)).publish == at("23 07:30")
    late = posts.decide([at("23 07:30")], at("23 09:31"), timedelta(hours=2))
    assert late == Decision(None, ((at("23 07:30"), LATE),))


def test_of_several_missed_days_only_the_last_may_go_out() -> None:
    days = [at("21 07:30"), at("22 07:30"), at("23 07:30")]
    overtaken = ((days[0], OVERTAKEN), (days[1], OVERTAKEN))
    assert posts.decide(days, at("23 08:00"), timedelta(hours=2)) == Decision(days[2], overtaken)
    assert posts.decide(days, at("23 20:00"), timedelta(hours=2)) == Decision(None, (*overtaken, (days[2], LATE)))


def test_what_lies_ahead_is_left_alone() -> None:
    assert posts.decide([], at("23 07:30"), timedelta(hours=2)) == Decision(None)
    assert posts.decide([at("23 07:30")], at("23 07:29"), timedelta(hours=2)) == Decision(None)


# Publishing


def test_a_post_goes_to_every_enabled_room(shop: Database) -> None:
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN) == Published(HALF_PAST_SEVEN, "claimed", 2)
    assert queued(shop) == [("r1", "1群早"), ("r2", "2群早")]


def test_a_moment_is_claimed_once(shop: Database) -> None:
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN) is not None
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN + timedelta(minutes=1)) is None
    assert len(queued(shop)) == 2


def test_a_room_enabled_later_does_not_get_what_has_been_said(shop: Database) -> None:
    do(shop, publish, MORNING, HALF_PAST_SEVEN)
    do(shop, people.switch, "r3", on=True, now=at("23 07:40"))
    do(shop, publish, MORNING, at("23 07:41"))
    assert {to for to, _ in queued(shop)} == {"r1", "r2"}


def test_rooms_by_name_and_a_word_about_those_that_are_not_there(shop: Database) -> None:
    post = Post("早安", "早安", "30 7 * * *", "x", ("2群", "3群", "9群"), timedelta(hours=2))
    assert do(shop, publish, post, HALF_PAST_SEVEN) == Published(HALF_PAST_SEVEN, "claimed", 1, absent=("3群", "9群"))
    assert queued(shop) == [("r2", "2群早")]


def test_an_empty_text_is_not_said(shop: Database) -> None:
    def only_second(_tx: Tx, here: KnownRoom) -> Spoken:
        return Spoken("  \n" if here.id == "r1" else "有特价")

    assert do(shop, publish, MORNING, HALF_PAST_SEVEN, only_second).rooms == 1
    assert queued(shop) == [("r2", "有特价")]


def test_words_that_fail_in_one_room_are_said_in_none_and_the_reason_is_kept(shop: Database) -> None:
    def fail_in_second(tx: Tx, here: KnownRoom) -> Spoken:
        if here.id == "r2":
            raise WordingFault("posts/早安.j2", 3, "wether", "不认识“wether”")
        return Spoken("早")

    published = do(shop, publish, MORNING, HALF_PAST_SEVEN, fail_in_second)
    assert (published.status, published.reason) == ("failed", "posts/早安.j2 第3行：不认识“wether”")
    assert queued(shop) == []
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN) is None


def test_what_is_killed_before_the_commit_has_not_happened(shop: Database) -> None:
    def die(tx: Tx) -> None:
        publish(tx, MORNING, HALF_PAST_SEVEN)
        raise SystemError("the power fails")

    with pytest.raises(SystemError):
        do(shop, die)
    assert (queued(shop), sent(shop)) == ([], [])
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN).rooms == 2


def test_words_are_worth_saying_only_while_the_post_is_fresh(shop: Database) -> None:
    do(shop, publish, MORNING, at("23 08:30"))
    do(shop, outbox.take, pacing.Schedule(), pacing.Quiet(), at("23 09:31"))
    assert {row.status for row in sent(shop)} == {"expired"}


def test_a_post_in_quiet_hours_waits_for_the_morning(shop: Database) -> None:
    late = Post("晚安", "晚安", "30 22 * * *", "x", ("1群",), timedelta(hours=12))
    do(shop, posts.publish, late, at("22 22:30"), at("22 22:30"), [KnownRoom("r1", "1群", True)], greet)
    assert isinstance(do(shop, outbox.take, pacing.Schedule(), pacing.Quiet(), at("22 22:30")), outbox.Rest)
    sending = do(shop, outbox.take, pacing.Schedule(), pacing.Quiet(), at("23 07:00"))
    assert (sending.to, sending.text) == ("r1", "1群早")


def test_the_export_has_a_row_a_room_and_one_for_what_was_not_said(shop: Database) -> None:
    do(shop, posts.begin, "早安", at("20 12:00"))
    missed = only(at("21 07:30"), at("22 07:30"), HALF_PAST_SEVEN)
    do(shop, posts.catch_up, MORNING, at("23 07:31"), missed, greet)
    moment = int(HALF_PAST_SEVEN.timestamp())
    assert sent(shop) == [
        Sent("早安", moment - 2 * 86400, "", "skipped", None),
        Sent("早安", moment - 86400, "", "skipped", None),
        Sent("早安", moment, "1群", "queued", None),
        Sent("早安", moment, "2群", "queued", None),
    ]


# Up to where a post has been dealt with


def test_a_post_never_met_has_no_past(shop: Database) -> None:
    assert do(shop, posts.reached, "早安", at("23 08:00")) is None
    do(shop, posts.begin, "早安", at("23 08:00"))
    assert do(shop, posts.reached, "早安", at("23 09:00")) == at("23 07:59:59")


def test_a_skip_by_a_clock_that_was_ahead_does_not_hold(shop: Database) -> None:
    do(shop, posts.begin, "早安", at("22 12:00"))
    do(shop, posts.catch_up, MORNING, at("25 12:00"), only(HALF_PAST_SEVEN, at("24 07:30")), greet)
    assert [row.status for row in sent(shop)] == ["skipped", "skipped"]
    assert do(shop, posts.reached, "早安", at("22 13:00")) == at("22 11:59:59")
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN).rooms == 2
    assert do(shop, publish, MORNING, HALF_PAST_SEVEN) is None


def test_a_beginning_in_the_future_is_not_waited_for(shop: Database) -> None:
    do(shop, posts.begin, "早安", at("30 12:00"))
    assert do(shop, posts.reached, "早安", at("23 07:30")) == at("23 07:29")


# Deals


def test_deals_are_the_products_with_a_price_for_the_day(shop: Database) -> None:
    do(shop, add_product, "红富士苹果", "5斤装", "份", 3990)
    do(shop, add_product, "鸡蛋", "", "板", 2200)
    do(shop, set_deal, "鸡蛋", at("23 00:00").date(), 1990)
    do(shop, set_deal, "鸡蛋", at("23 00:00").date(), 1880)
    assert do(shop, deals_on, at("23 00:00").date()) == [Offer("鸡蛋", "", "板", 1880)]
    assert do(shop, deals_on, at("24 00:00").date()) == []


@pytest.mark.parametrize(("name", "cents"), [("鸭蛋", 1990), ("鸡蛋", 0), ("鸡蛋", -5)])
def test_a_deal_needs_a_product_and_a_price(shop: Database, name: str, cents: int) -> None:
    do(shop, add_product, "鸡蛋", "", "板", 2200)
    with pytest.raises(Refusal, match=name):
        do(shop, set_deal, name, at("23 00:00").date(), cents)


def test_two_products_do_not_share_a_name(shop: Database) -> None:
    do(shop, add_product, "鸡蛋", "", "板", 2200)
    with pytest.raises(Refusal, match="已经有“鸡蛋”了"):
        do(shop, add_product, "鸡蛋", "30枚", "板", 2300)


# What a post may speak of


def gather(directory: Path, text: str, tips: str = "") -> Gather:
    for name, content in (("posts/早安.j2", text), ("tips/厨房.txt", tips)):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(content, encoding="utf-8")
    house = House(Shop(name="幸福里小店"), Wording(directory), Random(1))
    return Gather(house, TipFiles(directory / "tips"), lambda tx, room_id, now: [{"title": f"{room_id}的苹果"}])


def test_a_post_speaks_of_shop_room_day_deals_and_group_buys(shop: Database, tmp_path: Path) -> None:
    do(shop, add_product, "鸡蛋", "", "板", 2200)
    do(shop, set_deal, "鸡蛋", HALF_PAST_SEVEN.date(), 1990)
    text = "{{shop.name}} {{room.name}} {{today.words}}{% for d in deals %} {{d.name}}{{d.cents|yuan}}{% endfor %}"
    text += "{% for b in groupbuys %} {{b.title}}{% endfor %}{% if weather %}晴{% endif %}"
    render = gather(tmp_path, text).render(MORNING, HALF_PAST_SEVEN)
    do(shop, publish, MORNING, HALF_PAST_SEVEN, render)
    assert queued(shop)[0] == ("r1", "幸福里小店 1群 11月23日 鸡蛋19.9元 r1的苹果")


def heard_in_first_room(shop: Database, facts: Gather, days: int) -> list[str]:
    for day in range(days):
        now = HALF_PAST_SEVEN + timedelta(days=day)
        rooms = [KnownRoom("r1", "1群", True)]
        do(shop, posts.publish, MORNING, now, now, rooms, facts.render(MORNING, now))
    return [text for _, text in queued(shop)]


def test_tips_rotate_in_a_room_and_none_returns_before_its_turn(shop: Database, tmp_path: Path) -> None:
    facts = gather(tmp_path, "{% if tip %}{{ tip.kind }}：{{ tip.text }}{% endif %}", "甲。\n乙。\n丙。")
    heard = heard_in_first_room(shop, facts, 6)
    assert sorted(heard[:3]) == sorted(heard[3:]) == ["厨房：丙。", "厨房：乙。", "厨房：甲。"]


def test_a_post_that_reads_no_tip_uses_none_up(shop: Database, tmp_path: Path) -> None:
    facts = gather(tmp_path, "早{% if room.name == '9群' %}{{ tip }}{% endif %}", "甲。\n乙。")
    heard_in_first_room(shop, facts, 1)
    (tmp_path / "posts" / "早安.j2").write_text("{{ tip }}", encoding="utf-8")
    assert heard_in_first_room(shop, facts, 3)[1:] == ["甲。", "乙。"]


def test_a_shop_without_tips_says_nothing(shop: Database, tmp_path: Path) -> None:
    facts = gather(tmp_path, "{% if tip %}贴士{% endif %}{{ tip.text }}{{ tip.kind }}{{ tip.term }}{{ tip }}")
    assert heard_in_first_room(shop, facts, 1) == []


def test_broken_tips_leave_the_ones_before(shop: Database, tmp_path: Path) -> None:
    facts = gather(tmp_path, "{{ tip }}", "甲。\n乙。")
    heard_in_first_room(shop, facts, 1)
    (tmp_path / "tips" / "厨房.txt").write_text("丙。\n丙。", encoding="utf-8")
    assert heard_in_first_room(shop, facts, 2)[1:] == ["乙。"]


# By hand


def by_hand(tx: Tx, now: datetime, *, again: bool = False) -> list[str]:
    """The rooms that are left out."""
    return [one.room_id for one in posts.speak_now(tx, MORNING, now, posts.rooms_of(tx, MORNING), greet, again=again)]


def settled(tx: Tx, status: str) -> None:
    for line in tx.session.exec(select(Outbox)):
        line.status = status
    tx.session.flush()


@pytest.mark.parametrize(
    ("status", "minutes", "left_out"),
    [
        ("queued", 60, True),  # it is still to come
        ("sending", 1, True),
        ("sent", 10, True),
        ("uncertain", 10, True),
        ("sent", 11, False),  # whoever wants it after that does not type it by mistake
        ("uncertain", 11, False),
        ("failed", 1, False),
        ("expired", 1, False),
    ],
)
def test_what_has_just_been_said_is_not_said_again(shop: Database, status: str, minutes: int, left_out: bool) -> None:
    assert do(shop, by_hand, HALF_PAST_SEVEN) == []
    do(shop, settled, status)
    later = HALF_PAST_SEVEN + timedelta(minutes=minutes)
    assert do(shop, by_hand, later) == (["r1", "r2"] if left_out else [])
    assert len(queued(shop)) == (2 if left_out else 4)


def test_what_the_clock_has_just_said_is_not_repeated_by_hand(shop: Database) -> None:
    do(shop, publish, MORNING, HALF_PAST_SEVEN)
    assert do(shop, by_hand, HALF_PAST_SEVEN) == ["r1", "r2"]


def test_what_is_wanted_again_is_said_again_even_within_one_second(shop: Database) -> None:
    for _ in range(3):
        do(shop, by_hand, HALF_PAST_SEVEN, again=True)
    assert len(queued(shop)) == 6
    assert len({one.moment for one in sent(shop)}) == 3
