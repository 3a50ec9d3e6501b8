"""A shop at whose counter the command line is typed: in this process, or in one of its own."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

import bot
from community import people
from community.db import Database
from community.events import Place
from front.settings import SettingsFault
from tests.conftest import BEGIN, ROOT, write

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

    def chat(self, text: str) -> Path:
        """A transcript in the shop's folder."""
        path = self.folder / "good.chat"
        path.write_text(text, encoding="utf-8")
        return path

    def contents(self) -> str:
        with sqlite3.connect(self.file) as raw:
            return "\n".join(raw.iterdump())


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


def garbage(file: Path) -> None:
    file.write_bytes(b"this is no database, it is a letter" * 400)
