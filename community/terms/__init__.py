"""The terms of a group buy: what 团长 type after 开团, one line or several, read into items and conditions."""

from community.terms.reading import read_terms
from community.terms.values import EXAMPLE, EXAMPLE_ITEM, MOST_ITEMS, MOST_STOCK, Item, Terms, TermsFault

__all__ = ["EXAMPLE", "EXAMPLE_ITEM", "MOST_ITEMS", "MOST_STOCK", "Item", "Terms", "TermsFault", "read_terms"]
