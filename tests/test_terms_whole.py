"""Whole group buys as 团长 type them: several items, price steps, rooms, pickup, opening; and what is told of slips."""

import time
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.money import yuan
from community.terms import EXAMPLE_ITEM, MOST_ITEMS, MOST_STOCK, Item, Terms, TermsFault, read_terms

SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOSE = "明天18:00截单"
APPLES = "红富士苹果 5斤装 29.9元 40份"
ORANGES = "砂糖橘 一箱 35元 30份"

# what stands after 苹果 29.9元 40份 and before the close → what it says, in words
CONDITIONS = """
明天9:00开团 → opens=23 09:00 | 明天9:00开始 → opens=23 09:00 | 明早9点开始接龙 → opens=23 09:00
晚上8点准时开抢 → opens=22 20:00 | 开团时间：明天9:00 → opens=23 09:00 | 两小时后开团 → opens=22 12:00
明天早上9点开团啦 → opens=23 09:00 | 20:00开 → opens=22 20:00 | [明天9:00开团] → opens=23 09:00
现在开 → | 现在开团 → | 马上开始 → | 立即开团 →
满500元成团 → money=500元 | 500元成团 → money=500元 | 满三百元成团 → money=300元 | 成团金额500元 → money=500元
满299.9元就成团 → money=299.9元 | 20人成团 满500元成团 → people=20 money=500元
满20份成团 满500元成团 → target=20 money=500元 | 20份成团 10人成团 → target=20 people=10
每户限3份 → home=3 | 一户限购3份 → home=3 | 每家最多3份 → home=3 | 每户3份 → home=3 | 限购每户3份 → home=3
限3份/户 → home=3 | 限3份每户 → home=3 | 每户限6份 每人限3份 → home=6 limit=3 | 限3份 每户限6份 → home=6 limit=3
限3份/人 每户限6份 → home=6 limit=3
全部群 → rooms=all | 所有群 → rooms=all | 所有群都开 → rooms=all | 各群同步开团 → rooms=all | 群：全部 → rooms=all
群：幸福里1群 → rooms=幸福里1群 | 群：幸福里1群、幸福里2群 → rooms=幸福里1群、幸福里2群
群：幸福里1群，幸福里2群 → rooms=幸福里1群、幸福里2群 | 群：幸福里1群 幸福里2群 → rooms=幸福里1群、幸福里2群
群：幸福里 1群、金桂苑 → rooms=幸福里 1群、金桂苑 | 群：“金桂苑 业主”、幸福里1群 → rooms=金桂苑 业主、幸福里1群
群：幸福里1群，限3份 → limit=3 rooms=幸福里1群 | 群：幸福里1群、幸福里1群 → rooms=幸福里1群
群：幸福里1群和幸福里2群 → rooms=幸福里1群、幸福里2群 | 群：幸福里1群 20份成团 → target=20 rooms=幸福里1群
自提：店门口 16:00-20:30 → pickup=店门口 16:00-20:30 | 自提 店门口 16:00-20:30 → pickup=店门口 16:00-20:30
自提点：3号楼2单元门口 → pickup=3号楼2单元门口 | 自提地点 菜鸟驿站 2层 → pickup=菜鸟驿站 2层
店门口自提 → pickup=店门口 | 3号楼门口自提 → pickup=3号楼门口 | 店门口自提 16:00-20:30 → pickup=店门口 16:00-20:30
提货点：好邻居超市收银台旁边 → pickup=好邻居超市收银台旁边 | 自提 三元桥店 → pickup=三元桥店
自提：下午4点到晚上8点半 → pickup=店里 下午4点到晚上8点半
自提 → pickup=店里 | 到店自提 → pickup=店里 | 支持自提 → pickup=店里
自提：3-2-501 → pickup=3-2-501 | 自提：店门口，16:00-20:30，后天到货 → arrives=24 pickup=店门口,16:00-20:30
后天16:00自提 店门口 → arrives=24 pickup=店门口 16:00 | 后天16:00-20:30店门口自提 → arrives=24 pickup=店门口 16:00-20:30
自提：后天 16:00 → arrives=24 pickup=店里 16:00 | 自提时间：后天16:00-20:30 → arrives=24 pickup=店里 16:00-20:30
自提地点：店门口 自提时间：16:00-20:30 → pickup=店门口 16:00-20:30
自提 店门口 限3份 后天到货 → limit=3 arrives=24 pickup=店门口
自提：店门口 群：幸福里1群 → rooms=幸福里1群 pickup=店门口
送货上门 → delivery | 送到门口 → delivery | 免费送货上门 → delivery | 送到家门口 → delivery | 配送到户 → delivery
后天送货上门 → arrives=24 delivery | 自提或送货上门均可 → pickup=店里 delivery | 只自提，不送货上门 → pickup=店里
支持自提，送到门口也行 → pickup=店里 delivery | 自提/送货上门 → pickup=店里 delivery
现货 → shelf | 用库存 → asked | 走库存 → asked | 从库存里扣 → asked
现货，限3份 → limit=3 shelf | 限3份 现货 → limit=3 shelf
用店里的库存 限3份 → limit=3 asked | 自提：店门口 用库存 → pickup=店门口 asked | 自提 现货 → pickup=店里 shelf
现货供应 送货上门 → delivery shelf | 用库存 后天到货 → arrives=24 asked
当天取 → same_day | 到货当天取 → same_day | 到货当天取走 → same_day | 当日要取走 → same_day
后天到货，当天取 → arrives=24 same_day | 后天到货当天取完 → arrives=24 same_day | 到货当天取货 → same_day
自提：店门口 16:00-20:30 当天取 → pickup=店门口 16:00-20:30 same_day | 当天取 自提：店门口 → pickup=店门口 same_day
当天取货 → arrives=23 pickup=店里 | 当天自提 → arrives=23 pickup=店里
满3份每份27.9 → tiers=3:27.9元 | 3份起27.9元/份 → tiers=3:27.9元 | 满5份每份25元 → tiers=5:25元
满3份每份27.9 满5份每份25元 → tiers=3:27.9元 5:25元 | 满5份每份25元，满3份每份27.9 → tiers=3:27.9元 5:25元
3份起27.9元/份 5份起25元/份 → tiers=3:27.9元 5:25元 | 满三份每份二十七块九 → tiers=3:27.9元
买3份每份27.9 → tiers=3:27.9元 | 满3份27.9元/份 → tiers=3:27.9元 | 3份以上27.9元/份 → tiers=3:27.9元
3份起27块9 → tiers=3:27.9元 | 满3份以上每份27.9元 → tiers=3:27.9元 | 满3份，每份27.9 → tiers=3:27.9元
满3份每份27.9 满3份每份27.9元 → tiers=3:27.9元 | 满3份每份27.9 3份成团 → target=3 tiers=3:27.9元
成本22元 → cost=22元 | 成本22 → cost=22元 | 成本价：22.5元/份 → cost=22.5元 | 进价22块5 → cost=22.5元
别名：红富士、冰糖心 → aliases=红富士、冰糖心 | 别名 红富士/冰糖心 → aliases=红富士、冰糖心
又叫：红富士 → aliases=红富士
别名：苹果、红富士 → aliases=红富士 | 别名：红富士，冰糖心，20份成团 → target=20 aliases=红富士、冰糖心
"""

