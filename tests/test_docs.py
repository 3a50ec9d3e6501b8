"""What the pages say is so: both READMEs name every command, and the examples of CONTRIBUTING.md work as they stand."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot import app
from community import export
from front import doorstep
from handlers.command import Command, discover
from tests.conftest import ROOT

READMES = ["README.md", "README.zh-CN.md"]
PAGES = [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"]
LONGEST = 250  # lines of a README
COMMANDS = discover()
SPOKEN = ["店主: ", "王阿姨: ", "李姐: ", "张叔: "]
EXAMPLE = re.compile(r"`([\w/.-]+\.(?:py|j2|toml|chat))`:\n\n```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OURS = {".git", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(readme: str) -> set[tuple[frozenset[str], str, str, str]]:
    """The table of chat commands: keywords, example, who and where."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page(readme).splitlines()]
    return {
        (frozenset(re.findall("`([^`]+)`", re.split("[:：]", row[0])[0])), row[1].strip("`"), row[2], row[3])
        for row in cells
        if len(row) == 4 and row[1].startswith("`")
    }


def row(readme: str, command: Command) -> tuple[frozenset[str], str, str, str]:
    """The row that a command must have, in the words of the page's language."""
    chinese = readme == "README.zh-CN.md"
    who = command.who.word if chinese else command.who.name.lower()
    where = command.where.value if chinese else command.where.name.lower()
    return frozenset(command.keywords), command.example, who, where


def planted(tree: Path) -> Path:
    """A copy of the tree, as fresh as a clone."""

    def left_out(_folder: str, names: list[str]) -> set[str]:
        return {name for name in names if name in OURS or name.startswith(("bot.db", ".env"))}

    shutil.copytree(ROOT, tree, ignore=left_out)
    return tree


