"""People and rooms: the id is who they are, the name is what they are called; stays begin and end once."""

from datetime import timedelta

import pytest

from community import people, seen
from community.db import Database, Tx
from community.events import Person, Place
from community.people import KnownMember, KnownRoom, Role
from tests.conftest import BEGIN, read, write

ROOM = Place("r1", "幸福里1群")
WANG = Person("wxid_1", "王阿姨")
LATER = BEGIN + timedelta(days=1)


def move_in(tx: Tx) -> None:
    people.known_room(tx, ROOM, BEGIN)
    people.meet(tx, WANG, BEGIN)
    people.come(tx, ROOM.id, WANG.id, BEGIN)


@pytest.mark.parametrize("name", ["王大姐", "=cmd()", "{{7*7}}", "'; DROP TABLE member; --", "🐣" * 200, "\u202enam"])
def test_a_new_name_is_the_same_person(database: Database, name: str) -> None:
    write(database, people.meet, WANG, BEGIN)
    write(database, people.appoint, WANG.id, Role.CLERK)
    assert write(database, people.meet, Person(WANG.id, name), LATER) == KnownMember(WANG.id, name, Role.CLERK)
    assert read(database, people.member, WANG.id) == KnownMember(WANG.id, name, Role.CLERK)


def test_equal_names_are_two_people(database: Database) -> None:
    write(database, people.meet, WANG, BEGIN)
    write(database, people.meet, Person("wxid_2", "王阿姨"), BEGIN)
    write(database, people.appoint, "wxid_2", Role.OWNER)
    assert read(database, people.member, WANG.id).role is Role.RESIDENT


def test_a_room_is_silent_until_it_is_switched_on_and_keeps_that_when_renamed(database: Database) -> None:
    assert write(database, people.known_room, ROOM, BEGIN) == KnownRoom("r1", "幸福里1群", enabled=False)
    write(database, people.switch, "r1", True, BEGIN)
    renamed = write(database, people.known_room, Place("r1", "幸福里老群"), LATER)
    assert renamed == KnownRoom("r1", "幸福里老群", enabled=True)
    assert read(database, people.enabled_rooms) == [KnownRoom("r1", "幸福里老群", enabled=True)]


def test_a_room_never_met_is_not_enabled(database: Database) -> None:
    assert not read(database, people.enabled, "nowhere")


def test_a_stay_begins_once_and_ends_once(database: Database) -> None:
    write(database, move_in)
    assert not write(database, people.come, "r1", WANG.id, LATER)
    assert write(database, people.go, "r1", WANG.id, LATER)
    assert not write(database, people.go, "r1", WANG.id, LATER)
    assert read(database, people.stays, WANG.id) == [("r1", BEGIN.timestamp(), LATER.timestamp())]


def test_who_comes_back_has_a_second_stay(database: Database) -> None:
    write(database, move_in)
    write(database, people.go, "r1", WANG.id, LATER)
    assert write(database, people.come, "r1", WANG.id, LATER)
    assert [stay.left_at is None for stay in read(database, people.stays, WANG.id)] == [False, True]
    assert [one.name for one in read(database, people.members, "r1")] == ["王阿姨"]


def test_a_leave_of_somebody_never_met_changes_nothing(database: Database) -> None:
    assert not write(database, people.go, "r1", "stranger", BEGIN)


def test_whoever_stands_higher_may_do_all_that_those_below_may() -> None:
    assert [role.word for role in sorted(Role)] == ["居民", "推广员", "团长", "店员", "店主"]
    assert [role.staff for role in sorted(Role)] == [False, False, True, True, True]


def test_a_message_has_its_effect_once_until_it_is_long_forgotten(database: Database) -> None:
    assert write(database, seen.first_time, "m1", BEGIN)
    assert not write(database, seen.first_time, "m1", LATER)
    assert write(database, seen.forget_old, BEGIN + seen.KEEP) == 0
    assert write(database, seen.forget_old, BEGIN + seen.KEEP + timedelta(seconds=1)) == 1
    assert write(database, seen.first_time, "m1", LATER)
