"""What a group buy offers, by every name a neighbour may write: full names, aliases, letters, sizes, short forms."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from community.chain.measure import DIGITS, UNIT, Measure, holds, measures_in
from community.chain.model import Offer
from community.chain.words import KINDS, is_goods, simplified
from community.quantity import COUNTERS, NUMERALS, normalise

_FRUITS = "橘橙桃柚柿李杏饺粽"  # 砂糖橘 are 橘子
_MODIFIERS = "土嫩老盐甜脆纯鲜活冻净"
_SIZES = "大中小红黄白黑青绿"
_SIZE = re.compile(rf"(?P<size>[{_SIZES}])(?:[{COUNTERS}号的]|款|个)?\Z")
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_PUNCTUATION = re.compile(r"[^\w]+")
_SPAN = re.compile(rf"{DIGITS}[-~]{DIGITS} ?{UNIT}", re.IGNORECASE)
_SHORT_HEAD = 3
_SHORTEST = 2  # a single character of a longer name (果, 油) names nothing
_NUMBER_BEFORE = rf"(?<=[0-9{NUMERALS}])"
_COUNTED_BEFORE = rf"(?<=[0-9{NUMERALS}][{COUNTERS}])"
_NUMBER_AFTER = rf"(?= ?[:+x×*]? ?[0-9]| ?[{NUMERALS}][{COUNTERS}])"


@dataclass(frozen=True)
class Catalog:
    """The offers and a pattern that finds any of their names; `known` leads from a name to the offers it may mean.

    `measures` are what a portion of each offer holds. `unit_like` finds the names that begin as a unit does (提子),
    `singles` those of one character (大, A). `by_piece` says that something is sold by 块, which is money elsewhere.
    `units` finds what any portion is called (笼), usual or not; `span` the range that says what a portion weighs, where
    all that have one have the same (2-3斤).
    """

    offers: tuple[Offer, ...]
    known: dict[str, frozenset[int]]
    measures: tuple[frozenset[Measure], ...]
    pattern: str
    unit_like: str
    singles: str
    by_piece: bool
    units: str
    span: str

    def meant(self, name: str) -> frozenset[int]:
        """The places in `offers` that a name found by `pattern` may mean."""
        return self.known.get(_key(name), frozenset())


def build(offers: Sequence[Offer]) -> Catalog:
    """Everything that can be known about the offers before the first row is read."""
    known: defaultdict[str, set[int]] = defaultdict(set)
    for at, offer in enumerate(offers):
        for name in (offer.name, *offer.aliases, _bare(offer.name)):
            if _key(name):
                known[_key(name)].add(at)
    for derived in (_lettered(offers), _sizes(offers), _short_forms(known), _heads(known)):
        known |= _new(derived, known)
    specs = tuple(holds(f"{offer.name} {offer.spec}") for offer in offers)
    frozen = {name: frozenset(places) for name, places in known.items()}
    unit_like = [name for name in frozen if re.match(UNIT, name)]
    singles = "|".join(map(re.escape, sorted(name for name in frozen if len(name) == 1))) or r"(?!)"
    return Catalog(
        tuple(offers),
        frozen,
        specs,
        _pattern(frozen),
        _pattern(unit_like),
        singles,
        any(offer.unit == "块" for offer in offers),
        _any_unit(offers),
        _span(offers),
    )


def _any_unit(offers: Iterable[Offer]) -> str:
    own = {offer.unit for offer in offers if offer.unit.isalpha() and not re.fullmatch(UNIT, offer.unit, re.IGNORECASE)}
    return "|".join([*sorted(own, key=lambda unit: (-len(unit), unit)), UNIT])


def _span(offers: Iterable[Offer]) -> str:
    found = {span[0] for offer in offers for span in _SPAN.finditer(normalise(f"{offer.name} {offer.spec}"))}
    return re.escape(found.pop()) if len(found) == 1 else r"(?!)"


def _key(name: str) -> str:
    """A name without case, spaces and punctuation, as it is compared."""
    return simplified(_PUNCTUATION.sub("", normalise(name)).casefold())


def _bare(name: str) -> str:
    """The name without the specification that may stand in it: 红富士苹果5斤装, 鸡蛋(30枚)."""
    plain = _BRACKETS.sub("", normalise(name))
    at = min((measure.start for measure in measures_in(plain)), default=len(plain))
    return plain[:at] if at else plain


def _new(derived: Iterable[tuple[str, set[int]]], known: Collection[str]) -> dict[str, set[int]]:
    """Names that were worked out and stand for nothing yet; one worked out from several goods may mean any of them."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name, places in derived:
        if name not in known:
            found[name] |= places
    return found


