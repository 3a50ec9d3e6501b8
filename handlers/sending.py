"""Sending: the switch that silences the bot, and how it is doing.
Type: 暂停 / 继续 / 状态
"""

from community import outbox, people, setting
from community.db import Tx
from community.people import Role
from handlers.command import Ask, Reply, alone, command, say


@command("暂停", example="暂停", help="我先不说话，订单照记", who=Role.CLERK, everyday=True, means=alone)
def pause(tx: Tx, ask: Ask) -> Reply:
    """Say nothing more until 继续; orders are still taken."""
    setting.put(tx, outbox.PAUSED, "1")
    return say("sending/paused", urgent=True)


@command("继续", example="继续", help="接着说话", who=Role.CLERK, everyday=True, means=alone)
def resume(tx: Tx, ask: Ask) -> Reply:
    """Speak again."""
    setting.put(tx, outbox.PAUSED, "")
    return say("sending/resumed", urgent=True, waiting=outbox.waiting(tx))


@command("状态", example="状态", help="我这会儿怎么样", who=Role.CLERK, means=alone)
def status(tx: Tx, ask: Ask) -> Reply:
    """What waits, what is left of the budget, where the bot speaks."""
    return say(
        "sending/status",
        urgent=True,
        paused=bool(setting.get(tx, outbox.PAUSED)),
        waiting=outbox.waiting(tx),
        last_minute=outbox.sent_since(tx, ask.now.timestamp() - 60),
        today=outbox.sent_since(tx, ask.now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()),
        per_minute=ask.house.shop.sender.per_minute,
        rooms=[room.name for room in people.enabled_rooms(tx)],
    )
