"""Says a post at a moment of the shopkeeper's choosing, in all its rooms or in one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from random import SystemRandom

from community import people, posts
from community.db import Database, Tx
from community.gather import Gather, TipFiles
from community.groupbuy.facts import open_facts
from community.house import House
from community.people import KnownRoom
from community.posts import Post
from community.weather import Weather
from community.wording import WordingFault
from front.keting import open_house
from front.settings import Settings
from schedules.plan import PlanFiles


class NoSuchPost(Exception):
    """There is no such post or room, or its words cannot be made; the text says which there are."""


def speak_now(
    settings: Settings, database: Database, name: str, room: str | None, *, dry_run: bool
) -> list[tuple[str, str]]:
    """Queue the post for its rooms (nothing with `dry_run`); the rooms with what is said there.

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
            spoken = [(known.name, render(tx, known).text.strip()) for known in rooms]
        except WordingFault as fault:
            raise NoSuchPost(str(fault)) from fault
    if not dry_run:
        database.pen.write(posts.publish, post, now, now, rooms, render).result()
    return spoken


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
