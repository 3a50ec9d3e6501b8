"""Posters: lines of text, each with a mark for how it stands, painted as a PNG 1080 pixels wide.

The lines come from templates/poster/picture.j2, so that the shopkeeper may change them like any other words. The marks:
`@` the shop, `#` the title, `##` its spec, `###` an item, `￥` a price, `*` what is urgent, `>` how to order,
`-` the rest.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import as_file, files
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps

from community.db import Tx
from community.groupbuy import picture
from community.groupbuy.facts import facts
from community.groupbuy.offer import Buy
from community.groupbuy.reminders import lacking
from community.house import House
from community.pictures import PictureFault
from community.uploads import Uploads

TEMPLATE = "poster/picture"
WIDTH = 1080
"""Pixels; phones show it at a third of that."""
MARGIN = 76
PICTURED = 810
"""Pixels that a picture may be tall: a photo taken in landscape is seen whole."""
TALLEST = 12_000
"""Pixels; what would be longer ends there."""
_SIMPLIFIED = 2
"""Where the simplified Chinese forms are in the font collection."""
_PAPER, _INK, _GREY, _RED, _PALE, _GREEN = "#FFFDF8", "#222222", "#777777", "#D4380D", "#FFF1E0", "#0E8A4B"
_WORD = re.compile(r"[!-~]+|.", re.DOTALL)
_CLOSING = "，。、；：？！）》”’%,.;:?!)"


class Style(NamedTuple):
    """How a line stands: type size in pixels, weight from 100 to 900, colours, the space above it."""

    size: int
    weight: int
    ink: str
    above: int
    ground: str | None = None


class Line(NamedTuple):
    """One line as it is painted, of pieces that differ in size; `first` and `last` of what was one line of text."""

    pieces: tuple[tuple[str, Style], ...]
    style: Style
    first: bool
    last: bool


_STYLES = {
    "@": Style(46, 700, "white", 0, _RED),
    "#": Style(104, 900, _INK, 64),
    "##": Style(50, 400, _GREY, 12),
    "###": Style(58, 700, _INK, 52),
    "￥": Style(150, 900, _RED, 10),
    "*": Style(56, 700, _RED, 44, _PALE),
    ">": Style(54, 700, "white", 52, _GREEN),
    "-": Style(46, 400, _INK, 18),
}
_SMALL_PRICE = Style(60, 700, _RED, 10)
"""How what stands behind the number of a price is written."""


def words(tx: Tx, house: House, buy: Buy, now: datetime) -> str:
    """What a group buy's poster says, a line for each line of it, with its mark."""
    return house.wording.render(
        TEMPLATE, **facts(house, buy), **lacking(tx, buy), shop={"name": house.shop.name}, now=now
    )


def paint(text: str, photo: bytes | None = None) -> bytes:
    """The poster as a PNG, with the picture beneath the shop's name where there is one.

    Lines without a known mark stand as they are; what the font does not have is left out. Raises PictureFault.
    """
    brush = _Brush()
    lines = [line for each in text.splitlines() if each.strip() for line in brush.wrapped(*_read(each))]
    shown = _fitted(photo) if photo is not None else None
    below = sum(line.style is _STYLES["@"] for line in lines) if shown else -1
    height = min(TALLEST, sum(map(_tall, lines)) + MARGIN + (shown.height if shown else 0))
    image = Image.new("RGB", (WIDTH, height), _PAPER)
    draw, top = ImageDraw.Draw(image), 0
    for at, line in enumerate(lines):
        if shown is not None and at == below:
            image.paste(shown, (0, top))
            top += shown.height
        brush.line(draw, line, top)
        top += _tall(line)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def painted(tx: Tx, house: House, uploads: Uploads | None, buy: Buy, now: datetime) -> tuple[bytes, str]:
    """A group buy's poster with its picture, and in words what was wrong with that; empty where nothing was."""
    said = words(tx, house, buy, now)
    name = picture.of(tx, buy)
    if name is None or uploads is None:
        return paint(said), ""
    try:
        return paint(said, uploads.read(name)), ""
    except OSError:
        return paint(said), "图找不到了"
    except PictureFault as fault:
        return paint(said), fault.text


