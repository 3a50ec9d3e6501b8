"""Pictures in a group: fetched and kept only where somebody waits for them; the others leave no trace."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import col, select

from community import claim_photo, mydata, outbox, people, staff
from community.claim_photo import ClaimPhoto
from community.db import Database, Tx
from community.events import Event, Heard, Person, Pictured, Place
from community.house import House
from community.outbox import Outbox
from community.people import KnownMember, Role
from community.sweeping import sweep
from community.uploads import beside
from front.snapshot import drawn
from handlers.command import discover
from handlers.desk import Desk
from handlers.router import Router
from tests.conftest import BEGIN, Now, read, write

ROOM, OTHER = Place("room@chatroom", "幸福里1群"), Place("other@chatroom", "隔壁群")
OWNER, WANG, LI = Person("wxid_owner", "店主"), Person("wxid_wang", "王阿姨"), Person("wxid_li", "李姐")


class Shop:
    """A desk whose gateway has a picture for every message id but `lost`; `fetched` says which were asked for."""

    def __init__(self, database: Database, house: House, now: Now) -> None:
        self.database, self.now = database, now
        self.desk = Desk(database, house, Router(discover()), now)
        self.desk.snapshots.fetch = self.fetch
        self.fetched: list[str] = []
        self._count = 0

    async def fetch(self, message_id: str) -> bytes:
        self.fetched.append(message_id)
        if message_id == "lost":
            raise TimeoutError
        return drawn(message_id)

    async def take(self, event: Event) -> None:
        self.desk.receive(event)
        while under_way := self.desk.under_way:
            await asyncio.gather(*map(asyncio.wrap_future, under_way), return_exceptions=True)
        self.now.pass_(10)

    async def say(self, by: Person, *lines: str) -> None:
        for text in lines:
            self._count += 1
            await self.take(Heard(f"m{self._count}", by, text, ROOM))

    async def show(self, by: Person, id: str, room: Place | None = ROOM) -> None:
        await self.take(Pictured(id, by, room))

    def files(self) -> list[Path]:
        folder = beside(self.database).folder
        return sorted(folder.iterdir()) if folder.exists() else []

    def said(self) -> list[str]:
        found: list[str] = read(self.database, lambda tx: list(tx.session.exec(select(Outbox.text))))
        return found


def photos(tx: Tx) -> list[tuple[int, str]]:
    return [(row.claim_id, row.name) for row in tx.session.exec(select(ClaimPhoto).order_by(col(ClaimPhoto.id)))]


@pytest.fixture
async def shop(database: Database, house: House, now: Now) -> Shop:
    """Apples have come for 王阿姨 and 李姐."""
    write(database, people.known_room, ROOM, BEGIN)
    write(database, people.switch, ROOM.id, True, BEGIN)
    write(database, staff.enthrone, OWNER, BEGIN)
    shop = Shop(database, house, now)
    await shop.say(OWNER, "开团 红富士苹果 29.9元 40份 明天18:00截单", "确认")
    await shop.say(WANG, "+2")
    await shop.say(LI, "+1")
    await shop.say(OWNER, "截单", "到货", "确认到货")
    return shop


async def test_what_nobody_waits_for_is_neither_fetched_nor_written_nor_answered(shop: Shop) -> None:
    before = len(shop.said())
    await shop.show(WANG, "p1")
    await shop.show(OWNER, "p2", None)
    assert (shop.fetched, shop.files(), len(shop.said())) == ([], [], before)


async def test_photos_around_a_claim_are_kept_with_it_and_acknowledged_once(shop: Shop) -> None:
    await shop.show(WANG, "before")
    await shop.say(WANG, "售后 苹果坏了")
    for id in ("one", "two", "three"):
        await shop.show(WANG, id)
    assert shop.fetched == ["before", "one", "two"]
    assert [claim for claim, _ in read(shop.database, photos)] == [1, 1, 1]
    assert sum("照片收到了" in text for text in shop.said()) == 1


async def test_a_photo_that_comes_twice_is_kept_once(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.show(WANG, "one")
    await shop.show(WANG, "one")
    assert len(read(shop.database, photos)) == 1


@pytest.mark.parametrize(("by", "room"), [(LI, ROOM), (WANG, OTHER), (WANG, None)])
async def test_others_and_other_places_are_passed_over(shop: Shop, by: Person, room: Place | None) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.show(by, "one", room)
    assert (shop.fetched, shop.files()) == ([], [])


@pytest.mark.parametrize(("seconds", "kept"), [(1780, 1), (1900, 0)])
async def test_a_photo_that_comes_late_is_only_a_picture(shop: Shop, seconds: int, kept: int) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    shop.now.pass_(seconds)
    await shop.show(WANG, "one")
    assert len(read(shop.database, photos)) == len(shop.fetched) == kept


async def test_a_claim_that_is_settled_takes_no_more(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.say(OWNER, "售后 1 退 3元")
    await shop.show(WANG, "one")
    assert shop.fetched == []


@pytest.mark.parametrize(("id", "words"), [("lost", "没收到"), ("打不开", "打不开")])
async def test_a_photo_that_cannot_be_had_is_asked_for_again(shop: Shop, id: str, words: str) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.show(WANG, id)
    assert words in shop.said()[-1]
    await shop.show(WANG, "one")
    assert "照片收到了" in shop.said()[-1]


async def test_who_is_forgotten_leaves_no_photo_and_the_sweep_takes_the_file(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.show(WANG, "one")
    assert read(shop.database, mydata.held, WANG.id).photos == 1
    (file,) = shop.files()
    await shop.say(OWNER, "收团", "售后 1 不退 晚了", "王阿姨 已付")
    write(shop.database, mydata.forget, KnownMember(WANG.id, WANG.name, Role.RESIDENT), shop.now())
    assert read(shop.database, photos) == []
    assert sweep(shop.database, shop.now.pass_(400 * 86_400)) == 1
    assert not file.exists()


async def test_photos_of_old_claims_are_dropped_by_the_clock(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await shop.show(WANG, "one")
    assert write(shop.database, claim_photo.forget_old, shop.now()) == 0
    later = shop.now.pass_(claim_photo.KEEP.total_seconds() + 60)
    assert write(shop.database, claim_photo.forget_old, later) == 1
    assert sweep(shop.database, later.replace(year=later.year + 1)) == 1


async def test_a_picture_that_staff_announced_is_the_group_buys_and_the_next_one_is_not(shop: Shop) -> None:
    await shop.say(OWNER, "开团 砂糖橘 35元 30箱 明天18:00截单", "确认", "配图")
    await shop.show(LI, "not hers")
    await shop.show(OWNER, "oranges")
    await shop.show(OWNER, "more")
    assert shop.fetched == ["oranges"]
    assert shop.said()[-1] == "砂糖橘 的图配好了，海报上也有。"
    await shop.say(OWNER, "海报")
    assert shop.said()[-1].endswith("海报.png")


async def test_neither_a_wait_for_a_picture_nor_the_picture_is_lost_to_a_restart(shop: Shop, house: House) -> None:
    await shop.say(OWNER, "开团 砂糖橘 35元 30箱 明天18:00截单", "配图")
    again = Shop(shop.database, house, shop.now)
    await again.show(OWNER, "oranges")
    assert again.fetched == ["oranges"]
    last = Shop(shop.database, house, shop.now)
    last.desk.receive(Heard("later", OWNER, "确认", ROOM))
    await last.show(LI, "hers")
    assert read(shop.database, outbox.waiting) > 0
    assert [image for image in read(shop.database, _shown) if image] == [file.name for file in shop.files()]


def _shown(tx: Tx) -> list[str | None]:
    return list(tx.session.exec(select(Outbox.image)))


async def test_a_picture_of_who_no_longer_works_here_is_nobodys(shop: Shop) -> None:
    await shop.say(OWNER, "开团 砂糖橘 35元 30箱 明天18:00截单", "确认", "配图")
    write(shop.database, people.appoint, OWNER.id, Role.RESIDENT)
    await shop.show(OWNER, "oranges")
    assert "图配好了" not in shop.said()[-1]


async def test_a_picture_that_is_gone_leaves_a_poster_without_it_and_staff_hear_why(shop: Shop) -> None:
    await shop.say(OWNER, "开团 砂糖橘 35元 30箱 明天18:00截单", "确认", "配图")
    await shop.show(OWNER, "oranges")
    for file in shop.files():
        file.unlink()
    await shop.say(OWNER, "海报")
    told, poster = shop.said()[-2:]
    assert told == "砂糖橘 的配图找不到了，海报先不带图。在群里发“配图”再换一张就好。"
    assert poster.endswith("海报.png")


async def test_a_broken_picture_leaves_a_poster_without_it(shop: Shop) -> None:
    await shop.say(OWNER, "开团 砂糖橘 35元 30箱 明天18:00截单", "确认", "配图")
    await shop.show(OWNER, "oranges")
    shop.files()[0].write_bytes(b"half of")
    await shop.say(OWNER, "海报")
    assert "图打不开" in shop.said()[-2]


# Many at once


async def _burst(shop: Shop, *ids: str) -> None:
    for id in ids:
        shop.desk.receive(Pictured(id, WANG, ROOM))
    while under_way := shop.desk.under_way:
        await asyncio.gather(*map(asyncio.wrap_future, under_way), return_exceptions=True)


async def test_of_many_sent_at_once_no_more_are_fetched_than_are_kept(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await _burst(shop, *(f"p{number}" for number in range(20)))
    assert len(shop.fetched) <= claim_photo.MOST + 2
    assert len(read(shop.database, photos)) == claim_photo.MOST


async def test_many_that_do_not_come_are_told_in_one_line(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    shop.desk.snapshots.fetch = _never
    await _burst(shop, *(f"p{number}" for number in range(9)))
    assert sum("没收到" in text for text in shop.said()) == 1


async def _never(_message_id: str) -> bytes:
    raise TimeoutError


async def test_a_picture_that_is_told_twice_while_it_comes_is_fetched_once(shop: Shop) -> None:
    await shop.say(WANG, "售后 苹果坏了")
    await _burst(shop, "one", "one", "one")
    assert (shop.fetched, len(read(shop.database, photos))) == (["one"], 1)
