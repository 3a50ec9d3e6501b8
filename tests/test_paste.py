"""Paste assist: what is copied out of WeChat comes to the same as what is heard, and is said in plain words."""

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

import bot
from community import people
from community.chain.pasted import Message, cut
from community.db import Database, Tx
from community.events import Heard, Person, Place
from community.groupbuy import finding
from community.groupbuy.tables import GroupBuyOrder
from community.house import House
from community.outbox import Outbox
from community.people import Member
from community.seen import Seen
from front.paste import NotPossible, Pasted, decoded, in_words, take_in
from handlers.command import discover
from handlers.desk import Desk
from handlers.router import Router
from tests.conftest import Now, read, write

ROOM = Place("room@chatroom", "幸福里1群")
OWNER = Person("wxid_owner", "店主")
OPEN = ["开团 红富士苹果 5斤装 29.9元 20份 限5份 明天18:00截单", "确认"]
CHAT = [
    ("王阿姨", "#接龙\n红富士苹果\n1. 王阿姨 2份"),
    ("赵大爷", "+1"),
    ("李姐", "#接龙\n红富士苹果\n自提：店门口\n1. 王阿姨 2份\n2. 李姐 1份"),
    ("小陈", "#接龙\n红富士苹果\n1. 王阿姨 1份\n2. 李姐 1份\n3. 小陈 3份\n4. 老周 各来点"),
    ("王阿姨", "今天真冷"),
    ("王阿姨", "同意 1号"),
    ("孙姐", "+9"),
    ("赵大爷", "#接龙\n1. 王阿姨 1份\n2. 李姐 1份\n3. 小陈 3份\n4. 老周 2份\n5. 三栋老刘 1份\n6. 赵大爷 2份"),
    ("刘叔", "我是 5号"),
    ("李姐", "改 4"),
    ("小陈", "取消"),
]


class Group:
    """A room with apples on offer, that is heard through the gateway (`hears`) or pasted (`pastes`)."""

    def __init__(self, database: Database, house: House) -> None:
        self.database, self._house, self._now = database, house, Now()
        write(database, people.known_room, ROOM, self._now())
        write(database, people.switch, ROOM.id, True, self._now())
        write(database, people.meet, OWNER, self._now())
        write(database, people.appoint, OWNER.id, people.Role.OWNER)
        self._desk = Desk(database, house, Router(discover()), self._now)
        for line in OPEN:
            self.hears(OWNER, line)

    def hears(self, by: Person, text: str, number: str | None = None) -> None:
        self._desk.receive(Heard(number or f"m{self._now.pass_(1).timestamp()}", by, text, ROOM))
        while self._desk.under_way:  # until the router has heard, too, of what is on offer now
            for future in self._desk.under_way:
                future.result(30)

    def pastes(self, text: str, groupbuy: int | None = None, *, dry_run: bool = False) -> Pasted:
        pasted: Pasted = write(
            self.database, take_in, self._house, ROOM.name, groupbuy, text, self._now.pass_(1), dry_run=dry_run
        )
        return pasted

    def orders(self) -> dict[str, int]:
        """Portions by the name of who ordered."""
        return dict(read(self.database, _orders))

    def says(self) -> list[str]:
        return list(read(self.database, lambda tx: tx.session.exec(select(Outbox.text).order_by(col(Outbox.id))).all()))


def _orders(tx: Tx) -> list[tuple[str, int]]:
    wanted = select(Member.name, GroupBuyOrder.quantity).join(Member).where(col(GroupBuyOrder.status) == "placed")
    return list(tx.session.exec(wanted))


@pytest.fixture
def group(database: Database, house: House) -> Group:
    return Group(database, house)


