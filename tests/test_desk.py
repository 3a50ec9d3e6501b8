"""The front desk: chatter touches nothing, silent rooms stay silent, nothing has its effect twice, errors stay calm."""

import logging
from collections.abc import Iterator
from concurrent.futures import wait
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import SQLModel, col, select

from community import activity, people, staff
from community.activity import Chatter
from community.db import Database, Tx
from community.events import Echo, Event, Heard, Joined, Left, Person, Place, Renamed
from community.house import House
from community.outbox import Outbox
from handlers.command import Ask, Reply, command, discover, say
from handlers.desk import CALM, Desk
from handlers.router import Router
from tests.conftest import BEGIN, Now, read, write

ROOM = Place("r1@chatroom", "幸福里1群")
SILENT = Place("r2@chatroom", "别处的群")
OWNER = Person("wxid_owner", "店主")
WANG = Person("wxid_wang", "王阿姨")
LI = Person("wxid_li", "李姐")
SECRET = "我家钥匙在门垫下面"


@command("出错", example="出错", help="", glue="any")
def fail(tx: Tx, ask: Ask) -> Reply | None:
    """Write something and fail."""
    activity.note(tx, "half done", ask.now, None, ask.who.id)
    raise KeyError("nobody thought of this")


@command("坏词", example="坏词", help="", glue="any")
def wordless(tx: Tx, ask: Ask) -> Reply | None:
    """Answer with a template that is not there."""
    activity.note(tx, "half done", ask.now, None, ask.who.id)
    return say("no/such/template")


class Shop:
    """A desk with one enabled room and one that is not; `hear` lets somebody say something there."""

    def __init__(self, database: Database, house: House, now: Now) -> None:
        self.database = database
        self.now = now
        self.desk = Desk(database, house, Router([*discover(), fail, wordless]), now)
        self._count = 0

    def hear(self, text: str, by: Person = WANG, room: Place | None = ROOM, id: str = "", **more: Any) -> None:
        self._count += 1
        self.take(Heard(id or f"m{self._count}", by, text, room, **more))

    def take(self, *events: Event) -> None:
        for one in events:
            self.desk.receive(one)
        write(self.database, lambda _tx: None)

    def said(self) -> list[tuple[str, str]]:
        def look(tx: Tx) -> list[tuple[str, str]]:
            return [(line.room_id, line.text) for line in tx.session.exec(select(Outbox).order_by(col(Outbox.id)))]

        return read(self.database, look)  # type: ignore[no-any-return] # it gives whatever the function gives

    def rows(self) -> dict[str, list[Any]]:
        """Everything in the database."""

        def look(tx: Tx) -> dict[str, list[Any]]:
            tables = SQLModel.metadata.sorted_tables
            return {table.name: list(tx.session.connection().execute(table.select())) for table in tables}

        return read(self.database, look)  # type: ignore[no-any-return] # likewise


