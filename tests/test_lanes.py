"""One conversation after another's order: strictly kept within, free between."""

import asyncio
import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.lanes import Lanes
from tests.npm_gateway import until

Event = tuple[str, int]


class Heard:
    """Handles events as a door would, and remembers them; `gates` hold single events up."""

    def __init__(self, patience: float = 5) -> None:
        self.events: list[Event] = []
        self.gates: dict[Event, asyncio.Event] = defaultdict(asyncio.Event)
        self.slow: set[Event] = set()
        self.lanes: Lanes[Event] = Lanes(self.handle, patience=patience)

    async def handle(self, event: Event) -> None:
        if event in self.slow:
            await self.gates[event].wait()
        self.events.append(event)

    async def find(self, event: Event) -> str:
        """The lane of an event, once its gate is open."""
        await self.gates[event].wait()
        return event[0]


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=25),
    st.randoms(use_true_random=False),
)
async def test_every_lane_keeps_its_order(arrivals: list[tuple[str, bool]], dice: random.Random) -> None:
    heard = Heard()
    events = [(lane, number) for number, (lane, _) in enumerate(arrivals)]
    for event, (lane, known) in zip(events, arrivals, strict=True):
        heard.lanes.put(event, lane if known else heard.find(event))
    for event in dice.sample(events, len(events)):
        heard.gates[event].set()
        await asyncio.sleep(0)
    await heard.lanes.drained()
    for lane in "abc":
        assert [e for e in heard.events if e[0] == lane] == [e for e in events if e[0] == lane]


async def test_a_slow_handler_holds_up_its_own_lane_only() -> None:
    heard = Heard()
    heard.slow.add(("a", 1))
    for event in (("a", 1), ("a", 2), ("b", 3)):
        heard.lanes.put(event, event[0])
    await settle()
    assert heard.events == [("b", 3)]
    heard.gates["a", 1].set()
    await heard.lanes.drained()
    assert heard.events == [("b", 3), ("a", 1), ("a", 2)]


async def test_an_unknown_lane_is_waited_for_only_so_long() -> None:
    heard = Heard(patience=0.01)
    heard.lanes.put(("a", 1), heard.find(("a", 1)))
    heard.lanes.put(("b", 2), "b")
    await until(lambda: heard.events)
    assert heard.events == [("b", 2)]
    heard.gates["a", 1].set()
    await heard.lanes.drained()
    assert heard.events == [("b", 2), ("a", 1)]


async def test_an_event_without_a_lane_is_counted_as_lost(caplog: pytest.LogCaptureFixture) -> None:
    async def nowhere() -> str:
        raise ConnectionError("三栋的钥匙在花盆下面")

    heard = Heard()
    heard.lanes.put(("a", 1), nowhere())
    heard.lanes.put(("a", 2), "a")
    await heard.lanes.drained()
    assert (heard.events, heard.lanes.lost) == ([("a", 2)], 1)
    assert "ConnectionError" in caplog.text
    assert "钥匙" not in caplog.text


async def test_drained_waits_for_what_came_before_not_after() -> None:
    heard = Heard()
    heard.slow.add(("b", 2))
    heard.lanes.put(("a", 1), "a")
    waiting = asyncio.create_task(heard.lanes.drained())
    await asyncio.sleep(0)
    heard.lanes.put(("b", 2), "b")
    async with asyncio.timeout(5):
        await waiting
    assert heard.events == [("a", 1)]
    await heard.lanes.close(0)


async def test_close_lets_go_of_everything() -> None:
    heard = Heard()
    heard.slow.add(("a", 1))
    heard.lanes.put(("a", 1), "a")
    heard.lanes.put(("b", 2), heard.find(("b", 2)))
    await settle()
    await heard.lanes.close(0.01)
    heard.lanes.put(("c", 3), "c")
    heard.lanes.put(("c", 4), heard.find(("c", 4)))
    await heard.lanes.drained()
    assert heard.events == []
    assert heard.lanes.lost == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_handler_may_close() -> None:
    async def last(event: Event) -> None:
        await lanes.close(5)
        seen.append(event)

    seen: list[Event] = []
    lanes: Lanes[Event] = Lanes(last)
    lanes.put(("a", 1), "a")
    async with asyncio.timeout(4):
        await lanes.drained()
    await settle()
    assert seen == [("a", 1)]
