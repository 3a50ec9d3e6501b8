"""Nothing is ever half there: whatever statement of a command fails, all of it is undone, and it can be said again."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from sqlite3 import OperationalError

import pytest

from community.db import Tx
from community.events import Heard, Person
from handlers.desk import CALM
from tests.conftest import write
from tests.world.shop import OWNER, RESIDENTS, ROOMS, Shop, Step, opened

WANG, LI, CHEN = RESIDENTS[0], RESIDENTS[1], RESIDENTS[3]
FRUIT = "开团 水果 今天18:00截单{terms}\n红富士苹果 5斤装 29.9元 20份 满3份每份27.9\n砂糖橘 一箱 35元 20箱"
OPEN = [(OWNER, FRUIT.format(terms="")), (OWNER, "确认"), (WANG, "+3 苹果"), (LI, "+2 苹果"), (WANG, "+1 砂糖橘")]
CHAIN = "#接龙\n1. 王阿姨 苹果2份\n2. 李阿姨 砂糖橘1箱\n3. 老街坊 苹果1份"
CLOSED = [*OPEN, (OWNER, "截单")]
SHORT = [*CLOSED, (OWNER, "到货 红富士苹果 4 按比例")]
ARRIVED = [*SHORT, (OWNER, "确认到货")]
COMPLAINED = [*ARRIVED, (WANG, "售后 砂糖橘坏了2个"), (OWNER, "王阿姨 已付")]
FAILING = [(OWNER, FRUIT.format(terms=" 满30份成团")), *OPEN[1:]]

SCENES: dict[str, tuple[list[tuple[Person, str]], Person, str]] = {
    "confirm": (OPEN[:1], OWNER, "确认"),
    "order": (OPEN, CHEN, "苹果2 砂糖橘1"),
    "change": (OPEN, WANG, "改 1 苹果"),
    "cancel": (OPEN, LI, "取消"),
    "chain": (OPEN, WANG, CHAIN),
    "chain of another": (
        [*OPEN, (LI, CHAIN)],
        CHEN,
        CHAIN.replace("苹果2份", "苹果4份").replace("砂糖橘1箱", "砂糖橘3箱"),
    ),
    "claim a row": ([*OPEN, (LI, CHAIN)], CHEN, "我是 3号"),
    "close": (OPEN, OWNER, "截单"),
    "close that fails": (FAILING, OWNER, "截单"),
    "withdraw": (OPEN, OWNER, "撤团"),
    "arrival": (SHORT, OWNER, "确认到货"),
    "hand over": (ARRIVED, OWNER, "核销 {code}"),
    "hand over a part": (ARRIVED, OWNER, "核销 {code} 砂糖橘1"),
    "paid": (ARRIVED, OWNER, "王阿姨 已付"),
    "complain": (ARRIVED, WANG, "售后 砂糖橘坏了2个"),
    "refund": (COMPLAINED, OWNER, "售后 1 退 5.9元"),
    "wind up": (ARRIVED, OWNER, "收团"),
}
"""What was said before, and who then says what."""
HEARD = ("seen", "outbox", "activity", "sqlite_sequence", "export outbox", "export activity")
"""Where it may show that somebody spoke and was asked for patience."""


class Sabotage:
    """Lets one statement fail in the database itself, the so-manieth that would change a row."""

    def __init__(self, shop: Shop) -> None:
        self.left = 0
        write(shop.database, self._lay)

    def _lay(self, tx: Tx) -> None:
        connection = tx.session.connection()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.create_function("sabotage", 0, self._step)
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        for (table,) in connection.exec_driver_sql(named).fetchall():
            for verb in ("INSERT", "UPDATE", "DELETE"):
                trigger = f"CREATE TEMP TRIGGER {table}_{verb} BEFORE {verb} ON {table} BEGIN SELECT sabotage(); END"
                connection.exec_driver_sql(trigger)

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("sabotage")


@pytest.fixture
def shop(migrated: Path, tmp_path: Path) -> Iterator[Shop]:
    with opened(migrated, tmp_path / "shop", 0) as shop:
        yield shop


def say(shop: Shop, who: Person, text: str) -> str:
    """Say it; the last thing the bot then has to say."""
    already = shop.number("SELECT count(*) FROM seen")
    shop.take(Step(shop.now + timedelta(seconds=10), Heard(f"m{already}", who, text, ROOMS[0])))
    return str(shop.rows("SELECT text FROM outbox WHERE kind = 'answer' ORDER BY id DESC")[0]["text"])


def say_or_lose(shop: Shop, who: Person, text: str) -> str | None:
    """Say it; None where not even that it was said could be written down, be it noticed at once or not."""
    already = shop.number("SELECT count(*) FROM seen")
    with suppress(OperationalError):
        answered = say(shop, who, text)
        return answered if shop.number("SELECT count(*) FROM seen") > already else None
    return None


def held(shop: Shop) -> dict[str, list[str]]:
    """Everything but that somebody spoke."""
    return {name: rows for name, rows in shop.contents().items() if name not in HEARD}


@pytest.mark.parametrize("scene", SCENES)
def test_a_command_that_fails_anywhere_leaves_nothing_and_can_be_said_again(scene: str, shop: Shop) -> None:
    before, who, text = SCENES[scene]
    for speaker, words in before:
        assert CALM not in say(shop, speaker, words)
    code = shop.rows("SELECT code FROM pickup_code WHERE member_id = ?", WANG.id)
    text = text.format(code=code[0]["code"] if code else "")
    sabotage, stood = Sabotage(shop), held(shop)
    for at in range(1, 400):
        sabotage.left = at
        answered = say_or_lose(shop, who, text)
        if sabotage.left > 0:
            break
        assert answered is None or CALM in answered
        assert held(shop) == stood
    assert at > 4
    assert answered is not None
    assert CALM not in answered
    assert held(shop) != stood


def test_the_clock_that_fails_anywhere_closes_nothing_by_half(shop: Shop) -> None:
    for speaker, words in FAILING:
        say(shop, speaker, words)
    shop.take(Step(shop.now))  # the chores of the night before
    sabotage, stood = Sabotage(shop), shop.contents()
    evening = shop.now.replace(hour=18, minute=0)
    for at in range(1, 400):
        sabotage.left = at
        try:
            shop.take(Step(evening))
        except OperationalError:
            assert shop.contents() == stood
        else:
            break
    assert at > 4
    assert shop.number("SELECT count(*) FROM refund") == 3
