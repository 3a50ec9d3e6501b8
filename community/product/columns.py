"""The columns of a list of goods: what each heading means, and what its cells may say."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from community.money import MoneyFault, read_cents
from community.product import names
from community.product.sheet import Cell
from community.product.stock import MOST
from community.quantity import normalise

LONGEST_SPEC = 40
LONGEST_UNIT = 4

_FORMULA = ("=", "+", "-", "@")
_IN_BRACKETS = re.compile(r"\(.*\)$")
_FILE = re.compile(r"[^./\\\x00-\x1f:][^/\\\x00-\x1f:]{0,100}\.(?:jpe?g|png|webp|gif|bmp)", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0{1,9})?")


class CellFault(Exception):
    """What a cell says cannot be taken; the text says why."""


class Column(NamedTuple):
    """One column: its field, its Chinese heading, further headings people use, and how a cell is read."""

    field: str
    heading: str
    also: tuple[str, ...]
    read: Callable[[str], Any]


def _name(text: str) -> str:
    if text.startswith(_FORMULA):
        raise CellFault("不能以 = + - @ 开头")
    if len(text) > names.LONGEST_NAME:
        raise CellFault(f"最多 {names.LONGEST_NAME} 个字")
    if not any(char.isalpha() for char in text):
        raise CellFault("不像品名，是不是错列了")
    return text


def _short(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.startswith(_FORMULA):
            raise CellFault("不能以 = + - @ 开头")
        if len(text) > longest:
            raise CellFault(f"最多 {longest} 个字")
        return text

    return read


def _price(text: str) -> int:
    try:
        return read_cents(text)
    except MoneyFault as fault:
        raise CellFault(fault.text) from fault


def _stock(text: str) -> int:
    if text.startswith("-"):
        raise CellFault("库存不能是负数")
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise CellFault("要写整数，像 30")
    if int(found[1]) > MOST:
        raise CellFault(f"最多 {MOST}，看看是不是多打了几位")
    return int(found[1])


def _file(text: str) -> str:
    if not _FILE.fullmatch(text):
        raise CellFault("要写 pictures 文件夹里的文件名，像 苹果.jpg")
    return text


def _aliases(text: str) -> dict[str, str]:
    if text == NONE:
        return {}
    found = names.split_aliases(text)
    if len(found) > names.MOST_ALIASES:
        raise CellFault(f"最多 {names.MOST_ALIASES} 个")
    return {word: _name(alias) for word, alias in found.items()}


NONE = "无"
"""What stands in the column of aliases to say that there are to be none; an empty cell leaves them as they are."""

COLUMNS = (
    Column("name", "品名", ("名称", "商品", "商品名", "商品名称", "货品", "货名"), _name),
    Column("spec", "规格", ("型号", "包装规格"), _short(LONGEST_SPEC)),
    Column("unit", "单位", ("计量单位", "销售单位"), _short(LONGEST_UNIT)),
    Column("price", "价格", ("单价", "售价", "零售价", "价钱", "销售价"), _price),
    Column("cost", "成本", ("成本价", "进价", "进货价"), _price),
    Column("stock", "库存", ("数量", "存货", "库存数", "库存量", "库存数量"), _stock),
    Column("aliases", "别名", ("alias", "又名", "俗名", "又叫"), _aliases),
    Column("picture", "图片", ("照片", "图", "配图"), _file),
)
_BY_HEADING: Mapping[str, Column] = {
    name.casefold(): column for column in COLUMNS for name in (column.heading, column.field, *column.also)
}


def column_of(heading: str) -> Column | None:
    """The column a heading means, in Chinese or English; what it has in brackets, 价格（元）, is left aside."""
    plain = normalise(heading).casefold().replace(" ", "")
    return _BY_HEADING.get(plain) or _BY_HEADING.get(_IN_BRACKETS.sub("", plain))


def nearest(heading: str) -> str | None:
    """The heading that was probably meant; None where nothing comes near."""
    plain = _IN_BRACKETS.sub("", normalise(heading).casefold().replace(" ", ""))
    near = get_close_matches(plain, _BY_HEADING, n=1, cutoff=0.5)
    if not near:
        near = [name for name in _BY_HEADING if plain and (name in plain or plain in name)]
    return (near[0] if near[0].isascii() else _BY_HEADING[near[0]].heading) if near else None


def read_cell(column: Column, cell: Cell) -> Any:
    """What the cell says, as its column has it; None for an empty one. Raises CellFault."""
    if cell.fault:
        raise CellFault(cell.fault)
    return column.read(cell.text) if cell.text else None