def _lettered(offers: Sequence[Offer]) -> Iterable[tuple[str, set[int]]]:
    """A款 and A套餐 for what is listed under A."""
    for at, offer in enumerate(offers):
        letters = (word for word in map(_key, offer.aliases) if len(word) == 1 and word.isascii() and word.isalpha())
        yield from ((f"{letter}{kind}", {at}) for letter in letters for kind in ("款", "套餐", "餐", "类", "组"))


def _sizes(offers: Sequence[Offer]) -> Iterable[tuple[str, set[int]]]:
    """Sizes and colours that tell offers apart, where a specification or alias is one: 大, 大盒 and 大的 beside 小."""
    for at, offer in enumerate(offers):
        for word in map(_key, (offer.spec, *offer.aliases)):
            if found := _SIZE.fullmatch(word):
                ends = ("", "的", "号", offer.unit)
                yield from ((size, {at}) for size in {word, *(found["size"] + end for end in ends)})


def _short_forms(known: dict[str, set[int]]) -> Iterable[tuple[str, set[int]]]:
    """苹果 for 红富士苹果 and 盐汽水 for 上海盐汽水; 红富士 for it too, because 苹果 is a fruit and not made of 红富士.

    A single character is dropped in front only if it says how such goods are: 鸡蛋 is 土鸡蛋, 番茄 is not 小番茄.
    """
    for name, places in list(known.items()):
        if name[:1] in _MODIFIERS and is_goods(name[1:]):
            yield name[1:], places
        if name[-1:] in _FRUITS and len(name) > 1:
            yield f"{name[-1]}子", places
        if name.isalpha():
            yield from ((name[cut:], places) for cut in range(2, len(name) - _SHORTEST + 1))
            yield from ((name[: -len(end)], places) for end in KINDS if name.endswith(end) and len(name) > len(end) + 2)


def _heads(known: dict[str, set[int]]) -> Iterable[tuple[str, set[int]]]:
    """豆沙 for 豆沙粽 beside 蛋黄粽, 白菜猪肉 for 白菜猪肉水饺 beside 韭菜鸡蛋水饺: a name without its shared end.

    A short one that is goods itself stays out: 苹果 is no 苹果派.
    """
    names = [name for name in known if name.isalpha()]
    ends = Counter(name[-end:] for name in names for end in (1, 2) if len(name) > end + 1)
    for name in names:
        for end in (1, 2):
            head = name[:-end]
            if len(name) > end + 1 and ends[name[-end:]] > 1 and (len(head) > _SHORT_HEAD or not is_goods(head)):
                yield head, known[name]


def _pattern(known: Iterable[str]) -> str:
    """A pattern for any of the names, the longest first; spaces inside a name do not matter."""
    return "|".join(_spelled(name) for name in sorted(known, key=lambda name: (-len(name), name))) or r"(?!)"


def _spelled(name: str) -> str:
    letters = "[ %-]?".join(map(re.escape, name))
    begin, end = ("(?<![A-Za-z])", "(?![A-WYZa-wyz栋座幢区#]|x(?![0-9]))") if name.isascii() else ("", "")
    if len(name) == 1:  # A2, 2大1小: a single character is a name only beside a number
        # The 大 of 两大一小 counts, that of 2大桶 does not.
        alone = rf"(?:(?![^\W\d_])|(?=[{NUMERALS}]\w(?!\w)))"
        counted = rf"{_COUNTED_BEFORE}{letters}(?!\w)|" if name.isascii() else ""  # 1份A
        return rf"{begin}(?:{counted}{_NUMBER_BEFORE}{letters}{alone}|{letters}{_NUMBER_AFTER}){end}"
    return rf"{begin}{letters}{end}"
