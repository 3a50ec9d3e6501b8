"""The plan: reads the posts from schedules/*.toml, one table a post, and names every fault with file and line.

A changed file counts at the next look. While it is broken, the last good version of that one file stays in use.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from community.posts import Post
from community.shop import Fault
from schedules.cron import read_cron

FRESH = timedelta(hours=2)
"""How late a post may still go out where its table does not say."""
LONGEST_FRESH = timedelta(days=7)

_UNITS = {"m": "minutes", "分钟": "minutes", "h": "hours", "小时": "hours", "d": "days", "天": "days"}

HOMELESS = '这一项不在任何一节里，请写到某一节的 ["名字"] 下面'
ONE_BRACKET = '名字外面一层方括号就好，如 ["早安问候"]'

Stamp = tuple[int, int, int]  # moment of change in nanoseconds, size, inode: a changed file differs in one of them


@dataclass(frozen=True, slots=True)
class Plan:
    """The posts in force, in the order of files and of tables in them, and all that is wrong in the files."""

    posts: tuple[Post, ...] = ()
    faults: tuple[Fault, ...] = ()
    places: Mapping[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict, compare=False)
    """File and line of every (post, key); the post's own line where a key is left out."""

    def fault(self, post: Post, key: str, problem: str) -> Fault:
        """What is wrong with a post of this plan, at the line of `key`."""
        file, line = self.places[post.name, key]
        return Fault(file, line, f"{post.name}.{key}", problem)

    def find(self, word: str) -> Post | None:
        """The post with this name or, failing that, this title."""
        by_name = next((post for post in self.posts if post.name == word), None)
        return by_name or next((post for post in self.posts if post.title == word), None)


class _Page(NamedTuple):
    """One file as read: its sound posts, its faults, the texts it names, and the line of everything as in `_lines`."""

    posts: tuple[Post, ...] = ()
    faults: tuple[Fault, ...] = ()
    templates: tuple[str, ...] = ()
    lines: Mapping[tuple[str, str], int] = {}


class PlanFiles:
    """The *.toml files of one directory, read again when they change or when a text they name comes or goes."""

    def __init__(self, directory: Path, templates: Path | None = None) -> None:
        """`templates`: the folder in which every post's text must be found; None: nobody looks."""
        self._directory = directory
        self._templates = templates
        self._seen: dict[Path, tuple[Stamp | None, frozenset[str]]] = {}
        self._newest: dict[Path, _Page] = {}
        self._good: dict[Path, _Page] = {}
        self._plan: Plan | None = None

    def current(self) -> Plan:
        """The plan as the files have it now; the same object as before when nothing has changed."""
        stamps = {path: _stamp(path) for path in sorted(self._directory.glob("*.toml"))}
        changed = [path for path, stamp in stamps.items() if self._seen.get(path) != (stamp, self._missing(path))]
        if changed or stamps.keys() != self._seen.keys() or self._plan is None:
            for path in changed:
                self._turn(path)
            self._seen = {path: (stamp, self._missing(path)) for path, stamp in stamps.items()}
            self._plan = self._together()
        return self._plan

    def _turn(self, path: Path) -> None:
        page = self._newest[path] = _read_file(path, self._has)
        if not page.faults:
            self._good[path] = page

    def _has(self, template: str) -> bool:
        return self._templates is None or (self._templates / f"{template}.j2").is_file()

    def _missing(self, path: Path) -> frozenset[str]:
        """The texts that the file names and that are not there."""
        page = self._newest.get(path, _Page())
        return frozenset(template for template in page.templates if not self._has(template))

    def _together(self) -> Plan:
        """All files as one plan; of two posts with one name the first stands."""
        posts: dict[str, Post] = {}
        places: dict[tuple[str, str], tuple[str, int | None]] = {}
        faults = [] if self._directory.is_dir() else [Fault(str(self._directory), None, "", "没有这个文件夹")]
        for path in self._seen:
            faults += self._newest[path].faults
            page = self._good.get(path, self._newest[path])
            for post in page.posts:
                line = page.lines.get((post.name, ""))
                if posts.setdefault(post.name, post) is not post:
                    faults.append(Fault(str(path), line, post.name, "别的文件里已经有同名的一节，换个名字"))
                for name in ((post.name, key) for key in CHECKS):
                    places.setdefault(name, (str(path), page.lines.get(name, line)))
        return Plan(tuple(posts.values()), tuple(faults), places)


def read_plan(directory: Path, templates: Path | None = None) -> Plan:
    """The posts of every *.toml in `directory`; sound ones are there even when others are faulty."""
    return PlanFiles(directory, templates).current()


def _stamp(path: Path) -> Stamp | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _read_file(path: Path, has: Callable[[str], bool]) -> _Page:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return _Page(faults=(Fault(str(path), None, "", "不是 UTF-8 编码，请用 UTF-8 重新保存"),))
    except OSError as error:
        return _Page(faults=(Fault(str(path), None, "", f"打不开这个文件（{error.strerror}）"),))
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _Page(faults=(_unreadable(text, str(path), str(error)),))
    return _Reader(str(path), text, has).page(document)


