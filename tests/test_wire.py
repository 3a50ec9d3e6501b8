"""What goes over the wire, as both generations of gateways read and write it."""

import json
from dataclasses import dataclass

import betterproto
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechaty_grpc.wechaty.puppet import EventType, RoomTopicRequest, RoomTopicResponse

from gateway.wire import Dirty, SetText, TextReply, message_type, read_event

from wechaty_puppet import MessageType  # isort: skip - after gateway.wire, which makes it importable


@dataclass
class Bare(betterproto.Message):
    """A setter as a 1.x gateway reads it: the text is field 3, and an empty one is told from none by its presence."""

    id: str = betterproto.string_field(1)
    text: str = betterproto.string_field(3, group="_text")


@given(st.text(max_size=20), st.text(max_size=300))
def test_both_generations_read_a_setter(who: str, text: str) -> None:
    sent = SetText(who, text).SerializeToString()
    old, new = RoomTopicRequest().parse(sent), Bare().parse(sent)
    assert (old.id, old.topic) == (who, text)
    assert (new.id, new.text) == (who, text)
    assert betterproto.which_one_of(new, "_text")[0] == "text"


@given(st.text())
def test_an_answer_is_read_from_both(text: str) -> None:
    assert TextReply().parse(bytes(RoomTopicResponse(topic=text))).text == text
    assert TextReply().parse(bytes(TextReply(bare=text))).text == text


def test_an_empty_answer_is_an_empty_text() -> None:
    assert TextReply().parse(b"").text == ""


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
NAMES = ["messageId", "contactId", "roomId", "inviteeIdList", "removeeIdList", "inviterId", "timestamp", "status"]
NAMES += ["payloadType", "payloadId", "data", "gerror", "newTopic", "friendshipId", "roomInvitationId", "qrcode"]


@given(st.integers(0, 30), st.dictionaries(st.sampled_from(NAMES), anything).map(json.dumps) | st.text())
def test_no_event_breaks_the_reader(number: int, payload: str) -> None:
    read = read_event(number, payload)
    assert read is None or isinstance(read[0], str)


@pytest.mark.parametrize("number", [e.value for e in EventType if e.value not in (0, 24)])
def test_every_event_that_matters_is_known(number: int) -> None:
    full = '{"messageId":"m","contactId":"c","roomId":"r","inviteeIdList":["a"],"removeeIdList":["a"],"payloadType":3,'
    full += '"payloadId":"r","friendshipId":"f","roomInvitationId":"i"}'
    assert read_event(number, full) is not None


@pytest.mark.parametrize(
    ("payload", "stale"),
    [
        ('{"payloadType": 2, "payloadId": "wang"}', Dirty(contacts=("wang",))),
        ('{"payloadType": 3, "payloadId": "1@chatroom"}', Dirty(rooms=("1@chatroom", "1@chatroom"))),
        ('{"payloadType": 4, "payloadId": "1@chatroom-wang"}', Dirty(rooms=("1@chatroom-wang", "1@chatroom"))),
        ('{"payloadType": 1, "payloadId": "m"}', Dirty()),
    ],
)
def test_what_is_stale_is_named(payload: str, stale: Dirty) -> None:
    assert read_event(27, payload) == ("dirty", stale)


def test_no_two_of_the_gateways_types_but_text_and_chain_are_one() -> None:
    kinds = [message_type(number) for number in range(1, 17)]
    assert kinds.count(int(MessageType.MESSAGE_TYPE_TEXT)) == 2
    assert len(set(kinds)) == len(kinds) - 1
