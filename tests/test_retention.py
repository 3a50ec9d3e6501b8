"""What names people is kept no longer than it is needed: said words half a year, the record of doings a year."""

from datetime import datetime, timedelta

import pytest

from community import activity, outbox
from community.db import Database
from community.export import export
from community.pacing import Quiet, Schedule
from schedules.chores import discover
from tests.conftest import ZONE, write

LONG_AGO = datetime(2025, 1, 1, 9, tzinfo=ZONE)
TODAY = datetime(2026, 11, 23, 4, tzinfo=ZONE)


def test_what_was_said_long_ago_is_forgotten_and_what_still_waits_is_not(database: Database) -> None:
    write(database, outbox.say, "room", "早先说过的", "answer", LONG_AGO)
    sending = write(database, outbox.take, Schedule(), Quiet(), LONG_AGO)
    write(database, outbox.settle, sending.batch, "sent", LONG_AGO)
    write(database, outbox.say, "room", "还没说的", "answer", LONG_AGO)
    assert write(database, outbox.forget_old, TODAY) == 1
    assert [row["text"] for row in export(database, "outbox", ZONE)[1]] == ["还没说的"]


def test_the_record_of_doings_is_forgotten_after_a_year(database: Database) -> None:
    write(database, activity.note, "+", LONG_AGO, None, "wxid_a")
    write(database, activity.note, "+", TODAY - activity.KEEP + timedelta(days=1), None, "wxid_a")
    assert write(database, activity.forget_old, TODAY) == 1
    assert len(list(export(database, "activity", ZONE)[1])) == 1


@pytest.mark.parametrize("name", ["忘掉旧消息编号", "忘掉早先说过的话", "忘掉早先的记录"])
def test_forgetting_is_a_chore_of_every_night(name: str) -> None:
    assert name in [chore.name for chore in discover()[0]]
