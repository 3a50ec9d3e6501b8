"""Talk costs nothing: what is no command is dismissed before any database, and what is meant as an order is taken."""

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from community import people, staff
from community.db import Database, Tx
from community.events import Heard, Person, Place
from community.groupbuy import buys, finding
from community.groupbuy.wishes import read_wishes
from community.house import House
from community.people import Role
from community.quantity import looks_like_number, normalise
from community.refusal import Refusal
from community.terms import read_terms
from handlers.command import Where, discover
from handlers.desk import Desk
from handlers.router import Match, Router
from tests.conftest import BEGIN, Now, write

OPEN, QUIET = Place("open", "幸福里1群"), Place("quiet", "幸福里2群")
WANG, OWNER = Person("wxid_wang", "王阿姨"), Person("wxid_owner", "店主")

TALK = """
我要去接孩子了|我要下班了|我要睡了|我要回家做饭|我要是有空就去|我要不要带伞|我要出门了|我要减肥|我要投诉物业
我要一直等到什么时候|我要一下午才能修好|我要一点时间|我要三天后才回来|我要两个小时才到家|我要十分钟|我要壹个人去
我要２个人帮忙|我要٣个人|我要去3号楼|我要找5栋的李姐|我要100块钱零钱|我要2点去开会|我要三点接娃|我要2个小时
我要 2 个小时|我要给我妈打个电话|我要带3个孩子去公园|我要哭了|我要两头跑|我要半天假|来两个人帮忙|来3个人抬一下
来一下|来一趟|来2个小时了|来一个人|来两位|来一把|来一把斗地主|来1个|来两天了|来了|来吧|来 大家看看|要2个小时
要两天|要3点才开门|要一会儿|要一个小时|要不要|要 下雨了|要两个人|要5块钱|要十分钟|要半小时|取消 航班了
取消 明天的会议|取消 不了|取消 吧|取消了|取消一个会议|取消 预约怎么弄|取消两次了|取消 今晚的活动|改 天再说
改 一下地址|改一下时间|改 不了|改天吧|改3点开会|改三点吧|改成3点|改成 明天吧|改为下午|改为3点集合|改 吧
改 密码怎么改|确认 谢谢|确认 一下|确认 收到|状态 不好|状态 不错啊|截单 了吗|截单 了|撤团 了吗|收团 了吧
海报 真好看啊|菜单 发一下|菜单 有吗|帮助 一下老人|团购 好累|团购 什么时候到|团购 今天有吗|拼团 便宜吗
特价 真便宜|特价 有什么|我的订单 怎么还没到|我的订单 被别人拿走了|我的鸡蛋 碎了|邀请规则 谁懂|我的邀请 函丢了
开团 了吗|到货 了吗|到货 了没|接龙 开始了吗|启用 了吗|停用 了|暂停 一下|继续 加油|继续 努力|取货码 是多少
我的取货码 没收到|我住哪 你知道的|解绑 银行卡|未付 款|退款 怎么还没到|退款 到账了|售后服务真好|售后态度很差
我是3号楼的|我是 业主|我是 新来的|我是5号楼|我是3号院的|同意|同意 楼上的|同意 我也觉得|我已付|钱已付|早就已付
已付了|已付款|已退了|都已退|进货 太慢了|盘点 好累啊|库存 还有吗|查价 了吗|上次改 了吧|+微信|+v我50
再来一个|再来一首|再来一把|加油|加一点糖|加2个微信|加一下微信|再加两个菜|再要2个小时|苹果改成晚上送|苹果手机改成3点取|苹果改天再买
苹果手机不要了|苹果不要了那么多|取消苹果手机的预约|取消会议|一份报告|2份合同明天交|一箱货在楼下|两盒药|苹果要两块钱|苹果和桃子哪个甜
+86 13800000000|+1同意|+1支持楼上|+1s|+一起去|+好友|+我|昨天开团了|大家+1|今天真冷|苹果真好吃|苹果手机不错
红富士是什么|苹果2块钱一斤那是哪年的事了|好的|收到|谢谢老板|👍|1|-1|早上好
"""
SAID = [one for line in TALK.split("\n") for one in line.split("|") if one]

