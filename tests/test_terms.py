"""The line that opens a group buy, as 团长 type it on a Sunday morning."""

import re
import time
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.money import yuan
from community.terms import MOST_STOCK, Terms, TermsFault, read_terms

SHOP = ZoneInfo("Asia/Shanghai")
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=SHOP)
CLOSE = "明天18:00截单"

# line → title / spec / price / stock [/ what else is told, in words]
GOODS = f"""
红富士苹果 5斤装 29.9元 40份 {CLOSE} → 红富士苹果/5斤装/29.9元/40份
红富士苹果5斤装29.9元40份{CLOSE} → 红富士苹果/5斤装/29.9元/40份
红富士苹果5斤装29.9元40份2份成团限3份{CLOSE}后天到货 → 红富士苹果/5斤装/29.9元/40份
５斤装红富士　２９．９元　４０份　明天１８：００截单 → 红富士/5斤装/29.9元/40份
5斤装 红富士苹果 29.9元 四十份 {CLOSE} → 红富士苹果/5斤装/29.9元/40份
苹果，5斤装，29.9元，40份，{CLOSE}，后天到货。 → 苹果/5斤装/29.9元/40份
苹果（5斤装） 29.9元 40份（限3份） {CLOSE} → 苹果/5斤装/29.9元/40份
苹果 29.9元 5斤装 40份 {CLOSE} → 苹果/5斤装/29.9元/40份
苹果 29.9元 5斤 40份 {CLOSE} → 苹果/5斤/29.9元/40份
苹果 {CLOSE} 40份 29.9元 → 苹果//29.9元/40份
苹果 29.9 40份 {CLOSE} → 苹果//29.9元/40份
苹果 35 40份 {CLOSE} → 苹果//35元/40份
苹果 ￥29.9 共40份 {CLOSE} → 苹果//29.9元/40份
苹果 团购价29.9元 库存40 {CLOSE} → 苹果//29.9元/40份
苹果 29.9元/份 限量40份 {CLOSE} → 苹果//29.9元/40份
苹果 29块9 一共四十份 {CLOSE} → 苹果//29.9元/40份
苹果 29.9元40份每人限3份{CLOSE} → 苹果//29.9元/40份
红富士苹果 5斤装 二十九块九 四十份 二十份成团 限三份 明天下午六点截单 → 红富士苹果/5斤装/29.9元/40份
新西兰 爱妃苹果 大果 12枚 59元 30份 {CLOSE} → 新西兰 爱妃苹果 大果/12枚/59元/30份
鸡蛋 30枚/板 29块9 40板 {CLOSE} → 鸡蛋/30枚/板/29.9元/40板
土鸡蛋 30枚装 32元一板 50板 {CLOSE} → 土鸡蛋/30枚装/32元/50板
盐汽水 600ml*24瓶 35元 40箱 {CLOSE} → 盐汽水/600ml*24瓶/35元/40箱
盐汽水600ml*24瓶 35元/箱 库存40箱 {CLOSE} → 盐汽水/600ml*24瓶/35元/40箱
可乐 24瓶 35元 40箱 {CLOSE} → 可乐/24瓶/35元/40箱
可乐 330ml×24罐 45元 20箱 {CLOSE} → 可乐/330ml×24罐/45元/20箱
砂糖橘 一箱 35元 30份 {CLOSE} → 砂糖橘/一箱/35元/30份
三元牛奶 250ml*12 39.9元 20箱 {CLOSE} → 三元牛奶/250ml*12/39.9元/20箱
A2牛奶 250ml*12盒 39.9元 20箱 {CLOSE} → A2牛奶/250ml*12盒/39.9元/20箱
三只松鼠坚果 100g 19.9元 40包 {CLOSE} → 三只松鼠坚果/100g/19.9元/40包
三只松鼠 19.9元 40份 {CLOSE} → 三只松鼠//19.9元/40份
六个核桃 240ml*20罐 59元 30箱 {CLOSE} → 六个核桃/240ml*20罐/59元/30箱
红薯 2.5元/斤 100斤 {CLOSE} → 红薯//2.5元/100斤
大米 10斤 39.9元 40袋 {CLOSE} → 大米/10斤/39.9元/40袋
活虾 一斤 45元 共20份 {CLOSE} → 活虾/一斤/45元/20份
抽纸 3层100抽*24包 39.9元 60提 {CLOSE} → 抽纸/3层100抽*24包/39.9元/60提
卫生纸 10卷*3提 45.5元 20提 {CLOSE} → 卫生纸/10卷*3提/45.5元/20提
🍎红富士 29.9元 40份 {CLOSE} → 🍎红富士//29.9元/40份
三十元苹果 30元 40份 {CLOSE} → 三十元苹果//30元/40份
'; DROP TABLE orders;-- 29.9元 40份 {CLOSE} → '; DROP TABLE orders;--//29.9元/40份
{{{{ 7*7 }}}} 29.9元 40份 {CLOSE} → {{{{ 7*7 }}}}//29.9元/40份
"""

