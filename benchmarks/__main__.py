"""Runs every benchmark, or those named, and prints one JSON document: goals, figures, and where they were measured.

Type: python -m benchmarks [durable router wire path orders render start month] [--scale 0.1]
What is on its way is told on standard error. Benchmarks never fail a build: machines differ, a missed goal is shown.
"""

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from importlib import import_module
from typing import Any

from benchmarks.report import Report

SUBJECTS = ("durable", "router", "wire", "path", "orders", "render", "start", "month")
"""A file each, with a function `measure(scale) -> Report`."""


def run(names: list[str], scale: float) -> dict[str, Any]:
    """The whole document; `scale` shrinks what is done, for a taste rather than a measurement."""
    begun = time.perf_counter()
    reports = {name: _one(name, scale) for name in names}
    return {
        "machine": _machine(),
        "seconds": round(time.perf_counter() - begun, 1),
        "goals": [goal._asdict() for report in reports.values() for goal in report.goals],
        **{name: report.figures for name, report in reports.items()},
    }


def _one(name: str, scale: float) -> Report:
    print(f"measuring {name} …", file=sys.stderr)
    report: Report = import_module(f"benchmarks.{name}").measure(scale)
    return report


def _machine() -> dict[str, Any]:
    """Enough to tell one run from another; load is what else the machine was doing, in running processes."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast Keting is here, as JSON.")
    parser.add_argument("subjects", nargs="*", choices=[[], *SUBJECTS], help="all of them unless named")
    parser.add_argument("--scale", type=float, default=1.0, help="how much to do, 1 for figures worth quoting")
    wanted = parser.parse_args()
    document = run(wanted.subjects or list(SUBJECTS), wanted.scale)
    print(json.dumps(document, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
