"""Posters of an open group buy, to pass on.
Type: 海报 / 海报 苹果
"""

from community import outbox, poster
from community.db import Tx
from community.filename import file_name
from community.groupbuy import buys, finding
from community.groupbuy.offer import choose_buy
from community.people import Role
from community.refusal import Refusal
from handlers.command import Ask, Picture, Where, command, no_talk


@command("海报", example="海报", help="出一张开团海报", who=Role.LEADER, where=Where.ROOM, everyday=True, means=no_talk)
def show(tx: Tx, ask: Ask) -> Picture:
    """A picture of what is open here."""
    found = finding.running_in(tx, ask.here.id, ask.now)
    if not found:
        buys.draft_first(tx, ask.here.id, ask.who.id, ask.now)
        raise Refusal("现在没有开着的团，开了再出海报。")
    buy = choose_buy(found, ask.rest or None, "海报 {}")
    painted, fault = poster.painted(tx, ask.house, ask.uploads, buy, ask.now)
    if fault:
        text = f"{buy.title} 的配{fault}，海报先不带图。在群里发“配图”再换一张就好。"
        outbox.say(tx, ask.who.id, text, "answer", ask.now)
    return Picture(file_name(buy.name, " 海报.png"), painted)
