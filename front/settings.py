"""What .env and the environment say: where things lie, who owns the shop, which gateway; every fault is named."""

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import Binding, Original, parse_stream
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gateway.endpoint import CA_CERT, ENDPOINT, NO_TLS, SERVER_NAME, TOKEN, Endpoint, endpoint_from

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder: defaults are found from here, wherever the bot is started."""
PATHS = ("TEMPLATES_DIR", "SCHEDULES_DIR", "SHOP_FILE")
KNOWN = ("OWNER_ID", "DATABASE_URL", *PATHS, "WECOM_WEBHOOK", TOKEN, ENDPOINT, NO_TLS, CA_CERT, SERVER_NAME)
"""Every name that .env may set for us."""
OTHERS = ("_SERVER", "_SERVER_CERT", "_SERVER_KEY", "_AUTHORITY")
"""How names end that wechaty's own gateway reads: near to names of ours, and right."""
NEAR = 0.8
"""How alike a misspelt name is to the right one: DATABASE_URI, OWNERID."""


class SettingsFault(Exception):
    """Something in .env or the environment is wrong; `problems` are lines of Chinese, each naming its variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie, and what reaches outside."""

    database_url: str
    templates: Path
    schedules: Path
    shop_file: Path
    sample: Path
    backups: Path
    owner_id: str | None
    webhook: str | None
    endpoint: Endpoint | None


def read_settings(env_file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read .env (beside bot.py unless given) beneath the environment. Raises SettingsFault naming every fault.

    A relative path in .env starts from the folder of .env, one in the environment from where the bot is started.
    """
    problems: list[str] = []
    values = _together(env_file or ROOT / ".env", os.environ if environment is None else environment, problems)
    settings = Settings(
        database_url=_database(values, problems),
        templates=_folder(values, "TEMPLATES_DIR", ROOT / "templates", problems),
        schedules=_folder(values, "SCHEDULES_DIR", ROOT / "schedules", problems),
        shop_file=_shop_file(values, problems),
        sample=ROOT / "data" / "sample",
        backups=ROOT / "data" / "backups",
        owner_id=_owner(values, problems),
        webhook=_address(values, "WECOM_WEBHOOK", problems),
        endpoint=_endpoint(values, problems),
    )
    if problems:
        raise SettingsFault(problems)
    return settings


def database_address(url: str, named: str = "DATABASE_URL") -> str:
    """The address of a SQLite file, as it is. Raises SettingsFault that names where it was `named`, for any other."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsFault([f"{named} 写得不对：{url[:60]}，可以写成 sqlite:///data/bot.db"]) from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite") or parsed.database in (None, "", ":memory:"):
        raise SettingsFault([f"{named} 现在只认 SQLite 文件，可以写成 sqlite:///data/bot.db"])
    return url


def _together(env_file: Path, environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    written = _anchored(_written(env_file, problems), env_file.parent)
    return {key: (value or "").strip() for key, value in {**written, **environment}.items()}


def _written(env_file: Path, problems: list[str]) -> dict[str, str]:
    """What the file says; a line that says nothing is named."""
    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problems.append(f"{env_file} 不是 UTF-8 编码，请用 UTF-8 重新保存")
        return {}
    except OSError as error:
        problems.append(f"{env_file} 打不开：{error.strerror}")
        return {}
    bindings = list(parse_stream(StringIO(text)))
    problems += [
        f"{env_file} 第{_line(binding.original)}行看不懂，要写成 名字=值"
        for binding in bindings
        if binding.error or (binding.key is not None and binding.value is None)
    ]
    problems += [f"{env_file} {problem}" for problem in _misspelt(bindings)]
    sound = "".join(binding.original.string for binding in bindings if not binding.error)
    return {key: value or "" for key, value in dotenv_values(stream=StringIO(sound)).items()}


def _misspelt(bindings: Iterable[Binding]) -> Iterator[str]:
    """Names that are nearly one of ours, where the right one is not there; whatever else is set is not our business."""
    lines = {binding.key: _line(binding.original) for binding in bindings if binding.key}
    for name, line in lines.items():
        meant = next(iter(difflib.get_close_matches(name.upper(), KNOWN, n=1, cutoff=NEAR)), None)
        if meant and meant not in lines and not name.endswith(OTHERS) and not name.startswith(f"{meant}_"):
            yield f"第{line}行：没有 {name} 这一项，是不是想写 {meant}？"


def _line(original: Original) -> int:
    """The line of its first word; blank lines before it count as part of it."""
    return original.line + original.string[: len(original.string) - len(original.string.lstrip())].count("\n")


def _anchored(written: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The same with relative paths beneath `folder`, so that it does not matter where the bot is started."""
    anchored = dict(written)
    for name in PATHS:
        if written.get(name):
            anchored[name] = str(folder / written[name])
    url = written.get("DATABASE_URL", "")
    if url.startswith("sqlite:///") and url.removeprefix("sqlite:///") not in ("", ":memory:"):
        anchored["DATABASE_URL"] = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    return anchored


def _database(values: Mapping[str, str], problems: list[str]) -> str:
    url = values.get("DATABASE_URL") or f"sqlite:///{ROOT / 'data' / 'bot.db'}"
    try:
        return database_address(url)
    except SettingsFault as fault:
        problems += fault.problems
        return url


def _shop_file(values: Mapping[str, str], problems: list[str]) -> Path:
    """Where shop.toml lies; only the usual one may be missing, and means the usual shop."""
    named = values.get("SHOP_FILE")
    if named and not Path(named).is_file():
        problems.append(f"SHOP_FILE 指的文件不存在：{named}")
    return Path(named or ROOT / "data" / "shop.toml")


def _folder(values: Mapping[str, str], name: str, usual: Path, problems: list[str]) -> Path:
    folder = Path(values.get(name) or usual)
    if not folder.is_dir():
        problems.append(f"{name} 指的文件夹不存在：{folder}")
    return folder


def _owner(values: Mapping[str, str], problems: list[str]) -> str | None:
    """The owner's contact id; a nickname with a blank in it, or two ids, would make nobody the owner."""
    owner = values.get("OWNER_ID") or None
    if owner and (len(owner.split()) > 1 or not owner.isprintable()):
        problems.append(f"OWNER_ID 要写一个微信联系人 id，中间没有空格，不是昵称，现在写的是 {owner[:60]}")
    return owner


def _address(values: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    address = values.get(name) or None
    if address and not _is_web_address(address):
        problems.append(f"{name} 要写完整的网址，以 https:// 开头")
    return address


def _endpoint(values: Mapping[str, str], problems: list[str]) -> Endpoint | None:
    try:
        return endpoint_from(values)
    except ValueError as error:
        problems.append(str(error))
        return None


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
