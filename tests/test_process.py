"""`python bot.py run` on the real npm gateway, as a shopkeeper runs it: from the owner's code to the closing line."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_bot import START, LiveBot
from tests.npm_gateway import TOKEN, NpmGateway, free_port, running_gateway, until
from tests.storm import AMPLE, KILLS, ORDERS, POSTS, STOCK, TAKEN, Order, Storm

ROOM, OTHER_ROOM = "1@chatroom", "2@chatroom"
CLOSING = "客厅停好了，订单和账都在。"
TALK = (
    ("li", "开团 红富士苹果 5斤装 29.9元 40份 明天18:00截单", "没错就回“确认”"),
    ("li", "确认", "开团啦：红富士苹果"),
    ("wang", "+2", "王阿姨 已记下 红富士苹果 2份，59.8元"),
    ("wang", "我的订单", "红富士苹果 2份"),
    ("li", "停用", "歇着"),
)
"""Who says what, and words of the answer."""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def process() -> Iterator[NpmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(process: NpmGateway) -> Iterator[NpmGateway]:
    process.reset()
    yield process
    assert process.broken == []


@pytest.fixture
def bot(gateway: NpmGateway, tmp_path: Path) -> Iterator[LiveBot]:
    bot = LiveBot(tmp_path, gateway.port, owner="li")
    yield bot
    bot.kill()


async def answer(gateway: NpmGateway, to: str, words: str, within: float = 20) -> None:
    """Wait until something with these words in it has been said to `to`."""
    await until(lambda: any(where == to and words in text for where, text in gateway.heard), within, every=0.05)


async def opened(bot: LiveBot, gateway: NpmGateway) -> None:
    """The bot runs, and 李姐 has it serve the first room."""
    bot.start()
    await bot.online()
    gateway.say("li", ROOM, "启用")
    await answer(gateway, ROOM, "我是幸福里小店的小帮手客厅")


async def test_a_shop_opens_serves_one_room_and_closes(bot: LiveBot, gateway: NpmGateway) -> None:
    await opened(bot, gateway)
    for by, said, words in TALK:
        gateway.say("li", OTHER_ROOM, said)
        gateway.say(by, ROOM, said)
        await answer(gateway, ROOM, words)
    gateway.say("wang", ROOM, "+1")
    gateway.say("wang", "bot", "我的订单")
    await answer(gateway, "wang", "红富士苹果 2份")
    assert {where for where, _ in gateway.heard} == {ROOM, "wang"}
    assert await bot.stop(signal.SIGTERM) == 0
    assert bot.printed.endswith(f"{CLOSING}\n")
    assert list(bot.cwd.iterdir()) == []
    assert "connected to the gateway" in bot.log
    assert not [word for word in ("红富士", "订单", "+2", "启用", "歇着", TOKEN) if word in bot.log]


async def test_whoever_sends_the_printed_code_owns_the_shop_from_then_on(gateway: NpmGateway, tmp_path: Path) -> None:
    bot = LiveBot(tmp_path, gateway.port)
    bot.start()
    try:
        await bot.online()
        gateway.say("wang", "bot", "店主-00000000")
        gateway.say("li", "bot", bot.owner_code)
        await answer(gateway, "li", "李姐，从现在起您就是店主了")
        assert await bot.stop(signal.SIGINT) == 0
        assert bot.printed.endswith(f"{CLOSING}\n")
        bot.start()
        await bot.online()
        assert "店主-" not in bot.printed
        gateway.say("li", ROOM, "启用")
        await answer(gateway, ROOM, "小帮手客厅")
    finally:
        bot.kill()


# --- a gateway that is away ---


async def test_a_gateway_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    with running_gateway() as gateway:
        gateway.kill()
        bot = LiveBot(tmp_path, gateway.port, owner="li")
        bot.start()
        try:
            await until(lambda: "还连不上微信网关" in bot.printed, 40)
            gateway.start()
            await until(lambda: bot.printed.endswith("连上微信网关了。\n"), 40)
            assert bot.printed.count("还连不上") == 1
            gateway.say("li", ROOM, "启用")
            await answer(gateway, ROOM, "小帮手客厅")
        finally:
            bot.kill()


async def test_a_bot_without_its_gateway_stops_as_quickly(tmp_path: Path) -> None:
    bot = LiveBot(tmp_path, free_port())
    bot.start()
    try:
        await until(lambda: "no connection to the gateway" in bot.log, START)
        assert await bot.stop() == 0
        assert bot.printed.endswith(f"{CLOSING}\n")
    finally:
        bot.kill()


async def test_the_shop_goes_on_after_the_gateway_was_killed(tmp_path: Path) -> None:
    with running_gateway() as gateway:
        bot = LiveBot(tmp_path, gateway.port, owner="li")
        try:
            await opened(bot, gateway)
            gateway.say("li", ROOM, "开团 鸡蛋 12元 30份 明天18:00截单")
            await answer(gateway, ROOM, "没错就回“确认”")
            gateway.kill()
            await until(lambda: "no connection to the gateway" in bot.log)
            gateway.start()
            await until(lambda: bot.log.count("logged in as") == 2, 40)
            gateway.say("li", ROOM, "确认")
            await answer(gateway, ROOM, "开团啦：鸡蛋")
            assert await bot.stop() == 0
        finally:
            bot.kill()


# --- whose database it is ---


async def test_a_practice_database_is_refused_live(bot: LiveBot) -> None:
    bot.start("chat")
    assert await bot.ended() == 0, bot.log
    bot.start()
    assert await bot.ended() == 2
    assert bot.log.startswith("这个数据库是练习用的")


async def test_a_real_database_is_refused_for_practice(bot: LiveBot) -> None:
    bot.start()
    await bot.online()
    await bot.stop()
    bot.start("chat")
    assert await bot.ended() == 2
    assert bot.log.startswith("这个数据库里是真的店")


async def test_a_second_bot_on_one_database_is_turned_away(bot: LiveBot) -> None:
    bot.start()
    await bot.online()
    second = bot.twin()
    second.start()
    assert await second.ended() == 3
    assert second.log.startswith("这个数据库已经有一个客厅在用了")
    assert bot.alive


# --- a storm: 300 orders while the bot is killed and started again ---


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """The storm is over, all is said, and the bot still runs."""
    with running_gateway() as gateway:
        storm = Storm(gateway, LiveBot(tmp_path_factory.mktemp("storm"), gateway.port, owner="li"), seed=20261122)
        try:
            asyncio.run(storm.weather())
            yield storm
        finally:
            storm.bot.kill()


@pytest.fixture
def entries(storm: Storm) -> list[Order]:
    return storm.bot.rows(
        "SELECT o.room_id, m.name, e.before, e.after FROM groupbuy_entry e"
        " JOIN groupbuy_order o ON o.id = e.order_id JOIN member m ON m.id = o.member_id ORDER BY e.id"
    )


def test_it_was_a_storm(storm: Storm) -> None:
    assert len(storm.sent) >= ORDERS
    assert storm.kills == KILLS + 1
    assert len(storm.answered) > TAKEN


def test_every_order_that_was_answered_is_there_once_and_every_order_there_was_answered(
    storm: Storm, entries: list[Order]
) -> None:
    assert len(entries) == len(set(entries))
    assert storm.answered == set(entries)


def test_what_is_there_is_what_was_typed(storm: Storm, entries: list[Order]) -> None:
    seen = {row[0] for row in storm.bot.rows("SELECT id FROM seen")}
    typed = Counter(order for message, order in storm.sent.items() if message in seen)
    there = Counter((room, who, after - before) for room, who, before, after in entries)
    assert there <= typed
    assert {o: n for o, n in there.items() if o[0] == AMPLE} == {o: n for o, n in typed.items() if o[0] == AMPLE}


def test_every_message_has_all_of_its_effect_or_none(storm: Storm) -> None:
    seen = {row[0] for row in storm.bot.rows("SELECT id FROM seen")}
    for room in STOCK:
        heard = sum(where == room for message, (where, *_) in storm.sent.items() if message in seen)
        noted = storm.bot.rows("SELECT count(*) FROM activity WHERE kind = '+' AND room_id = ?", room)
        said = storm.bot.rows(
            "SELECT count(*) FROM outbox WHERE room_id = ? AND kind = 'answer' AND text LIKE '邻居__%苹果 %'", room
        )
        assert [(heard,)] == noted == said


def test_stock_is_exact_and_never_oversold(storm: Storm) -> None:
    query = """
        SELECT i.stock, i.sold,
               (SELECT sum(quantity) FROM groupbuy_order WHERE item_id = i.id AND status = 'placed'),
               (SELECT sum(after - before) FROM groupbuy_entry e JOIN groupbuy_order o ON o.id = e.order_id
                WHERE o.item_id = i.id)
        FROM groupbuy_item i"""
    items = storm.bot.rows(query)
    assert {stock for stock, *_ in items} == set(STOCK.values())
    assert [sold == placed == entered and sold <= stock for stock, sold, placed, entered in items] == [True, True]


def test_orders_change_step_by_step(entries: list[Order]) -> None:
    standing: Counter[tuple[str, str]] = Counter()
    for room, who, before, after in entries:
        assert standing[room, who] == before
        standing[room, who] = after


def test_every_moment_of_a_post_was_said_at_most_once_in_a_room(storm: Storm) -> None:
    posts = storm.bot.rows("SELECT room_id, text, status FROM outbox WHERE kind = 'post'")
    assert len(posts) >= len(POSTS) * len(STOCK)
    assert len({(room, text) for room, text, _ in posts}) == len(posts)  # each has words of its own, so it can be told
    heard = storm.posts
    assert set(heard) <= {(room, text) for room, text, _ in posts}
    assert [said for said, times in heard.items() if times > 1] == []
    assert [said for *said, status in posts if status == "sent" and tuple(said) not in heard] == []


def test_no_moment_of_a_post_is_missing_or_there_twice(storm: Storm) -> None:
    for post in POSTS:
        moments = [row[0] for row in storm.bot.rows("SELECT moment FROM postmoment WHERE post = ? ORDER BY 1", post)]
        assert moments == list(range(moments[0], moments[-1] + 1, 60))


def test_a_post_that_was_being_said_at_a_kill_stays_in_doubt(storm: Storm) -> None:
    assert storm.bot.rows("SELECT 1 FROM outbox WHERE kind = 'post' AND status = 'uncertain'")


def test_eggs_are_handed_over_once(storm: Storm) -> None:
    booked = storm.bot.rows(
        "SELECT m.name, -l.amount FROM ledger l JOIN member m ON m.id = l.account WHERE l.amount < 0"
    )
    assert len(booked) == len(set(booked)) > 0
    assert set(storm.handed) == set(booked)


def test_the_ledger_adds_up(storm: Storm) -> None:
    entries = storm.bot.rows("SELECT account, unit, sum(amount) FROM ledger GROUP BY 1, 2 ORDER BY 1, 2")
    assert entries == storm.bot.rows("SELECT account, unit, amount FROM balance ORDER BY 1, 2")


def test_nothing_is_left_on_its_way(storm: Storm) -> None:
    left = storm.bot.rows("SELECT kind, status FROM outbox WHERE status <> 'sent' AND kind <> 'post'")
    assert left == []
    assert storm.bot.rows("SELECT 1 FROM outbox WHERE status = 'sending'") == []


def test_the_database_is_sound(storm: Storm) -> None:
    assert storm.bot.rows("PRAGMA integrity_check") == [("ok",)]
    assert storm.bot.rows("PRAGMA foreign_key_check") == []


def test_nobody_was_left_with_a_failure(storm: Storm) -> None:
    assert "Traceback" not in storm.bot.every_log
    assert storm.gateway.broken == []


def test_what_is_delivered_again_has_no_second_effect(storm: Storm) -> None:
    queries = (
        "SELECT * FROM groupbuy_entry",
        "SELECT * FROM groupbuy_order",
        "SELECT * FROM groupbuy_item",
        "SELECT * FROM ledger",
        "SELECT * FROM egg_code",
    )
    before = [storm.bot.rows(query) for query in queries]
    asyncio.run(storm.deliver_again())
    assert [storm.bot.rows(query) for query in queries] == before
