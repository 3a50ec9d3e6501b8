"""Notes: a word about my orders for whoever packs them; staff see all of them.
Type: 备注 要小的 / 备注 苹果 要小的 / 备注 取消 / 备注
"""

import re

from community.db import Tx
from community.groupbuy import note as notes
from community.groupbuy.note import Noted
from community.refusal import Refusal
from handlers.command import Ask, Reply, command, say

LISTED = 60
"""Notes shown to staff; the rest is counted."""
_TALK = re.compile(r"[一写改了是里的好过那上名栏信有没吗呢]")
"""How a sentence about notes goes on (备注一下, 备注写了): glued so, it is talk."""


@command("备注", example="备注 要小的", help="给自己的单写句话，只发“备注”看写了什么", everyday=True, glue="any")
def note(tx: Tx, ask: Ask) -> Reply | None:
    """Write a note on what I have ordered, or show what is written."""
    if ask.glued and _TALK.match(ask.rest):
        return None
    running = notes.of_member(tx, ask.who.id)
    if not ask.rest:
        return _shown(tx, ask, running)
    orders = [one for one in running if one.state == "open" and one.closes_at > ask.now.timestamp()]
    if not orders:
        _excuse(tx, ask, running)
        return None
    chosen, words = notes.read(ask.rest, orders, "备注 {}")
    for one in chosen:
        words = notes.keep(tx, one.order_id, words, ask.who.id, ask.now)
    return say("note/kept", name=ask.who.name, words=words, orders=[one._asdict() for one in chosen])


def _shown(tx: Tx, ask: Ask, running: list[Noted]) -> Reply | None:
    """My notes; all that are written on what runs here, for staff."""
    if ask.who.role.staff:
        written = notes.written(tx, ask.room.id if ask.room else None)
        listed = [one._asdict() for one in written[:LISTED]]
        return say("note/list", notes=listed, rest=len(written[LISTED:]), direct=ask.room is None)
    if not running:
        return None
    return say("note/mine", name=ask.who.name, orders=[one._asdict() for one in running])


def _excuse(tx: Tx, ask: Ask, running: list[Noted]) -> None:
    """Whoever has nothing open on order hears why, unless these were words like any others."""
    if running:
        raise Refusal("团已经截单了，有要交代的跟店里说一声。")
    if not ask.glued and ask.room is not None and ask.open(tx):
        raise Refusal("现在开着的团里还没有您的订单，订了再写备注。")