ORDERS = """
+1|＋２|+ 2|+两箱|+壹|+2份|+1谢谢|+1[玫瑰]|+1👍|+1 苹果|+2 红富士苹果|+1 橙子|+1，放门口|+1 明天去拿
+2（一份给我妈）|+1 谢谢老板|+2 晚点来拿|+1放门口|+0|+½|+2 3份|+1 要大的|+1 苹果，放门口|我要两份|我要2份苹果
我要壹份|我要３份|+٣|我要苹果 2份|我要 2|我要2份 明天拿|我要两份，下班来取|我要1份 5斤装|我要2斤|我要周末水果2份
来2份|来两份|来 2份苹果|来2|来两箱|来２份|来1份，放门卫|要2份|要2份砂糖橘|要两箱|要1个苹果|要 3份|苹果2份
红富士2|A2 B1|改 3|改3|改成2份|改为2份|改为两份|改成 三份|改 2 苹果|改 0|改 2 橙子|改 苹果|取消|取消 苹果
苹果改成1份|苹果改1|苹果 改成 2份|苹果不要了|砂糖橘取消吧|取消苹果|苹果来两份|苹果再要1份|苹果加一
再来一份苹果|再来1份|再加两份|加1份苹果
加一|一份苹果|2份苹果|一份苹果，再来两份砂糖橘|苹果2份 橘子一份|A2 B1，苹果要大的|苹果+1，要大的，有磕碰的不要
取消全部|取消 全部
取消1份|取消订单|取消 香蕉|取消 B|参团 2|参团|跟团 两份|团购|拼团|我的订单|我的订单 看一下|我的鸡蛋 查一下
邀请榜|邀请规则|帮助|菜单|特价|接龙|接龙 苹果|我是 3号|同意 2号|同意 李姐|售后 苹果坏了2个|售后17 退5元
开团 苹果 5斤装 29.9元 40份 明天18:00截单|开团 苹果|确认|截单|截单 苹果|撤团 周末水果|到货 苹果 30|王阿姨 已付
已付 王阿姨|已付|进货 鲜鸡蛋 30|盘点 鲜鸡蛋|核销 4821
"""
MEANT = [one for line in ORDERS.split("\n") for one in line.split("|") if one]
ONLY_WHERE_OPEN = (
    "+",
    "＋",
    "我要",
    "来",
    "要",
    "苹果",
    "红富士",
    "A",
    "改 苹果",
    "改 2 橙子",
    "改 2 苹果",
    "取消苹果",
    "取消全部",
    "取消 全部",
    "砂糖橘",
    "再",
    "加",
    "一份",
    "2份",
    "我是",
    "同意",
)


TERMS = """周末水果 今天18:00截单
  红富士苹果 5斤装 29.9元 10份
  砂糖橘 一箱 35元 6箱"""


def opened(tx: Tx) -> None:
    """In one of the rooms apples and oranges are on offer."""
    buys.draft(tx, read_terms(TERMS, BEGIN), OPEN.id, WANG.id, BEGIN)
    buys.confirm(tx, OPEN.id, WANG.id, BEGIN)


@pytest.fixture(scope="module")
def shut(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A shop's database whose pen is put away: whatever is handed to it is an error."""
    database = Database(f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('talk'))}")
    for room in (OPEN, QUIET):
        write(database, people.known_room, room, BEGIN)
    write(database, people.meet, WANG, BEGIN)
    write(database, staff.enthrone, OWNER, BEGIN)
    write(database, opened)
    database.pen.close()
    return database


class Counter:
    """A front desk on such a database; `hear` says whether it was to be used for what was said."""

    def __init__(self, database: Database, house: House) -> None:
        self.router = Router(discover())
        self._desk = Desk(database, house, self.router, Now())
        self._desk.look_around()
        self._looks = 0
        event.listen(database.engine, "checkout", self._looked)

    def hear(self, text: str, room: Place | None, *, by: Person = WANG) -> bool:
        try:
            self._desk.receive(Heard("m", by, text, room))
        except RuntimeError:
            return True
        return self._looks > 0

    def _looked(self, *_args: object) -> None:
        self._looks += 1


