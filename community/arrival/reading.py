"""What staff say has come: `红富士 30`, `红富士30份 砂糖橘 12 按比例`, `30`, or nothing where all of it came."""

import re
from typing import NamedTuple

from community.quantity import COUNTERS, normalise

_LONGEST = 200
_PIECE = re.compile(
    rf"(?P<words>[^,，、;；]*?)[ x*×]{{0,2}}(?P<number>[0-9]{{1,5}}) ?[{COUNTERS}]?(?=[ ,，、;；]|$)[ ,，、;；]*"
)
_RULE = re.compile(r"按比例(?:分配?)?")


class Came(NamedTuple):
    """So many portions of what these words name; no words where only one thing can be meant."""

    words: str
    number: int


class Arrived(NamedTuple):
    """What came, goods by goods; `about` names the group buy where nothing is counted."""

    came: list[Came]
    about: str
    pro_rata: bool


def read_arrival(text: str) -> Arrived | None:
    """What a line says has come; None where words are left that belong to no number."""
    line = normalise(text.partition("\n")[0][:_LONGEST])
    plain = " ".join(_RULE.sub(" ", line).split())
    pieces = list(_PIECE.finditer(plain))
    rest = plain[pieces[-1].end() :] if pieces else ""
    if rest:
        return None
    came = [Came(piece["words"].strip(), int(piece["number"])) for piece in pieces]
    return Arrived(came, "" if came else plain, bool(_RULE.search(line)))
