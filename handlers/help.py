"""Help: what can be said here, made from the commands themselves.
Type: 帮助
"""

from community.db import Tx
from handlers.command import Ask, Command, Reply, Said, Where, command, say

SHORT = 8
"""Examples in the short menu, so that it stays one line."""
WANTED = (
    *("团购", "+", "改", "取消", "我的订单", "我的取货码", "售后", "备注", "特价", "参团", "接龙"),
    *("我的鸡蛋", "领鸡蛋", "我的邀请", "邀请规则", "邀请榜", "绑定", "我住哪", "解绑", "我是", "同意"),
    *("我的数据", "删除我的数据", "帮助"),
    *("开团", "确认", "代", "截单", "撤团", "配图", "海报", "到货", "确认到货", "核销", "收团"),
    *("已付", "未付", "退款", "已退", "表格", "上架", "设特价", "查价", "库存", "进货", "盘点", "别名", "删别名"),
    *("暂停", "继续", "状态", "启用", "停用", "加店员", "加团长", "店员名单", "撤店员"),
)
"""What comes first in the menu: the day of a neighbour (order, look, fetch, complain), then the day of the shop."""


def _asked(said: Said) -> bool:
    """To the bot alone, anything behind the word is a call for help; 菜单 发一下 in a room is said to a neighbour."""
    return not said.rest or not said.room


@command("帮助", "菜单", example="帮助", help="能跟我说什么", means=_asked)
def menu(tx: Tx, ask: Ask) -> Reply:
    """The commands that the one who asks may use here; codes are typed by whoever has been given one."""
    usable = [c for c in ask.commands if c.who <= ask.who.role and _here(c, ask) and _told(c)]
    usable.sort(key=_wanted)
    if not ask.keyword:
        everybody = [c.example for c in usable if not c.who.staff and c is not menu]
        return say("help/short", name=ask.who.name, examples=everybody[:SHORT])
    lines = [{"example": c.example, "help": c.help, "staff": c.who.staff} for c in usable]
    return say("help/menu", in_room=ask.room is not None, name=ask.who.name, commands=lines, shop=ask.house.shop)


def _wanted(found: Command) -> int:
    """How soon people look for it; a command that nobody has put into the order comes last."""
    first = found.keywords[0]
    return WANTED.index(first) if first in WANTED else len(WANTED)


def _told(found: Command) -> bool:
    return found.listed and not found.keywords[0].endswith("-")


def _here(found: Command, ask: Ask) -> bool:
    return found.where is Where.BOTH or (found.where is Where.ROOM) == (ask.room is not None)
