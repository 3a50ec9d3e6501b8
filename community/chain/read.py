"""Reads a chain: every row sure, doubtful with the reason, or ignored. Pure, and linear in the length of the text."""

import re
from collections.abc import Collection, Sequence

from community.chain.catalog import Catalog, build
from community.chain.goods import TakenBack, read_goods
from community.chain.lines import Found, Raw, find_rows, is_example, may_hold_rows
from community.chain.model import Chain, Doubt, Offer, Row
from community.chain.names import ORDERS, Named, People, split_name
from community.chain.recognise import is_order_chain
from community.chain.tokens import Lexer, Token
from community.chain.words import is_goods, is_remark, kind_of, may_alter, simplified
from community.quantity import COUNTERS, normalise

LONGEST_ROW = 300
"""Characters of a row that are read; what is longer is an essay, and a person reads it."""

_NOTED = ("note", "origin")
_PARTS_REMARKS = frozenset({"space", "stop", "open", "close", "question", "total", "aside"})
_STRUCK = re.compile("[\u0335-\u0338❌✖✕✗✘❎🚫⛔]|~~[^~]+~~")
_DASHED = re.compile(r"[^\W\d]-(?=[^\W\d]).*-[+x×]?[0-9]", re.DOTALL)
_LABEL = re.compile(
    r"(?<!\w)(?:昵称|姓名|名字|称呼|微信名|楼号|房号|楼栋|门牌号?|地址|数量|份数|品种|商品|规格|电话|手机号?|备注) ?[:]"
)
_TIMES = re.compile(r"(?<=\w)[✖✕](?=[0-9])")
_FRAMED = re.compile(r"\A[(\[【<《「『](?P<name>[^()\[\]【】<>《》「」『』\n]{1,20})[)\]】>》」』]")
_SLASH = re.compile(r"(?<![0-9])/|/(?![0-9])")
_SLASH_OF_NAME = re.compile(rf"\A([^\d/]+)/(?=[0-9]{{1,3}} ?[{COUNTERS}斤]\Z)")
_DASH_OF_NAME = re.compile(rf"\A([^\d-]*[^\W\d])-(?=[0-9]{{1,3}} ?[{COUNTERS}斤]\Z)")
_DASH = re.compile(r"(?<![0-9])-|-(?![0-9])")


def read_chain(text: str, offers: Sequence[Offer], people: Collection[str] = ()) -> Chain | None:
    """Read a native or hand-typed chain of orders for `offers`; None where the text is none. Never raises.

    A header (#接龙, #Group Note) with a row makes a chain, and so do two numbered rows that are orders beyond doubt;
    notices, price lists and chains for a dinner or for checking in are none. Of several snapshots the last is read.
    `people` are names that are known (members, earlier rows): a name among them is trusted whatever it looks like.
    """
    if not may_hold_rows(text):
        return None
    catalog = build(offers)
    reader = _Reader(catalog, People({normalise(name) for name in people}))
    found = find_rows(text, reader.lexer.mentions_goods)
    if not found.rows and not (found.announced and found.example):
        return None
    chain = reader.chain(found)
    return chain if is_order_chain(chain, found, reader.lexer) else None


class _Reader:
    """Reads the rows of one text; holds what was worked out about the offers once."""

    def __init__(self, catalog: Catalog, people: People) -> None:
        self.lexer = Lexer(catalog)
        self._catalog, self._people = catalog, people

    def chain(self, found: Found) -> Chain:
        rows = [self.row(raw) for raw in found.rows]
        menu = _menu(rows)
        header = [found.header, *(row.raw for row in rows[:menu])]
        example = [Row(0, "例", "ignored", "示例，不算", (), "", found.example)] if found.example is not None else []
        return Chain("\n".join(part for part in header if part), (*example, *rows[menu:]))

    def row(self, raw: Raw) -> Row:
        """One row; whatever it holds, it becomes a row."""
        if not raw.text or (is_example(raw.text) and self._people.in_front_of(raw.text) is None):
            return Row(raw.number, "", "ignored", "示例，不算" if raw.text else "空行", (), "", raw.text)
        if len(raw.text) > LONGEST_ROW:
            return _doubtful(raw, raw.text.split()[0][:20], Doubt("这一行太长了，人看一眼"))
        named = self._named(raw.text)
        try:
            return self._read(raw, named)
        except Doubt as doubt:
            return _doubtful(raw, named.name, doubt)
        except TakenBack:
            return Row(raw.number, named.name, "ignored", "写了不要了", (), "", raw.text)

    def _named(self, body: str) -> Named:
        known = self._people.in_front_of(body)
        said = _separated(_FRAMED.sub(r" \g<name> ", body)) if known is None else _separated(body)[len(known) :]
        plain = simplified(said)
        tokens = _folded(self.lexer.cut(plain))
        named = _as_written(split_name(tokens), plain, said) if known is None else Named(known, tuple(tokens))
        named = named._replace(rest=tuple(_with_remarks(named.rest)))
        return named._replace(doubt=Doubt("像是划掉了，问清还要不要")) if _STRUCK.search(said) else named

    def _read(self, raw: Raw, named: Named) -> Row:
        if named.doubt and not _is_taken_back(named.rest):
            raise named.doubt
        items = read_goods(named.rest, self._catalog)
        if raw.loose:
            raise Doubt("隔了一行的那句不知算谁的")
        return Row(raw.number, named.name, "sure", "", items, _note(named.rest), raw.text)


