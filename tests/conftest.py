"""What tests share: a database migrated once and copied for each test, and a clock that only tests move."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from community import migrate
from community.db import Database
from community.house import House
from community.shop import Shop as ShopSettings
from community.wording import Wording

if TYPE_CHECKING:
    from tests.counter import Shop

ROOT = Path(__file__).parent.parent
ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 23, 9, tzinfo=ZONE)


class Now:
    """The time of day in a test; call it for the moment, `pass_` lets seconds go by."""

    def __init__(self, moment: datetime = BEGIN) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


def write(database: Database, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    """Have the pen do it, and wait."""
    return database.pen.write(function, *args, **kwargs).result(30)


def read(database: Database, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
    """What a reader sees."""
    with database.reading() as tx:
        return function(tx, *args, **kwargs)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a new shop, with all tables; copy it, never open it."""
    path = tmp_path_factory.mktemp("migrated") / "bot.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database, path.parent, BEGIN)
    database.close()
    return path


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    """A new shop's file of this test."""
    return Path(shutil.copy(migrated, tmp_path / "bot.db"))


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """A new shop's database."""
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def now() -> Now:
    """Monday morning."""
    return Now()


@pytest.fixture
def house() -> House:
    """A shop with the usual settings and words."""
    return House(ShopSettings(), Wording(ROOT / "templates"), Random(1))


@pytest.fixture
def shop(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> "Shop":
    """A shop in a folder of its own, for the command line."""
    from tests.counter import Shop  # noqa: PLC0415 - the counter itself stands on this file

    return Shop(tmp_path, migrated, monkeypatch)
