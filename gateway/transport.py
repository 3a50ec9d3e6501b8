"""What the sender needs of a way to carry words, and the three ways it can fail."""

from collections.abc import Sequence
from typing import Protocol

HEAVIEST = 12 * 1024 * 1024
"""Bytes of a picture that are taken in."""


class Refused(Exception):
    """The gateway understood and said no: saying it again will not help (not in the room, contact gone)."""


class Unreachable(Exception):
    """The words certainly did not leave: no connection, or it was refused. Worth another try later."""


class Unsure(Exception):
    """The words may or may not have arrived: the link broke or a deadline passed after they had left."""


class Transport(Protocol):
    """A way to carry words to a room or a person, both named by the gateway's id."""

    async def say(self, to: str, text: str, mentions: Sequence[str] = ()) -> None:
        """Deliver `text`, naming the contacts in `mentions`. Raises Refused, Unreachable or Unsure."""

    async def show(self, to: str, name: str, image: bytes) -> None:
        """Deliver a PNG or JPEG picture under the file name `name`. Raises Refused, Unreachable or Unsure."""

    async def hand(self, to: str, name: str, content: bytes) -> None:
        """Deliver a file called `name`, to be opened or kept. Raises Refused, Unreachable or Unsure."""
