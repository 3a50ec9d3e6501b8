"""The bot on a real gateway, until SIGTERM or SIGINT."""

import asyncio
import logging
import signal
from datetime import datetime
from random import SystemRandom

from community import setting
from community.db import Database, Tx
from front.doorstep import WRONG_SETTINGS, give_up, offer_ownership, tell
from front.keting import Keting, open_house
from front.settings import Settings
from front.world import SIMULATED, WECHAT, WORLD
from gateway.endpoint import Endpoint
from gateway.reliable import ReliablePuppet
from gateway.weather import OpenMeteo

PATIENCE = 5.0
"""Seconds that a first connection may take before the person at the terminal hears that it does not come."""
GLANCE = 0.2
"""Seconds between two looks whether it is there."""


def go_live(settings: Settings, database: Database) -> None:
    """Connect and work until told to stop, with a log of what happens (never of what is said)."""
    if not database.pen.write(_is_real).result():
        give_up(
            "这个数据库是练习用的，里面的邻居都是编的。",
            ["正式开张请换一个文件，在 .env 里写：DATABASE_URL=sqlite:///data/shop.db"],
            WRONG_SETTINGS,
        )
    for ours in ("front", "gateway", "handlers", "schedules", "community"):
        logging.getLogger(ours).setLevel(logging.INFO)
    asyncio.run(_live(settings, database))


async def _live(settings: Settings, database: Database) -> None:
    assert settings.endpoint is not None, "only called where a gateway is set"  # noqa: S101 - narrows the type
    house = open_house(settings, SystemRandom())
    puppet = ReliablePuppet(settings.endpoint)
    keting = Keting(
        settings,
        database,
        house,
        puppet,
        lambda: datetime.now(house.zone),
        connected=lambda: puppet.connected,
        weather=OpenMeteo(house.shop.weather, house.shop.timezone) if house.shop.weather else None,
    )
    _greet(settings, database, keting)
    telling = asyncio.create_task(_tell_of_gateway(puppet, settings.endpoint))
    _stop_on_signals(keting)
    await keting.run()
    telling.cancel()
    tell("客厅停好了，订单和账都在。")


def _is_real(tx: Tx) -> bool:
    """Mark the database as a real shop's; False for one that was used for practice."""
    if setting.get(tx, WORLD) == SIMULATED:
        return False
    setting.put(tx, WORLD, WECHAT)
    return True


def _stop_on_signals(keting: Keting) -> None:
    """SIGTERM and SIGINT end the work cleanly; asking twice does no harm."""
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []  # the loop itself holds on to its tasks only weakly
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: stopping.append(loop.create_task(keting.stop())))


async def _tell_of_gateway(puppet: ReliablePuppet, endpoint: Endpoint) -> None:
    """Say once that the gateway cannot be reached, and that it was; the log has every attempt."""
    try:
        async with asyncio.timeout(PATIENCE):
            await _connected(puppet)
    except TimeoutError:
        tell(
            f"还连不上微信网关 {endpoint.host}:{endpoint.port}，我会一直试，不用重启。",
            "请看看网关开了没有，.env 里的地址和 token 对不对。",
        )
        await _connected(puppet)
    tell("连上微信网关了。")


async def _connected(puppet: ReliablePuppet) -> None:
    while not puppet.connected:  # noqa: ASYNC110 - the puppet tells nobody, and this ends with the first connection
        await asyncio.sleep(GLANCE)


def _greet(settings: Settings, database: Database, keting: Keting) -> None:
    now = keting.now()
    tell(f"{keting.house.shop.name}的客厅开工了，正在连微信网关。")
    for coming in keting.clock.coming(now)[:3]:
        tell(f"接下来：{coming.at:%m-%d %H:%M} {coming.title}")
    code = offer_ownership(settings, database, now)
    if code is not None:
        tell(f"还没有店主。请店主用微信私聊把这句话发给机器人：{code}")
    tell("在要我服务的群里，由店主发“启用”。按 Ctrl+C 停下。")
