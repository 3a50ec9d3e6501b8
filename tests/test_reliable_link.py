"""The reliable puppet's connection to the real npm gateway: lost, dead, taken by another, encrypted, stopped."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.endpoint import Endpoint, endpoint_from
from gateway.link import Limits
from gateway.reliable import ReliablePuppet
from gateway.transport import Unsure
from tests.half_open import Proxy
from tests.npm_gateway import NpmGateway, free_port, running_gateway, until
from tests.reliable_bot import QUICK, ROOM, Bot, a_bot


@pytest.fixture(scope="module")
def process() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(process: NpmGateway) -> Iterator[NpmGateway]:
    process.reset()
    yield process
    assert process.broken == []


@pytest.fixture
async def bot(gateway: NpmGateway) -> AsyncIterator[Bot]:
    async with a_bot(gateway.port) as bot:
        await bot.online()
        yield bot


async def test_a_gateway_that_comes_later_is_found(gateway: NpmGateway) -> None:
    with running_gateway() as late:
        late.kill()
        async with a_bot(late.port) as bot:
            assert bot.puppet.away_since is not None
            assert not bot.puppet.connected
            late.start()
            await bot.online()
            assert bot.puppet.away_since is None
            assert await bot.hears(late)


async def test_a_gateway_that_is_killed_and_restarted_is_found_again(gateway: NpmGateway) -> None:
    with running_gateway() as mortal:
        async with a_bot(mortal.port) as bot:
            await bot.online()
            mortal.kill()
            await until(lambda: not bot.puppet.connected)
            assert bot.puppet.away_since is not None
            mortal.start()
            await bot.online()
            assert await bot.hears(mortal)
            assert await bot.puppet.message_send_text(ROOM, "回来了")


async def test_words_on_their_way_when_the_gateway_dies_are_unsure(gateway: NpmGateway) -> None:
    with running_gateway() as mortal:
        async with a_bot(mortal.port) as bot:
            await bot.online()
            mortal.do("hold", what="messageSendText")
            saying = asyncio.create_task(bot.puppet.message_send_text(ROOM, "记下了"))
            assert await bot.hears(mortal)  # behind the words on the same connection
            mortal.kill()
            with pytest.raises(Unsure):
                await saying


async def test_two_bots_on_one_account_are_survived(gateway: NpmGateway, bot: Bot) -> None:
    async with a_bot(gateway.port) as second:
        await second.online()
        assert gateway.called("stop")
    assert await bot_is_back(bot)
    assert await bot.hears(gateway)


async def bot_is_back(bot: Bot) -> bool:
    """Whether a bot that was displaced connects again."""
    await bot.online()
    return True


async def test_a_half_open_link_is_noticed_and_replaced(gateway: NpmGateway) -> None:
    async with Proxy(gateway.port) as proxy, a_bot(proxy.port) as bot:
        await bot.online()
        proxy.freeze()
        saying = asyncio.create_task(bot.puppet.message_send_text(ROOM, "有人吗"))
        await until(lambda: not bot.puppet.connected, within=5)
        with pytest.raises(Unsure):
            await saying
        await bot.online()
        assert await bot.hears(gateway)


async def test_an_idle_link_is_asked_for_life_again_and_again(gateway: NpmGateway) -> None:
    async with Proxy(gateway.port) as proxy, a_bot(proxy.port, limits=replace(QUICK, ping=0.05)) as bot:
        await bot.online()
        started, so_far = len(gateway.called("start")), proxy.passed
        await until(lambda: proxy.passed >= so_far + 12)  # grpclib alone falls silent after two
        assert (proxy.taken, len(gateway.called("start"))) == (1, started)
        assert bot.puppet.connected


async def test_attempts_come_ever_more_slowly(gateway: NpmGateway) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with a_bot(free_port(), limits=replace(QUICK, back_off=1, back_off_most=60), sleep=note):
        await until(lambda: len(pauses) >= 20)
    assert all(low <= pause <= 2 * low for low, pause in zip((0.5, 1, 2, 4, 8, 16), pauses, strict=False))
    assert all(30 <= pause <= 60 for pause in pauses[7:])
    assert len(set(pauses)) == len(pauses)


# --- TLS ---


@pytest.fixture(scope="module")
def secure() -> Iterator[NpmGateway]:
    with running_gateway(tls=True) as gateway:
        yield gateway


def settings(gateway: NpmGateway, **more: str) -> Endpoint:
    """What a user's .env says of a gateway."""
    names = {"TOKEN": gateway.token, "ENDPOINT": f"127.0.0.1:{gateway.port}", **more}
    endpoint = endpoint_from({f"WECHATY_PUPPET_SERVICE_{name}": value for name, value in names.items()})
    assert endpoint is not None
    return endpoint


