"""Promises about the whole tree, each one test over all it concerns; see DESIGN.md's floors and rules."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 400  # lines of a module
LONGER: dict[str, str] = {}  # module: the reason why it may be longer


def _ignored_patterns() -> list[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [".git", *(line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#"))]


def _tree(folder: Path, ignored: list[str]) -> Iterator[Path]:
    """Every file that belongs to the project, found without asking git: an unpacked archive is tested too."""
    for path in sorted(folder.iterdir()):
        inside = path.relative_to(ROOT).as_posix()
        if any(fnmatch(path.name, pattern) or fnmatch(inside, pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _tree(path, ignored)
        else:
            yield path


FILES = {path.relative_to(ROOT).as_posix(): path for path in _tree(ROOT, _ignored_patterns())}
MODULES = [name for name in FILES if name.endswith(".py")]
GROUND = [name for name in MODULES if name.startswith("community/")]
LOCKS = [name for name in FILES if fnmatch(name, "requirements*.txt")]


def _text(name: str) -> str:
    return FILES[name].read_text(encoding="utf-8")


def _nodes(name: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(_text(name), name))


FEATURES = [name for name in MODULES if name.startswith("handlers/") and "\n@command(" in _text(name)]


def _project() -> dict[str, dict[str, list[str]]]:
    tables = tomllib.loads(_text("pyproject.toml"))
    return {
        "requirements.txt": {"": tables["project"]["dependencies"]},
        "requirements-dev.txt": {"": tables["project"]["dependencies"], **tables["project"]["optional-dependencies"]},
        "requirements-build.txt": tables["dependency-groups"],
    }


def _pins(lock: str) -> dict[str, str]:
    """Each locked package with its version."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", _text(lock), re.MULTILINE))


