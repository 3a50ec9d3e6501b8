"""Opening a group buy: everything the page about it shows can be typed, and goods of the list bring their cost."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from community.db import Database, Tx
from community.groupbuy import buys
from community.people import Member, Role, Room
from community.product import add_product, find, stock
from community.terms import Terms, read_terms

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PAGE = (Path(__file__).parent.parent / "docs" / "opening.zh-CN.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```\n开团 (.*?)\n```", PAGE, re.DOTALL)
TERMS = [
    term for cell in re.findall(r"^\| [^|]+ \|([^|]+)\|$", PAGE, re.MULTILINE) for term in re.findall("`(.+?)`", cell)
]
TOLD_ELSEWHERE = {"绑定 3-2-501"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_page_can_be_typed(example: str) -> None:
    assert read_terms(example, NOW).items


@pytest.mark.parametrize("term", [term for term in TERMS if term not in TOLD_ELSEWHERE])
def test_every_term_of_the_page_is_understood(term: str) -> None:
    plain = read_terms("红富士苹果 5斤装 29.9元 600份 明天18:00截单", NOW)
    told = read_terms(f"红富士苹果 5斤装 29.9元 600份 明天18:00截单 {term}", NOW)
    assert told != plain
    assert [item.name for item in told.items] == ["红富士苹果"]


@pytest.mark.parametrize(("goods", "cost"), [("30枚", 1800), ("30枚 现货", 1800), ("60枚", None)])
def test_goods_of_the_list_bring_their_cost_wherever_they_come_from(
    database: Database, goods: str, cost: int | None
) -> None:
    terms = read_terms(f"鲜鸡蛋 {goods} 21.8元 20盘 明天18:00截单", NOW)
    assert database.pen.write(_opened, terms).result() == [cost]


def test_a_cost_that_was_typed_counts_before_that_of_the_shelf(database: Database) -> None:
    terms = read_terms("鲜鸡蛋 30枚 21.8元 20盘 成本17.5元 现货 明天18:00截单", NOW)
    assert database.pen.write(_opened, terms).result() == [1750]


def _opened(tx: Tx, terms: Terms) -> list[int | None]:
    """The costs of what is drafted, with eggs on the shelf that cost the shop 18 yuan."""
    tx.session.add(Room(id="1群", name="1群", enabled=True, since=0))
    tx.session.add(Member(id="店主", name="店主", role=Role.OWNER, since=0))
    tx.session.flush()
    add_product(tx, "鲜鸡蛋", "30枚", "盘", 2180, cost=1800)
    eggs = find(tx, "鲜鸡蛋")
    assert eggs is not None
    stock.deliver(tx, eggs, 30, "店主", NOW)
    return [item.cost for item in buys.draft(tx, terms, "1群", "店主", NOW).items]
