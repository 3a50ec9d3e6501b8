"""Sense: what a plan says that will never be heard, though every line of it can be read.

A post whose every moment lies in the quiet hours and that is stale before they end; a room that nobody has.
"""

import difflib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from community.pacing import Quiet
from community.posts import Post
from community.shop import Fault
from schedules.cron import CrontabTrigger
from schedules.plan import Plan

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTES = 24 * 60
SHOWN = 8
"""Names of rooms that are listed at most."""


def never_said(plan: Plan, quiet: Quiet, zone: ZoneInfo, now: datetime) -> list[Fault]:
    """The posts that fall into the quiet hours and are stale before these end, every time."""
    found = ((post, _at_night(post, quiet, zone, now)) for post in plan.posts)
    return [plan.fault(post, "cron", problem) for post, problem in found if problem]


def unknown_rooms(plan: Plan, rooms: Sequence[str]) -> list[Fault]:
    """The rooms that posts name and that are none of `rooms`, with the one that was probably meant."""
    return [
        plan.fault(post, "rooms", _no_such(name, rooms))
        for post in plan.posts
        if post.rooms != "all"
        for name in post.rooms
        if name not in rooms
    ]


def _at_night(post: Post, quiet: Quiet, zone: ZoneInfo, now: datetime) -> str:
    """Why the post is never said; empty where it is. A cron has the same times on each of its days: one is enough."""
    trigger = CrontabTrigger(post.cron, zone)
    first = trigger.next(now)
    if first is None:
        return ""
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = trigger.between(day - timedelta(seconds=1), day + DAY - timedelta(seconds=1), MINUTES)
    late = [quiet.ends(moment) - moment for moment in moments if quiet.covers(moment)]
    if len(late) < len(moments) or min(late) <= post.fresh:
        return ""
    ends = f"{quiet.end:%H:%M}"
    return (
        f"{_times(moments)}在夜里，{quiet.start:%H:%M} 到 {ends} 不打扰邻居；"
        f"要等到 {ends}，那时过了 fresh，一次也发不出去。"
        f'把时间改到白天，或者把 fresh 写到 "{math.ceil(min(late) / HOUR)}h" 以上'
    )


def _times(moments: Iterable[datetime]) -> str:
    first, *others = (f"{moment:%H:%M}" for moment in moments)
    return f"{first} 等几次都" if others else f"{first} "


def _no_such(name: str, rooms: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, rooms, n=1, cutoff=0.5)
    if near:
        return f"没有“{name}”这个群，是不是想写“{near[0]}”？"
    return f"没有“{name}”这个群，认识的群有 {'、'.join(rooms[:SHOWN])}{'…' if len(rooms) > SHOWN else ''}"
