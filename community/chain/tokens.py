"""Cuts one row of a chain into tokens: goods, amounts, places, times, brackets, words. Decides nothing."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from community.chain.catalog import Catalog
from community.chain.measure import DIGITS, UNIT, canonical, plain_number
from community.chain.words import simplified
from community.household.reading import HOUSEHOLD
from community.money import PRICE
from community.quantity import NUMERALS, whole_number

_SIGN = "(?:[+x×*] ?|加)"
_PLACE = "(?:栋|幢|座|号楼|号院|单元|楼|室|期|弄|号|#|户|梯|门)"
_SMALL = r"[0-9]{1,3}(?:\.[0-9]{1,2})?"
_ONES = "一二两三四五六七八九"
_PAID = (
    r"[0-9]{1,5}(?:\.[0-9]{1,2})?(?= ?(?:元|块)?(?:已|转|付|微信|支付))"
    r"|(?<=[付转收]|了)[0-9]{1,5}(?:\.[0-9]{1,2})?(?!\w)"
)
_BLOCK = r"(?<![a-z])(?:block|blk|building|bldg|tower|apt|room|unit|flat)\.? ?[0-9]{1,4}[a-z]?(?![\w])"


def _patterns(unit_like: str, singles: str, units: str, span: str, *, by_piece: bool) -> tuple[tuple[str, str], ...]:
    """The table of tokens, tried in this order; `unit_like` are names that an amount must not bite into (2提子).

    `singles` are names of one character, before which a bare numeral counts (两大一小); `span` is a range that only
    says what a portion weighs (2-3斤).
    """
    unit = f"(?!{unit_like})(?:{units})"
    piece = rf"(?!(?:[0-9]{{1,3}}|[{NUMERALS}]{{1,3}}) ?块(?![0-9{NUMERALS}钱]))" if by_piece else ""
    return (
        ("phone", r"(?<![0-9])1[3-9][0-9](?:[0-9]{8}|[*x]{4,8}[0-9]{2,4})(?![0-9])"),
        ("phone", r"(?:手机|电话)?尾号[: ]?[0-9]{4}(?![0-9])"),
        ("place", HOUSEHOLD),
        ("time", r"[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}[点时](?:半|整|钟|[0-9]{1,2}分?)?|[0-9]{1,2}月[0-9]{1,2}[日号]?"),
        ("time", rf"(?!一点)[{NUMERALS}]{{1,2}}点(?:半|整|钟)?"),
        ("place", rf"(?:[A-Za-z]?[0-9]{{1,4}}|[A-Za-z]|[{NUMERALS}]{{1,3}}){_PLACE}(?:[0-9]{{3,4}}(?![0-9]))?"),
        ("place", _BLOCK),
        ("price", rf"{piece}{PRICE}|{_PAID}"),
        ("total", rf"(?:一共|总共|合计|共计|共)[: ]?[0-9]{{1,4}}(?: ?{unit})?"),
        ("per", rf"(?<![0-9.]){span}(?: ?/ ?{unit})?"),
        ("range", rf"(?<![0-9.])[0-9]{{1,2}} ?(?:[-~到至或、]) ?[0-9]{{1,2}}(?![0-9.])(?: ?{unit})?"),
        ("range", rf"(?<![0-9.]){_SMALL} ?[-~到至] ?{_SMALL}(?![0-9.-])(?: ?{unit})?"),
        ("fraction", rf"{_SIGN}?(?:[0-9]{{1,4}}|[{NUMERALS}]{{1,4}}) ?{UNIT}半"),
        ("fraction", r"[¼-¾⅐-⅞↉]|(?<![0-9])[1-9]/[2-9](?![0-9])"),
        ("minus", r"(?<![0-9A-Za-z])[-−–负] ?[0-9]{1,12}"),
        ("per", rf"/ ?[1一]? ?{unit}"),
        ("amount", rf"{_SIGN}?{DIGITS}(?:{unit}| {unit}(?!\w))装?"),
        ("symbol", rf"[+](?=[0-9]{{1,4}}{_PLACE})"),
        ("amount", rf"{_SIGN}?{DIGITS}(?: ?[x×*](?=[^\W\da-z])|装)?"),
        ("amount", rf"{_SIGN}?[{NUMERALS}半]{{1,9}}{unit}装?|(?<!\w)[{NUMERALS}]{{1,3}} {unit}(?!\w)"),
        ("amount", rf"[+x×*] ?[{NUMERALS}]{{1,3}}(?![{NUMERALS}])|加[{_ONES}](?!\w)|[俩仨](?!\w)"),
        ("amount", rf"[{_ONES}](?=(?:{singles})(?:[{_ONES}0-9]|[^\w]|$))"),
        ("latin", rf"[A-Za-z][A-Za-z_']*(?:[0-9]+(?![0-9.]|{UNIT}))?"),
        ("open", r"[(\[【{<《]"),
        ("close", r"[)\]】}>》]"),
        ("symbol", r"(?<=[^\W\d])&(?=[^\W\d])"),
        ("stop", r"[,，、;；。|!\n&/]"),
        ("question", r"\?"),
        ("space", r"[ ]+"),
        ("word", r"[^\W_]"),
        ("symbol", r"."),
    )


_AMOUNT = rf"(?P<sign>{_SIGN})?(?P<number>{DIGITS}|[{NUMERALS}半俩仨]+?) ?(?P<unit>UNIT)?(?P<packed>装)?(?: ?[x×*])?"
_APPROXIMATE = re.compile("一两|两三|一二|二三|三四|四五|五六|六七|七八|八九|三五|一半")


class Token(NamedTuple):
    """A piece of a row from `start` to `end`, of one kind of the table above, or "offer".

    `offers` are the places of the offers a name may mean. For an amount: `number` as it is compared, `unit` canonical
    or empty, `sign` what stood before it, `packed` for 24罐装, `numerals` how many Chinese numerals it is made of.
    """

    kind: str
    text: str
    start: int
    end: int
    offers: frozenset[int] = frozenset()
    number: str = ""
    unit: str = ""
    sign: str = ""
    packed: bool = False
    numerals: int = 0


class Lexer:
    """Cuts rows into tokens with the names of one catalog; linear in the length of a row."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        table = (
            f"(?P<{kind}_{at}>{pattern})"
            for at, (kind, pattern) in enumerate(
                _patterns(catalog.unit_like, catalog.singles, catalog.units, catalog.span, by_piece=catalog.by_piece)
            )
        )
        self._amount = re.compile(_AMOUNT.replace("UNIT", catalog.units), re.IGNORECASE)
        self._pattern = re.compile(f"(?P<offer>{catalog.pattern})|{'|'.join(table)}", re.IGNORECASE | re.DOTALL)

    def mentions_goods(self, line: str) -> bool:
        """Whether a line names something on offer or an amount, so that it belongs to somebody's order."""
        return any(token.kind in ("offer", "amount", "range", "fraction", "minus") for token in self._plain(line))

    def names_goods(self, line: str) -> bool:
        """Whether a line names something on offer."""
        return any(token.kind == "offer" for token in self._plain(line))

    def _plain(self, line: str) -> list[Token]:
        return self.cut(simplified(line))

    def cut(self, body: str) -> list[Token]:
        """The tokens of a normalised row, every character in exactly one of them."""
        return list(_words_joined(token for found in self._pattern.finditer(body) for token in self._tokens(found)))

    def _tokens(self, found: re.Match[str]) -> Iterator[Token]:
        kind = (found.lastgroup or "").partition("_")[0]
        token = Token(kind, found[0], found.start(), found.end())
        if kind == "offer":
            yield token._replace(offers=self._catalog.meant(found[0]))
        elif kind == "amount":
            yield from _amount(token, self._amount)
        else:
            yield token