WHOLE = f"""
周末水果 {CLOSE} 满10份成团 / {APPLES} 限3份 / {ORANGES} → 周末水果：红富士苹果、砂糖橘
{APPLES} {CLOSE} / {ORANGES} → 红富士苹果：红富士苹果、砂糖橘
周末水果 / {APPLES} / {ORANGES} / {CLOSE} 满10份成团 → 周末水果：红富士苹果、砂糖橘
周末水果 / {APPLES} / {ORANGES} {CLOSE} → 周末水果：红富士苹果、砂糖橘
{CLOSE} / {APPLES} / {ORANGES} → 红富士苹果：红富士苹果、砂糖橘
🍎周末水果团🍊 {CLOSE}，11-24到货，送到门口 / {APPLES}，每人限3份 → 🍎周末水果团🍊：红富士苹果
9.9元专场 {CLOSE} / 红富士 9.9元 40份 / 砂糖橘 9.9元 30份 → 9.9元专场：红富士、砂糖橘
第3期水果团 {CLOSE} / {APPLES} → 第3期水果团：红富士苹果
明天早餐团 今晚9点截单 明早7:00-9:00自提 / 肉包 2.5元/个 200个 / 豆浆 3元 100杯 → 明天早餐团：肉包、豆浆
水果团 {CLOSE} / 1. {APPLES} / 2. {ORANGES} → 水果团：红富士苹果、砂糖橘
水果团 {CLOSE} / A、{APPLES} / B、{ORANGES} → 水果团：红富士苹果、砂糖橘
水果团 {CLOSE} / ①{APPLES} / ②{ORANGES} → 水果团：红富士苹果、砂糖橘
水果团 {CLOSE} / 1️⃣{APPLES} / 2️⃣{ORANGES} → 水果团：红富士苹果、砂糖橘
水果团 {CLOSE} / - {APPLES} / - {ORANGES} → 水果团：红富士苹果、砂糖橘
1、{APPLES} {CLOSE} / 2、{ORANGES} → 红富士苹果：红富士苹果、砂糖橘
水果团，{CLOSE}，满10份成团。 / 红富士，5斤装，29元，9份，限3份。 / 砂糖橘，一箱，35元，30份。 → 水果团：红富士、砂糖橘
红富士苹果 5斤装 / 29.9元 40份 / {CLOSE} → 红富士苹果：红富士苹果
水果团 {CLOSE} / 红富士 / 29.9元 40份 / 砂糖橘 一箱 / 35元 30份 → 水果团：红富士、砂糖橘
水果团 {CLOSE} / 红富士 5斤装 29.9元 40份 / 红富士 10斤装 55元 20份 → 水果团：红富士、红富士
水果团 / 截单时间：明天18:00 / 到货时间：后天 / 自提地点：店门口 / 自提时间：16:00-20:30 / {ORANGES} → 水果团：砂糖橘
水果团 {CLOSE} /  / {APPLES} /  / {ORANGES} → 水果团：红富士苹果、砂糖橘
"""

