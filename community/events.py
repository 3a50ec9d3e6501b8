"""What happens in WeChat, in plain values: the gateway makes them, the handlers receive them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A contact: `id` never changes and is the identity, `name` is what the room sees right now."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A room: `id` as the gateway gives it, `name` its current topic."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody said something; `room` is None in a direct message, `mentioned` when the bot was named with @."""

    id: str
    by: Person
    text: str
    room: Place | None = None
    mentioned: bool = False


@dataclass(frozen=True, slots=True)
class Pictured:
    """Somebody sent a picture; what is on it stays with the gateway until somebody asks for it by this `id`."""

    id: str
    by: Person
    room: Place | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """People came into a room; `inviter` is None when nobody is known to have brought them."""

    room: Place
    who: tuple[Person, ...]
    inviter: Person | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """People left a room or were removed from it."""

    room: Place
    who: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A room has a new topic, `room.name`."""

    room: Place


@dataclass(frozen=True, slots=True)
class Echo:
    """The bot's own message came back: proof that it was delivered to `to`, a room's or a contact's id."""

    to: str
    text: str


Event = Heard | Pictured | Joined | Left | Renamed | Echo
