"""Products, whole: what is on the shelf and its other names, prices and their history, deals, stock, lists taken in.

`names` finds a product by what people call it, `shelf` prices it, `prices` remembers every price, `deals` are prices of
a day, `stock` counts what is there, `sheet` and `columns` read a list from a file, `intake` takes it in.
"""

from community.product.deals import Offer, deals_on, set_deal
from community.product.names import LONGEST_NAME, Found, find
from community.product.prices import lowest_of_last_days
from community.product.shelf import add_product, reprice
from community.product.stock import give_back, take
from community.product.tables import Deal, Product

__all__ = [
    "LONGEST_NAME",
    "Deal",
    "Found",
    "Offer",
    "Product",
    "add_product",
    "deals_on",
    "find",
    "give_back",
    "lowest_of_last_days",
    "reprice",
    "set_deal",
    "take",
]
