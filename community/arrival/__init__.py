"""Arrivals: what came of a group buy is given out among its orders, who gets less is told first, then who may collect.

`allocation` divides, `reading` reads what staff say came, `plan` shows and books it, `notices` tells the rooms.
"""
