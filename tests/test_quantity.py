"""Numbers of portions as residents type them, and the text they come in."""

import sys
import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.quantity import (
    MOST,
    Order,
    QuantityFault,
    looks_like_number,
    normalise,
    read_quantity,
    split_order,
    whole_number,
)

QUANTITIES = {
    1: ["1", "一", "一份", "1份", "+1", "要1份", "01"],
    2: [
        "2",
        "２",
        "两份",
        "二",
        "俩",
        "2盒",
        "x2",
        "X2",
        "×2",
        "*2",
        "＋2",
        "2 份",
        "2份谢谢",
        "2份，谢谢！",
        "我要两份",
    ],
    3: ["3 份", "仨", "三箱", "3️⃣", " 3\u200b", "帮我拿3袋", "𝟑", "叁份", "3份吧"],
    12: ["12", "十二", "１２", "十二份"],
    20: ["二十", "20瓶", "二十箱"],
    105: ["一百零五", "一百〇五", "105"],
    150: ["一百五", "一百五十"],
    999: ["999", "九百九十九"],
}

FAULTS = {
    "最少要 1 份": ["0", "零", "０", "0份", "000"],
    "大于 0": ["-1", "－1", "−1", "-1份", "负一", "+-1"],
    "最多 999": ["1000", "1000000000", "99999999999999999999", "一千", "1000份"],
    "1、2、3": ["٣", "²", "①", "³份", "४", "৫份"],
    "整数": ["½", "1⁄2", "2.5", "2，5", "2。5", "半份", "一份半", "1½", "三点五份", "1/2", "0.5份"],
    "准数": ["两三份", "三四份", "2-3份", "3到4份", "十二三份", "2~3", "一两份"],
    "斤两": ["2斤", "二两", "500g", "两公斤", "一斤"],
    "一打": ["一打", "2打"],
    "没看懂": ["", " ", "abc", "1e9", "0x10", "份", "百", "2 0", "几份", "Ⅱ", "苹果", "😀", "v我50"],
}

ORDERS = [
    ("2", Order(2)),
    ("两份", Order(2)),
    ("2 苹果", Order(2, "苹果")),
    ("苹果 2", Order(2, "苹果")),
    ("苹果　２", Order(2, "苹果")),
    ("苹果2份", Order(2, "苹果")),
    ("苹果两份，谢谢", Order(2, "苹果")),
    ("两份苹果", Order(2, "苹果")),
    ("我要2份苹果", Order(2, "苹果")),
    ("2份 红富士苹果", Order(2, "红富士苹果")),
    ("2 份 红富士 苹果", Order(2, "红富士 苹果")),
    ("苹果 2 份", Order(2, "苹果")),
    ("苹果x2", Order(2, "苹果")),
    ("苹果 * 2", Order(2, "苹果")),
    ("苹果 +2", Order(2, "苹果")),
    ("苹果俩", Order(2, "苹果")),
    ("2苹果", Order(2, "苹果")),
    ("A2", Order(2, "A")),
    ("三只松鼠 2", Order(2, "三只松鼠")),
    ("维生素B1 2", Order(2, "维生素B1")),
    ("红富士5斤装 2", Order(2, "红富士5斤装")),
    ("红富士5斤装2份", Order(2, "红富士5斤装")),
    ("30枚鸡蛋 2", Order(2, "30枚鸡蛋")),
    ("鸡蛋30枚/板2", Order(2, "鸡蛋30枚/板")),
    ("盐汽水600ml*24瓶 4", Order(4, "盐汽水600ml*24瓶")),
    ("盐汽水600ml*24瓶4箱", Order(4, "盐汽水600ml*24瓶")),
    ("两箱 可乐24罐装", Order(2, "可乐24罐装")),
]

NO_QUANTITY = ["盐汽水600ml*24瓶", "红富士5斤装", "鸡蛋30枚/板", "苹果", "苹果二", "2大1小", "iPhone15", "维生素B1"]

UNSURE = [
    "2 苹果 3",
    "A2 B1",
    "六个核桃2箱",
    "半份苹果",
    "苹果两三份",
    "0份苹果",
    "苹果-1",
    "苹果 ½",
    "苹果 2.5",
    "苹果 2斤",
]

MEANT = [
    "½",
    "0",
    "٣",
    "2.5",
    "-1",
    "+1",
    "1000000000",
    "2",
    "２",
    "两份",
    "两份苹果",
    "1！",
    "1👍",
    "2 苹果",
    "2苹果",
    "半份",
]
MEANT += ["俩", "两斤", "2kg", "一打", "²", "两三份", "一", "十二", "x2", "1/2", "3 份"]
NOT_MEANT = [
    "",
    "v我50",
    "1s",
    "1st",
    "微信",
    "万一下雨呢",
    "一起去",
    "半天没人",
    "好友",
    "二维码",
    "三楼的",
    "百",
    "5%",
    "8:00",
]
NOT_MEANT += ["86 13812345678", "8613812345678", "我", "😀", "一天"]

ODD = "零一两二三十百千万俩半份箱瓶斤x*+-.,，½²٣①⁄ 0123456789苹果a装谢\u200b\u0301"


