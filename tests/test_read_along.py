"""What neighbours read along: no door, no telephone number; and what is left of who asks to be forgotten."""

import re
import sqlite3

import pytest

from community import outbox, unsaid
from community.db import Database
from community.export import export
from community.pacing import Quiet, Schedule
from tests.conftest import BEGIN, ZONE, write
from tests.test_bad_input import Town
from tests.test_bad_input import town as town  # noqa: PLC0414 - a fixture is found by its name here

PHONE, HIDDEN = "13812345678", "138****5678"


async def direct(town: Town, by: str, text: str) -> str:
    before = len(town.said)
    town.puppet.say(by, town.puppet.bot_id, text)
    await town.settle()
    return "\n".join(said.text for said in town.said[before:])


async def heard(town: Town, by: str, *texts: str) -> str:
    """What the bot says to the last of it, in the room."""
    for text in texts:
        town.now.pass_(20)
        answers = await town.hear(by, text)
    return "\n".join(answers)


async def arrived(town: Town) -> str:
    """王阿姨 has ordered, with a note that she wrote directly; her goods have come. Her pickup code."""
    await heard(town, town.wang, "绑定 3-2-501", "+2")
    await direct(town, town.wang, f"备注 打{PHONE}")
    told = await heard(town, town.owner, "截单", "到货", "确认到货")
    return str(re.findall(r"取货码 ([0-9]{4})", told)[0])


@pytest.mark.parametrize("text", ["备注", "我的订单", "改 3", "+1"])
async def test_a_number_told_directly_is_not_read_out_in_the_room(town: Town, text: str) -> None:
    await heard(town, town.wang, "+2")
    await direct(town, town.wang, f"备注 打{PHONE}")
    said = await heard(town, town.wang, text) + await heard(town, town.owner, "备注")
    assert HIDDEN in said
    assert PHONE not in said


async def test_staff_read_it_whole_where_nobody_reads_along(town: Town) -> None:
    code = await arrived(town)
    assert PHONE in await direct(town, town.owner, "备注")
    handed = await direct(town, town.owner, f"核销 {code}")
    assert ("3-2-501" in handed, PHONE in handed) == (True, True)


async def test_a_code_redeemed_in_the_room_names_the_building_alone(town: Town) -> None:
    handed = await heard(town, town.owner, f"核销 {await arrived(town)}")
    assert handed.startswith("核销好了：王阿姨（3栋） ")
    assert (PHONE in handed, HIDDEN in handed) == (False, True)


async def test_namesakes_are_told_apart_in_the_room_without_their_doors(town: Town) -> None:
    twin = town.puppet.contact("王阿姨", id="twin")
    town.puppet.enter(town.room, twin)
    await heard(town, twin, "绑定 5-101", "+1")
    await heard(town, town.wang, "绑定 3-2-501", "+2")
    for text in ("代 王阿姨 +1", "王阿姨 已付"):
        told = await heard(town, town.owner, text)
        assert ("3栋" in told, "5栋" in told, "501" in told, "101" in told) == (True, True, False, False)
    assert "3-2-501" in await direct(town, town.owner, "王阿姨 已付")


async def test_my_data_are_all_that_is_kept_of_my_words(town: Town) -> None:
    await heard(town, town.owner, "代 赵大爷 +1")
    await heard(town, town.wang, "我是 1号", "备注 要小的")
    await arrived(town)
    await heard(town, town.wang, "售后 苹果压坏了")
    held = await direct(town, town.wang, "我的数据")
    for words in ("王阿姨", "幸福里1群", "3-2-501", f"打{PHONE}", "赵大爷", "压坏了"):
        assert words in held


async def test_who_is_forgotten_is_named_nowhere_any_more(town: Town) -> None:
    await heard(town, town.owner, "代 赵大爷 +1")
    await heard(town, town.wang, "我是 1号", "+1，放三楼王家门口", "备注 要小的")
    code = await arrived(town)
    await heard(town, town.owner, "王阿姨 已付", f"核销 {code}", "收团")
    assert "都删好了" in await direct(town, town.wang, "确认删除我的数据")
    assert town.database.path is not None
    with sqlite3.connect(town.database.path) as raw:
        left = re.sub(r"wxid_\w+|name:\S+?:\w+", "", "\n".join(raw.iterdump()))
    assert [words for words in ("王阿姨", "赵大爷", "三楼", "要小的", "5678", "3-2-501") if words in left] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("王 已记下 苹果 2份，小王 没订", "某 已记下 苹果 2份，小王 没订"),
        ("100%_王\\", "某\\"),
        ("1000_王", "1000_王"),
    ],
)
def test_only_what_is_meant_is_taken_out(database: Database, text: str, left: str) -> None:
    write(database, outbox.say, "room", text, "answer", BEGIN)
    sending = write(database, outbox.take, Schedule(), Quiet(), BEGIN)
    write(database, outbox.settle, sending.batch, "sent", BEGIN)
    write(database, unsaid.take_out, ["王", "100%_王"], "某", ["", "要小的"])
    assert [row["text"] for row in export(database, "outbox", ZONE)[1]] == [left]
