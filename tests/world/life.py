"""Life in a world: residents do what the dice say; each step is remembered, judged, and can be told as a story."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from community.events import Heard, Joined, Left, Person, Place
from tests.world.laws import Judge, broken
from tests.world.shop import ROOMS, Shop, Step

T = TypeVar("T")


class Broken(AssertionError):
    """A law does not hold; `steps` led there, `faults` say what is wrong."""

    def __init__(self, steps: Sequence[Step], faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.steps, self.faults = list(steps), list(faults)


class Life:
    """A shop, the dice of one seed, and every step so far."""

    def __init__(self, shop: Shop, seed: int, judge_every: int = 1) -> None:
        self.shop = shop
        self.dice = Random(seed)
        self.steps: list[Step] = []
        self.chains: list[tuple[Place, str]] = []
        self.answer = ""
        self._judge = Judge(shop, judge_every)
        self._messages = 0

    @property
    def now(self) -> datetime:
        """Where the clock stands."""
        return self.shop.now

    def one_of(self, things: Sequence[T]) -> T:
        """Any of them."""
        return self.dice.choice(things)

    def perhaps(self, chance: float) -> bool:
        """Whether something that happens with this chance happens now."""
        return self.dice.random() < chance

    # --- what can happen ---

    def says(self, who: Person, room: Place | None, text: str) -> str:
        """They say it; what the bot answers, empty where it is silent."""
        self._messages += 1
        heard = Heard(f"m{self._messages}", who, text, room)
        self.happens(Step(self.now + timedelta(seconds=self.dice.randint(3, 90)), heard))
        return self.answer

    def again(self, heard: Heard) -> None:
        """The gateway delivers a message a second time."""
        self.happens(Step(self.now, heard))

    def joins(self, who: Person, room: Place, inviter: Person | None) -> None:
        """They come into a room."""
        self.happens(Step(self.now, Joined(room, (who,), inviter)))

    def leaves(self, who: Person, room: Place) -> None:
        """They leave a room."""
        self.happens(Step(self.now, Left(room, (who,))))

    def passes(self, moment: datetime) -> None:
        """Time goes by: what falls due on the way happens at its moment."""
        while (due := self.shop.next_due()) is not None and due <= moment:
            self.happens(Step(max(due, self.now)))
        self.happens(Step(moment))

    def jumps(self, moment: datetime) -> None:
        """The computer slept, or its clock was set: what is due is done late, and all at once."""
        self.happens(Step(moment))

    def happens(self, step: Step) -> None:
        """Let it happen and judge it. Raises Broken."""
        last = self.shop.number("SELECT max(id) FROM outbox")
        self.steps.append(step)
        if faults := self._judge.take(step):
            raise Broken(self.steps, faults)
        said = self.shop.rows("SELECT text FROM outbox WHERE id > ? AND kind = 'answer'", last)
        self.answer = said[0]["text"] if said else ""

    # --- what there is ---

    def open_items(self, room: Place) -> list[str]:
        """Names of what may be ordered in a room."""
        rows = self.shop.rows(
            "SELECT i.name FROM groupbuy_item i JOIN groupbuy b ON b.id = i.groupbuy_id JOIN groupbuy_room r"
            " ON r.groupbuy_id = b.id WHERE b.status = 'open' AND r.room_id = ? ORDER BY i.id",
            room.id,
        )
        return [row["name"] for row in rows]

    def titles(self, room: Place, *states: str) -> list[str]:
        """Titles of the room's group buys in these states."""
        rows = self.shop.rows(
            "SELECT b.title, b.status FROM groupbuy b JOIN groupbuy_room r ON r.groupbuy_id = b.id"
            " WHERE r.room_id = ? ORDER BY b.id",
            room.id,
        )
        return [row["title"] for row in rows if row["status"] in states]

    def codes(self, *states: str) -> list[str]:
        """Pickup codes in these states."""
        rows = self.shop.rows("SELECT code, status FROM pickup_code ORDER BY id")
        return [row["code"] for row in rows if row["status"] in states]


Move = Callable[[Life], None]


def lived(shop: Shop, seed: int, moves: Sequence[tuple[int, Move]], many: int, judge_every: int = 1) -> Life:
    """So many moves, each chosen by its weight. Raises Broken where a law does not hold."""
    life = Life(shop, seed, judge_every)
    weights = [weight for weight, _ in moves]
    for _ in range(many):
        life.dice.choices(moves, weights)[0][1](life)
    if faults := broken(shop):
        raise Broken(life.steps, faults)
    return life


def any_room(life: Life) -> Place:
    """Any of the three."""
    return life.one_of(ROOMS)


def shortened(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool], tries: int = 60) -> list[Step]:
    """A part of these steps that still fails, found by leaving out ever smaller stretches (delta debugging)."""
    story, stretch = list(steps), len(steps) // 2
    while stretch and tries:
        at = 0
        while at < len(story) and tries:
            without = story[:at] + story[at + stretch :]
            tries -= 1
            if fails(without):
                story = without
            else:
                at += stretch
        stretch //= 2
    return story
