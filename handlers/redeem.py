"""Redeeming: staff type the code that a neighbour reads out; each feature knows its codes by their number of digits.
Type: 核销 482913 / 核销 4821 / 核销 4821 苹果1
"""

import re
from collections.abc import Callable, Mapping

from community import redeem
from community.db import Tx
from community.people import Role
from community.redeem import NoSuchCode
from handlers import eggs, pickup
from handlers.command import Ask, Reply, command, say

TILLS: Mapping[int, Callable[[Tx, Ask, str, str], Reply]] = {6: eggs.redeem, 4: pickup.redeem}
"""By number of digits, what hands over: it gets the code and what stands behind it."""
_CODE = re.compile(r"([0-9]+)(?![0-9])\s*(.*)")


@command("核销", example="核销 482913", help="收邻居报的码：六位的给鸡蛋，四位的交货", who=Role.LEADER, glue="number")
def hand_over(tx: Tx, ask: Ask) -> Reply:
    """Hand over what a code promises; who typed too many wrong ones has to wait."""
    redeem.may_try(tx, ask.who.id, ask.now)
    found = _CODE.match(ask.rest)
    till = TILLS.get(len(found[1])) if found else None
    if found is None or till is None:
        raise hand_over.wrong("领取码是6位数字，取货码是4位")
    try:
        return till(tx, ask, found[1], found[2].strip())
    except NoSuchCode as fault:
        redeem.miss(tx, ask.who.id, ask.now)
        return say("redeem/unknown", name=ask.who.name if ask.room else None, text=fault.text)
