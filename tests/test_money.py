"""Prices as people type them, and amounts as the shop says them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.money import MOST_CENTS, MoneyFault, read_cents, yuan

AMOUNTS = """
29.9元 2990 | ￥29.9 2990 | ¥30 3000 | ￥ 30 3000 | 35 3500 | 29.90 2990 | 1,299元 129900 | 1，299元 129900
２９．９元 2990
29块 2900 | 29块9 2990 | 29块95 2995 | 29块9毛 2990 | 29块9毛5 2995 | 29块9毛5分 2995 | 29块零5分 2905 | 30块钱 3000
12元5角 1250 | 9毛9 99 | 9毛 90 | 5分 5 | 0.05元 5 | 29.9RMB 2990 | 10元整 1000 | 29.9 元 2990
三十元 3000 | 三十块五 3050 | 九块九 990 | 一块 100 | 一块二 120 | 两毛五 25 | 二十九块九毛 2990 | 二十九块零五分 2905
三点五元 350 | 二十九点九元 2990 | 一百五 15000 | 一百零五块 10500 | 两百元 20000 | 三十一块 3100
29.9元/份 2990 | 29.9/份 2990 | 29块9一份 2990 | 35元每箱 3500 | 35元一箱 3500 | 8元/斤 800 | 100000 10000000
"""

FAULTS = """
0 大于 | 0元 大于 | 0.00 大于 | -3元 负数 | ￥-3 负数 | －3元 负数 | 负三元 负数 | 29.999 两位小数 | 0.001元 两位小数
100000.01 最多 | 999999999元 最多 | 1,29 没看懂 | 29,9元 没看懂 | abc 没看懂 | 元 没看懂 | ￥ 没看懂 | 三三元 没看懂
3十元 没看懂 | 三5元 没看懂 | ٣元 没看懂 | ½元 没看懂 | 2²元 没看懂 | 29.9.9 没看懂 | 29-35元 没看懂
1e3 没看懂 | 免费 没看懂
"""


def cases(table: str) -> list[list[str]]:
    return [cell.rsplit(maxsplit=1) for line in table.strip().splitlines() for cell in line.split(" | ")]


@pytest.mark.parametrize(("typed", "cents"), cases(AMOUNTS))
def test_a_price_as_people_type_it(typed: str, cents: str) -> None:
    assert read_cents(typed) == int(cents)


@pytest.mark.parametrize(("typed", "reason"), cases(FAULTS))
def test_what_is_no_price_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(MoneyFault) as fault:
        read_cents(typed)
    assert reason in fault.value.text
    assert fault.value.text.isprintable()


@pytest.mark.parametrize("typed", ["", " ", "9" * 50_000, "块" * 50_000, "1," * 25_000, "\u200b" * 50_000])
def test_a_flood_is_refused_like_any_other_nonsense(typed: str) -> None:
    with pytest.raises(MoneyFault):
        read_cents(typed)


@pytest.mark.parametrize(
    ("cents", "said"),
    [(2990, "29.9元"), (3000, "30元"), (5, "0.05元"), (2995, "29.95元"), (0, "0元"), (-150, "-1.5元"), (10, "0.1元")],
)
def test_an_amount_is_said_without_idle_zeros(cents: int, said: str) -> None:
    assert yuan(cents) == said


@given(st.integers(1, MOST_CENTS))
def test_what_the_shop_says_it_can_also_read(cents: int) -> None:
    assert read_cents(yuan(cents)) == cents


@given(st.text() | st.text("0123456789零一二十百元块毛角分¥￥.,点-/份 "))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    with suppress(MoneyFault):
        assert 0 < read_cents(text) <= MOST_CENTS
