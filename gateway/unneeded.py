"""Unneeded: what wechaty imports for its web server and its link cards, and what a bot of ours never calls.

A third of the time that wechaty takes to import goes into quart, PyGithub and opengraph. While it is imported, empty
modules stand in their place; afterwards they are gone, and whoever wants the real ones gets them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

MODULES = (
    "quart",
    "quart_cors",
    "opengraph_py3",
    "github",
    *(f"github.{name}" for name in ("Repository", "PullRequest", "PullRequestComment", "Issue", "IssueComment")),
)


class _Nothing:
    """Can be made of anything, and does nothing."""

    def __init__(self, *args: object, **kw: object) -> None:
        """Take whatever comes."""


class _StandIn(ModuleType):
    """A module in which every name stands for nothing."""

    def __getattr__(self, name: str) -> type[_Nothing]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


@contextmanager
def left_out() -> Iterator[None]:
    """Keep those modules from being imported; one that has been already stays as it is."""
    absent = [name for name in MODULES if name not in sys.modules]
    sys.modules.update({name: _StandIn(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
