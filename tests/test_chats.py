"""Plays every transcript in tests/chats, and shows that between them nothing the bot can do is left out."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from community.db import Database
from community.events import Heard, Person, Place
from community.house import House
from community.shop import Shop
from community.wording import Wording
from front.player import PlayFault, play
from front.settings import read_settings
from front.transcript import Speech, read_transcript
from handlers.command import discover
from handlers.router import Router
from tests.conftest import ROOT, ZONE

CHATS = sorted((ROOT / "tests" / "chats").glob("*.chat"))
SHOP = Shop(name="幸福里小店")
KEYWORDS = [keyword for command in discover() for keyword in command.keywords]
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").with_suffix("").as_posix() for path in ROOT.glob("templates/*/*.j2")
)


class Listening(Wording):
    """The shop's words, remembering which of them were said."""

    def __init__(self) -> None:
        super().__init__(ROOT / "templates")
        self.said: set[str] = set()

    def render(self, name: str, /, **values: object) -> str:
        self.said.add(name)
        return super().render(name, **values)


class Stage:
    """Plays transcripts, each in a new shop and only once."""

    def __init__(self, migrated: Path, folder: Path) -> None:
        self._migrated = migrated
        self._folder = folder
        self._played: dict[Path, tuple[set[str], PlayFault | None]] = {}

    def played(self, chat: Path) -> tuple[set[str], PlayFault | None]:
        """The templates that a transcript had said, and where it went wrong, if it did."""
        if chat not in self._played:
            wording, fault = Listening(), None
            try:
                self.perform(chat.read_text(encoding="utf-8"), self.shop(chat.stem), wording)
            except PlayFault as wrong:
                fault = wrong
            self._played[chat] = wording.said, fault
        return self._played[chat]

    def shop(self, name: str) -> Path:
        """The file of a new shop."""
        return Path(shutil.copy(self._migrated, self._folder / f"{name}.db"))

    def perform(self, text: str, shop: Path, wording: Wording | None = None) -> None:
        """Play the text in this shop."""
        database = Database(f"sqlite:///{shop}")
        house = House(SHOP, wording or Wording(ROOT / "templates"), Random(shop.name))
        settings = read_settings(self._folder / "no.env", {})
        try:
            asyncio.run(play(settings, database, house, read_transcript(text, ZONE)))
        finally:
            database.close()


@pytest.fixture(scope="session")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(migrated, tmp_path_factory.mktemp("chats"))


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: chat.stem)
def test_a_transcript_goes_as_it_is_written(stage: Stage, chat: Path) -> None:
    said, fault = stage.played(chat)
    assert fault is None
    assert said


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_text_is_said_in_some_transcript(stage: Stage, template: str) -> None:
    assert any(template in stage.played(chat)[0] for chat in CHATS)


@pytest.fixture(scope="session")
def typed() -> set[str]:
    """Every keyword that somebody types in some transcript."""
    router, place = Router(discover()), Place("r", "幸福里1群")
    steps = [step for chat in CHATS for step in read_transcript(chat.read_text(encoding="utf-8"), ZONE)]
    spoken = [step.text for step in steps if isinstance(step, Speech)]
    heard = [
        Heard("m", Person("w", "王阿姨"), text, where, text.startswith("@客厅"))
        for text in spoken
        for where in (place, None)
    ]
    return {found.keyword for line in heard if (found := router.find(line)) is not None}


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_keyword_is_typed_in_some_transcript(typed: set[str], keyword: str) -> None:
    assert keyword in typed


EARLY = """
@ 2026-11-23 06:50
[幸福里1群]
店主: 团购
客厅: …没有开着的团…
"""

LATE = """
@ 2026-11-23 08:40
[幸福里1群]
客厅: …早上好，11月23日…
王阿姨: 团购
客厅: …没有开着的团…
@ 09:55
客厅: -
"""

TOO_LATE = """
@ 2026-11-23 12:01
[幸福里1群]
王阿姨: 团购
客厅: …没有开着的团…
"""


def test_a_bot_that_comes_late_makes_up_for_the_greeting_once(stage: Stage) -> None:
    shop = stage.shop("late")
    stage.perform(EARLY, shop)
    stage.perform(LATE, shop)
    stage.perform(TOO_LATE, shop)


def test_a_greeting_is_not_made_up_for_in_the_evening(stage: Stage) -> None:
    shop = stage.shop("too_late")
    stage.perform(EARLY, shop)
    stage.perform(TOO_LATE, shop)


