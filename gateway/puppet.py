"""OwnPuppet: what both our puppets share beneath Wechaty: listening, order, fresh names, pools of one bot.

How a puppet uses it (the reliable one, the simulated one):
  - call `self.arrived(kind, payload)` for everything that happens, in the order in which it happens and inside the
    event loop; `payload` is one of wechaty_puppet's Event…Payload objects, `kind` the name Wechaty knows it by
    ("message", "room-join", "room-leave", "room-topic", "login", "logout", "ready", "error", "heart-beat", "dong",
    "friendship", "room-invite", "scan"). A join without a known inviter carries `inviter_id=""`;
  - implement `fetch_message(id)` (NOT `message_payload`, which keeps what has been fetched already for the event that
    is being handled) and the other methods of Puppet that are needed; set `type` and `mention_ids` on messages. A
    puppet that has messages at hand says so by `message_at_hand(id)`: that saves a task for each;
  - call `self.dirty_contact(id)` when a contact's name changed (rooms are seen to by `arrived`);
  - let `start()` block until `stop()`, and end `stop()` with `await self.finish()`.

How gateway/wechat.py uses it:
  - `puppet.listen(handler)` before the start: `await handler(kind, payload)` is called for every event. Events of one
    conversation come strictly one after another, each awaited before the next; conversations run beside each other.
    What the handler raises is logged with its traceback and survived. With a handler, Wechaty's own listeners (its
    "event bridge": a task per event, ids marked as seen before their payload loads, text in logs) are not called;
    without one they are awaited in order instead;
  - after `await bot.init_puppet()`: `puppet.adopt(bot)` gives the bot object pools of its own and lets the puppet drop
    what is stale from them. Dropping means that the next `bot.Contact.load(id)` is a new, empty object: always
    `await contact.ready()` (or `room.ready()`) and read its name before the next await;
  - `message = bot.Message.load(payload.message_id); await message.ready()`. Its `type()` is TEXT for a native 接龙 too;
    POST and SYSTEM below stand for the two that wechaty has no name for;
  - the account's own messages come as "message" too: filter `is_self()`, or take them as echo;
  - "login" comes again after every reconnect;
  - `await puppet.drained()` (tests, the player): everything that arrived so far has been handled.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gateway import compat  # noqa: F401 - makes wechaty importable, must come first
from gateway.lanes import Lanes

from wechaty_puppet import MessagePayload, Puppet, PuppetOptions  # isort: skip

_log = logging.getLogger(__name__)

Handler = Callable[[str, Any], Awaitable[None]]

POST: Final = 16
"""Message type of a post of "moments", as the 1.x gateways number it; wechaty's enum ends at 14."""
SYSTEM: Final = 18
"""Message type of a grey line ("A"邀请"B"加入了群聊), likewise."""


class OwnPuppet(Puppet):  # type: ignore[misc] # wechaty_puppet ships no types
    """The shared half of a puppet; `patience` as in gateway.lanes, in seconds."""

    def __init__(self, name: str, *, patience: float = 5.0) -> None:
        super().__init__(PuppetOptions(), name)
        self.bot: Any = None
        self._handler: Handler | None = None
        self._listeners: dict[str, list[Callable[..., Any]]] = {}
        self._fetched: dict[str, MessagePayload] = {}
        self._self_id: str | None = None
        self._lanes: Lanes[tuple[str, Any]] = Lanes(self._deliver, patience=patience)

    # --- for Wechaty and gateway/wechat.py ---

    def listen(self, handler: Handler) -> None:
        """Let `handler` have every event, instead of Wechaty's own listeners."""
        self._handler = handler

    def on(self, event_name: str, caller: Callable[..., Any]) -> None:
        """Register a listener of Wechaty's; called in order of registration, awaited if it is a coroutine."""
        self._listeners.setdefault(event_name, []).append(caller)

    def listener_count(self, event_name: str) -> int:
        """How many listeners `on` has registered for an event."""
        return len(self._listeners.get(event_name, ()))

    def adopt(self, bot: Any) -> None:
        """Belong to `bot` (a Wechaty after `init_puppet`): its object pools become its own, not the process's."""
        self.bot = bot
        for kind in (bot.Contact, bot.ContactSelf, bot.Room, bot.Tag):
            kind._pool = {}

    def self_id(self) -> str:
        """The id of the account, kept through a logout. Raises LookupError before the first login."""
        if self._self_id is None:
            raise LookupError("nobody has logged in yet")
        return self._self_id

    async def message_payload(self, message_id: str) -> MessagePayload:
        """What a message says; fetched once while its event is being handled."""
        return self._fetched.get(message_id) or await self.fetch_message(message_id)

    async def drained(self) -> None:
        """Return when everything that has arrived so far has been handled."""
        await self._lanes.drained()

    @property
    def lost(self) -> int:
        """How many messages could not be loaded in spite of every attempt."""
        return self._lanes.lost

    # --- for the puppets ---

    async def fetch_message(self, message_id: str) -> MessagePayload:
        """Load a message, with whatever retrying is worth while; what it raises means that the message is lost."""
        raise NotImplementedError

    async def picture(self, message_id: str) -> bytes:
        """What a picture's message shows. Raises Refused, Unreachable, or LookupError for what nobody knows."""
        raise NotImplementedError

    def message_at_hand(self, message_id: str) -> MessagePayload | None:
        """A message that need not be loaded; None where `fetch_message` has to be awaited."""
        return None

    def arrived(self, kind: str, payload: Any) -> None:
        """Take in what happened; see the top of this file."""
        if kind == "login":
            self._self_id = payload.contact_id
        if kind == "message":
            message = self.message_at_hand(payload.message_id)
            if message is None:
                self._lanes.put((kind, payload), self._conversation(payload.message_id))
            else:
                self._lanes.put((kind, payload), self._place(payload.message_id, message))
            return
        room = getattr(payload, "room_id", None) or ""
        if room:
            self.dirty_room(room)
        self._lanes.put((kind, payload), room)

    def dirty_contact(self, contact_id: str) -> None:
        """Forget what is known of a contact: the next use asks again."""
        if self.bot is not None:
            self.bot.Contact._pool.pop(contact_id, None)
            self.bot.ContactSelf._pool.pop(contact_id, None)

    def dirty_room(self, room_id: str) -> None:
        """Forget what is known of a room: the next use asks again."""
        if self.bot is not None:
            self.bot.Room._pool.pop(room_id, None)

    async def finish(self, grace: float = 2.0) -> None:
        """Let what is being handled end within `grace` seconds, cancel the rest; nothing is delivered afterwards."""
        await self._lanes.close(grace)
        self._listeners.clear()

    # --- within ---

    async def _conversation(self, message_id: str) -> str:
        return self._place(message_id, await self.fetch_message(message_id))

    def _place(self, message_id: str, message: MessagePayload) -> str:
        """Keep the message, and say where it was said: the room, or in a direct message the other person."""
        self._fetched[message_id] = message
        other = message.to_id if message.from_id == self._self_id else message.from_id
        return str(message.room_id or other)

    async def _deliver(self, event: tuple[str, Any]) -> None:
        kind, payload = event
        try:
            if self._handler is not None:
                await self._handler(kind, payload)
            else:
                await self._bridge(kind, payload)
        finally:
            if kind == "message":
                self._fetched.pop(payload.message_id, None)

    async def _bridge(self, kind: str, payload: Any) -> None:
        for listener in tuple(self._listeners.get(kind, ())):
            try:
                answer = listener(payload)
                if inspect.isawaitable(answer):
                    await answer
            except Exception:
                _log.exception("a listener for %s failed", kind)
