"""Households: which door I live behind.
Type: 绑定 3-2-501 / 我住哪 / 解绑
"""

from community.db import Tx
from community.household import doors, read_household
from handlers.command import Ask, Reply, alone, command, say


@command("绑定", example="绑定 3-2-501", help="告诉店里您住哪一户：楼-单元-门牌", glue="number")
def bind(tx: Tx, ask: Ask) -> Reply:
    """Tell where I live; several people may share a door."""
    household = read_household(ask.rest)
    if household is None:
        raise bind.wrong("没看懂是哪一户" if ask.rest else "写上楼、单元、门牌")
    before = doors.home(tx, ask.who.id)
    doors.move_in(tx, ask.who.id, household)
    told = str(before) if before and ask.room is None else None  # what was typed before is not read out in a room
    return say("household/bound", name=ask.who.name, home=str(household), before=told)


@command("我住哪", example="我住哪", help="店里记的我住哪一户", means=alone)
def home(tx: Tx, ask: Ask) -> Reply:
    """Where the shop thinks I live, in a room the building alone; 我住哪 is also how many a sentence begins."""
    found = doors.home(tx, ask.who.id)
    building = found.building if found and ask.room else None
    return say("household/home", name=ask.who.name, home=str(found) if found else None, building=building)


@command("解绑", example="解绑", help="让店里忘掉我住哪", means=alone)
def unbind(tx: Tx, ask: Ask) -> Reply:
    """Forget where I live."""
    return say("household/unbound", name=ask.who.name, known=doors.move_out(tx, ask.who.id))