# what stands after 苹果 29.9元 40份 → the fields it sets, with 11-23 18:00 as the close if none is told
CONDITIONS = """
2份成团 → target=2 | [2份成团] → target=2 | 2份起 → target=2 | 满20份成团 → target=20 | 20份起团 → target=20
成团20份 → target=20
起订10份 → target=10 | 20人成团 → people=20 | 满20人成团 → people=20 | 成团人数20人 → people=20
20份成团 15人成团 → target=20 people=15
限3份 → limit=3 | 每人限3份 → limit=3 | 限购3份 → limit=3 | 限 3 份 → limit=3 | 每人最多3份 → limit=3
每人3份 → limit=3
限购2份/人 → limit=2 | 【限3份】 → limit=3 | 限三份 → limit=3 | 2份成团限3份 → target=2 limit=3
2份成团 2份成团 → target=2
后天到货 → arrives=24 | [后天到货] → arrives=24 | 大后天送到 → arrives=25 | 周三到货 → arrives=25
11-24到货 → arrives=24 | 后天到 → arrives=24 | 明天下午到 → arrives=23
后天上午能到 → arrives=24 | 预计周三到店 → arrives=25
[后天到] → arrives=24
到货时间：后天 → arrives=24 | 预计后天下午到货 → arrives=24 | 后天16:00自提 → arrives=24 | 3天后发货 → arrives=25
2份成团 限3份 后天到货 → target=2 limit=3 arrives=24 | 后天到货 限3份 2份成团 → target=2 limit=3 arrives=24
"""

CLOSES = """
明天18:00截单 23 18:00 | 截止明天18:00 23 18:00 | 截单时间：明天18:00 23 18:00 | 明天18:00前截单 23 18:00
明天18:00 23 18:00
今晚8点截 22 20:00 | 今晚8点截单 22 20:00 | 11-23 18:00截单 23 18:00 | 11月23日周一18:00截单 23 18:00
周六中午12点截单 28 12:00
今晚八点半截团 22 20:30 | 18:00截单 22 18:00 | 两小时后截单 22 12:00 | 3天后截单 25 10:00 | 今晚12点截止 23 00:00
明天18:00截单 后天到货 23 18:00 | 后天到货 明天18:00截单 23 18:00 | 截单明天18:00，后天到货 23 18:00
"""

FAULTS = f"""
→ 商品名、价钱、份数、截单时间 | 苹果 → 还差价钱、份数、截单时间 | 苹果 29.9元 → 还差份数、截单时间
苹果 40份 → 还差价钱、截单时间
苹果 29.9元 40份 → 还差截单时间 | 29.9元 40份 {CLOSE} → 还差商品名 | 苹果 40份 {CLOSE} → 还差价钱
苹果 29.9元 {CLOSE} → 还差份数
苹果 29.9元 2.5份 {CLOSE} → 还差份数 | 苹果 29.9元 40 {CLOSE} → 还差份数 | 苹果 29-35元 40份 {CLOSE} → 还差价钱
苹果 29.9元 35元 40份 {CLOSE} → 价钱写了不止一个（29.9元、35元）
苹果 原价39元 29.9元 40份 {CLOSE} → 价钱写了不止一个
苹果 29.9元 40份 50份 {CLOSE} → 份数写了不止一个（40份、50份） | 苹果 29.9元 共40份 50份 {CLOSE} → “50份”没看懂
苹果 29.9元 40份 {CLOSE} 后天18:00截单 → 截单时间写了不止一个
苹果 29.9元 40份 限2份 限3份 {CLOSE} → 限购写了不止一个
苹果 29.9元 40份 2份成团 3份成团 {CLOSE} → 成团份数写了不止一个
苹果 29.9元 40份 {CLOSE} 周三到货 周四到货 → 到货日子写了不止一个
苹果 29.9元 40份 50份成团 {CLOSE} → 成团要 50份 | 苹果 29.9元 40份 50人成团 {CLOSE} → 成团要 50 人
苹果 29.9元 40份 限50份 {CLOSE} → 限购 50份
苹果 29.9元 40份 脆甜 {CLOSE} → “脆甜”没看懂 | 苹果 29.9元 40份 {CLOSE} 门口 → “门口”没看懂
苹果 0元 40份 {CLOSE} → 大于 0 | 苹果 -3元 40份 {CLOSE} → 负数 | 苹果 29.999元 40份 {CLOSE} → 两位小数
苹果 999999元 40份 {CLOSE} → 最多
苹果 29.9元 0份 {CLOSE} → “0”这个数不对 | 苹果 29.9元 100000份 {CLOSE} → 这个数不对
苹果 29.9元 40份 限0份 {CLOSE} → “0”这个数
苹果 29.9元 40份 今天9:00截单 → 已经过了 | 苹果 29.9元 40份 明天截单 → 几点
苹果 29.9元 40份 2027-3-1 18:00截单 → 太远
苹果 29.9元 40份 {CLOSE} 昨天到货 → 过了 | 苹果 29.9元 40份 2-30 18:00截单 → 没有2-30
"""

