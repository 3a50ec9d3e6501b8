"""A bot in a process of its own, as chatty as logging can be: answers one message, says what it left open, ends.

python child_bot.py PORT TOKEN          prints "online", then the number of ports it listens on, and ends
"""

import asyncio
import contextlib
import logging
import sys
from pathlib import Path

from community.events import Event, Heard
from gateway.endpoint import Endpoint
from gateway.reliable import ReliablePuppet
from gateway.wechat import WeChat


def listening() -> int:
    """How many TCP ports this process listens on (state 0A in /proc)."""
    mine = set()
    for fd in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder's own
            mine.add(str(fd.readlink()))
    tables = (Path(f"/proc/self/net/{name}").read_text("ascii") for name in ("tcp", "tcp6"))
    lines = [line.split() for table in tables for line in table.splitlines()[1:]]
    return sum(line[3] == "0A" and f"socket:[{line[9]}]" in mine for line in lines)


async def main(port: int, token: str) -> None:
    """Answer the first message with its own words."""
    heard: asyncio.Queue[Event] = asyncio.Queue()
    wechat = WeChat(ReliablePuppet(Endpoint("127.0.0.1", port, token)), heard.put_nowait)
    running = asyncio.create_task(wechat.run())
    await wechat.drained()
    sys.stdout.write("online\n")
    sys.stdout.flush()
    event = await heard.get()
    if isinstance(event, Heard) and event.room is not None:
        await wechat.say(event.room.id, f"听见了：{event.text}", [event.by.id])
        await wechat.show(event.room.id, "海报.png", b"\x89PNG")
    await heard.get()
    sys.stdout.write(f"{listening()}\n")
    await wechat.stop()
    await running


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG)
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
