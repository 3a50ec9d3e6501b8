"""Inbound pictures: what a file box of a gateway holds, by value or by address, within limits."""

import asyncio
import base64
import binascii
from typing import Any

import httpx

from gateway.transport import Refused, Unreachable

HEAVIEST = 12 * 1024 * 1024
"""Bytes of a picture that are taken in."""
PATIENCE = 20.0
"""Seconds that a picture may take to come from the address that the gateway names."""


async def content_of(box: Any) -> bytes:
    """The bytes in wechaty's FileBox. Raises Refused for what is too big or of no known kind, Unreachable as named."""
    held = getattr(box, "base64", None)
    if held:
        if len(held) > HEAVIEST * 4 // 3 + 4:
            raise Refused("the picture is too big")
        try:
            return base64.b64decode(held)
        except binascii.Error as error:
            raise Refused("the picture is not whole") from error
    address = str(getattr(box, "remoteUrl", None) or "")
    if not address.startswith(("http://", "https://")):
        raise Refused("the gateway gave a picture of an unknown kind")
    try:
        async with asyncio.timeout(PATIENCE):
            return await _download(address)
    except (httpx.HTTPError, TimeoutError) as error:
        raise Unreachable(f"the picture did not come: {type(error).__name__}") from error


async def _download(address: str) -> bytes:
    content = bytearray()
    async with httpx.AsyncClient(follow_redirects=True) as client, client.stream("GET", address) as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > HEAVIEST:
                raise Refused("the picture is too big")
    return bytes(content)
