"""Every command's example, typed where it makes sense, is understood; what is the staff's stays the staff's."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlmodel import col, select

from community import ledger, people, staff
from community.db import Database, Tx
from community.events import Heard, Person, Place
from community.house import House
from community.outbox import Outbox
from community.people import Role
from community.shop import Shop
from community.wording import Wording
from handlers.command import Command, Where, discover
from handlers.desk import CALM, Desk
from handlers.help import WANTED
from handlers.router import Router
from tests.conftest import BEGIN, ROOT, Now, read, write

ROOM = Place("room@chatroom", "幸福里1群")
OWNER = Person("wxid_owner", "店主")
IMPOSTOR = Person("wxid_impostor", OWNER.name)
CLERK = Person("wxid_clerk", "小陈")
WANG = Person("wxid_wang", "王阿姨")
LI = Person("wxid_li", "李姐")
COMMANDS = discover()
STAFFED = [command for command in COMMANDS if command.who.staff]


class Certain(Random):
    """Chance that comes out as a test says, and one higher the next time."""

    number = 48291377

    def randrange(self, *_bounds: int) -> int:  # type: ignore[override]  # codes are all that is drawn here
        self.number += 1
        return self.number - 1


class Town:
    """A shop whose people type; `hears` gives what the bot has to say to it."""

    def __init__(self, database: Database, house: House) -> None:
        self._database = database
        house.random = self.chance = Certain()
        self._desk = Desk(database, house, Router(COMMANDS), Now())
        self._run = uuid4().hex
        self._count = 0

    def hears(self, by: Person, text: str, *, direct: bool = False) -> str | None:
        """What is answered to `text`, said in the room or directly; None for silence."""
        before = len(read(self._database, said))
        self._count += 1
        self._desk.receive(Heard(f"{self._run}-{self._count}", by, text, None if direct else ROOM))
        for future in self._desk.under_way:
            future.result(30)
        answers = read(self._database, said)[before:]
        return answers[0] if answers else None


def said(tx: Tx) -> list[str]:
    return list(tx.session.exec(select(Outbox.text).order_by(col(Outbox.id))))


def open_shop(tx: Tx) -> None:
    """A room, its people, and eggs for two of them."""
    people.known_room(tx, ROOM, BEGIN)
    people.switch(tx, ROOM.id, on=True, now=BEGIN)
    staff.enthrone(tx, OWNER, BEGIN)
    staff.offer(tx, Role.OWNER, Certain(), BEGIN)
    for person in (CLERK, WANG, LI):
        people.meet(tx, person, BEGIN)
    people.appoint(tx, CLERK.id, Role.CLERK)
    for member in (WANG, LI):
        ledger.move(tx, member.id, "eggs", 10, "welcome", BEGIN)


def arrive(town: Town) -> None:
    """Apples came, too few of them; the next ones are closed and looked at."""
    town.hears(OWNER, "开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单")
    town.hears(OWNER, "确认")
    town.hears(WANG, "+1")
    town.hears(LI, "+2")
    town.hears(OWNER, "截单")
    town.hears(OWNER, "李姐 已付")
    town.hears(OWNER, "到货 2")
    town.hears(OWNER, "确认到货")
    town.hears(OWNER, "开团 红富士苹果 10斤装 55元 40份 明天18:00截单")
    town.hears(OWNER, "确认")
    town.hears(WANG, "+1")
    town.hears(OWNER, "截单")
    town.hears(OWNER, "到货")


@pytest.fixture(scope="session")
def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop in the middle of its day, in which every example makes sense."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("furnished") / "bot.db"))
    database = Database(f"sqlite:///{path}")
    write(database, open_shop)
    town = Town(database, House(Shop(), Wording(ROOT / "templates"), Random(1)))
    town.hears(OWNER, "上架 鲜鸡蛋 30枚 21.8元")
    arrive(town)
    town.hears(OWNER, "开团 砂糖橘 一箱 35元 30箱 明天18:00截单")
    town.hears(OWNER, "确认")
    town.hears(WANG, "+1")
    town.hears(LI, "#接龙\n1. 张三 1箱\n2. 李四 2箱")
    town.hears(WANG, "我是 2号")
    town.hears(LI, "#接龙\n1. 张三 1箱\n2. 李四 1箱")
    town.hears(OWNER, "开团 冬枣 3斤 19元 30份 明天18:00截单")
    town.hears(OWNER, "加店员", direct=True)
    town.chance.number = Certain.number
    town.hears(OWNER, "加团长", direct=True)
    town.chance.number = 482913
    town.hears(WANG, "领鸡蛋 5")
    database.close()
    return path


@pytest.fixture
def town(furnished: Path, house: House, tmp_path: Path) -> Iterator[Town]:
    """That shop, for one test."""
    database = Database(f"sqlite:///{shutil.copy(furnished, tmp_path / 'bot.db')}")
    yield Town(database, house)
    database.close()


def named(command: Command) -> str:
    return command.keywords[0]


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_the_example_of_a_command_is_understood(town: Town, command: Command) -> None:
    direct = command.where is Where.DIRECT
    who = OWNER if command.who.staff else LI if direct else WANG
    answer = town.hears(who, command.example, direct=direct)
    assert answer
    for misunderstood in ("可以这样发", "像这样写", "没听懂", "用的。", CALM):
        assert misunderstood not in answer


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_each_further_keyword_does_what_the_first_does(town: Town, command: Command) -> None:
    direct = command.where is Where.DIRECT
    who = OWNER if command.who.staff else LI if direct else WANG
    for keyword in command.keywords[1:]:
        answer = town.hears(who, command.example.replace(command.keywords[0], keyword, 1), direct=direct)
        assert answer
        assert "可以这样发" not in answer


@pytest.mark.parametrize("command", STAFFED, ids=named)
def test_a_resident_who_calls_himself_like_the_owner_is_a_resident(town: Town, command: Command) -> None:
    answer = town.hears(IMPOSTOR, command.example, direct=command.where is Where.DIRECT)
    assert answer is None if command.everyday else (answer or "").endswith("用的。")


@pytest.mark.parametrize("command", STAFFED, ids=named)
def test_whoever_stands_high_enough_may_use_it(town: Town, command: Command) -> None:
    who = OWNER if command.who is Role.OWNER else CLERK
    answer = town.hears(who, command.example, direct=command.where is Where.DIRECT) or ""
    assert not answer.endswith("用的。")


ELSEWHERE = [command for command in COMMANDS if command.where is not Where.BOTH and not command.everyday]


@pytest.mark.parametrize("command", ELSEWHERE, ids=named)
def test_a_command_said_in_the_wrong_place_is_sent_to_the_right_one(town: Town, command: Command) -> None:
    who = OWNER if command.who.staff else LI
    answer = town.hears(who, command.example, direct=command.where is Where.ROOM)
    assert answer is not None
    assert answer.endswith(f"请在{command.where.value}发给我。")


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_help_shows_the_command_to_those_who_may_use_it(town: Town, command: Command) -> None:
    direct = command.where is Where.DIRECT
    menu = town.hears(OWNER if command.who.staff else WANG, "帮助", direct=direct) or ""
    untold = command.keywords[0].endswith("-") or not command.listed
    words = command.example if command.who.staff and not direct else f"{command.example}：{command.help}"
    assert (words in menu.splitlines()) is not untold


@pytest.mark.parametrize("command", STAFFED, ids=named)
def test_help_shows_residents_nothing_of_the_staff(town: Town, command: Command) -> None:
    menu = town.hears(IMPOSTOR, "帮助", direct=command.where is Where.DIRECT) or ""
    assert not any(line.startswith(command.example) for line in menu.splitlines())


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.anywhere], ids=named)
def test_a_room_where_the_bot_is_off_hears_nothing(town: Town, command: Command) -> None:
    town.hears(OWNER, "停用")
    assert town.hears(OWNER, command.example) is None


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_fifty_thousand_characters_behind_a_keyword_are_no_trouble(town: Town, command: Command) -> None:
    direct = command.where is Where.DIRECT
    answer = town.hears(OWNER, f"{command.example} {'苹果' * 25_000}", direct=direct) or ""
    menu = town.hears(OWNER, "帮助", direct=direct) or ""
    assert len(answer) <= max(500, len(menu))  # nothing of the flood comes back; 帮助 itself takes no words
    assert CALM not in answer


ODD = ["{{ 1/0 }}", "'; DROP TABLE member; --", "\u202e٣\u200b", "½", "\x00啊\x07", "𝟚", "%s%n", "-1", "0", "10" * 20]


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_odd_words_behind_a_keyword_upset_nothing(town: Town, command: Command) -> None:
    for odd in ODD:
        answer = town.hears(OWNER, f"{command.keywords[0]} {odd}", direct=command.where is Where.DIRECT) or ""
        assert CALM not in answer
    assert "砂糖橘" in (town.hears(WANG, "团购") or "")


def test_the_menu_sorts_commands_that_there_are() -> None:
    assert not set(WANTED) - {keyword for command in COMMANDS for keyword in command.keywords}
    assert len(set(WANTED)) == len(WANTED)
