"""The pace, over random days in simulated time: never too many in any minute, never too close, whatever restarts."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import outbox, pacing
from community.db import Database
from community.outbox import Kind, Rest, Sending
from community.pacing import Quiet, Schedule
from tests.conftest import BEGIN, Now, write

KINDS: list[Kind] = ["answer", "notice", "post"]
NEVER = Quiet(time(0), time(0))
NOISE = 0.002  # seconds; moments are floating point


@dataclass
class Day:
    """A workload: what is queued when, how long a message is on its way, when the bot is killed."""

    lines: list[tuple[float, str, Kind]]
    slowness: float
    kills: list[float]
    schedule: Schedule
    chance: Random = field(default_factory=lambda: Random(1))


@st.composite
def days(draw: st.DrawFn) -> Day:
    line = st.tuples(st.floats(0, 90), st.sampled_from("abc"), st.sampled_from(KINDS))
    return Day(
        lines=sorted(draw(st.lists(line, min_size=1, max_size=70))),
        slowness=draw(st.sampled_from([0.0, 0.1, 2.0, 25.0])),
        kills=sorted(draw(st.lists(st.floats(0, 200), max_size=3))),
        schedule=draw(st.sampled_from([Schedule(), Schedule(0.1, 0.3, 12), Schedule(0, 0, 5)])),
    )


class Run:
    """Plays a day on one file; `arrived` is what reached the rooms, when and where."""

    def __init__(self, file: Path, day: Day) -> None:
        self.day = day
        self.now = Now()
        self.arrived: list[tuple[float, str, str]] = []
        self._file = file
        self._database = Database(f"sqlite:///{file}")
        self._kills = list(day.kills)
        self._lines = list(enumerate(day.lines))

    def play(self) -> None:
        until: float | None = 0.0
        while until is not None or self._lines:
            self._queue()
            until = self._turn()
            upcoming = [moment for moment in (until, *self._next_line()) if moment is not None]
            if upcoming:
                self.now.moment = max(self.now(), _moment(min(upcoming)))
        self._database.close()

    def _next_line(self) -> Iterator[float]:
        if self._lines:
            yield BEGIN.timestamp() + self._lines[0][1][0] + NOISE

    def _queue(self) -> None:
        while self._lines and BEGIN + timedelta(seconds=self._lines[0][1][0]) <= self.now():
            number, (_, room, kind) = self._lines.pop(0)
            write(self._database, outbox.say, room, f"{number}:{kind}", kind, self.now())

    def _turn(self) -> float | None:
        step = write(self._database, outbox.take, self.day.schedule, NEVER, self.now())
        if isinstance(step, Rest):
            return step.until
        self._carry(step)
        return self.now().timestamp()

    def _carry(self, sending: Sending) -> None:
        on_its_way = self.day.chance.uniform(0, self.day.slowness)
        self.now.pass_(on_its_way * self.day.chance.random())
        self.arrived.append((self.now().timestamp(), sending.to, sending.text))
        if self._kills and self.now() >= BEGIN + timedelta(seconds=self._kills[0]):
            self._restart()
        else:
            self.now.pass_(on_its_way / 2)
            write(self._database, outbox.settle, sending.batch, "sent", self.now())

    def _restart(self) -> None:
        self._kills.pop(0)
        self._database.close()
        self._database = Database(f"sqlite:///{self._file}")
        write(self._database, outbox.recover, self.now())


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, BEGIN.tzinfo)


def _played(migrated: Path, day: Day) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(shutil.copy(migrated, folder)), day)
        run.play()
    return run


@settings(max_examples=50, deadline=None)
@given(day=days())
def test_the_pace_holds_in_any_minute_and_between_any_two(migrated: Path, day: Day) -> None:
    arrived, pace = _played(migrated, day).arrived, day.schedule
    for number, (at, room, _) in enumerate(arrived):
        assert sum(1 for other, *_ in arrived[number:] if other < at + 60 - NOISE) <= pace.per_minute
        for later, next_room, _ in arrived[number + 1 : number + 2]:
            gap = pace.same_room if room == next_room else pace.between_rooms
            assert later - at >= gap - NOISE


@settings(max_examples=30, deadline=None)
@given(day=days())
def test_every_line_arrives_once_and_in_order_within_its_room_and_kind(migrated: Path, day: Day) -> None:
    day.kills = []
    run = _played(migrated, day)
    said = [(room, line) for _, room, text in run.arrived for line in text.split("\n")]
    assert sorted(line for _, line in said) == sorted(f"{n}:{kind}" for n, (_, _, kind) in enumerate(day.lines))
    for room, kind in {(room, kind) for _, room, kind in day.lines}:
        numbers = [int(line.split(":")[0]) for where, line in said if where == room and line.endswith(kind)]
        assert numbers == sorted(numbers)


@settings(max_examples=30, deadline=None)
@given(day=days())
def test_whatever_is_killed_no_answer_is_lost_and_no_post_said_twice(migrated: Path, day: Day) -> None:
    said = [line for *_, text in _played(migrated, day).arrived for line in text.split("\n")]
    answers = {f"{n}:{kind}" for n, (_, _, kind) in enumerate(day.lines) if kind == "answer"}
    assert answers <= set(said)
    broadcasts = [line for line in said if not line.endswith("answer")]
    assert len(broadcasts) == len(set(broadcasts))


@pytest.mark.parametrize("per_minute", [1, 2, 3, 4, 20, 40, 60])
def test_a_long_queue_goes_out_at_the_budget_and_not_much_below_it(migrated: Path, per_minute: int) -> None:
    line: tuple[float, str, Kind] = (0.0, "a", "post")
    day = Day([line] * 3 * per_minute, 0.0, [], Schedule(0, 0, per_minute))
    arrived = [at - BEGIN.timestamp() for at, *_ in _played(migrated, day).arrived]
    assert len([at for at in arrived if at < 60 - NOISE]) <= per_minute
    assert max(arrived) <= 60 * (3 * per_minute / max(per_minute - day.schedule.burst, 0.5))


@pytest.mark.parametrize("ends_in_a_crash", [False, True])
def test_a_message_long_on_its_way_makes_room_for_no_other(database: Database, now: Now, ends_in_a_crash: bool) -> None:
    for number in range(60):
        write(database, outbox.say, "a", f"{number}", "post", now())
    slow = write(database, outbox.take, Schedule(0, 0, 40), NEVER, now())
    arrived = now.pass_(30)
    if ends_in_a_crash:
        write(database, outbox.recover, now())
    else:
        write(database, outbox.settle, slow.batch, "sent", now())
    messages = 1
    while now() <= arrived + timedelta(seconds=60):
        step = write(database, outbox.take, Schedule(0, 0, 40), NEVER, now())
        messages += isinstance(step, Sending)
        now.moment = _moment(step.until) if isinstance(step, Rest) and step.until else now()
    assert messages <= 40


def test_a_restart_gains_nothing(database: Database, file: Path, now: Now) -> None:
    for number in range(20):
        write(database, outbox.say, "a", f"{number}" * 300, "answer", now())
    taken = 0
    for _ in range(20):
        fresh = Database(f"sqlite:///{file}")
        taken += isinstance(write(fresh, outbox.take, Schedule(0, 0, 40), NEVER, now()), Sending)
        fresh.close()
    assert taken == Schedule().burst


@pytest.mark.parametrize("jump", [-86_400, -3_600, -50, 86_400])
def test_a_clock_that_jumps_neither_silences_the_bot_nor_lets_it_rush(
    database: Database, now: Now, jump: float
) -> None:
    write(database, outbox.say, "a", "一", "answer", now())
    write(database, outbox.take, Schedule(), NEVER, now())
    write(database, outbox.settle, 1, "sent", now())
    write(database, outbox.say, "b", "二", "answer", now(), worth=timedelta(days=2))
    now.pass_(jump)
    waited = 0.0
    while isinstance(step := write(database, outbox.take, Schedule(), NEVER, now()), Rest):
        assert step.until is not None
        waited += step.until - now().timestamp()
        now.moment = _moment(step.until)
    assert step.text == "二"
    assert waited <= pacing.MINUTE + 3 + NOISE


@pytest.mark.parametrize(
    ("clock", "quiet", "ends"),
    [
        ("21:59", False, "2026-11-24 07:00"),
        ("22:00", True, "2026-11-24 07:00"),
        ("00:30", True, "2026-11-23 07:00"),
        ("06:59", True, "2026-11-23 07:00"),
        ("07:00", False, "2026-11-24 07:00"),
    ],
)
def test_quiet_hours_go_over_midnight(clock: str, quiet: bool, ends: str) -> None:
    moment = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=BEGIN.tzinfo)
    assert Quiet().covers(moment) is quiet
    assert f"{Quiet().ends(moment):%Y-%m-%d %H:%M}" == ends


def test_quiet_hours_within_a_day() -> None:
    noon = Quiet(time(12), time(14))
    assert [noon.covers(BEGIN.replace(hour=hour)) for hour in (11, 12, 13, 14)] == [False, True, True, False]
