"""Says a post at a moment of the shopkeeper's choosing, in all its rooms or in one."""

from datetime import datetime
from functools import partial
from random import SystemRandom

from community import outbox, people, posts
from community.db import Database, Tx
from community.gather import Gather, TipFiles
from community.groupbuy.facts import open_facts
from community.posts import Post, Render
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
    plan = PlanFiles(settings.schedules).current()
    post = plan.find(name)
    if post is None:
        raise NoSuchPost(f"时间表里没有“{name}”，有的是：{'、'.join(known.name for known in plan.posts)}")
    now = datetime.now(house.zone)
    gather = Gather(house, TipFiles(settings.templates / "tips"), partial(open_facts, house))
    work = partial(_speak, post=post, room=room, now=now, render=gather.render(post, now), dry_run=dry_run)
    if dry_run:
        with database.reading() as tx:
            return work(tx)
    return database.pen.write(work).result()


def _speak(
    tx: Tx, post: Post, room: str | None, now: datetime, render: Render, *, dry_run: bool
) -> list[tuple[str, str]]:
    rooms = (
        posts.rooms_of(tx, post)
        if room is None
        else [known for known in people.enabled_rooms(tx) if known.name == room]
    )
    if room is not None and not rooms:
        names = "、".join(known.name for known in people.enabled_rooms(tx))
        raise NoSuchPost(f"没有启用过“{room}”这个群，启用了的有：{names or '还没有'}")
    spoken = []
    for known in rooms:
        try:
            words = render(tx, known)
        except WordingFault as fault:
            raise NoSuchPost(str(fault)) from fault
        spoken.append((known.name, words.text))
        if words.text.strip() and not dry_run:
            outbox.say(tx, known.id, words.text, "post", now, worth=post.fresh)
            if words.said is not None:
                words.said(tx)
    return spoken
