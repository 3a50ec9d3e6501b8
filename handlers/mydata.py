"""My data: what the shop keeps about me, and forgetting it.
Type: 我的数据 / 删除我的数据 / 确认删除我的数据
"""

from community import mydata
from community.db import Tx
from handlers.command import Ask, Reply, Where, command, say


@command("我的数据", example="我的数据", help="店里记着我的什么", where=Where.DIRECT)
def show(tx: Tx, ask: Ask) -> Reply:
    """Everything that is kept about the one who asks."""
    return say("mydata/held", name=ask.who.name, held=mydata.held(tx, ask.who.id))


@command("删除我的数据", example="删除我的数据", help="让店里忘掉我", where=Where.DIRECT)
def ask_first(tx: Tx, ask: Ask) -> Reply:
    """Say what would be lost and what is still unfinished, and ask."""
    open_ends = mydata.unfinished(tx, ask.who.id, ask.now)
    return say("mydata/sure", held=mydata.held(tx, ask.who.id), unfinished=open_ends)


@command("确认删除我的数据", example="确认删除我的数据", help="真的忘掉我", where=Where.DIRECT, listed=False)
def forget(tx: Tx, ask: Ask) -> Reply:
    """Forget the one who asks."""
    mydata.forget(tx, ask.who, ask.now)
    return say("mydata/forgotten")
