"""Every benchmark runs and says what it set out to say; how fast anything is, no test asserts."""

import json
import subprocess
import sys
from itertools import pairwise

import pytest

from benchmarks.__main__ import SUBJECTS
from benchmarks.report import at_least, at_most, percentile, ratio
from front.settings import ROOT

TASTE = 0.01


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_taste_of_each_prints_its_figures_and_goals_and_nothing_else(name: str) -> None:
    """Each in a process of its own, as `make bench` is: wechaty alone needs what a bot of ours leaves out."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--scale", str(TASTE)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
    )
    document = json.loads(done.stdout)
    assert set(document) == {"machine", "seconds", "goals", name}
    assert document[name]
    assert all(goal["value"] > 0 for goal in document["goals"])


def test_goals_are_met_from_the_limit_on() -> None:
    assert [at_least("a", value, 3).met for value in (2.9, 3, 3.1)] == [False, True, True]
    assert [at_most("a", value, 3).met for value in (2.9, 3, 3.1)] == [True, True, False]


def test_a_ratio_is_the_middle_of_the_rounds() -> None:
    assert ratio([10, 90, 30], [10, 10, 10]) == 3


def test_percentiles_are_values_that_occurred() -> None:
    values = [5, 1, 4, 2, 3]
    assert [percentile(values, percent) for percent in (1, 50, 99)] == [1, 3, 5]
    assert all(a <= b for a, b in pairwise(percentile(values, percent) for percent in range(1, 101)))
