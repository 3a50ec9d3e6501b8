"""Tells where in a row the neighbour's name ends and the goods begin."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from community.chain.model import Doubt
from community.chain.tokens import Token
from community.chain.words import (
    ends_in_title,
    is_goods,
    is_nickname,
    kind_of,
    runs_on,
    says_more,
    second_thought,
    unsettled,
    without_wish,
)

ORDERS = frozenset({"offer", "amount", "range", "fraction", "minus"})
"""Kinds of tokens that say what or how much."""

_APART = frozenset({"space", "stop", "open", "close", "question", "aside", "wish", "phone"})
"""What stands between pieces; a telephone number is nobody's name."""
_BESIDE = frozenset({"place", "price", "time"})
_OF_NICKNAMES = frozenset({"word", "latin", "symbol", "amount"})
_PORTIONS = frozenset("份盒箱袋瓶斤提包板桶罐只条篮") | {"公斤", "克", "两", "升", "毫升"}
_TRIMMED = " .…·~!-—–_='\"“”‘’"
_SEPARATORS = tuple(":—–−=~·")
_UNLIKE_NAMES = re.compile(r"[()\[\]{}<>「」『』《》【】\"“”‘’/\\|*=%$:;,?!。，、；：？！…×~]|[0-9]{7}")
_LONGEST_NAME = 24
_OFFICES = ("老板", "老板娘", "团长", "群主", "店长", "店主")


class Named(NamedTuple):
    """A row's name and the tokens that are left; `doubt` says why the name cannot be trusted, None if it can."""

    name: str
    rest: tuple[Token, ...]
    doubt: Doubt | None = None


class _Piece(NamedTuple):
    """Tokens that stand together without a space."""

    kind: str
    text: str
    tokens: tuple[Token, ...]


class People:
    """Names that are known in a room."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._lengths = sorted({len(name) for name in self._names if name}, reverse=True)

    def in_front_of(self, body: str) -> str | None:
        """The longest known name the row begins with, if something else than a word follows it."""
        for length in self._lengths:
            if (name := body[:length]) in self._names and not _goes_on(name, body[length:]):
                return name
        return None


def _goes_on(name: str, rest: str) -> bool:
    return name[-1:].isalnum() and rest[:1].isalnum()


def split_name(tokens: Sequence[Token]) -> Named:
    """The name in front of the first goods or amount, or the title or door at the very end (2份 王阿姨).

    A name that does not look like one alone (a quotation mark or a long number is left in it) is never trusted.
    """
    named = _split(tokens)
    if named.doubt is None and (_UNLIKE_NAMES.search(named.name) or len(named.name) > _LONGEST_NAME):
        return named._replace(doubt=Doubt(f"“{named.name[:12]}”不像单单是名字"))
    return named


def _split(tokens: Sequence[Token]) -> Named:
    tokens = _without_wishes(_with_doors(_with_nickname(tokens)))
    first = next((at for at, token in enumerate(tokens) if token.kind in ORDERS), len(tokens))
    pieces = _pieces(tokens[:first])
    named = [piece for piece in pieces if piece.kind in ("word", "latin")]
    if not named or (named[0].text in _OFFICES and len(pieces) > 1):  # 老板，我要2份 speaks to 老板
        return _unnamed(tokens, first, pieces)
    return _named(tokens, first, pieces, named)


def _with_nickname(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where all before the first space is one if it is a name with a number in it and an amount follows."""
    apart = next((at for at, token in enumerate(tokens) if token.kind == "space"), 0)
    head, rest = tokens[:apart], tokens[apart:]
    counted = any(token.kind == "amount" and (token.unit or token.sign) for token in rest)
    if not (counted and any(token.kind == "amount" for token in head) and _is_nickname(head)):
        return list(tokens)
    return [Token("latin", "".join(token.text for token in head), head[0].start, head[-1].end), *rest]


def _is_nickname(head: Sequence[Token]) -> bool:
    """Whether tokens with numbers among them are a name: 小8, 99°C, 三个石头, 一加一, but not 2份苹果 or 两箱莲雾."""
    text = "".join(token.text for token in head)
    words = "".join(token.text for token in head if token.kind == "word")
    if any(token.kind not in _OF_NICKNAMES or token.unit in _PORTIONS for token in head) or is_goods(text):
        return False
    if second_thought(text) or (words and kind_of(words) not in ("odd", "note")):
        return False
    digits = next(token for token in head if token.kind == "amount")
    if digits.text.isascii():  # 小8, 99°C
        if digits is head[0] and words:  # 66大顺
            return not digits.sign and not digits.unit and len(words) > 1
        return not digits.unit and (len(words) in (1, 2) if digits is head[-1] else not words)
    return kind_of(words) == "odd"


