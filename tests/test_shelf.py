"""Group buys out of the shop's stock: whatever people do, the shelf and the orders add up, and others pay nothing."""

import asyncio
from random import Random

import pytest
from sqlmodel import col, select

from community.db import Database, Tx
from community.groupbuy import finding, orders
from community.groupbuy.tables import GroupBuyItem
from community.groupbuy.wishes import Wish
from community.house import House
from community.product.tables import Stock, StockEntry
from front.player import play
from front.settings import read_settings
from front.transcript import read_transcript
from tests.conftest import BEGIN, ZONE, read, write

PEOPLE = ["王阿姨", "李姐", "老王", "张叔"]
SHELF = """@ 2026-11-23 09:00
[幸福里1群]
店主: 上架 鲜鸡蛋 30枚 21.8元/盘
店主: 盘点 鲜鸡蛋 20
店主: 开团 鲜鸡蛋 30枚 19.9元 40盘 {} 全部群 今天18:00截单
店主: 确认
"""


def lived(database: Database, house: House, text: str) -> None:
    assert database.path is not None
    settings = read_settings(database.path.parent / "no.env", {})
    asyncio.run(play(settings, database, house, read_transcript(text, ZONE), lambda *_: None))


def a_day(chance: Random) -> str:
    """Orders, changes and cancellations in two rooms, with deliveries and counts in between."""
    said = []
    for _ in range(50):
        who, wish = chance.choice(PEOPLE), chance.choice(["+{}", "+{}", "改 {}", "取消"])
        said += [f"[幸福里{chance.randrange(1, 3)}群]", f"{who}: {wish.format(chance.randrange(1, 7))}"]
        if chance.random() < 0.2:
            said.append(f"店主: {chance.choice(['进货', '盘点'])} 鲜鸡蛋 {chance.randrange(1, 9)}")
    return SHELF.format("用库存") + "\n".join(said) + "\n"


def shelf(tx: Tx) -> tuple[int, list[StockEntry], int]:
    """What there is, how it came to that, and how many are ordered."""
    entries = list(tx.session.exec(select(StockEntry).order_by(col(StockEntry.id))))
    return tx.session.exec(select(Stock)).one().quantity, entries, tx.session.exec(select(GroupBuyItem)).one().sold


@pytest.mark.parametrize("ending", ["", "店主: 撤团\n"])
@pytest.mark.parametrize("seed", range(4))
def test_every_order_is_taken_from_the_shelf_and_every_change_is_an_entry(
    database: Database, house: House, seed: int, ending: str
) -> None:
    lived(database, house, a_day(Random(seed)) + ending)
    held, entries, sold = read(database, shelf)
    assert held == sum(entry.delta for entry in entries) == entries[-1].after >= 0
    assert sold == -sum(entry.delta for entry in entries if entry.kind in ("order", "return"))
    assert {entry.kind for entry in entries} == {"order", "return", "delivery", "count"}
    assert sold == 0 if ending else sold > 0


def test_orders_of_a_suppliers_goods_leave_the_shelf_alone(database: Database, house: House) -> None:
    lived(database, house, SHELF.format("后天到货") + "王阿姨: +2\n王阿姨: 取消\n李姐: +30\n")
    held, entries, sold = read(database, shelf)
    assert (held, sold, [entry.kind for entry in entries]) == (20, 30, ["count"])


def test_an_order_of_a_suppliers_goods_asks_for_no_stock(database: Database, house: House) -> None:
    lived(database, house, SHELF.format("后天到货") + "王阿姨: 团购\n")
    said: list[str] = []

    def order(tx: Tx) -> None:
        (buy,) = finding.open_in(tx, "幸福里1群@chatroom", BEGIN)
        tx.session.connection().connection.driver_connection.set_trace_callback(said.append)  # type: ignore[union-attr] # sqlite3's own
        orders.add(tx, Wish(buy, buy.items[0], 2), "幸福里1群@chatroom", "wxid_王阿姨", BEGIN)

    write(database, order)
    assert len([line for line in said if "groupbuy" in line]) >= 3
    assert not [line for line in said if "FROM stock" in line or "stock_entry" in line]
