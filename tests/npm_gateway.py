"""Drives tests/npm/gateway.mjs: a real npm gateway as a process of its own, with orders and faults on its stdin."""

import asyncio
import contextlib
import itertools
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "npm"
TOKEN = "insecure_3d415ebb-7a6f-4cba-b602-1f4ae400f011"


def why_not() -> str | None:
    """What is missing to run the gateway, None if nothing is."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (HERE / "node_modules" / "wechaty-puppet-service").is_dir():
        return "the gateway is not installed: npm ci --ignore-scripts in tests/npm"
    return None


@contextlib.contextmanager
def running_gateway(*, tls: bool = False) -> "Iterator[NpmGateway]":
    """A gateway for a fixture: skips the test with a plain word where it cannot run, but fails in CI (`CI=true`)."""
    missing = why_not()
    if missing is not None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    gateway = NpmGateway(tls=tls)
    gateway.start()
    try:
        yield gateway
    finally:
        gateway.kill()


async def until(true: Callable[[], object], within: float = 10, *, every: float = 0.005) -> None:
    """Wait until a condition holds, looking at it `every` so many seconds; fails the test when it does not `within`."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - what is waited for often happens in another process
            await asyncio.sleep(every)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class NpmGateway:
    """A gateway on `port`: `start()`, `kill()` and `start()` again; orders as methods or by `do`.

    `calls` is what the bot made it do since the last `reset()`, as (method, arguments).
    """

    def __init__(self, *, tls: bool = False, token: str = TOKEN) -> None:
        self.port = free_port()
        self.token = token
        self.calls: list[tuple[str, list[Any]]] = []
        self.broken: list[str] = []
        self._env = {**os.environ, "TLS": "1" if tls else "", "WECHATY_LOG": "silent"}
        self._process: subprocess.Popen[str] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._up = threading.Event()

    def start(self, *, within: float = 30) -> None:
        """Start the process and wait until it listens."""
        self._up.clear()
        self._process = subprocess.Popen(
            ["node", "gateway.mjs", str(self.port), self.token],
            cwd=HERE,
            env=self._env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        threading.Thread(target=self._read, args=[self._process], daemon=True).start()
        if not self._up.wait(within):
            raise TimeoutError("the npm gateway did not come up")

    def kill(self) -> None:
        """End the process at once, as a power failure would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("{"):
                    self._take(json.loads(line))
        except ValueError:  # the pipe was closed under us: the process was killed
            return

    def _take(self, said: Mapping[str, Any]) -> None:
        if "up" in said:
            self._up.set()
        elif "called" in said:
            self.calls.append((said["called"], said["args"]))
        elif "broken" in said:
            self.broken.append(said["broken"])
        elif said.get("id") in self._answers:
            self._answers[said["id"]].put(dict(said))

    def do(self, order: str, **what: Any) -> Any:
        """Give an order and return its result; see gateway.mjs for all of them."""
        assert self._process is not None
        assert self._process.stdin is not None
        number = next(self._numbers)
        answer = self._answers[number] = queue.SimpleQueue()
        self._process.stdin.write(json.dumps({"id": number, "do": order, **what}) + "\n")
        self._process.stdin.flush()
        said = answer.get(timeout=20)
        del self._answers[number]
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["ok"]

    def say(self, by: str, to: str, text: str, **more: Any) -> str:
        """Let somebody say something in a room or to the bot; the id of the message."""
        found: str = self.do("say", by=by, to=to, text=text, **more)
        return found

    def reset(self) -> None:
        """Forget faults and calls."""
        self.do("reset")
        self.calls.clear()

    def called(self, method: str) -> list[list[Any]]:
        """The arguments of every call of `method` since the last reset, up to this moment."""
        if self._process is not None:
            self.do("nothing")  # its answer comes behind every report so far
        return [args for name, args in self.calls if name == method]

    @property
    def heard(self) -> list[tuple[str, str]]:
        """What the bot said since the last reset, as (where, text)."""
        return [(args[0], args[1]) for args in self.called("messageSendText")]
