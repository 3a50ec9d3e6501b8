"""Invite for eggs: who I brought, who brought most, and the rules.
Type: 我的邀请 / 邀请榜 / 邀请规则
"""

from community import invite
from community.db import Tx
from handlers.command import Ask, Reply, asking, command, say


@command("邀请规则", example="邀请规则", help="带邻居进群送鸡蛋的规则", means=asking)
def rules(tx: Tx, ask: Ask) -> Reply:
    """The whole rules, as the shop has set them, whether the campaign is on or off."""
    return say("invite/rules", rules=ask.house.shop.invite, eggs=ask.house.shop.eggs)


@command("我的邀请", example="我的邀请", help="我带来了几位邻居", means=asking)
def mine(tx: Tx, ask: Ask) -> Reply:
    """What became of everyone I brought."""
    settings = ask.house.shop.invite
    return say(
        "invite/mine",
        name=ask.who.name,
        tally=invite.tally(tx, settings, ask.who.id),
        reasons=invite.void_reasons(tx, ask.who.id),
        rules=settings,
    )


@command("邀请榜", example="邀请榜", help="这个月谁带来的邻居最多", means=asking)
def ranking(tx: Tx, ask: Ask) -> Reply:
    """The ten who brought most this month."""
    return say("invite/ranking", places=invite.ranking(tx, ask.now), rules=ask.house.shop.invite)
