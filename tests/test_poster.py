"""Posters: what they say, that everything fits the picture, and that a picture goes out once and whole."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from community import outbox, poster
from community.db import Database
from community.house import House
from community.outbox import ECHO, Sending
from community.pacing import Quiet
from community.sheet.paper import opened_last
from community.uploads import Uploads, beside
from gateway.sender import Sender
from tests.conftest import BEGIN, Now, read, write
from tests.test_commands import OWNER, WANG, Town, furnished, town
from tests.test_outbox import FREE
from tests.test_sender import Wire

__all__ = ["furnished", "town"]


def picture(text: str) -> Image.Image:
    return Image.open(BytesIO(poster.paint(text))).convert("RGB")


def inked(image: Image.Image) -> tuple[int, int, int, int]:
    """The box around everything that is not paper."""
    paper = Image.new("RGB", image.size, image.getpixel((2, image.height - 2)))
    box = ImageChops.difference(image, paper).getbbox()
    assert box is not None
    return box


def words(database: Database, house: House) -> str:
    found: str = read(database, lambda tx: poster.words(tx, house, opened_last(tx), BEGIN))
    return found


def test_a_poster_says_all_that_one_needs_to_order(town: Town, tmp_path: Path, house: House) -> None:
    town.hears(OWNER, "撤团")
    town.hears(
        OWNER, "开团 红富士 5斤装 29.9元 40份 满3份每份27.9 20份成团 明天18:00截单 后天到货 自提 店门口 16:00-20:30"
    )
    town.hears(OWNER, "确认")
    town.hears(WANG, "+2")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    said = words(database, house).splitlines()
    database.close()
    assert said == [
        f"@ {house.shop.name}",
        "# 红富士",
        "## 5斤装",
        "￥ 29.9元/份",
        "- 满3份，每份27.9元",
        "* 还差18份成团",
        "- 11月24日 18:00截单，11月25日到货",
        "- 自提：店门口 16:00-20:30",
        "> 群里发 +1 就订上了，两份发 +2",
    ]


def test_several_items_have_a_price_each(town: Town, tmp_path: Path, house: House) -> None:
    town.hears(OWNER, "开团 周末水果 明天18:00截单 送货上门\n红富士 5斤装 29.9元 40份\n汽水 30元 8箱")
    town.hears(OWNER, "确认")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    said = words(database, house).splitlines()[1:]
    database.close()
    assert said[:3] == ["# 周末水果", "### A  红富士 5斤装", "￥ 29.9元/份"]
    assert said[3:] == [
        "### B  汽水",
        "￥ 30元/箱",
        "- 还剩8箱",
        "- 11月24日 18:00截单",
        "- 送货上门",
        "> 群里发 A1 B2 这样就订上了",
    ]


def test_a_poster_says_how_many_people_are_missing_and_when_orders_begin(
    town: Town, tmp_path: Path, house: House
) -> None:
    town.hears(OWNER, "撤团")
    town.hears(OWNER, "开团 红富士 5斤装 29.9元 40份 3人成团 满100元成团 今天12:00开始 明天18:00截单")
    town.hears(OWNER, "确认")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    said = words(database, house).splitlines()
    database.close()
    assert {"* 满3人成团，还差3人", "* 满100元成团，还差100元", "- 11月23日 12:00开始"} <= set(said)


def test_goods_that_do_not_keep_say_so(town: Town, tmp_path: Path, house: House) -> None:
    town.hears(OWNER, "开团 草莓 一盒 25元 40份 明天18:00截单 后天到货 当天取")
    town.hears(OWNER, "确认")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    said = words(database, house).splitlines()
    database.close()
    assert "- 放不住，到货当天来取" in said


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from("@#￥*>-x") | st.text(max_size=60), max_size=8))
def test_whatever_it_says_it_is_a_picture_of_that_width(lines: list[str]) -> None:
    image = picture("\n".join(f"{line} {line}" for line in lines))
    assert image.width == poster.WIDTH
    assert image.height <= poster.TALLEST


@pytest.mark.parametrize("mark", ["#", "##", "###", "-", "红富士"])
@pytest.mark.parametrize("text", ["很长的名字" * 30, "x" * 200, "600ml*24瓶 " * 20])
def test_long_lines_wrap_within_the_margins(mark: str, text: str) -> None:
    left, _, right, _ = inked(picture(f"{mark} {text}"))
    assert left >= poster.MARGIN - 10
    assert right <= poster.WIDTH - poster.MARGIN + 20  # a comma may hang


def test_the_price_is_the_biggest_thing_on_it() -> None:
    price, title = inked(picture("￥ 29.9元/份")), inked(picture("# 苹果"))
    assert price[3] - price[1] > title[3] - title[1]


def test_what_the_font_does_not_have_leaves_no_box() -> None:
    assert poster.paint("# 苹果🍎") == poster.paint("# 苹果")
    assert poster.paint("# 苹果") != poster.paint("# 苹梨")


def test_the_same_picture_is_kept_once_and_whole(tmp_path: Path) -> None:
    kept = Uploads(tmp_path / "uploads")
    name = kept.keep(b"\x89PNG", ".png")
    assert kept.keep(b"\x89PNG", ".png") == name
    assert [file.name for file in kept.folder.iterdir()] == [name]
    assert kept.read(name) == b"\x89PNG"


class Album(Wire):
    """A wire that pictures go over, too."""

    async def show(self, to: str, name: str, image: bytes) -> None:
        await self.say(to, f"{name}: {image.decode()}")


async def tell(_kind: str, _text: str) -> None:
    """Nobody is told."""


def queued(database: Database, image: str | None) -> None:
    write(database, outbox.say, "甲", "海报.png" if image else "好", "answer", BEGIN, image=image)


async def test_a_picture_goes_by_itself_between_the_words(database: Database, house: House, now: Now) -> None:
    kept = beside(database).keep(b"picture", ".png")
    for image in (None, kept, None):
        queued(database, image)
    wire = Album(now)
    sender = Sender(database, wire, house, now, tell)
    for _ in range(3):
        await sender.turn()
        now.pass_(60)
    assert [text for _, _, text in wire.said] == ["好", "海报.png: picture", "好"]


async def test_a_picture_that_is_gone_holds_up_nobody(database: Database, house: House, now: Now) -> None:
    queued(database, "gone.png")
    queued(database, None)
    wire = Album(now)
    sender = Sender(database, wire, house, now, tell)
    for _ in range(2):
        await sender.turn()
        now.pass_(60)
    assert [text for _, _, text in wire.said] == ["好"]


def test_a_picture_survives_a_crash_before_it_went_and_is_shown_no_second_time(database: Database, now: Now) -> None:
    queued(database, beside(database).keep(b"picture", ".png"))
    step: Any = write(database, outbox.take, FREE, Quiet(), now())
    assert isinstance(step, Sending)
    assert step.image is not None
    write(database, outbox.recover, now())
    later = BEGIN + timedelta(seconds=ECHO + 1)
    assert not isinstance(write(database, outbox.take, FREE, Quiet(), later), Sending)
