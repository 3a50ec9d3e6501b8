"""`python bot.py run` as a process of its own on the npm gateway: started, watched, stopped and killed."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from community import ledger
from community.db import Database
from tests.npm_gateway import TOKEN, until

BOT = Path(__file__).parent.parent / "bot.py"
SLOW_PYTHON = ("PYTHONDONTWRITEBYTECODE", "CACHE_DIR", "WECHATY_LOG")
START = 30
"""Seconds that a start may take where every core is busy with something else."""


class LiveBot:
    """One shop in a folder of its own, and the process that serves it while there is one.

    It is noon in the shop, whatever time it is: posts are held back at night, and tests run at any hour.
    """

    def __init__(self, home: Path, port: int, owner: str = "") -> None:
        self.home = home
        self.cwd = home / "cwd"
        self.database = home / "shop.db"
        self.schedules = home / "schedules"
        for folder in (self.cwd, self.schedules):
            folder.mkdir()
        (home / "shop.toml").write_text(f'name = "幸福里小店"\ntimezone = "{_where_it_is_noon()}"\n', "utf-8")
        self.starts = 0
        self._env = {name: value for name, value in os.environ.items() if name not in SLOW_PYTHON} | {
            "WECHATY_PUPPET_SERVICE_TOKEN": TOKEN,
            "WECHATY_PUPPET_SERVICE_ENDPOINT": f"127.0.0.1:{port}",
            "WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_CLIENT": "true",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "SCHEDULES_DIR": str(self.schedules),
            "SHOP_FILE": str(home / "shop.toml"),
            "OWNER_ID": owner,
            "WECOM_WEBHOOK": "",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def twin(self) -> "LiveBot":
        """Another process for the same shop."""
        (self.home / "twin").mkdir()
        twin = LiveBot(self.home / "twin", 0)
        twin._env = self._env
        return twin

    # --- the process ---

    def start(self, command: str = "run") -> None:
        """Start `bot.py`; what it prints and logs begins anew."""
        self.starts += 1
        with self._file("out").open("wb") as out, self._file("log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(BOT), command],
                cwd=self.cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
            )

    async def online(self) -> None:
        """Return when the bot has logged in; fails when it ends instead."""
        await until(lambda: "logged in as" in self.log or not self.alive, START, every=0.02)
        assert self.alive, self.log

    async def ended(self, within: float = START) -> int:
        """The exit code, once it has ended by itself."""
        await until(lambda: not self.alive, within, every=0.02)
        assert self._process is not None
        return self._process.returncode

    async def stop(self, number: int = signal.SIGTERM, within: float = 5) -> int:
        """Ask it to stop, as systemd or Ctrl+C do; the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return await self.ended(within)

    def kill(self) -> None:
        """End the process at once, as a power failure would; nothing happens when there is none."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    # --- what can be seen of it ---

    @property
    def printed(self) -> str:
        """What it has told the person at the terminal since its latest start."""
        return self._file("out").read_text("utf-8")

    @property
    def log(self) -> str:
        """What it has logged since its latest start."""
        return self._file("log").read_text("utf-8")

    @property
    def every_log(self) -> str:
        """What it has logged in all its lives."""
        return "".join(path.read_text("utf-8") for path in sorted(self.home.glob("*.log")))

    @property
    def owner_code(self) -> str:
        """The words that make their first sender the owner."""
        found = re.search(r"店主-\d{8}", self.printed)
        assert found, self.printed
        return found[0]

    def rows(self, query: str, *values: object) -> list[Any]:
        """What the database holds at this moment, committed."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()

    def give_eggs(self, people: list[str], eggs: int) -> None:
        """Book eggs as if these people had earned them; the bot may be running."""
        database = Database(f"sqlite:///{self.database}")
        for person in people:
            database.pen.write(ledger.move, person, "eggs", eggs, "test", datetime.now(UTC)).result()
        database.close()

    def let_doubts_run_out(self) -> None:
        """Have the minute be over in which the bot waits for an echo of what is in doubt."""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection, connection:
            connection.execute("UPDATE outbox SET not_before = 0 WHERE status = 'uncertain'")

    def _file(self, kind: str) -> Path:
        return self.home / f"{self.starts:02d}.{kind}"


def _where_it_is_noon() -> str:
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # POSIX: what lies east has a minus
