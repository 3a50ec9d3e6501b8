"""Products: what is cheap today, and the shopkeeper's prices.
Type: 特价 / 上架 鲜鸡蛋 30枚 21.8元 / 设特价 鲜鸡蛋 19.8元 明天
"""

from datetime import date

from community import product
from community.db import Tx
from community.deadline import DeadlineFault, read_day
from community.money import MoneyFault, read_cents
from community.people import Role
from community.refusal import Refusal
from handlers.command import Ask, Command, Reply, command, say


@command("特价", "今日特价", example="特价", help="今天什么便宜")
def today(tx: Tx, ask: Ask) -> Reply | None:
    """The day's deals."""
    if ask.rest:
        return None
    return say("product/today", deals=product.deals_on(tx, ask.now.date()))


@command("上架", example="上架 鲜鸡蛋 30枚 21.8元", help="添一样商品和平时的价", who=Role.CLERK)
def shelve(tx: Tx, ask: Ask) -> Reply:
    """Put a product on the shelf, or give one that is there its new usual price."""
    words = ask.rest.split()
    if len(words) not in (2, 3):
        raise shelve.wrong("写上品名、规格、平时的价")
    name, spec = words[0][: product.LONGEST_NAME], words[1] if len(words) == 3 else ""
    cents = _price(words[-1], shelve)
    before = product.reprice(tx, name, spec, cents)
    return say("product/shelved", name=name, spec=spec, cents=cents, before=before)


@command("设特价", example="设特价 鲜鸡蛋 19.8元 明天", help="定哪天的特价，不写哪天就是今天", who=Role.CLERK)
def discount(tx: Tx, ask: Ask) -> Reply:
    """Give a product its price for one day."""
    words = ask.rest.split()
    if len(words) not in (2, 3):
        raise discount.wrong("写上品名和特价")
    cents, day = _price(words[1], discount), _day(words[2], ask) if len(words) == 3 else ask.now.date()
    product.set_deal(tx, words[0], day, cents)
    return say("product/discounted", name=words[0], cents=cents, day=day, today=day == ask.now.date())


def _price(word: str, using: Command) -> int:
    try:
        return read_cents(word)
    except MoneyFault as fault:
        raise using.wrong(fault.text) from fault


def _day(word: str, ask: Ask) -> date:
    try:
        return read_day(word, ask.now)
    except DeadlineFault as fault:
        raise Refusal(fault.text) from fault
