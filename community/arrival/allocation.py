"""Allocation: what came, divided among those who ordered. Whole portions, nothing lost, nobody above their order."""

from collections.abc import Sequence


def first_come(wants: Sequence[int], came: int) -> list[int]:
    """Each in turn gets all they want until nothing is left."""
    given = []
    for want in wants:
        given.append(min(want, came))
        came -= given[-1]
    return given


def pro_rata(wants: Sequence[int], came: int) -> list[int]:
    """Everybody the same share of what they want: largest remainder (Hamilton's method), ties to whoever came first."""
    total = sum(wants)
    if came >= total:
        return list(wants)
    given = [want * came // total for want in wants]
    nearest = sorted(range(len(wants)), key=lambda at: (-(wants[at] * came % total), at))
    for at in nearest[: came - sum(given)]:
        given[at] += 1
    return given
