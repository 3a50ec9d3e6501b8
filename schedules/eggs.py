"""Eggs by the clock: codes that nobody used in time lapse."""

from community import eggs
from schedules.chores import Chore

LAPSE = Chore("领取码过期", due=lambda tx, now: eggs.next_expiry(tx), run=lambda tx, now, house: eggs.expire(tx, now))