@pytest.mark.parametrize(("number", "typed"), [(n, typed) for n, all_ in QUANTITIES.items() for typed in all_])
def test_a_quantity_as_people_type_it(number: int, typed: str) -> None:
    assert read_quantity(typed) == number
    assert read_quantity(normalise(typed)) == number


@pytest.mark.parametrize(("reason", "typed"), [(why, typed) for why, all_ in FAULTS.items() for typed in all_])
def test_what_is_no_quantity_is_refused_with_the_reason(reason: str, typed: str) -> None:
    with pytest.raises(QuantityFault) as fault:
        read_quantity(typed)
    assert reason in fault.value.text
    assert fault.value.text.isprintable()


def test_goods_sold_by_the_case_are_counted_in_cases() -> None:
    assert read_quantity("2箱", unit="箱") == read_quantity("2", unit="箱") == read_quantity("两份", unit="箱") == 2
    assert read_quantity("2斤", unit="斤") == 2
    with pytest.raises(QuantityFault, match="按箱算"):
        read_quantity("2瓶", unit="箱")


@pytest.mark.parametrize(("typed", "order"), ORDERS)
def test_an_order_line_parts_into_quantity_and_goods(typed: str, order: Order) -> None:
    assert split_order(typed) == order


@pytest.mark.parametrize("typed", NO_QUANTITY)
def test_a_number_in_a_name_or_specification_is_no_quantity(typed: str) -> None:
    assert split_order(typed, default=1) == Order(1, typed)
    with pytest.raises(QuantityFault):
        split_order(typed)


@pytest.mark.parametrize("typed", UNSURE)
def test_what_is_not_certain_is_asked_about(typed: str) -> None:
    with pytest.raises(QuantityFault):
        split_order(typed, default=1)


def test_the_unit_tells_the_bottles_of_a_case_from_the_cases() -> None:
    assert split_order("可乐 24瓶", default=1, unit="箱") == Order(1, "可乐 24瓶")
    assert split_order("六个核桃2箱", unit="箱") == Order(2, "六个核桃")


@pytest.mark.parametrize("typed", MEANT)
def test_a_plus_with_a_number_was_meant_as_an_order(typed: str) -> None:
    assert looks_like_number(typed)


@pytest.mark.parametrize("typed", NOT_MEANT)
def test_a_plus_with_words_was_not(typed: str) -> None:
    assert not looks_like_number(typed)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("＋２　份", "+2 份"),
        ("\u202e+2\u202c", "+2"),
        ("+\u200b2\ufeff", "+2"),
        ("  参团 \t\n 2 ", "参团 2"),
        ("+2\x00\x07", "+2"),
        ("²½①", "²½①"),
        ("\ud800+2", "+2"),
        ("+ 2", "+ 2"),
    ],
)
def test_text_is_brought_to_one_plain_form(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


def test_nothing_invisible_survives() -> None:
    unseen = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) in {"Cc", "Cf", "Cs"}]
    assert [hex(ord(char)) for char in unseen if normalise(f"a{char}b") not in {"ab", "a b"}] == []


def test_no_sign_turns_into_a_digit() -> None:
    signs = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.numeric(chr(c), None) is not None]
    turned = [c for c in signs if unicodedata.category(c) != "Nd" and normalise(c) != c and normalise(c)[:1].isdigit()]
    assert turned == []


@pytest.mark.parametrize("flood", ["2", "一", "\u0300\u0316", "½", "苹", "x 2 ", "1-", "\u200b", " ", "，谢谢", "ﷺ"])
def test_a_flood_is_dealt_with_in_no_time(flood: str) -> None:
    text = "+2" + flood * (50_000 // len(flood))
    started = time.perf_counter()
    for read in (normalise, looks_like_number, read_quantity, split_order):
        with suppress(QuantityFault):
            read(text)
    assert time.perf_counter() - started < 1


@given(st.integers(0, 99_999))
def test_chinese_numerals_mean_what_they_say(number: int) -> None:
    assert whole_number(spoken(number)) == whole_number(str(number)) == number


def spoken(number: int) -> str:
    """The full Chinese form, built the long way round."""
    if number < 10:
        return "零一二三四五六七八九"[number]
    power, sign = next(p for p in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十")) if number >= p[0])
    many, rest = divmod(number, power)
    gap = "零" if 0 < rest < power // 10 else ""
    return spoken(many) + sign + (gap + spoken(rest) if rest else "")


@given(st.text() | st.text(ODD))
def test_any_text_is_a_quantity_or_a_refusal(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert looks_like_number(text) in {True, False}
    with suppress(QuantityFault):
        assert 1 <= read_quantity(text) <= MOST
    with suppress(QuantityFault):
        order = split_order(text, default=1, unit="箱")
        assert 1 <= order.quantity <= MOST
        assert order.item is None or order.item.strip()


@given(st.integers(1, MOST), st.sampled_from(["红富士苹果", "盐汽水600ml*24瓶", "砂糖橘5斤装", "A"]))
def test_however_the_two_are_put_together_they_come_apart(quantity: int, item: str) -> None:
    for line in (f"{quantity} {item}", f"{item} {quantity}", f"{quantity}份 {item}", f"{item}x{quantity}"):
        if "*" not in item or "x" not in line:
            assert split_order(line) == Order(quantity, item)
