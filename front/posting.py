"""Says a post at a moment of the shopkeeper's choosing, in all its rooms or in one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from random import SystemRandom

from community import people, posts
from community.db import Database, Tx
from community.gather import Gather, TipFiles
from community.groupbuy.facts import open_facts
from community.house import House
from community.people import KnownRoom
from community.posts import Post
from community.shop import Shop
from community.weather import Weather
from community.wording import WordingFault
from front.keting import open_house
from front.settings import Settings
from schedules.plan import PlanFiles


class NoSuchPost(Exception):
    """There is no such post or room, or its words cannot be made; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of it: `new` are rooms with what is said there, `old` lines about rooms that are left out."""

    new: list[tuple[str, str]]
    old: list[str]
    when: str
    """When what is new goes out."""


def speak_now(
    settings: Settings, database: Database, name: str, room: str | None, *, dry_run: bool, again: bool
) -> Spoken:
    """Queue the post for its rooms (nothing with `dry_run`), for those it has just been queued for only if `again`.

    Raises NoSuchPost for an unknown post or room, and where its words cannot be made.
    """
    house = open_house(settings, SystemRandom())
    post = _find(settings, name)
    now = datetime.now(house.zone).replace(microsecond=0)
    gather = Gather(house, TipFiles(settings.templates / "tips"), partial(open_facts, house))
    render = gather.render(post, now, _weather(house, now))
    with database.reading() as tx:
        rooms = _rooms(tx, post, room)
        try:
            texts = {known: render(tx, known).text.strip() for known in rooms}
        except WordingFault as fault:
            raise NoSuchPost(str(fault)) from fault
    lately = []
    if not dry_run:
        lately = database.pen.write(posts.speak_now, post, now, rooms, render, again=again).result()
    told = {one.room_id: one for one in lately}
    new = [(known.name, text) for known, text in texts.items() if known.id not in told]
    old = [(known.name, told[known.id]) for known in rooms if known.id in told]
    return Spoken(new, _just_said(house, post, old), said_when(house.shop, post, now))


def said_when(shop: Shop, post: Post, now: datetime) -> str:
    """When a post that has just been queued goes out: at night it waits, and grows stale meanwhile."""
    if not shop.quiet.covers(now):
        return "已经排上队，客厅开着就会发出去。"
    ends = shop.quiet.ends(now)
    if ends - now <= post.fresh:
        return f"夜里不打扰，已经排上队，到 {ends:%H:%M} 再发。"
    return f"夜里不打扰，要到 {ends:%H:%M} 才能发，那时它已经不新鲜，不会发出去了；早上再来一次。"


def _just_said(house: House, post: Post, rooms: Sequence[tuple[str, posts.Lately]]) -> list[str]:
    """A line for each minute in which it was said or queued, and for what came of it."""

    def when(one: tuple[str, posts.Lately]) -> tuple[str, str]:
        said = one[1].sent_at
        at = house.local(one[1].queued_at if said is None else said)
        return f"{at:%H:%M}", "已经排上队" if said is None else "刚发过"

    return [
        f"“{post.title}”在{'、'.join(name for name, _ in those)} {at} {what}，这回不重复。"
        for (at, what), those in groupby(sorted(rooms, key=when), when)
    ]


def _find(settings: Settings, name: str) -> Post:
    plan = PlanFiles(settings.schedules).current()
    post = plan.find(name)
    if post is None:
        raise NoSuchPost(f"时间表里没有“{name}”，有的是：{'、'.join(known.name for known in plan.posts)}")
    return post


def _rooms(tx: Tx, post: Post, room: str | None) -> Sequence[KnownRoom]:
    if room is None:
        return posts.rooms_of(tx, post)
    known = people.enabled_rooms(tx)
    chosen = [one for one in known if one.name == room]
    if not chosen:
        names = "、".join(one.name for one in known)
        raise NoSuchPost(f"没有启用过“{room}”这个群，启用了的有：{names or '还没有'}")
    return chosen


def _weather(house: House, now: datetime) -> Weather | None:
    if house.shop.weather is None:
        return None
    from gateway.weather import OpenMeteo  # noqa: PLC0415 - httpx is imported only where it is used

    return asyncio.run(OpenMeteo(house.shop.weather, house.shop.timezone).today(now))