# lines apart by / → the beginning of the answer, and what must stand in it
FAULTS = f"""
水果团 {CLOSE} / 红富士 29.9元 / 砂糖橘 30份 → 第2行：还差份数；第3行：还差价钱，像这样写：
水果团 / 红富士 29.9元 / 砂糖橘 30份 → 第1行：还差截单时间；第2行：还差份数；第3行：还差价钱，
水果团 / {APPLES} → 第1行：还差截单时间，像这样写：{CLOSE}
水果团 {CLOSE} 满10份成团 → 还差价钱、份数，像这样写：开团
水果团 / {CLOSE} → 第1行：还差价钱、份数
红富士 29.9元 / {ORANGES} → 第1行：还差份数、截单时间
水果团 {CLOSE} / {APPLES} / 大家快来订 → 第3行：还差价钱、份数
水果团 {CLOSE} / {APPLES} / 35元 30份 → 第3行：还差商品名
水果团 {CLOSE} / {APPLES} / 不新鲜包退 后天到货 → 第3行：“不新鲜包退”没看懂
水果团 {CLOSE} 大家快来 / {APPLES} → 第1行：“大家快来”没看懂
水果团 {CLOSE} / {APPLES} 脆甜 → 第2行：“脆甜”没看懂
水果团 {CLOSE} / {APPLES} / {APPLES} → 第3行：“红富士苹果 5斤装”写了两遍
水果团 {CLOSE} / 苹果 29.9元 40份 / 苹 果 35元 30份 → 第3行：“苹 果”写了两遍
水果团 {CLOSE} / 红富士 29.9元 40份 别名：苹果 / 青苹果 9.9元 40份 别名：苹果 → 第3行：别名“苹果”和 红富士 分不开
水果团 {CLOSE} / 红富士 29.9元 40份 别名：青苹果 / 青苹果 9.9元 40份 → 第2行：别名“青苹果”和 青苹果 分不开
水果团 {CLOSE} / {APPLES} / {CLOSE} / 后天18:00截单 → 第4行：截单时间写了不止一个（明天18:00、周二 18:00）
水果团 {CLOSE} / {APPLES} / 红富士 0元 40份 → 第3行：价钱要大于 0
水果团 {CLOSE} / {APPLES} 限3份 限2份 → 第2行：限购写了不止一个（3、2）
水果团 {CLOSE} / {APPLES} / 红富士 29.9元 35元 40份 → 第3行：价钱写了不止一个
水果团 {CLOSE} / {APPLES} / 红富士 29.9元 40份 限50份 → 第3行：限购 50份 比总数 40份 还多
水果团 {CLOSE} / {APPLES} 满3份每份31 → 第2行：满 3份 每份 31元，没比原来的 29.9元 便宜
水果团 {CLOSE} 限3份 / {APPLES} / {ORANGES} → 第1行：“限3份”说的是哪一样？
水果团 {CLOSE} / {APPLES} / {ORANGES} / 满3份每份27.9 → 第4行：“满3份每份27.9”说的是哪一样？
水果团 {CLOSE} / {APPLES} / {ORANGES} / 成本20元 → 第4行：“成本20元”说的是哪一样？
水果团 {CLOSE} / {APPLES} / {ORANGES} 后天到货 → 第3行：“后天到货”是说整个团的话
水果团 {CLOSE} / {APPLES} / {ORANGES} 用库存 → 第3行：“用库存”是说整个团的话
水果团 {CLOSE} / {APPLES} / {ORANGES} 10份成团 → 第3行：“10份成团”是说整个团的话
水果团 {CLOSE} / {APPLES} / {ORANGES} 当天取 → 第3行：“当天取”是说整个团的话
水果团 {CLOSE} / {APPLES} / {ORANGES} 每户限2份 → 第3行：“每户限2份”是说整个团的话
水果团 {CLOSE} 80份成团 / {APPLES} / {ORANGES} → 第1行：成团要 80份，可总共才 70份
水果团 {CLOSE} / {APPLES} / {ORANGES} / 80人成团 → 第4行：成团要 80 人，可总共才 70份
水果团 {CLOSE} 满3000元成团 / {APPLES} / {ORANGES} → 第1行：成团要 3000元，可全卖完才 2246元
水果团 {CLOSE} 每户限80份 / {APPLES} / {ORANGES} → 第1行：每户限 80份 比总数 70份 还多
水果团 {CLOSE} 每户限3份 / {APPLES} 限5份 → 第1行：每人限 5份 比每户限 3份 还多
水果团 {CLOSE} 后天9:00开团 / {APPLES} → 第1行：周二 9:00 才开团，明天18:00 就截单了
苹果 29.9元 40份 昨天9:00开团 {CLOSE} → 11月21日 9:00 已经过了
苹果 29.9元 40份 9:00开始 {CLOSE} → 今天9:00 已经过了
苹果 29.9元 40份 明天开团 后天18:00截单 → 明天几点开团？
苹果 29.9元 40份 明天9:00开团 后天9:00开团 {CLOSE} → 开团时间写了不止一个
苹果 29.9元 40份 全部群 群：幸福里1群 {CLOSE} → 群写了不止一个（全部群、幸福里1群）
苹果 29.9元 40份 自提：店门口 提货点：菜鸟驿站 {CLOSE} → 自提的地方写了不止一个
苹果 29.9元 40份 满500元成团 满600元成团 {CLOSE} → 成团金额写了不止一个（500元、600元）
苹果 29.9元 40份 每户限3份 每户限2份 {CLOSE} → 每户限购写了不止一个（3、2）
苹果 29.9元 40份 满5000元成团 {CLOSE} → 成团要 5000元，可全卖完才 1196元
苹果 29.9元 40份 满3份每份29.9 {CLOSE} → 满 3份 每份 29.9元，没比原来的 29.9元 便宜
苹果 29.9元 40份 满3份每份27.9 满5份每份28 {CLOSE} → 满 5份 每份 28元，没比满 3份 的 27.9元 便宜
苹果 29.9元 40份 满3份每份27.9 满3份每份26 {CLOSE} → 满 3 份的价钱写了两个（27.9元、26元）
苹果 29.9元 40份 满1份每份27.9 {CLOSE} → 满 1份 每份 27.9元：一份就是这个价
苹果 29.9元 40份 满50份每份27.9 {CLOSE} → 满 50份 每份 27.9元，可总共才 40份
苹果 29.9元 40份 限2份 满3份每份27.9 {CLOSE} → 满 3份 每份 27.9元，可每人限 2份
苹果 29.9元 40份 满3份每份0元 {CLOSE} → 价钱要大于 0
苹果 29.9元 40份 满0份每份9元 {CLOSE} → “0”这个数不对
盐汽水 600ml*24瓶 35元 40箱 满3瓶每瓶1元 {CLOSE} → 这样是按箱卖的，3瓶 换成几箱再写
苹果 29.9元 40份 满3份27.9元 {CLOSE} → “满3份27.9元”是每份的价钱吗？
苹果 29.9元 40份 满10份26.9元 {CLOSE} → “满10份26.9元”是每份的价钱吗？是就写成 满10份每份26.9 这样
苹果 29.9元 40份 满100元减20元 {CLOSE} → “满100元减20元”还不会算
苹果 29.9元 40份 满3份9折 {CLOSE} → “满3份9折”还不会算 | 苹果 29.9元 40份 满50元起送 {CLOSE} → “满50元起送”还不会算
苹果 29.9元 2份55元 40份 {CLOSE} → 价钱写了不止一个（29.9元、55元），留一个就好；多买便宜可以写
苹果 29.9元 40份 成本0元 {CLOSE} → 成本没看懂 | 苹果 29.9元 40份 成本22元 成本23元 {CLOSE} → 成本写了不止一个
苹果 29.9元 40份 别名：2、红富士 {CLOSE} → “2”当别名会和点单的数字、字母混
苹果 29.9元 40份 别名：A {CLOSE} → “A”当别名 | 苹果 29.9元 40份 别名：三份 {CLOSE} → “三份”当别名
苹果 29.9元 40份 别名：{"红" * 21} {CLOSE} → 别名最多 20 个字 | 苹果 29.9元 40份 别名： {CLOSE} → “别名”没看懂
苹果 29.9元 40份 群： {CLOSE} → “群”没看懂 | {"水" * 41} {CLOSE} / {APPLES} → 第1行：团名最多 40 个字
水果团 {CLOSE} / {"苹" * 201} → 第2行：这一行太长了
"""

