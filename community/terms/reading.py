"""What 团长 type after 开团, read whole: which line is an item, which holds conditions, and what it all comes to."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from community.deadline import DAY, read_day, read_deadline, say_day, say_moment
from community.money import read_cents, yuan
from community.quantity import COUNTERS, NUMBER, normalise
from community.refusal import Refusal
from community.terms import patterns
from community.terms.item import lacking, limited, number, only, read, read_item
from community.terms.line import EXTRAS, MAYBE_ITS_OWN, WHOLE, Line, take_apart
from community.terms.values import (
    EXAMPLE,
    EXAMPLE_CLOSE,
    EXAMPLE_ITEM,
    LONGEST_NAME,
    MOST_ITEMS,
    QUOTED,
    Item,
    Terms,
    TermsFault,
)

_LONGEST = 200
_MOST_TOLD = 6
_MOST_LINES = 2 * MOST_ITEMS
_DAYS = re.compile(DAY)
_T = TypeVar("_T")
_Rooms = tuple[str, ...] | Literal["all"]


def read_terms(text: str, now: datetime) -> Terms:
    """Read the terms of a group buy; in a line they may stand in any order, spaces are optional.

    The first line is the first item with the terms, or a title with the terms; each further line is one more item or
    holds terms alone. `now` is aware and gives the zone. Raises TermsFault, naming the line where there are several:
    for all that is missing at once, for what contradicts itself, cannot be kept or is not understood.
    """
    lines = _lines(text)
    goods = _goods(lines)
    _complete(lines, goods)
    for line in lines:
        _understood(line, lines[0], goods)
    every = _shared(lines, goods)
    items = tuple(_with_limit(read_item(line), every) for line in goods)
    _distinct(goods, items)
    return _possible(_terms(lines, items, _title(lines[0], goods) or items[0].name, now), lines)


# --- lines ---


def _lines(text: str) -> list[Line]:
    """The lines that hold anything; one without a name that brings the price or stock of the line above joins it."""
    typed = [(at, line) for at, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(typed) > _MOST_LINES:
        raise TermsFault(f"行数太多了，一个团最多 {MOST_ITEMS} 样商品，一样一行")
    several = len(typed) > 1
    plain = [_plain(f"第{at}行：" if several else "", line) for at, line in typed] or [("", "")]
    timed = not any(patterns.CLOSES.search(line) for _, line in plain)
    lines: list[Line] = []
    for where, words in plain:
        line = take_apart(words, where, timed=timed, first=not lines)
        if lines and _continues(line, lines[-1]):
            above = lines.pop()
            line = take_apart(_short(above.where, f"{above.typed} {words}"), above.where, timed=timed, first=not lines)
        lines.append(line)
    return lines


def _plain(where: str, line: str) -> tuple[str, str]:
    """The line in one form beside its name; where there are several, without what it is numbered with."""
    bare = line.strip()
    words = normalise(patterns.MARKER.sub("", bare, count=1) if where and patterns.MARKER.match(bare) else bare)
    return where, _short(where, words)


def _short(where: str, words: str) -> str:
    if len(words) > _LONGEST:
        raise TermsFault(f"{where}这一行太长了，写短一点，像这样：{EXAMPLE_ITEM if where else f'开团 {EXAMPLE}'}")
    return words


def _continues(line: Line, above: Line) -> bool:
    return line.sells and "商品名" in lacking(line) and not (above.has(["price"]) and above.has(["stock"]))


def _goods(lines: list[Line]) -> list[Line]:
    """The lines that are items: those with a price or a stock, and further ones with nothing but words."""
    first, *more = lines
    goods = [line for line in more if line.sells or (line.words and not line.has(WHOLE))]
    return [first, *goods] if first.sells or not goods else goods


def _complete(lines: list[Line], goods: list[Line]) -> None:
    """Refuse, once and for everything, what the lines leave out."""
    missing = [(line, lacking(line)) for line in goods]
    if not any(line["closes"] for line in lines):
        held = [lacks for line, lacks in missing if line is lines[0]]
        missing = [pair for pair in missing if pair[0] is not lines[0]]
        missing.insert(0, (lines[0], [*(held[0] if held else []), "截单时间"]))
    told = [(line, lacks) for line, lacks in missing if lacks]
    if told:
        said = "；".join(f"{line.where}还差{'、'.join(lacks)}" for line, lacks in told[:_MOST_TOLD])
        said += f"；后面还有 {len(told) - _MOST_TOLD} 行也没写全" if len(told) > _MOST_TOLD else ""
        raise TermsFault(f"{said}，像这样写：{_example(lines, told)}")


def _example(lines: list[Line], told: list[tuple[Line, list[str]]]) -> str:
    if all(lacks == ["截单时间"] for _, lacks in told):
        return EXAMPLE_CLOSE if len(lines) > 1 else f"开团 {EXAMPLE}"
    return f"开团 {EXAMPLE}" if any(line is lines[0] for line, _ in told) and len(told) == 1 else EXAMPLE_ITEM


_FOR_EACH = re.compile(rf"(满 ?{NUMBER} ?([{COUNTERS}]))[ ,，]*([0-9]+(?:\.[0-9]+)?)(?:元|块)?")
"""满10份16.9元: what is shown back with 每 in it."""


def _understood(line: Line, first: Line, goods: list[Line]) -> None:
    """Refuse words that belong to nothing, prices nobody is sure of, and conditions of one item among several."""
    for found in line["unsure"]:
        said = found[0].strip()[:QUOTED]
        own = _FOR_EACH.fullmatch(said)
        clear = f"{own[1]}每{own[2]}{own[3]}" if own else "满3份每份27.9"
        raise TermsFault(f"{line.where}“{said}”是每份的价钱吗？是就写成 {clear} 这样")
    for found in line["beyond"]:
        raise TermsFault(f"{line.where}“{found[0].strip()[:QUOTED]}”还不会算，先去掉这句；多买便宜可以写 满3份每份27.9")
    if line not in goods:
        unclear = line.words[1 if line is first else 0 :]
        if unclear:
            raise TermsFault(f"{line.where}“{unclear[0][:QUOTED]}”没看懂，先去掉这句再发一遍")
    elif line is not first and len(goods) > 1 and (kinds := [kind for kind in MAYBE_ITS_OWN if line[kind]]):
        said = line[kinds[0]][0][0].strip()
        raise TermsFault(f"{line.where}“{said[:QUOTED]}”是说整个团的话，写到第一行或单独一行；只说这一样现在还不行")


def _title(first: Line, goods: list[Line]) -> str:
    """The title of a first line that is no item; empty where it is one or holds terms alone."""
    title = first.words[0] if first.words and first not in goods else ""
    if len(title) > LONGEST_NAME:
        raise TermsFault(f"{first.where}团名最多 {LONGEST_NAME} 个字，短一点大家好认")
    return title


# --- items ---


def _shared(lines: list[Line], goods: list[Line]) -> int | None:
    """What is said of items on a line that is none goes to the only item; among several only 每样限3份 is clear."""
    limits: list[tuple[str, int]] = []
    for line in [line for line in lines if line not in goods]:
        for kind in EXTRAS:
            if len(goods) == 1:
                goods[0].found.setdefault(kind, []).extend(line[kind])
            elif unclear := [found for found in line[kind] if not found.groupdict().get("every")]:
                hint = "；每样都一样就写 每样限3份" if kind == "limit" else ""
                raise TermsFault(
                    f"{line.where}“{unclear[0][0].strip()[:QUOTED]}”说的是哪一样？写到那一样的行里就好{hint}"
                )
            else:
                limits += [(line.where, limited(line, found)) for found in line[kind]]
    return only("限购", limits, str)


def _with_limit(item: Item, every: int | None) -> Item:
    return item if item.limit or not every else replace(item, limit=min(every, item.stock))


def _distinct(goods: list[Line], items: tuple[Item, ...]) -> None:
    """Refuse more items than letters, an item written twice, and one name for two different goods."""
    if len(items) > MOST_ITEMS:
        raise TermsFault(f"一个团最多 {MOST_ITEMS} 样商品，这里有 {len(items)} 样，分成两个团吧")
    seen: set[str] = set()
    owners = {_alike(item.name): item.name for item in items}
    for line, item in zip(goods, items, strict=True):
        full = f"{item.name} {item.spec or ''}".rstrip()
        if _alike(full) in seen:
            raise TermsFault(f"{line.where}“{full}”写了两遍，留一行就好；规格不同就写上规格")
        seen.add(_alike(full))
        for alias in item.aliases:
            if owners.setdefault(_alike(alias), item.name) != item.name:
                raise TermsFault(f"{line.where}别名“{alias}”和 {owners[_alike(alias)]} 分不开，换一个")


def _alike(name: str) -> str:
    return "".join(name.casefold().split())


# --- conditions ---


def _each(lines: list[Line], kind: str, reader: Callable[[Line, re.Match[str]], _T]) -> list[tuple[str, _T]]:
    """Everything of a kind that was said, each with the name of its line."""
    return [(line.where, reader(line, found)) for line in lines for found in line[kind]]


def _terms(lines: list[Line], items: tuple[Item, ...], title: str, now: datetime) -> Terms:
    opens_at, closes_at = _moments(lines, now)
    delivery = only(
        "送不送货", _each(lines, "delivery", lambda _, found: not found["no"]), lambda yes: "送" if yes else "不送"
    )
    return Terms(
        title=title,
        items=items,
        closes_at=closes_at,
        opens_at=opens_at,
        arrives=_arrives(lines, closes_at, now),
        target=only("成团份数", _each(lines, "target", _reached), str),
        target_people=only("成团人数", _each(lines, "people", _reached), str),
        target_cents=only("成团金额", _each(lines, "money", _money), yuan),
        limit_household=only("每户限购", _each(lines, "household", limited), str),
        rooms=_rooms(lines),
        pickup=_pickup(lines),
        delivery=bool(delivery),
        from_stock=any(line["shelf"] or (len(items) == 1 and line["at_hand"]) for line in lines),
        stock_asked=any(found["asked"] for line in lines for found in line["shelf"]),
        same_day=any(line["same_day"] for line in lines),
    )


def _moments(lines: list[Line], now: datetime) -> tuple[datetime | None, datetime]:
    """When it opens (None: at once) and closes; a close without a day is the next after the opening."""

    def say(at: datetime) -> str:
        return say_moment(at, now)

    opens_at = only("开团时间", _each(lines, "opens", lambda line, found: _opening(line, found, now)), say)
    begins = opens_at or now
    closes_at = only("截单时间", _each(lines, "closes", lambda line, found: _close(line, found, begins, now)), say)
    assert closes_at is not None, "the lines are complete"  # noqa: S101 - a programming error
    if closes_at <= begins:
        where = next(line.where for line in lines if line["closes"])
        raise TermsFault(f"{where}{say(begins)} 才开团，{say(closes_at)} 就截单了，把截单放到开团后面")
    return (None if begins == now else begins), closes_at


def _opening(line: Line, found: re.Match[str], now: datetime) -> datetime:
    if found["now"]:
        return now
    try:
        return read_deadline(found["when"] or found["day"] or found["at"], now)
    except Refusal as fault:
        raise TermsFault(f"{line.where}{fault.text.replace('截单', '开团')}（现在就开的话不用写开团时间）") from fault


def _close(line: Line, found: re.Match[str], begins: datetime, now: datetime) -> datetime:
    said = found["when"] or found["at"]
    return read(line, read_deadline, said, now if _DAYS.search(said) else begins)


def _arrives(lines: list[Line], closes_at: datetime, now: datetime) -> date | None:
    def day(line: Line, found: re.Match[str]) -> date | None:
        said = found["day"] or found["on"]
        if said in patterns.AFTER_CLOSE:
            return closes_at.date() + timedelta(days=patterns.AFTER_CLOSE[said])
        return read(line, read_day, said if len(said) > 1 else f"{said}天", now) if said else None  # 明早 is 明天

    days = [*_each(lines, "arrives", day), *_each(lines, "pickup", day)]
    return only("到货日子", [(where, day) for where, day in days if day], lambda day: say_day(day, now))


def _reached(line: Line, found: re.Match[str]) -> int:
    return number(line, found["number"] or found["late"])


def _money(line: Line, found: re.Match[str]) -> int:
    try:
        return read_cents(found["money"] or found["plain"] or found["late"])
    except Refusal as fault:
        raise TermsFault(f"{line.where}成团金额没看懂，像 满500元成团 这样写就好") from fault


def _rooms(lines: list[Line]) -> _Rooms | None:
    def rooms(_: Line, found: re.Match[str]) -> _Rooms:
        if found["all"]:
            return "all"
        return tuple(dict.fromkeys(name.strip('“”"') for name in patterns.ROOM_BREAK.split(found["names"])))

    return only("群", _each(lines, "rooms", rooms), lambda said: "全部群" if said == "all" else "、".join(said))


def _pickup(lines: list[Line]) -> str | None:
    """Where and when to fetch it, in words; where no place is named, it is the shop."""
    said = _each(lines, "pickup", lambda _, found: _place_and_hours(found))
    place = only("自提的地方", [(where, place) for where, (place, _) in said if place], str)
    hours = only("自提的时间", [(where, hours) for where, (_, hours) in said if hours], str)
    return f"{place or '店里'} {hours or ''}".rstrip() if said else None


def _place_and_hours(found: re.Match[str]) -> tuple[str, str]:
    place = " ".join((found["place"] or "").strip(" ,;。、|/:!·").split())
    hours = found["hours"] or found["range"] or ""
    return ("", place) if patterns.HOURS_ALONE.fullmatch(place) else (place, hours)


# --- sense ---


def _possible(terms: Terms, lines: list[Line]) -> Terms:
    """Refuse what could never be reached or used up: targets and limits above the stock."""
    stock, units = sum(item.stock for item in terms.items), {item.unit for item in terms.items}
    unit = units.pop() if len(units) == 1 else "份"
    money = sum(item.stock * item.unit_cents for item in terms.items)
    each, home = max(item.limit or 0 for item in terms.items), terms.limit_household
    for kind, asked, most, fault in (
        ("target", terms.target, stock, f"成团要 {terms.target}{unit}，可总共才 {stock}{unit}"),
        ("people", terms.target_people, stock, f"成团要 {terms.target_people} 人，可总共才 {stock}{unit}"),
        ("money", terms.target_cents, money, f"成团要 {yuan(terms.target_cents or 0)}，可全卖完才 {yuan(money)}"),
        ("household", home, stock, f"每户限 {home}{unit} 比总数 {stock}{unit} 还多"),
        ("household", each, home or each, f"每人限 {each}{unit} 比每户限 {home}{unit} 还多"),
    ):
        if (asked or 0) > most:
            raise TermsFault(next((line.where for line in lines if line[kind]), "") + fault + "，再看看")
    return terms
