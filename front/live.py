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
from gateway.reliable import ReliablePuppet
from gateway.weather import OpenMeteo


def go_live(settings: Settings, database: Database) -> None:
    """Connect and work until told to stop, with a log of what happens (never of what is said)."""
    for ours in ("front", "gateway", "handlers", "schedules", "community"):
        logging.getLogger(ours).setLevel(logging.INFO)
    asyncio.run(_live(settings, database))


async def _live(settings: Settings, database: Database) -> None:
    assert settings.endpoint is not None, "only called where a gateway is set"  # noqa: S101 - narrows the type
    database.pen.write(_is_real).result()
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
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: loop.create_task(keting.stop()))
    await keting.run()
    tell("客厅停好了，订单和账都在。")


def _is_real(tx: Tx) -> None:
    """Mark the database as a real shop's; one used for practice is turned away."""
    if setting.get(tx, WORLD) == SIMULATED:
        give_up(
            "这个数据库是练习用的，里面的邻居都是编的。",
            ["正式开张请换一个文件，在 .env 里写：DATABASE_URL=sqlite:///data/shop.db"],
            WRONG_SETTINGS,
        )
    setting.put(tx, WORLD, WECHAT)


def _greet(settings: Settings, database: Database, keting: Keting) -> None:
    now = keting.now()
    tell(f"{keting.house.shop.name}的客厅开工了，正在连微信网关。")
    for coming in keting.clock.coming(now)[:3]:
        tell(f"接下来：{coming.at:%m-%d %H:%M} {coming.title}")
    code = offer_ownership(settings, database, now)
    if code is not None:
        tell(f"还没有店主。请店主用微信私聊把这句话发给机器人：{code}")
    tell("在要我服务的群里，由店主发“启用”。按 Ctrl+C 停下。")
