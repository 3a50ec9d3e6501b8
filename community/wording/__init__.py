"""Every word the bot says: templates in files that a shopkeeper may edit while the bot runs.

A text is Jinja2 without calls, macros and includes: `{{ }}`, `{% for %}`, `{% if %}`, `{% set %}` and the filters of
`filters.py`. A changed file counts from the next render on. When it is broken, the text before it stays in use.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from community.wording.faults import Slip, StaleEdit, WordingFault
from community.wording.files import NOT_THERE, Folder, Stamp, stamp
from community.wording.sandbox import Sandbox, Text, look_over

__all__ = ["POST_NAMES", "StaleEdit", "Wording", "WordingFault"]

POST_NAMES = ("shop", "room", "today", "deals", "tip", "groupbuys", "weather")  # what every post is given


@dataclass(slots=True)
class _Page:
    """One file as last seen: the newest text, the sound one before it, and what is wrong with the newest."""

    path: str
    stamp: Stamp | None
    newest: Text | None
    before: Text | None
    fault: WordingFault | None

    @property
    def sound(self) -> Text | None:
        """What to fall back on after the next edit: a text that never failed, else one that has only sometimes."""
        return self.before or self.newest if self.fault else self.newest


class Wording:
    """The texts of one shop, below `directory`.

    `on_fault` is told once of each broken version of a file, in the thread that rendered it: it must be quick.
    """

    def __init__(self, directory: Path, on_fault: Callable[[WordingFault], None] | None = None) -> None:
        self._folder = Folder(directory)
        self._sandbox = Sandbox()
        self.on_fault = on_fault
        self._pages: dict[str, _Page] = {}
        self._lock = Lock()

    @property
    def faults(self) -> dict[str, WordingFault]:
        """What is wrong now, by name of the text; mended files are gone from it after their next render."""
        return {name: page.fault for name, page in tuple(self._pages.items()) if page.fault}

    def render(self, name: str, /, **values: object) -> str:
        """The text `name` said with `values`; raises WordingFault if neither it nor the text before it can be used."""
        page = self._pages.get(name)
        if page is None or stamp(page.path) != page.stamp:
            page = self._turn(name)
        fault = page.fault
        if page.newest:
            try:
                return page.newest.render(values)
            except Slip as slip:
                fault = self._report(page, self._fault(name, slip))
        if page.before:
            with suppress(Slip):
                return page.before.render(values)
        raise replace(fault) if fault else RuntimeError(f"{name} has neither a text nor a fault")

    def look(self) -> None:
        """Look at every file now: a broken edit is told before it is needed, and the sound text before it is kept."""
        for name in {*self._folder.names(), *self._pages}:
            page = self._pages.get(name)
            if page is None or stamp(page.path) != page.stamp:
                self._turn(name)

    def check(self, names: Mapping[str, Collection[str]] | None = None) -> list[WordingFault]:
        """All that is wrong in all files.

        `names` says which names a text may use: by the text (`groupbuy/joined`), which must then exist, or by the
        folder (`posts/`). Texts it does not speak of are not checked for unknown names.
        """
        rules = names or {}
        there = self._folder.names()
        found = [self._fault(name, slip) for name in there for slip in self._slips(name, _rule(name, rules))]
        absent = [name for name in rules if not name.endswith("/") and name not in there]
        return found + [self._fault(name, Slip("", NOT_THERE)) for name in absent]

    def trial(self, name: str, text: str, values: Mapping[str, object]) -> str:
        """What `text` would say in place of the file, which stays as it is; raises WordingFault.

        Names that `values` does not have are a fault in branches not taken too.
        """
        try:
            self._folder.path(name)
            return Text(self._sandbox, text).render(dict(values))
        except Slip as slip:
            raise self._fault(name, slip) from slip

    def read(self, name: str) -> tuple[str, str]:
        """The text as it is in the file and its fingerprint, to be handed back to `save`; raises WordingFault."""
        try:
            return self._folder.read(name)
        except Slip as slip:
            raise self._fault(name, slip) from slip

    def save(self, name: str, text: str, fingerprint: str, trial: Mapping[str, object]) -> str:
        """Replaces the file whole after a trial with real values; returns the new fingerprint.

        `fingerprint` is that of the text which was edited, "" for a new file. Raises StaleEdit if the file has changed
        since, WordingFault for anything wrong with the text or the name.
        """
        text = text.replace("\r\n", "\n").rstrip("\n") + "\n"  # browsers send a form's lines as \r\n
        self.trial(name, text, trial)
        with self._lock:
            try:
                if self._folder.fingerprint(name) != fingerprint:
                    raise StaleEdit(self._folder.shown(name), None, "", "这份文字刚刚被别人改过，请重新打开再改")
                return self._folder.write(name, text)
            except Slip as slip:
                raise self._fault(name, slip) from slip

    def _turn(self, name: str) -> _Page:
        """Read the file anew, keeping the text before it, unless another thread has just done so."""
        with self._lock:
            known = self._pages.get(name)
            if known and stamp(known.path) == known.stamp:
                return known
            page = self._pages[name] = self._load(name, known)
        if page.fault and self.on_fault:
            self.on_fault(page.fault)
        return page

    def _load(self, name: str, known: _Page | None) -> _Page:
        page = _Page(path="", stamp=None, newest=None, before=known.sound if known else None, fault=None)
        try:
            page.path = str(self._folder.path(name))
            page.stamp = stamp(page.path)  # before reading: a change meanwhile is then seen at the next render
            page.newest = Text(self._sandbox, self._folder.read(name)[0])
        except Slip as slip:
            page.fault = self._fault(name, slip)
        return page

    def _report(self, page: _Page, fault: WordingFault) -> WordingFault:
        first, page.fault = page.fault is None, page.fault or fault
        if first and self.on_fault:
            self.on_fault(fault)
        return fault

    def _slips(self, name: str, allowed: Collection[str] | None) -> list[Slip]:
        try:
            source = self._folder.read(name)[0]
            return look_over(self._sandbox, source, allowed)
        except Slip as slip:
            return [slip]

    def _fault(self, name: str, slip: Slip) -> WordingFault:
        return WordingFault(self._folder.shown(name), slip.line, slip.word, slip.problem)


def _rule(name: str, rules: Mapping[str, Collection[str]]) -> Collection[str] | None:
    """The names that hold for a text: its own, else those of the nearest folder."""
    if name in rules:
        return rules[name]
    folder = name
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        if f"{folder}/" in rules:
            return rules[f"{folder}/"]
    return None
