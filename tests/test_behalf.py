"""On behalf: whose order it becomes, what the words mean, and that money, stock and the log agree afterwards."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from community import payment, people, pickup
from community.behalf.reading import apart, read
from community.db import Database, Tx
from community.events import Heard, Person
from community.export import export
from community.groupbuy.tables import GroupBuyEntry, GroupBuyItem, GroupBuyOrder
from community.house import House
from community.quantity import QuantityFault, read_quantity
from community.sheet.paper import read_paper
from community.shop import Shop
from handlers.command import discover
from handlers.desk import Desk
from handlers.router import Router
from tests.conftest import BEGIN, ZONE, Now, write
from tests.conftest import read as look
from tests.test_commands import LI, OWNER, ROOM, WANG, Town, open_shop

OTHER = Person("wxid_wang_two", WANG.name)
NAMES = {"王阿姨", "李姐 3号楼", "3-2-501小陈"}


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """A shop with apples on offer, where two are called 王阿姨."""
    write(database, open_shop)
    for person in (WANG, OTHER, LI):
        write(database, people.present, ROOM.id, [person], BEGIN)
    shop = Town(database, house)
    shop.hears(OWNER, "开团 红富士苹果 5斤装 29.9元 9份 限5份 明天18:00截单")
    shop.hears(OWNER, "确认")
    return shop


def entries(tx: Tx) -> list[tuple[int, str, int, int, str, str]]:
    """Every change of an order, in order."""
    rows = tx.session.exec(select(GroupBuyEntry).order_by(col(GroupBuyEntry.id)))
    return [(row.order_id, row.by_id, row.before, row.after, row.cause, row.reason) for row in rows]


def replayed(tx: Tx) -> bool:
    """Whether the entries lead to the orders, and the orders to what is sold."""
    last = {order: after for order, _, _, after, _, _ in entries(tx)}
    orders = tx.session.exec(select(GroupBuyOrder)).all()
    stands = {one.id: one.quantity if one.status == "placed" else 0 for one in orders}
    sold = {one.id: one.sold for one in tx.session.exec(select(GroupBuyItem))}
    return last == stands and sum(sold.values()) == sum(stands.values())


# Whose order it is


def test_of_two_who_bear_one_name_none_is_guessed(town: Town) -> None:
    town.hears(OTHER, "绑定 3-2-501")
    town.hears(WANG, "+1")
    asked = town.hears(OWNER, "代 王阿姨 +2") or ""
    assert asked == ("店主，有2位王阿姨：1号没登记门牌，订了1份；2号 3栋，还没订。写明是几号：代 王阿姨 2号 +2")


@pytest.mark.parametrize("words", ["代 王阿姨 2号 +2", "代 3-2-501 王阿姨 +2", "代 3栋2单元501 +2", "代王阿姨2号+2"])
def test_a_number_or_a_door_tells_them_apart(town: Town, words: str) -> None:
    town.hears(OTHER, "绑定 3-2-501")
    assert "替王阿姨记下了 红富士苹果 2份" in (town.hears(OWNER, words) or "")
    assert "2份" in (town.hears(OTHER, "我的订单") or "")
    assert "没有订" in (town.hears(WANG, "我的订单") or "")


def test_who_did_it_for_whom_is_kept(town: Town, database: Database) -> None:
    town.hears(OWNER, "代 李姐 +2")
    town.hears(OWNER, "代 李姐 改 1，少了一份")
    town.hears(OWNER, "代 李姐 备注 要小的")
    assert look(database, entries) == [
        (1, OWNER.id, 0, 2, "order", ""),
        (1, OWNER.id, 2, 1, "change", "少了一份"),
        (1, OWNER.id, 1, 1, "note", "要小的"),
    ]
    assert [row["note"] for row in export(database, "orders", ZONE)[1]] == ["要小的"]


def test_limits_are_those_of_whom_it_is_for(town: Town) -> None:
    town.hears(LI, "+4")
    assert town.hears(OWNER, "代 李姐 +2") == "店主，红富士苹果 每人限5份，李姐已经有4份了。"
    assert "替周叔记下了" in (town.hears(OWNER, "代 周叔 +5") or "")
    assert town.hears(OWNER, "代 吴婶 +1") == "店主，红富士苹果 已经订完了，下次早点来～"


def test_a_message_that_comes_twice_counts_once(town: Town, database: Database, house: House) -> None:
    desk = Desk(database, house, Router(discover()), Now())
    for _ in range(2):
        desk.receive(Heard("again", OWNER, "代 李姐 +2", ROOM))
        desk.receive(Heard("again too", LI, "备注 要小的", ROOM))
    for future in desk.under_way:
        future.result(30)
    assert [entry[2:5] for entry in look(database, entries)] == [(0, 2, "order"), (2, 2, "note")]


def test_names_with_braces_and_signs_upset_nothing(town: Town) -> None:
    for name in ("{}", "{{ 1/0 }}", "{0}{1}", "%s", "'; DROP TABLE member; --", "=cmd()"):
        answer = town.hears(OWNER, f"代 {name} +1 大白菜") or ""
        assert "忙不过来" not in answer
        assert "没找到" in answer or "可以这样发" in answer


# After the close


def closed(town: Town) -> None:
    """李姐 ordered three and paid, and it closed."""
    town.hears(LI, "+3")
    town.hears(OWNER, "截单")
    town.hears(OWNER, "李姐 已付")


def test_a_paid_order_made_smaller_is_one_refund_and_counts_once(town: Town, database: Database) -> None:
    closed(town)
    assert "要退29.9元" in (town.hears(OWNER, "代 李姐 改 2，少进了") or "")
    assert "李姐 29.9元" in (town.hears(OWNER, "退款") or "")
    refunds = [(row["cents"], row["reason"]) for row in export(database, "refunds", ZONE)[1]]
    assert refunds == [(2990, "less:2")]
    account = look(database, payment.account, 1)
    assert (account.ordered, account.due, account.paid, account.back) == (8970, 5980, 8970, 2990)


def test_money_stock_and_log_agree_all_the_way(town: Town, database: Database) -> None:
    closed(town)
    for words in (
        "代 李姐 改 5，又要两份",
        "代 周叔 +2，打电话的",
        "到货 6",
        "确认到货",
        "代 李姐 改 2，坏了",
        "代 周叔 取消，没来",
    ):
        assert "可以这样发" not in (town.hears(OWNER, words) or "")
        assert look(database, replayed)
    account = look(database, payment.account, 1)
    assert (account.due, account.paid, account.back) == (5980, 8970, 2990)
    assert "红富士苹果2份" in (town.hears(LI, "我的取货码") or "")


def test_what_was_refunded_in_full_cannot_shrink_further(town: Town) -> None:
    closed(town)
    town.hears(OWNER, "到货")
    town.hears(OWNER, "确认到货")
    town.hears(LI, "售后 苹果坏了")
    town.hears(OWNER, "售后 1 退 89.7元")
    assert "已经退过钱" in (town.hears(OWNER, "代 李姐 改 1，都坏了") or "")
    assert "要退89.7元" in (town.hears(OWNER, "代 李姐 取消，都坏了") or "")


def test_a_plan_drawn_up_before_a_change_is_not_booked(town: Town) -> None:
    closed(town)
    town.hears(OWNER, "到货 2")
    town.hears(OWNER, "代 李姐 改 2，少进了")
    assert town.hears(OWNER, "确认到货") == "店主，刚才有人改了订单，重新发一遍到货吧。"


def test_what_is_forgotten_takes_notes_and_reasons_along(town: Town, database: Database) -> None:
    town.hears(LI, "+1")
    town.hears(LI, "备注 我住院了，送上门")
    town.hears(OWNER, "代 李姐 取消，她住院了")
    town.hears(LI, "确认删除我的数据", direct=True)
    assert {entry[5] for entry in look(database, entries)} == {""}
    assert [row["note"] for row in export(database, "orders", ZONE)[1]] == [""]


@pytest.mark.parametrize("words", ["+1,000", "+1,000份", "+ 1，000 份", "改 1,000", "+1.5，放门口", "+1/2"])
def test_a_thousand_is_not_one_with_a_remark(town: Town, words: str) -> None:
    town.hears(LI, "+2")
    assert "只能按整份记" in (town.hears(OWNER, f"代 李姐 {words}") or "")


@pytest.mark.parametrize(
    ("words", "note"), [("+1，302室", "302室"), ("+1，2号来拿", "2号来拿"), ("+1，，放门口", "放门口")]
)
def test_a_number_behind_a_comma_may_begin_a_remark(town: Town, words: str, note: str) -> None:
    assert (town.hears(OWNER, f"代 李姐 {words}") or "").endswith(f"备注：{note}")


# The words


@pytest.mark.parametrize(
    ("text", "name", "verb", "words"),
    [
        ("王阿姨 +2", "王阿姨", "order", "+2"),
        ("@王阿姨 +2", "王阿姨", "order", "+2"),
        ("王阿姨＋２", "王阿姨", "order", "+2"),
        ("王阿姨两份", "王阿姨", "order", "两份"),
        ("王阿姨 A2 B1", "王阿姨", "order", "A2 B1"),
        ("李姐 3号楼 2份", "李姐 3号楼", "order", "2份"),
        ("3-2-501小陈 改成3", "3-2-501小陈", "alter", "3"),
        ("王阿姨改 1，她出门", "王阿姨", "alter", "1,她出门"),
        ("王阿姨取消", "王阿姨", "cancel", ""),
        ("王阿姨 不要了", "王阿姨", "cancel", ""),
        ("王阿姨 备注：要小的", "王阿姨", "note", "要小的"),
        ("隔壁老王 2", "隔壁老王", "order", "2"),
        ("5-1-301 苹果2", "", "order", "苹果2"),
        ("5-1-301 王奶奶 两份", "王奶奶", "order", "两份"),
    ],
)
def test_words_are_taken_apart(text: str, name: str, verb: str, words: str) -> None:
    said = read(text, NAMES, lambda word: word == "苹果")
    assert (said.name, said.verb, said.words) == (name, verb, words)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("2", ""),
        ("2,出门", "出门"),
        ("2 少送了一份", "少送了一份"),
        ("2份因为出门", "出门"),
        ("2。家里来了3个人", "家里来了3个人"),
    ],
)
def test_a_reason_is_what_stands_behind(words: str, reason: str) -> None:
    assert apart(words, read_quantity) == (2, reason)


@given(st.text(max_size=60))
def test_any_words_are_taken_apart(text: str) -> None:
    said = read(text, NAMES, lambda word: "果" in word)
    assert said.verb in ("order", "alter", "cancel", "note")
    with suppress(QuantityFault):
        assert apart(said.words, read_quantity)[0] > 0


# Anything staff may say, in any state

WHOM = ["王阿姨 2号", "李姐", "周叔", "3-2-501", "1号"]
WHAT = ["+1", "+2", "改 1", "改 2", "改 3", "取消", "备注 要小的", "备注 取消", "改 0", "+99"]
WHY = ["", "，她出门了", "，少送了一份", " 她出门了"]
STATES = [[], ["截单"], ["到货 5", "确认到货"], ["收团"]]


def sound(tx: Tx) -> bool:
    """Whether the log leads to the orders, nobody owes less than nothing or fetches more than they ordered, and the
    papers say the same.
    """
    accounts = payment.recent(tx, BEGIN)
    waiting = [one for who in {account.member_id for account in accounts} for one in pickup.waiting(tx, who)]
    quantities = {one.id: one.quantity for one in tx.session.exec(select(GroupBuyOrder)) if one.status == "placed"}
    owed = sum(line.due for line in read_paper(tx, Shop(), "红富士苹果").lines)
    return (
        replayed(tx)
        and owed == sum(one.due for one in accounts)
        and all(one.ordered >= one.due >= 0 for one in accounts)
        and all(one.left <= quantities[one.order_id] for one in waiting)
    )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_staff_say_the_books_stay_right(town: Town, database: Database, seed: int) -> None:
    chance = Random(seed)
    for step in STATES:
        said = [f"代 {chance.choice(WHOM)} {chance.choice(WHAT)}{chance.choice(WHY)}" for _ in range(15)]
        for words in [*step, *said, f"{chance.choice(WHOM)} 已付", f"{chance.choice(WHOM)} 已退", "代 李姐 +1"]:
            assert "忙不过来" not in (town.hears(OWNER, words) or "")
            assert look(database, sound), words
