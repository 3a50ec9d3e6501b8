"""The first line of a group buy (红富士苹果 5斤装 29.9元 40份 限3份 明天18:00截单 后天到货), read into its terms."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from community.deadline import CLOCK, DAY, SPAN, read_day, read_deadline, say_day, say_moment
from community.money import PRICE, read_cents, yuan
from community.quantity import COUNTERS, NUMBER, NUMERALS, normalise, whole_number
from community.refusal import Refusal

MOST_STOCK = 99_999
LONGEST_TITLE = 40
EXAMPLE = "红富士苹果 5斤装 29.9元 40份 明天18:00截单"
EXAMPLE_ITEM = "砂糖橘 一箱 35元 30份"

_LONGEST = 200
_GAP, _PRICED = "\n", "\r"  # what has been read leaves one of these in the line; normalised text holds neither

_UNIT = f"[{COUNTERS}斤]"
_COUNT = rf"(?<![0-9.:])(?P<number>{NUMBER}) ?(?P<unit>{_UNIT})?"
_WHEN = rf"(?:{SPAN}|{DAY}[ 的]*{CLOCK}|{DAY}|{CLOCK})"
_HERE = r"(?:到货|送达|送到|发货|自提(?!点)|提货|取货)"
_AFTER_CLOSE = {"当天": 0, "当日": 0, "次日": 1, "隔天": 1, "第二天": 1}
_ON = rf"(?:{'|'.join(_AFTER_CLOSE)}|{DAY})"

_ARRIVES = re.compile(
    rf"(?:预计|大概|大约)? ?(?P<day>{_ON}) ?(?:{CLOCK})? ?(?:左右)?{_HERE}"
    rf"|{_HERE}(?:时间|日期)?[: ]?(?P<on>{_ON})(?: ?{CLOCK})?"
)
_CLOSES = re.compile(
    rf"(?P<when>{_WHEN}) ?(?:之前|以前|前)? ?(?:截单|截止|截团|收单|关团|结束|截)"
    rf"|(?:截止|截单|截团)(?:时间|日期)?(?:到|于|在)?[: ]{{0,2}}(?P<at>{_WHEN})(?:之前|以前|前)?"
)
_TIMED = re.compile(rf"(?P<when>{SPAN}|{DAY}[ 的]*{CLOCK}|(?<![0-9:]){CLOCK})(?! ?(?:开团|开始|起))(?P<at>)")
_REACHED = "(?:就|即|可)?(?:起?成团|起团|开团|起订|起送|起拼|起(?![售购卖步订送拼]))"
_TARGET = re.compile(
    rf"(?:满|够)? ?{_COUNT}(?P<people>人)?(?:{_REACHED}| {_REACHED}(?![0-9{NUMERALS}人份数]))"
    rf"|(?:成团|起订)(?:人数|份数|数量|数)?[: ]{{0,2}}(?P<late>{NUMBER}) ?(?:{_UNIT}|(?P<heads>人))"
)
_PRICES = re.compile(
    rf"(?:(?:团购|拼团|接龙|团|特|单|售|优惠|现|群|原)?价格?|仅售|仅|只要|每{_UNIT})?[: ]{{0,2}}"
    rf"(?:(?<!\A)|(?=[0-9¥￥r]))(?<![0-9.{NUMERALS}])(?<![0-9][~至到-])"
    rf"(?P<price>(?:(?<!\S)[-−–负] ?)?{PRICE})",  # 三元牛奶 is milk
    re.IGNORECASE,
)
_BARE_PRICE = re.compile(r"(?<!\S)[0-9]{1,9}(?:\.[0-9]{1,9})?(?!\S)")
_LIMIT = re.compile(
    rf"(?P<home>每户|每家|一户)? ?(?:每个?人|单人|一人)? ?(?:限购|最多|限) ?:?{_COUNT}(?: ?(?:[/每]|一)人)?"
    rf"|每人(?P<each>{NUMBER}){_UNIT}"
)
_STOCK = re.compile(rf"(?:库存|总量|一共|总共|共|限量|现货|备货|现有|只有|余)[: ]?有? ?{_COUNT}")
_COUNTED = re.compile(
    rf"(?:(?<![0-9.*×/~{NUMERALS}-])(?<![0-9a-z][*x×])(?P<number>[0-9]{{1,12}}) ?"
    rf"|(?<!\S)(?P<spoken>(?!一{_UNIT})[{NUMERALS}]{{1,9}})(?={_UNIT}(?!\S)))(?P<unit>{_UNIT})(?![装/*x×每起a-z0-9])",
    re.IGNORECASE,
)

_SIZE = rf"(?:[0-9]+(?:\.[0-9]+)?|[{NUMERALS}半]{{1,3}})"
_MEASURE = (
    "(?:公斤|千克|毫升|kg|ml|cm|mm|斤|克|两|升|枚|颗|粒|片|抽|张|米|寸|层|块|个|只|头|朵|条|根|支|瓶|罐|听|袋|包|盒|箱|板|提|桶|筐|篮"
    "|卷|件|套|双|串|把|捆|份|杯|盘|g|l)"
)
_SPEC = (
    rf"(?:净重|毛重|大约|约|每{_MEASURE})?{_SIZE}(?:[-~至到]{_SIZE})? ?{_MEASURE}装?"
    rf"(?:(?:[*x×/+]|每)(?:{_SIZE})?{_MEASURE}?装?){{0,4}}(?:左右|以上)?"
)
_SPEC_WORD = re.compile(rf"[(\[【]?{_SPEC}(?:{_SPEC})?[)\]】]?", re.IGNORECASE)
_PORTIONS = re.compile(rf"{_SIZE} ?份")  # a second number of portions is no size
_TITLE_THEN_SPEC = re.compile(
    rf"(?P<title>.*?[^\s0-9.*x×~(\[【-])(?P<spec>[(\[【]?(?=[0-9]|约|净重){_SPEC}[)\]】]?)", re.IGNORECASE
)
_SPEC_THEN_TITLE = re.compile(rf"(?P<spec>[0-9][^\s]{{0,20}}?{_MEASURE}装)(?P<title>[^\s0-9/*x×].*)", re.IGNORECASE)

_T = TypeVar("_T")


class TermsFault(Refusal):
    """The line lacks something, contradicts itself or holds what nobody understands; the text says all of it kindly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is sold: `stock` portions, counted in `unit`, at `unit_cents` each, at most `limit` to a person."""

    title: str
    spec: str | None
    unit_cents: int
    stock: int
    unit: str = "份"
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Item):
    """An item and how it is sold: until when, from how many portions or people on, and when it arrives."""

    closes_at: datetime
    arrives: date | None = None
    target: int | None = None
    target_people: int | None = None


class _Parts(NamedTuple):
    """What an item's line held, before anybody asks whether it is enough."""

    title: str
    spec: str | None
    cents: int | None
    stock: tuple[int, str] | None
    limit: int | None
    unclear: list[str]


