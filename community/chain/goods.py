"""Reads the goods of one row: which offer, how many portions. What is not certain raises Doubt with the reason."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from community.chain.catalog import Catalog
from community.chain.measure import SINGLES, VOLUMES, WEIGHTS, Measure, canonical
from community.chain.model import Bought, Doubt, Offer
from community.chain.tokens import Token
from community.chain.words import JOINTS, kind_of, leads_in, second_thought
from community.quantity import COUNTERS, MOST

_MOST_BARE = 20  # a larger number without a measure is a door or a price before it is a quantity
_TIES = "-−–—~→=>±≈"
_OPAQUE = {
    "range": "份数写的是个范围，问清要几份",
    "fraction": "只能按整份记，问清要几份",
    "minus": "是减几份还是要几份，问一声",
    "question": "像是在问，还没定下来",
}


class TakenBack(Exception):
    """Raised for a row whose whole order was taken back (不要了)."""


@dataclass(slots=True)
class Group:
    """Goods and the amounts that stand with them; `offers` is empty where amounts name no goods."""

    offers: frozenset[int]
    name: str
    amounts: list[Token] = field(default_factory=list)


def read_goods(tokens: Sequence[Token], catalog: Catalog) -> tuple[Bought, ...]:
    """What a row orders, in its order, each offer once. Raises Doubt, or TakenBack where all of it was taken back."""
    _check_words(tokens)
    groups = [part for group in _grouped(tokens) for part in _by_size(group, catalog)]
    bought: dict[str, int] = {}
    for group in groups:
        offer, quantity = _settled(group, catalog)
        if offer.key in bought:
            raise Doubt(f"“{offer.name}”写了两遍，问清总共几{offer.unit}")
        bought[offer.key] = quantity
    if not bought:
        raise Doubt("没写要几份")
    inside = {held for offer, held in zip(catalog.offers, catalog.measures, strict=True) if offer.key in bought}
    _check_total(tokens, sum(bought.values()), next(iter(inside)) if len(inside) == 1 else frozenset())
    return tuple(Bought(key, quantity) for key, quantity in bought.items())


def _check_words(tokens: Sequence[Token]) -> None:
    """Every word must be understood, and none may leave the order open."""
    for at, token in enumerate(tokens):
        if token.kind in _OPAQUE:
            raise Doubt(_OPAQUE[token.kind])
        if token.kind in ("word", "latin"):
            _check_word(tokens, at)
        if token.kind == "symbol" and token.text in _TIES and 0 < at < len(tokens) - 1:
            _check_tie(*tokens[at - 1 : at + 2])


def _check_tie(before: Token, tie: Token, after: Token) -> None:
    """Two amounts that a sign ties together (2→3份) are neither the one nor the other."""
    if before.kind == after.kind == "amount" and (before.end, tie.end) == (tie.start, after.start):
        raise Doubt(f"“{before.text}{tie.text}{after.text}”是几份要问清")


def _check_word(tokens: Sequence[Token], at: int) -> None:
    token, kind = tokens[at], kind_of(tokens[at].text)
    if kind == "odd":
        raise Doubt(second_thought(token.text) or f"没认出“{token.text[:12]}”")
    if kind == "cancel":
        _take_back(tokens, at)
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    if after and after.kind == "offer" and not leads_in(token.text):
        raise Doubt(f"没认出“{token.text[-8:]}{after.text}”")  # 小番茄 is not 番茄
    if before and before.kind == "amount" and _bare(before) and kind == "note":
        raise Doubt(f"“{before.text}{token.text[:8]}”是几份要问清")  # 2大


def _measure(amount: Token) -> Measure:
    return Measure(amount.number, amount.unit)


def _bare(amount: Token) -> bool:
    return not (amount.unit or amount.sign)


def _take_back(tokens: Sequence[Token], at: int) -> None:
    """不要了 behind everything takes the row back, if it names one kind of goods at most."""
    orders = ("offer", "amount")
    named = {token.offers for token in tokens if token.kind == "offer"}
    if len(named) > 1 or any(token.kind in orders for token in tokens[at:]):
        raise Doubt("有不要的，问清还要哪些")
    raise TakenBack


def _grouped(tokens: Sequence[Token]) -> list[Group]:
    """The goods with their amounts: 苹果2份 香蕉1份, 2份苹果 1份香蕉, 苹果，2份."""
    groups: list[Group] = []
    for clause in _clauses(tokens):
        if clause[0].kind == "offer":
            groups += _after(clause)
        elif any(token.kind == "offer" for token in clause):
            groups += _before(clause)
        elif groups:
            groups[-1].amounts += clause
        else:
            groups.append(Group(frozenset(), "", clause))
    if len(groups) > 1 and not groups[0].offers:
        raise Doubt(f"“{groups[0].amounts[0].text}”没写是哪样")
    return groups


def _clauses(tokens: Iterable[Token]) -> list[list[Token]]:
    """Goods and amounts between two stops; two names of one thing beside each other (红富士 苹果) are one."""
    clauses: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "stop" or token.text in JOINTS:
            clauses.append([])
        elif token.kind in ("offer", "amount"):
            clause = clauses[-1]
            if token.kind == "offer" and clause and (both := clause[-1].offers & token.offers):
                clause[-1] = token._replace(offers=both)
            else:
                clause.append(token)
    return [clause for clause in clauses if clause]


def _after(clause: list[Token]) -> list[Group]:
    """苹果2份 香蕉1份: each amount belongs to the goods in front of it."""
    groups: list[Group] = []
    for token in clause:
        if token.kind == "offer":
            groups.append(Group(token.offers, token.text))
        else:
            groups[-1].amounts.append(token)
    return groups


def _before(clause: list[Token]) -> list[Group]:
    """2份苹果 1份香蕉: each amount belongs to the goods behind it, and what is left over to the last goods."""
    groups: list[Group] = []
    waiting: list[Token] = []
    for token in clause:
        if token.kind == "offer":
            groups.append(Group(token.offers, token.text, waiting))
            waiting = []
        else:
            waiting.append(token)
    groups[-1].amounts += waiting
    return groups


def _by_size(group: Group, catalog: Catalog) -> list[Group]:
    """A group that names several sizes of one thing (5斤1箱 10斤1箱) as one for each, cut where a size begins."""
    places = group.offers or range(len(catalog.offers))
    said = [_measure(amount) for amount in group.amounts]
    sizes = [at for at, one in enumerate(said) if sum(one in catalog.measures[place] for place in places) == 1]
    cuts = [*sizes, len(said)]
    if len(places) < 2 or len(sizes) < 2 or sizes[0] or any(end - begin < 2 for begin, end in pairwise(cuts)):
        return [group]
    return [replace(group, amounts=group.amounts[begin:end]) for begin, end in pairwise(cuts)]


def _settled(group: Group, catalog: Catalog) -> tuple[Offer, int]:
    """The one offer a group means and its quantity; of several with one name, the one whose size stands there."""
    places = group.offers or frozenset(range(len(catalog.offers)))
    if len(places) == 1:
        at = next(iter(places))
        return catalog.offers[at], _quantity(group, catalog.offers[at], catalog.measures[at])
    if not group.offers and len({offer.name for offer in catalog.offers}) > 1:
        raise Doubt("没写是哪样，只写了数量")
    said = {_measure(amount) for amount in group.amounts}
    fitting = [at for at in places if catalog.measures[at] & said]
    if len(fitting) != 1:
        raise Doubt(f"“{group.name or catalog.offers[0].name}”有几种，没写是哪种")
    return _settled(replace(group, offers=frozenset(fitting)), catalog)


def _quantity(group: Group, offer: Offer, held: frozenset[Measure]) -> int:
    """The one amount that is left when those of the specification are set aside."""
    said = _without_per(group.amounts, offer, held)
    amounts = [amount for run in _joined(said) for amount in _without_spec(run, offer, held)]
    if len(amounts) > 1:
        amounts = [amount for amount in amounts if not _is_beside(amount, amounts[0], offer, held)]
    if len(amounts) > 1:
        raise Doubt(f"“{group.name or offer.name}”写了两个数，问清要几{offer.unit}")
    if not amounts:
        spec = f"，{group.amounts[0].text}是规格" if group.amounts else ""
        raise Doubt(f"“{group.name or offer.name}”没写要几{offer.unit}{spec}")
    return _portions(amounts[0], offer, held)


def _without_per(amounts: Sequence[Token], offer: Offer, held: frozenset[Measure]) -> list[Token]:
    """The amounts without what one portion is said to hold (24瓶一箱) beside their number: 两箱（24瓶一箱）."""
    own = canonical(offer.unit)
    for at, (spec, one) in enumerate(pairwise(amounts)):
        per = spec.end == one.start and (one.number, one.unit) == ("1", own) and spec.unit != own
        others = [*amounts[:at], *amounts[at + 2 :]]
        if per and _measure(spec) in held and any(_measure(one) not in held for one in others):
            return others
    return list(amounts)


def _joined(amounts: Iterable[Token]) -> list[list[Token]]:
    """Amounts that are tied together (600ml*24瓶) as one run."""
    runs: list[list[Token]] = []
    for amount in amounts:
        if runs and amount.sign in ("x", "X", "×", "*") and runs[-1][-1].end == amount.start:
            runs[-1].append(amount)
        else:
            runs.append([amount])
    return runs


def _without_spec(run: list[Token], offer: Offer, held: frozenset[Measure]) -> list[Token]:
    """The amounts of a run that do not repeat the specification. Raises Doubt where they contradict it."""
    left = [amount for amount in run if not _is_spec(amount, offer, held, tied=len(run) > 1)]
    if not held and (len(run) > 1 or run[0].packed):
        return []  # the offer says nothing of its size, so any size will do
    if any(amount.packed for amount in left) or (len(run) > 1 and left not in ([], [run[-1]])):
        raise Doubt(f"规格“{''.join(amount.text for amount in run)}”和“{offer.name}”的对不上")
    return left


def _is_spec(amount: Token, offer: Offer, held: frozenset[Measure], tied: bool) -> bool:
    same = _measure(amount) in held
    return same and (tied or amount.packed or amount.unit not in _own_units(offer, held))


def _own_units(offer: Offer, held: frozenset[Measure]) -> frozenset[str]:
    """What one portion is called; where it is one 斤 exactly, 斤 too: three 斤 are three of them."""
    single = {one.unit for one in held if len(held) == 1 and one.number == "1" and one.unit in WEIGHTS | VOLUMES}
    about = re.search("约|左右|上下", offer.name + offer.spec)
    return frozenset({canonical(offer.unit)} | (set() if about else single))


def _is_beside(amount: Token, first: Token, offer: Offer, held: frozenset[Measure]) -> bool:
    """Whether an amount beside others only says what a portion is (豆浆1L 2瓶) or all of them come to (2盒 100只)."""
    if amount.unit == canonical(offer.unit):
        return False
    if held:
        said = _measure(amount)
        return said in held or (first.number.isdigit() and said in {_times(one, int(first.number)) for one in held})
    return _describes(amount, offer)


def _times(measure: Measure, portions: int) -> Measure:
    whole = measure.number.isdigit()
    return Measure(str(int(measure.number) * portions) if whole else measure.number, measure.unit)


def _describes(amount: Token, offer: Offer) -> bool:
    """Whether an amount can only be a size beside another amount: 600ml, and 500g of what is not sold by weight."""
    unit = canonical(offer.unit)
    return amount.unit != unit and (amount.unit in VOLUMES or (amount.unit in WEIGHTS and unit not in WEIGHTS))


def _portions(amount: Token, offer: Offer, held: frozenset[Measure]) -> int:
    if not amount.number.isdigit():
        raise Doubt(f"“{amount.text}”不是整数，问清要几{offer.unit}")
    if not _fits(amount.unit, offer, held):
        raise Doubt(f"“{amount.text}”不好算成几{offer.unit}，这样按{offer.unit}卖")
    quantity = int(amount.number)
    if not 1 <= quantity <= (_MOST_BARE if _bare(amount) else MOST):
        raise Doubt(f"“{amount.text}”不像要的数量")
    return quantity


def _fits(unit: str, offer: Offer, held: frozenset[Measure]) -> bool:
    """Whether an amount in this unit counts portions: always in the offer's own; a 份 may be any whole thing it holds.

    24瓶 to a case are not 24 cases, and 3个 of a bag of five 斤 are not three bags.
    """
    own = canonical(offer.unit)
    if not unit or unit in _own_units(offer, held):
        return True
    if own in WEIGHTS:
        return False
    inside = any(measure.unit == unit for measure in held)
    return unit == "份" or (own == "份" and unit in COUNTERS and not inside and not (held and unit in SINGLES))


def _check_total(tokens: Iterable[Token], quantity: int, held: frozenset[Measure]) -> None:
    """共5份 at the end must agree with what stands before it, in portions or in what they hold (2盒 共20片)."""
    for token in tokens:
        if token.kind == "total" and _number_in(token.text) != quantity * _of_each(token.text, held):
            raise Doubt(f"写了“{token.text}”，加起来是 {quantity}")


def _of_each(total: str, held: frozenset[Measure]) -> int:
    """How many of what a total counts are in one portion: 1 where it counts portions."""
    inside = (int(one.number) for one in held if one.number.isdigit() and total.casefold().endswith(one.unit))
    return next(inside, 1)


def _number_in(text: str) -> int:
    return int("".join(char for char in text if char.isdigit()))
