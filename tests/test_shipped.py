"""What ships for a shop's first fortnight: posts that read well on every kind of day, their times, the sample goods."""

import csv
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from community.money import read_cents
from community.shop import Shop, load_shop
from community.tips import Tip
from community.today import today
from community.weather import Weather
from community.wording import POST_NAMES, Wording

ROOT = Path(__file__).parent.parent
POSTS = ["早安问候", "今日特价", "生活贴士"]
MONDAY = date(2026, 11, 23)
SNOW = Weather(code=73, low=-6, high=1, rain=90)
EGGS = {"name": "鲜鸡蛋", "spec": "30枚", "unit": "盘", "cents": 1980, "was": 2180}
CUCUMBER = {"name": "黄瓜", "spec": "", "unit": "斤", "cents": 420, "was": None}
CLOSES = datetime(2026, 11, 23, 18, tzinfo=ZoneInfo("Asia/Shanghai"))
APPLE = {"name": "红富士", "spec": "5斤装", "unit": "份", "cents": 2990}
OIL = {"name": "花生油", "spec": "", "unit": "桶", "cents": 9990}
RICE = {"name": "东北大米", "spec": "10斤装", "unit": "袋", "cents": 4990}
APPLES = {"title": "红富士", "items": [APPLE], "one": APPLE, "missing": 3, "closes": CLOSES}
STAPLES = {"title": "米和油", "items": [OIL, RICE], "one": None, "missing": 0, "closes": CLOSES.replace(day=24)}


def said(post: str, day: date = MONDAY, **given: Any) -> str:
    """The post as the room reads it, from the shipped template."""
    values = {
        "shop": load_shop(ROOT / "data" / "shop.toml"),
        "room": {"name": "幸福里1群"},
        "today": today(day),
        "deals": [],
        "tip": None,
        "groupbuys": [],
        "weather": None,
    }
    return Wording(ROOT / "templates").render(f"posts/{post}", **(values | given))


def sample(name: str) -> list[dict[str, str]]:
    """The rows of a sample file."""
    with (ROOT / "data" / "sample" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_posts_use_only_what_every_post_is_given() -> None:
    assert Wording(ROOT / "templates").check({f"posts/{post}": POST_NAMES for post in POSTS}) == []


def test_a_plain_morning() -> None:
    assert said("早安问候").splitlines() == [
        "幸福里1群的邻居们早上好，11月23日，星期一，农历十月十五。",
        "幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。",
    ]


def test_a_morning_with_weather_and_group_buys() -> None:
    assert said("早安问候", weather=SNOW, groupbuys=[APPLES, STAPLES]).splitlines()[1:] == [
        "今天中雪，-6～1℃。雪天路滑，老人孩子慢慢走；早晚冷，添件厚衣服。",
        "",
        "正在开的团：",
        "红富士 5斤装，29.9元一份，还差3份成团，今天18:00截单",
        "米和油，花生油 99.9元一桶，东北大米 49.9元一袋，11月24日 18:00截单",
        "想要的发“团购”看看。",
        "",
        "幸福里小店今天早7点到晚9点半都在，缺什么在群里说一声。",
    ]


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 11, 22), "今天是小雪节气。"),
        (date(2026, 10, 18), "今天是重阳节，愿家家都平安顺心。"),
        (date(2026, 10, 3), "国庆节假期，出门路上慢一点。"),
        (date(2026, 4, 5), "清明节假期，出门路上慢一点。"),
        (date(2026, 10, 10), "今天调休上班，别当成周末睡过了头。"),
        (date(2027, 2, 5), "今天是除夕，愿家家都平安顺心。"),
    ],
)
def test_the_morning_names_what_is_special_about_the_day_once(day: date, line: str) -> None:
    lines = said("早安问候", day).splitlines()
    assert lines[1] == line
    assert len(lines) == 3


def test_on_a_holiday_no_hours_are_promised() -> None:
    assert said("早安问候", date(2026, 10, 1)).splitlines()[-1] == "缺什么就在群里跟幸福里小店说一声。"


def test_the_deals_of_the_day() -> None:
    shop = Shop(name="小春超市", phone="0936-1234567", address="南门左手边")
    assert said("今日特价", deals=[EGGS, CUCUMBER], shop=shop).splitlines() == [
        "小春超市今天（11月23日）的特价：",
        "鲜鸡蛋 30枚，19.8元一盘（原价21.8元）",
        "黄瓜，4.2元一斤",
        "只管今天一天，想留的在群里说一声，也可以打 0936-1234567。",
        "小店在南门左手边。",
    ]


def test_a_tip_in_the_evening() -> None:
    assert said("生活贴士", tip=Tip("厨房", "姜要切片。")) == "幸福里小店的厨房小贴士：\n姜要切片。"


@pytest.mark.parametrize("post", ["今日特价", "生活贴士"])
def test_with_nothing_to_say_nothing_is_said(post: str) -> None:
    assert said(post) == ""


@pytest.mark.parametrize("weather", [None, SNOW])
@pytest.mark.parametrize("shop", [Shop(), Shop(phone="1", address="南门", hours="全天")])
@pytest.mark.parametrize("groupbuys", [[], [APPLES], [APPLES, STAPLES]])
@pytest.mark.parametrize("post", POSTS)
def test_no_post_has_gaps_or_doubled_marks(
    post: str, shop: Shop, weather: Weather | None, groupbuys: list[dict[str, Any]]
) -> None:
    tip = Tip("厨房", "姜要切片。")
    text = said(post, shop=shop, weather=weather, groupbuys=groupbuys, deals=[EGGS], tip=tip)
    assert text == text.strip()
    assert not [gap for gap in ("\n\n\n", "  ", "，。", "。。", "，，", "None", "{", "}") if gap in text]
    assert shop.name in text


def test_the_three_posts_have_their_times() -> None:
    plan = tomllib.loads((ROOT / "schedules" / "daily.toml").read_text(encoding="utf-8"))
    assert {name: post["cron"] for name, post in plan.items()} == {
        "早安问候": "30 7 * * *",
        "今日特价": "0 10 * * *",
        "生活贴士": "0 20 * * *",
    }
    assert all((ROOT / "templates" / f"{post['template']}.j2").is_file() for post in plan.values())
    assert {(post["rooms"], post["fresh"]) for post in plan.values()} == {("all", "2h")}


def test_sample_goods_are_priced_and_named_once() -> None:
    goods = sample("products")
    assert len(goods) >= 30
    assert Counter(row["name"] for row in goods).most_common(1)[0][1] == 1
    assert all(row["unit"] and read_cents(row["price"]) > 0 for row in goods)


def test_each_of_the_first_fourteen_days_has_true_deals() -> None:
    prices = {row["name"]: read_cents(row["price"]) for row in sample("products")}
    deals = sample("deals")
    assert {int(deal["day"]) for deal in deals} == set(range(14))
    assert len({(deal["product"], deal["day"]) for deal in deals}) == len(deals)
    assert all(0 < read_cents(deal["price"]) < prices[deal["product"]] for deal in deals)


def test_sample_residents_live_in_two_rooms() -> None:
    residents = sample("residents")
    assert Counter(row["room"] for row in residents) == {"幸福里1群": 5, "幸福里2群": 5}
    assert len({row["name"] for row in residents}) == 10


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "sample").glob("*.csv")), ids=lambda path: path.name)
def test_sample_files_are_plain_utf8(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.decode().endswith("\n")