OPENED = """
@ 2026-11-23 08:10
[幸福里1群]
店主: 开团 土鸡蛋 30枚 26.8元 40板 20板成团 今天18:00截单
客厅: …
店主: 确认
客厅: …
"""

BACK = """
@ 2026-11-23 17:20
[幸福里1群]
客厅: 土鸡蛋 还有40分钟截单，还差20板成团，想要的回 +1
"""

BACK_TOO_LATE = """
@ 2026-11-23 17:40
[幸福里1群]
王阿姨: 今天几点截
客厅: -
@ 18:00
客厅: 土鸡蛋 截单了，这次没有人订。…
"""


def test_a_bot_that_was_off_an_hour_before_the_close_makes_up_for_it_once_while_it_is_worth_it(stage: Stage) -> None:
    shop = stage.shop("off")
    for text in (OPENED, BACK, BACK_TOO_LATE):
        stage.perform(text, shop)


def test_a_bot_that_comes_back_just_before_the_close_does_not_press_anybody(stage: Stage) -> None:
    shop = stage.shop("off_too_long")
    for text in (OPENED, BACK_TOO_LATE):
        stage.perform(text, shop)


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ("客厅: …还有40板…", "客厅说的是“现在没有开着的团"),
        ("客厅: -", "这里不该说话"),
        ("", "还说了没人等着的话"),
        ("客厅: …没有开着的团…\n客厅: …", "客厅没有说话"),
    ],
)
def test_a_play_stops_where_the_bot_is_not_as_written(stage: Stage, expected: str, problem: str) -> None:
    text = f"@ 2026-11-23 09:00\n[幸福里1群]\n王阿姨: 团购\n{expected}\n"
    with pytest.raises(PlayFault, match=problem) as caught:
        stage.perform(text, stage.shop("fault"))
    assert caught.value.line == text.rstrip().count("\n") + 1


SOLD = """
@ 2026-11-23 09:00
[幸福里1群]
店主: 开团 苹果 5斤 29.9元 40份 今天18:00截单
客厅: …
店主: 确认
客厅: …
王阿姨: +2
客厅: …
@ 18:01
客厅: 苹果 还有1小时截单…
客厅: 苹果 截单了：…
[私聊]
"""


@pytest.mark.parametrize(
    "told", ["", "客厅: 苹果 11-23.xlsx", "客厅: 苹果 11-23.xlsx\n客厅: 苹果 5斤 的汇总表…", "客厅: -"]
)
def test_a_file_handed_over_directly_and_its_line_may_be_left_out(stage: Stage, told: str) -> None:
    stage.perform(f"{SOLD}{told}\n", stage.shop("papers"))
    stage.perform(f"{SOLD}{told}\n店主: 我的鸡蛋\n客厅: 店主 还没有攒下鸡蛋…\n", stage.shop("papers"))


def test_a_file_that_is_looked_for_must_come(stage: Stage) -> None:
    with pytest.raises(PlayFault, match="客厅没有说话"):
        stage.perform(f"{SOLD}客厅: 梨 11-23.xlsx\n", stage.shop("papers"))


def bot(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
    command = [sys.executable, "bot.py", *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_play_that_fails_names_its_file_and_line_and_ends_with_1(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.chat"
    wrong.write_text("@ 2026-11-23 09:00\n[幸福里1群]\n王阿姨: 团购\n客厅: 开着呢\n", encoding="utf-8")
    ended = bot("play", str(ROOT / "tests/chats/quiet.chat"), str(wrong))
    assert ended.returncode == 1
    assert "✓ " in ended.stdout
    assert f"✗ {wrong}：第4行：等着“开着呢”" in ended.stdout
    assert "1 个对上了，1 个没对上" in ended.stdout


def test_a_play_to_look_at_prints_what_is_said_and_expects_nothing(tmp_path: Path) -> None:
    chat = tmp_path / "look.chat"
    chat.write_text("@ 2026-11-23 09:00\n[幸福里1群]\n王阿姨: 团购\n[私聊]\n王阿姨: 我的鸡蛋\n", encoding="utf-8")
    ended = bot("play", "--show", str(chat))
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        "11-23 09:00:00 [幸福里1群] 客厅: 现在没有开着的团，开了会在群里喊大家。",
        "11-23 09:00:10 [私聊] 客厅: 王阿姨 还没有攒下鸡蛋，发“邀请规则”看看怎么攒",
    ]
