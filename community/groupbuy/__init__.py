"""Group buys: opened by staff, ordered in the group, closed at the minute; stock is never oversold.

draft → open → closed | reached | failed → arrived → done, or withdrawn: `steps` has the table. `buys` opens and closes
them, `orders` takes what residents want, `tables` is how they are kept. An order is a member's standing wish for one
item; every change of it is an entry with who and when.
"""
