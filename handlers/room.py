"""Rooms: where the bot speaks.
Type: 启用 / 停用
"""

from community import outbox, people
from community.db import Tx
from community.groupbuy import finding
from community.people import Role
from handlers.command import Ask, Reply, Where, alone, command, say


@command(
    "启用",
    example="启用",
    help="让我在这个群里开工",
    who=Role.OWNER,
    where=Where.ROOM,
    everyday=True,
    anywhere=True,
    means=alone,
)
def enable(tx: Tx, ask: Ask) -> Reply:
    """Speak in this room from now on."""
    people.switch(tx, ask.here.id, on=True, now=ask.now)
    return say("room/enabled", again=ask.here.enabled, shop=ask.house.shop, room=ask.here)


@command(
    "停用", example="停用", help="让我在这个群里歇着", who=Role.OWNER, where=Where.ROOM, everyday=True, means=alone
)
def disable(tx: Tx, ask: Ask) -> Reply:
    """Be silent in this room from now on."""
    running = finding.running_in(tx, ask.here.id, ask.now)
    people.switch(tx, ask.here.id, on=False, now=ask.now)
    outbox.withhold(tx, ask.here.id)
    return say("room/disabled", room=ask.here, running=[buy.title for buy in running])
