"""While the campaign for inviting neighbours is off, nobody is sent to its rules, and what was promised waits."""

from dataclasses import replace

import pytest

from community import invite, people
from community.db import Database
from community.events import Person
from community.house import House
from community.people import KnownMember, KnownRoom, Role
from tests.conftest import BEGIN, Now, read, write
from tests.test_commands import ROOM, WANG, Town, open_shop

CHEN = Person("wxid_newcomer", "小陈")


def switch(house: House, *, on: bool) -> None:
    house.shop = replace(house.shop, invite=replace(house.shop.invite, enabled=on))


@pytest.mark.parametrize(
    ("asked", "answered"), [("我的鸡蛋", "小陈 还没有攒下鸡蛋"), ("领鸡蛋 5", "小陈，还没有攒下鸡蛋")]
)
def test_nobody_is_sent_to_rules_that_do_not_hold(database: Database, house: House, asked: str, answered: str) -> None:
    write(database, open_shop)
    shop = Town(database, house)
    assert "邀请规则" in (shop.hears(CHEN, asked) or "")
    switch(house, on=False)
    assert (shop.hears(CHEN, asked) or "").rstrip("。") == answered


def test_whoever_was_brought_before_still_counts_once_it_is_on_again(database: Database, house: House) -> None:
    write(database, open_shop)
    rules, now = house.shop.invite, Now()
    room, newcomer = KnownRoom(ROOM.id, ROOM.name, enabled=True), KnownMember("wxid_new", "新邻居", Role.RESIDENT)
    inviter = KnownMember(WANG.id, WANG.name, Role.RESIDENT)
    write(database, people.meet, Person(newcomer.id, newcomer.name), BEGIN)
    write(database, invite.arrive, rules, room, newcomer, inviter, BEGIN)
    later = now.pass_(4 * 86_400)
    assert write(database, invite.settle_due, replace(rules, enabled=False), later) == 0
    assert write(database, invite.settle_due, rules, later) == 1
    assert read(database, invite.tally, rules, WANG.id).earned == 1
