"""What people call a product: its name and its aliases, each word meaning one product only."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select
from sqlmodel import col

from community.db import Tx, change, columns, insert, prepare
from community.product.tables import Product, ProductWord
from community.quantity import normalise
from community.refusal import Refusal

LONGEST_NAME = 30
"""Characters of a product's name, and of an alias."""

MOST_ALIASES = 20
"""Aliases of one product."""

_BETWEEN = re.compile(r"[、,;|，；｜]")
_SHOWN = 3


class Found(NamedTuple):
    """A product as the rules see it; its usual price in cents."""

    id: int
    name: str
    spec: str
    unit: str
    cents: int


class _Word(NamedTuple):
    word: str
    product_id: int
    alias: str | None


class _Name(NamedTuple):
    name: str


_FIND = prepare(
    Found,
    select(*columns(Found, Product))
    .join(ProductWord, col(ProductWord.product_id) == col(Product.id))
    .where(col(ProductWord.word) == bindparam("word")),
)
_NEAR = prepare(
    _Name,
    select(col(Product.name))
    .join(ProductWord, col(ProductWord.product_id) == col(Product.id))
    .where(
        or_(
            func.instr(col(ProductWord.word), bindparam("typed")) > 0,
            func.instr(bindparam("typed"), col(ProductWord.word)) > 0,
        )
    )
    .group_by(col(Product.id))
    .order_by(func.length(col(Product.name)), col(Product.id))
    .limit(_SHOWN),
)
_ALIASES = prepare(
    _Word,
    select(*columns(_Word, ProductWord))
    .where(col(ProductWord.product_id) == bindparam("this"), col(ProductWord.alias).is_not(None))
    .order_by(col(ProductWord.word)),
)
_ADD = change(insert(ProductWord).on_conflict_do_nothing())
_DROP = change(
    delete(ProductWord).where(col(ProductWord.word) == bindparam("this"), col(ProductWord.alias).is_not(None))
)


def key(words: str) -> str:
    """The one form in which two spellings of a name are the same: plain, in small letters."""
    return normalise(words).casefold()


def split_aliases(text: str) -> dict[str, str]:
    """The aliases in 土鸡蛋、笨鸡蛋, parted by 、 , ; or |, in order: the key of each, and how it is written."""
    found = {key(piece): normalise(piece) for piece in _BETWEEN.split(text)}
    return {word: alias for word, alias in found.items() if word}


def find(tx: Tx, words: str) -> Found | None:
    """The product that is called so, by its name or an alias; its spec may follow, as in 鲜鸡蛋 30枚."""
    typed = key(words)
    found = tx.one(_FIND, word=typed)
    head = typed[: 2 * LONGEST_NAME]
    while found is None and " " in head:
        head = head.rpartition(" ")[0]
        called = tx.one(_FIND, word=head)
        found = called if called and key(called.spec) == typed[len(head) + 1 :] else None
    return found


def must_find(tx: Tx, words: str) -> Found:
    """The product that is called so; raises Refusal, naming what comes near, where there is none."""
    found = find(tx, words)
    if found is not None:
        return found
    name = normalise(words)[:LONGEST_NAME]
    near = [row.name for row in tx.all(_NEAR, typed=key(name))] if name else []
    if near:
        likely = "、".join(f"“{each}”" for each in near)
        raise Refusal(f"店里还没有“{name}”，是不是{likely}？要添新的就发：上架 {name} 规格 平时的价")
    raise Refusal(f"店里还没有“{name}”，先上架：上架 {name} 规格 平时的价")


def call(tx: Tx, product_id: int, word: str, alias: str | None = None) -> bool:
    """Let `word`, as `key` makes it, mean the product: its name, or an alias so written. False where it is taken."""
    return tx.run(_ADD, word=word, product_id=product_id, alias=alias) == 1


def add_aliases(tx: Tx, product_id: int, aliases: Mapping[str, str]) -> None:
    """Let these words, as `split_aliases` gives them, mean the product too; raises Refusal for one of another's."""
    for word, alias in aliases.items():
        if len(alias) > LONGEST_NAME:
            raise Refusal(f"别名最多 {LONGEST_NAME} 个字")
        if call(tx, product_id, word, alias):
            continue
        holder = tx.one(_FIND, word=word)
        if holder is not None and holder.id != product_id:
            raise Refusal(_taken(holder, alias))
    if len(aliases_of(tx, product_id)) > MOST_ALIASES:
        raise Refusal(f"一样商品最多 {MOST_ALIASES} 个别名")


def drop_alias(tx: Tx, word: str) -> bool:
    """Let a word, as `key` makes it, mean nothing any more; False where it was no alias."""
    return tx.run(_DROP, this=word) == 1


def aliases_of(tx: Tx, product_id: int) -> list[str]:
    """Every alias of the product, as written."""
    return [row.alias or "" for row in tx.all(_ALIASES, this=product_id)]


def taken(tx: Tx, word: str) -> str | None:
    """Why a word cannot mean one more product; None where it is free."""
    holder = tx.one(_FIND, word=key(word))
    return None if holder is None else _taken(holder, word)


def _taken(holder: Found, word: str) -> str:
    if key(holder.name) == key(word):
        return f"已经有“{word}”了，换个名字或直接改它的价"
    return f"“{word}”已经是“{holder.name}”的别名了，换个名字"
