"""Households in the forms people type, and what is no household."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.household import Household, find_household, read_household

FORMS = {
    "3-2-501": [
        "3-2-501",
        "３－２－５０１",
        "3栋2单元501",
        "我住3-2-501",
        "3-2-501哈",
        "3棟2單元501室",
        "3栋2单元501室",
        "3#2-501",
        "3＃2单元501",
        "3号楼2单元501室",
        "3号楼2单元5楼501",
        "3幢2单元501",
        "3栋2-501",
        "3栋-2-501",
        "3 2 501",
        "3/2/501",
        "3—2—501",
        "3、2、501",
        "3.2.501",
        "3 - 2 - 501",
        "三栋二单元五零一",
        "三号楼二单元501",
        "03-02-0501",
        "3栋2门501",
        "3-2单元501",
        "我家在3栋2单元501",
        "住3-2-501。",
        " 3栋 2单元 501 ",
        "3弄2号501室",
    ],
    "3-501": ["3-501", "3栋501", "3#501", "3号楼501室", "3座501", "3 501", "3栋501的", "三栋501", "3号501"],
    "A-1203": ["A-1203", "A座12层1203", "A栋12楼1203室", "A栋1203", "a座1203室", "A 1203"],
    "12-1-1803": ["12-1-1803", "12栋1单元1803", "十二栋一单元1803", "12#1-1803"],
    "21-301": ["二十一栋301", "21栋301"],
    "A3-2-501": ["A3-2-501", "A3栋2单元501"],
    "3B-501": ["3B栋501", "3b-501"],
    "3-2-001": ["3栋2单元1室", "3-2-001"],
}

NO_HOUSEHOLD = [
    "",
    "501",
    "2单元501",
    "3栋",
    "11-23",
    "11-23 18:00",
    "2026-11-22",
    "138-1234-5678",
    "0936-0000000",
    "13812345678",
    "2-3份",
    "0-0-000",
    "0-501",
    "王阿姨",
    "3-2-501-7",
    "3-2-50123",
    "29.9",
    "600ml*24",
    "192.168.1.100",
    "😀",
    "3-" * 5000,
]


@pytest.mark.parametrize(("household", "typed"), [(one, typed) for one, all_ in FORMS.items() for typed in all_])
def test_a_household_as_people_type_it(household: str, typed: str) -> None:
    assert str(read_household(typed)) == household


@pytest.mark.parametrize("typed", NO_HOUSEHOLD)
def test_what_is_no_household(typed: str) -> None:
    assert read_household(typed) is None


@pytest.mark.parametrize(
    ("line", "household"),
    [
        ("3栋501王阿姨 苹果2份", "3-501"),
        ("王阿姨(3-2-501) +1", "3-2-501"),
        ("王阿姨 3号楼2单元501 两份 13812345678", "3-2-501"),
        ("李姐 A栋1203室，2盒", "A-1203"),
    ],
)
def test_a_household_inside_a_row(line: str, household: str) -> None:
    assert str(find_household(line)) == household


@pytest.mark.parametrize(
    "line", ["王阿姨 2-3份", "李姐 11-23到货", "小陈 138-1234-5678", "盐汽水600ml*24瓶 4箱", "18:00"]
)
def test_a_row_without_a_household(line: str) -> None:
    assert find_household(line) is None


def test_its_parts_have_names() -> None:
    assert read_household("3栋2单元501") == Household(building="3", unit="2", door="501")
    assert read_household("3栋501") == Household("3", "", "501")


@given(st.text(alphabet="0123456789-#/. 栋单元号楼室座零一二三十Aa０－", max_size=60))
def test_what_was_read_reads_the_same_again(typed: str) -> None:
    household = read_household(typed)
    assert household is None or read_household(str(household)) == household


@given(st.text())
def test_what_is_a_household_is_found_inside_a_row_too(typed: str) -> None:
    household = find_household(typed)
    assert household is None or find_household(f"{household} 两份") == household
