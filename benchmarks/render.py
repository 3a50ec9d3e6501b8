"""What rendering a post costs: the bounded sandbox with its look at the file, against plain Jinja kept in memory."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment
from jinja2.environment import Template

from benchmarks.report import Report, at_most, scaled
from community.wording import Wording
from community.wording.speech import clock, yuan

ROUNDS = 60
EACH = 30
POST = """
早上好，{{ room.name }}的邻居们！
今天是{{ today.date }}，{{ today.weekday }}，农历{{ today.lunar }}{% if today.term %}，{{ today.term }}{% endif %}。
{% if weather %}
外面{{ weather.sky }}，{{ weather.low }}到{{ weather.high }}度{% if weather.low < 5 %}，出门记得加件厚外套，老人和孩子尤其要当心{% endif %}。
{% endif %}

今天店里有这些特价，卖完为止，需要留货的在群里说一声就行：
{% for deal in deals %}
{{ loop.index }}. {{ deal.name }} {{ deal.unit }}　{{ deal.cents|yuan }}{% if deal.before %}（平时{{ deal.before|yuan }}）{% endif %}

{% endfor %}
{% if groupbuys %}

还有{{ groupbuys|length }}个团可以参加，想要几份直接回“+数量”：
{% for one in groupbuys %}
· {{ one.title }}，{{ one.cents|yuan }}一份，已经订了{{ one.sold }}份，{{ one.closes|clock }}截单
{% endfor %}
{% endif %}

{{ tip }}

楼上楼下、前后左右的邻居，谁家有老人腿脚不方便的，说一声我们送到门口，不收跑腿钱。
{{ shop.name }}，{{ shop.opens|clock }}到{{ shop.closes|clock }}都有人，电话{{ shop.phone }}。不想收到每天的消息，回“退订”就好。
"""  # noqa: E501 - the lines of a real text are as long as they are
ANSWER = """
{{ who }}，{{ quantity }}份{{ item }}记下了，一共{{ cents|yuan }}，{{ closes|clock }}截单，
到货了在群里喊大家来取，要改数量回“改 3”。
"""


class Room(NamedTuple):
    name: str


class Today(NamedTuple):
    date: str
    weekday: str
    lunar: str
    term: str


class Weather(NamedTuple):
    sky: str
    low: int
    high: int


class Deal(NamedTuple):
    name: str
    unit: str
    cents: int
    before: int | None


class Groupbuy(NamedTuple):
    title: str
    cents: int
    sold: int
    closes: datetime


class Shop(NamedTuple):
    name: str
    phone: str
    opens: datetime
    closes: datetime


_EIGHT, _SIX = datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 18, tzinfo=UTC)
_DEALS = [
    ("红富士苹果", "5斤装"),
    ("本地土鸡蛋", "30枚"),
    ("鲜牛奶", "1升"),
    ("小青菜", "一把"),
    ("五花肉", "1斤"),
    ("花生油", "5升"),
]
VALUES: dict[str, object] = {
    "room": Room("幸福里1群"),
    "today": Today("11月23日", "星期一", "十月十五", "小雪"),
    "weather": Weather("晴转多云", 3, 12),
    "deals": [Deal(name, unit, 990 + 111 * n, 1290 if n % 2 else None) for n, (name, unit) in enumerate(_DEALS)],
    "groupbuys": [Groupbuy("赣南脐橙 10斤装", 4590, 37, _SIX), Groupbuy("手工水饺 2斤", 2800, 12, _SIX)],
    "tip": "【厨房】土豆发了芽就别吃了，挖掉芽眼也不保险，里面的龙葵碱煮不掉。买回来和一个苹果放在一起，能晚些发芽。",
    "shop": Shop("新乐超市", "0936-0000000", _EIGHT, _SIX),
}
SAID: dict[str, object] = {"who": "王阿姨", "quantity": 2, "item": "红富士苹果 5斤装", "cents": 5980, "closes": _SIX}


def measure(scale: float = 1) -> Report:
    """Microseconds for a post of about 500 characters and an answer of about 60, medians, and their ratio.

    The rounds of both kinds take turns, so that what else the machine does falls on both.
    """
    rounds, each = scaled(ROUNDS, scale), scaled(EACH, scale)
    plain = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701 - WeChat text, not HTML
    plain.filters |= {"yuan": yuan, "clock": clock}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("post", POST), ("answer", ANSWER)):
            Path(folder, f"{name}.j2").write_text(text, encoding="utf-8")
        wording = Wording(Path(folder))
        post = _compare(plain.from_string(POST), lambda: wording.render("post", **VALUES), VALUES, rounds, each)
        answer = _compare(plain.from_string(ANSWER), lambda: wording.render("answer", **SAID), SAID, rounds, each)
        length = len(wording.render("post", **VALUES))
    figures = {
        "post_characters": length,
        "post_plain_us": round(post[0], 1),
        "post_sandboxed_us": round(post[1], 1),
        "post_ratio": round(post[1] / post[0], 2),
        "answer_plain_us": round(answer[0], 1),
        "answer_sandboxed_us": round(answer[1], 1),
        "answer_extra_us": round(answer[1] - answer[0], 1),
    }
    return Report(figures, [at_most("sandboxed render of a post, over plain Jinja", post[1] / post[0], 1.3)])


def _compare(
    plain: Template, ours: Callable[[], str], values: dict[str, object], rounds: int, each: int
) -> tuple[float, float]:
    def theirs() -> str:
        return plain.render(**values)

    if theirs().strip() != ours():
        raise AssertionError("both must say the same for the comparison to mean anything")
    pairs = [(_microseconds(theirs, each), _microseconds(ours, each)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def _microseconds(run: Callable[[], str], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - begun) / times * 1e6
