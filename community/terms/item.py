"""An item of a group buy, read from its line: name, price, stock, and what is said of it besides."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from community.money import read_cents, yuan
from community.quantity import COUNTERS, NUMERALS, whole_number
from community.refusal import Refusal
from community.terms import patterns
from community.terms.line import Line, names
from community.terms.values import LONGEST_NAME, MOST_STOCK, QUOTED, Item, TermsFault

_LONGEST_ALIAS = 20
_NO_ALIAS = re.compile(rf"[0-9{NUMERALS}]+[{COUNTERS}]?|[A-Za-z]")

_T = TypeVar("_T")


def only(what: str, values: Iterable[tuple[str, _T]], say: Callable[[_T], str], hint: str = "") -> _T | None:
    """The one value that was named, though it were named twice; None where none was. Each comes with its line."""
    where = {value: line for line, value in reversed(list(values))}
    distinct = list(reversed(where))
    if len(distinct) > 1:
        named = "、".join(map(say, distinct))
        raise TermsFault(f"{where[distinct[1]]}{what}写了不止一个（{named}），留一个就好{hint}")
    return distinct[0] if distinct else None


def read(line: Line, reader: Callable[..., _T], *args: object) -> _T:
    """Let a reader of one part speak for the whole line."""
    try:
        return reader(*args)
    except Refusal as fault:
        raise TermsFault(line.where + fault.text) from fault


def number(line: Line, word: str) -> int:
    """A number of portions or people."""
    value = whole_number(word)
    if value is None or not 0 < value <= MOST_STOCK:
        raise TermsFault(f"{line.where}“{word}”这个数不对，写 1 到 {MOST_STOCK} 之间的整数就好")
    return value


def lacking(line: Line) -> list[str]:
    """What an item's line leaves out, in the words of the shop."""
    held = {"商品名": bool(names(line)[0]), "价钱": line.has(["price"]), "份数": line.has(["stock"])}
    return [name for name, there in held.items() if not there]


def read_item(line: Line) -> Item:
    """Read an item from a line that lacks nothing. Raises TermsFault for contradictions and what is not understood."""
    name, spec, unclear = names(line)
    cents, (stock, unit) = _price(line), _stock(line)
    if unclear:
        raise TermsFault(f"{line.where}“{unclear[0][:QUOTED]}”没看懂；要介绍商品，写在商品名后面、价钱前面就好")
    if len(name) > LONGEST_NAME:
        raise TermsFault(f"{line.where}商品名最多 {LONGEST_NAME} 个字，短一点大家好认")
    item = Item(
        name=name,
        spec=spec,
        unit_cents=cents,
        stock=stock,
        unit=unit,
        limit=only("限购", [(line.where, limited(line, found)) for found in line["limit"]], str),
        tiers=_tiers(line),
        cost_cents=only("成本", [(line.where, _cost(line, found["cost"])) for found in line["cost"]], yuan),
        aliases=_aliases(line, name),
    )
    _possible(line, item)
    return item


def limited(line: Line, found: re.Match[str]) -> int:
    """How many a limit allows."""
    return number(line, found["number"] or found["each"])


def _price(line: Line) -> int:
    hint = "；多买便宜可以写 满3份每份27.9"
    cents = [(line.where, read(line, read_cents, found["price"])) for found in line["price"]]
    value = only("价钱", cents, yuan, hint)
    assert value is not None, "asked only of lines that lack nothing"  # noqa: S101 - a programming error
    return value


def _stock(line: Line) -> tuple[int, str]:
    counts = []
    for found in line["stock"]:
        said: str = found["number"] or found["spoken"]  # a number is there where the pattern has no spoken one
        counts.append((line.where, (number(line, said), found["unit"] or "份")))
    value = only("份数", counts, lambda count: f"{count[0]}{count[1]}")
    assert value is not None, "asked only of lines that lack nothing"  # noqa: S101 - a programming error
    return value


def _cost(line: Line, said: str) -> int:
    try:
        return read_cents(said)
    except Refusal as fault:
        raise TermsFault(f"{line.where}成本没看懂，像 成本22元 这样写就好") from fault


def _tiers(line: Line) -> tuple[tuple[int, int], ...]:
    """The steps of the price, by rising quantity; two prices for one quantity are refused."""
    steps: dict[int, int] = {}
    for found in line["tiers"]:
        least = number(line, found["number"])
        cents = read(line, read_cents, patterns.PER_PORTION.sub("", found["price"].strip()))
        if steps.setdefault(least, cents) != cents:
            raise TermsFault(
                f"{line.where}满 {least} 份的价钱写了两个（{yuan(steps[least])}、{yuan(cents)}），留一个就好"
            )
    return tuple(sorted(steps.items()))


def _aliases(line: Line, name: str) -> tuple[str, ...]:
    said = [alias for found in line["aliases"] for alias in patterns.ALIAS_BREAK.split(found["names"])]
    aliases = tuple(alias for alias in dict.fromkeys(said) if alias not in ("", name))
    for alias in aliases:
        if len(alias) > _LONGEST_ALIAS:
            raise TermsFault(f"{line.where}别名最多 {_LONGEST_ALIAS} 个字，短一点大家好打")
        if _NO_ALIAS.fullmatch(alias) or not any(map(str.isalnum, alias)):
            raise TermsFault(f"{line.where}“{alias}”当别名会和点单的数字、字母混，换个词")
    return aliases


def _possible(line: Line, item: Item) -> None:
    """Refuse what nobody could ever reach, and steps that do not make it cheaper."""
    unit = item.unit
    if item.limit and item.limit > item.stock:
        raise TermsFault(f"{line.where}限购 {item.limit}{unit} 比总数 {item.stock}{unit} 还多，再看看")
    for found in line["tiers"]:
        if found["unit"] and found["unit"] not in ("份", unit) and unit != "份":
            raise TermsFault(f"{line.where}这样是按{unit}卖的，{found['number']}{found['unit']} 换成几{unit}再写")
    before = (1, item.unit_cents)
    for step in item.tiers:
        _cheaper(line, item, before, step)
        before = step


def _cheaper(line: Line, item: Item, before: tuple[int, int], step: tuple[int, int]) -> None:
    (less, dearer), (least, cents) = before, step
    said = f"满 {least}{item.unit} 每{item.unit} {yuan(cents)}"
    if least < 2:
        raise TermsFault(f"{line.where}{said}：一{item.unit}就是这个价，直接当价钱写就好")
    if cents >= dearer:
        other = f"满 {less}{item.unit} 的" if less > 1 else "原来的"
        raise TermsFault(f"{line.where}{said}，没比{other} {yuan(dearer)} 便宜，再看看")
    if least > item.stock:
        raise TermsFault(f"{line.where}{said}，可总共才 {item.stock}{item.unit}，再看看")
    if item.limit and least > item.limit:
        raise TermsFault(f"{line.where}{said}，可每人限 {item.limit}{item.unit}，谁也够不着，再看看")
