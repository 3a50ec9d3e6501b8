"""Group buys by the clock: closed at the minute with the summary in their rooms, reminded of before it."""

from community.groupbuy import finding, reminders
from community.groupbuy.facts import close_overdue
from schedules.chores import Chore

CLOSE = Chore(
    "截单", due=lambda tx, now: finding.next_close(tx), run=lambda tx, now, house: close_overdue(tx, house, now)
)
REMIND = Chore(
    "截单提醒",
    due=lambda tx, now: reminders.next_due(tx),
    run=lambda tx, now, house: reminders.remind(tx, house, now),
)
