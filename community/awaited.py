"""Awaited: whose picture somebody waits for, where and when. Every other picture is passed over unseen."""

from typing import NamedTuple


class Awaited(NamedTuple):
    """A picture that this person may send in this room (None: directly); the moments are seconds since the epoch."""

    member_id: str
    room_id: str | None
    since: int
    until: int
