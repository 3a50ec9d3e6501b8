"""What a benchmark hands back: its figures, and the goals that issue 2 sets, each met or missed."""

import math
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple


class Goal(NamedTuple):
    """Something promised: `value` is what was measured, `goal` says what it should be, as in "≥ 40"."""

    name: str
    value: float
    goal: str
    met: bool


class Report(NamedTuple):
    """One benchmark's figures (the unit is part of each name) and its goals."""

    figures: dict[str, Any]
    goals: list[Goal]


def at_least(name: str, value: float, goal: float) -> Goal:
    """A goal that is met by `goal` or more."""
    return Goal(name, round(value, 3), f"≥ {goal:g}", value >= goal)


def at_most(name: str, value: float, goal: float) -> Goal:
    """A goal that is met by `goal` or less."""
    return Goal(name, round(value, 3), f"≤ {goal:g}", value <= goal)


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios round by round: what else the machine did in a round fell on both."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that `percent` of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def scaled(count: int, scale: float, least: int = 1) -> int:
    """So many of something, fewer when only a taste is wanted."""
    return max(least, int(count * scale))
