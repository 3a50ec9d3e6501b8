"""The clock: looks at each post when it falls due and once a minute at everything, and sends the chores.

A look asks which moments have passed since the last one that was dealt with. Start-up, a late job, a computer that
slept and an ordinary morning are therefore the same code, and looking once too often does nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from community import posts
from community.db import Database, Tx
from community.gather import Gather
from community.house import House
from community.posts import Post, Published
from community.shop import Fault
from community.weather import Weather
from schedules.chores import Chore, Errand
from schedules.cron import CrontabTrigger
from schedules.plan import Plan, PlanFiles
from schedules.sense import never_said

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

MINUTE = timedelta(minutes=1)
PATIENCE = 6.0
"""Seconds that a post waits for the weather."""
REST = timedelta(minutes=10)
"""How long a chore that failed is left alone."""


class WeatherProvider(Protocol):
    """Who knows the weather."""

    async def today(self, now: datetime) -> Weather | None:
        """The weather of `now`'s day; None where nobody knows."""


class Next(NamedTuple):
    """What comes next and when."""

    at: datetime
    title: str


class Clock:
    """Runs one shop's posts and chores, by APScheduler in real life (`run`) or step by step in a play.

    `report` is told in one Chinese line what the shopkeeper must know: a post that could not be said, a broken plan.
    """

    def __init__(
        self,
        database: Database,
        plans: PlanFiles,
        gather: Gather,
        *,
        now: Callable[[], datetime],
        report: Callable[[str], None] = log.warning,
        weather: WeatherProvider | None = None,
        patience: float = PATIENCE,
        chores: Sequence[Chore] = (),
        errands: Sequence[Errand] = (),
    ) -> None:
        self._database = database
        self._plans = plans
        self._gather = gather
        self._clock = now
        self._report = report
        self._weather = weather
        self._patience = patience
        self._chores = tuple(chores)
        self._errands = tuple(errands)
        self._plan = Plan()
        self._begun = False
        self._dealt: dict[str, datetime | None] = {}  # by post, its latest moment that needs no second look
        self._looking: set[str] = set()
        self._resting: dict[str, datetime] = {}  # chores that failed, and until when they are left alone

    @property
    def house(self) -> House:
        """The shop as it is set up at this moment."""
        return self._gather.house

    def now(self) -> datetime:
        """The moment it is, on the shop's clock."""
        return self._clock().astimezone(self.house.zone)

    def coming(self, now: datetime) -> list[Next]:
        """Each post and when it is said next, the soonest first."""
        moments = [(self._trigger(post).next(now), post.title) for post in self._plans.current().posts]
        return sorted(Next(at, title) for at, title in moments if at is not None)

    # step by step

    def next_due(self, after: datetime) -> datetime | None:
        """The next moment, later than `after`, at which `run_due` has something to do.

        What is due already and still undone comes up again at the next full minute, as it does in real life.
        """
        moments: list[datetime | None] = [coming.at for coming in self.coming(after)]
        with self._database.reading() as tx:
            moments += [self._next_turn(tx, chore, after) for chore in self._wanted()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def run_due(self, now: datetime) -> None:
        """Do whatever is due at this moment: chores first, so that a post speaks of what they have settled."""
        await self._turn_page(now)
        for chore in self._wanted():
            await self._attend(chore, now)
        waiting = [post for post in self._plan.posts if self._needs_a_look(post, now)]
        await asyncio.gather(*(self._guarded(self.look(post, now), post.title) for post in waiting))
        self._begun = True

    async def look(self, post: Post, now: datetime) -> Published | None:
        """Deal with every moment of a post that has passed and has not been dealt with; what became of the last one."""
        if post.name in self._looking:
            return None
        self._looking.add(post.name)
        try:
            published = await self._look(post, now)
        finally:
            self._looking.discard(post.name)
        self._dealt[post.name] = self._trigger(post).latest(now)
        if published is not None:
            self._tell(post, published)
        return published

    async def _look(self, post: Post, now: datetime) -> Published | None:
        between = self._trigger(post).between
        with self._database.reading() as tx:
            decision = posts.outstanding(tx, post, now, between)
        if decision is None:
            await self._write(posts.begin, post.name, now)
            with self._database.reading() as tx:
                decision = posts.outstanding(tx, post, now, between)
        if decision is None or decision == posts.Decision(None):
            return None
        weather = await self._ask_weather(now) if decision.publish else None
        return await self._write(posts.catch_up, post, now, between, self._gather.render(post, now, weather))

    def _needs_a_look(self, post: Post, now: datetime) -> bool:
        return post.name not in self._dealt or self._dealt[post.name] != self._trigger(post).latest(now)

    def _tell(self, post: Post, published: Published) -> None:
        when = f"{published.moment:%m-%d %H:%M}"
        log.info("post %s of %s: %s, rooms: %d", post.name, when, published.status, published.rooms)
        if published.status == "failed":
            self._report(f"“{post.title}”{when} 没有发出去：{published.reason}")
        if published.absent:
            self._report(f"“{post.title}”要发的群没找到或没启用：{'、'.join(published.absent)}")

    # the plan

    async def _turn_page(self, now: datetime) -> None:
        """Take up a changed plan. A post's new time counts from now on: what it would have meant earlier is past."""
        plan, before = self._plans.current(), self._plan
        if plan is before:
            return
        crons = {post.name: post.cron for post in before.posts}
        for post in plan.posts if self._begun else ():
            if crons.get(post.name) != post.cron:
                await self._write(posts.begin, post.name, now - MINUTE)  # written down within the last minute
                self._dealt.pop(post.name, None)
        self._plan = plan
        known = self._faults(before, now)
        for fault in self._faults(plan, now):
            if fault not in known:
                self._report(f"发布计划有一处要改：{fault}")

    def _faults(self, plan: Plan, now: datetime) -> list[Fault]:
        return [*plan.faults, *never_said(plan, self.house.shop.quiet, self.house.zone, now)]

    def _trigger(self, post: Post) -> CrontabTrigger:
        return CrontabTrigger(post.cron, self.house.zone)

    # chores

    def _wanted(self) -> list[Chore]:
        return [chore for chore in self._chores if chore.wanted(self.house)]

    def _next_turn(self, tx: Tx, chore: Chore, after: datetime) -> datetime | None:
        due = chore.due(tx, after)
        if due is None:
            return None
        moment = max(datetime.fromtimestamp(due, after.tzinfo), self._resting.get(chore.name, after))
        return moment if moment > after else _full_minute(after)

    async def _attend(self, chore: Chore, now: datetime) -> None:
        """Run a chore if it is due; one that fails is logged once, undone as a whole, and tried again after REST."""
        if now < self._resting.get(chore.name, now) <= now + REST:  # later still: the computer's clock was put back
            return
        try:
            with self._database.reading() as tx:
                due = chore.due(tx, now)
            if due is not None and due <= now.timestamp():
                await self._write(chore.run, now, self.house)
            self._resting.pop(chore.name, None)
        except Exception:
            log.exception("chore %s failed", chore.name)
            self._resting[chore.name] = now + REST

    async def _attend_errand(self, errand: Errand, now: datetime) -> None:
        """Run an errand if it is due; whether it went well or not, it has had its turn for the day."""
        with self._database.reading() as tx:
            due = errand.due(tx, now)
        if due > now.timestamp():
            return
        try:
            await asyncio.to_thread(errand.run, self._database, now)
        except Exception as error:
            log.exception("errand %s failed", errand.name)
            self._report(f"{errand.name}没有做成：{error}")
        await self._write(errand.done, now)

    # in real life

    async def run(self, scheduler: "AsyncIOScheduler | None" = None) -> None:
        """Keep time until cancelled: a job for each post, and every minute a look at everything."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415 - a play never needs it

        scheduler = scheduler or AsyncIOScheduler(timezone=UTC)
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._keep_minutes(scheduler))
                both.create_task(self._keep_errands())
        finally:
            scheduler.shutdown(wait=False)

    async def _keep_minutes(self, scheduler: "AsyncIOScheduler") -> None:
        """APScheduler waits for a wall-clock moment, so after a clock was put back its jobs are set anew."""
        last = self.now()
        while True:
            now = self.now()
            await self._guarded(self.run_due(now), "the minute")
            self._set_jobs(scheduler, anew=now < last)
            last = now
            await asyncio.sleep((_full_minute(self.now()) - self.now()).total_seconds())

    async def _keep_errands(self) -> None:
        while True:
            for errand in self._errands:
                await self._guarded(self._attend_errand(errand, self.now()), errand.name)
            await asyncio.sleep(MINUTE.total_seconds())

    def _set_jobs(self, scheduler: "AsyncIOScheduler", *, anew: bool) -> None:
        """One job for each post of the plan, at its own time."""
        wanted = {post.name: post for post in self._plan.posts}
        there = {job.id: job for job in scheduler.get_jobs()}
        for name in there.keys() - wanted.keys():
            scheduler.remove_job(name)
        for name, post in wanted.items():
            trigger = self._trigger(post)
            if anew or name not in there or repr(there[name].trigger) != repr(trigger):
                # No job is ever too late to look: how late words may be is the post's own matter.
                options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1, "replace_existing": True}
                scheduler.add_job(self._on_time, trigger, [name], id=name, name=post.title, **options)

    async def _on_time(self, name: str) -> None:
        post = next((post for post in self._plan.posts if post.name == name), None)
        if post is not None:
            await self._guarded(self.look(post, self.now()), post.title)

    # what both need

    async def _guarded(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Let one post's or chore's trouble be its own; the next minute tries again."""
        try:
            await work
        except Exception:
            log.exception("%s failed", what)

    async def _ask_weather(self, now: datetime) -> Weather | None:
        if self._weather is None:
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await self._weather.today(now)
        except Exception:
            log.warning("no weather for this post", exc_info=True)
            return None

    async def _write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.wrap_future(self._database.pen.write(function, *args, **kwargs))


def _full_minute(after: datetime) -> datetime:
    return after.replace(second=0, microsecond=0) + MINUTE