def copied(chat: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {text}" for name, text in chat)


def test_a_paste_comes_to_what_was_heard(group: Group, house: House, second: Database) -> None:
    for name, text in CHAT:
        group.hears(Person(f"wxid_{name}", name), text)
    elsewhere = Group(second, house)
    pasted = elsewhere.pastes(copied(CHAT))
    assert elsewhere.orders() == group.orders()
    assert elsewhere.orders() == {"王阿姨": 1, "李姐": 4, "老周": 2, "刘叔": 1, "赵大爷": 2}
    group.hears(OWNER, "接龙")
    assert pasted.answer.split("\n\n拿不准")[0] == group.says()[-1]


@pytest.fixture
def second(migrated: Any, tmp_path: Any) -> Any:
    """The database of another shop."""
    path = tmp_path / "second.db"
    path.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_a_chat_pasted_piece_by_piece_counts_once(group: Group, pieces: int) -> None:
    for end in range(pieces, len(CHAT) + pieces, pieces):
        group.pastes(copied(CHAT[:end]))
    assert group.orders() == {"王阿姨": 1, "李姐": 4, "老周": 2, "刘叔": 1, "赵大爷": 2}


def test_a_chain_delivered_twice_counts_once(group: Group) -> None:
    for _ in range(2):
        group.hears(Person("wxid_li", "李姐"), "#接龙\n1. 李姐 1份\n2. 老周 1份", "m1")
    group.hears(Person("wxid_li", "李姐"), "#接龙\n1. 李姐 1份\n2. 老周 1份", "m2")
    assert group.orders() == {"李姐": 1, "老周": 1}
    assert group.says()[-1] == "接龙记下了：李姐 1份，老周 1份"


def test_a_dry_run_says_the_same_and_writes_nothing(group: Group) -> None:
    before = read(group.database, lambda tx: len(tx.session.exec(select(Seen.id)).all()))
    looked = group.pastes(copied(CHAT), dry_run=True)
    assert group.orders() == {}
    assert read(group.database, lambda tx: len(tx.session.exec(select(Seen.id)).all())) == before
    assert group.pastes(copied(CHAT)) == looked


def test_a_bare_chain_is_the_shops_word_but_what_it_leaves_out_stays(group: Group) -> None:
    group.pastes("#接龙\n1. 王阿姨 2份\n2. 李姐 1份")
    pasted = group.pastes("#接龙\n1. 王阿姨 3份")
    assert group.orders() == {"王阿姨": 3, "李姐": 1}
    assert "李姐 的接龙还按1份记着，本人回“同意 2号”才改" in pasted.answer
    group.pastes("同意 2号")
    assert group.orders() == {"王阿姨": 3}


def test_rows_are_told_by_their_numbers(group: Group) -> None:
    text = "#接龙\n例 张三 1份\n1. 王阿姨 2份\n3. 老周 各来点\n4. 李姐 9份\n孙姐: +1\n孙姐: 真冷"
    told = json.loads(group.pastes(text).as_json())
    rows = [(row["row"], row["name"], row["status"], row["items"]) for row in told["rows"]]
    assert rows == [
        (0, "例", "ignored", []),
        (1, "王阿姨", "sure", [{"item": "红富士苹果", "quantity": 2}]),
        (3, "老周", "doubtful", []),
        (4, "李姐", "doubtful", []),
        (5, "孙姐", "sure", [{"item": "红富士苹果", "quantity": 1}]),
    ]
    assert told["rows"][3]["reason"] == "红富士苹果 每人限5份"


def test_a_paste_is_told_in_words(group: Group) -> None:
    words = "\n".join(in_words(group.pastes("#接龙\n1. 王阿姨 2份\n2. 老周 各来点\n孙姐: 真冷"), dry_run=False))
    for part in ("看懂了 1 行：\n  1. 王阿姨 红富士苹果×2", "拿不准 1 行：\n  2. 老周：", "另外 1 句是闲话。"):
        assert part in words
    assert "下面的可以复制回群里：\n\n#接龙\n" in words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_paste_is_read_however_the_editor_saved_it(encoding: str) -> None:
    chain = "#接龙\r\n红富士苹果\r\n1. 王阿姨 2份\r\n2. 李姐 一份，要小的\r\n"
    assert decoded(chain.encode(encoding)) == chain


def test_one_broken_character_does_not_make_it_another_encoding() -> None:
    chain = "#接龙\n红富士苹果\n" + "".join(f"{n}. {n}栋王阿姨 2份\n" for n in range(1, 9))
    assert decoded(b"\xff" + chain.encode()) == f"\ufffd{chain}"


def test_what_was_pasted_before_is_said_to_be_nothing_new(group: Group) -> None:
    chain = "#接龙\n1. 王阿姨 2份\n2. 李姐 1份"
    assert group.pastes(chain).changed
    again = group.pastes(chain)
    assert not again.changed
    assert "都是记过的，没有变化。" in in_words(again, dry_run=False)
    assert group.pastes(chain.replace("1份", "3份")).changed
    assert group.orders() == {"王阿姨": 2, "李姐": 3}


def test_a_row_that_did_not_fit_is_in_doubt_however_often_it_is_pasted(group: Group) -> None:
    text = "李姐: #接龙\n1. 老周 不要了\n2. 王阿姨 2份\n3. 小陈 9份"
    told = [[(row.row, row.status, row.reason) for row in group.pastes(text).rows] for _ in range(3)]
    assert told[0][2] == (3, "doubtful", "红富士苹果 每人限5份")
    assert told[2] == told[1] == told[0]


def test_an_empty_paste_is_told_what_to_do(group: Group) -> None:
    nothing = group.pastes("\r\n \n")
    assert (nothing.rows, nothing.changed) == ([], False)
    assert in_words(nothing, dry_run=False)[0] == "什么都没粘进来：在微信里复制接龙，再粘到这里。"
    assert in_words(group.pastes("今天真冷"), dry_run=False)[:2] == [
        "另外 1 句是闲话。",
        "没看到接龙，也没看到要订的。",
    ]


def test_fifty_kilobytes_are_taken_in_without_asking_the_database_for_every_row_again(group: Group) -> None:
    rows = [f"{number}. {number}号院邻居{number} 1份 要甜一点的" for number in range(1, 1400)]
    pasted = group.pastes("\n".join(("#接龙", *rows)))
    assert len("\n".join(rows).encode()) > 50_000
    assert [row.status for row in pasted.rows].count("sure") == 20  # the stock
    assert {row.reason for row in pasted.rows[20:]} == {"红富士苹果 已经订完了，下次早点来"}


def test_names_alone_cannot_give_the_staffs_orders(group: Group) -> None:
    group.pastes("店主: 撤团\n店主: 截单\n王阿姨: +1")
    assert len(read(group.database, finding.open_in, ROOM.id, Now()())) == 1
    assert group.orders() == {"王阿姨": 1}


def test_what_is_for_one_of_several_group_buys(group: Group) -> None:
    for line in ("开团 冬枣 3斤 19元 30份 明天18:00截单", "确认"):
        group.hears(OWNER, line)
    assert group.pastes("王阿姨: +2").rows[0].status == "doubtful"
    assert group.pastes("李姐: +2", 2).rows[0].items == [{"item": "冬枣", "quantity": 2}]
    undecided = group.pastes("#接龙\n例 张三 1份\n1. 老周 1份\n2. 小陈 2份").rows
    assert [(row.row, row.name, row.status) for row in undecided] == [
        (0, "例", "ignored"), (1, "老周", "doubtful"), (2, "小陈", "doubtful"),
    ]  # fmt: skip
    assert "哪个团" in undecided[1].reason
    with pytest.raises(NotPossible, match="没有开着编号 7 的团，开着的有：1 红富士苹果、2 冬枣"):
        group.pastes("王阿姨: +2", 7)


CHATS: dict[str, list[Message]] = {
    "王阿姨: +2\n李姐：+1": [Message("王阿姨", "+2"), Message("李姐", "+1")],
    "王阿姨：\n+2\n谢谢\n\n李姐 18:03\n+1": [Message("王阿姨", "+2\n谢谢"), Message("李姐", "+1")],
    "————— 2026-11-22 —————\n昨天 18:03\n王阿姨: +2": [Message("王阿姨", "+2")],
    '"李姐"邀请"小陈"加入了群聊\n小陈撤回了一条消息\n小陈: [图片]\n小陈: +1': [Message("小陈", "+1")],
    "#接龙\n店主：今天的\n1. 王阿姨: 2份\n备注：要小的\n苹果：2份\n李姐: +1": [
        Message(None, "#接龙\n店主：今天的\n1. 王阿姨: 2份\n备注：要小的\n苹果：2份"),
        Message("李姐", "+1"),
    ],
}


@pytest.mark.parametrize("text", CHATS)
def test_a_chat_is_cut_into_messages(text: str) -> None:
    is_goods: Callable[[str], bool] = lambda words: words == "苹果"  # noqa: E731 - as short as it is used
    assert cut(text, is_goods) == CHATS[text]


@pytest.mark.parametrize(("room", "problem"), [("没有", "没有启用过“没有”这个群"), ("幸福里1群", "现在没有开着的团")])
def test_where_nothing_can_be_pasted_it_says_so(
    group: Group, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], room: str, problem: str
) -> None:
    group.hears(OWNER, "撤团")
    monkeypatch.setattr(sys, "argv", ["bot.py", "paste", "--room", room, "--db", group.database.url])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("王阿姨: +2".encode())))
    with pytest.raises(SystemExit) as ended:
        bot.main()
    assert ended.value.code == 1
    assert problem in capsys.readouterr().err