WORDS = """苹果 砂糖橘 5斤装 600ml*24瓶
29.9 27.9 元 ￥ 40 份 箱 限 每人 每户 每样 每份 2 3 人 成团 起 满 500元 明天 18:00 9:00
截单 今晚8点 开团 现在开 后天 到货 自提 ： 店门口 16:00-20:30 群： 幸福里1群 、 所有群 送货上门
不 成本 别名： 专场 / / / 1.
三 0 ( ] , -"""
ODD = st.lists(st.sampled_from(WORDS.split()), max_size=30)
LINE = st.lists(st.sampled_from([*WORDS.split(), "29.9元 40份", CLOSE]), max_size=6).map(" ".join)


def cases(table: str) -> list[tuple[str, str]]:
    cells = [cell for line in table.strip().splitlines() for cell in line.split(" | ")]
    return [(typed.strip(), told.strip()) for typed, told in (cell.split("→") for cell in cells)]


def lines(typed: str) -> str:
    return "\n".join(part.strip() for part in typed.split(" / "))


def said(terms: Terms) -> str:
    """What the terms hold besides goods and close, in the words of the tables above."""
    item, arrives, opens = terms.items[0], terms.arrives, terms.opens_at
    facts = {
        "opens": opens and f"{opens:%d %H:%M}",
        "target": terms.target,
        "people": terms.target_people,
        "money": terms.target_cents and yuan(terms.target_cents),
        "home": terms.limit_household,
        "limit": item.limit,
        "arrives": arrives and arrives.day,
        "tiers": " ".join(f"{least}:{yuan(cents)}" for least, cents in item.tiers),
        "cost": item.cost_cents and yuan(item.cost_cents),
        "aliases": "、".join(item.aliases),
        "rooms": terms.rooms if isinstance(terms.rooms, str) else "、".join(terms.rooms or ()),
        "pickup": terms.pickup,
    }
    told = [f"{name}={value}" for name, value in facts.items() if value]
    shelf = "asked" if terms.stock_asked else "shelf" if terms.from_stock else ""
    switches = {"delivery": terms.delivery, "same_day": terms.same_day, shelf: bool(shelf)}
    return " ".join([*told, *(name for name, on in switches.items() if on)])


