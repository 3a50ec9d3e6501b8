"""What .env and the environment say: where things lie, who owns the shop, which gateway; every fault is named."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gateway.endpoint import Endpoint, endpoint_from

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder: defaults are found from here, wherever the bot is started."""


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
    """Read .env (beside bot.py unless given) beneath the environment. Raises SettingsFault naming every fault."""
    values = _together(env_file or ROOT / ".env", os.environ if environment is None else environment)
    problems: list[str] = []
    settings = Settings(
        database_url=_database(values.get("DATABASE_URL", ""), problems),
        templates=_folder(values, "TEMPLATES_DIR", ROOT / "templates", problems),
        schedules=_folder(values, "SCHEDULES_DIR", ROOT / "schedules", problems),
        shop_file=Path(values.get("SHOP_FILE") or ROOT / "data" / "shop.toml"),
        sample=ROOT / "data" / "sample",
        backups=ROOT / "data" / "backups",
        owner_id=values.get("OWNER_ID") or None,
        webhook=_address(values, "WECOM_WEBHOOK", problems),
        endpoint=_endpoint(values, problems),
    )
    if problems:
        raise SettingsFault(problems)
    return settings


def _together(env_file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    written = dotenv_values(env_file) if env_file.exists() else {}
    return {key: (value or "").strip() for key, value in {**written, **environment}.items()}


def _database(url: str, problems: list[str]) -> str:
    if not url:
        return f"sqlite:///{ROOT / 'data' / 'bot.db'}"
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        problems.append(f"DATABASE_URL 写得不对：{url[:60]}，可以写成 sqlite:///data/bot.db")
        return url
    if backend != "sqlite" or not make_url(url).database:
        problems.append("DATABASE_URL 现在只认 SQLite 文件，可以写成 sqlite:///data/bot.db")
    return url


def _folder(values: Mapping[str, str], name: str, usual: Path, problems: list[str]) -> Path:
    folder = Path(values.get(name) or usual)
    if not folder.is_dir():
        problems.append(f"{name} 指的文件夹不存在：{folder}")
    return folder


def _address(values: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    address = values.get(name) or None
    if address and not address.startswith(("http://", "https://")):
        problems.append(f"{name} 要写完整的网址，以 https:// 开头")
    return address


def _endpoint(values: Mapping[str, str], problems: list[str]) -> Endpoint | None:
    try:
        return endpoint_from(values)
    except ValueError as error:
        problems.append(str(error))
        return None