def _words_joined(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, where single characters that stand together are one word."""
    word: list[Token] = []
    for token in tokens:
        if token.kind == "word":
            word.append(token)
            continue
        if word:
            yield _word(word)
            word = []
        yield token
    if word:
        yield _word(word)


def _word(characters: list[Token]) -> Token:
    return Token("word", "".join(one.text for one in characters), characters[0].start, characters[-1].end)


def _amount(token: Token, form: re.Pattern[str]) -> Iterator[Token]:
    """What an amount holds; the end of a name before Chinese numerals is cut off: 王五两份 is 王五 and two.

    两三份 is a range, and numerals that make no number are asked about.
    """
    parts = form.fullmatch(token.text)
    run = parts["number"] if parts else ""
    number = run if run[:1].isdigit() else _spoken(run)
    if not parts or _APPROXIMATE.search(run):
        yield token._replace(kind="range")
    elif not number or (parts["sign"] and number != run):
        yield token._replace(kind="fraction")
    else:
        cut = len(run) - len(number)
        if cut:
            yield Token("word", run[:cut], token.start, token.start + cut)
        yield token._replace(
            text=token.text[cut:],
            start=token.start + cut,
            number=plain_number(number),
            unit=canonical(parts["unit"] or ""),
            sign=(parts["sign"] or "").strip(),
            packed=bool(parts["packed"]),
            numerals=0 if number.isascii() else len(number),
        )


def _spoken(run: str) -> str:
    """The longest end of some Chinese numerals that is a number; empty where none is."""
    if run in ("半", "俩", "仨"):
        return run
    return next((run[at:] for at in range(len(run)) if whole_number(run[at:]) is not None), "")
