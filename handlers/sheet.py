"""Sheets of a group buy, sent directly as an Excel file: totals, picking list, labels, reckoning.
Type: 表格 / 表格 苹果
"""

from community.db import Tx
from community.people import Role
from community.refusal import Refusal
from community.sheet import handing
from community.sheet.paper import read_paper
from handlers.command import Ask, Reply, command, say


@command("表格", "汇总表", example="表格", help="把汇总表私发给您，Excel 的", who=Role.LEADER, everyday=True)
def again(tx: Tx, ask: Ask) -> Reply:
    """The papers as they stand now, of the group buy named or else of the one closed last."""
    paper = read_paper(tx, ask.house.shop, ask.rest or None)
    if not paper.lines:
        raise Refusal(f"{paper.buy.name} 没有人订，没有表格可发。")
    handing.hand(tx, paper, ask.who.id, ask.now)
    return say("sheet/again", direct=ask.room is None, **handing.facts(paper))
