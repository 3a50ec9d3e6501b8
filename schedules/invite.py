"""Invites by the clock: earned when the newcomer has stayed long enough; while the campaign is off they wait."""

from community import invite
from schedules.chores import Chore

SETTLE = Chore(
    "邀请到期",
    due=lambda tx, now: invite.next_due(tx),
    run=lambda tx, now, house: invite.settle_due(tx, house.shop.invite, now),
    wanted=lambda house: house.shop.invite.enabled,
)
