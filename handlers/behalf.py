"""On behalf: staff order, change, cancel and note for a neighbour; after the close with a reason.
Type: 代 王阿姨 +2 / 代 王阿姨 A2 B1 / 代 王阿姨 改 1，她临时出门 / 代 王阿姨 取消 / 代 王阿姨 备注 要小的
"""

from typing import Any

from community import outbox, people
from community.behalf import reading
from community.behalf.doing import Behalf, Clerk, Done
from community.behalf.reading import Said
from community.chain import whose
from community.db import Tx
from community.groupbuy.amend import Amended
from community.groupbuy.facts import standing_facts
from community.people import Role
from community.quantity import QuantityFault
from community.refusal import Refusal
from handlers.command import Ask, Reply, Where, command, say


@command(
    "代",
    "代订",
    example="代 王阿姨 +2",
    help="替邻居订；改、取消、备注也这样写，截单以后再加一句为什么：代 王阿姨 改 1，她临时出门",
    who=Role.LEADER,
    where=Where.ROOM,
    everyday=True,
    glue="any",
)
def behalf(tx: Tx, ask: Ask) -> Reply | None:
    """Do for somebody what they could do themselves; what is glued to 代 (代购的事) counts only before a known name."""
    if not ask.rest:
        return None
    task = Behalf(tx, Clerk(ask.who.id, ask.here.id, ask.open(tx), ask.now))
    said = reading.read(ask.rest, task.people.names(), task.is_goods)
    if ask.glued and not task.people.knows(said):
        return None
    if not (said.name or said.home):
        raise behalf.wrong("写上替谁")
    try:
        return _answer(tx, ask, said, getattr(task, said.verb)(said))
    except QuantityFault as fault:
        raise _no_number(said, fault) from fault


def _no_number(said: Said, fault: QuantityFault) -> Refusal:
    """What was wrong with a number, with an example of the same kind."""
    whom = said.whom
    if said.verb == "alter":
        return Refusal(f"{fault.text}，可以这样发：代 {whom} 改 1，都不要了就发：代 {whom} 取消")
    return Refusal(f"{fault.text}，可以这样发：代 {whom} +2")


def _answer(tx: Tx, ask: Ask, said: Said, done: Done) -> Reply:
    facts: dict[str, Any] = {
        "name": _called(said, done),
        "to": done.member.name,
        "by": ask.who.name,
        "known": not people.is_named(done.member.id),
        "words": done.words,
        "late": done.late,
        "new": done.new,
        "row": done.row,
        "now": ask.now,
    }
    if said.verb == "note":
        return say("behalf/noted", **facts, orders=[one._asdict() for one in done.noted], shown=not said.words)
    if not done.amended:
        standings = [standing_facts(ask.house, one) for one in done.standings]
        return say("behalf/ordered", **facts, done=standings, total=sum(one.cents for one in done.standings))
    reply = say("behalf/amended", **facts, **_sums(ask, done.amended))
    _tell_elsewhere(tx, ask, done.amended, reply)
    return reply


def _called(said: Said, done: Done) -> str:
    """As staff called them, and as they call themselves where that is another name."""
    name = done.member.name
    return name if not said.name or whose.compared(said.name) == whose.compared(name) else f"{said.name}（{name}）"


def _sums(ask: Ask, amended: list[Amended]) -> dict[str, Any]:
    """What was changed, and in cents what is owed for it now, what goes back and what is still to be paid."""
    return {
        "done": [standing_facts(ask.house, one.standing) for one in amended],
        "fresh": not any(one.standing.before for one in amended),
        "due": sum(one.due for one in amended),
        "back": sum(one.back for one in amended),
        "open": sum(one.open for one in amended),
    }


def _tell_elsewhere(tx: Tx, ask: Ask, amended: list[Amended], reply: Reply) -> None:
    """Whoever ordered in another room hears of it there."""
    rooms = {one.room_id for one in amended} - {ask.here.id}
    for room_id in sorted(room for room in rooms if people.enabled(tx, room)):
        text = ask.house.wording.render(reply.template, **reply.values)
        outbox.say(tx, room_id, text, "notice", ask.now)