def read_terms(text: str, now: datetime) -> Terms:
    """Read the first line of a group buy; after the title its terms may stand in any order, spaces are optional.

    `now` is aware and gives the zone. Raises TermsFault: for everything that is missing at once, for two different
    prices, stocks or times, for a target or limit above the stock, for a time that cannot be kept.
    """
    line, arrivals = _taken(_ARRIVES, _line(text))
    line, closes = _taken(_CLOSES, line)
    if not closes:
        line, closes = _taken(_TIMED, line)
    line, targets = _taken(_TARGET, line)
    parts = _parts(line)
    closes_at = _only(
        "截单时间", [_read(read_deadline, m["when"] or m["at"], now) for m in closes], _saying(say_moment, now)
    )
    if closes_at is None:
        raise _lacking(parts, ["截单时间"], f"开团 {EXAMPLE}")
    item = _item(parts, f"开团 {EXAMPLE}")
    days = [_arrival(found["day"] or found["on"], closes_at, now) for found in arrivals]
    terms = Terms(
        **asdict(item),
        closes_at=closes_at,
        arrives=_only("到货日子", days, _saying(say_day, now)),
        target=_only("成团份数", [_number(m["number"] or m["late"]) for m in targets if not _by_people(m)], str),
        target_people=_only("成团人数", [_number(m["number"] or m["late"]) for m in targets if _by_people(m)], str),
    )
    return _possible(terms)


def read_item(text: str) -> Item:
    """Read a line that is an item alone: 砂糖橘 一箱 35元 30份 [限2份]. Raises TermsFault as `read_terms` does."""
    return _item(_parts(_line(text)), EXAMPLE_ITEM)


def _line(text: str) -> str:
    line = normalise(text)
    if len(line) > _LONGEST:
        raise TermsFault(f"这一行太长了，写短一点，像这样：开团 {EXAMPLE}")
    return line


def _taken(pattern: re.Pattern[str], line: str, gap: str = _GAP) -> tuple[str, list[re.Match[str]]]:
    """Everything in the line that the pattern finds, and the line with a gap in each of these places."""
    return pattern.sub(gap, line), list(pattern.finditer(line))


def _only(what: str, values: list[_T], say: Callable[[_T], str]) -> _T | None:
    """The one value that was named, though it were named twice; None where none was."""
    distinct = list(dict.fromkeys(values))
    if len(distinct) > 1:
        raise TermsFault(f"{what}写了不止一个（{'、'.join(map(say, distinct))}），留一个就好")
    return distinct[0] if distinct else None


def _saying(say: Callable[[_T, datetime], str], now: datetime) -> Callable[[_T], str]:
    return lambda value: say(value, now)


def _read(read: Callable[..., _T], *args: object) -> _T:
    """Let a reader of one part speak for the whole line."""
    try:
        return read(*args)
    except Refusal as fault:
        raise TermsFault(fault.text) from fault


def _number(word: str) -> int:
    number = whole_number(word)
    if number is None or not 0 < number <= MOST_STOCK:
        raise TermsFault(f"“{word}”这个数不对，写 1 到 {MOST_STOCK} 之间的整数就好")
    return number


def _by_people(target: re.Match[str]) -> bool:
    return bool(target["people"] or target["heads"])


