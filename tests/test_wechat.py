"""WeChat as events and back, on Wechaty's own objects over the simulated puppet."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import pytest_asyncio
from wechaty_puppet import EventRoomJoinPayload, MessageType

from community.events import Event, Heard, Joined, Left, Person, Pictured, Place, Renamed
from tests.group import CHEN, LI, WANG, Group, opened


@pytest_asyncio.fixture
async def group() -> AsyncIterator[Group]:
    async with opened() as group:
        yield group


async def test_words_in_a_room_are_heard(group: Group) -> None:
    message = group.puppet.say(group.wang, group.room, "+2")
    assert await group.told() == [Heard(message, WANG, "+2", group.place)]


async def test_words_to_the_bot_alone_have_no_room(group: Group) -> None:
    message = group.puppet.say(group.wang, group.puppet.bot_id, "我的订单")
    assert await group.told() == [Heard(message, WANG, "我的订单")]


async def test_a_native_chain_is_heard_as_its_text(group: Group) -> None:
    message = group.puppet.note(group.room, group.wang, "#接龙\n1. 王阿姨 +2")
    assert await group.told() == [Heard(message, WANG, "#接龙\n1. 王阿姨 +2", group.place)]


@pytest.mark.parametrize(
    ("text", "mentions", "expected"),
    [
        ("帮助", ("wxid_客厅",), True),
        ("@客厅\u2005帮助", (), True),
        (" @小客\u2005帮助", (), True),
        ("＠客厅 帮助", (), True),
        ("@客厅", (), True),
        ("@客厅里的灯坏了", (), False),
        ("@王阿姨 你好", ("wxid_王阿姨",), False),
        ("客厅在哪", (), False),
    ],
)
async def test_the_bot_notices_when_it_is_named(
    group: Group, text: str, mentions: tuple[str, ...], expected: bool
) -> None:
    group.puppet.call(group.puppet.bot_id, "小客", room=group.room)
    group.puppet.say(group.wang, group.room, text, mentions)
    assert [event.mentioned for event in await group.told() if isinstance(event, Heard)] == [expected]


async def test_a_message_that_comes_twice_keeps_its_id(group: Group) -> None:
    message = group.puppet.say(group.wang, group.room, "+2")
    group.puppet.again(message)
    first, second = await group.told()
    assert first == second == Heard(message, WANG, "+2", group.place)


async def test_a_join_names_who_and_by_whom(group: Group) -> None:
    group.puppet.join(group.room, [group.puppet.contact("小陈"), group.puppet.contact("小王")], group.li)
    assert await group.told() == [Joined(group.place, (CHEN, Person("wxid_小王", "小王")), LI)]


@pytest.mark.parametrize("inviter", [None, "wxid_客厅"])
async def test_a_join_that_names_nobody_or_the_bot_has_no_inviter(group: Group, inviter: str | None) -> None:
    group.puppet.join(group.room, group.puppet.contact("小陈"), inviter)
    assert await group.told() == [Joined(group.place, (CHEN,))]


@pytest.mark.parametrize(
    ("line", "joined", "by"),
    [
        ('"小陈"通过扫描"李姐"分享的二维码加入群聊', (CHEN,), LI),
        ("“李姐”邀请你和“小陈、没见过的人”加入了群聊", (CHEN,), LI),
        ('你邀请"小陈"加入了群聊  $revoke$', (CHEN,), None),
        ('"没见过的人"邀请"小陈"加入了群聊', (CHEN,), None),
        ('"客厅"邀请"小陈"加入了群聊', (CHEN,), None),
    ],
)
async def test_a_line_about_a_join_tells_it_too(
    group: Group, line: str, joined: tuple[Person, ...], by: Person | None
) -> None:
    group.puppet.enter(group.room, group.puppet.contact("小陈"))
    group.puppet.system(group.room, line)
    assert await group.told() == [Joined(group.place, joined, by)]


async def test_a_line_means_nobody_where_two_have_the_name(group: Group) -> None:
    for id in ("wxid_1", "wxid_2"):
        group.puppet.enter(group.room, group.puppet.contact("小陈", id))
    group.puppet.system(group.room, '"李姐"邀请"小陈"加入了群聊')
    assert await group.told() == []
    group.puppet.call("wxid_2", "三楼小陈", room=group.room)
    group.puppet.call("wxid_2", "陈先生")
    group.puppet.system(group.room, '"李姐"邀请"三楼小陈"加入了群聊')
    assert [event.who for event in await group.told() if isinstance(event, Joined)] == [(Person("wxid_2", "三楼小陈"),)]


async def test_a_resident_cannot_type_a_join(group: Group) -> None:
    group.puppet.say(group.li, group.room, '"李姐"邀请"王阿姨"加入了群聊')
    (event,) = await group.told()
    assert isinstance(event, Heard)


async def test_leaving_and_a_new_topic_are_told(group: Group) -> None:
    group.puppet.leave(group.room, group.wang)
    group.puppet.rename(group.room, "幸福里大家庭")
    renamed = Place(group.room, "幸福里大家庭")
    group.puppet.say(group.li, group.room, "好")
    left, topic, heard = await group.told()
    assert (left, topic) == (Left(renamed, (WANG,)), Renamed(renamed))
    assert isinstance(heard, Heard)
    assert heard.room == renamed


async def test_the_bot_itself_neither_joins_nor_leaves(group: Group) -> None:
    room = group.puppet.room("幸福里2群", [group.li], with_bot=False)
    group.puppet.invite_bot(room)
    assert await group.told() == []
    assert group.puppet.bot_id in group.puppet.members(room)
    group.puppet.leave(room, group.puppet.bot_id, group.li)
    assert await group.told() == []


async def test_names_are_those_of_now(group: Group) -> None:
    names = []
    for name, room in [("王阿姨", None), ("王奶奶", None), ("3号楼王奶奶", group.room), ("", group.room)]:
        group.puppet.call(group.wang, name, room=room)
        group.puppet.say(group.wang, group.room, "早")
        names += [event.by.name for event in await group.told() if isinstance(event, Heard)]
    assert names == ["王阿姨", "王奶奶", "3号楼王奶奶", "王奶奶"]


@pytest.mark.parametrize(
    ("nickname", "shown"),
    [
        ("  王\n阿\u202e姨\u200b ", "王 阿姨"),
        ("\u200d\u3164\x07", "邻居"),
        ("", "邻居"),
        ("长" * 99, "长" * 32),
        ("{{ 7*7 }}'; DROP--", "{{ 7*7 }}'; DROP--"),
    ],
)
async def test_a_name_is_shown_clean_and_short(group: Group, nickname: str, shown: str) -> None:
    group.puppet.say(group.puppet.contact(nickname, "wxid_x"), group.room, "早")
    assert [event.by for event in await group.told() if isinstance(event, Heard)] == [Person("wxid_x", shown)]


async def test_equal_nicknames_are_two_people(group: Group) -> None:
    for id in ("wxid_1", "wxid_2"):
        group.puppet.say(group.puppet.contact("王阿姨", id), group.room, "+1")
    assert [e.by for e in await group.told() if isinstance(e, Heard)] == [
        Person("wxid_1", "王阿姨"),
        Person("wxid_2", "王阿姨"),
    ]


async def test_a_resident_who_asks_becomes_a_friend(group: Group) -> None:
    group.puppet.befriend(group.wang)
    assert await group.told() == []
    assert group.puppet.is_friend(group.wang)


async def test_a_burst_keeps_its_order_in_every_room(group: Group) -> None:
    rooms = [group.puppet.room(f"{n}号楼", [group.wang]) for n in range(5)]
    for n in range(300):
        group.puppet.say(group.wang, rooms[n % 5], str(n))
    heard = [event for event in await group.told() if isinstance(event, Heard)]
    assert len(heard) == 300
    for at, room in enumerate(rooms):
        assert [int(e.text) for e in heard if e.room and e.room.id == room] == list(range(at, 300, 5))


async def test_what_came_before_the_start_is_told() -> None:
    group = Group()
    group.puppet.say(group.wang, group.room, "早")
    running = asyncio.create_task(group.wechat.run())
    assert len(await group.told()) == 1
    await group.wechat.stop()
    await running


async def test_two_bots_in_one_process_never_meet() -> None:
    async with opened(bot="客厅") as one, opened(bot="厨房") as other:
        other.puppet.call(other.wang, "别的王阿姨")
        for each in (one, other):  # the same ids of messages, people and rooms in both
            each.puppet.say(each.wang, each.room, "@客厅 早")
            await each.wechat.say(each.room, "早")
        (first, _), (second, _) = await one.told(), await other.told()
        assert isinstance(first, Heard)
        assert isinstance(second, Heard)
        assert (first.by.name, first.mentioned, second.by.name, second.mentioned) == (
            "王阿姨",
            True,
            "别的王阿姨",
            False,
        )
        assert len(one.said) == len(other.said) == 1


ODD_KINDS = [
    kind
    for kind in (*map(int, MessageType), 15, 16, 17, 99)
    if kind not in (0, MessageType.MESSAGE_TYPE_TEXT, MessageType.MESSAGE_TYPE_IMAGE)
]


@pytest.mark.parametrize("kind", ODD_KINDS)
async def test_other_kinds_of_messages_are_passed_over(group: Group, kind: int) -> None:
    group.puppet.say(group.wang, group.room, "<xml/>", kind=kind)
    group.puppet.say(group.wang, group.puppet.bot_id, '"李姐"邀请"小陈"加入了群聊', kind=kind)
    assert await group.told() == []


async def test_a_picture_is_told_without_what_is_on_it_and_fetched_when_asked_for(group: Group) -> None:
    in_room = group.puppet.snap(group.wang, group.room, b"apples")
    directly = group.puppet.snap(group.li, group.puppet.bot_id, b"pears")
    assert await group.told() == [Pictured(in_room, WANG, group.place), Pictured(directly, LI)]
    assert await group.wechat.picture(in_room) == b"apples"
    with pytest.raises(LookupError):
        await group.wechat.picture("no such message")


async def test_the_bots_own_picture_is_not_told(group: Group) -> None:
    await group.wechat.show(group.room, "海报.png", b"picture")
    await group.wechat.show(group.room, "照片.jpg", b"picture")
    assert await group.told() == []


async def test_odd_events_change_nothing(group: Group) -> None:
    empty = SimpleNamespace(room_id=group.room, invited_ids=None, inviter_id=None, removed_ids=[""], new_topic=None)
    for kind in ("room-join", "room-leave", "error", "heart-beat", "dong", "scan", "logout", "reset", "ready", "??"):
        group.puppet.happen(kind, empty)
    nowhere = EventRoomJoinPayload(invited_ids=[group.wang], inviter_id="", room_id="", timestamp=0)
    group.puppet.happen("room-join", nowhere)
    group.puppet.again("no such message")
    group.puppet.say("", group.room, "没有人说的话")
    group.puppet.say("nobody known", group.room, "早")
    (event,) = await group.told()
    assert isinstance(event, Heard)
    assert event.by == Person("nobody known", "邻居")


async def test_long_words_are_cut(group: Group) -> None:
    group.puppet.say(group.wang, group.room, "+" * 50_000)
    assert [len(event.text) for event in await group.told() if isinstance(event, Heard)] == [20_000]


async def test_a_listener_that_fails_loses_only_that_event(
    group: Group, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []

    def fails_first(event: Event) -> None:
        told.append(event)
        if len(told) == 1:
            raise ValueError("broken")

    monkeypatch.setattr(group.wechat, "_on_event", fails_first)
    for text in ("一", "二"):
        group.puppet.say(group.wang, group.room, text)
    await group.told()
    assert [event.text for event in told if isinstance(event, Heard)] == ["一", "二"]
    assert "ValueError: broken" in caplog.text
