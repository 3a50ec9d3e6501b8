"""Uploads by the clock: files that nothing speaks of any more are removed at night."""

from datetime import time

from community.sweeping import sweep
from schedules.chores import Errand

SWEEP = Errand("清理用过的图", time(3, 50), sweep)
