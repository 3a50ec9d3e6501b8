"""A start: what it does not need it does not import, and what it puts off is sound when it is wanted."""

import subprocess
import sys
from pathlib import Path

import pytest

from community.terms import patterns
from community.terms.later import Later
from gateway import unneeded
from tests.conftest import ROOT

LONG = {name: value for name, value in vars(patterns).items() if isinstance(value, Later)}
LATE = ("quart", "github", "opengraph_py3", "flask", "openpyxl", "community.poster")
"""What has no business in a chat that nobody has said a word in."""


def python(code: str, *words: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_a_chat_imports_nothing_that_it_does_not_need() -> None:
    there = python(f"import bot, front.terminal, sys; print(*[name for name in {LATE} if name in sys.modules])")
    assert there.split() == []


def test_a_new_database_needs_no_more_than_its_migrations(tmp_path: Path) -> None:
    upgraded = (
        "from datetime import datetime, UTC; from pathlib import Path; import sys; from community import migrate;"
        "from community.db import Database; database = Database(f'sqlite:///{sys.argv[1]}/bot.db');"
        "migrate.upgrade(database, Path(sys.argv[1]), datetime.now(UTC)); database.close();"
        "print(*[name for name in ('openpyxl', 'community.poster', 'community.sheet') if name in sys.modules])"
    )
    assert python(upgraded, str(tmp_path)).split() == []


def test_whoever_wants_what_wechaty_does_not_need_gets_the_real_one() -> None:
    assert python("import gateway.wechat, quart; print(quart.Quart.__module__)") == "quart.app\n"


def test_what_was_imported_before_is_left_alone() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "github", sys)
        with unneeded.left_out():
            assert sys.modules["github"] is sys
        assert sys.modules["github"] is sys
    assert "github.Issue" not in sys.modules


@pytest.mark.parametrize("name", LONG)
def test_every_pattern_that_is_compiled_later_is_one(name: str) -> None:
    assert LONG[name].search("") is None or LONG[name].fullmatch("") is not None


def test_a_pattern_does_all_that_it_did_before() -> None:
    word = Later("(?P<word>[a-z]+)")
    assert [found["word"] for found in word.finditer("ab cd")] == ["ab", "cd"]
    assert (word.sub("x", "ab cd", count=1), word.split("1ab2")) == ("x cd", ["1", "ab", "2"])
    assert (word.match("1a"), word.fullmatch("a1")) == (None, None)
    assert word.search("1a") is not None