def sound(terms: Terms) -> None:
    """What holds of any terms that are accepted."""
    stock = sum(item.stock for item in terms.items)
    assert terms.title
    assert 1 <= len(terms.items) <= MOST_ITEMS
    assert terms.closes_at > (terms.opens_at or SUNDAY) >= SUNDAY
    assert max(terms.limit_household or 1, terms.target or 1, terms.target_people or 1) <= stock
    assert 0 < (terms.target_cents or 1) <= sum(item.stock * item.unit_cents for item in terms.items)
    for item in terms.items:
        sound_item(item)


def sound_item(item: Item) -> None:
    assert item.name
    assert 1 <= (item.limit or 1) <= item.stock <= MOST_STOCK
    prices = [item.unit_cents, *(cents for _, cents in item.tiers), 0]
    assert prices == sorted(set(prices), reverse=True)
    assert all(1 < least <= (item.limit or item.stock) for least, _ in item.tiers)


@pytest.mark.parametrize(
    ("typed", "shelf"),
    [
        ("苹果 29.9元 现货40份", True),
        ("苹果 29.9元 40份现货", True),
        ("苹果 29.9元 库存40份", False),
        ("现货苹果 29.9元 40份", False),
        ("水果团\n苹果 29.9元 现货40份\n梨 9元 30份", False),
    ],
)
def test_goods_are_from_the_shelf_only_where_that_is_said_of_all(typed: str, shelf: bool) -> None:
    terms = read_terms(f"{typed}\n{CLOSE}", SUNDAY)
    assert terms.from_stock is shelf
    assert terms.items[0].stock == 40


