"""Unsaid: the name and the notes of somebody who is forgotten, taken out of what the bot has said about them."""

import re
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from community.db import Tx, change, prepare
from community.outbox import Outbox

SOUGHT = 50
"""Words for which all that was said is read through; lines that hold one of them are rid of the others, too."""
WITHHELD = "…"
"""What stands in place of a note."""


class _Line(NamedTuple):
    id: int
    text: str


_is = col(Outbox.status)
_OVER = or_(_is == "sent", _is == "failed", _is == "expired")
_NAMING = prepare(
    _Line, select(col(Outbox.id), col(Outbox.text)).where(_OVER, col(Outbox.text).like(bindparam("words"), escape="\\"))
)
_REWRITE = change(update(Outbox).where(col(Outbox.id) == bindparam("line")).values(text=bindparam("instead")))


def take_out(tx: Tx, names: Collection[str], instead: str, notes: Collection[str]) -> int:
    """Write `instead` for the names in all that was said, and WITHHELD for the notes; how many lines were changed.

    What still waits or is in doubt stays as it is: only so its echo is known.
    """
    words = dict.fromkeys(filter(None, names), instead)
    words |= {note: WITHHELD for note in notes if note and note not in words}
    if not words:
        return 0
    pattern = re.compile("|".join(map(_alone, sorted(words, key=len, reverse=True))))
    found = {line.id: line.text for one in list(words)[:SOUGHT] for line in tx.all(_NAMING, words=f"%{_literal(one)}%")}
    changed = 0
    for line, text in found.items():
        new = pattern.sub(lambda match: words[match[0]], text)
        if new != text:
            changed += tx.run(_REWRITE, line=line, instead=new)
    return changed


def _alone(words: str) -> str:
    """A pattern for the words; for a single letter only where it stands by itself, for others are called 小陈, too."""
    return re.escape(words) if len(words) > 1 else rf"(?<!\w){re.escape(words)}(?!\w)"


def _literal(words: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", words)
