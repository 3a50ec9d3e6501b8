"""Starting: from `python bot.py chat` to the first answer with bytecode cached, what the imports cost, and memory.

The bot runs as a process of its own on an empty database, as a newcomer starts it; its answers are read from its output
as they come. Memory is the resident set as Linux has it in /proc.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.chat import CHATTER
from benchmarks.report import Report, at_most, scaled
from front.settings import ROOT

ROUNDS = 3
CHATS = 10_000
MODULES = ("community.db", "gateway.wechat", "front.terminal")
ASKED, ANSWER = "王阿姨: 帮助", "客厅: "


def measure(scale: float = 1) -> Report:
    """Seconds to the first answer and of each import, medians after a run that fills the cache; memory in MiB."""
    chats = scaled(CHATS, scale, 50)
    before, after = _memory(chats)
    answers = [_first_answer() for _ in range(scaled(ROUNDS, scale))]
    empty = _import_seconds("sys", scaled(ROUNDS, scale))
    figures = {
        "first_answer_s": round(median(answers), 2),
        "first_answer_worst_s": round(max(answers), 2),
        "import_s": {name: round(_import_seconds(name, scaled(ROUNDS, scale)) - empty, 2) for name in MODULES},
        "memory_after_start_mib": before,
        f"memory_after_{chats}_messages_mib": after,
    }
    return Report(figures, [at_most("seconds from `bot.py chat` to the first answer", median(answers), 3)])


def _first_answer() -> float:
    begun = time.perf_counter()
    with _chatting() as bot:
        _ask(bot)
        return time.perf_counter() - begun


def _memory(chats: int) -> tuple[float, float]:
    """Before and after this many messages of chatter."""
    with _chatting() as bot:
        _ask(bot)
        before = _resident(bot.pid)
        talk = _pipe(bot.stdin)
        for n in range(chats):
            talk.write(f"王阿姨: {CHATTER[n % len(CHATTER)].splitlines()[0].strip()}\n")
        _ask(bot)
        return before, _resident(bot.pid)


@contextmanager
def _chatting() -> Iterator[subprocess.Popen[str]]:
    """The bot in a terminal that is a pipe, on a fresh database."""
    with tempfile.TemporaryDirectory(prefix="keting-") as folder:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"DATABASE_URL": f"sqlite:///{Path(folder) / 'bot.db'}", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(ROOT / "bot.py"), "chat"]
        with subprocess.Popen(  # noqa: S603 - our own bot
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
        ) as bot:
            try:
                yield bot
            finally:
                _pipe(bot.stdin).close()
                bot.wait(60)


def _ask(bot: "subprocess.Popen[str]") -> None:
    """Say something that is answered, and wait for the answer."""
    talk = _pipe(bot.stdin)
    talk.write(f"{ASKED}\n")
    talk.flush()
    for line in _pipe(bot.stdout):
        if ANSWER in line:
            return
    raise AssertionError("the bot ended without an answer")


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None, "it was opened as a pipe"  # noqa: S101 - narrows the type
    return end


def _resident(pid: int) -> float:
    """Resident memory of a process in MiB; nothing known where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024, 1) if found else float("nan")


def _import_seconds(module: str, rounds: int) -> float:
    """Of a fresh interpreter that imports it and ends."""
    return median(_python(f"import {module}") for _ in range(rounds))


def _python(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 - our own code
    return time.perf_counter() - begun
