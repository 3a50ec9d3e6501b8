"""The router: what it costs to see that a message is no command, against a bare dict of keywords."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.chat import CHATTER, COMMANDS
from benchmarks.corner import ROOM
from benchmarks.report import Report, at_most, ratio, scaled
from community.events import Heard, Person
from handlers.command import discover
from handlers.router import Router

EACH = 10
"""Messages of which one is a command."""
ROUNDS = 60
PASSES = 25


def measure(scale: float = 1) -> Report:
    """Nanoseconds a message, in a group's chatter alone and with one command in ten, and the ratio to a bare dict.

    The bare dict is the least that finds a command with its argument: the text is parted at the first blank and the
    dict is asked for what stands before. It knows no full width, mentions or quotes, and finds no `+2` without a blank.
    """
    router = Router(discover())
    router.offer({ROOM.id: ["红富士苹果", "A", "赣南脐橙", "B"]})
    keywords = {keyword: command for command in router.commands for keyword in command.keywords}

    def bare(heard: Heard) -> object:
        word, _, rest = heard.text.partition(" ")
        command = keywords.get(word)
        return None if command is None else (command, word, rest)

    chatter, mixed = _heard(CHATTER), _heard(_mixed())
    if any(router.find(one) for one in chatter):
        raise AssertionError("chatter must be dismissed")
    rounds = [
        tuple(_nanoseconds(find, lines, scaled(PASSES, scale)) for find, lines in _duties(router, bare, chatter, mixed))
        for _ in range(scaled(ROUNDS, scale))
    ]
    dismiss, bare_dismiss, find, bare_find = (list(one) for one in zip(*rounds, strict=True))
    figures = {
        "keywords": len(keywords),
        "dismissed_per_second": round(1e9 / median(dismiss)),
        "dismiss_ns": round(median(dismiss)),
        "dismiss_bare_dict_ns": round(median(bare_dismiss)),
        "find_ns": round(median(find)),
        "find_bare_dict_ns": round(median(bare_find)),
        "dismiss_over_bare_dict": round(ratio(dismiss, bare_dismiss), 2),
        "find_over_bare_dict": round(ratio(find, bare_find), 2),
    }
    return Report(
        figures, [at_most("router per message of chatter, over a bare dict", ratio(dismiss, bare_dismiss), 4)]
    )


def _duties(
    router: Router, bare: Callable[[Heard], object], chatter: Sequence[Heard], mixed: Sequence[Heard]
) -> list[tuple[Callable[[Heard], object], Sequence[Heard]]]:
    return [(router.find, chatter), (bare, chatter), (router.find, mixed), (bare, mixed)]


def _mixed() -> list[str]:
    """Chatter with one command among every ten messages."""
    lines: list[str] = []
    for at, line in enumerate(CHATTER):
        lines.append(line)
        if at % (EACH - 1) == EACH - 2:
            lines.append(COMMANDS[at // (EACH - 1) % len(COMMANDS)])
    return lines


def _heard(texts: Sequence[str]) -> list[Heard]:
    return [Heard(f"m{n}", Person("wxid_王阿姨", "王阿姨"), text, ROOM) for n, text in enumerate(texts)]


def _nanoseconds(find: Callable[[Heard], object], lines: Sequence[Heard], passes: int) -> float:
    begun = time.perf_counter_ns()
    for _ in range(passes):
        for line in lines:
            find(line)
    return (time.perf_counter_ns() - begun) / passes / len(lines)
