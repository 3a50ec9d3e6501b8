"""Pictures of group buys: staff ask for it, the next picture they send here is the one.
Type: 配图 / 配图 苹果
"""

from community.db import Tx
from community.groupbuy import buys, finding, picture
from community.groupbuy.offer import choose_buy
from community.people import Role
from community.refusal import Refusal
from handlers.command import Ask, Reply, Where, command, say


@command(
    "配图",
    example="配图 砂糖橘",
    help="给团配张图，发完口令接着发图",
    who=Role.LEADER,
    where=Where.ROOM,
    everyday=True,
    pictures=True,
)
def ask_for(tx: Tx, ask: Ask) -> Reply:
    """The next picture from me here belongs to a group buy that is open or that I have drafted."""
    mine = finding.drafts(tx, ask.here.id, ask.who.id, ask.now - buys.DRAFT_LASTS)
    found = [*mine[-1:], *finding.running_in(tx, ask.here.id, ask.now)]
    if not found:
        raise Refusal("现在没有开着的团，先发“开团”，再配图。")
    buy = choose_buy(found, ask.rest or None, "配图 {}")
    picture.ask(tx, buy, ask.here.id, ask.who.id, ask.now)
    return say("picture/wanted", title=buy.title)
