"""The command line: plain words and a number for every fault, never a traceback, and nothing overwritten."""

import re
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

import bot
from community import export as exports
from community import setting
from community.db import Database
from community.posts import Post
from community.shop import Shop as ShopSettings
from front import absent, doorstep
from front.posting import said_when
from tests.conftest import ROOT, ZONE, write
from tests.counter import GOOD, Shop, garbage, process

COMMANDS = ["run", "chat", "play", "check", "post", "paste", "export", "products", "sheet", "poster", "backup"]


# Help


@pytest.mark.parametrize("words", [[], *[[command] for command in COMMANDS]], ids=str)
def test_help_says_in_chinese_what_a_command_does(shop: Shop, words: list[str]) -> None:
    outcome = shop.run(*words, "--help")
    assert outcome.code == 0
    assert any("\u4e00" <= character <= "\u9fff" for character in outcome.out)


def test_help_of_export_names_every_table(shop: Shop) -> None:
    assert all(name in shop.run("export", "--help").out for name in exports.names())


def test_help_names_every_command() -> None:
    assert [command.callback and command.callback.__name__ for command in bot.app.registered_commands] == COMMANDS


@pytest.mark.parametrize(
    "words", [["nothing"], ["post"], ["export"], ["play", "nowhere.chat"], ["export", "x", "--format", "xml"]]
)
def test_a_command_typed_wrongly_is_two(shop: Shop, words: list[str]) -> None:
    assert shop.run(*words).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chek", "没有“chek”这个命令，是不是想写 check？"),
        ("post", "还要写：时间表里的名字，如 早安问候"),
        ("paste", "还要写 --room：哪个群"),
        ("post 早 --rom 群", "没有 --rom 这个选项，是不是想写 --room？"),
        ("--nix", "没有 --nix 这个选项"),
        ("post 早 晚", "多写了 晚"),
        ("export orders --db", "--db 后面还要写内容"),
        ("post 早 --dry-run=1", "--dry-run 后面不用写内容"),
        ("play nowhere.chat", "没有这个文件：nowhere.chat"),
        ("play .", ". 是文件夹，这里要一个文件"),
        ("export orders --format xml", "--format 只能写 csv、json，不能是 xml"),
        ("paste --room 群 --groupbuy 二", "--groupbuy 要写数字"),
    ],
)
def test_a_command_typed_wrongly_is_explained_in_plain_chinese(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bot.py", *words.split()])
    with pytest.raises(SystemExit) as ended:
        bot.main()
    problem, way = capsys.readouterr().err.splitlines()
    assert (ended.value.code, problem) == (2, said)
    assert re.fullmatch(r"怎么写看这里：python bot.py( \w+)? --help", way)


# An environment older than the lock file


@pytest.mark.parametrize(("words", "package"), [("check", "typer"), ("check", "sqlmodel"), ("chat", "wechaty_puppet")])
def test_a_package_that_is_missing_is_named_with_the_way_out(shop: Shop, words: str, package: str) -> None:
    """The package is hidden by one of its name that cannot be imported."""
    (shop.folder / "old" / package).mkdir(parents=True)
    (shop.folder / "old" / package / "__init__.py").write_text(
        "raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)", "utf-8"
    )
    outcome = process(shop, words, PYTHONPATH=str(shop.folder / "old"))
    assert outcome.code == doorstep.WRONG
    assert outcome.err == f"运行环境里的 {package} 没有装上，或者太旧：先运行 make setup，再来一次。\n"


def test_a_fault_of_our_own_keeps_its_traceback() -> None:
    with pytest.raises(ImportError), absent.named():
        import community.nowhere  # type: ignore[import-not-found] # noqa: PLC0415, F401 - that is the point


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
@pytest.mark.parametrize("words", ["run", "chat", "check", "post 早安问候", "export orders", "sheet", "backup x.db"])
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
    garbage(shop.file)
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
    shop.chat(GOOD)
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


def queued(shop: Shop) -> int:
    return len(re.findall('INSERT INTO "?outbox', shop.contents()))


def test_a_post_that_is_typed_twice_is_queued_once(shop: Shop) -> None:
    shop.enable("幸福里1群")
    shop.run("post", "早安问候")
    outcome = shop.run("post", "早安问候")
    assert (outcome.code, queued(shop)) == (0, 1)
    assert re.fullmatch(
        r"“早安问候”在幸福里1群 \d\d:\d\d 已经排上队，这回不重复。\n真要再发一遍，在后面加上 --again。\n", outcome.out
    )


def test_a_post_that_is_wanted_twice_is_said_twice(shop: Shop) -> None:
    shop.enable("幸福里1群")
    shop.run("post", "早安问候")
    outcome = shop.run("post", "早安问候", "--again")
    assert (outcome.code, queued(shop)) == (0, 2)
    assert "【幸福里1群】" in outcome.out


def test_the_second_time_goes_to_the_rooms_that_have_not_had_it(shop: Shop) -> None:
    shop.enable("幸福里1群")
    shop.enable("幸福里2群")
    shop.run("post", "早安问候", "--room", "幸福里2群")
    outcome = shop.run("post", "早安问候")
    assert queued(shop) == 2
    assert "【幸福里1群】" in outcome.out
    assert "【幸福里2群】" not in outcome.out
    assert "“早安问候”在幸福里2群" in outcome.out


def test_another_post_is_no_repetition(shop: Shop) -> None:
    shop.enable("幸福里1群")
    shop.run("post", "早安问候")
    assert "这回不重复" not in shop.run("post", "生活贴士").out
    assert queued(shop) == 2


@pytest.mark.parametrize(
    ("at", "fresh", "said"),
    [
        ("2026-11-23 12:00", 2, "客厅开着就会发出去"),
        ("2026-11-23 21:59", 2, "客厅开着就会发出去"),
        ("2026-11-23 22:00", 2, "要到 07:00 才能发，那时它已经不新鲜"),
        ("2026-11-23 22:00", 9, "到 07:00 再发。"),
        ("2026-11-24 05:30", 2, "到 07:00 再发。"),
        ("2026-11-24 07:00", 2, "客厅开着就会发出去"),
    ],
)
def test_a_post_at_night_says_when_it_goes_out(at: str, fresh: int, said: str) -> None:
    post = Post("早", "早", "30 7 * * *", "posts/早", "all", timedelta(hours=fresh))
    assert said in said_when(ShopSettings(), post, datetime.fromisoformat(at).replace(tzinfo=ZONE))


def test_a_post_typed_at_night_is_queued_with_a_word_about_it(shop: Shop) -> None:
    shop.enable("幸福里1群")
    night = ("12:00", "11:59") if datetime.now(ZONE).hour >= 14 else ("22:00", "21:59")
    (shop.folder / "shop.toml").write_text('[quiet]\nfrom = "{}"\nto = "{}"\n'.format(*night), "utf-8")
    shop.set("SHOP_FILE", str(shop.folder / "shop.toml"))
    outcome = shop.run("post", "早安问候")
    assert (outcome.code, queued(shop)) == (0, 1)
    assert "夜里不打扰" in outcome.out


# export and backup


def test_the_help_names_every_table(shop: Shop) -> None:
    shown = shop.run("export", "--help").out
    assert [name for name in exports.names() if not re.search(rf"\b{name}\b", shown)] == []


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


@pytest.mark.parametrize("words", ["export orders", "sheet", "backup copy.db", "post 早安问候 --dry-run"])
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


def test_a_play_that_goes_well_is_zero_and_leaves_the_shop_alone(shop: Shop) -> None:
    before = shop.contents()
    outcome = shop.run("play", str(shop.chat(GOOD)))
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
    outcome = shop.run("play", str(shop.chat(text)))
    assert (outcome.code, line in outcome.out) == (doorstep.WRONG, True)


def test_a_play_in_another_encoding_is_named(shop: Shop) -> None:
    path = shop.folder / "gbk.chat"
    path.write_bytes("王阿姨: 你好".encode("gbk"))
    outcome = shop.run("play", str(path))
    assert (outcome.code, "UTF-8" in outcome.out) == (doorstep.WRONG, True)


def test_a_play_is_kept_where_it_is_asked_for(shop: Shop) -> None:
    kept = shop.folder / "kept.db"
    assert shop.run("play", str(shop.chat(GOOD)), "--db", f"sqlite:///{kept}").code == 0
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
