"""Eggs: how many I have, a code to fetch them with, and handing them over.
Type: 我的鸡蛋 / 领鸡蛋 5 / 核销 482913
"""

from datetime import timedelta

from community import eggs, ledger
from community.db import Tx
from community.quantity import QuantityFault, read_quantity
from community.refusal import Refusal
from handlers.command import Ask, Reply, asking, command, say


@command("我的鸡蛋", example="我的鸡蛋", help="我攒了几个鸡蛋", means=asking)
def mine(tx: Tx, ask: Ask) -> Reply:
    """What I hold, and codes I have not used yet."""
    codes = eggs.live_codes(tx, ask.who.id, ask.now)
    return say(
        "eggs/mine",
        name=ask.who.name,
        held=ledger.balance(tx, ask.who.id, "eggs"),
        codes=[{"code": c.code, "eggs": c.eggs, "until": ask.house.local(c.expires_at)} for c in codes],
        rules=ask.house.shop.invite,
        now=ask.now,
    )


@command("领鸡蛋", example="领鸡蛋 5", help="给您一个码，到店报了领鸡蛋", glue="number")
def fetch(tx: Tx, ask: Ask) -> Reply:
    """A six-digit code for so many eggs."""
    try:
        wanted = read_quantity(ask.rest)
    except QuantityFault as fault:
        raise fetch.wrong(fault.text.replace("份", "个") if ask.rest else "要领几个") from fault
    worth = timedelta(hours=ask.house.shop.eggs.code_hours)
    try:
        code = eggs.issue(tx, ask.who.id, wanted, worth, ask.house.random, ask.now)
    except eggs.NoEggs as fault:
        if not ask.house.shop.invite.enabled:
            raise
        raise Refusal("还没有攒下鸡蛋，发“邀请规则”看看怎么攒。") from fault
    return say(
        "eggs/code",
        name=ask.who.name,
        code=code.code,
        eggs=code.eggs,
        until=ask.house.local(code.expires_at),
        now=ask.now,
    )


def redeem(tx: Tx, ask: Ask, digits: str, words: str) -> Reply:
    """Hand over what a code promises; a part of it cannot be had."""
    if words:
        raise Refusal(f"鸡蛋一个码领一回，只发：核销 {digits}")
    done = eggs.hand_over(tx, digits, ask.who.id, ask.now)
    return say("eggs/handed", member=done.member, eggs=done.eggs, left=done.left)
