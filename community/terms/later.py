"""A pattern that is compiled when it is first used: those of terms are long, and most starts read none."""

import re
from collections.abc import Iterator
from functools import cached_property


class Later:
    """As `re.compile(pattern, flags)`, but at no cost until the first search."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.pattern = pattern
        self.flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match anywhere."""
        return self._compiled.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the beginning."""
        return self._compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """A match of the whole text."""
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, in order."""
        return self._compiled.finditer(text)

    def sub(self, new: str, text: str, count: int = 0) -> str:
        """The text with `new` in place of each match, or of the first `count`."""
        return self._compiled.sub(new, text, count=count)

    def split(self, text: str) -> list[str]:
        """What stands between the matches."""
        return self._compiled.split(text)
