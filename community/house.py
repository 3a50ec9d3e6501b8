"""House: what every rule may need besides the transaction — settings, words, chance."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from community.shop import Shop
from community.wording import Wording


@dataclass(slots=True)
class House:
    """One shop's settings, its words, and a source of chance (a seeded one makes a play repeatable).

    `shop` is replaced as a whole when the shopkeeper changes shop.toml.
    """

    shop: Shop
    wording: Wording
    random: Random

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop.timezone)

    def local(self, stamp: int) -> datetime:
        """A moment of the database (seconds since the epoch) as the shop's clock shows it."""
        return datetime.fromtimestamp(stamp, self.zone)
