"""Exports: the columns that others build on, times with their zone, whole cents, and never a formula."""

import asyncio
import csv
import io
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community import activity, export, ledger, people, pickup
from community.db import Database, Tx
from community.events import Person
from community.house import House
from community.shop import Shop
from community.wording import Wording
from front.player import play
from front.settings import read_settings
from front.transcript import read_transcript
from tests.conftest import BEGIN, ZONE, write

COLUMNS = {
    "orders": "order_id groupbuy_id groupbuy room member_id member item quantity unit_cents status placed_at note",
    "groupbuys": "groupbuy_id title status stock sold closes_at",
    "refunds": "refund_id order_id groupbuy member_id member item cents reason at by_id",
    "payments": "payment_id order_id groupbuy member_id member item cents at by_id",
    "claims": "claim_id order_id groupbuy member_id member item text status opened_at settled_at settled_by cents",
    "stock": "entry_id product_id product spec unit at kind delta after cause by_id",
    "pickups": "pickup_id order_id groupbuy member_id member item quantity code at by_id",
    "ledger": "at member_id member unit amount cause",
    "invites": "room inviter invitee at status reason",
    "members": "member_id member room joined_at left_at role",
    "posts": "post moment room status sent_at",
    "outbox": "id room kind text status created_at sent_at",
    "activity": "at room member_id kind detail",
}
TIMES = {"placed_at", "closes_at", "at", "joined_at", "left_at", "moment", "sent_at", "created_at"}
TIMES |= {"opened_at", "settled_at"}
NUMBERS = {
    "order_id",
    "groupbuy_id",
    "refund_id",
    "payment_id",
    "pickup_id",
    "claim_id",
    "entry_id",
    "product_id",
    "id",
}
NUMBERS |= {"delta", "after"}
NUMBERS |= {"quantity", "unit_cents", "cents", "stock", "sold", "amount"}
EVIL = "=cmd|' /C calc'!A0"
DAYS = """
@ 2026-11-23 08:00
[幸福里1群]
店主: 开团 红富士苹果 5斤装 29.9元 40份 11-23 18:00截单
店主: 确认
王阿姨: +2
李姐: +1
李姐: 取消
> 李姐 邀请 小陈、小王
< 小王
@ 2026-11-27 12:00
李姐: 我的邀请
店主: 到货 1
店主: 确认到货
店主: 上架 鲜鸡蛋 30枚 21.8元
店主: 进货 鲜鸡蛋 30
店主: 盘点 鲜鸡蛋 28
店主: 王阿姨 已付
王阿姨: 售后 苹果坏了1个
"""


def fetch(tx: Tx) -> None:
    """王阿姨 comes for what there is."""
    waits = pickup.waiting(tx, "wxid_王阿姨")
    digits = pickup.code_of(tx, "wxid_王阿姨", Random(1), BEGIN) or ""
    code = pickup.read_code(tx, digits, BEGIN)
    pickup.hand_over(tx, code, [(one, one.left) for one in waits], "wxid_店主", BEGIN)


