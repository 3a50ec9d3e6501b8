"""However an order comes to owe less: one table has it, and nobody gets back more than they paid."""

import re
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import payment
from community.db import Database
from community.export import export
from community.house import House
from community.payment import Account
from community.sheet.layouts import pages
from community.sheet.pages import Table
from community.sheet.paper import read_paper
from community.shop import Shop
from community.wording import Wording
from tests.conftest import BEGIN, ROOT, ZONE, read, write
from tests.test_commands import LI, OWNER, WANG, Town, open_shop

WAYS = {
    "short": ["截单", "到货 2", "确认到货"],
    "nothing came": ["截单", "到货 0", "确认到货"],
    "called off": ["撤团"],
    "called off late": ["截单", "撤团 苹果"],
    "failed": ["截单"],
    "claimed": ["截单", "到货", "确认到货", "王阿姨: 售后 苹果坏了", "售后 1 退 5元", "售后 1 退 5元"],
    "claimed after a shortage": ["截单", "到货 2", "确认到货", "王阿姨: 售后 苹果坏了", "售后 1 退 29.9元"],
}


def opened(database: Database, house: House, target: str = "") -> Town:
    """王阿姨 has paid for two, 李姐 has not paid for one."""
    write(database, open_shop)
    town = Town(database, house)
    say(
        town,
        f"开团 红富士苹果 5斤装 29.9元 40份 {target} 明天18:00截单",
        "确认",
        "王阿姨: +2",
        "李姐: +1",
        "王阿姨 已付",
    )
    return town


def say(town: Town, *lines: str) -> None:
    people = {"王阿姨": WANG, "李姐": LI}
    for line in lines:
        by, colon, words = line.partition(": ")
        town.hears(people[by] if colon else OWNER, words if colon else line)


def accounts(database: Database) -> list[Account]:
    found: list[Account] = read(database, payment.recent, BEGIN)
    return found


def refunded(database: Database) -> Counter[Any]:
    """Cents taken off, by order, as the export tells them."""
    cents: Counter[Any] = Counter()
    for row in export(database, "refunds", ZONE)[1]:
        cents[row["order_id"]] += int(row["cents"] or 0)
    return cents


def check(database: Database) -> None:
    """What must hold whatever happened."""
    off = refunded(database)
    for one in accounts(database):
        assert 0 <= off[one.order_id] <= one.ordered
        assert 0 <= one.due <= one.ordered
        assert one.back <= one.paid
        assert one.paid - one.back >= 0
        assert not (one.open and one.back)
        if one.placed == "placed" or off[one.order_id]:
            assert one.due == one.ordered - off[one.order_id]


@pytest.mark.parametrize("way", WAYS)
def test_who_paid_gets_it_back_and_who_did_not_owes_less(database: Database, house: House, way: str) -> None:
    town = opened(database, house, "9份成团" if way == "failed" else "")
    say(town, *WAYS[way])
    check(database)
    wang, li = accounts(database)
    assert (wang.back > 0) is (way != "short")
    assert li.back == 0
    assert wang.due + li.due == 8970 - refunded(database).total()


@pytest.mark.parametrize("way", ["called off", "called off late", "failed"])
def test_where_nothing_comes_of_it_everybody_gets_all_back(database: Database, house: House, way: str) -> None:
    town = opened(database, house, "9份成团" if way == "failed" else "")
    say(town, *WAYS[way])
    assert [(one.name, one.back, one.open) for one in accounts(database)] == [("王阿姨", 5980, 0), ("李姐", 0, 0)]
    assert "王阿姨 59.8元" in (town.hears(OWNER, "退款") or "")
    say(town, "王阿姨 已退")
    assert town.hears(OWNER, "未付") == "截了单的都付清了。"
    assert [one.paid for one in accounts(database)] == [0, 0]


def test_what_is_given_anew_belongs_to_its_claim(database: Database, house: House) -> None:
    town = opened(database, house)
    say(town, "截单", "到货", "确认到货", "李姐: 售后 苹果小了", "售后 1 不退 都一样大", "王阿姨: 售后 苹果坏了")
    code = re.search(r"取货码 ([0-9]{4})", town.hears(OWNER, "售后 2 补 1份") or "")
    assert code
    say(town, f"核销 {code[1]}")
    handed = [row["claim_id"] for row in export(database, "pickups", ZONE)[1]]
    assert handed == [None, 2]


LINES = st.sampled_from(
    [
        *(
            "王阿姨: +1",
            "李姐: +2",
            "王阿姨: 改 1",
            "李姐: 取消",
            "王阿姨 已付",
            "李姐 已付",
            "王阿姨 已退",
            "李姐 已退",
        ),
        *("截单", "撤团", "撤团 苹果", "到货", "到货 1", "到货 2 按比例", "确认到货", "收团"),
        *("王阿姨: 售后 苹果坏了", "李姐: 售后 苹果坏了", "售后 1 退 5.9元", "售后 2 退 29.9元", "售后 1 补 1份"),
    ]
)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(LINES, max_size=25), target=st.sampled_from(["", "3份成团"]))
def test_whatever_is_said_the_accounts_hold(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, lines: list[str], target: str
) -> None:
    folder = tmp_path_factory.mktemp(uuid4().hex[:8])
    database = Database(f"sqlite:///{shutil.copy(migrated, folder / 'bot.db')}")
    town = opened(database, House(Shop(), Wording(ROOT / "templates"), Random(1)), target)
    say(town, *lines)
    check(database)
    database.close()


def test_what_is_given_anew_stands_on_a_sheet_of_its_own(database: Database, house: House) -> None:
    town = opened(database, house)
    say(town, "王阿姨: 绑定 3-2-501", *WAYS["claimed"][:3], "王阿姨: 售后 苹果坏了", "李姐: 售后 苹果坏了")
    assert "补货" not in [page.name for page in pages(read(database, read_paper, house.shop))]
    say(town, "售后 1 补 2份", "售后 2 补 1份")
    (code,) = re.findall(r"取货码 ([0-9]{4})", town.hears(WANG, "我的取货码") or "")
    say(town, f"核销 {code} 苹果3")
    sheet = pages(read(database, read_paper, house.shop))[-1]
    assert isinstance(sheet, Table)
    assert [row.cells for row in sheet.rows] == [
        ("3-2-501", "王阿姨", "补 红富士苹果", 2, 1),
        ("未登记", "李姐", "补 红富士苹果", 1, 1),
        ("合计", None, None, 3, 2),
    ]