def _arrival(said: str, closes_at: datetime, now: datetime) -> date:
    if said in _AFTER_CLOSE:
        return closes_at.date() + timedelta(days=_AFTER_CLOSE[said])
    return _read(read_day, said, now)


def _parts(line: str) -> _Parts:
    """Take price, limit and stock out of an item's line; what is left names the goods."""
    line, prices = _taken(_PRICES, line, _PRICED)
    said = [found["price"] for found in prices]
    line, limits = _taken(_LIMIT, line)
    if not said:
        line, bare = _taken(_BARE_PRICE, line, _PRICED)
        said = [found[0] for found in bare]
    line, stocks = _taken(_STOCK, line)
    counts = [(_number(found["number"]), found["unit"] or "份") for found in stocks]
    if not counts:
        line, counts = _counted(line)
    title, spec, unclear = _names(line)
    return _Parts(
        title,
        spec,
        _only("价钱", [_read(read_cents, price) for price in said], yuan),
        _only("份数", counts, lambda count: f"{count[0]}{count[1]}"),
        _only("限购", [_limit(found) for found in limits], str),
        unclear,
    )


def _limit(found: re.Match[str]) -> int:
    if found["home"]:
        raise TermsFault("限购现在只能按人算，写成 限2份 这样就好")
    return _number(found["number"] or found["each"])


def _counted(line: str) -> tuple[str, list[tuple[int, str]]]:
    """A stock without a word before it: what is counted after the price, since before it a number may be the size."""
    found = list(_COUNTED.finditer(line))
    after = [count for count in found if count.start() > line.find(_PRICED)]
    pools = ([c for c in after if c["unit"] != "斤"], after, [c for c in found if c["unit"] == "份"], found)
    pool = next((pool for pool in pools if pool), [])
    for count in reversed(pool):
        line = line[: count.start()] + _GAP + line[count.end() :]
    return line, [(_number(count["number"] or count["spoken"]), count["unit"]) for count in pool]


def _names(line: str) -> tuple[str, str | None, list[str]]:
    """Title, specification and whatever nobody understands, from what the terms have left over."""
    pieces = [piece.strip(" ,，。;、|:!·").rstrip("([【").lstrip(")]】").strip() for piece in re.split(r"[\n\r]", line)]
    head, *rest = [piece for piece in pieces if any(map(str.isalnum, piece))] or [""]
    title, spec = _title(head)
    specs = [spec] if spec else []
    specs += [piece for piece in rest if _SPEC_WORD.fullmatch(piece.split()[0]) and not _PORTIONS.fullmatch(piece)]
    unclear = [piece for piece in rest if piece not in specs]
    if not title and unclear:
        title = unclear.pop(0)
    return title, " ".join(piece.strip("()[]【】") for piece in specs) or None, unclear


def _title(head: str) -> tuple[str, str]:
    """Part what stands before the terms: the specification begins with the first measure (5斤装, 一箱)."""
    words = [word.strip(",;。") for word in head.split()]
    for at, word in enumerate(words):
        if _SPEC_WORD.fullmatch(word):
            return (" ".join(words[:at]), " ".join(words[at:])) if at else (" ".join(words[1:]), word)
        if found := _TITLE_THEN_SPEC.fullmatch(word):
            return " ".join([*words[:at], found["title"].rstrip(",;。")]), " ".join([found["spec"], *words[at + 1 :]])
    found = _SPEC_THEN_TITLE.fullmatch(head)
    return (found["title"], found["spec"]) if found else (head, "")


def _item(parts: _Parts, example: str) -> Item:
    if not parts.title or parts.cents is None or parts.stock is None:
        raise _lacking(parts, [], example)
    if parts.unclear:
        raise TermsFault(f"“{parts.unclear[0]}”没看懂；要介绍商品，写在商品名后面、价钱前面就好")
    if len(parts.title) > LONGEST_TITLE:
        raise TermsFault(f"商品名最多 {LONGEST_TITLE} 个字，短一点大家好认")
    stock, unit = parts.stock
    item = Item(title=parts.title, spec=parts.spec, unit_cents=parts.cents, stock=stock, unit=unit, limit=parts.limit)
    if item.limit and item.limit > stock:
        raise TermsFault(f"限购 {item.limit}{unit} 比总数 {stock}{unit} 还多，再看看")
    return item


def _lacking(parts: _Parts, more: list[str], example: str) -> TermsFault:
    held = {"商品名": bool(parts.title), "价钱": parts.cents is not None, "份数": parts.stock is not None}
    missing = [name for name, there in held.items() if not there] + more
    return TermsFault(f"还差{'、'.join(missing)}，像这样写：{example}")


def _possible(terms: Terms) -> Terms:
    """Refuse what could never be reached: a target above the stock."""
    if terms.target and terms.target > terms.stock:
        raise TermsFault(f"成团要 {terms.target}{terms.unit}，可总共才 {terms.stock}{terms.unit}，再看看")
    if terms.target_people and terms.target_people > terms.stock:
        raise TermsFault(f"成团要 {terms.target_people} 人，可总共才 {terms.stock}{terms.unit}，再看看")
    return terms
