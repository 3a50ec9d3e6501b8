"""Chores and errands: done at their minute, once a day, caught up after a night without power."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from community import people, seen
from community.db import Database, Tx
from community.house import House
from schedules import clock as clocks
from schedules.chores import BACK_UP, FORGET_SEEN, Chore, Errand, back_up, daily, discover
from tests.town import DAILY, Town, done, play, reminder, running, until


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path, rooms=1)
    town.plan({"早安": DAILY["早安"]})
    yield town
    town.database.close()


async def test_a_chore_is_done_at_its_minute(town: Town) -> None:
    await play(town.start(chores=[reminder(9, 18)]), town.at("23 07:00"), town.at("24 00:00"))
    assert done(town) == ["done at 09:00", "done at 18:00"]


async def test_a_chore_that_was_missed_is_done_at_the_start(town: Town) -> None:
    await town.start(chores=[reminder(9)]).run_due(town.at("23 12:34"))
    assert done(town) == ["done at 12:34"]


async def test_a_chore_that_fails_is_left_alone_for_a_while_and_holds_nobody_up(town: Town) -> None:
    attempts: list[datetime] = []

    def fail(_tx: Tx, now: datetime, _house: House) -> None:
        attempts.append(now)
        raise ValueError("a mistake of ours")

    broken = Chore("坏的", lambda tx, now: int(town.at("23 08:00").timestamp()), fail)
    await play(town.start(chores=[broken, reminder(9)]), town.at("23 07:00"), town.at("23 09:05"))
    assert attempts == [town.at("23 08:00") + clocks.REST * n for n in range(7)]
    assert (town.said(), done(town)) == (["23 07:30 1群早"], ["done at 09:00"])


async def test_a_chore_that_the_shop_has_switched_off_waits_without_a_word_to_the_database(town: Town) -> None:
    settled: list[datetime] = []
    since = int(town.at("23 08:00").timestamp())
    chore = Chore(
        "邀请",
        lambda tx, now: None if settled else since,
        lambda tx, now, house: settled.append(now),
        wanted=lambda house: house.shop.invite.enabled,
    )
    clock = town.start(chores=[chore])
    clock.house.shop = replace(clock.house.shop, invite=replace(clock.house.shop.invite, enabled=False))
    await clock.run_due(town.at("23 09:00"))
    assert (settled, clock.next_due(town.at("23 09:00"))) == ([], town.at("24 07:30"))
    clock.house.shop = replace(clock.house.shop, invite=replace(clock.house.shop.invite, enabled=True))
    await clock.run_due(town.at("23 10:00"))
    assert settled == [town.at("23 10:00")]


async def test_a_daily_chore_has_one_turn_a_day_and_catches_up(town: Town) -> None:
    turns: list[datetime] = []
    sweep = daily("扫地", time(3, 40), lambda tx, now: turns.append(now))
    await play(town.start(chores=[sweep]), town.at("23 03:00"), town.at("24 03:00"))
    await play(town.start(chores=[sweep]), town.at("24 09:15"), town.at("25 09:00"))
    assert [f"{turn:%d %H:%M}" for turn in turns] == ["23 03:00", "23 03:40", "24 09:15", "25 03:40"]


async def test_old_message_ids_are_forgotten_at_night(town: Town) -> None:
    town.write(seen.first_time, "old", town.at("01 00:00") - timedelta(days=20))
    town.write(seen.first_time, "new", town.at("22 00:00"))
    await play(town.start(chores=[FORGET_SEEN]), town.at("23 03:00"), town.at("23 04:00"))
    assert town.write(seen.first_time, "old", town.at("23 05:00"))
    assert not town.write(seen.first_time, "new", town.at("23 05:00"))


def test_seven_nightly_copies_are_kept_and_each_is_whole(town: Town) -> None:
    (town.folder / "backups").mkdir()
    (town.folder / "backups" / "bot.part").write_text("killed half way")
    for night in range(10, 20):
        back_up(town.database, town.at(f"{night} 03:30"))
    assert back_up(town.database, town.at("19 09:00")) is None
    copies = sorted(path.name for path in (town.folder / "backups").iterdir())
    assert copies == [f"bot-2026-11-{night}.db" for night in range(13, 20)]
    copy = Database(f"sqlite:///{town.folder / 'backups' / copies[-1]}")
    with copy.reading() as tx:
        assert [room.name for room in people.enabled_rooms(tx)] == ["1群"]
    copy.close()


def test_every_chore_is_found_and_bears_its_own_name() -> None:
    chores, errands = discover()
    assert FORGET_SEEN in chores
    assert BACK_UP in errands
    assert len({chore.name for chore in chores} | {errand.name for errand in errands}) == len(chores) + len(errands)


async def test_a_running_clock_catches_up_does_its_chores_and_errands_and_stops(town: Town) -> None:
    await play(town.start(), town.at("22 12:00"), town.at("22 13:00"))
    town.moment = town.at("23 08:00")
    async with running(town.start(chores=[reminder(7)], errands=[BACK_UP])):
        await until((town.folder / "backups" / "bot-2026-11-23.db").exists)
        await until(lambda: bool(town.said() and done(town)))
    assert (town.said(), done(town)) == (["23 08:00 1群早"], ["done at 08:00"])


async def test_an_errand_that_fails_is_told_and_has_had_its_turn(town: Town) -> None:
    def fail(_database: Database, _now: datetime) -> None:
        raise OSError("磁盘满了")

    errand = Errand("夜间备份", time(3, 30), fail)
    async with running(town.start(errands=[errand])):
        await until(lambda: bool(town.told) and _had(town, errand))
    assert town.told == ["夜间备份没有做成：磁盘满了"]


def _had(town: Town, errand: Errand) -> bool:
    with town.database.reading() as tx:
        return errand.due(tx, town.moment) > town.moment.timestamp()
