"""Vocabulary: which texts the code says, and every name that it may give one; read from the code, so no list is kept.

A reply's text may be given any name that the code ever gives to anything: a word that no line of it knows is misspelt.
"""

import re
from collections.abc import Iterator

from front.settings import ROOT

FLOORS = ("handlers", "schedules", "community")
"""The folders of code that speak."""

_TEXT = re.compile(r'"([a-z]+/[a-z]+)"')
_NAME = re.compile(r"""\b([a-z]\w*)=|["']([a-z]\w*)["']\s*[:\]]|^\s+([a-z]\w*): """, re.MULTILINE)


def texts() -> dict[str, frozenset[str]]:
    """The names that hold for each text the code says, by the text's name: `eggs/code`."""
    sources = list(_sources())
    features = {name for name, _ in sources}
    said = {text for _, source in sources for text in _TEXT.findall(source) if text.partition("/")[0] in features}
    names = frozenset(name for _, source in sources for found in _NAME.findall(source) for name in found if name)
    return dict.fromkeys(sorted(said), names)


def _sources() -> Iterator[tuple[str, str]]:
    """Each module's feature (its package's name, or its own) and text."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            feature = path.relative_to(ROOT / floor).parts[0].removesuffix(".py")
            if feature != "migrations":
                yield feature, path.read_text(encoding="utf-8")