def _with_doors(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where a bare number of three or four digits in front of all goods is a door (501), no quantity."""
    doors, passed = list(tokens), False
    for at, token in enumerate(doors):
        passed = passed or token.kind == "offer" or bool(token.unit or token.sign)
        if not passed and token.kind == "amount" and token.text.isdigit() and len(token.text) in (3, 4):
            doors[at] = token._replace(kind="place")
    return doors


def _without_wishes(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where a wish that runs on behind the name (王阿姨要2份) is a token of its own."""
    apart: list[Token] = []
    for at, token in enumerate(tokens):
        name = without_wish(token.text) if token.kind == "word" and tokens[at + 1 : at + 2] else token.text
        if name != token.text and tokens[at + 1].kind in ORDERS:
            cut = token.start + len(name)
            wish = token._replace(kind="wish", text=token.text[len(name) :], start=cut)
            apart += [token._replace(text=name, end=cut), wish]
        else:
            apart.append(token)
    return apart


def _pieces(tokens: Sequence[Token]) -> list[_Piece]:
    """The tokens in front of the goods, as they stand together; brackets and separators are none of them."""
    pieces: list[_Piece] = []
    run: list[Token] = []
    for at, token in enumerate((*tokens, None)):
        if token and token.kind not in _APART and token.text not in _SEPARATORS and not _is_joint(tokens, at):
            run.append(token)
        elif run:
            pieces.append(_piece(run, first=not pieces))
            run = []
    return pieces


def _is_joint(tokens: Sequence[Token], at: int) -> bool:
    """Whether this is the + of 豆豆+6栋 or Lily+吐司, and not that of a name (A+ 2份)."""
    return tokens[at].text == "+" and (at + 1 == len(tokens) or tokens[at + 1].kind != "space")


def _piece(run: Sequence[Token], first: bool) -> _Piece:
    kept = tuple(run[:-1] if len(run) > 1 and run[-1].text == "-" else run)  # 王阿姨-苹果2份
    text = "".join(token.text for token in kept).lstrip("@")
    return _Piece(_kind(kept, text, first), text, kept)


def _kind(run: tuple[Token, ...], text: str, first: bool) -> str:
    kinds = {token.kind for token in run}
    if kinds <= _BESIDE | {"symbol"}:
        return "beside" if kinds & _BESIDE else "symbol"
    if "word" not in kinds:
        return "latin"
    said = kind_of("".join(token.text for token in run if token.kind == "word"))
    doubled = text in _OFFICES or text[: len(text) // 2] * 2 == text  # 小小 and 甜甜 are nicknames
    nicknamed = first and (doubled or "latin" in kinds)  # so are 小A and 老K
    of_door = first and "place" in kinds and said == "note"  # 2号院钱家, 3栋门卫
    return "word" if said == "odd" or nicknamed or of_door else said


def _named(tokens: list[Token], first: int, pieces: list[_Piece], named: list[_Piece]) -> Named:
    """The name as it was written, a door in front of it included; a door behind it is left to the rest."""
    strangers = [piece for piece in named[1:] if not _belongs(piece, named[0])]
    people = [piece for piece in named if piece not in strangers]
    begin, end = _front(pieces, named[0]), people[-1].tokens[-1].end
    words = "".join(" " if token.kind == "stop" else token.text for token in tokens if begin <= token.start < end)
    name = " ".join(words.split()).lstrip("@").strip(_TRIMMED) or words
    rest = tuple(token for token in tokens if not begin <= token.start < end)
    after = next((token for token in tokens if token.start == end and token.kind in ORDERS | {"wish"}), None)
    try:
        again = len(pieces) == 1 and not after and first < len(tokens) and tokens[first].kind == "offer"
        _check(people, strangers, glued=after is not None, named_again=again)
        return _ended(name, tokens[first:], rest) if after and after.kind != "wish" else Named(name, rest)
    except Doubt as doubt:
        return Named(name, rest, doubt)


def _front(pieces: Sequence[_Piece], name: _Piece) -> int:
    """Where the name begins: with the doors in front of it, but not with a telephone number or a time."""
    doors = (piece for piece in pieces if all(token.kind == "place" for token in piece.tokens))
    return min([name.tokens[0].start, *(piece.tokens[0].start for piece in doors)])


def _belongs(piece: _Piece, name: _Piece) -> bool:
    """Whether a further word is part of the name: Lily Wang, 幸福里 王阿姨. Any other may be goods nobody offers."""
    return ends_in_title(piece.text) or (piece.kind == name.kind == "latin")


def _check(people: Sequence[_Piece], strangers: Sequence[_Piece], glued: bool, named_again: bool) -> None:
    """Raises Doubt where the name may be none; `named_again` says that goods on offer follow a lone first word."""
    if strangers:
        raise Doubt(second_thought(strangers[0].text) or f"没认出“{strangers[0].text[:12]}”")
    if changed := next((piece for piece in people[1:] if second_thought(piece.text)), None):
        raise Doubt(second_thought(changed.text) or "")
    for piece in people:
        if is_goods(piece.text) and not named_again:
            raise Doubt(f"“{piece.text[:12]}”像是商品，不在这次团里")
        if unsettled(piece.text) or says_more(piece.text) or (glued and second_thought(_beyond_name(piece.text))):
            raise Doubt(second_thought(piece.text[1:]) or "问清是谁的、要几份")
    if glued and runs_on(people[-1].text):
        raise Doubt(f"“{people[-1].text[:12]}”里名字和商品分不开")


def _beyond_name(words: str) -> str:
    """What stands in a word behind the shortest name: 阿全, 小满 and 钱多多 are names."""
    return "" if words[-1:] * 2 == words[-2:] else words[2:]


def _ended(name: str, tokens: Sequence[Token], rest: tuple[Token, ...]) -> Named:
    """The name, if what stands right behind it is surely no part of it: 王阿姨苹果, 张三2份, 张三2大, but not 李姐2."""
    after = tokens[0]
    if (
        after.kind == "offer"
        and not ends_in_title(name)
        and not name[-1:].isdigit()
        and not name.endswith(("室", "户"))
    ):
        raise Doubt(f"“{name[:8]}{after.text}”里名字和商品分不开")
    if after.kind == "amount" and after.numerals > 1:
        raise Doubt(f"“{name[-1]}{after.text}”数量拿不准，名字后面空一格再写")
    if after.kind != "amount" or after.sign or after.unit:
        return Named(name, rest)
    return _with_digits(name, tokens, rest)


def _with_digits(name: str, tokens: Sequence[Token], rest: tuple[Token, ...]) -> Named:
    """A bare number right behind a name: an amount before goods (张三2大), or the name's own (小明2 3份)."""
    digits, behind = tokens[0], tokens[1:]
    if behind and behind[0].kind == "offer" and behind[0].start == digits.end:
        return Named(name, rest)
    if any(token.kind == "amount" and not token.packed for token in behind):
        return Named(name + digits.text, tuple(token for token in rest if token is not digits))
    raise Doubt(f"“{name[:8]}{digits.text}”的 {digits.text} 是名字还是数量")


def _unnamed(tokens: list[Token], first: int, pieces: list[_Piece]) -> Named:
    """A row that begins with goods or an amount: 3-501 +1, 🌸 +1, 苹果妈妈 2份, +1 王阿姨."""
    for kind in ("beside", "symbol"):
        if found := next((piece for piece in pieces if piece.kind == kind), None):
            return Named(found.text, tuple(token for token in tokens if token not in found.tokens))
    whole, behind = _pieces(tokens), _pieces(tokens[first:])
    front, last = (whole[0], behind[-1]) if len(whole) > 1 else (None, None)
    if front and _is_named_for_goods(front, whole[1:]):
        return Named(front.text, tuple(token for token in tokens if token not in front.tokens))
    if last and len(behind) > 1 and _may_stand_last(last):
        return Named(last.text, tuple(token for token in tokens if token not in last.tokens))
    return Named("", tuple(tokens), Doubt("没看出是谁的"))


def _is_named_for_goods(front: _Piece, others: Sequence[_Piece]) -> bool:
    """Whether a first piece that holds goods is a name: 苹果妈妈 by its title, 肉包铁铁 if goods are named again."""
    words = "".join(token.text for token in front.tokens if token.kind == "word")
    if not words or any(token.kind not in ("word", "offer") for token in front.tokens):
        return False
    again = any(token.kind == "offer" for piece in others for token in piece.tokens)
    odd = words in "小大老阿" or (kind_of(words) == "odd" and not (is_goods(words) or second_thought(words)))
    return (front.tokens[0].kind == "offer" and ends_in_title(front.text)) or (again and odd)


def _may_stand_last(piece: _Piece) -> bool:
    person = piece.kind == "beside" or (piece.kind == "word" and (ends_in_title(piece.text) or is_nickname(piece.text)))
    return person and not any(token.kind in ORDERS for token in piece.tokens)