@pytest.mark.parametrize(("typed", "told"), cases(CONDITIONS))
@pytest.mark.parametrize(
    "form", ["苹果 29.9元 40份 {} {}", "水果团 {1}\n苹果 29.9元 40份 {0}", "{1}\n苹果 29.9元 40份\n{0}"]
)
def test_conditions_beside_the_only_item_or_on_a_line_of_their_own(form: str, typed: str, told: str) -> None:
    terms = read_terms(form.format(typed, CLOSE), SUNDAY)
    (item,) = terms.items
    assert said(terms) == told
    assert (item.name, item.spec, item.unit_cents, item.stock) == ("苹果", None, 2990, 40)
    assert f"{terms.closes_at:%d %H:%M}" == "23 18:00"


@pytest.mark.parametrize(("typed", "told"), cases(WHOLE))
def test_the_lines_of_a_whole_group_buy(typed: str, told: str) -> None:
    terms = read_terms(lines(typed), SUNDAY)
    assert f"{terms.title}：{'、'.join(item.name for item in terms.items)}" == told
    sound(terms)


def test_each_item_keeps_its_own_price_stock_and_limit() -> None:
    terms = read_terms(lines(f"水果团 {CLOSE} / {APPLES} 限3份 满3份每份27.9 成本22元 / {ORANGES} 别名：橘子"), SUNDAY)
    assert terms.items == (
        Item(name="红富士苹果", spec="5斤装", unit_cents=2990, stock=40, limit=3, tiers=((3, 2790),), cost_cents=2200),
        Item(name="砂糖橘", spec="一箱", unit_cents=3500, stock=30, aliases=("橘子",)),
    )


