"""The papers at the close: to whom they go, once, made as they leave, never where nothing was sold."""

import asyncio
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from community import outbox, people, staff
from community.db import Database, Tx
from community.events import Person
from community.house import House
from community.outbox import Outbox, Rest
from community.pacing import Quiet, Schedule
from community.people import Role
from community.refusal import Refusal
from community.sheet import handing
from community.shop import Sheet
from front.player import play
from front.settings import read_settings
from front.transcript import read_transcript
from gateway.sender import Sender
from gateway.transport import Unreachable
from tests.conftest import BEGIN, ZONE, Now, read, write
from tests.test_sender import Wire

OPEN = "@ 2026-11-23 09:00\n[幸福里1群]\n店主: 开团 苹果 5斤 29.9元 40份 今天18:00截单\n店主: 确认\n"
FAILING = "@ 2026-11-23 09:00\n[幸福里1群]\n店主: 开团 苹果 5斤 29.9元 40份 30份成团 今天18:00截单\n店主: 确认\n"
SOLD = f"{OPEN}王阿姨: +2\n李姐: +1\n"
NIGHT = SOLD.replace("18:00", "22:30")
LATER = "@ 18:01\n"
OWNER = Person("wxid_店主", "店主")


def lived(database: Database, house: House, text: str) -> None:
    settings = read_settings(database.path.parent / "no.env", {}) if database.path else read_settings(None, {})
    asyncio.run(play(settings, database, house, read_transcript(text, ZONE), lambda *_: None))


def handed(tx: Tx) -> list[tuple[str, str]]:
    """To whom files went, and what became of them."""
    files = select(Outbox).where(col(Outbox.file).is_not(None)).order_by(col(Outbox.id))
    return [(line.room_id, line.status) for line in tx.session.exec(files)]


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        (f"{SOLD}{LATER}", ["wxid_店主"]),
        (f"{SOLD}店主: 截单\n{LATER}@ 2026-11-24 18:30\n", ["wxid_店主"]),
        (f"{NIGHT}@ 22:31\n", ["wxid_店主"]),
        (f"{OPEN}{LATER}", []),
        (f"{SOLD}店主: 撤团\n{LATER}", []),
        (f"{FAILING}王阿姨: +2\n{LATER}", []),
        (f"{SOLD}王阿姨: 取消\n李姐: 取消\n{LATER}", []),
        (f"{SOLD}王阿姨: 表格\n[私聊]\n王阿姨: 表格\n", []),
    ],
    ids=["by the clock", "by command", "at night", "empty", "withdrawn", "failed", "all cancelled", "no resident"],
)
def test_the_papers_go_once_to_whom_they_concern(database: Database, house: House, text: str, whom: list[str]) -> None:
    lived(database, house, text)
    assert read(database, handed) == [(one, "sent") for one in whom]


def test_a_shop_may_do_without_and_still_ask(database: Database, house: House) -> None:
    house.shop = replace(house.shop, sheet=Sheet(at_close=False))
    lived(database, house, f"{SOLD}{LATER}")
    assert read(database, handed) == []
    lived(database, house, "@ 2026-11-23 19:00\n[私聊]\n店主: 表格\n")
    assert read(database, handed) == [("wxid_店主", "sent")]


@pytest.mark.parametrize(("role", "whom"), [(Role.LEADER, ["wxid_店主", "wxid_周姐"]), (Role.RESIDENT, ["wxid_店主"])])
def test_whoever_opened_it_gets_them_while_they_work_here(
    database: Database, house: House, role: Role, whom: list[str]
) -> None:
    lived(database, house, "@ 2026-11-23 08:00\n[幸福里1群]\n周姐: 团购\n")
    write(database, people.appoint, "wxid_周姐", Role.LEADER)
    lived(database, house, SOLD.replace("店主", "周姐"))
    write(database, people.appoint, "wxid_周姐", role)
    lived(database, house, "@ 2026-11-23 18:01\n[幸福里1群]\n")
    assert [one for one, _ in read(database, handed)] == whom


class Postman(Wire):
    """A wire that files go over, too."""

    def __init__(self, now: Now) -> None:
        super().__init__(now)
        self.files: list[tuple[str, str, bytes]] = []

    async def hand(self, to: str, name: str, content: bytes) -> None:
        await self.say(to, name)
        self.files.append((to, name, content))


async def tell(_kind: str, _text: str) -> None:
    """Nobody is told."""


@pytest.fixture
def queued(database: Database, house: House, now: Now) -> Database:
    """A shop whose group buy has closed, its papers queued and not sent."""
    asyncio.run(_sell(database, house))
    now.pass_(86_400)
    write(database, outbox.say, "wxid_店主", "苹果 11-23.xlsx", "answer", now(), file="sheet:1")
    return database


async def _sell(database: Database, house: House) -> None:
    assert database.path is not None
    settings = read_settings(database.path.parent / "no.env", {})
    await play(settings, database, house, read_transcript(f"{SOLD}{LATER}", ZONE), lambda *_: None)


async def test_the_workbook_is_made_as_it_goes_out(queued: Database, house: House, now: Now) -> None:
    wire = Postman(now)
    await Sender(queued, wire, house, now, tell).turn()
    ((to, name, content),) = wire.files
    assert (to, name) == ("wxid_店主", "苹果 11-23.xlsx")
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == ["商品汇总", "拣货单", "商品分楼", "住户标签", "对账", "收款单"]
    assert "王阿姨" in [cell for row in book["拣货单"].values for cell in row]
    assert queued.path is not None
    assert not list(queued.path.parent.glob("**/*.xlsx"))


async def test_what_did_not_leave_goes_later_and_what_may_have_left_does_not(
    queued: Database, house: House, now: Now
) -> None:
    wire = Postman(now)
    sender = Sender(queued, wire, house, now, tell)
    wire.fails = [Unreachable("away")]
    await sender.turn()
    assert read(queued, handed)[-1] == ("wxid_店主", "queued")
    now.pass_(60)
    assert write(queued, outbox.take, Schedule(), Quiet(), now()).file == "sheet:1"
    write(queued, outbox.recover, now())  # the bot was killed on the way
    now.pass_(3600)
    assert isinstance(write(queued, outbox.take, Schedule(), Quiet(), now()), Rest)
    assert read(queued, handed)[-1] == ("wxid_店主", "uncertain")


async def test_papers_that_still_wait_do_not_go_to_who_no_longer_works_here(
    queued: Database, house: House, now: Now
) -> None:
    write(queued, people.appoint, OWNER.id, Role.RESIDENT)
    wire = Postman(now)
    await Sender(queued, wire, house, now, tell).turn()
    assert wire.files == []
    assert read(queued, handed)[-1] == (OWNER.id, "failed")


async def test_papers_of_nothing_hold_up_nobody(database: Database, house: House, now: Now) -> None:
    for file in ("sheet:99", "secrets:1", None):
        write(database, outbox.say, "甲", "好", "answer", now(), file=file)
    wire = Postman(now)
    sender = Sender(database, wire, house, now, tell)
    for _ in range(3):
        await sender.turn()
        now.pass_(60)
    assert (wire.files, [text for _, _, text in wire.said]) == ([], ["好"])
    assert [state for _, state in read(database, handed)] == ["failed", "failed"]


def test_only_papers_that_there_are_can_be_made(database: Database, house: House) -> None:
    write(database, staff.enthrone, OWNER, BEGIN)
    for file in ("sheet:1", "sheet:", "secrets:1", ""):
        with pytest.raises(Refusal):
            handing.make(database, house.shop, file, OWNER.id)
