"""Looks at everything a person may have edited: settings, words, tips, times, database; each fault with its line."""

from datetime import datetime
from pathlib import Path
from random import SystemRandom

from community import migrate, people
from community.db import Database, DatabaseTrouble, file_of
from community.house import House
from community.shop import Fault, Shop, ShopFault, load_shop
from community.tips import TipFault, load_tips
from community.wording import POST_NAMES, Wording
from front import vocabulary
from front.settings import Settings
from front.trial import trial
from schedules import sense
from schedules.plan import Plan, PlanFiles


def faults(settings: Settings) -> list[str]:
    """Every fault, one line of Chinese each; nothing is changed."""
    shop, found = _shop(settings)
    wording = Wording(settings.templates)
    found += wording.check({"posts/": POST_NAMES, **vocabulary.texts()})
    tips = settings.templates / "tips"
    found += (ill := _tip_faults(tips))
    found += [*_misnamed(settings.schedules, ".toml"), *_misnamed(settings.templates, ".j2")]
    plan = PlanFiles(settings.schedules, settings.templates).current()
    found += [*plan.faults, *sense.never_said(plan, shop.quiet, shop.zone, datetime.now(shop.zone))]
    found += _database_faults(settings, plan)
    found += trial(House(shop, wording, SystemRandom()), plan, None if ill else tips, settings.sample)
    return list(dict.fromkeys(map(str, found)))


def _shop(settings: Settings) -> tuple[Shop, list[object]]:
    """The shop's settings and what is wrong with them; invented ones where they are faulty, so that posts are tried."""
    try:
        return load_shop(settings.shop_file), []
    except ShopFault as fault:
        return Shop(phone="0936-1234567", address="小区南门", hours="早7点到晚9点半"), [*fault.faults]


def _tip_faults(tips: Path) -> tuple[Fault, ...]:
    try:
        load_tips(tips)
    except TipFault as fault:
        return fault.faults
    return ()


def _misnamed(folder: Path, ending: str) -> list[str]:
    """Files that an editor has given a second ending, so that nobody reads them."""
    return [f"{path}：多了“.txt”，这份不会用，改名去掉它" for path in sorted(folder.rglob(f"*{ending}.txt"))]


def _database_faults(settings: Settings, plan: Plan) -> list[object]:
    path = file_of(settings.database_url)
    if path is None or not path.exists():
        return []
    try:
        database = Database(settings.database_url)
        try:
            database.healthy()
            current, _ = migrate.revisions(database)
            return [*_room_faults(database, plan)] if current else []
        finally:
            database.close()
    except DatabaseTrouble as trouble:
        return [f"数据库 {path}：{trouble}"]


def _room_faults(database: Database, plan: Plan) -> list[Fault]:
    """Rooms that posts name and the shop does not have; where it has none yet, every name may be right."""
    with database.reading() as tx:
        rooms = [room.name for room in people.every_room(tx)]
    return sense.unknown_rooms(plan, rooms) if rooms else []