@pytest.fixture
def shop(database: Database, house: House, now: Now) -> Shop:
    write(database, staff.enthrone, OWNER, BEGIN)
    write(database, people.known_room, ROOM, BEGIN)
    write(database, people.switch, ROOM.id, True, BEGIN)
    write(database, people.known_room, SILENT, BEGIN)
    return Shop(database, house, now)


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement that reaches the database from now on, on any connection."""
    seen: list[str] = []

    def trace(raw: Any, *_: object) -> None:
        raw.set_trace_callback(seen.append)

    database.engine.dispose()
    sqlalchemy_event.listen(database.engine, "checkout", trace)
    write(database, lambda tx: trace(tx.session.connection().connection.driver_connection))
    seen.clear()
    yield seen
    sqlalchemy_event.remove(database.engine, "checkout", trace)


# Chatter


def test_chatter_touches_no_database(shop: Shop, statements: list[str]) -> None:
    for text in ("今天天气真好", "我家孩子感冒了", "123", "", "@王阿姨 在吗", "？？？", "订单的事我不懂"):
        shop.desk.receive(Heard("m", WANG, text, ROOM))
        shop.desk.receive(Heard("m", WANG, text, SILENT))
    assert not shop.desk.under_way
    assert [line for line in statements if "SAVEPOINT" in line] == []
    shop.hear("我的订单")
    assert [line for line in statements if "SAVEPOINT" in line] != []


def test_chatter_is_counted_by_room_and_day_where_the_bot_is_enabled_and_kept_nowhere(shop: Shop) -> None:
    for _ in range(3):
        shop.hear(SECRET)
        shop.hear(SECRET, room=SILENT)
        shop.hear(SECRET, room=None)
    shop.desk.flush_chatter()
    shop.now.pass_(86_400)
    shop.hear(SECRET)
    for _ in range(2):
        shop.desk.flush_chatter()
    shop.take()
    counts = [(row.room_id, row.day, row.messages) for row in read(shop.database, _chatter)]
    assert counts == [(ROOM.id, "2026-11-23", 3), (ROOM.id, "2026-11-24", 1)]
    assert SECRET not in str(shop.rows())


def _chatter(tx: Tx) -> list[Chatter]:
    return list(tx.session.exec(select(Chatter).order_by(col(Chatter.day))))


# Where the bot does not speak

COMMANDS = [keyword for found in discover() for keyword in found.keywords]


@pytest.mark.parametrize("keyword", COMMANDS)
def test_in_a_room_that_is_not_enabled_no_resident_gets_a_word_and_nothing_is_written(shop: Shop, keyword: str) -> None:
    before = shop.rows()
    shop.hear(keyword, room=SILENT)
    shop.hear(f"@客厅 {keyword} 2", room=SILENT, mentioned=True)
    assert shop.rows() == before


def test_what_else_happens_in_a_room_that_is_not_enabled_is_not_written_either(shop: Shop) -> None:
    before = shop.rows()
    shop.take(Joined(SILENT, (WANG,), LI), Left(SILENT, (WANG,)), Renamed(Place(SILENT.id, "新名字")))
    shop.take(Joined(Place("r9", "没见过"), (WANG,)), Left(Place("r9", "没见过"), (WANG,)))
    assert shop.rows() == before


def test_the_owner_switches_a_room_on_and_off(shop: Shop) -> None:
    shop.hear("启用", OWNER, SILENT)
    shop.hear("帮助", room=SILENT)
    shop.hear("停用", OWNER, SILENT)
    shop.hear("帮助", room=SILENT)
    assert [to for to, _ in shop.said()] == [SILENT.id] * 3


# Once, and in order


@pytest.mark.parametrize("keyword", COMMANDS)
def test_a_message_that_comes_twice_has_no_second_effect(shop: Shop, keyword: str) -> None:
    shop.hear(f"{keyword} 2", OWNER, id="again")
    before = shop.rows()
    shop.now.pass_(60)
    shop.hear(f"{keyword} 2", OWNER, id="again")
    assert shop.rows() == before


def test_joins_and_leaves_that_come_twice_are_one_stay(shop: Shop) -> None:
    shop.take(Joined(ROOM, (WANG,), LI), Joined(ROOM, (WANG,)), Joined(ROOM, (WANG,), LI))
    shop.take(Left(ROOM, (WANG,)), Left(ROOM, (WANG,)), Left(ROOM, (WANG,)))
    assert len(read(shop.database, people.stays, WANG.id)) == 1
    assert len(shop.rows()["invite"]) == 1
    assert read(shop.database, people.members, ROOM.id) == []


def test_a_leave_that_comes_before_its_join_leaves_them_in_the_room(shop: Shop) -> None:
    shop.take(Left(ROOM, (WANG,)), Left(ROOM, (WANG,)), Joined(ROOM, (WANG,), LI))
    assert [one.name for one in read(shop.database, people.members, ROOM.id)] == ["王阿姨"]
    assert len(read(shop.database, people.stays, WANG.id)) == 2


def test_messages_of_one_room_are_answered_in_their_order(shop: Shop) -> None:
    shop.hear("开团 红富士苹果 5斤装 29.9元 400份 明天18:00截单", OWNER)
    shop.hear("确认", OWNER)
    told = len(shop.said())
    neighbours = [Person(f"wxid_{number}", f"邻居{number}") for number in range(60)]
    for number, neighbour in enumerate(neighbours):
        shop.desk.receive(Heard(f"o{number}", neighbour, "+1", ROOM))
    shop.take()
    answers = [text for _, text in shop.said()[told:]]
    assert [f"邻居{number}" in text for number, text in enumerate(answers)] == [True] * 60


# What goes wrong


@pytest.mark.parametrize("text", ["出错", "坏词"])
def test_whatever_goes_wrong_is_one_calm_sentence_and_a_traceback_in_the_log(
    shop: Shop, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    shop.hear(f"{text} {SECRET}")
    assert [CALM in said for _, said in shop.said()] == [True]
    assert "half done" not in str(shop.rows())
    assert caplog.text.count("Traceback (most recent call last)") == 1
    assert SECRET not in caplog.text


def test_one_error_spoils_nothing_of_those_who_wrote_at_the_same_time(shop: Shop) -> None:
    for text in ("帮助", "出错", "邀请规则", "坏词", "帮助"):
        shop.desk.receive(Heard(f"m{text}{len(shop.desk.under_way)}", WANG, text, ROOM))
    shop.take()
    assert [CALM in text for _, text in shop.said()] == [False, True, False, True, False]


@pytest.mark.parametrize("function", [fail, wordless])
def test_what_failed_once_is_not_tried_again_when_it_comes_again(shop: Shop, function: Any) -> None:
    shop.hear(function.keywords[0], id="again")
    shop.hear(function.keywords[0], id="again")
    assert len(shop.said()) == 1


def test_a_sick_database_is_named_in_the_log_and_the_next_message_is_answered(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    write(shop.database, lambda tx: tx._cursor.execute("PRAGMA query_only = ON"))
    shop.desk.receive(Heard("m1", WANG, f"售后 {SECRET}", ROOM))
    wait(shop.desk.under_way)
    shop.hear("帮助")
    assert len(shop.said()) == 1
    assert "not written" in caplog.text
    assert "Traceback" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("text", ["我的订单", "+2", "启用", "取消", "帮助", "核销 482913", "改 3"])
@pytest.mark.parametrize("room", [ROOM, SILENT, None], ids=["here", "silent", "direct"])
def test_no_word_of_a_message_is_ever_logged(
    shop: Shop, text: str, room: Place | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.hear(f"{text} {SECRET}", Person("wxid_x", "张三的名字"), room)
    shop.take(Echo(ROOM.id, SECRET))
    assert SECRET not in caplog.text
    assert "张三的名字" not in caplog.text