def _fitted(content: bytes) -> Image.Image:
    """A picture as wide as the poster; of a tall one the middle."""
    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as opened:
            whole = opened.convert("RGB")
    except Exception as error:  # Pillow raises nearly anything over what is no picture, or half of one
        raise PictureFault("图打不开") from error
    tall = min(PICTURED, max(1, WIDTH * whole.height // whole.width))
    return ImageOps.fit(whole, (WIDTH, tall))


def _read(line: str) -> tuple[str, Style]:
    mark, _, rest = line.strip().partition(" ")
    return (rest, _STYLES[mark]) if mark in _STYLES else (line.strip(), _STYLES["-"])


def _tall(line: Line) -> int:
    """Pixels from the top of this line's space to the next one's."""
    style = line.style
    padding = style.size * 3 // 5 if style.ground else 0
    above = style.above if line.first else 0
    return above + style.size * 5 // 4 + padding * (line.first + line.last)


class _Brush:
    """Fonts of one poster, each opened once."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}

    def font(self, style: Style) -> ImageFont.FreeTypeFont:
        key = style.size, style.weight
        if key not in self._fonts:
            with as_file(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc") as path:
                font = ImageFont.truetype(str(path), style.size, index=_SIMPLIFIED)
            font.set_variation_by_axes([style.weight])
            self._fonts[key] = font
        return self._fonts[key]

    def wrapped(self, text: str, style: Style) -> list[Line]:
        """The text in as many lines as the width asks for; a title that nearly fits is made smaller instead."""
        text = "".join(filter(_printed, text)).strip()
        if style is _STYLES["￥"]:
            number, unit = _price(text)
            return [Line(((number, style), (unit, _SMALL_PRICE)), style, first=True, last=True)]
        if style is _STYLES["#"] and self._width(text, style) > WIDTH - 2 * MARGIN:
            style = style._replace(size=80)
        rows = list(self._rows(text, style))
        return [Line(((row, style),), style, at == 0, at == len(rows) - 1) for at, row in enumerate(rows)]

    def line(self, draw: ImageDraw.ImageDraw, line: Line, top: int) -> None:
        """Paint one line in the space that begins at `top`."""
        style = line.style
        top += style.above if line.first else 0
        padding = style.size * 3 // 5 if style.ground else 0
        if style.ground:
            side = 0 if style is _STYLES["@"] else MARGIN // 2
            bottom = top + style.size * 5 // 4 + padding * (line.first + line.last)
            draw.rectangle((side, top, WIDTH - side, bottom), fill=style.ground)
        left, base = float(MARGIN), top + padding * line.first + style.size
        for text, piece in line.pieces:
            draw.text((left, base), text, font=self.font(piece), fill=piece.ink, anchor="ls")
            left += self._width(text, piece) + 8

    def _rows(self, text: str, style: Style) -> Iterator[str]:
        row = ""
        for word in self._words(text, style):
            if row and word not in _CLOSING and self._width(row + word, style) > WIDTH - 2 * MARGIN:
                yield row.rstrip()
                row = word.lstrip()
            else:
                row += word
        yield row

    def _words(self, text: str, style: Style) -> Sequence[str]:
        """Latin words and numbers stay whole, unless one alone is wider than the poster."""
        found = _WORD.findall(text)
        room = WIDTH - 2 * MARGIN
        return [part for word in found for part in ([word] if self._width(word, style) <= room else word)]

    def _width(self, text: str, style: Style) -> float:
        return self.font(style).getlength(text)


def _price(text: str) -> tuple[str, str]:
    """29.9元/份 → 29.9 and 元/份."""
    number = re.match(r"[0-9.]*", text)
    end = number.end() if number else 0
    return text[:end], text[end:]


def _printed(char: str) -> bool:
    """Whether the font may have it: emoji and what has no shape would be boxes."""
    return unicodedata.category(char)[0] != "C" and ord(char) < 0x1F000 and ord(char) not in range(0xFE00, 0xFE10)
