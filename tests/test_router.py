"""The router as the group types: keywords after a mention or a quote, in any width, and never in mid-sentence."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.events import Heard, Person, Place
from handlers.command import Command, Where, discover
from handlers.router import Match, Router

ROUTER = Router(discover())
KEYWORDS = [keyword for command in ROUTER.commands for keyword in command.keywords]
HALF = {"+", "我要", "来", "要", "加", "再来", "再要", "再加", "改", "改成", "改为", "我是", "同意"}
"""Keywords that are talk without anything behind them."""
BREAK = "- - - - - - - - - - - - - - -"


def find(text: str, *, mentioned: bool = False, direct: bool = False) -> Match | None:
    place = None if direct else Place("r", "幸福里1群")
    return ROUTER.find(Heard("m1", Person("wxid_王阿姨", "王阿姨"), text, place, mentioned))


def understood(text: str, *, mentioned: bool = False, direct: bool = False) -> tuple[str, str] | None:
    found = find(text, mentioned=mentioned, direct=direct)
    return found and (found.keyword, found.rest)


def test_every_keyword_belongs_to_one_command() -> None:
    assert max(Counter(KEYWORDS).values()) == 1


def test_two_commands_with_one_keyword_are_refused() -> None:
    twice = ROUTER.commands[0]
    with pytest.raises(ValueError, match=twice.keywords[0]):
        Router([twice, twice])


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_alone_is_found_unless_it_says_nothing_alone(keyword: str) -> None:
    found = understood(keyword) or understood(keyword, direct=True)
    assert found == (None if keyword in HALF else (keyword, ""))


@pytest.mark.parametrize("command", ROUTER.commands, ids=lambda command: command.keywords[0])
def test_an_example_finds_its_own_command(command: Command) -> None:
    found = find(command.example, direct=command.where is Where.DIRECT)
    assert found is not None
    assert found.command is command


@pytest.mark.parametrize(
    ("text", "keyword", "rest"),
    [
        ("+2", "+", "2"),
        ("＋２", "+", "2"),
        (" + 2 ", "+", "2"),
        ("\u3000+2", "+", "2"),
        ("\u200b+2\u200b", "+", "2"),
        ("\u202d+2\u202c", "+", "2"),
        ("\ufeff团购", "团购", ""),
        ("\n\n团购\n", "团购", ""),
        ("参团 两份", "参团", "两份"),
        ("参团\u3000两份", "参团", "两份"),
        ("参团2", "参团", "2"),
        ("参团２份", "参团", "2份"),
        ("改3", "改", "3"),
        ("改成 三份", "改成", "三份"),
        ("领鸡蛋5", "领鸡蛋", "5"),
        ("核销 ４８２９１３", "核销", "482913"),
        ("我要两份", "我要", "两份"),
        ("取消 苹果", "取消", "苹果"),
        ("取消订单", "取消订单", ""),
        ("+1\n谢谢", "+", "1\n谢谢"),
    ],
)
def test_what_people_type(text: str, keyword: str, rest: str) -> None:
    assert understood(text) == (keyword, rest)


def test_a_code_for_staff_is_typed_to_the_bot_alone() -> None:
    assert understood("店员-48291377", direct=True) == ("店员-", "48291377")
    assert understood("店员-48291377") is None


def test_a_mention_may_stand_behind_an_order() -> None:
    assert understood("+1 @客厅\u2005", mentioned=True) == ("+", "1")
    assert understood("+1 @李姐\u2005") == ("+", "1 @李姐")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "改天一起吃饭",
        "改不了",
        "取消了",
        "取消不了怎么办",
        "团购什么时候到",
        "参团的人多吗",
        "确认一下",
        "继续加油",
        "帮助别人",
        "我的订单呢",
        "我的",
        "状态不错",
        "启用了吗",
        "苹果 +1",
        "大家+1",
        "今天团购吗",
        "-1",
        "1",
        "👍",
        "#接龙\n1. 王阿姨 +1",
    ],
)
def test_what_people_merely_say(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize(
    "text", ["@客厅 +2", "@客厅\u2005+2", "＠客厅 +2", "@小店 客厅\u2005+2", "  @客厅 ＋２", "@客厅\u2005 + 2"]
)
def test_a_keyword_after_a_mention_of_the_bot(text: str) -> None:
    assert understood(text, mentioned=True) == ("+", "2")


@pytest.mark.parametrize(
    "text", ["@客厅 在吗", "@客厅", "@客厅\u2005", "@客厅 @王阿姨 好", "@客厅 取消了吧", "@客厅 \n"]
)
def test_unknown_words_after_a_mention_bring_the_short_menu(text: str) -> None:
    found = find(text, mentioned=True)
    assert found is not None
    assert (found.command.keywords[0], found.keyword) == ("帮助", "")


@pytest.mark.parametrize("text", ["@王阿姨 +2", "@李姐\u2005团购", "@所有人 团购", "@ +1", "@"])
def test_what_is_said_to_others_is_chatter(text: str) -> None:
    assert find(text) is None


def test_only_what_stands_below_a_quote_is_said() -> None:
    assert understood(f"「王阿姨：+1」\n{BREAK}\n+2") == ("+", "2")
    assert find(f"「王阿姨：+2」\n{BREAK}\n我也想要") is None
    assert find("「王阿姨：+2」") is None


def test_a_quote_of_several_lines_may_hold_keywords() -> None:
    assert understood(f"「店主：\n团购\n+1」\n{BREAK}\n参团 2") == ("参团", "2")


def test_fifty_thousand_characters_are_dismissed_or_cut() -> None:
    assert find("苹果" * 25_000) is None
    found = find("开团 " + "苹果" * 25_000)
    assert found is not None
    assert found.keyword == "开团"
    assert len(found.rest) <= 2_000


@given(st.text(), st.booleans())
def test_any_text_is_a_command_or_chatter(text: str, mentioned: bool) -> None:
    found = find(text, mentioned=mentioned)
    assert found is None or found.command in ROUTER.commands


@given(st.sampled_from(KEYWORDS), st.text(max_size=30), st.booleans())
def test_any_text_behind_a_keyword_is_a_command_or_chatter(keyword: str, rest: str, mentioned: bool) -> None:
    found = find(keyword + rest, mentioned=mentioned)
    assert found is None or keyword.startswith(found.keyword) or found.keyword.startswith(keyword)


@given(
    st.sampled_from(KEYWORDS),
    st.sampled_from(["", "@客厅 ", "@客厅\u2005", " ", "\u200b"]),
    st.text("苹果2 份", max_size=9),
)
def test_blanks_and_mentions_in_front_change_nothing(keyword: str, front: str, rest: str) -> None:
    plain = understood(f"{keyword} {rest}", mentioned=True)
    named = understood(f"{front}{keyword} {rest}", mentioned=True)
    assert named == plain or (plain is None and named == ("", ""))


# A keyword that comes last


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("王阿姨 已付", "王阿姨"),
        ("王阿姨已付", "王阿姨"),
        ("@王阿姨\u2005已付 ", "@王阿姨"),
        ("3-2-501 已付\n", "3-2-501"),
        ("\u3000４８２１已付", "4821"),
    ],
)
def test_a_keyword_may_end_a_short_message(text: str, rest: str) -> None:
    found = find(text)
    assert found is not None
    assert (found.keyword, found.rest, found.behind) == ("已付", rest, True)


@pytest.mark.parametrize(
    "text", ["王阿姨 已付了", "王阿姨\n已付", "已付" + "啊" * 40 + "已付款", "好" * 39 + "已付", "对付"]
)
def test_what_merely_looks_like_it_is_talk(text: str) -> None:
    found = find(text)
    assert found is None or not found.behind
