"""Runs one text: Jinja's sandbox made narrower, and every text bounded in time and length without a clock."""

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from functools import cached_property
from itertools import islice
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from community.wording.faults import Slip, misspelt, unknown
from community.wording.filters import FILTERS, TESTS
from community.wording.grammar import free_names, priced, slips, too_complex
from community.wording.limits import TEXT, Run, fit, fitting
from community.wording.speech import plain

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_PARTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LoopContext, ("index", "index0", "first", "last", "length", "revindex", "revindex0")),
    (datetime, ("year", "month", "day", "hour", "minute")),
    (date, ("year", "month", "day")),
    (time, ("hour", "minute")),
)
TOO_COMPLEX = "这份文字太复杂了，请分成几份或者写简单些"
_MARK = "<wording>"  # the file that Python believes a text to be, to find its line in a traceback
_CHUNKS = 64  # pieces of text taken at a time before their length is looked at


def _readable(kind: type) -> Iterable[str]:
    """Fields and properties of named tuples and dataclasses, parts of a date, the state of a loop; never a method."""
    for known, parts in _PARTS:
        if issubclass(kind, known):
            return parts
    if is_dataclass(kind):
        named = [field.name for field in fields(kind)]
    elif issubclass(kind, tuple):
        named = list(getattr(kind, "_fields", ()))
    else:
        return ()
    worked_out = [name for base in kind.__mro__ for name, value in vars(base).items() if _is_property(value)]
    return [name for name in (*named, *worked_out) if not name.startswith("_")]


def _is_property(value: object) -> bool:
    return isinstance(value, property | cached_property)


class _Raw(NativeCodeGenerator):
    """Hands values over as they are, so that `Text` alone turns them into text, all in one place and quickly."""

    _default_finalize = staticmethod(plain)  # of constants, at compile time


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with a shop's filters, its own idea of what may be read, and calculations that stay small."""

    context_class = Run
    code_generator_class = _Raw
    intercepted_binops = frozenset(_OPERATORS)

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=0,
        )
        self.globals = {}
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self._readable: dict[type, frozenset[str]] = {}  # what a text may read of a value, by its class

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`deal.name`; raises Slip for what is not there or not for reading."""
        if type(obj) is dict and attribute in obj:  # what is asked most, first
            return obj[attribute]
        try:
            readable = self._readable[type(obj)]
        except KeyError:
            readable = self._readable[type(obj)] = frozenset(_readable(type(obj)))
        if attribute in readable:
            return getattr(obj, attribute)
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            raise unknown(attribute, map(str, islice(obj, 20)))
        raise unknown(attribute, sorted(readable))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`deals[0]`, `counts["鸡蛋"]`; raises Slip where there is nothing."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, Mapping) and argument in obj:
            return obj[argument]
        if isinstance(obj, list | tuple | str) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        raise Slip(str(plain(argument)), f"里面没有第“{plain(argument)}”个，第一个是[0]")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic for numbers, `+` for texts too; raises Slip instead of growing without end."""
        if isinstance(left, int | float) and isinstance(right, int | float):
            if right == 0 and operator in ("/", "//", "%"):
                raise Slip(operator, "不能除以0")
            return fitting(_OPERATORS[operator](left, right))
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            fit(len(left) + len(right))
            return left + right
        raise Slip(operator, f"“{operator}”两边要是数字；把文字接起来请用“~”")

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing may be called; the grammar refuses it before, this is the second lock."""
        raise Slip("( )", "模板里不能调用任何东西")


class Text:
    """One text that may be said: checked, compiled, and bounded however often it runs.

    `names` are the names it must be given, with the line that first needs each.
    """

    def __init__(self, sandbox: Sandbox, source: str) -> None:
        """Raises the first Slip of a text that may not be used."""
        tree = parsed(sandbox, source)
        for slip in slips(tree, sandbox):
            raise slip
        self.names = free_names(tree)
        try:
            code = sandbox.compile(priced(tree, sandbox), filename=_MARK)
        except (SyntaxError, RecursionError, MemoryError) as error:  # Python's own limits on nested blocks and brackets
            raise Slip("", "这份文字套得太深，请写简单些") from error
        self._template = Template.from_code(sandbox, code, {})

    def render(self, values: dict[str, Any]) -> str:
        """The finished text without blank lines around it; raises Slip, with its line, for anything that goes wrong."""
        if not self.names.keys() <= values.keys():
            raise missing(self.names, values)[0]
        run = self._template.new_context(values, shared=True)
        try:
            return _gather(self._template.root_render_func(run)).strip("\n").rstrip()
        except Slip as slip:
            slip.line = slip.line or self._line(slip.__traceback__) or self._line_of_unsayable(values)
            raise
        except Exception as error:
            raise Slip("", f"这一行算不出来（{error}）"[:200], self._line(error.__traceback__)) from error

    def _line(self, trace: TracebackType | None) -> int | None:
        """The line of the text that was running when the error was raised."""
        line = None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == _MARK:
                line = self._template.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return line

    def _line_of_unsayable(self, values: dict[str, Any]) -> int | None:
        """The line that handed over a value which cannot be read out, found by going through the pieces once more."""
        pieces = self._template.root_render_func(self._template.new_context(values, shared=True))
        try:
            for piece in pieces:
                plain(piece)
        except Slip:
            running = getattr(pieces, "gi_frame", None)
            return self._template.get_corresponding_lineno(running.f_lineno) if running else None
        return None


def parsed(sandbox: Sandbox, source: str) -> nodes.Template:
    """The text as a tree, small and shallow enough to be looked at; raises Slip."""
    if len(source) > TEXT:
        raise Slip("", f"这份文字超过{TEXT}个字，太长了")
    if not source.strip():
        raise Slip("", "里面是空的")
    try:
        tree = sandbox.parse(source)
    except TemplateSyntaxError as error:
        raise misspelt(error) from error
    except (ValueError, RecursionError, MemoryError) as error:  # a number or brackets by the thousand
        raise Slip("", TOO_COMPLEX) from error
    if too_complex(tree):
        raise Slip("", TOO_COMPLEX)
    return tree


def missing(needed: Mapping[str, int], given: Collection[str]) -> list[Slip]:
    """The names that are needed and not given."""
    return [unknown(name, given, line) for name, line in needed.items() if name not in given]


def look_over(sandbox: Sandbox, source: str, given: Collection[str] | None = None) -> list[Slip]:
    """All that is wrong with a text before it runs, line by line; unknown names only if `given` says what there is."""
    try:
        tree = parsed(sandbox, source)
        found = list(slips(tree, sandbox))
        if given is not None:
            found += missing(free_names(tree), given)
        if not found:
            Text(sandbox, source)
    except Slip as slip:
        return [slip]
    return sorted(found, key=lambda slip: slip.line or 0)


def _gather(pieces: Iterable[object]) -> str:
    """Joins the pieces as they come and stops as soon as they are too long."""
    coming = iter(pieces)
    text = ""
    while batch := list(islice(coming, _CHUNKS)):
        text += "".join([piece if type(piece) is str else plain(piece) for piece in batch])
        fit(len(text))
    return text
