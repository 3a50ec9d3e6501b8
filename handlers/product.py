"""Products: what is cheap today, and the shopkeeper's prices.
Type: 特价 / 上架 鲜鸡蛋 30枚 21.8元 / 设特价 鲜鸡蛋 19.8元 原价21.8元 明天 / 查价 鲜鸡蛋 / 别名 鲜鸡蛋 土鸡蛋
"""

import re
from datetime import date

from community import product
from community.db import Tx
from community.deadline import DeadlineFault, read_day
from community.money import PRICE, MoneyFault, read_cents
from community.people import Role
from community.product import deals, names, prices
from community.quantity import COUNTERS
from community.refusal import Refusal
from handlers.command import Ask, Command, Reply, alone, command, no_sentence, say

_WAS = re.compile(r"\s*原价\s*[:：]?\s*(\S*)")
_PER = re.compile(rf"[/每一]1?([{COUNTERS}斤块])$")
_PLAIN_PRICE = re.compile(PRICE)


@command("特价", "今日特价", example="特价", help="今天什么便宜", means=alone)
def today(tx: Tx, ask: Ask) -> Reply:
    """The day's deals."""
    return say("product/today", deals=product.deals_on(tx, ask.now.date()))


@command("上架", example="上架 鲜鸡蛋 30枚 21.8元", help="添一样商品和平时的价", who=Role.CLERK)
def shelve(tx: Tx, ask: Ask) -> Reply:
    """Put a product on the shelf, or give one that is there its new usual price."""
    *words, price = ask.rest.split() or [""]
    known = product.find(tx, " ".join(words))
    if not words or (known is None and len(words) > 2):
        raise shelve.wrong("写上品名、规格、平时的价")
    spec = words[1] if known is None and len(words) == 2 else ""
    unit = _PER.search(price)
    repriced = product.reprice(
        tx, known.name if known else words[0], spec, _price(price, shelve), ask.now.date(), unit=unit[1] if unit else ""
    )
    this, day = repriced.product.id, ask.now.date()
    overtaken, faded = deals.overtaken(tx, this, day), deals.faded(tx, this, day)
    return say("product/shelved", product=repriced.product, before=repriced.before, overtaken=overtaken, faded=faded)


@command(
    "设特价",
    example="设特价 鲜鸡蛋 19.8元 明天",
    help="定哪天的特价，不写就是今天，可加 原价21.8元",
    who=Role.CLERK,
)
def discount(tx: Tx, ask: Ask) -> Reply:
    """Give a product its price for one day, and the price before beside it where that is true."""
    was = _WAS.search(ask.rest)
    words = _WAS.sub("", ask.rest).split()
    if len(words) < 2:
        raise discount.wrong("写上品名和特价")
    at = _place_of_price(words)
    cents, before = _price(words[at], discount), _price(was[1], discount) if was else None
    day, said_on = _day(words[at + 1], ask) if words[at + 1 :] else ask.now.date(), ask.now.date()
    found = product.set_deal(tx, " ".join(words[:at]), day, cents, was=before, today=said_on)
    faded = deals.faded(tx, found.id, said_on)
    return say(
        "product/discounted", name=found.name, cents=cents, was=before, day=day, today=day == said_on, faded=faded
    )


@command("查价", example="查价 鲜鸡蛋", help="平时和前7天的价", who=Role.CLERK, everyday=True, means=no_sentence)
def look_up(tx: Tx, ask: Ask) -> Reply:
    """The prices of a product, and what may be written as the price before."""
    if not ask.rest:
        raise look_up.wrong("写上品名")
    found = names.must_find(tx, ask.rest)
    day = ask.now.date()
    offer = next((each for each in product.deals_on(tx, day) if each.name == found.name), None)
    lowest = prices.lowest_of_last_days(tx, found.id, day)
    most = deals.highest_true(tx, found.id, found.cents, day)
    return say("product/prices", product=found, offer=offer, lowest=lowest, most=most)


@command(
    "别名", example="别名 鲜鸡蛋 土鸡蛋、笨鸡蛋", help="别的叫法", who=Role.CLERK, everyday=True, means=no_sentence
)
def alias(tx: Tx, ask: Ask) -> Reply:
    """Give a product more names, or see those it has."""
    words = ask.rest.split()
    if not words:
        raise alias.wrong("写上品名和别名")
    calls = ((product.find(tx, " ".join(words[:cut])), words[cut:]) for cut in range(len(words), 0, -1))
    found, more = next(((found, more) for found, more in calls if found), (None, []))
    if found is None:
        found = names.must_find(tx, words[0])
    names.add_aliases(tx, found.id, names.split_aliases("、".join(more)))
    return say("product/aliases", name=found.name, aliases=names.aliases_of(tx, found.id))


@command("删别名", example="删别名 笨鸡蛋", help="不用的叫法", who=Role.CLERK)
def forget_alias(tx: Tx, ask: Ask) -> Reply:
    """Let a word mean nothing any more."""
    found = product.find(tx, ask.rest)
    if found is None or not names.drop_alias(tx, names.key(ask.rest)):
        raise Refusal(f"“{ask.rest[:20]}”不是别名") if ask.rest else forget_alias.wrong("写上不用的别名")
    return say("product/aliases", name=found.name, aliases=names.aliases_of(tx, found.id))


def _place_of_price(words: list[str]) -> int:
    """Where the price stands: last, or before the day; what is plainly a price (19.8元) goes before a bare number."""
    last = len(words) - 1
    if last == 1 or (not _PLAIN_PRICE.fullmatch(words[last - 1]) and _is_price(words[last])):
        return last
    return last - 1


def _is_price(word: str) -> bool:
    try:
        read_cents(word)
    except MoneyFault:
        return False
    return True


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
