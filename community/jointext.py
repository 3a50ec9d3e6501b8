"""Reads WeChat's own lines about who came into a group: one table holds every form that is known.

The forms are those of the field notes (`shared/FACTS.md`, "How a join reads"). Gateways miss some joins as events,
scanned codes above all, or drop the inviter; the line that everybody sees in the group is then the only witness.
A nickname may hold quotes and 、; `fit` puts such names together again with the help of the room's member list.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class JoinText:
    """Who came in by one system line, in nicknames as the line shows them, without the quotes around them.

    `invitees` leaves out the bot itself, which is `with_self`; `by_self` says that the bot's own account invited or
    shared the code; `inviter` is None then, and also when nobody is named.
    """

    invitees: tuple[str, ...]
    inviter: str | None = None
    by_self: bool = False
    with_self: bool = False


class _Form(NamedTuple):
    """One way to say it: `opening` first `between` second `closing`; without `between` there is only a first.

    The parts are spelled with the plain quote, and stand for any space around their words.
    """

    opening: str
    between: str | None
    closing: str
    first: str
    second: str = ""
    by_self: bool = False
    with_self: bool = False


_FORMS = (
    _Form('"', '" 邀请 你 和 "', '" 加入了?群聊', "inviter", "invitees", with_self=True),
    _Form('"', '" 邀请 "', '" 加入了?群聊', "inviter", "invitees"),
    _Form('"', None, '" 邀请 你 加入了?群聊', "inviter", with_self=True),
    _Form('你 邀请 "', None, '" 加入了?群聊', "invitees", by_self=True),
    _Form('"', '" 通过 扫描 "', '" 分享的二维码 加入了?群聊', "invitees", "inviter"),
    _Form('"', None, '" 通过 扫描 你 分享的二维码 加入了?群聊', "invitees", by_self=True),
    _Form('"', '" 通过 "', '" 的邀请二维码 加入了?群聊', "invitees", "inviter"),
    _Form('"', None, '" 通过 扫描 二维码 加入了?群聊', "invitees"),
)
_MARK = "群聊"  # every form ends in it: what lacks it is dismissed before any pattern is tried

_BLANK = " \t\r\n\v\f\u00a0\u2005\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACE = f"[{_BLANK}]*"
_PLAIN_QUOTES = str.maketrans("“”„‟＂", '"' * 5)
_REVOKE = "$revoke$"
_COMMA = re.compile(f'"{_SPACE}、{_SPACE}"|、')


class _Pattern(NamedTuple):
    """A form made ready. Each part is sought by itself, so that no text takes more than time linear in its length."""

    opening: re.Pattern[str]
    between: re.Pattern[str] | None
    closing: re.Pattern[str]
    form: _Form


def _compiled(form: _Form) -> _Pattern:
    def loose(part: str) -> str:
        return part.replace(" ", _SPACE)

    between = re.compile(loose(form.between)) if form.between else None
    return _Pattern(re.compile(loose(form.opening)), between, re.compile(loose(form.closing) + r"\Z"), form)


_PATTERNS = tuple(_compiled(form) for form in _FORMS)


def read_join(text: str) -> JoinText | None:
    """Who came in, and by whom, if `text` is one of WeChat's lines about a join; None otherwise. Never raises."""
    line = text.strip(_BLANK).removesuffix(_REVOKE).rstrip(_BLANK)
    if not line.endswith(_MARK):
        return None
    shape = line.translate(_PLAIN_QUOTES)  # the same length as the line: what is found here is cut from there
    for pattern in _PATTERNS:
        if (parts := _cut(pattern, line, shape)) is not None and (found := _told(pattern.form, parts)) is not None:
            return found
    return None


def _cut(pattern: _Pattern, line: str, shape: str) -> dict[str, str] | None:
    """The two spans of names in `line`, by role, or None if the line has another form."""
    opening, closing = pattern.opening.match(shape), pattern.closing.search(shape)
    if not opening or not closing or opening.end() > closing.start():
        return None
    start, end, form = opening.end(), closing.start(), pattern.form
    if pattern.between is None:
        return {form.first: line[start:end]}
    middle = pattern.between.search(shape, start, end)
    return {form.first: line[start : middle.start()], form.second: line[middle.end() : end]} if middle else None


def _told(form: _Form, parts: dict[str, str]) -> JoinText | None:
    names = _names(parts.get("invitees", ""))
    inviter = parts.get("inviter", "").strip(_BLANK) or None
    if not names and not form.with_self:
        return None
    return JoinText(names, inviter, form.by_self, form.with_self)


def _names(span: str) -> tuple[str, ...]:
    """The names in a span: both `B、C` in one pair of quotes and `B"、"C` in two pairs occur."""
    cuts, last = [], 0
    for comma in _COMMA.finditer(span.translate(_PLAIN_QUOTES)):
        cuts.append(span[last : comma.start()])
        last = comma.end()
    return tuple(name for cut in (*cuts, span[last:]) if (name := cut.strip(_BLANK)))


def fit(names: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    """`names` with those put together again that belong to one nickname in `known` holding 、 itself.

    The longest known nickname wins; what is not known stays as it was read.
    """
    widest = 1 + max((name.count("、") for name in known), default=0)
    fitted, at = [], 0
    while at < len(names):
        widths = range(min(widest, len(names) - at), 1, -1)
        width = next((n for n in widths if "、".join(names[at : at + n]) in known), 1)
        fitted.append("、".join(names[at : at + width]))
        at += width
    return tuple(fitted)
