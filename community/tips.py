"""Household tips: read from the shopkeeper's text files, and which one a room hears next."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from community.shop import Fault
from community.today import TERMS

LONGEST = 300
"""Characters of a tip at most: more is not read to the end in a group."""

SEASON = 30 * 24 * 3600
"""Seconds in which a solar term (15 or 16 days) surely does not come round again."""

_TERM = re.compile(r"[\[［【]([^\]］】]*)[\]］】]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip; with a `term` it is said only from that solar term's day to the day before the next term."""

    kind: str  # the name of its file: 健康
    text: str
    term: str | None = None

    @property
    def key(self) -> str:
        """A short name that stays the same as long as the text does, wherever the line stands."""
        return hashlib.blake2s(self.text.encode(), digest_size=6).hexdigest()


class TipFault(Exception):
    """Some tips cannot be used; `faults` holds every one of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def load_tips(directory: Path) -> list[Tip]:
    """Every tip of `directory/*.txt`, a kind to a file and a tip to a line; no directory means no tips.

    Blank lines and lines that begin with # are passed over. Raises TipFault with all faults: a tip that stands twice,
    is too long, names an unknown solar term, has no text; a file that is not UTF-8.
    """
    tips: list[Tip] = []
    faults: list[Fault] = []
    places: dict[str, str] = {}
    for path in sorted(directory.glob("*.txt")):
        for number, line in _lines(path, faults):
            try:
                tip = _tip(path.stem, line)
                if tip.key in places:
                    raise ValueError(f"和 {places[tip.key]} 重复了，留一条就好")
            except ValueError as error:
                faults.append(Fault(str(path), number, "", str(error)))
                continue
            places[tip.key] = f"{path.name} 第 {number} 行"
            tips.append(tip)
    if faults:
        raise TipFault(faults)
    return tips


def _lines(path: Path, faults: list[Fault]) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.append(Fault(str(path), None, "", "不是 UTF-8 编码，请用 UTF-8 重新保存"))
        return
    except OSError as error:
        faults.append(Fault(str(path), None, "", f"打不开这个文件（{error.strerror}）"))
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if (said := line.strip()) and not said.startswith("#"):
            yield number, said


def _tip(kind: str, line: str) -> Tip:
    """A tip from its line; raises ValueError with the problem in Chinese."""
    found = _TERM.match(line)
    term, text = (found[1].strip(), found[2].strip()) if found else (None, line)
    if term is not None and term not in TERMS:
        near = difflib.get_close_matches(term, TERMS, n=1, cutoff=0.5)
        raise ValueError(f"没有“{term}”这个节气" + (f"，是不是想写“{near[0]}”？" if near else ""))
    if not text:
        raise ValueError("节气后面还没有写贴士")
    if len(text) > LONGEST:
        raise ValueError(f"太长了，最多 {LONGEST} 个字，现在是 {len(text)} 个")
    return Tip(kind, text, term)


def choose(tips: Sequence[Tip], used: Mapping[str, int], *, term: str, now: int, term_day: bool = False) -> Tip | None:
    """The tip a room hears next, or None where there is none; the same question always has the same answer.

    `used` tells by key when this room last heard a tip; it and `now` are seconds since the epoch. `term` is the solar
    term we are in, `term_day` says that it begins today: then its own tips come first, unless heard this season.
    Otherwise no tip comes again before every one that may be said was heard, then the one heard longest ago;
    among tips never heard, the kind heard longest ago goes first, and within a kind the order of the file.
    """
    may = [tip for tip in tips if tip.term in {None, term}]
    if term_day:
        own = [tip for tip in may if tip.term and now - used.get(tip.key, now - SEASON) >= SEASON]
        may = own or may
    kinds = _last_heard(tips, used)
    return min(may, key=lambda tip: (used.get(tip.key, 0), kinds[tip.kind]), default=None)


def _last_heard(tips: Sequence[Tip], used: Mapping[str, int]) -> dict[str, int]:
    """When each kind was last heard; 0 for never."""
    heard: dict[str, int] = {}
    for tip in tips:
        heard[tip.kind] = max(heard.get(tip.kind, 0), used.get(tip.key, 0))
    return heard
