"""A chat transcript: one format for tests, demonstrations, documentation and bug reports (DESIGN.md).

@ 2026-11-23 07:29            the clock moves on to here; what falls due on the way happens
[幸福里1群]                   from here on, in this room; [私聊] = direct to the bot
王阿姨: +2                    somebody speaks; further lines of the message begin with two spaces
王阿姨: [图片 烂苹果]          a picture; the words only tell one from another, 打不开 is one that cannot be opened
客厅: …已记下…2份…            expected from the bot, in order; … stands for any text
客厅: …领取码 {码}，…         {码} stands for text without blanks or signs, to be used later: 店主: 核销 {码}
客厅: -                       expected: nothing
客厅: 苹果 11-23.xlsx          a file handed over directly shows as its name; it and the line after it may be left out
> 李姐 邀请 小陈              小陈 joins, invited by 李姐 (without 邀请: joined by themselves)
< 小陈                        小陈 leaves
# a comment
"""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

BOT = "客厅"
DIRECT = "私聊"
_NAMES = re.compile(r"[、,，\s]+")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_SLOT = re.compile(r"\{([^\W\d]\w*)\}")
_SPEECH = re.compile(r"([^:：\n]{1,40})[:：]\s?(.*)", re.DOTALL)


class TranscriptFault(Exception):
    """A line that is none of the format; its text names the line and what would be right."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"第{line}行：{problem}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Moment:
    """The clock moves on to `at`; `day` is False where only a time of day was written."""

    line: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """From here on, in this room; None: direct to the bot."""

    line: int
    room: str | None


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody says something."""

    line: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The bot is to say something that fits; None: it is to say nothing."""

    line: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """People join the room, perhaps invited."""

    line: int
    who: tuple[str, ...]
    inviter: str | None


@dataclass(frozen=True, slots=True)
class Departure:
    """People leave the room."""

    line: int
    who: tuple[str, ...]


Step = Moment | Scene | Speech | Expected | Arrival | Departure


class Reader:
    """Reads transcript lines one by one, remembering the day for `@ 07:30` that names none."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._day: str | None = None

    def read(self, number: int, line: str) -> Step | None:
        """The step on this line (continuation lines already joined); None for blanks and comments."""
        text = line.rstrip()
        if not text.strip() or text.startswith("#"):
            return None
        if text.startswith("@ "):
            return self._moment(number, text[1:].strip())
        if text.startswith("[") and text.endswith("]"):
            name = text[1:-1].strip()
            return Scene(number, None if name == DIRECT else name)
        if text[0] in "><":
            return _coming_or_going(number, text)
        speech = _SPEECH.fullmatch(text)
        if speech is None:
            raise TranscriptFault(number, f"看不懂这一行：{text[:30]}（说话写成 王阿姨: +2）")
        by, words = speech[1].strip(), speech[2]
        if by == BOT:
            return Expected(number, None if words.strip() == "-" else words.strip())
        return Speech(number, by, words)

    def _moment(self, number: int, text: str) -> Moment:
        whole = _MOMENT.fullmatch(text)
        if whole:
            self._day, clock = whole[1], whole[2]
        elif _CLOCK.fullmatch(text) and self._day:
            clock = text
        else:
            raise TranscriptFault(number, f"时间要写成 @ 2026-11-23 07:29，这里是 {text[:30]}")
        try:
            at = datetime.fromisoformat(f"{self._day} {clock if clock[2] == ':' else '0' + clock}")
        except ValueError:
            raise TranscriptFault(number, f"没有这个时间：{text[:30]}") from None
        return Moment(number, at.replace(tzinfo=self._zone))


def _coming_or_going(number: int, text: str) -> Arrival | Departure:
    words = text[1:].strip()
    inviter, invites, invited = words.partition("邀请")
    who = tuple(name for name in _NAMES.split((invited if invites else words).strip()) if name)
    if not who or (invites and not inviter.strip()):
        raise TranscriptFault(number, "进群写成 > 李姐 邀请 小陈，或 > 小陈；退群写成 < 小陈")
    if text[0] == "<":
        return Departure(number, who)
    return Arrival(number, who, inviter.strip() or None if invites else None)


def read_transcript(text: str, zone: ZoneInfo) -> list[Step]:
    """Every step of a transcript; raises TranscriptFault with the line that is wrong."""
    reader = Reader(zone)
    return [step for number, line in _joined(text) if (step := reader.read(number, line)) is not None]


def goes_on(message: str, line: str) -> bool:
    """Whether a line belongs to the message above it: it begins with two spaces."""
    return line.startswith("  ") and bool(line.strip() and message.strip()) and message[0] not in "#@["


def _joined(text: str) -> list[tuple[int, str]]:
    """Numbered lines, with lines that begin with two spaces put to the message before them."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if lines and goes_on(lines[-1][1], line):
            first, before = lines[-1]
            lines[-1] = (first, f"{before}\n{line[2:]}")
        else:
            lines.append((number, line))
    return lines


def fits(expected: str, said: str, slots: dict[str, str]) -> bool:
    """Whether what was said fits what is expected; fills the slots it names. Runs of blanks count as one."""
    pattern, place = "", 0
    for slot in re.finditer(r"…|\{([^\W\d]\w*)\}|\s+", expected):
        pattern += re.escape(expected[place : slot.start()])
        place = slot.end()
        name = slot[1]
        if slot[0] == "…":
            pattern += ".*?"
        elif name is None:
            pattern += r"\s+"
        elif name in slots:
            pattern += re.escape(slots[name])
        else:
            pattern += rf"(?P<{name}>[^\s，。、；：（）]+)"
    found = re.fullmatch(pattern + re.escape(expected[place:]), said.strip(), re.DOTALL)
    if found is None:
        return False
    slots.update(found.groupdict())
    return True


def filled(text: str, slots: dict[str, str]) -> str:
    """Spoken words with the slots that have been filled put in; other braces stay as they are."""
    return _SLOT.sub(lambda slot: slots.get(slot[1], slot[0]), text)