WORDS = """苹果 5斤装 600ml*24瓶 29.9 元 ￥ 40 份 箱 共 限 每人 2 人 成团 起 明天 18:00 截单 截止 今晚8点 后天 到货
三 一 0 ( ] , - x ٣ ½"""
ODD = st.lists(st.sampled_from(WORDS.split()), max_size=14)


def cases(table: str) -> list[tuple[str, str]]:
    cells = [cell for line in table.strip().splitlines() for cell in line.split(" | ")]
    return [(typed.strip(), told.strip()) for typed, told in (cell.split("→") for cell in cells)]


@pytest.mark.parametrize(("typed", "told"), cases(GOODS))
def test_the_goods_in_a_line_as_people_type_it(typed: str, told: str) -> None:
    terms = read_terms(typed, SUNDAY)
    (item,) = terms.items
    said = f"{item.name}/{item.spec or ''}/{yuan(item.unit_cents)}/{item.stock}{item.unit}"
    assert (said, terms.closes_at) == (told, datetime(2026, 11, 23, 18, tzinfo=SHOP))


@pytest.mark.parametrize(("typed", "told"), cases(CONDITIONS))
def test_the_conditions_in_a_line_as_people_type_it(typed: str, told: str) -> None:
    terms = read_terms(f"苹果 29.9元 40份 {typed} {CLOSE}", SUNDAY)
    arrives = terms.arrives.day if terms.arrives else None
    fields = {"target": terms.target, "people": terms.target_people, "limit": terms.items[0].limit, "arrives": arrives}
    assert " ".join(f"{name}={value}" for name, value in fields.items() if value is not None) == told
    (item,) = terms.items
    assert (terms.title, item.name, item.spec, item.stock, item.unit_cents) == ("苹果", "苹果", None, 40, 2990)


@pytest.mark.parametrize("cell", re.split(r" \| |\n", CLOSES.strip()))
def test_the_close_in_a_line_as_people_type_it(cell: str) -> None:
    typed, at = re.split(r" (?=\d\d \d\d:\d\d$)", cell)
    terms = read_terms(f"苹果 29.9元 40份 {typed}", SUNDAY)
    assert terms.closes_at == datetime.fromisoformat(f"2026-11-{at}").replace(tzinfo=SHOP)


@pytest.mark.parametrize(("said", "day"), [("当天", 28), ("次日", 29), ("第二天", 29)])
def test_the_day_after_means_after_the_close(said: str, day: int) -> None:
    assert read_terms(f"苹果 29.9元 40份 周六12:00截单 {said}到货", SUNDAY).arrives == date(2026, 11, day)


@pytest.mark.parametrize(("typed", "reason"), cases(FAULTS))
def test_what_is_missing_or_wrong_is_told_in_one_line(typed: str, reason: str) -> None:
    with pytest.raises(TermsFault) as fault:
        read_terms(typed, SUNDAY)
    assert reason in fault.value.text
    assert fault.value.text.isprintable()


def test_whoever_lacks_something_sees_how_it_is_written() -> None:
    with pytest.raises(TermsFault) as fault:
        read_terms("苹果", SUNDAY)
    example = fault.value.text.partition("开团 ")[2]
    assert isinstance(read_terms(example, SUNDAY), Terms)


def test_a_name_too_long_to_be_called_out_is_refused() -> None:
    with pytest.raises(TermsFault, match="商品名最多"):
        read_terms(f"{'苹' * 41} 29.9元 40份 {CLOSE}", SUNDAY)


@pytest.mark.parametrize(
    "flood", ["苹果 29.9元 40份 明天18:00截单 ", "9", "限", "1-", "一", "3层*", "[", "\u0300\u0316"]
)
def test_a_flood_is_refused_at_once(flood: str) -> None:
    started = time.perf_counter()
    for length in (198, 50_000):
        with pytest.raises(TermsFault):
            read_terms((flood * length)[:length], SUNDAY)
    assert time.perf_counter() - started < 1


@given(st.text() | ODD.map("".join) | ODD.map(" ".join))
def test_any_line_is_sound_terms_or_a_refusal(line: str) -> None:
    with suppress(TermsFault):
        terms = read_terms(" ".join(line.splitlines()), SUNDAY)
        (item,) = terms.items
        assert item.name
        assert item.unit_cents > 0
        assert terms.closes_at > SUNDAY
        assert max(item.limit or 1, terms.target or 1, terms.target_people or 1) <= item.stock <= MOST_STOCK


@given(st.permutations(["29.9元", "40份", "20份成团", "限3份", "明天18:00截单", "后天到货"]))
def test_the_order_of_the_terms_does_not_matter(order: list[str]) -> None:
    told = read_terms(f"红富士苹果 5斤装 {' '.join(order)}", SUNDAY)
    assert told == read_terms("红富士苹果 5斤装 29.9元 40份 20份成团 限3份 明天18:00截单 后天到货", SUNDAY)