@pytest.fixture(scope="module")
def lived(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A shop after four days, in which 王阿姨 has chosen an evil name. Only to be read."""
    folder = tmp_path_factory.mktemp("lived")
    database = Database(f"sqlite:///{shutil.copy(migrated, folder / 'bot.db')}")
    settings = read_settings(folder / "no.env", {"DATABASE_URL": database.url})
    house = House(Shop(), Wording(settings.templates), Random(1))
    asyncio.run(play(settings, database, house, read_transcript(DAYS, ZONE), lambda *_: None))
    write(database, fetch)
    write(database, people.meet, Person("wxid_王阿姨", EVIL), BEGIN)
    write(database, ledger.move, "wxid_王阿姨", "cents", 2990, "refund:1", BEGIN)
    write(database, activity.note, "check", BEGIN, None, None, EVIL)
    yield database
    database.close()


def exported(database: Database, table: str, form: export.Format) -> str:
    return "".join(export.write(*export.export(database, table, ZONE), form))


def rows_of(database: Database, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(exported(database, table, "json"))
    return rows


def test_every_table_that_was_promised_is_there_and_no_other() -> None:
    assert export.names() == sorted(COLUMNS)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_begins_with_the_columns_that_others_build_on(database: Database, table: str) -> None:
    header = next(csv.reader(io.StringIO(exported(database, table, "csv"))))
    promised = COLUMNS[table].split()
    assert header[: len(promised)] == promised


@pytest.mark.parametrize("table", COLUMNS)
def test_an_empty_table_is_a_header_or_an_empty_list(database: Database, table: str) -> None:
    assert json.loads(exported(database, table, "json")) == []
    assert len(exported(database, table, "csv").splitlines()) == 1


@pytest.mark.parametrize("table", COLUMNS)
def test_times_have_their_zone_and_money_is_whole_cents(lived: Database, table: str) -> None:
    rows = rows_of(lived, table)
    assert rows
    for row in rows:
        times = [datetime.fromisoformat(row[name]) for name in row.keys() & TIMES if row[name] is not None]
        assert {moment.utcoffset() for moment in times} <= {timedelta(hours=8)}
        assert {type(row[name]) for name in row.keys() & NUMBERS if row[name] is not None} <= {int}
        assert set(row) >= set(COLUMNS[table].split())


@pytest.mark.parametrize("table", COLUMNS)
def test_csv_and_json_say_the_same(lived: Database, table: str) -> None:
    sheet = list(csv.DictReader(io.StringIO(exported(lived, table, "csv"))))
    rows = rows_of(lived, table)
    assert len(sheet) == len(rows)
    for line, row in zip(sheet, rows, strict=True):
        assert {name: line[name].removeprefix("'") for name in line} == {
            name: "" if value is None else str(value) for name, value in row.items()
        }


def test_what_happened_is_what_is_exported(lived: Database) -> None:
    orders = [(row["member"], row["quantity"], row["unit_cents"], row["status"]) for row in rows_of(lived, "orders")]
    assert orders == [(EVIL, 2, 2990, "placed"), ("李姐", 1, 2990, "cancelled")]
    (buy,) = rows_of(lived, "groupbuys")
    assert (buy["stock"], buy["sold"], buy["closes_at"]) == (40, 2, "2026-11-23T18:00:00+08:00")
    invites = [(row["inviter"], row["invitee"], row["status"], row["reason"]) for row in rows_of(lived, "invites")]
    assert invites == [("李姐", "小陈", "earned", ""), ("李姐", "小王", "void", "left_early")]
    assert {row["role"] for row in rows_of(lived, "members")} <= {"resident", "owner"}
    assert {row["status"] for row in rows_of(lived, "posts")} <= {"sent", "skipped", "queued"}


def test_a_name_is_never_a_formula(lived: Database) -> None:
    for table in COLUMNS:
        for line in csv.reader(io.StringIO(exported(lived, table, "csv"))):
            assert EVIL not in line


@given(cell=st.text(st.sampled_from("=+-@＝＋－＠ \t\r\n\x00\u200b\u202e\ufeff\u3000'\",;a1中"), max_size=12))
@example(cell="=1+1")
@example(cell=" \t=1+1")
@example(cell="\ufeff＝1")
@example(cell="a\r=1+1")
@example(cell="a\r\n=1+1")
def test_no_cell_can_be_a_formula_or_begin_a_row(cell: str) -> None:
    text = "".join(export.write(["name", "next"], [{"name": cell, "next": 7}], "csv"))
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(line) for line in table] == [2, 2]
    shown = table[1][0].lstrip(" \t\r\n\x00\u200b\u202e\ufeff\u3000")
    assert cell == "+" or not shown.startswith(tuple("=+-@＝＋－＠"))
    assert not table[1][0].startswith(("\t", "\r", "\n"))
    assert "\r" not in text


def test_what_was_done_is_called_the_same_in_csv_as_in_json(lived: Database) -> None:
    in_csv = [row["kind"] for row in csv.DictReader(io.StringIO(exported(lived, "activity", "csv")))]
    assert in_csv == [row["kind"] for row in json.loads(exported(lived, "activity", "json"))]
    assert "+" in in_csv


@given(cell=st.text())
def test_json_gives_back_every_text(cell: str) -> None:
    text = "".join(export.write(["name"], [{"name": cell}], "json"))
    assert json.loads(text) == [{"name": cell}]


def test_a_negative_number_stays_a_number() -> None:
    assert "".join(export.write(["amount"], [{"amount": -5}], "csv")) == "amount\n-5\n"


def test_exporting_neither_waits_for_the_bot_nor_sees_half_of_what_it_writes(database: Database) -> None:
    done = threading.Event()

    def pair(tx: Tx) -> None:
        for _ in range(2):
            activity.note(tx, "pair", BEGIN, None, None)

    def write_on() -> None:
        while not done.is_set():
            write(database, pair)

    writer = threading.Thread(target=write_on)
    writer.start()
    counts = [len(rows_of(database, "activity"))]
    while len(set(counts)) < 10 and writer.is_alive():
        counts.append(len(rows_of(database, "activity")))
    done.set()
    writer.join()
    assert {count % 2 for count in counts} == {0}
    assert counts == sorted(counts)
    assert len(set(counts)) == 10


def test_an_unknown_table_is_an_error(database: Database) -> None:
    with pytest.raises(KeyError):
        export.export(database, "passwords", ZONE)