def test_a_limit_for_each_of_several_items_is_said_so() -> None:
    terms = read_terms(lines(f"水果团 每样限3份 {CLOSE} / {APPLES} / {ORANGES} 限2份"), SUNDAY)
    assert [item.limit for item in terms.items] == [3, 2]


def test_a_close_without_a_day_is_the_next_after_the_opening() -> None:
    terms = read_terms(f"{APPLES} 后天9:00开团 18:00截单", SUNDAY)
    assert (f"{terms.opens_at:%d %H:%M}", f"{terms.closes_at:%d %H:%M}") == ("24 09:00", "24 18:00")


def test_a_step_in_the_price_alone_is_a_target_and_the_price() -> None:
    terms = read_terms(f"苹果 3份起27.9元/份 40份 {CLOSE}", SUNDAY)
    assert (terms.target, terms.items[0].unit_cents, terms.items[0].tiers) == (3, 2790, ())


def test_as_many_items_as_letters_and_no_more() -> None:
    many = [
        f"{name}果 {price}元 9份"
        for price, name in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇", 1)
    ]
    assert len(read_terms("\n".join([f"水果团 {CLOSE}", *many[:MOST_ITEMS]]), SUNDAY).items) == MOST_ITEMS
    with pytest.raises(TermsFault, match="最多 26 样商品，这里有 27 样"):
        read_terms("\n".join([f"水果团 {CLOSE}", *many]), SUNDAY)


@pytest.mark.parametrize(("typed", "reason"), cases(FAULTS))
def test_a_slip_is_told_by_its_line_in_one_line(typed: str, reason: str) -> None:
    with pytest.raises(TermsFault) as fault:
        read_terms(lines(typed), SUNDAY)
    assert fault.value.text.startswith(reason)
    assert fault.value.text.isprintable()


def test_the_example_for_a_further_line_is_one_that_is_understood() -> None:
    assert len(read_terms(f"水果团 {CLOSE}\n{APPLES}\n{EXAMPLE_ITEM}", SUNDAY).items) == 2


@pytest.mark.parametrize(
    "flood", [f"{APPLES}\n", "\n", "1.\n", "自提 ", "自提：", "群：a、", "别名：a、", "满1", "9:00", "开团 "]
)
def test_a_flood_of_lines_is_refused_at_once(flood: str) -> None:
    started = time.perf_counter()
    for text in ((flood * 50_000)[:50_000], "\n".join([(flood.strip() * 198)[:198]] * 50)):
        with pytest.raises(TermsFault) as fault:
            read_terms(text, SUNDAY)
        assert len(fault.value.text) < 300
    assert time.perf_counter() - started < 3


@given(st.text() | ODD.map(" ".join).map(lines) | st.lists(LINE, max_size=6).map("\n".join))
def test_any_lines_are_sound_terms_or_a_refusal(text: str) -> None:
    with suppress(TermsFault):
        sound(read_terms(text, SUNDAY))


@given(st.permutations([ORANGES, "盐汽水 600ml*24瓶 35元 40箱 限2箱", "鲜鸡蛋 30枚装 19.8元 100板 满2板每板18.8"]))
def test_the_order_of_the_lines_is_the_order_of_the_items_and_nothing_else(order: list[str]) -> None:
    terms = read_terms("\n".join([f"周末团 {CLOSE}", *order]), SUNDAY)
    assert [item.name for item in terms.items] == [line.split()[0] for line in order]
    assert sum(item.stock * item.unit_cents for item in terms.items) == 30 * 3500 + 40 * 3500 + 100 * 1980
