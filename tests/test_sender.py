"""The sender, with a simulated way to carry words and a simulated clock: it decides nothing and survives everything."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from sqlmodel import select

from community import outbox
from community.db import Database, DatabaseTrouble, Tx
from community.house import House
from community.outbox import ECHO, Kind, Outbox
from community.pacing import Quiet, Schedule
from community.shop import Shop
from gateway.sender import Sender
from gateway.transport import Refused, Unreachable, Unsure
from tests.conftest import Now, read, write


class Wire:
    """A way to carry words: `said` is what arrived; `fails` are raised first, one a message."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.said: list[tuple[datetime, str, str]] = []
        self.fails: list[BaseException] = []
        self.arrived = asyncio.Event()
        self.on_way: Callable[[], object] = lambda: None
        self.stuck = False

    async def say(self, to: str, text: str, mentions: Sequence[str] = ()) -> None:
        self.on_way()
        if self.stuck:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails.pop(0)
        self.said.append((self.now(), to, text))
        self.arrived.set()

    async def show(self, to: str, name: str, image: bytes) -> None:
        raise NotImplementedError

    async def hand(self, to: str, name: str, content: bytes) -> None:
        raise NotImplementedError


class Office:
    """A sender at work on a simulated clock; `told` is what the owner heard by the other way."""

    def __init__(self, database: Database, house: House, now: Now) -> None:
        self.database = database
        self.now = now
        self.wire = Wire(now)
        self.told: list[str] = []
        self.sender = Sender(database, self.wire, house, now, self._tell)

    async def _tell(self, kind: str, text: str) -> None:
        self.told.append(kind)

    def say(self, text: str, to: str = "甲", kind: Kind = "answer") -> None:
        write(self.database, outbox.say, to, text, kind, self.now())

    async def work(self, seconds: float) -> None:
        """Let that much simulated time go by, the sender taking every turn it may."""
        end = self.now().timestamp() + seconds
        while (until := await self.sender.turn()) is not None and until <= end:
            self.now.pass_(max(0.0, until - self.now().timestamp()))
        self.now.pass_(max(0.0, end - self.now().timestamp()))

    def wire_up(self) -> None:
        """Let every commit wake the sender, as in life."""
        loop, wake = asyncio.get_running_loop(), self.sender.wake

        def ring() -> None:
            loop.call_soon_threadsafe(wake)

        self.database.pen.on_commit = ring

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.wire.said]

    @property
    def states(self) -> list[str]:
        def look(tx: Tx) -> list[str]:
            return list(tx.session.exec(select(Outbox.status).order_by("id")))

        return read(self.database, look)  # type: ignore[no-any-return] # it gives whatever the function gives


@pytest.fixture
def office(database: Database, house: House, now: Now) -> Office:
    return Office(database, house, now)


async def test_words_go_out_in_their_order_at_the_shops_pace(office: Office) -> None:
    for text, to in (("一" * 201, "甲"), ("二" * 201, "甲"), ("三" * 201, "乙")):
        office.say(text, to)
    await office.work(10)
    begin = office.wire.said[0][0]
    assert [round((at - begin).total_seconds(), 1) for at, *_ in office.wire.said] == [0, 1, 4]
    assert office.states == ["sent"] * 3


@pytest.mark.parametrize(
    ("error", "state", "times"),
    [
        (Refused("not in the room"), "failed", 0),
        (Unreachable("no connection"), "sent", 1),
        (Unsure("no answer"), "sent", 1),
        (ValueError("nobody thought of this"), "sent", 1),
    ],
)
async def test_a_failure_is_the_lines_own_and_the_next_one_goes_out(
    office: Office, error: Exception, state: str, times: int
) -> None:
    office.wire.fails.append(error)
    office.say("一")
    await office.work(0)
    office.say("二", "乙")
    await office.work(ECHO + 10)
    assert office.states == [state, "sent"]
    assert office.texts.count("一") == times
    assert office.texts.count("二") == 1