def ran(tree: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Python in a copy, its settings untouched by ours."""
    return subprocess.run(
        [sys.executable, *words], cwd=tree, env={"PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8", check=False
    )


def in_turn(text: str, *words: str) -> list[str]:
    """Those of `words` that do not come in `text` one after the other."""
    place, missing = 0, []
    for word in words:
        found = text.find(word, place)
        place = found + len(word) if found >= 0 else place
        missing += [word] if found < 0 else []
    return missing


# The READMEs


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_commands_is_what_people_can_type(readme: str) -> None:
    assert rows(readme) == {row(readme, command) for command in COMMANDS}


@pytest.mark.parametrize("readme", READMES)
def test_every_command_of_the_terminal_is_there_with_its_options(readme: str) -> None:
    for name, command in typer.main.get_group(app).commands.items():
        options = [word for option in command.params for word in option.opts if word.startswith("--")]
        assert f"`bot.py {name}" in page(readme)
        assert [word for word in options if word not in page(readme)] == [], name


@pytest.mark.parametrize("readme", READMES)
def test_every_export_and_exit_code_is_there(readme: str) -> None:
    assert [name for name in export.names() if not re.search(rf"\b{name}\b", page(readme))] == []
    codes = [doorstep.WRONG, doorstep.WRONG_SETTINGS, doorstep.SICK_DATABASE]
    assert in_turn(page(readme)[page(readme).index("bot.py backup") :], *map(str, codes)) == []


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_can_be_read_in_one_sitting(readme: str) -> None:
    assert len(page(readme).splitlines()) <= LONGEST


@pytest.mark.parametrize("readme", READMES)
def test_the_session_of_a_readme_happens_as_it_is_told(readme: str, tmp_path: Path) -> None:
    session = next(block for block in re.findall(r"```\n(.*?)```", page(readme), re.DOTALL) if "开张了" in block)
    head, _, talk = session.partition("收摊。\n")
    typed = [line for line in talk.splitlines() if line.startswith(tuple(SPOKEN))]
    told = [line for line in talk.splitlines() if line not in typed]
    done = subprocess.run(
        [sys.executable, "bot.py", "chat"],
        input="\n".join(typed),
        env={"DATABASE_URL": f"sqlite:///{tmp_path / 'practice.db'}", "PYTHONUTF8": "1"},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert len(told) > 8
    assert in_turn(done.stdout, *(line for line in head.splitlines() if "接下来" not in line), *told) == []


@pytest.mark.parametrize("readme", READMES)
def test_the_check_names_faults_as_a_readme_shows(readme: str, tmp_path: Path) -> None:
    shown = next(block for block in re.findall(r"```\n(.*?)```", page(readme), re.DOTALL) if "要改：" in block)
    tree = planted(tmp_path / "keting")
    for path, right, wrong in [("data/shop.toml", "per = 2 ", "per = 0 "), ("schedules/daily.toml", '"0 20', '"0 25')]:
        text = (tree / path).read_text(encoding="utf-8")
        (tree / path).write_text(text.replace(right, wrong), encoding="utf-8")
    checked = ran(tree, "bot.py", "check")
    assert (checked.returncode, checked.stderr) == (doorstep.WRONG, shown)


# What pages point at


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", page(name))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_every_path_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"`((?:templates|tests|schedules|data|community)/[\w./*-]*)`", page(name)))
    made = {path for path in named if path.endswith(".db")}
    assert [path for path in sorted(named - made) if not list(ROOT.glob(path.rstrip("/")))] == []


def _names_read() -> set[str]:
    """Every string in the code that reads the environment."""
    code = [ROOT / "front" / "settings.py", ROOT / "gateway" / "endpoint.py"]
    nodes = [node for path in code for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("name", [".env.example", *READMES])
def test_every_name_of_the_environment_is_read_by_the_code(name: str) -> None:
    names = set(re.findall(r"\b((?:[A-Z]+_)+[A-Z]+)\b(?==|`)", page(name)))
    assert len(names) > 3
    assert names - _names_read() == set()


def test_the_example_of_env_names_all_that_is_read() -> None:
    read = {name for name in _names_read() if re.fullmatch(r"(?:[A-Z]+_)+[A-Z]+", name)}
    assert {name for name in read if f"{name}=" not in page(".env.example")} == set()


# The examples of CONTRIBUTING.md


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the examples in it, the migration drafted as the page says."""
    tree = planted(tmp_path_factory.mktemp("copy") / "keting")
    for path, text in EXAMPLE.findall(page("CONTRIBUTING.md")):
        (tree / path).parent.mkdir(exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    message = re.findall(r'^ +make migration MSG="(.+)"$', page("CONTRIBUTING.md"), re.MULTILINE)
    assert ran(tree, "-m", "community.migrate", *message).returncode == 0
    return tree


def test_there_are_examples_of_a_command_a_post_and_a_table() -> None:
    paths = {path for path, _ in EXAMPLE.findall(page("CONTRIBUTING.md"))}
    assert {"handlers/hours.py", "schedules/monthly.toml", "community/wish.py"} <= paths
    assert [path for path in sorted(paths) if (ROOT / path).exists()] == []


def test_the_examples_play(copy: Path) -> None:
    chats = [path for path, _ in EXAMPLE.findall(page("CONTRIBUTING.md")) if path.endswith(".chat")]
    played = ran(copy, "bot.py", "play", *chats)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.count("✓") == len(chats) == 3


@pytest.mark.timeout(300)
def test_every_transcript_and_command_still_passes_beside_the_examples(copy: Path) -> None:
    tested = ran(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_chats.py", "tests/test_commands.py")
    assert tested.returncode == 0, tested.stdout


def test_the_examples_pass_the_check(copy: Path) -> None:
    checked = ran(copy, "bot.py", "check")
    assert checked.returncode == 0, checked.stderr


def test_the_examples_are_in_the_one_format(copy: Path) -> None:
    code = [path for path, _ in EXAMPLE.findall(page("CONTRIBUTING.md")) if path.endswith(".py")]
    for check in (["format", "--check"], ["check"]):
        done = ran(copy, "-m", "ruff", *check, *code)
        assert done.returncode == 0, done.stdout


def test_a_migration_is_drafted_once(copy: Path) -> None:
    again = ran(copy, "-m", "community.migrate", "Keep wishes")
    assert again.returncode == 1
    assert "nothing to write" in again.stderr
    assert len(list((copy / "community" / "migrations" / "versions").glob("*_keep_wishes.py"))) == 1
