"""Looks at everything a person may have edited: settings, words, tips, times, database; each fault with its line."""

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from random import SystemRandom

from community import migrate, sample
from community.db import Database, DatabaseTrouble, Tx, file_of
from community.gather import Gather, TipFiles
from community.groupbuy.facts import open_facts
from community.house import House
from community.people import KnownRoom
from community.posts import Post
from community.shop import Shop, ShopFault, load_shop
from community.tips import TipFault, load_tips
from community.wording import POST_NAMES, Wording, WordingFault
from front.settings import Settings
from schedules.plan import Plan, PlanFiles


def faults(settings: Settings) -> list[str]:
    """Every fault, one line of Chinese each; nothing is changed."""
    found = [str(fault) for fault in _shop_faults(settings)]
    wording = Wording(settings.templates)
    found += [str(fault) for fault in wording.check({"posts/": POST_NAMES})]
    found += [str(fault) for fault in _tip_faults(settings)]
    plan = PlanFiles(settings.schedules).current()
    found += [str(fault) for fault in plan.faults]
    found += _database_faults(settings)
    return list(dict.fromkeys(found + _trial(settings, wording, plan)))


def _shop_faults(settings: Settings) -> tuple[object, ...]:
    try:
        load_shop(settings.shop_file)
    except ShopFault as fault:
        return tuple(fault.faults)
    return ()


def _shop(settings: Settings) -> Shop:
    """The shop's settings; invented ones where they are faulty, so that posts can be tried all the same."""
    invented = Shop(phone="0936-1234567", address="小区南门", hours="早7点到晚9点半")
    return invented if _shop_faults(settings) else load_shop(settings.shop_file)


def _tip_faults(settings: Settings) -> tuple[object, ...]:
    try:
        load_tips(settings.templates / "tips")
    except TipFault as fault:
        return tuple(fault.faults)
    return ()


def _database_faults(settings: Settings) -> list[str]:
    path = file_of(settings.database_url)
    if path is None or not path.exists():
        return []
    try:
        database = Database(settings.database_url)
        try:
            database.healthy()
            migrate.revisions(database)
        finally:
            database.close()
    except DatabaseTrouble as trouble:
        return [f"数据库 {path}：{trouble}"]
    return []


def _trial(settings: Settings, wording: Wording, plan: Plan) -> list[str]:
    """Say every post, for an invented room in a shop of its own, as it would be said now, with deals and without."""
    house = House(_shop(settings), wording, SystemRandom())
    now = datetime.now(house.zone)
    gather = Gather(house, TipFiles(settings.templates / "tips"), partial(open_facts, house))
    with tempfile.TemporaryDirectory(prefix="keting-") as scratch:
        database = Database(f"sqlite:///{Path(scratch) / 'trial.db'}")
        try:
            migrate.upgrade(database, Path(scratch), now)
            problems = _all_said(database, gather, plan, now)
            database.pen.write(sample.fill_shelves, settings.sample, now.date()).result()
            return problems or _all_said(database, gather, plan, now)
        finally:
            database.close()


def _all_said(database: Database, gather: Gather, plan: Plan, now: datetime) -> list[str]:
    with database.reading() as tx:
        return [problem for post in plan.posts if (problem := _said(tx, gather, post, now))]


def _said(tx: Tx, gather: Gather, post: Post, now: datetime) -> str:
    try:
        gather.render(post, now)(tx, KnownRoom("trial", "试一试", enabled=True))
    except WordingFault as fault:
        return str(fault)
    return ""