@pytest.fixture
def counter(shut: Database, house: House) -> Counter:
    return Counter(shut, house)


def test_a_look_at_the_database_is_noticed(shut: Database, counter: Counter) -> None:
    assert not counter.hear("早上好", OPEN)
    with shut.reading() as tx:
        finding.on_offer(tx)
    assert counter.hear("早上好", OPEN)


PIECES = [
    *"两壹三份箱斤个 ，x半Ab的+",
    *("1", "２", "苹果", "红富士苹果", "砂糖橘", "5斤装", "谢谢", "放门口", "明天拿", "（", "）", "橙子", "小时", "人"),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_nothing_that_orders_what_is_on_offer_is_dismissed(shut: Database, counter: Counter, words: str) -> None:
    said = normalise(words)
    with shut.reading() as tx:
        found = finding.open_in(tx, OPEN.id, BEGIN)
    try:
        read_wishes(said, found, strict=not looks_like_number(said))
    except Refusal:
        return
    assert found_by(counter.router, f"我要{said}", OPEN)


def test_there_is_enough_to_talk_about() -> None:
    assert len(set(SAID)) >= 80
    assert len(set(MEANT)) >= 40


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize("room", [OPEN, QUIET], ids=["open", "quiet"])
def test_talk_touches_no_database(counter: Counter, text: str, room: Place) -> None:
    assert not counter.hear(text, room)


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_as_a_command_is_taken(counter: Counter, text: str) -> None:
    assert counter.hear(text, OPEN, by=OWNER)


STAFF_SAYS = [
    (text, Place("open", "幸福里1群") if one.where is not Where.DIRECT else None)
    for one in discover()
    if one.everyday and one.who > Role.RESIDENT
    for text in (*one.keywords, one.example)
]


@pytest.mark.parametrize(("text", "room"), STAFF_SAYS)
def test_words_of_the_staff_are_talk_among_neighbours(counter: Counter, text: str, room: Place | None) -> None:
    assert not counter.hear(text, room, by=WANG)


def test_who_works_here_is_known_as_soon_as_it_changes(database: Database, house: House) -> None:
    desk = Desk(database, house, router := Router(discover()), Now())
    desk.look_around()
    code = write(database, staff.offer, Role.OWNER, Random(7), BEGIN)
    assert found_by(router, "继续", OPEN) is None
    desk.receive(Heard("m1", WANG, code, None))
    assert found_by(router, "继续", OPEN)
    for future in desk.under_way:
        future.result(30)
    write(database, lambda _tx: None)
    assert found_by(router, "继续", OPEN)
    assert router.find(Heard("m2", Person("wxid_li", "李姐"), "继续", OPEN)) is None


@pytest.mark.parametrize("text", MEANT)
def test_an_order_where_nothing_is_on_offer_is_talk_and_every_other_command_is_none(
    counter: Counter, text: str
) -> None:
    talk = text.startswith(ONLY_WHERE_OPEN) or text in ("接龙 苹果", "取消 苹果", "取消 香蕉", "取消 B", "改 0")
    assert counter.hear(text, QUIET, by=OWNER) is not talk


@pytest.mark.parametrize("text", ["取消", "取消 一份", "改 2", "改2份"])
def test_whoever_comes_too_late_is_heard(counter: Counter, text: str) -> None:
    assert counter.hear(text, QUIET)


def found_by(router: Router, text: str, room: Place = QUIET) -> Match | None:
    return router.find(Heard("m", WANG, text, room))


def test_nothing_is_assumed_of_rooms_before_it_is_known_or_while_it_changes() -> None:
    router = Router(discover())
    assert found_by(router, "+1")
    router.offer({})
    assert not found_by(router, "+1")
    router.changing("m1")
    assert found_by(router, "+1")
    router.changed("m1")
    assert not found_by(router, "+1")
