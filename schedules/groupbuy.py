"""Group buys by the clock: closed at the minute, with the summary in their rooms."""

from community.groupbuy import finding
from community.groupbuy.facts import close_overdue
from schedules.chores import Chore

CLOSE = Chore(
    "截单", due=lambda tx, now: finding.next_close(tx), run=lambda tx, now, house: close_overdue(tx, house, now)
)