def _doubtful(raw: Raw, name: str, doubt: Doubt) -> Row:
    return Row(raw.number, name, "doubtful", doubt.reason, (), "", raw.text)


def _is_taken_back(rest: Sequence[Token]) -> bool:
    return any(token.kind == "word" and kind_of(token.text) == "cancel" for token in rest)


def _separated(body: str) -> str:
    """The row without the dashes and slashes that set its parts apart (王阿姨-苹果-2份), so that none is a minus.

    What only labels a part (昵称：王阿姨 数量：2份) is left out as well.
    """
    plain = _TIMES.sub("×", _LABEL.sub(_blank, body))
    plain = _SLASH.sub(" ", plain) if len(_SLASH.findall(plain)) > 1 else _SLASH_OF_NAME.sub(r"\1 ", plain)
    plain = _DASH_OF_NAME.sub(r"\1 ", plain)
    return _DASH.sub(" ", plain) if _DASHED.search(plain) else plain


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _folded(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each remark in brackets as one token, unless it may change the order (（2份）, （不要了）)."""
    folded: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        folded.append(token)
        if token.kind == "open":
            opened.append(len(folded) - 1)
        elif token.kind == "close" and opened:
            at = opened.pop()
            if _is_aside(folded[at + 1 : -1]):
                text = "".join(part.text for part in folded[at + 1 : -1])
                folded[at:] = [Token("aside", text, folded[at].start, token.end)]
    return folded


def _is_aside(inside: Sequence[Token]) -> bool:
    if any(token.kind in ORDERS | {"question", "total", "place"} for token in inside):
        return False
    words = "".join(token.text for token in inside if token.kind in ("word", "latin"))
    return kind_of(words) in ("note", "courtesy", "link") or not (may_alter(words) or is_goods(words))


def _as_written(named: Named, plain: str, said: str) -> Named:
    """The name in the characters it was written with; `plain` is `said` in simplified ones."""
    at = -1 if plain == said else plain.find(named.name)
    return named if at < 0 else named._replace(name=said[at : at + len(named.name)])


def _with_remarks(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each remark behind the whole order (送到6栋门厅) as one token, by the words of it together."""
    last = max((at for at, token in enumerate(tokens) if token.kind in ORDERS), default=len(tokens))
    kept, run = list(tokens[: last + 1]), list[Token]()
    for token in (*tokens[last + 1 :], None):
        if token is None or token.kind in _PARTS_REMARKS:
            kept += _remark(run)
            kept += [token] if token else []
            run = []
        else:
            run.append(token)
    return kept


def _remark(run: Sequence[Token]) -> Sequence[Token]:
    words = "".join(token.text for token in run if token.kind in ("word", "latin"))
    if kind_of(words) != "odd" or not is_remark(words):
        return run
    return [Token("aside", "".join(token.text for token in run), run[0].start, run[-1].end)]


def _note(tokens: Sequence[Token]) -> str:
    """What was asked for beside the goods, each wish as it was written, with the place and time it names."""
    wishes: list[list[Token]] = [[]]
    for token in tokens:
        if wishes[-1] and wishes[-1][-1].end != token.start:
            wishes.append([])
        if token.kind in ("aside", "time", "place") or (token.kind == "word" and kind_of(token.text) in _NOTED):
            wishes[-1].append(token)
    return "，".join("".join(token.text for token in wish) for wish in wishes if any(map(_is_wish, wish)))


def _is_wish(token: Token) -> bool:
    return token.kind in ("aside", "time") or (token.kind == "word" and token.text != "的")


def _menu(rows: Sequence[Row]) -> int:
    """How many rows belong to a numbered list above the chain (prices, terms), before the numbers restart."""
    restart = next((at for at in range(len(rows) - 1, 0, -1) if rows[at].row == 1), 0)
    listed = rows[:restart]
    is_list = len(listed) > 1 and not any(row.status == "sure" for row in listed)
    return restart if is_list and any(row.status == "sure" for row in rows[restart:]) else 0
