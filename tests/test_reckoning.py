"""Orders, sheets, refunds and payments of one group buy come to the same cents, whatever people did."""

import asyncio
from decimal import Decimal
from io import BytesIO
from random import Random

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlmodel import col, select

from community.db import Database, Tx
from community.groupbuy.tables import GroupBuyGrant, GroupBuyOrder
from community.house import House
from community.payment import Payment, Refund
from community.sheet import handing
from front.player import play
from front.settings import read_settings
from front.transcript import read_transcript
from tests.conftest import ZONE, read

PEOPLE = ["王阿姨", "李姐", "老王", "张叔", "刘奶奶", "小陈"]
OPEN = """@ 2026-11-23 09:00
[幸福里1群]
店主: 开团 周末水果 今天18:00截单
  苹果 5斤 29.9元 60份 成本22元 满3份每份27.9
  砂糖橘 一箱 35.5元 60箱
  梨 3斤 19.99元 60份 成本0.5元
店主: 确认
"""


def a_day(chance: Random) -> str:
    """People order, change and cancel; some goods come short, some pay, some complain."""
    said = [f"{who}: 绑定 {chance.randrange(1, 4)}-1-{chance.randrange(101, 105)}" for who in PEOPLE[:4]]
    wishes = ["{}{}", "改 {}{}", "取消 {}"]
    for _ in range(40):
        wish = chance.choices(wishes, [6, 2, 1])[0].format(chance.choice("ABC"), chance.randrange(1, 5))
        said.append(f"{chance.choice(PEOPLE)}: {wish}")
    said += [f"店主: {who} 已付" for who in chance.sample(PEOPLE, 2)]
    said += ["@ 2026-11-24 10:00", f"店主: 到货 苹果 {chance.randrange(0, 12)}", "店主: 确认到货"]
    said += [f"店主: {who} 已付" for who in chance.sample(PEOPLE, 3)]
    said += [f"{chance.choice(PEOPLE)}: 售后 {chance.choice(['苹果', '砂糖橘', '梨'])}坏了" for _ in range(3)]
    said += [f"店主: 售后 {number} 退 {chance.randrange(1, 2500) / 100}元" for number in (1, 2, 3)]
    return OPEN + "\n".join(said) + "\n"


def books(tx: Tx) -> dict[str, int]:
    """What the tables say, added up by hand: portions and cents."""
    orders = {order.id or 0: order for order in tx.session.exec(select(GroupBuyOrder))}
    placed = {number for number, order in orders.items() if order.status == "placed"}
    grants = {grant.order_id: grant.granted for grant in tx.session.exec(select(GroupBuyGrant))}
    return {
        "数量": sum(orders[number].quantity for number in placed),
        "缺货": sum(orders[number].quantity - grants.get(number, orders[number].quantity) for number in placed),
        "金额": sum(orders[number].quantity * orders[number].cents for number in placed),
        "退款": sum(refund.cents for refund in tx.session.exec(select(Refund)) if refund.order_id in placed),
        "已收": sum(payment.cents for payment in tx.session.exec(select(Payment).order_by(col(Payment.id)))),
    }


def summed(sheet: Worksheet, heading: str) -> tuple[Decimal, Decimal]:
    """The sum of a column, and what its total says."""
    place = [cell.value for cell in sheet[3]].index(heading)
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if isinstance(row[place], int | float)]
    lines = [Decimal(str(row[place])) for row in rows if row[0] not in ("小计", "合计")]
    return sum(lines, Decimal(0)), next(Decimal(str(row[place])) for row in rows if row[0] == "合计")


@pytest.mark.parametrize("seed", range(6))
def test_on_a_random_day_orders_sheets_and_reckoning_agree(database: Database, house: House, seed: int) -> None:
    assert database.path is not None
    settings = read_settings(database.path.parent / "no.env", {})
    steps = read_transcript(a_day(Random(seed)), ZONE)
    asyncio.run(play(settings, database, house, steps, lambda *_: None))
    book, known = (
        load_workbook(BytesIO(handing.make(database, house.shop, "sheet:1", "wxid_店主"))),
        read(database, books),
    )
    assert known["金额"] > known["退款"] > 0
    for heading, value in known.items():
        whole = value if heading in ("数量", "缺货") else Decimal(value) / 100
        assert summed(book["对账"], heading) == (whole, whole), heading
    due = Decimal(known["金额"] - known["退款"]) / 100
    assert summed(book["对账"], "应收") == summed(book["收款单"], "应收") == (due, due)
    assert summed(book["商品汇总"], "金额")[1] == Decimal(known["金额"]) / 100
    came = known["数量"] - known["缺货"]
    assert summed(book["拣货单"], "数量") == summed(book["商品分楼"], "数量") == (came, came)
