"""The filters and tests a text may use; what looks at many things pays for them first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from jinja2 import pass_context

from community.phone import hidden
from community.wording import speech
from community.wording.faults import Slip
from community.wording.grammar import GLUE, PRICE
from community.wording.limits import LONGEST, Run, fit, fitting
from community.wording.speech import plain


@pass_context
def _paid(run: Run, things: Any, each: int) -> Any:
    """The same things, paid for: what every loop goes through."""
    if type(things) is not list and not isinstance(things, Collection):
        raise Slip("", "这里要的是一组东西，给的不是")
    run.spend(each * len(things))
    return things


def _rows(run: Run, things: Any, attribute: str | None = None) -> list[Any]:
    """A list of the things, or of one attribute of each (`shop.name` reaches deeper), paid for."""
    rows = list(_paid(run, things, 1))
    for part in attribute.split(".") if attribute else ():
        run.spend(len(rows))
        rows = [run.environment.getattr(row, part) for row in rows]
    return rows


def _glued(parts: Sequence[Any], between: str = "") -> str:
    texts = [plain(part) for part in parts]
    fit(sum(map(len, texts)) + len(between) * (len(texts) - 1 if texts else 0))
    return between.join(texts)


def _text(run: Run, value: Any) -> str:
    text = plain(value)
    run.spend(len(text))
    return text


@pass_context
def _join(run: Run, things: Any, between: str = "", attribute: str | None = None) -> str:
    return _glued(_rows(run, things, attribute), between)


@pass_context
def _names(run: Run, things: Any, attribute: str | None = None) -> str:
    """王阿姨、李姐、小陈."""
    return _glued(_rows(run, things, attribute), "、")


@pass_context
def _length(run: Run, things: Any) -> int:
    return len(_paid(run, things, 0))


@pass_context
def _first(run: Run, things: Any) -> Any:
    return next(iter(_paid(run, things, 0)), None)


@pass_context
def _last(run: Run, things: Any) -> Any:
    return next(reversed(_rows(run, things)), None)


@pass_context
def _map(run: Run, things: Any, attribute: str) -> list[Any]:
    return _rows(run, things, attribute)


@pass_context
def _sum(run: Run, things: Any, attribute: str | None = None) -> float:
    numbers = _rows(run, things, attribute)
    if not all(isinstance(number, int | float) for number in numbers):
        raise Slip("sum", '“sum”只能加数字，要加哪一样请写 sum("名字")')
    return fitting(sum(numbers))


@pass_context
def _sort(run: Run, things: Any, reverse: bool = False, attribute: str | None = None) -> list[Any]:
    rows = _rows(run, things)
    keys = _rows(run, things, attribute)
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=bool(reverse))
    return [rows[place] for place in order]


@pass_context
def _reverse(run: Run, things: Any) -> list[Any]:
    return _rows(run, things)[::-1]


@pass_context
def _unique(run: Run, things: Any) -> list[Any]:
    return list(dict.fromkeys(_rows(run, things)))


@pass_context
def _min(run: Run, things: Any, attribute: str | None = None) -> Any:
    return min(_rows(run, things, attribute), default=None)


@pass_context
def _max(run: Run, things: Any, attribute: str | None = None) -> Any:
    return max(_rows(run, things, attribute), default=None)


@pass_context
def _items(run: Run, pairs: Any) -> list[tuple[Any, Any]]:
    if not isinstance(pairs, Mapping):
        raise Slip("items", "“items”前面要是成对的名字和值")
    run.spend(len(pairs))
    return list(pairs.items())


@pass_context
def _trim(run: Run, value: Any) -> str:
    return _text(run, value).strip()


@pass_context
def _replace(run: Run, value: Any, old: str, new: str) -> str:
    text, old, new = _text(run, value), plain(old), plain(new)
    fit(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@pass_context
def _discreet(run: Run, value: Any) -> str:
    """Telephone numbers starred: 138****5678."""
    return hidden(_text(run, value))


@pass_context
def _truncate(run: Run, value: Any, length: int = 20) -> str:
    """At most so many characters, the last of them … where something was cut off."""
    text = plain(value)
    if not 1 <= length <= LONGEST:
        raise Slip("truncate", f"“truncate”后面的字数要在1到{LONGEST}之间")
    run.spend(min(len(text), length))
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _default(value: Any, otherwise: Any = "") -> Any:
    """What to say where there is nothing: for None and the empty text; an unknown name stays a fault."""
    return otherwise if value is None or value == "" else value


def _abs(number: float) -> float:
    return abs(fitting(number))


def _rest(number: Any, divisor: Any) -> int:
    """The remainder of integers only: `%` after a string would be formatting."""
    if not isinstance(number, int) or not isinstance(divisor, int) or divisor == 0:
        raise Slip("", "单双和整除只能用在整数上")
    return number % divisor


FILTERS: Mapping[str, Callable[..., Any]] = {
    "yuan": speech.yuan,
    "names": _names,
    "clock": speech.clock,
    "date": speech.day,
    "moment": speech.moment,
    "default": _default,
    "length": _length,
    "count": _length,
    "first": _first,
    "last": _last,
    "join": _join,
    "map": _map,
    "sum": _sum,
    "min": _min,
    "max": _max,
    "sort": _sort,
    "reverse": _reverse,
    "unique": _unique,
    "items": _items,
    "trim": _trim,
    "replace": _replace,
    "truncate": _truncate,
    "discreet": _discreet,
    "round": speech.rounded,
    "abs": _abs,
    PRICE: _paid,
    GLUE: _glued,
}

TESTS: Mapping[str, Callable[..., bool]] = {
    "none": lambda value: value is None,
    "odd": lambda number: _rest(number, 2) == 1,
    "even": lambda number: _rest(number, 2) == 0,
    "divisibleby": lambda number, divisor: _rest(number, divisor) == 0,
}
