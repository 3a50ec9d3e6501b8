"""The command line: plain words and a number for every fault, never a traceback, and nothing overwritten."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

import bot
from community import people, setting
from community.db import Database
from community.events import Place
from front import doorstep
from front.settings import SettingsFault
from tests.conftest import BEGIN, ROOT, write

COMMANDS = ["run", "chat", "play", "check", "post", "export", "products", "backup"]
GOOD = "[幸福里1群]\n王阿姨: 帮助\n客厅: …\n"


class Outcome(NamedTuple):
    """How a command ended, what it said and what it complained of."""

    code: int
    out: str
    err: str


class Shop:
    """A shop in a folder of its own; `run` runs a command on it as `main` would."""

    def __init__(self, folder: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.file = Path(shutil.copy(migrated, folder / "bot.db"))
        self._patch = monkeypatch
        for name in [name for name in os.environ if name.startswith("WECHATY")]:
            monkeypatch.delenv(name)
        self.set("DATABASE_URL", f"sqlite:///{self.file}")
        monkeypatch.chdir(folder)

    def set(self, name: str, value: str) -> None:
        self._patch.setenv(name, value)

    def copied(self, what: str, name: str) -> Path:
        """A copy of the words or times that this shop may spoil."""
        copy = Path(shutil.copytree(ROOT / what, self.folder / what))
        self.set(name, str(copy))
        return copy

    def run(self, *words: str) -> Outcome:
        result = CliRunner().invoke(bot.app, words)
        if isinstance(result.exception, SettingsFault):
            return Outcome(2, result.stdout, "\n".join(result.exception.problems))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def enable(self, room: str) -> None:
        database = Database(f"sqlite:///{self.file}")
        write(database, people.known_room, Place(room, room), BEGIN)
        write(database, people.switch, room, True, BEGIN)
        database.close()

    def contents(self) -> str:
        with sqlite3.connect(self.file) as raw:
            return "\n".join(raw.iterdump())


@pytest.fixture
def shop(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path, migrated, monkeypatch)


def process(shop: Shop, *words: str, **environment: str) -> Outcome:
    """The same in a process of its own, as people start it."""
    command = [sys.executable, str(ROOT / "bot.py"), *words]
    done = subprocess.run(
        command,
        cwd=shop.folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        input="",
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


# Help


@pytest.mark.parametrize("words", [[], *[[command] for command in COMMANDS]], ids=str)
def test_help_says_in_chinese_what_a_command_does(shop: Shop, words: list[str]) -> None:
    outcome = shop.run(*words, "--help")
    assert outcome.code == 0
    assert any("\u4e00" <= character <= "\u9fff" for character in outcome.out)


def test_help_names_every_command() -> None:
    assert [command.callback and command.callback.__name__ for command in bot.app.registered_commands] == COMMANDS


@pytest.mark.parametrize(
    "words", [["nothing"], ["post"], ["export"], ["play", "nowhere.chat"], ["export", "x", "--format", "xml"]]
)
def test_a_command_typed_wrongly_is_two(shop: Shop, words: list[str]) -> None:
    assert shop.run(*words).code == 2


# .env


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://localhost/shop"),
        ("TEMPLATES_DIR", "nowhere"),
        ("SCHEDULES_DIR", "nowhere"),
        ("SHOP_FILE", "nowhere.toml"),
        ("WECOM_WEBHOOK", "x"),
        ("WECHATY_PUPPET_SERVICE_TOKEN", "only a token"),
    ],
)
@pytest.mark.parametrize("words", ["run", "chat", "check", "post 早安问候", "export orders", "backup x.db"])
def test_a_wrong_variable_is_named_and_ends_with_two(shop: Shop, name: str, value: str, words: str) -> None:
    shop.set(name, value)
    outcome = shop.run(*words.split())
    assert outcome.code == 2
    assert name in outcome.err


def test_a_wrong_variable_ends_the_process_in_plain_words(shop: Shop) -> None:
    outcome = process(shop, "check", TEMPLATES_DIR="nowhere", WECOM_WEBHOOK="x")
    assert outcome.code == 2
    assert outcome.err.splitlines()[0] == "设置有错，先改好再来："
    assert [line.split(" ")[0] for line in outcome.err.splitlines()[1:]] == ["TEMPLATES_DIR", "WECOM_WEBHOOK"]


# Sick databases


def _garbage(file: Path) -> None:
    file.write_bytes(b"this is no database, it is a letter" * 400)


def _torn(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])


def _scratched(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


@pytest.fixture(params=[_garbage, _torn, _scratched], ids=["garbage", "torn", "scratched"])
def sick(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    harm: Callable[[Path], None] = request.param
    harm(shop.file)
    return shop


@pytest.mark.parametrize("words", ["run", "chat", "post 早安问候", "export orders", "backup x.db"])
def test_a_sick_database_is_named_and_left_as_it_is(sick: Shop, words: str) -> None:
    before = sick.file.read_bytes()
    outcome = sick.run(*words.split())
    assert outcome.code == doorstep.SICK_DATABASE
    assert sick.file.name in outcome.err
    assert "没找到备份" in outcome.err
    assert sick.file.read_bytes() == before
    assert not (sick.folder / "x.db").exists()


def test_check_names_a_sick_database_among_all_that_is_wrong(sick: Shop) -> None:
    before = sick.file.read_bytes()
    outcome = sick.run("check")
    assert outcome.code == doorstep.WRONG
    assert sick.file.name in outcome.err
    assert sick.file.read_bytes() == before


def test_the_last_backup_of_this_shop_is_offered(shop: Shop) -> None:
    backups = shop.folder / "backups"
    backups.mkdir()
    for age, name in enumerate(["bot-2026-11-22.db", "bot-2026-11-21.db", "other-2026-11-23.db"]):
        shutil.copy(shop.file, backups / name)
        os.utime(backups / name, (1_795_000_000 - age, 1_795_000_000 - age))
    os.utime(backups / "other-2026-11-23.db")
    _garbage(shop.file)
    outcome = shop.run("export", "orders")
    assert "bot-2026-11-22.db" in outcome.err
    assert "other" not in outcome.err
    assert "2026-11-21" not in outcome.err


def test_a_database_of_a_later_version_is_left_as_it_is(shop: Shop) -> None:
    with sqlite3.connect(shop.file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'later'")
    raw.close()
    before = shop.file.read_bytes()
    outcome = shop.run("export", "orders")
    assert (outcome.code, "更新版本" in outcome.err) == (doorstep.SICK_DATABASE, True)
    assert shop.file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(shop: Shop) -> None:
    shop.set("DATABASE_URL", f"sqlite:///{shop.file}/deeper/bot.db")
    for words in ("chat", "play " + str(_chat(shop, GOOD)) + f" --db sqlite:///{shop.file}/deeper/x.db"):
        outcome = shop.run(*words.split())
        assert outcome.code == doorstep.SICK_DATABASE
        assert "打不开" in outcome.err


@pytest.fixture
def locked(shop: Shop) -> Iterator[Shop]:
    """A shop that another program is writing to, and does not stop."""
    other = sqlite3.connect(shop.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield shop
    other.close()


def test_a_locked_database_can_still_be_read(locked: Shop) -> None:
    assert locked.run("export", "orders").code == 0
    assert locked.run("check").code == 0
    assert locked.run("backup", "copy.db").code == 0


def test_a_locked_database_is_named_by_who_would_write(locked: Shop) -> None:
    outcome = locked.run("chat")
    assert outcome.code == doorstep.SICK_DATABASE
    assert "占用" in outcome.err


# One bot at a time


@pytest.mark.parametrize("command", ["run", "chat"])
def test_a_second_bot_on_one_database_is_turned_away(shop: Shop, command: str) -> None:
    first = Database(f"sqlite:///{shop.file}")
    with first.held():
        outcome = shop.run(command)
    first.close()
    assert outcome.code == doorstep.SICK_DATABASE
    assert "已经有一个客厅" in outcome.err


def test_a_bot_at_work_can_be_looked_at_and_copied(shop: Shop) -> None:
    first = Database(f"sqlite:///{shop.file}")
    with first.held():
        assert shop.run("export", "members").code == 0
        assert shop.run("backup", "copy.db").code == 0
    first.close()


# check


def test_a_good_shop_is_good(shop: Shop) -> None:
    assert shop.run("check").code == 0


def test_check_lists_every_fault_with_its_file_and_line(shop: Shop) -> None:
    words = shop.copied("templates", "TEMPLATES_DIR")
    times = shop.copied("schedules", "SCHEDULES_DIR")
    shop.set("SHOP_FILE", str(shop.folder / "shop.toml"))
    (words / "posts" / "早安问候.j2").write_text("早\n{{ rom.name }}\n{% if %}", encoding="utf-8")
    (words / "help" / "menu.j2").write_text("{{ 7 *", encoding="utf-8")
    (times / "daily.toml").write_text('["早安"]\ncron = "61 7 * * *"\n', encoding="utf-8")
    (shop.folder / "shop.toml").write_text('name = "小店"\nnonsense = 1\n', encoding="utf-8")
    _garbage(shop.file)
    outcome = shop.run("check")
    assert outcome.code == doorstep.WRONG
    for name, line in (
        ("早安问候.j2", "2|3"),
        ("menu.j2", "1"),
        ("daily.toml", "2"),
        ("shop.toml", "2"),
        ("bot.db", ""),
    ):
        assert re.search(rf"{name}(:| 第)?({line})", outcome.err), name


def test_check_makes_no_database(shop: Shop) -> None:
    shop.set("DATABASE_URL", f"sqlite:///{shop.folder / 'new' / 'bot.db'}")
    assert shop.run("check").code == 0
    assert not (shop.folder / "new").exists()


@pytest.mark.parametrize("words", ["chat", "post 早安问候", "export orders", "play good.chat"])
def test_a_wrong_shop_file_is_named_with_its_line(shop: Shop, words: str) -> None:
    shop.set("SHOP_FILE", str(shop.folder / "shop.toml"))
    (shop.folder / "shop.toml").write_text('name = "小店"\nname = 2\n', encoding="utf-8")
    _chat(shop, GOOD)
    outcome = shop.run(*words.split())
    assert outcome.code == 2
    assert "shop.toml" in outcome.err


# post


def test_a_post_is_queued_for_its_rooms(shop: Shop) -> None:
    shop.enable("幸福里1群")
    outcome = shop.run("post", "早安问候")
    assert outcome.code == 0
    assert "【幸福里1群】" in outcome.out
    assert "幸福里1群" in shop.contents().split("INSERT INTO outbox")[-1]


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    shop.enable("幸福里1群")
    before = shop.contents()
    outcome = shop.run("post", "早安问候", "--dry-run")
    assert outcome.code == 0
    assert "【幸福里1群】" in outcome.out
    assert shop.contents() == before


@pytest.mark.parametrize(
    ("words", "named"), [(["post", "晚安"], "早安问候"), (["post", "早安问候", "--room", "没有的群"], "幸福里1群")]
)
def test_an_unknown_post_or_room_is_answered_with_those_there_are(shop: Shop, words: list[str], named: str) -> None:
    shop.enable("幸福里1群")
    outcome = shop.run(*words)
    assert outcome.code == doorstep.WRONG
    assert named in outcome.err


# export and backup


def test_an_unknown_table_is_named_and_ends_with_two(shop: Shop) -> None:
    outcome = shop.run("export", "passwords")
    assert outcome.code == 2
    assert "passwords" in outcome.err
    assert "orders" in outcome.err


@pytest.mark.parametrize("address", ["bot.db", "postgresql://localhost/x", "sqlite://", "mysql+pymysql://x/y"])
def test_an_address_that_is_none_is_named(shop: Shop, address: str) -> None:
    outcome = shop.run("export", "orders", "--db", address)
    assert outcome.code == 2
    assert "--db" in outcome.err


@pytest.mark.parametrize("words", ["export orders", "backup copy.db", "post 早安问候 --dry-run"])
def test_a_missing_database_is_named_and_not_made(shop: Shop, words: str) -> None:
    shop.file.unlink()
    outcome = shop.run(*words.split())
    assert outcome.code == doorstep.SICK_DATABASE
    assert "没有这个数据库" in outcome.err
    assert not shop.file.exists()


def test_a_backup_is_whole_and_never_replaces_anything(shop: Shop) -> None:
    database = Database(f"sqlite:///{shop.file}")
    write(database, setting.put, "a", "1")
    assert shop.run("backup", "copy.db").code == 0
    copied = (shop.folder / "copy.db").read_bytes()
    write(database, setting.put, "a", "2")
    database.close()
    outcome = shop.run("backup", "copy.db")
    assert (outcome.code, "已经有了" in outcome.err) == (doorstep.WRONG, True)
    assert (shop.folder / "copy.db").read_bytes() == copied


def test_a_backup_into_nowhere_is_said(shop: Shop) -> None:
    outcome = shop.run("backup", f"{shop.file}/copy.db")
    assert outcome.code == doorstep.WRONG
    assert "写不进" in outcome.err


# play


def _chat(shop: Shop, text: str) -> Path:
    path = shop.folder / "good.chat"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_play_that_goes_well_is_zero_and_leaves_the_shop_alone(shop: Shop) -> None:
    before = shop.contents()
    outcome = shop.run("play", str(_chat(shop, GOOD)))
    assert (outcome.code, "✓" in outcome.out) == (0, True)
    assert shop.contents() == before


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[幸福里1群]\n王阿姨: 帮助\n客厅: 没有的话\n", "第3行"),
        ("[幸福里1群]\n王阿姨: 帮助\n", "第2行"),
        ("[幸福里1群]\n王阿姨: 你好\n客厅: …\n", "第3行"),
        ("这不是对话稿\n", "第1行"),
    ],
)
def test_a_play_that_goes_otherwise_is_one_and_says_in_which_line(shop: Shop, text: str, line: str) -> None:
    outcome = shop.run("play", str(_chat(shop, text)))
    assert (outcome.code, line in outcome.out) == (doorstep.WRONG, True)


def test_a_play_in_another_encoding_is_named(shop: Shop) -> None:
    path = shop.folder / "gbk.chat"
    path.write_bytes("王阿姨: 你好".encode("gbk"))
    outcome = shop.run("play", str(path))
    assert (outcome.code, "UTF-8" in outcome.out) == (doorstep.WRONG, True)


def test_a_play_is_kept_where_it_is_asked_for(shop: Shop) -> None:
    kept = shop.folder / "kept.db"
    assert shop.run("play", str(_chat(shop, GOOD)), "--db", f"sqlite:///{kept}").code == 0
    outcome = shop.run("export", "outbox", "--db", f"sqlite:///{kept}", "--format", "json")
    assert "幸福里1群" in outcome.out


# As people start it


@pytest.mark.parametrize(
    "words", ["", "--help", "chat", "check", "post 晚安", "export passwords", "export orders", "backup /dev/null/x"]
)
def test_no_command_ever_shows_a_traceback(shop: Shop, words: str) -> None:
    outcome = process(shop, *words.split())
    assert "Traceback" not in outcome.out + outcome.err
    assert outcome.code in (0, 1, 2, 3)


def test_a_reader_that_reads_no_further_is_no_fault(shop: Shop) -> None:
    bot = subprocess.Popen(
        [sys.executable, str(ROOT / "bot.py"), "export", "orders"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=shop.folder,
    )
    assert bot.stdout is not None
    assert bot.stderr is not None
    bot.stdout.close()
    assert bot.stderr.read() == ""
    bot.stderr.close()
    bot.wait(60)
