"""Absent: a package that this version needs and the environment lacks is named in one plain line, without a traceback.

It stands on the standard library alone, for it comes before everything that may be missing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

OURS = ("benchmarks", "bot", "community", "front", "gateway", "handlers", "schedules")
"""What cannot be missing: a fault in importing it is a fault of ours, and shows its traceback."""


@contextmanager
def named() -> Iterator[None]:
    """End with 1 and the way out where something below imports a package that is not there, or is too old."""
    try:
        yield
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if not package or package in OURS:
            raise
        print(f"运行环境里的 {package} 没有装上，或者太旧：先运行 make setup，再来一次。", file=sys.stderr)  # noqa: T201 - the command line speaks to a person
        raise SystemExit(1) from None
