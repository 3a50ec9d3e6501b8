"""Edits while the bot runs: what is broken is told to the owner once, with its line, and what was good before stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from community.db import Database
from community.tips import Tip
from front import keting as wiring
from front.keting import Keting, open_house
from front.settings import read_settings
from gateway.simulated import SimulatedWeChat
from tests.conftest import Now
from tests.npm_gateway import until
from tests.test_alarm import Robot, robot

__all__ = ["robot"]


class Running:
    """A bot at work whose files lie in a folder of their own, and the robot by which its owner hears."""

    def __init__(self, keting: Keting, folder: Path, robot: Robot) -> None:
        self.keting = keting
        self.shop = folder / "shop.toml"
        self.plan = folder / "schedules" / "daily.toml"
        self.words = folder / "templates"
        self.robot = robot

    async def told(self, times: int = 1) -> list[str]:
        """What the owner has heard, once that much has come; two more rounds bring nothing more."""
        await until(lambda: len(self.robot.heard) >= times)
        await asyncio.sleep(5 * wiring.ROUND)
        return self.robot.texts


@pytest_asyncio.fixture
async def bot(
    tmp_path: Path, database: Database, robot: Robot, now: Now, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    monkeypatch.setattr(wiring, "ROUND", 0.02)
    for name, text in (
        ("shop.toml", 'name = "幸福里小店"\n'),
        ("schedules/daily.toml", ""),
        ("templates/posts/早安.j2", "早\n"),
        ("templates/tips/健康.txt", "多喝水\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    settings = read_settings(
        tmp_path / ".env",
        {
            "SHOP_FILE": str(tmp_path / "shop.toml"),
            "SCHEDULES_DIR": str(tmp_path / "schedules"),
            "TEMPLATES_DIR": str(tmp_path / "templates"),
            "WECOM_WEBHOOK": robot.address,
        },
    )
    keting = Keting(settings, database, open_house(settings, Random(1)), SimulatedWeChat(now, "t"), now)
    working = asyncio.create_task(keting.run())
    await keting.wechat.drained()
    await until(lambda: keting.house.wording.faults == {} and keting.plans.current() is not None)
    yield Running(keting, tmp_path, robot)
    await keting.stop()
    with suppress(asyncio.CancelledError):
        await working


async def test_a_broken_shop_file_is_told_once_and_the_settings_before_stay(bot: Running) -> None:
    bot.shop.write_text('name = "新店"\nnmae = "错"\n', "utf-8")
    assert await bot.told() == [
        f"【客厅】小店设置有一处要改，先照原来的用：{bot.shop}:2: nmae：没有这一项，是不是想写 name？"
    ]
    assert bot.keting.house.shop.name == "幸福里小店"


async def test_a_mended_shop_file_counts_without_a_word(bot: Running) -> None:
    bot.shop.write_text("name = 1\n", "utf-8")
    await bot.told()
    bot.shop.write_text('name = "新店"\n', "utf-8")
    await until(lambda: bot.keting.house.shop.name == "新店")
    assert len(await bot.told()) == 1


async def test_a_shop_file_that_vanishes_is_told_and_the_settings_before_stay(bot: Running) -> None:
    bot.shop.unlink()
    assert await bot.told() == [f"【客厅】找不到 {bot.shop}，先照原来的设置用。"]
    assert bot.keting.house.shop.name == "幸福里小店"
    bot.shop.write_text('name = "新店"\n', "utf-8")
    await until(lambda: bot.keting.house.shop.name == "新店")


async def test_a_broken_template_is_told_once_and_the_text_before_stays(bot: Running) -> None:
    assert bot.keting.house.wording.render("posts/早安") == "早"
    (bot.words / "posts" / "早安.j2").write_text("早\n{% if %}\n", "utf-8")
    (told,) = await bot.told()
    assert told.startswith("【客厅】客厅说的话有一处要改，先照原来的说：templates/posts/早安.j2 第2行：")
    assert bot.keting.house.wording.render("posts/早安") == "早"


async def test_a_text_that_was_never_said_has_a_good_version_too(bot: Running) -> None:
    looked = bot.keting.house.wording.look
    await asyncio.to_thread(looked)
    (bot.words / "posts" / "早安.j2").write_text("{{", "utf-8")
    await bot.told()
    assert bot.keting.house.wording.render("posts/早安") == "早"


async def test_broken_tips_are_told_when_they_are_wanted(bot: Running) -> None:
    assert bot.keting.tips.current() == [Tip("健康", "多喝水")]
    (bot.words / "tips" / "健康.txt").write_text("多喝水\n多喝水\n", "utf-8")
    assert bot.keting.tips.current() == [Tip("健康", "多喝水")]
    (told,) = await bot.told()
    assert "健康.txt:2: 和 健康.txt 第 1 行 重复了" in told
