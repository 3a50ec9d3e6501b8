"""Pictures as gateways hand them over: by value, by address, too big, gone, or of a kind that nobody knows."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace

import pytest

from gateway import inbound
from gateway.inbound import content_of
from gateway.transport import Refused, Unreachable

Answer = Callable[[bytes], str]


@pytest.fixture
async def serve() -> AsyncIterator[Answer]:
    """A small HTTP server; give it the whole answer, and it gives the address."""
    servers = []
    answer = b""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    servers.append(server)

    def put(whole: bytes) -> str:
        nonlocal answer
        answer = whole
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/picture"

    yield put
    for one in servers:
        one.close()


async def test_by_value() -> None:
    assert await content_of(SimpleNamespace(base64=base64.b64encode(b"picture"))) == b"picture"


async def test_by_address(serve: Answer) -> None:
    url = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture")
    assert await content_of(SimpleNamespace(remoteUrl=url)) == b"picture"


async def test_an_address_that_has_nothing_is_unreachable(serve: Answer) -> None:
    url = serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(Unreachable):
        await content_of(SimpleNamespace(remoteUrl=url))


async def test_what_never_ends_is_given_up(serve: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "HEAVIEST", 1000)
    url = serve(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000)
    with pytest.raises(Refused, match="too big"):
        await content_of(SimpleNamespace(remoteUrl=url))


@pytest.mark.parametrize(
    "box",
    [
        SimpleNamespace(),
        SimpleNamespace(base64=b"", remoteUrl=None),
        SimpleNamespace(remoteUrl="file:///etc/passwd"),
        SimpleNamespace(qrCode="weixin://"),
        SimpleNamespace(base64=b"x"),
        SimpleNamespace(base64=b"x" * (inbound.HEAVIEST * 2)),
    ],
)
async def test_other_kinds_and_too_much_are_refused(box: SimpleNamespace) -> None:
    with pytest.raises(Refused):
        await content_of(box)
