"""Batches: lines for many people, put together into messages that fit a phone's screen."""

from collections.abc import Iterator, Sequence
from typing import Any

from community.wording import Wording

LONGEST = 600
"""Characters of a message of several lines; only a single line that is longer by itself goes beyond."""


def messages(wording: Wording, template: str, lines: Sequence[str], **facts: Any) -> Iterator[str]:
    """The template as often as it takes to say all lines, which it gets as `lines`, each message short enough."""
    room = LONGEST - len(wording.render(template, lines=[], **facts)) - 1
    for batch in packed(lines, room):
        yield wording.render(template, lines=batch, **facts)


def packed(lines: Sequence[str], room: int) -> Iterator[list[str]]:
    """The lines in order, together as long as they take no more than `room` characters with their line ends."""
    batch: list[str] = []
    for line in lines:
        if batch and sum(map(len, batch)) + len(batch) + len(line) > room:
            yield batch
            batch = []
        batch.append(line)
    if batch:
        yield batch
