"""Every form of WeChat's line about a join, the names people really have, and any text at all."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.jointext import JoinText, fit, read_join

FORMS = {
    '"李姐"邀请"小陈"加入了群聊': JoinText(("小陈",), "李姐"),
    '"李姐"邀请"小陈、小王"加入了群聊': JoinText(("小陈", "小王"), "李姐"),
    '"李姐"邀请"小陈"、"小王"加入了群聊': JoinText(("小陈", "小王"), "李姐"),
    '"李姐"邀请你和"小陈"加入了群聊': JoinText(("小陈",), "李姐", with_self=True),
    '"李姐"邀请你和"小陈、小王"加入了群聊': JoinText(("小陈", "小王"), "李姐", with_self=True),
    '"李姐"邀请你加入了群聊': JoinText((), "李姐", with_self=True),
    '你邀请"小陈"加入了群聊': JoinText(("小陈",), by_self=True),
    '你邀请"小陈、小王"加入了群聊': JoinText(("小陈", "小王"), by_self=True),
    '"小陈"通过扫描"李姐"分享的二维码加入群聊': JoinText(("小陈",), "李姐"),
    '"小陈"通过扫描你分享的二维码加入群聊': JoinText(("小陈",), by_self=True),
    '"小陈"通过"李姐"的邀请二维码加入群聊': JoinText(("小陈",), "李姐"),
    '"小陈"通过扫描二维码加入群聊': JoinText(("小陈",)),
}


@pytest.mark.parametrize("line", FORMS)
def test_every_form_is_read(line: str) -> None:
    assert read_join(line) == FORMS[line]


@pytest.mark.parametrize("line", FORMS)
@pytest.mark.parametrize("disguise", ["“”", "curly and spaces", "revoke", "blanks inside", "full width"])
def test_every_form_is_read_in_every_disguise(line: str, disguise: str) -> None:
    worn = {
        "“”": line.replace('"', "“", 1).replace('"', "”"),
        "curly and spaces": "  " + line.replace('"', "”") + "\u200b\n",
        "revoke": line + "  $revoke$",
        "blanks inside": line.replace('"', ' " '),
        "full width": line.replace('"', "＂"),
    }[disguise]
    assert read_join(worn) == FORMS[line]


NO_JOINS = """
群聊
加入了群聊
""邀请""加入了群聊
"小陈"退出了群聊
你好，小陈加入了群聊
李姐邀请小陈加入了群聊
你邀请"、"加入了群聊
"李姐"邀请"小陈"加入了群聊，欢迎
你将"小陈"移出了群聊
"""


@pytest.mark.parametrize("line", NO_JOINS.split("\n"))
def test_what_is_no_join_is_not_taken_for_one(line: str) -> None:
    assert read_join(line) is None


def test_a_nickname_may_hold_quotes() -> None:
    assert read_join('"老"王"头"邀请"小"陈"加入了群聊') == JoinText(('小"陈',), '老"王"头')


def test_a_nickname_that_plays_a_join_does_not_name_an_inviter() -> None:
    told = read_join('"李姐"邀请"小陈"通过扫描二维码加入群聊')
    assert told == JoinText(('李姐"邀请"小陈',))


def test_a_join_without_a_readable_inviter_still_counts() -> None:
    assert read_join('""邀请"小陈"加入了群聊') == JoinText(("小陈",))


def test_names_holding_a_comma_are_put_together_with_the_member_list() -> None:
    told = read_join('"李姐"邀请"甲、乙、丙、丁"加入了群聊')
    assert told
    assert fit(told.invitees, {"乙、丙", "甲"}) == ("甲", "乙、丙", "丁")
    assert fit(told.invitees, {"乙、丙", "甲、乙、丙"}) == ("甲、乙、丙", "丁")
    assert fit(told.invitees, set()) == ("甲", "乙", "丙", "丁")


names = st.text(st.characters(blacklist_characters='"“”„‟＂、', blacklist_categories=("C", "Z")), min_size=1)


@given(st.lists(names, min_size=1, max_size=9), names)
def test_any_names_come_back_as_they_are(invitees: list[str], inviter: str) -> None:
    assert read_join(f'"{inviter}"邀请"{"、".join(invitees)}"加入了群聊') == JoinText(tuple(invitees), inviter)


parts = st.sampled_from(
    ['"', "“", "你", "和", "邀请", "通过", "扫描", "分享的二维码", "的邀请二维码", "加入了群聊", "、", " "]
)


@given(st.text() | st.lists(parts, max_size=40).map("".join))
def test_any_text_is_read_or_left_alone(text: str) -> None:
    told = read_join(text)
    assert told is None or told.with_self or all(told.invitees)


@pytest.mark.parametrize("unit", ['"邀请"', '"、"', '" ', '"通过扫描"', '"加入了群聊', '你邀请"', '"通过', "、"])
def test_fifty_thousand_hostile_characters_take_no_time(unit: str) -> None:
    text = '"甲"邀请"' + unit * (50_000 // len(unit)) + '"加入了群聊'
    begun = time.perf_counter()
    told = read_join(text)
    fit(told.invitees if told else (), {"甲、乙", "丙"})
    assert time.perf_counter() - begun < 1
