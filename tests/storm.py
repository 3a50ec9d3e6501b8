"""A storm over a real bot: residents order in two rooms at random moments while it is killed and started again."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.live_bot import LiveBot
from tests.npm_gateway import NpmGateway, until

AMPLE, SCARCE = "10@chatroom", "20@chatroom"
"""The rooms: in the first there is enough for everybody, in the second goods run out."""
STOCK = {AMPLE: 2000, SCARCE: 120}
ORDERS = 300
TAKEN = ORDERS // 4
"""So many have to be taken before the residents are tired of it, however slowly the bot comes back after a kill."""
KILLS = 8
"""Kills at any moment; one more comes in the middle of a post."""
RESIDENTS = 40
EGGS = 10
"""Eggs that each of the first residents holds before the storm; they fetch half of them."""
FETCHING = 6
POSTS = ("甲", "乙")
PLAN = '["{0}"]\ntitle = "{0}"\ncron = "* * * * *"\ntemplate = "posts/生活贴士"\nrooms = "all"\nfresh = "30m"\n'

LOOK = 0.05
"""Seconds between two looks into the database: more often would slow down the bot."""

_ORDERED = re.compile(r"(邻居\d\d) 已记下 \S+ (?:加(\d+)份，一共)?(\d+)份，")
_CODE = re.compile(r"邻居\d\d，领取码 (\d{6})，")
_HANDED = re.compile(r"核销好了：给(邻居\d\d) (\d+)个鸡蛋")

Said = tuple[str, str]
Order = tuple[str, str, int, int]
"""Room, resident, portions before, portions after."""


@dataclass
class Storm:
    """What is sent, what is killed, and what the bot was heard to say in all its lives."""

    gateway: NpmGateway
    bot: LiveBot
    seed: int
    sent: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Orders by the message's id: room, resident, portions."""
    kills: int = 0
    _axe: asyncio.Lock = field(default_factory=asyncio.Lock)

    # --- what was heard ---

    @property
    def heard(self) -> list[Said]:
        """Everything said so far, as (where, text)."""
        return [(args[0], args[1]) for name, args in list(self.gateway.calls) if name == "messageSendText"]

    @property
    def lines(self) -> list[Said]:
        """The same line by line: several answers may have travelled in one message."""
        return [(where, line) for where, text in self.heard for line in text.splitlines()]

    @property
    def answered(self) -> set[Order]:
        """Every order that was answered, as the answer put it."""
        found = ((where, _ORDERED.match(line)) for where, line in self.lines)
        return {(where, m[1], int(m[3]) - int(m[2] or m[3]), int(m[3])) for where, m in found if m}

    @property
    def handed(self) -> list[tuple[str, int]]:
        """Every hand-over of eggs that was answered: to whom, how many."""
        return [(m[1], int(m[2])) for _, line in self.lines if (m := _HANDED.match(line))]

    @property
    def posts(self) -> Counter[Said]:
        """How often each post was heard in each room; every one has words of its own."""
        return Counter(said for said in self.heard if "小贴士：\n" in said[1])

    async def weather(self) -> None:
        """All of it, from the first start until nothing is left to be said."""
        for part in (self._open_shop, self._rage, self._settle):
            await part()

    # --- before ---

    async def _open_shop(self) -> None:
        """Two rooms with a group buy each, residents with eggs, two posts every minute."""
        people = [f"r{n:02d}" for n in range(RESIDENTS)]
        for person in people:
            self.gateway.do("person", person=person, name=f"邻居{person[1:]}")
        for room, topic in ((AMPLE, "幸福里1群"), (SCARCE, "幸福里2群")):
            self.gateway.do("room", room=room, topic=topic, members=["li", *people, "bot"])
        plan = "\n".join(PLAN.format(post) for post in POSTS)
        (self.bot.schedules / "daily.toml").write_text(plan, "utf-8")
        self.bot.start()
        await self.bot.online()
        for room in STOCK:
            await self._open_room(room)
        self.bot.give_eggs(people[:FETCHING], EGGS)
        await self._ask(people[0], AMPLE, f"领鸡蛋 {EGGS // 2}", "领取码")

    async def _open_room(self, room: str) -> None:
        terms = f"开团 苹果 9元 {STOCK[room]}份 明天18:00截单"
        for said, words in (("启用", "小帮手客厅"), (terms, "没错就回“确认”"), ("确认", "开团啦")):
            await self._ask("li", room, said, words)

    async def _ask(self, by: str, room: str, said: str, words: str) -> None:
        """Say something and wait for an answer with these words in it."""
        before = self._times(room, words)
        self.gateway.say(by, room, said)
        await until(lambda: self._times(room, words) > before, 90, every=LOOK)

    def _times(self, room: str, words: str) -> int:
        return sum(words in line for where, line in self.lines if where == room)

    # --- the storm ---

    async def _rage(self) -> None:
        """Order, fetch eggs and kill, all at once; over when every order is sent and the last start is online."""
        await asyncio.gather(self._shout(), self._kill(), self._kill_in_a_post(), self._fetch())

    async def _shout(self) -> None:
        """Residents talk in one room for a while, then in the other; now and then WeChat delivers a message twice."""
        dice, room = Random(self.seed), AMPLE
        taken = "SELECT count(*) FROM groupbuy_entry"
        while len(self.sent) < ORDERS or (
            len(self.sent) < 3 * ORDERS and self.bot.rows(taken)[0][0] <= TAKEN  # what nobody hears, WeChat keeps
        ):
            room = dice.choice(list(STOCK)) if dice.random() < 0.1 else room
            who, portions = dice.randrange(RESIDENTS), dice.randint(1, 3)
            message = self.gateway.say(f"r{who:02d}", room, f"+{portions}")
            self.sent[message] = (room, f"邻居{who:02d}", portions)
            if dice.random() < 0.1:
                self.gateway.do("again", message=message)
            await asyncio.sleep(dice.expovariate(8))

    async def _kill(self) -> None:
        """End the bot without warning, the first time while words are on their way, and start it again."""
        dice = Random(self.seed + 1)
        self.gateway.do("hold", what="messageSendText")
        await until(lambda: self.bot.rows("SELECT 1 FROM outbox WHERE status = 'sending'"), 30, every=LOOK)
        await self._kill_now("messageSendText")
        for _ in range(KILLS - 1):
            await asyncio.sleep(dice.uniform(0.2, 3.5))
            await self._kill_now()

    async def _kill_in_a_post(self) -> None:
        """Once more when the gateway has taken the words of a post and has not said yet that it has."""
        queued = "SELECT id, text FROM outbox WHERE kind = 'post' AND status = 'queued' ORDER BY id DESC LIMIT 1"
        await until(lambda: self.bot.rows(queued), 90, every=LOOK)
        [(line, words)] = self.bot.rows(queued)
        self.gateway.do("hold", what=words)
        on_its_way = "SELECT 1 FROM outbox WHERE text = ? AND status IN ('sending', 'uncertain')"
        left = "SELECT 1 FROM outbox WHERE id = ? AND status <> 'queued'"
        await until(lambda: self.bot.rows(on_its_way, words) or self.bot.rows(left, line), 150, every=LOOK)
        await self._kill_now(words)

    async def _kill_now(self, held: str | None = None) -> None:
        """Kill and start again; what the gateway holds back goes out in between, so that no echo tells of it."""
        async with self._axe:
            self.bot.kill()
            self.kills += 1
            if held is not None:
                self.gateway.do("release", what=held)
            self.bot.start()
            await self.bot.online()

    async def _fetch(self) -> None:
        """Some fetch their eggs, and every few moments 李姐 hands over whatever she has heard a code for."""
        dice = Random(self.seed + 2)
        for who in range(1, FETCHING):
            self.gateway.say(f"r{who:02d}", AMPLE, f"领鸡蛋 {EGGS // 2}")
            await asyncio.sleep(dice.uniform(1, 6))
            self._hand_over()

    def _hand_over(self) -> None:
        for code in sorted({m[1] for _, line in self.lines if (m := _CODE.match(line))}):
            self.gateway.say("li", AMPLE, f"核销 {code}")

    # --- afterwards ---

    async def _settle(self) -> None:
        """Wait until nothing is left to be said, and what is in doubt has had all its time to be settled."""
        self._hand_over()
        self.bot.let_doubts_run_out()
        await self._ask("li", AMPLE, "我的订单", "李姐 最近没有订东西")
        unsaid = (
            "SELECT 1 FROM outbox WHERE status IN ('queued', 'sending') OR (status = 'uncertain' AND kind <> 'post')"
        )
        await until(lambda: not self.bot.rows(unsaid), 120, every=LOOK)

    async def deliver_again(self) -> None:
        """Have WeChat deliver a part of what was done once more, and wait until the bot has been through it."""
        seen = {row[0] for row in self.bot.rows("SELECT id FROM seen")}
        done = [message for message in self.sent if message in seen]
        for message in Random(self.seed + 3).sample(done, 40):
            self.gateway.do("again", message=message)
        for room in STOCK:
            await self._ask("li", room, "我的订单", "李姐 最近没有订东西")
