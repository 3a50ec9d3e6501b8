"""A wechaty gateway in a process of its own: gRPC as the npm gateways speak it, a world made of numbers.

Started by benchmarks/wire.py, which writes how many messages shall come now, a number a line. Message number n is said
by resident n in room n (each counted round); every tenth is an order.
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from grpclib.const import Cardinality, Handler
from grpclib.server import Server

from benchmarks.chat import CHATTER
from benchmarks.corner import ROOMS as PLACES
from gateway import compat  # noqa: F401 - makes wechaty importable, must come first

from wechaty_grpc.wechaty import puppet as wire  # isort: skip

ROOMS = PLACES[:5]
RESIDENTS = 200
EACH = 10
"""Messages of which one is an order."""
BOT = "wxid_客厅"
TEXT = 7
"""As the 1.x gateways number a message of words."""

Answer = Callable[[Any], Any]


def resident(number: int) -> str:
    """The contact id of a resident, as benchmarks/corner.py has it."""
    return f"wxid_{number % RESIDENTS:05}"


def text(number: int) -> str:
    """What message `number` says; from 1 on."""
    return "+1" if number % EACH == 0 else CHATTER[number % len(CHATTER)]


def _message(request: Any) -> wire.MessagePayloadResponse:
    number = int(request.id.rpartition("-")[2])
    return wire.MessagePayloadResponse(
        id=request.id,
        text=text(number),
        type=TEXT,
        from_id=resident(number),
        room_id=ROOMS[number % len(ROOMS)].id,
        timestamp=int(time.time() * 1000),
    )


def _contact(request: Any) -> wire.ContactPayloadResponse:
    return wire.ContactPayloadResponse(id=request.id, name=request.id.replace("wxid_", "邻居"), friend=True)


def _room(request: Any) -> wire.RoomPayloadResponse:
    return wire.RoomPayloadResponse(id=request.id, topic=request.id.partition("@")[0], member_ids=_members())


def _member(request: Any) -> wire.RoomMemberPayloadResponse:
    return wire.RoomMemberPayloadResponse(id=request.member_id, name=request.member_id.replace("wxid_", "邻居"))


def _members() -> list[str]:
    return [BOT, *map(resident, range(RESIDENTS))]


class Gateway:
    """The gRPC service: events as they are asked for, and answers to what a bot wants to know."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0
        self._events: asyncio.Queue[tuple[int, dict[str, str]]] = asyncio.Queue()
        self._events.put_nowait((wire.EventType.EVENT_TYPE_LOGIN, {"contactId": BOT}))
        self._events.put_nowait((wire.EventType.EVENT_TYPE_READY, {"data": "ready"}))

    def say(self, count: int) -> None:
        """So many messages come now."""
        for _ in range(count):
            self._count += 1
            self._events.put_nowait((wire.EventType.EVENT_TYPE_MESSAGE, {"messageId": f"{self._run}-{self._count}"}))

    def __mapping__(self) -> Mapping[str, Handler]:
        """What grpclib serves."""
        known: dict[str, tuple[type, type, Answer]] = {
            "Start": (wire.StartRequest, wire.StartResponse, lambda _: wire.StartResponse()),
            "Stop": (wire.StopRequest, wire.StopResponse, lambda _: wire.StopResponse()),
            "MessagePayload": (wire.MessagePayloadRequest, wire.MessagePayloadResponse, _message),
            "ContactPayload": (wire.ContactPayloadRequest, wire.ContactPayloadResponse, _contact),
            "RoomPayload": (wire.RoomPayloadRequest, wire.RoomPayloadResponse, _room),
            "RoomMemberPayload": (wire.RoomMemberPayloadRequest, wire.RoomMemberPayloadResponse, _member),
            "RoomMemberList": (
                wire.RoomMemberListRequest,
                wire.RoomMemberListResponse,
                lambda _: wire.RoomMemberListResponse(member_ids=_members()),
            ),
            "MessageSendText": (
                wire.MessageSendTextRequest,
                wire.MessageSendTextResponse,
                lambda _: wire.MessageSendTextResponse(),
            ),
        }
        served = {
            name: Handler(_asked(answer), Cardinality.UNARY_UNARY, *kinds) for name, (*kinds, answer) in known.items()
        }
        served["Event"] = Handler(self._stream, Cardinality.UNARY_STREAM, wire.EventRequest, wire.EventResponse)
        return {f"/wechaty.Puppet/{name}": handler for name, handler in served.items()}

    async def _stream(self, stream: Any) -> None:
        await stream.recv_message()
        while True:
            number, payload = await self._events.get()
            await stream.send_message(wire.EventResponse(type=number, payload=json.dumps(payload)))


def _asked(answer: Answer) -> Callable[[Any], Any]:
    async def serve(stream: Any) -> None:
        await stream.send_message(answer(await stream.recv_message()))

    return serve


async def _serve(run: str) -> None:
    """Say the port on standard output, then do as standard input says until it ends."""
    gateway = Gateway(run)
    server, listening = Server([gateway]), socket.create_server(("127.0.0.1", 0))
    await server.start(sock=listening)
    print(listening.getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        gateway.say(int(line))
    server.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.wait_closed(), 1)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