class _Reader:
    """Goes through the tables of one file and collects what is wrong."""

    def __init__(self, file: str, text: str, has: Callable[[str], bool]) -> None:
        self.file = file
        self.has = has
        self.lines = _lines(text)
        self.faults: list[Fault] = []
        self.templates: list[str] = []

    def page(self, document: Mapping[str, object]) -> _Page:
        posts = [self._post(name, table) for name, table in document.items()]
        faults = sorted(self.faults, key=lambda fault: fault.line or 0)
        return _Page(tuple(filter(None, posts)), tuple(faults), tuple(self.templates), self.lines)

    def _post(self, name: str, table: object) -> Post | None:
        if not isinstance(table, dict):
            self._fault("", name, ONE_BRACKET if isinstance(table, list) else HOMELESS)
            return None
        if not name.strip():
            self._fault(name, "", '方括号里要写名字，如 ["早安问候"]')
            return None
        before = len(self.faults)
        for key in table.keys() - CHECKS.keys():
            self._fault(name, key, _unknown(key))
        for key in EXAMPLES.keys() - table.keys():
            self._fault(name, "", f"还缺 {key}，例如 {EXAMPLES[key]}")
        values: dict[str, Any] = {"title": name, "rooms": "all", "fresh": FRESH}
        values |= {key: self._value(name, key, table[key]) for key in CHECKS if key in table}
        self._look_for(name, values.get("template"))
        return Post(name=name, **values) if len(self.faults) == before else None

    def _value(self, name: str, key: str, value: object) -> Any:
        try:
            return CHECKS[key](value)
        except ValueError as error:
            self._fault(name, key, str(error))
            return None

    def _look_for(self, name: str, template: str | None) -> None:
        if template is None:
            return
        self.templates.append(template)
        if not self.has(template):
            self._fault(name, "template", f"找不到 {template}.j2，请检查名字")

    def _fault(self, name: str, key: str, problem: str) -> None:
        line = self.lines.get((name, key)) or self.lines.get((name or key, ""))
        self.faults.append(Fault(self.file, line, ".".join(filter(None, (name, key))), problem))


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, CHECKS, n=1, cutoff=0.5)
    return f"没有这一项，是不是想写 {near[0]}？" if near else f"没有这一项，可以写的有 {'、'.join(CHECKS)}"


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Line of every (table, key), and of every table as (table, ""); rarer ways to write TOML are simply not found."""
    lines: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"""\s*\[{1,2}\s*(?:"([^"]*)"|'([^']*)'|([^"'.\]]+?))\s*[.\]]""", line):
            table = header[header.lastindex or 0]
            lines.setdefault((table, ""), number)
        elif key := re.match(r"""\s*["']?([^"'=#\s.]+)["']?\s*[.=]""", line):
            lines.setdefault((table, key[1]), number)
    return lines


def _unreadable(text: str, file: str, message: str) -> Fault:
    """TOML's complaint as the line it means and what is usually wrong there."""
    written = text.splitlines() or [""]
    found = re.search(r"at line (\d+)", message)
    number = min(int(found[1]) if found else len(written), len(written))
    return Fault(
        file,
        number,
        "",
        next(hint for pattern, where, hint in _usual(written[number - 1], message) if re.search(pattern, where)),
    )


def _usual(line: str, message: str) -> Iterator[tuple[str, str, str]]:
    """What people get wrong: a pattern, where to look for it, what to say; the last one always fits."""
    yield r"^\s*\[[^\]\"']*[^\x00-\x7f]", line, '中文名字要放在英文引号里，如 ["早安问候"]'
    yield "[“”‘’＝＂［］]", line, '引号、等号和方括号要用英文的：" = [ ]，不能用中文的“ ” ＝ ［ ］'
    yield "^Cannot overwrite a value", message, "同一项写了两遍，留一个就好"
    yield "^Cannot declare", message, "同一节写了两遍，合成一节或换个名字"
    yield "", "", '这一行读不懂：一行只写一项，文字放在英文引号里，如 cron = "30 7 * * *"'


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.strip().isprintable():
        raise ValueError(f"要写成一行文字，放在英文引号里，不能是 {_shown(value)}")
    return value.strip()


def _cron(value: object) -> str:
    return read_cron(_text(value))


def _template(value: object) -> str:
    """The text's name below templates/; the ending of the file may be written or not."""
    return _text(value).removesuffix(".j2")


def _rooms(value: object) -> Literal["all"] | tuple[str, ...]:
    if value == "all":
        return "all"
    if value == ["all"]:
        raise ValueError('所有群就写 rooms = "all"，不用方括号')
    if isinstance(value, list) and value and all(isinstance(room, str) and room.strip() for room in value):
        return tuple(dict.fromkeys(room.strip() for room in value))
    raise ValueError(f'要写成 "all"（所有群）或一串群名，如 ["幸福里1群"]，不能是 {_shown(value)}')


def _fresh(value: object) -> timedelta:
    found = (
        re.fullmatch(rf"(\d{{1,5}})\s*({'|'.join(_UNITS)})", value.strip(), re.ASCII)
        if isinstance(value, str)
        else None
    )
    if found is None:
        raise ValueError(f'要写成多久，如 "90m"（分钟）、"2h"（小时）、"1d"（天），不能是 {_shown(value)}')
    fresh = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not timedelta(0) < fresh <= LONGEST_FRESH:
        raise ValueError(f'要在 "1m" 到 "{LONGEST_FRESH.days}d" 之间，不能是 {_shown(value)}')
    return fresh


def _shown(value: object) -> str:
    """A wrong value as the shopkeeper wrote it, or nearly."""
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 30 else f"{text[:30]}…"


CHECKS: Mapping[str, Callable[[object], Any]] = {
    "title": _text,
    "cron": _cron,
    "template": _template,
    "rooms": _rooms,
    "fresh": _fresh,
}
"""The keys of a post's table; each check returns what a Post keeps or raises ValueError with the problem in Chinese."""

EXAMPLES = {"cron": 'cron = "30 7 * * *"（每天 7 点半）', "template": 'template = "posts/早安问候"'}