# What is installed


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", _text(lock), flags=re.MULTILINE).strip())
    bare = [e.split()[0] for e in entries if not re.match(r"[a-z0-9._-]+==\S+ .*\\\n +--hash=sha256:[0-9a-f]{64}", e)]
    assert entries
    assert bare == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    assert "://" not in _text(lock)
    assert not re.search(r"--(extra-)?index|--find-links|--trusted-host", _text(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_what_pyproject_asks_for_is_locked(lock: str) -> None:
    asked = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for group in _project()[lock].values() for line in group}
    assert asked - set(_pins(lock)) == set(), "run `make lock`"


def test_what_runs_and_what_is_tested_are_the_same_versions() -> None:
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


def test_the_npm_lock_is_hashed_and_names_no_address() -> None:
    packages = json.loads(_text("tests/npm/package-lock.json"))["packages"]
    unhashed = [name for name, facts in packages.items() if name and not facts.get("link") and "integrity" not in facts]
    assert len(packages) > 1
    assert unhashed == []
    assert [name for name, facts in packages.items() if "resolved" in facts] == []
    assert [name for name, facts in packages.items() if "://" in json.dumps(facts)] == []


def test_every_dependency_says_why_it_is_there() -> None:
    requirement = re.compile(r'^    "[A-Za-z0-9._-]+[^"]*",(?P<rest>.*)$', re.MULTILINE)
    before_tools = _text("pyproject.toml").split("\n[tool.")[0]
    silent = [m.group(0).strip() for m in requirement.finditer(before_tools) if not re.search(r"# \S", m["rest"])]
    assert len(requirement.findall(before_tools)) == sum(
        len(group) for lock in ("requirements-dev.txt", "requirements-build.txt") for group in _project()[lock].values()
    )
    assert silent == []


# What no file may hold

MACHINE = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/[\w.-]+")
REGISTRY = re.compile(r"pypi\.(?:org|python\.org)|pythonhosted\.org|npmjs\.(?:org|com)|npmmirror\.com", re.I)


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_a_registry_or_a_path_of_one_machine(name: str) -> None:
    text = FILES[name].read_bytes().decode("utf-8", errors="replace")
    assert MACHINE.findall(text) == []
    assert REGISTRY.findall(text) == []


@pytest.mark.parametrize("sample", ["cd /wo" + "rk/main", 'open("/ro' + 'ot/x")', "`/ho" + "me/li/keting`"])
def test_a_path_of_one_machine_would_be_noticed(sample: str) -> None:
    assert MACHINE.search(sample)


# How code is written


@pytest.mark.parametrize("name", MODULES)
def test_a_module_begins_by_saying_what_it_does(name: str) -> None:
    tree = ast.parse(_text(name), name)
    assert ast.get_docstring(tree)
    assert tree.body[0].lineno == 1


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_enough_to_read(name: str) -> None:
    lines = len(_text(name).splitlines())
    assert lines <= LONGEST or LONGER.get(name), f"{lines} lines: let it become a package of the same name"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_named_after_what_it_is_about(name: str) -> None:
    assert not {*Path(name).with_suffix("").parts} & {"util", "utils", "helper", "helpers", "misc", "common"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_kept_for_the_whole_process(name: str) -> None:
    assert not [node.lineno for node in _nodes(name) if isinstance(node, ast.Global)]


@pytest.mark.parametrize("name", MODULES)
def test_an_exception_to_lint_or_types_says_why(name: str) -> None:
    exceptions = re.findall(r"# (?:noqa|type: ignore)\b.*", _text(name))
    assert [line for line in exceptions if not re.search(r"(?:[A-Z]+\d+|\])\s+(?:# |- )\w", line)] == []


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_left_for_later(name: str) -> None:
    assert re.findall("TO" + "DO|FIX" + "ME|XX" + r"X\b", _text(name)) == []


# The floors; who imports whom is the import contract's matter (`make lint`)


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_is_synchronous(name: str) -> None:
    waiting = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    assert [node.lineno for node in _nodes(name) if isinstance(node, waiting)] == []
    assert not re.search(r"^\s*(?:import|from) asyncio\b", _text(name), re.MULTILINE)


def _reads_a_clock(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="now" | "utcnow" | "localtime" | "gmtime")):
            return True
        case ast.Attribute(value=ast.Name(id="date" | "datetime"), attr="today" | "now" | "utcnow"):
            return True
        case ast.Attribute(value=ast.Name(id="time"), attr="time" | "time_ns"):
            return True
        case ast.ImportFrom(module="time", names=names):
            return any(alias.name in {"time", "time_ns", "localtime", "gmtime"} for alias in names)
    return False


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_reads_no_clock(name: str) -> None:
    assert [ast.unparse(node) for node in _nodes(name) if _reads_a_clock(node)] == []


@pytest.mark.parametrize(
    "line", ["datetime.now(zone)", "date.today()", "time.time()", "func.now()", "f(default_factory=datetime.now)"]
)
def test_a_clock_would_be_noticed(line: str) -> None:
    assert any(_reads_a_clock(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize("line", ["ask.now", "ledger.pay(tx, now=now)", "house.today(now)"])
def test_a_moment_handed_in_is_no_clock(line: str) -> None:
    assert not any(_reads_a_clock(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize("name", FEATURES)
def test_a_handler_says_in_its_second_line_what_to_type(name: str) -> None:
    second = _text(name).splitlines()[1]
    assert re.search(r"[\u4e00-\u9fff+]", second), f"line 2 is {second!r}; it names the words that a resident types"


def test_every_package_of_the_house_is_under_the_import_contract() -> None:
    packages = {name.split("/")[0] for name in MODULES if name.count("/") == 1 and name.endswith("/__init__.py")}
    contract = tomllib.loads(_text("pyproject.toml"))["tool"]["importlinter"]["root_packages"]
    assert packages - {"tests", "benchmarks"} == set(contract)


# The way in


def test_every_make_target_is_explained_and_every_mention_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## \w", _text("Makefile"), re.MULTILINE))
    pages = " ".join(_text(name) for name in FILES if name.endswith((".md", "/run", ".yaml", ".env.example")))
    mentioned = set(re.findall(r"(?:`|entry: |exec |运行 |^)make ([a-z]+)", pages, re.MULTILINE))
    assert targets - explained == {"unit", "gateway"}  # parts of `make test`
    assert mentioned <= targets
