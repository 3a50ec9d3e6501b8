"""Pickups by the clock: who has not fetched what came for them is called."""

from community import uncollected
from schedules.chores import Chore

CALL = Chore(
    "没来取的",
    due=lambda tx, now: uncollected.next_due(tx),
    run=lambda tx, now, house: uncollected.remind(tx, house, now),
)
