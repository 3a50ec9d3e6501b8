"""Tells a chain of orders from whatever else is numbered: notices, price lists, sign-ups, the shop's own lists."""

from itertools import pairwise

from community.chain.lines import Found
from community.chain.model import Chain
from community.chain.tokens import Lexer
from community.chain.words import is_other_occasion, is_report, is_trade


def is_order_chain(chain: Chain, found: Found, lexer: Lexer) -> bool:
    """Whether rows that were found are a chain of orders.

    A header (#接龙) makes one, unless its title is about something else and nobody names goods. The bare word 接龙
    above rows makes one with an order beyond doubt. Without either the numbers must count upwards and most rows, two
    at least, be orders beyond doubt.
    """
    about_goods = lexer.names_goods(chain.header)
    named = any(row.status == "sure" and lexer.names_goods(row.raw) for row in chain.rows)
    if is_other_occasion(chain.header) and not (about_goods or named):
        return False
    if found.announced:
        return True
    if found.said_so:
        return any(row.status == "sure" for row in chain.rows)
    bare = about_goods or not chain.header or is_trade(chain.header)
    return not is_report(chain.header) and _is_plain(chain, lexer, bare)


def _is_plain(chain: Chain, lexer: Lexer, bare: bool) -> bool:
    """Whether the rows alone say that they are orders; `bare` says that they need not name the goods.

    A row that ends in a bare number does not: a score or a count does so too.
    """
    sure = [row for row in chain.rows if row.status == "sure" and not row.raw[-1:].isdigit()]
    named = [row for row in sure if bare or lexer.names_goods(row.raw)]
    rising = all(first.row < second.row for first, second in pairwise(chain.rows))
    return rising and len(named) >= 2 and 2 * len(named) >= len(chain.rows)
