"""The router's shortcuts: what is dismissed after a glance at two characters is what a full look dismisses too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chat import CHATTER, COMMANDS
from community.events import Heard, Person, Place
from handlers.command import discover
from handlers.router import Router

ROUTER = Router(discover())
PIECES = [
    "我",
    "要",
    "今",
    "天",
    "改",
    "三",
    "+",
    "＋",
    "２",
    "2",
    " ",
    "\u3000",
    "\u200b",
    "@",
    "「",
    "」\n- - -\n",
    "·",
]
WORDS = st.lists(
    st.sampled_from([*PIECES, *(keyword for command in ROUTER.commands for keyword in command.keywords)]), max_size=6
).map("".join)


def heard(text: str, *, mentioned: bool = False) -> Heard:
    return Heard("m1", Person("wxid_王阿姨", "王阿姨"), text, Place("r", "幸福里1群"), mentioned)


GOODS = ["红苹果", "梨", "A", "b", "Tea", "取米", "改锥"]
"""Names that begin like commands, too."""


@given(WORDS | st.text(max_size=20), st.booleans())
def test_a_glance_dismisses_only_what_a_full_look_dismisses(text: str, mentioned: bool) -> None:
    said = heard(text, mentioned=mentioned)
    assert ROUTER.find(said) == (ROUTER._look(said) or ROUTER._ended(said, text) if text else None)


@given(
    st.lists(st.sampled_from([*PIECES, *GOODS, "Ａ", "Ｂ", "t", "果", "两"]), max_size=5).map("".join)
    | st.text(max_size=9)
)
def test_where_something_is_on_offer_a_glance_dismisses_no_more_either(text: str) -> None:
    router = Router(discover())
    router.offer({"r": GOODS})
    said = Heard("m1", Person("wxid_王阿姨", "王阿姨"), text, Place("r", "幸福里1群"), False)
    whole = router._look(said) or router._ended(said, text) or router._rows(said) or router._order(said, text.lstrip())
    assert (router.find(said) is None) == (whole is None)


@given(st.lists(st.sampled_from([*PIECES, "苹", "果", "A", "Ａ", "红"]), max_size=6).map("".join))
def test_where_apples_are_on_offer_only_a_beginning_of_them_is_an_order(text: str) -> None:
    router = Router(discover())
    router.offer({"r": ["红苹果", "A"]})
    found = router.find(Heard("m1", Person("wxid_王阿姨", "王阿姨"), text, Place("r", "幸福里1群"), False))
    if found is not None and found.keyword == "" and not found.command.chain:
        assert found.rest[:2] in ("红苹", "苹果") or found.rest[:1] in ("A", "a")


CHAINS = {
    "#接龙\n1. 王阿姨 2份": True,
    "@店主 苹果#接龙\n① 王阿姨 2份": True,
    "今晚的苹果\n１、王阿姨 2份\n２、李姐 1份": True,
    "「店主：苹果来了」\n- - - - - -\n1. 王阿姨 2份\n2. 李姐 1份": True,
    "我要接龙\n1. 王阿姨 2份": True,
    "「店主：\n1. 王阿姨 2份」\n- - - - - -\n好吃吗": False,
    "今天真冷\n多穿点": False,
    "1. 王阿姨 2份": False,
}


@pytest.mark.parametrize("text", CHAINS)
def test_a_chain_is_seen_where_something_is_on_offer_and_nowhere_else(text: str) -> None:
    router = Router(discover())
    router.offer({"r": ["红苹果"]})
    here, elsewhere = (
        router.find(Heard("m1", Person("w", "王阿姨"), text, Place(room, room), False)) for room in ("r", "s")
    )
    assert (here is not None and here.command.chain) is CHAINS[text]
    assert elsewhere is None or not elsewhere.command.chain


@pytest.mark.parametrize("text", CHATTER)
def test_what_a_group_talks_about_is_no_command(text: str) -> None:
    assert ROUTER.find(heard(text)) is None


@pytest.mark.parametrize("text", COMMANDS)
def test_what_residents_type_is_found(text: str) -> None:
    assert ROUTER.find(heard(text)) is not None


@pytest.mark.parametrize("break_", ["\n", "\r\n", " \n"])
def test_an_order_below_a_quoted_message_is_found(break_: str) -> None:
    found = ROUTER.find(heard(f"「店主：苹果来了{break_}」{break_}- - - - - - - - -\n+2"))
    assert found is not None
    assert found.rest == "2"


@pytest.mark.parametrize("text", ["「」" + "\n - " * 5000, "「" + "」\n" * 8000, "「」\n" + "- " * 9000 + "x"])
@pytest.mark.timeout(5)
def test_no_quote_holds_up_the_room(text: str) -> None:
    assert ROUTER.find(heard(text)) is None