async def test_tls_is_the_default(secure: NpmGateway) -> None:
    async with a_bot(0, endpoint=settings(secure)) as bot:
        await bot.online()
        assert await bot.hears(secure)
        assert await bot.puppet.message_send_text(ROOM, "早")


async def test_a_plain_gateway_needs_the_switch(gateway: NpmGateway) -> None:
    async with a_bot(0, endpoint=settings(gateway, NO_TLS_INSECURE_CLIENT="true")) as bot:
        await bot.online()
        assert await bot.hears(gateway)


@pytest.mark.parametrize("more", [{"TLS_SERVER_NAME": "someone-else"}, {"NO_TLS_INSECURE_CLIENT": "true"}])
async def test_a_gateway_that_is_not_what_it_should_be_is_not_trusted(
    secure: NpmGateway, more: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with a_bot(0, endpoint=settings(secure, **more)) as bot:
        await until(lambda: caplog.text.count("no connection to the gateway") >= 2)
        assert not bot.puppet.connected


async def test_a_half_open_link_with_tls_is_noticed_too(secure: NpmGateway) -> None:
    async with Proxy(secure.port) as proxy, a_bot(0, endpoint=replace(settings(secure), port=proxy.port)) as bot:
        await bot.online()
        proxy.freeze()
        await until(lambda: not bot.puppet.connected, within=5)
        await bot.online()
        assert await bot.hears(secure)


async def test_a_wrong_token_is_not_let_in(gateway: NpmGateway, caplog: pytest.LogCaptureFixture) -> None:
    async with a_bot(gateway.port, token="insecure_wrong") as bot:
        await until(lambda: "UNAUTHENTICATED" in caplog.text)
        assert not bot.puppet.connected


# --- stopping: `a_bot` itself allows five seconds ---


async def test_stop_before_start_lets_start_return(gateway: NpmGateway) -> None:
    puppet = ReliablePuppet(Endpoint("127.0.0.1", gateway.port, gateway.token))
    await puppet.stop()
    async with asyncio.timeout(5):
        await puppet.start()


async def test_stop_while_nobody_answers(gateway: NpmGateway, caplog: pytest.LogCaptureFixture) -> None:
    async with a_bot(free_port(), limits=Limits()) as bot:
        await until(lambda: "no connection" in caplog.text)
        assert not bot.puppet.connected


async def test_stop_while_connecting(gateway: NpmGateway) -> None:
    async with Proxy(gateway.port) as proxy:
        proxy.refuse()
        async with a_bot(proxy.port, limits=Limits()) as bot:
            await until(lambda: proxy.taken)
            assert not bot.puppet.connected


async def test_stop_on_a_half_open_link(gateway: NpmGateway) -> None:
    async with Proxy(gateway.port) as proxy, a_bot(proxy.port, limits=Limits()) as bot:
        await bot.online()
        gateway.do("hold", what="+1")
        gateway.say("wang", ROOM, "+1")
        proxy.refuse()
        assert bot.puppet.connected


async def test_stop_while_a_handler_hangs(gateway: NpmGateway, bot: Bot) -> None:
    began = asyncio.Event()

    async def endless(kind: str, payload: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    bot.puppet.listen(endless)
    gateway.say("wang", ROOM, "+1")
    await began.wait()


async def test_stop_lets_what_is_being_handled_end(gateway: NpmGateway, bot: Bot) -> None:
    began, may_end, told = asyncio.Event(), asyncio.Event(), []

    async def careful(kind: str, payload: Any) -> None:
        began.set()
        await may_end.wait()
        told.append(await bot.puppet.message_send_text(ROOM, "记下了"))

    bot.puppet.listen(careful)
    gateway.say("wang", ROOM, "+1")
    await began.wait()
    stopping = asyncio.create_task(bot.puppet.stop())
    may_end.set()
    await stopping
    assert told


async def test_the_gateway_stays_logged_in_when_the_bot_stops(gateway: NpmGateway) -> None:
    async with a_bot(gateway.port) as bot:
        await bot.online()
        gateway.calls.clear()
    assert gateway.called("stop") == []
