"""Payments where two neighbours bear one name: nobody is taken for the other, and a door or a code tells them apart."""

import pytest

from community.db import Database
from community.events import Person
from community.house import House
from tests.conftest import write
from tests.test_commands import LI, OWNER, WANG, Town, open_shop

OTHER = Person("wxid_wang_two", WANG.name)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Two who are called 王阿姨 and 李姐 ordered apples, which are closed."""
    write(database, open_shop)
    shop = Town(database, house)
    shop.hears(OWNER, "开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单")
    shop.hears(OWNER, "确认")
    for person in (WANG, OTHER, LI):
        shop.hears(person, "+1")
    shop.hears(OWNER, "截单")
    return shop


def test_one_name_of_two_people_is_asked_about(town: Town) -> None:
    assert town.hears(OWNER, "王阿姨 已付") == "店主，有2位王阿姨，写门牌或者取货码：4821 已付"
    assert "一共89.7元" in (town.hears(OWNER, "未付") or "")


def test_a_door_tells_them_apart(town: Town) -> None:
    town.hears(OTHER, "绑定 3-2-501")
    assert "（3栋，1位没写门牌），写门牌或者取货码：4821 已付" in (town.hears(OWNER, "已付 王阿姨") or "")
    assert town.hears(OWNER, "3-2-501 已付") == "王阿姨 付清了：红富士苹果1份，29.9元"
    assert town.hears(OWNER, "王阿姨 已付") == "王阿姨 付清了：红富士苹果1份，29.9元"


def test_a_pickup_code_tells_them_apart(town: Town) -> None:
    town.hears(OWNER, "到货")
    town.hears(OWNER, "确认到货")
    code = (town.hears(OTHER, "我的取货码") or "").split("：")[0][-4:]
    assert town.hears(OWNER, f"{code} 已付") == "王阿姨 付清了：红富士苹果1份，29.9元"
    assert f"{code}：红富士苹果1份，29.9元 已付" in (town.hears(OTHER, "我的取货码") or "")
    assert "未付" in (town.hears(WANG, "我的取货码") or "")


def test_what_was_paid_before_the_order_was_called_off_goes_back(town: Town) -> None:
    town.hears(OWNER, "开团 冬枣 3斤 19元 30份 明天18:00截单")
    town.hears(OWNER, "确认")
    town.hears(LI, "+2 冬枣")
    assert town.hears(OWNER, "李姐 已付") == "李姐 付清了：红富士苹果1份、冬枣2份，67.9元"
    town.hears(OWNER, "撤团")
    assert "李姐 38元（冬枣）" in (town.hears(OWNER, "退款") or "")
