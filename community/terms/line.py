"""One line of a group buy's terms, taken apart: what each known pattern found in it, and the words that are left."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from community.terms import patterns
from community.terms.later import Later

GAP, PRICED = "\n", "\r"  # what has been taken leaves one of these in the line; normalised text holds neither

WHOLE = (
    "shelf",
    "pickup",
    "opens",
    "arrives",
    "delivery",
    "closes",
    "money",
    "target",
    "people",
    "household",
    "rooms",
    "same_day",
)
"""What is said of the group buy altogether."""

EXTRAS = ("tiers", "cost", "aliases", "limit")
"""What is said of an item besides its price and stock."""

MAYBE_ITS_OWN = ("shelf", "arrives", "delivery", "money", "target", "people", "household", "same_day")
"""What, beside one item of several, may be meant for it alone: to be asked about."""

_BETWEEN = ("或", "或者", "和", "及", "也", "时间")


@dataclass(slots=True)
class Line:
    """A line with everything known taken out of `text`; `where` names it (第2行：), empty if it is the only one."""

    where: str
    typed: str
    text: str
    found: dict[str, list[re.Match[str]]] = field(default_factory=dict)

    def __getitem__(self, kind: str) -> list[re.Match[str]]:
        """What was found of a kind, in the order of the line."""
        return self.found.get(kind, [])

    def has(self, kinds: Iterable[str]) -> bool:
        """Whether any of these was found."""
        return any(self.found.get(kind) for kind in kinds)

    @property
    def sells(self) -> bool:
        """Whether it names a price or a stock, as items do."""
        return self.has(("price", "stock"))

    @property
    def words(self) -> list[str]:
        """What is left between the gaps, without the punctuation around it."""
        pieces = [
            piece.strip(" ,，。;、|:!·").rstrip("([【").lstrip(")]】").strip()
            for piece in re.split(r"[\n\r]", self.text)
        ]
        return [piece for piece in pieces if any(map(str.isalnum, piece)) and piece not in _BETWEEN]

    def take(self, kind: str, pattern: Later, gap: str = GAP) -> None:
        """Move everything the pattern finds out of the line."""
        if found := list(pattern.finditer(self.text)):
            self.found.setdefault(kind, []).extend(found)
            self.text = pattern.sub(gap, self.text)

    def split(self, kind: str, other: str, belongs: Callable[[re.Match[str]], bool]) -> None:
        """Move what `belongs` to another kind over there."""
        everything = self[kind]
        self.found[kind] = [found for found in everything if not belongs(found)]
        self.found[other] = [found for found in everything if belongs(found)]


def take_apart(typed: str, where: str, *, timed: bool, first: bool) -> Line:
    """Take the known parts out of a normalised line.

    `timed`: a moment without a word beside it is the close. The `first` line may begin with a title that holds a
    price; a further one may hold nothing but where to fetch the goods, or a step of the price.
    """
    alone = "" if first or _priced(typed) else " "
    line = Line(where, typed, patterns.PLACE_FIRST.sub(r" \g<when>自提 \g<place> ", alone + typed).strip())
    line.found["at_hand"] = list(patterns.AT_HAND.finditer(line.text))
    line.take("shelf", patterns.SHELF)
    _take_when(line, timed=timed)
    line.take("cost", patterns.COST)
    line.take("money", patterns.TARGET_MONEY)
    _take_tiers(line, first=first)
    line.take("target", patterns.TARGET)
    line.split("target", "people", lambda found: bool(found["people"] or found["heads"]))
    line.take("rooms", patterns.ROOMS)
    line.take("aliases", patterns.ALIASES)
    before = line.text
    _take_goods(line)
    if first and (found := _titled(line, before)):
        line.text = found
    return line


def _take_when(line: Line, *, timed: bool) -> None:
    line.take("beyond", patterns.NO_TIER)
    line.take("same_day", patterns.SAME_DAY)
    line.take("pickup", patterns.PICKUP)
    brought = list(patterns.DELIVERY.finditer(line.text))
    line.take("opens", patterns.OPENS)
    line.take("arrives", patterns.ARRIVES)
    line.take("delivery", patterns.DELIVERY)
    line.found["delivery"] = brought
    line.take("closes", patterns.TIMED if timed else patterns.CLOSES)


def _take_tiers(line: Line, *, first: bool) -> None:
    """Steps of the price; what could be the price itself is a step only beside another price."""
    line.take("tiers", patterns.TIER)
    rest = patterns.TIER_FROM.sub(GAP, line.text)
    if _priced(rest) or not (first or re.search(r"\w", rest)):
        line.take("tiers", patterns.TIER_FROM)
    if _priced(patterns.TOTAL.sub(GAP, line.text)):
        line.take("unsure", patterns.TOTAL)


def _priced(text: str) -> bool:
    return bool(patterns.PRICES.search(text) or patterns.BARE_PRICE.search(text))


def _take_goods(line: Line) -> None:
    line.take("price", patterns.PRICES, PRICED)
    line.take("limit", patterns.LIMIT)
    line.split("limit", "household", lambda found: any(found[group] for group in ("home", "inner", "outer", "own")))
    if not line["price"]:
        line.take("price", patterns.BARE_PRICE, PRICED)
    line.take("stock", patterns.STOCK)
    if not line["stock"]:
        _take_counted(line)


def _take_counted(line: Line) -> None:
    """A stock without a word before it: what is counted after the price, since before it a number may be the size."""
    found = list(patterns.COUNTED.finditer(line.text))
    after = [count for count in found if count.start() > line.text.find(PRICED)]
    pools = ([c for c in after if c["unit"] != "斤"], after, [c for c in found if c["unit"] == "份"], found)
    pool = next((pool for pool in pools if pool), [])
    for count in reversed(pool):
        line.text = line.text[: count.start()] + GAP + line.text[count.end() :]
    line.found["stock"] = pool


def _titled(line: Line, before: str) -> str | None:
    """The text of a line whose only price stands in its title (9.9元专场), that price given back to it."""
    found = patterns.EVENT.search(before)
    if not found or line["stock"]:
        return None
    rest = before[: found.start()] + before[found.end() :]
    if _priced(rest):
        return None
    line.found["price"] = []
    return before


def names(line: Line) -> tuple[str, str | None, list[str]]:
    """Name, specification and whatever nobody understands, from the words that are left of an item's line."""
    head, *rest = line.words or [""]
    name, spec = _parted(head)
    specs = [spec] if spec else []
    specs += [
        piece
        for piece in rest
        if patterns.SPEC_WORD.fullmatch(piece.split()[0]) and not patterns.PORTIONS.fullmatch(piece)
    ]
    unclear = [piece for piece in rest if piece not in specs]
    if not name and unclear:
        name = unclear.pop(0)
    return name, " ".join(piece.strip("()[]【】") for piece in specs) or None, unclear


def _parted(head: str) -> tuple[str, str]:
    """Part what stands before the terms: the specification begins with the first measure (5斤装, 一箱)."""
    words = [word.strip(",;。") for word in patterns.COMMA_SPEC.sub(" ", head).split()]
    for at, word in enumerate(words):
        if patterns.SPEC_WORD.fullmatch(word):
            return (" ".join(words[:at]), " ".join(words[at:])) if at else (" ".join(words[1:]), word)
        if found := patterns.TITLE_THEN_SPEC.fullmatch(word):
            return " ".join([*words[:at], found["title"].rstrip(",;。")]), " ".join([found["spec"], *words[at + 1 :]])
    found = patterns.SPEC_THEN_TITLE.fullmatch(head)
    return (found["title"], found["spec"]) if found else (head, "")
