"""The outbox in doubt: what the bot's own echo settles, what is said again, and what never is."""

import pytest

from community import outbox, setting
from community.outbox import ECHO, PAUSED, Kind, Sending
from tests.conftest import write
from tests.test_outbox import Shop, shop

__all__ = ["shop"]


def test_after_a_crash_the_bots_own_echo_settles_it(shop: Shop) -> None:
    shop.say("记下了")
    text = shop.sending().text
    shop.crash()
    assert shop.states == ["uncertain"]
    assert shop.heard(text)
    shop.now.pass_(10 * ECHO)
    assert shop.all_that_goes() == []
    assert shop.states == ["sent"]


def test_without_an_echo_an_answer_is_said_again(shop: Shop) -> None:
    shop.say("记下了")
    shop.sending()
    shop.crash()
    assert shop.resting() == ECHO
    shop.now.pass_(ECHO)
    assert shop.all_that_goes() == ["记下了"]


@pytest.mark.parametrize("kind", ["post", "notice"])
def test_without_an_echo_a_broadcast_is_not_said_again(shop: Shop, kind: Kind) -> None:
    shop.say("特价", kind)
    shop.sending()
    shop.crash()
    shop.now.pass_(24 * 3600)
    assert shop.all_that_goes() == []
    assert shop.states == ["uncertain"]


def test_an_answer_in_doubt_is_not_said_again_when_it_is_no_longer_worth_it(shop: Shop) -> None:
    shop.say("记下了")
    shop.sending()
    shop.now.pass_(5 * 3600)
    shop.crash()
    shop.now.pass_(ECHO)
    assert shop.all_that_goes() == []
    assert shop.states == ["expired"]


def test_an_unsure_gateway_is_like_a_crash(shop: Shop) -> None:
    shop.say("记下了")
    shop.settle(shop.sending(), "unsure")
    assert shop.resting() == ECHO
    assert shop.heard("记下了")
    assert shop.states == ["sent"]


@pytest.mark.parametrize("outcome", ["sent", "unsure", "unreachable", "refused"])
def test_an_echo_that_comes_before_the_gateways_answer_has_the_last_word(shop: Shop, outcome: outbox.Outcome) -> None:
    shop.say("记下了")
    sending = shop.sending()
    assert shop.heard("记下了")
    shop.settle(sending, outcome)
    shop.now.pass_(10 * ECHO)
    assert shop.all_that_goes() == []
    assert shop.states == ["sent"]


def test_the_echo_of_a_merged_message_settles_all_its_lines(shop: Shop) -> None:
    shop.say("王阿姨 2份")
    shop.say("李姐 1份")
    shop.settle(shop.sending(), "unsure")
    assert not shop.heard("王阿姨 2份")
    assert shop.heard("王阿姨 2份\r\n李姐 1份 ")
    assert shop.states == ["sent", "sent"]


def test_a_merged_message_without_echo_is_said_again_whole(shop: Shop) -> None:
    shop.say("王阿姨 2份")
    shop.say("李姐 1份")
    shop.settle(shop.sending(), "unsure")
    shop.now.pass_(ECHO)
    assert shop.all_that_goes() == ["王阿姨 2份\n李姐 1份"]


def test_each_of_two_equal_messages_needs_an_echo_of_its_own(shop: Shop) -> None:
    for _ in range(2):
        shop.say("好")
        shop.settle(shop.sending(), "unsure")
    assert shop.heard("好")
    assert sorted(shop.states) == ["sent", "uncertain"]
    assert shop.heard("好")
    assert shop.states == ["sent", "sent"]
    assert not shop.heard("好")


def test_the_echo_of_an_equal_message_that_was_sent_settles_no_doubt(shop: Shop) -> None:
    shop.say("好")
    shop.settle(shop.sending(), "unsure")
    shop.say("好")
    shop.settle(shop.sending())
    assert not shop.heard("好")
    assert shop.states == ["uncertain", "sent"]
    shop.now.pass_(ECHO)
    assert shop.all_that_goes() == ["好"]


def test_a_late_echo_beside_that_of_an_equal_message_settles_the_doubt(shop: Shop) -> None:
    shop.say("好")
    shop.settle(shop.sending(), "unsure")
    shop.say("好")
    shop.settle(shop.sending())
    assert not shop.heard("好")
    assert shop.heard("好")
    shop.now.pass_(ECHO)
    assert (shop.all_that_goes(), shop.states) == ([], ["sent", "sent"])


def test_an_echo_before_the_gateways_answer_is_that_of_the_message_on_its_way(shop: Shop) -> None:
    shop.say("好")
    shop.settle(shop.sending(), "unsure")
    shop.say("好")
    second = shop.sending()
    assert shop.heard("好")
    shop.settle(second)
    assert shop.states == ["uncertain", "sent"]


def test_an_equal_message_of_long_ago_takes_no_echo(shop: Shop) -> None:
    shop.say("好")
    shop.settle(shop.sending())
    shop.now.pass_(ECHO + 1)
    shop.say("好")
    shop.settle(shop.sending(), "unsure")
    assert shop.heard("好")
    assert shop.states == ["sent", "sent"]


def test_an_answer_that_stays_in_doubt_is_repeated_ever_more_rarely(shop: Shop) -> None:
    shop.say("好")
    waits = []
    while shop.states != ["expired"]:
        if isinstance(step := shop.take(), Sending):
            shop.settle(step, "unsure")
        waits.append(shop.resting() or 0)
        shop.now.pass_(waits[-1])
    assert waits == [60, 120, 240, 480, 960, 1800, 1800, 1800, 0]


@pytest.mark.parametrize(("to", "text"), [("乙", "记下了"), ("甲", "记下啦"), ("甲", "")])
def test_other_words_or_another_room_settle_nothing(shop: Shop, to: str, text: str) -> None:
    shop.say("记下了")
    shop.settle(shop.sending(), "unsure")
    assert not shop.heard(text, to)
    assert shop.states == ["uncertain"]


def test_a_paused_bot_says_nothing_again(shop: Shop) -> None:
    shop.say("记下了")
    shop.settle(shop.sending(), "unsure")
    write(shop.database, setting.put, PAUSED, "1")
    shop.now.pass_(ECHO)
    assert shop.resting() is None