async def test_an_error_that_nobody_thought_of_is_logged_whole(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.wire.fails.append(ValueError("odd"))
    office.say("悄悄话")
    await office.work(0)
    assert "Traceback" in caplog.text
    assert "悄悄话" not in caplog.text


async def test_while_the_gateway_is_away_nothing_is_tried_and_nothing_lost(office: Office) -> None:
    office.sender.reachable = lambda: False
    office.say("一")
    await office.work(3600)
    assert office.states == ["queued"]
    office.sender.reachable = lambda: True
    await office.work(1)
    assert office.texts == ["一"]


async def test_a_used_up_budget_is_told(office: Office, house: House) -> None:
    house.shop = Shop(sender=Schedule(0, 0, 4))
    for number in range(3):
        office.say(f"{number}", kind="post")
    await office.work(1)
    assert office.told == ["budget"]
    await office.work(60)
    assert office.texts == ["0", "1", "2"]


async def test_the_pace_itself_is_no_news(office: Office) -> None:
    for room in "甲乙丙":
        office.say("好", room)
    await office.work(20)
    assert (office.texts, office.told) == (["好"] * 3, [])


async def test_after_a_start_what_was_on_its_way_is_settled_by_its_echo(office: Office) -> None:
    office.say("一")
    write(office.database, outbox.take, Schedule(), Quiet(), office.now())
    await office.sender.recover()
    assert office.states == ["uncertain"]
    write(office.database, outbox.heard, "甲", "一", office.now())
    await office.work(2 * ECHO)
    assert (office.texts, office.states) == ([], ["sent"])


async def test_an_echo_that_is_faster_than_the_gateways_answer_counts(office: Office) -> None:
    office.wire.on_way = lambda: write(office.database, outbox.heard, "甲", "一", office.now())
    office.wire.fails.append(Unsure("no answer"))
    office.say("一")
    await office.work(2 * ECHO)
    assert office.states == ["sent"]


async def test_an_outcome_that_could_not_be_written_down_is_written_before_anything_else(office: Office) -> None:
    office.say("一")
    office.say("二" * 300)
    office.wire.on_way = lambda: _sick(office.database)
    office.wire.fails.append(Unreachable("no connection"))
    with pytest.raises(DatabaseTrouble):
        await office.sender.turn()
    assert office.states == ["sending", "queued"]
    office.wire.on_way = lambda: None
    await office.work(30)
    assert office.texts == ["一", "二" * 300]


def _sick(database: Database) -> None:
    """The next write fails."""
    write(database, lambda tx: tx._cursor.execute("PRAGMA query_only = ON"))


# At work in real time


async def _until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a table and a log ring no bell
            await asyncio.sleep(0.005)


async def test_it_wakes_for_news_at_once_and_otherwise_sleeps(office: Office) -> None:
    office.wire_up()
    takes: list[str] = []
    write(office.database, _trace, lambda sql: takes.append(sql) if sql.startswith("UPDATE") else None)
    working = asyncio.create_task(office.sender.run())
    office.say("一")
    await asyncio.wait_for(office.wire.arrived.wait(), 2)
    await _until(lambda: office.states == ["sent"])
    before = len(takes)
    for _ in range(50):
        await asyncio.wrap_future(office.database.pen.write(outbox.waiting))
    assert len(takes) - before <= 2  # one look may have been under way
    working.cancel()


def _trace(tx: Tx, to: Callable[[str], object]) -> None:
    raw = tx.session.connection().connection.driver_connection
    assert raw is not None
    raw.set_trace_callback(to)


async def test_at_night_an_answer_does_not_wait_behind_a_post(office: Office) -> None:
    office.now.moment = office.now().replace(hour=23)
    office.wire_up()
    office.say("特价", kind="post")
    working = asyncio.create_task(office.sender.run())
    await _until(lambda: read(office.database, outbox.waiting) == 1)
    office.say("记下了")
    await asyncio.wait_for(office.wire.arrived.wait(), 2)
    assert office.texts == ["记下了"]
    working.cancel()


async def test_a_sick_database_is_named_in_the_log_and_waited_out(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    _sick(office.database)
    working = asyncio.create_task(office.sender.run())
    await _until(lambda: "cannot send" in caplog.text)
    assert not working.done()
    assert "Traceback" not in caplog.text
    working.cancel()


async def test_finishing_lets_the_last_message_arrive_and_starts_no_other(office: Office) -> None:
    office.say("一")
    office.say("二", "乙")
    turn = asyncio.create_task(office.sender.turn())
    await asyncio.sleep(0)
    await office.sender.finish()
    await turn
    office.now.pass_(60)
    assert await office.sender.turn() is None
    assert office.texts == ["一"]


async def test_finishing_does_not_wait_for_a_link_that_hangs(office: Office) -> None:
    office.wire.stuck = True
    office.say("一")
    turn = asyncio.create_task(office.sender.turn())
    await _until(lambda: office.states == ["sending"])
    await office.sender.finish(grace=0.01)
    turn.cancel()
    await office.sender.recover()
    assert office.states == ["uncertain"]


@pytest.mark.parametrize("ticks", range(6))
async def test_it_ends_when_told_even_if_news_come_at_the_same_moment(office: Office, ticks: int) -> None:
    running = asyncio.create_task(office.sender.run())
    await asyncio.sleep(0.05)  # it has looked, found nothing, and rests
    office.sender.wake()
    for _ in range(ticks):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=1)
    assert done
