"""A small TCP proxy whose connections can go dead without being closed, as they do when a router forgets them."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Proxy:
    """Listens on `port` and forwards to `target`; after `freeze()` what is connected stays open and says nothing."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._deaf = asyncio.Event()
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.taken = 0  # connections so far
        self.passed = 0  # pieces of data that went to the target so far

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Let every connection there is go dead; new ones work."""
        self._deaf.set()
        self._deaf = asyncio.Event()

    def refuse(self) -> None:
        """Take connections from now on without ever answering, as a hung gateway does."""
        self.freeze()
        self.target = 0

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        self._writers.append(writer)
        if not self.target:
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers.append(far_writer)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(source, sink, self._deaf, int(sink is far_writer)))
            self._pumps.add(pump)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, deaf: asyncio.Event, counts: int
    ) -> None:
        with contextlib.suppress(OSError):
            while (data := await source.read(65536)) and not deaf.is_set():
                sink.write(data)
                self.passed += counts
        if not deaf.is_set():
            sink.close()
