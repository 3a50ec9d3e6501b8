"""Sheets by the clock: within a minute of its close, a group buy's papers go to those whom they concern."""

from community.sheet import handing
from schedules.chores import Chore

HAND_OUT = Chore(
    "汇总表", due=lambda tx, now: handing.next_due(tx), run=lambda tx, now, house: handing.hand_out(tx, house, now)
)
