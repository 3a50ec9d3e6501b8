"""Products: names that mean one thing, true prices before a deal, stock that every change of is written down."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from sqlite3 import IntegrityError
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlmodel import SQLModel, col, select

from community import migrate
from community.db import Database, Tx, change
from community.product import (
    LONGEST_NAME,
    Found,
    Offer,
    add_product,
    deals,
    deals_on,
    find,
    give_back,
    lowest_of_last_days,
    names,
    reprice,
    set_deal,
    stock,
    take,
)
from community.product.tables import PriceEntry, Product, StockEntry
from community.refusal import Refusal

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LONG_AGO = MONDAY - timedelta(days=60)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    """A shop that has long sold eggs at 21.8 yuan a tray."""
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    SQLModel.metadata.create_all(database.engine)
    do(database, add_product, "鲜鸡蛋", "30枚", "盘", 2180, since=LONG_AGO)
    yield database
    database.close()


def do(database: Database, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    return database.pen.write(function, *args, **kwargs).result()


def called(shop: Database, words: str) -> Found:
    found: Found | None = do(shop, find, words)
    assert found is not None
    return found


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


# Names


@pytest.mark.parametrize(
    "words", ["鲜鸡蛋", " 鲜鸡蛋\u200b", "鲜鸡蛋 30枚", "鲜鸡蛋  ３０枚", "土鸡蛋", "Egg", "ＥＧＧ"]
)
def test_a_product_is_found_by_name_spec_and_alias(shop: Database, words: str) -> None:
    do(shop, names.add_aliases, called(shop, "鲜鸡蛋").id, names.split_aliases("土鸡蛋；egg"))
    assert called(shop, words).name == "鲜鸡蛋"


@pytest.mark.parametrize("words", ["", " ", "鸡蛋", "鲜鸡蛋 15枚", "鲜鸡", "x" * 5000, "鲜鸡蛋 " * 900])
def test_what_is_not_its_name_finds_nothing(shop: Database, words: str) -> None:
    assert do(shop, find, words) is None


def test_a_word_means_one_product_only(shop: Database) -> None:
    do(shop, names.add_aliases, called(shop, "鲜鸡蛋").id, names.split_aliases("土鸡蛋"))
    duck = do(shop, add_product, "鸭蛋", "", "盘", 1500)
    for word in ("土鸡蛋", "鲜鸡蛋"):
        with pytest.raises(Refusal, match=f"“{word}”"):
            do(shop, names.add_aliases, duck, names.split_aliases(word))
        with pytest.raises(Refusal, match=f"“{word}”"):
            do(shop, add_product, word, "", "盘", 900)


def test_pricing_by_an_alias_prices_the_product(shop: Database) -> None:
    do(shop, names.add_aliases, called(shop, "鲜鸡蛋").id, names.split_aliases("土鸡蛋"))
    assert do(shop, reprice, "土鸡蛋", "", 2280, MONDAY).before == 2180
    assert called(shop, "鲜鸡蛋").cents == 2280


def test_a_name_too_long_to_say_is_refused(shop: Database) -> None:
    with pytest.raises(Refusal, match=f"最多 {LONGEST_NAME} 个字"):
        do(shop, reprice, "蛋" * (LONGEST_NAME + 1), "", 100, MONDAY)


# Prices


def test_the_lowest_of_the_last_days_counts_usual_prices_and_deals(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋").id
    assert do(shop, lowest_of_last_days, eggs, MONDAY) == 2180
    do(shop, reprice, "鲜鸡蛋", "", 2500, day("11-17"))
    do(shop, set_deal, "鲜鸡蛋", day("11-20"), 1980, today=day("11-19"))
    assert do(shop, lowest_of_last_days, eggs, day("11-20")) == 2180  # the 17th began with it
    assert do(shop, lowest_of_last_days, eggs, day("11-21")) == 1980
    assert do(shop, lowest_of_last_days, eggs, day("11-27")) == 1980
    assert do(shop, lowest_of_last_days, eggs, day("11-28")) == 2500
    assert do(shop, lowest_of_last_days, eggs, day("11-28"), days=30) == 1980
    assert do(shop, lowest_of_last_days, eggs, LONG_AGO) is None


def test_a_deal_replaced_before_its_day_was_never_charged(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋").id
    do(shop, set_deal, "鲜鸡蛋", day("11-20"), 990, today=day("11-18"))
    do(shop, set_deal, "鲜鸡蛋", day("11-20"), 1990, today=day("11-19"))
    assert do(shop, lowest_of_last_days, eggs, MONDAY) == 1990


def test_a_deal_replaced_on_its_day_was_charged(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋").id
    do(shop, set_deal, "鲜鸡蛋", day("11-20"), 1890, today=day("11-20"))
    do(shop, set_deal, "鲜鸡蛋", day("11-20"), 1990, today=day("11-20"))
    assert do(shop, lowest_of_last_days, eggs, MONDAY) == 1890


@pytest.mark.parametrize(
    ("was", "reason"),
    [(2500, "前7天最低卖过 20元，原价只能写到 20元"), (2001, "只能写到 20元"), (1980, "写反了"), (5, "写反了")],
)
def test_a_crossed_out_price_that_is_not_true_is_refused(shop: Database, was: int, reason: str) -> None:
    do(shop, set_deal, "鲜鸡蛋", day("11-16"), 2000, today=day("11-16"))
    with pytest.raises(Refusal, match=reason):
        do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, was=was, today=MONDAY)
    do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, was=2000, today=MONDAY)
    assert do(shop, deals_on, MONDAY) == [Offer("鲜鸡蛋", "30枚", "盘", 1980, 2000)]


def test_a_higher_usual_price_of_today_proves_nothing(shop: Database) -> None:
    do(shop, reprice, "鲜鸡蛋", "", 3000, MONDAY)
    with pytest.raises(Refusal, match=r"只能写到 21\.8元"):
        do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, was=3000, today=MONDAY)


def test_a_lower_usual_price_of_today_counts(shop: Database) -> None:
    do(shop, reprice, "鲜鸡蛋", "", 2000, MONDAY)
    with pytest.raises(Refusal, match="平时就卖 20元，原价只能写到 20元"):
        do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, was=2180, today=MONDAY)


def test_goods_never_sold_before_have_no_price_before(shop: Database) -> None:
    do(shop, reprice, "鸭蛋", "", 1500, MONDAY)
    do(shop, add_product, "鹅蛋", "", "盘", 3000)
    for name in ("鸭蛋", "鹅蛋"):
        with pytest.raises(Refusal, match=f"{name} 刚定价"):
            do(shop, set_deal, name, MONDAY, 1000, was=1500, today=MONDAY)
    do(shop, set_deal, "鸭蛋", day("11-24"), 1000, was=1500, today=MONDAY)


def test_a_crossed_out_price_fades_when_it_becomes_untrue(shop: Database) -> None:
    do(shop, set_deal, "鲜鸡蛋", day("11-25"), 1880, was=2180, today=MONDAY)
    do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, today=MONDAY)
    assert do(shop, deals.faded, called(shop, "鲜鸡蛋").id, MONDAY) == [day("11-25")]
    assert do(shop, deals_on, day("11-25")) == [Offer("鲜鸡蛋", "30枚", "盘", 1880, None)]


def test_a_deal_overtaken_by_the_usual_price_is_none(shop: Database) -> None:
    do(shop, set_deal, "鲜鸡蛋", MONDAY, 1980, today=MONDAY)
    do(shop, reprice, "鲜鸡蛋", "", 1980, MONDAY)
    assert do(shop, deals.overtaken, called(shop, "鲜鸡蛋").id, MONDAY) == [MONDAY]
    assert do(shop, deals_on, MONDAY) == []


# Stock


def test_stock_is_kept_by_deliveries_counts_and_orders(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋")
    assert do(shop, stock.deliver, eggs, 30, "店主", NOW) == 30
    assert do(shop, stock.count, eggs, 28, "店员", NOW) == 30
    assert do(shop, take, eggs.id, 20, "order:1:1", NOW)
    assert do(shop, give_back, eggs.id, 5, "order:1:2", NOW)
    assert do(shop, stock.held, eggs.id) == 13
    assert [(e.kind, e.delta, e.after) for e in do(shop, stock.last_entries, eggs.id, 9)] == [
        ("return", 5, 13),
        ("order", -20, 8),
        ("count", -2, 28),
        ("delivery", 30, 30),
    ]


def test_a_cause_takes_and_gives_back_once(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋")
    do(shop, stock.deliver, eggs, 10, "店主", NOW)
    assert [do(shop, take, eggs.id, 3, "order:1", NOW) for _ in range(3)] == [True, False, False]
    assert [do(shop, give_back, eggs.id, 3, "cancel:1", NOW) for _ in range(3)] == [True, False, False]
    assert do(shop, stock.held, eggs.id) == 10


def test_more_than_there_is_cannot_be_taken(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋")
    do(shop, stock.deliver, eggs, 3, "店主", NOW)
    with pytest.raises(Refusal, match="只剩 3盘"):
        do(shop, take, eggs.id, 4, "order:1", NOW)
    do(shop, take, eggs.id, 3, "order:2", NOW)
    with pytest.raises(Refusal, match="卖完了"):
        do(shop, take, eggs.id, 1, "order:3", NOW)


def test_goods_nobody_counts_are_never_short(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋")
    assert do(shop, take, eggs.id, 500, "order:1", NOW) is False
    assert do(shop, stock.held, eggs.id) is None
    assert do(shop, stock.on_hand) == []


def test_a_delivery_that_no_shelf_could_hold_is_asked_about(shop: Database) -> None:
    eggs = called(shop, "鲜鸡蛋")
    do(shop, stock.deliver, eggs, 99_999, "店主", NOW)
    with pytest.raises(Refusal, match="多打了几位"):
        do(shop, stock.deliver, eggs, 1, "店主", NOW)


@pytest.mark.parametrize("verb", [lambda table: update(table).values(product_id=2), delete])
@pytest.mark.parametrize("table", [PriceEntry, StockEntry])
def test_what_happened_cannot_be_rewritten(shop: Database, table: type[SQLModel], verb: Callable[..., Any]) -> None:
    do(shop, stock.deliver, called(shop, "鲜鸡蛋"), 3, "店主", NOW)
    with pytest.raises(IntegrityError, match="append-only"):
        do(shop, lambda tx: tx.run(change(verb(table))))


MOVES = st.lists(
    st.tuples(st.sampled_from(["take", "back", "deliver", "count"]), st.integers(1, 40), st.integers(1, 25)),
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(MOVES)
def test_stock_is_always_the_sum_of_its_entries(tmp_path_factory: Any, moves: list[tuple[str, int, int]]) -> None:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('stock') / 'bot.db'}")
    SQLModel.metadata.create_all(database.engine)
    do(database, add_product, "鲜鸡蛋", "", "盘", 2180)
    try:
        do(database, _play, called(database, "鲜鸡蛋"), moves)
    finally:
        database.close()


def _play(tx: Tx, eggs: Found, moves: list[tuple[str, int, int]]) -> None:
    there, causes = None, set()
    for move, quantity, cause in moves:
        counted = there is not None and (eggs.id, cause) not in causes
        if move == "deliver":
            there = stock.deliver(tx, eggs, quantity, "店主", NOW)
        elif move == "count":
            assert stock.count(tx, eggs, quantity, "店主", NOW) == there
            there = quantity
        elif move == "take" and counted and quantity > (there or 0):
            with pytest.raises(Refusal):
                take(tx, eggs.id, quantity, str(cause), NOW)
        else:
            assert (take if move == "take" else give_back)(tx, eggs.id, quantity, str(cause), NOW) is counted
            if counted:
                causes.add((eggs.id, cause))
                there = (there or 0) + (-quantity if move == "take" else quantity)
        assert stock.held(tx, eggs.id) == there
    entries = tx.session.exec(select(StockEntry).order_by(col(StockEntry.id))).all()
    assert sum(entry.delta for entry in entries) == (there or 0)
    assert all(entry.after >= 0 for entry in entries)


def test_random_prices_never_let_an_untrue_crossed_out_price_through(shop: Database) -> None:
    random, valid = Random(7), {MONDAY + timedelta(days=n): {2180} for n in range(-8, 40)}
    usual, today = 2180, MONDAY
    for _ in range(300):
        step = random.choice(["usual", "deal", "night"])
        cents = random.randrange(1500, 2600, 10)
        if step == "night":
            today += timedelta(days=1)
            valid.setdefault(today, set()).clear()
            valid[today].add(usual)
        elif step == "usual":
            do(shop, reprice, "鲜鸡蛋", "", cents, today)
            usual = cents
            valid[today].add(cents)
        elif cents < usual:
            lowest = min(min(valid[today - timedelta(days=n)]) for n in range(1, 8))
            was = random.randrange(cents + 10, 2700, 10)
            if was > min(lowest, usual):
                with pytest.raises(Refusal, match="原价"):
                    do(shop, set_deal, "鲜鸡蛋", today, cents, was=was, today=today)
            else:
                do(shop, set_deal, "鲜鸡蛋", today, cents, was=was, today=today)
                valid[today].add(cents)


def test_the_products_table_names_each_once(shop: Database) -> None:
    with pytest.raises(Refusal, match="已经有"):
        do(shop, add_product, "鲜鸡蛋", "", "盘", 100)
    with shop.reading() as tx:
        assert [product.name for product in tx.session.exec(select(Product))] == ["鲜鸡蛋"]


# A shop that was there before


def _before_products_were_whole(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin():
        command.upgrade(migrate._config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO product (id, name, spec, unit, cents) "
            "VALUES (1, '鲜鸡蛋', '30枚', '盘', 2180), (2, 'iPhone壳', '', '个', 990)"
        )
        connection.exec_driver_sql("INSERT INTO deal (product_id, day, cents) VALUES (1, '2026-11-20', 1980)")


def test_goods_from_before_keep_their_names_and_prices(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    _before_products_were_whole(database)
    assert migrate.upgrade(database, tmp_path / "backups", NOW) is not None
    assert called(database, "iphone壳").id == 2
    assert do(database, lowest_of_last_days, 1, MONDAY) == 1980
    do(database, reprice, "鲜鸡蛋", "", 2280, MONDAY)
    assert do(database, stock.deliver, called(database, "鲜鸡蛋"), 30, "店主", NOW) == 30
    database.close()
