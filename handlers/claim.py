"""Claims: a resident says what was wrong with the goods, staff settle it by its number, the resident hears.
Type: 售后 苹果坏了2个 / 售后 17 / staff: 售后 / 售后 17 退 5.9元 / 售后 17 补 1份 / 售后 17 不退 原因
"""

import re
from typing import Any

from community import claim, claim_photo, outbox
from community.claim import Opened
from community.db import Tx
from community.groupbuy import finding
from community.groupbuy.offer import called
from community.money import MoneyFault, read_cents
from community.quantity import QuantityFault, normalise, read_quantity
from community.refusal import Refusal
from handlers.command import Ask, Reply, Said, command, say, silence

LISTED = 20
"""Open claims named in the list; the rest is counted."""
_SETTLING = re.compile(r"(?:#|第)?([0-9]{1,9})(?:号|#)? ?(不退|不补|不赔|驳回|退|补|赔)(?:款|货)?[ :,]*(.*)")
_NUMBER = re.compile(r"(?:#|第)?([0-9]{1,9})(?:号|#)?")


def _told(said: Said) -> bool:
    """售后 坏了两个, 售后17 退5元; 售后服务真好 is talk."""
    return not said.glued or said.rest[:1].isdigit()


@command("售后", example="售后 苹果坏了2个", help="货有毛病说一声，店里来处理", glue="any", pictures=True, means=_told)
def tell(tx: Tx, ask: Ask) -> Reply:
    """Open a claim; staff see the open ones, and settle one by its number."""
    text = normalise(ask.rest[: claim.LONGEST])
    settling = _SETTLING.fullmatch(text)
    if settling is not None:
        return _settle(tx, ask, int(settling[1]), settling[2], settling[3].strip())
    if _NUMBER.fullmatch(text):
        return _show(tx, ask, int(_NUMBER.sub(r"\1", text)))
    if not text and ask.who.role.staff:
        waiting = claim.waiting(tx)
        shown = [_facts(one) | {"photos": len(claim_photo.of(tx, one.id))} for one in waiting[:LISTED]]
        return say("claim/list", claims=shown, rest=len(waiting[LISTED:]))
    if not text:
        raise tell.wrong("写上是哪样、怎么了")
    had = claim.meant(tx, ask.who.id, text, ask.now)
    number = claim.file(tx, had, ask.who.id, ask.room.id if ask.room else None, text, ask.now)
    return say("claim/opened", name=ask.who.name, number=number, item=called(had.item, had.spec, finding.namesakes(tx)))


def _show(tx: Tx, ask: Ask, number: int) -> Reply:
    """One claim, and to staff who ask directly its photos, after the words."""
    found = claim.look_up(tx, number)
    if not (ask.who.role.staff or found.member_id == ask.who.id):
        raise Refusal(f"{number} 号售后不是您的。")
    photos = claim_photo.of(tx, found.id)
    shown = ask.room is None and ask.who.role.staff
    facts = _facts(found) | found._asdict() | {"photos": len(photos), "shown": shown, "now": ask.now}
    facts |= {"opened": ask.house.local(found.opened_at), "staff": ask.who.role.staff}
    if not (shown and photos):
        return say("claim/shown", **facts)
    outbox.say(tx, ask.who.id, ask.house.wording.render("claim/shown", **facts), "answer", ask.now)
    for at, name in enumerate(photos, 1):
        outbox.say(tx, ask.who.id, f"售后{number} 照片{at}.jpg", "answer", ask.now, image=name)
    return silence()


def _settle(tx: Tx, ask: Ask, number: int, verb: str, rest: str) -> Reply:
    if not ask.who.role.staff:
        raise Refusal("退还是补由店里来定，等店里回话就好。")
    found = claim.find(tx, number)
    facts = _facts(found) | {"cents": 0, "quantity": 0, "reason": "", "code": ""}
    if verb.startswith("不") or verb == "驳回":
        if not rest:
            raise Refusal(f"写上原因，可以这样发：售后 {number} 不退 超过两天了")
        claim.decline(tx, found, rest, ask.who.id, ask.now)
        facts |= {"outcome": "declined", "reason": rest[: claim.LONGEST]}
    elif verb == "补":
        facts |= {"outcome": "replaced", "quantity": _portions(number, rest)}
        facts["code"] = claim.replace(tx, found, facts["quantity"], ask.who.id, ask.house.random, ask.now)
    else:
        facts |= {"outcome": "refunded", "cents": _cents(number, rest)}
        claim.refund(tx, found, facts["cents"], ask.who.id, ask.now)
    reply = say("claim/settled", **facts)
    if not (ask.room and ask.room.id == found.room_id):
        _let_know(tx, ask, found, reply)
    return reply


def _let_know(tx: Tx, ask: Ask, found: Opened, reply: Reply) -> None:
    """Tell the resident where they said it, unless they read the answer anyway."""
    text = ask.house.wording.render(reply.template, **reply.values)
    outbox.say(tx, found.room_id or found.member_id, text, "notice", ask.now, cause=f"claim:{found.id}")


def _cents(number: int, words: str) -> int:
    try:
        return read_cents(words)
    except MoneyFault as fault:
        raise Refusal(f"{fault.text}，可以这样发：售后 {number} 退 5.9元") from fault


def _portions(number: int, words: str) -> int:
    try:
        return read_quantity(words)
    except QuantityFault as fault:
        raise Refusal(f"{fault.text}，可以这样发：售后 {number} 补 1份") from fault


def _facts(found: Opened) -> dict[str, Any]:
    return {"number": found.id, "name": found.name, "item": found.item, "unit": found.unit, "text": found.text}
