"""Makes wechaty 0.10 importable beside current libraries; imported before anything of wechaty.

Three blockers, each mended in the smallest way: pyee 12 moved AsyncIOEventEmitter, urllib3 2 dropped get_host,
and Python 3.11 refuses an unhashable dataclass default (PuppetOptions).
"""

import pyee
import pyee.asyncio
import urllib3
from urllib3.util import parse_url


def _get_host(url: str) -> tuple[str, str | None, int | None]:
    parts = parse_url(url)
    return parts.scheme or "http", parts.host, parts.port


if not hasattr(pyee, "AsyncIOEventEmitter"):
    setattr(pyee, "AsyncIOEventEmitter", pyee.asyncio.AsyncIOEventEmitter)  # noqa: B010 - pyee declares no such name
if not hasattr(urllib3, "get_host"):
    setattr(urllib3, "get_host", _get_host)  # noqa: B010 - likewise

from wechaty_puppet.schemas.puppet import PuppetOptions  # noqa: E402 - only importable after the lines above

if PuppetOptions.__hash__ is None:
    PuppetOptions.__hash__ = object.__hash__
