"""Link: one gRPC connection to a wechaty gateway, kept alive, given up when it is dead, and made again.

A session opens the event stream, lets the gateway start its puppet and reads events until the stream ends. Whatever
ends it (an error, a clean end because another bot took over, a link that no longer answers), the next one begins
after a back-off with jitter. Technical: knows calls and raw events, nothing of rooms or messages.
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError, StreamTerminatedError
from wechaty_grpc.wechaty import puppet as messages

from gateway.endpoint import Endpoint
from gateway.transport import Refused, Unreachable, Unsure

_log = logging.getLogger(__name__)
logging.getLogger("hpack").setLevel(logging.INFO)  # at DEBUG it writes every header, the token among them

Sleep = Callable[[float], Awaitable[None]]


class Reply(Protocol):
    """A message that can be read from bytes, as betterproto's can."""

    def parse(self, data: bytes) -> Any:
        """Read the message."""


R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait for what, in seconds.

    `call`: for an answer to a question; `send`: for a message to be taken (pictures are slow); `start`: for the gateway
    to start its puppet (it allows itself 15). `ping`: a sign of life is asked for this often, `pong`: and must come
    within. `back_off`: the first pause before connecting again, doubled each time up to `back_off_most`; a session
    that lasted `good` begins anew with the first. The npm gateways take any number of pings; one in Go or C++ may hang
    up on more than one in five minutes, and needs a `ping` of 300.
    """

    call: float = 10.0
    send: float = 30.0
    start: float = 20.0
    ping: float = 10.0
    pong: float = 5.0
    back_off: float = 0.3
    back_off_most: float = 30.0
    good: float = 10.0


def pause(attempt: int, first: float, most: float, dice: random.Random) -> float:
    """Seconds to wait before attempt number `attempt` (1 is the first repetition): doubled, capped, half to full."""
    return min(first * 2.0 ** min(attempt - 1, 32), most) * (0.5 + dice.random() / 2)


# What the gateway will not do, however often it is asked.
_FOR_GOOD = frozenset(
    {
        Status.INVALID_ARGUMENT,
        Status.NOT_FOUND,
        Status.ALREADY_EXISTS,
        Status.PERMISSION_DENIED,
        Status.FAILED_PRECONDITION,
        Status.OUT_OF_RANGE,
        Status.UNIMPLEMENTED,
    }
)
# What it has not begun to do. Any other error says nothing of what came before it: the npm gateway answers whatever its
# puppet throws with UNKNOWN, a puppet's own lost connection too, and by then the words may have gone out.
_NOT_BEGUN = frozenset({Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED, Status.UNAUTHENTICATED})
# Unless its words prove it, as wechaty-puppet says them: nobody is there to say it, or nowhere to say it.
_LOGGED_OUT = re.compile(r"not logged[ -]?in|need puppet to be login|puppet has not been set", re.IGNORECASE)
_NOWHERE = re.compile(
    r"not in (?:the |this )?room|not exist|unknown conversation|not (?:a |your )?friend", re.IGNORECASE
)


class Link:
    """The connection to `endpoint`; `on_event(number, payload)` gets every event, must be quick and never raise.

    `connected` says whether calls can go out now; `away_since` is the `clock`'s reading since when they cannot, None
    while they can. `run()` keeps connecting until it is cancelled.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        on_event: Callable[[int, str], None],
        *,
        limits: Limits,
        dice: random.Random,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._on_event = on_event
        self._limits = limits
        self._dice = dice
        self._sleep = sleep
        self._clock = clock
        self._channel: Channel | None = None
        self._up_since: float | None = None
        self.away_since: float | None = clock()

    @property
    def connected(self) -> bool:
        """Whether a session is up."""
        return self._channel is not None

    async def run(self) -> None:
        """Hold the connection, session after session, until cancelled."""
        failures = 0
        while True:
            self._up_since = None
            try:
                await self._session()
                _log.warning("the gateway ended the connection")
            except (OSError, GRPCError, StreamTerminatedError) as error:
                _log.warning("no connection to the gateway (%s)", _name(error))
            except Exception:
                _log.exception("the connection to the gateway broke in an unknown way")
            lasted = 0.0 if self._up_since is None else self._clock() - self._up_since
            failures = 1 if lasted >= self._limits.good else failures + 1
            await self._sleep(pause(failures, self._limits.back_off, self._limits.back_off_most, self._dice))

    async def call(self, method: str, request: object, reply: type[R], *, seconds: float) -> R:
        """Ask the gateway something and return its answer.

        Raises Refused (never will), Unreachable (did not happen: no connection, or the gateway did not begin with it)
        or Unsure (an error, or the end of the connection or of the patience of `seconds`, after the request had left).
        """
        if self._channel is None:
            raise Unreachable("no connection to the gateway")
        request_left, answer = False, None
        try:
            async with self._request(self._channel, method, request, reply, seconds) as stream:
                await stream.send_request()
                request_left = True
                await stream.send_message(request, end=True)
                answer = await stream.recv_message()
        except GRPCError as error:
            raise _meaning(method, error) from error
        except Exception as error:  # a connection that is closing under a call shows as almost anything (h2, grpclib)
            raise (Unsure if request_left else Unreachable)(f"{method}: {_name(error)}") from error
        if answer is None:
            raise Unsure(f"{method}: no answer came")
        return cast(R, answer)

    async def stream(
        self, method: str, request: object, reply: type[R], take: Callable[[R], None], *, seconds: float
    ) -> None:
        """Ask the gateway for what comes in pieces, and give each to `take`, which may raise Refused.

        Raises Refused (never will) or Unreachable (it did not come whole within `seconds`).
        """
        if self._channel is None:
            raise Unreachable("no connection to the gateway")
        try:
            async with asyncio.timeout(seconds), self._request(self._channel, method, request, reply, None) as stream:
                await stream.send_message(request, end=True)
                async for piece in stream:
                    take(cast(R, piece))
        except Refused:
            raise
        except GRPCError as error:
            meant = _meaning(method, error)
            raise (meant if isinstance(meant, Refused) else Unreachable(str(meant))) from error
        except Exception as error:  # a connection that is closing under a call shows as almost anything
            raise Unreachable(f"{method}: {_name(error)}") from error

    # --- one session ---

    async def _session(self) -> None:
        """Connect and read events until the stream ends; raises what broke it."""
        channel = self._open()
        events = asyncio.create_task(self._read(channel))
        watch = asyncio.create_task(self._until_dead(channel))
        try:
            await self._start(channel, events)
            self._channel, self._up_since, self.away_since = channel, self._clock(), None
            _log.info("connected to the gateway")
            await asyncio.wait({events, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not events.done():
                raise ConnectionError("it no longer answers")
            events.result()
        finally:
            if self._channel is not None:
                self._channel, self.away_since = None, self._clock()
            watch.cancel()
            events.cancel()
            channel.close()
            await asyncio.gather(events, watch, return_exceptions=True)

    def _open(self) -> Channel:
        # grpclib would fall silent after two pings and allow one in five minutes: too few to notice anything.
        config = Configuration(
            _keepalive_time=self._limits.ping,
            _keepalive_timeout=self._limits.pong,
            _keepalive_permit_without_calls=True,
            _http2_max_pings_without_data=0,
            _http2_min_sent_ping_interval_without_data=self._limits.ping / 2,
            ssl_target_name_override=self._endpoint.server_name,
        )
        channel = Channel(self._endpoint.host, self._endpoint.port, ssl=self._endpoint.tls, config=config)
        channel._authority = (
            self._endpoint.token
        )  # gateways before 0.30 look for the token here; grpclib has no other way
        return channel

    def _request(self, channel: Channel, method: str, request: object, reply: type[Any], seconds: float | None) -> Any:
        kind = Cardinality.UNARY_UNARY if seconds is not None else Cardinality.UNARY_STREAM
        credentials = {"authorization": f"Wechaty {self._endpoint.token}"}
        route = f"/wechaty.Puppet/{method}"
        return channel.request(route, kind, type(request), reply, timeout=seconds, metadata=credentials)

    async def _start(self, channel: Channel, events: asyncio.Task[None]) -> None:
        """Have the gateway start its puppet, unless the event stream fails first; takes over one that is taken."""
        starting = asyncio.create_task(self._ask(channel, "Start", messages.StartRequest(), messages.StartResponse))
        try:
            await asyncio.wait({starting, events}, return_when=asyncio.FIRST_COMPLETED)
            if events.done():
                events.result()
                raise ConnectionError("it ended the event stream at once")
            starting.result()
        except GRPCError as error:
            if error.status is Status.ALREADY_EXISTS:
                await self._take_over(channel)
            raise
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)

    async def _take_over(self, channel: Channel) -> None:
        """Free the event stream: the gateway has one only, and believes that an earlier connection still reads it."""
        _log.warning(
            "the gateway's events go to another connection (another bot, or one of ours that broke): taking over"
        )
        await self._ask(channel, "Stop", messages.StopRequest(), messages.StopResponse)

    async def _ask(self, channel: Channel, method: str, request: object, reply: type[Any]) -> None:
        async with self._request(channel, method, request, reply, self._limits.start) as stream:
            await stream.send_message(request, end=True)
            await stream.recv_message()

    async def _read(self, channel: Channel) -> None:
        request = messages.EventRequest()
        async with self._request(channel, "Event", request, messages.EventResponse, None) as stream:
            await stream.send_message(request, end=True)
            async for event in stream:
                self._on_event(int(event.type), event.payload)

    async def _until_dead(self, channel: Channel) -> None:
        """Return when grpclib gave the connection up because no pong came.

        It says so only by closing: a plain connection then waits until everything unsent is gone, one with TLS for
        half a minute of polite farewell, and meanwhile no call learns of it. Closing the channel ends them all.
        """
        while True:
            await asyncio.sleep(self._limits.pong / 5)
            protocol = channel._protocol
            if protocol is not None and protocol.connection.is_closing():
                return


def _meaning(method: str, error: GRPCError) -> Refused | Unreachable | Unsure:
    said = f"{method}: {error.status.name}: {error.message or ''}"
    unknown = error.status in (Status.UNKNOWN, Status.INTERNAL)
    if error.status in _FOR_GOOD or (unknown and _NOWHERE.search(said)):
        return Refused(said)
    if error.status in _NOT_BEGUN or (unknown and _LOGGED_OUT.search(said)):
        return Unreachable(said)
    return Unsure(said)


def _name(error: BaseException) -> str:
    """An error in a word or two for the log."""
    if isinstance(error, GRPCError):
        return f"{error.status.name}: {error.message or ''}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
