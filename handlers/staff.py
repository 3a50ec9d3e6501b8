"""Staff: who owns the shop, who works there.
Type: 店主-48291377 / 加店员 / 加团长 / 店员-48291377 / 团长-48291377 / 店员名单 / 撤店员 1
"""

from community import staff
from community.db import Tx
from community.people import Role
from community.quantity import QuantityFault, read_quantity
from handlers.command import Ask, Reply, Where, command, say


@command(
    "店主-",
    example="店主-48291377",
    help="认店主（开机时给的口令）",
    where=Where.DIRECT,
    everyday=True,
    glue="any",
    reshapes=True,
)
def own(tx: Tx, ask: Ask) -> Reply | None:
    """The first to send the code that start-up printed owns the shop."""
    return _claim(tx, ask, Role.OWNER)


@command(
    "店员-",
    example="店员-48291377",
    help="用店主给的口令当店员",
    where=Where.DIRECT,
    everyday=True,
    glue="any",
    reshapes=True,
)
def become_clerk(tx: Tx, ask: Ask) -> Reply | None:
    """Become a clerk with the owner's code."""
    return _claim(tx, ask, Role.CLERK)


@command(
    "团长-",
    example="团长-48291377",
    help="用店主给的口令当团长",
    where=Where.DIRECT,
    everyday=True,
    glue="any",
    reshapes=True,
)
def become_leader(tx: Tx, ask: Ask) -> Reply | None:
    """Become a leader with the owner's code."""
    return _claim(tx, ask, Role.LEADER)


def _claim(tx: Tx, ask: Ask, role: Role) -> Reply:
    welcome = staff.claim(tx, role, f"{role.word}-{ask.rest}", ask.who, ask.now)
    return say("staff/claimed" if welcome else "staff/unknown", role=role.word, name=ask.who.name)


@command("加店员", example="加店员", help="给新店员一个口令", who=Role.OWNER, where=Where.DIRECT)
def add_clerk(tx: Tx, ask: Ask) -> Reply:
    """A code for a new clerk."""
    return _offer(tx, ask, Role.CLERK)


@command("加团长", example="加团长", help="给新团长一个口令", who=Role.OWNER, where=Where.DIRECT)
def add_leader(tx: Tx, ask: Ask) -> Reply:
    """A code for a new leader."""
    return _offer(tx, ask, Role.LEADER)


def _offer(tx: Tx, ask: Ask, role: Role) -> Reply:
    code = staff.offer(tx, role, ask.house.random, ask.now)
    return say("staff/offered", role=role.word, code=code, minutes=int(staff.LASTS.total_seconds() // 60))


@command("店员名单", example="店员名单", help="店里都有谁", who=Role.OWNER, where=Where.DIRECT)
def roster(tx: Tx, ask: Ask) -> Reply:
    """Everyone who works for the shop, numbered."""
    found = [{"name": c.name, "role": Role(c.role).word} for c in staff.colleagues(tx)]
    return say("staff/roster", colleagues=found)


@command(
    "撤店员",
    example="撤店员 1",
    help="按名单上的编号撤掉",
    who=Role.OWNER,
    where=Where.DIRECT,
    glue="number",
    reshapes=True,
)
def dismiss(tx: Tx, ask: Ask) -> Reply:
    """Make a clerk or leader a resident again."""
    try:
        number = read_quantity(ask.rest)
    except QuantityFault as fault:
        raise dismiss.wrong("要写名单上的编号") from fault
    return say("staff/dismissed", name=staff.dismiss(tx, number).name)
