"""Snapshots in a transcript: `王阿姨: [图片 烂苹果]` sends a picture, made from the words on it."""

import re
from io import BytesIO
from zlib import crc32

from PIL import Image

from gateway.simulated import SimulatedWeChat

BROKEN = "打不开"
"""What stands on a picture that cannot be opened."""
_PICTURE = re.compile(r"\[图片(?: ([^\[\]\n]{1,40}))?\]")


def speak(puppet: SimulatedWeChat, by: str, to: str, text: str) -> None:
    """Somebody says this, or sends the picture that it stands for."""
    found = _PICTURE.fullmatch(text.strip())
    if found is None:
        puppet.say(by, to, text)
    else:
        puppet.snap(by, to, drawn(found[1] or ""))


def drawn(words: str) -> bytes:
    """A picture for these words, another one for others."""
    if words == BROKEN:
        return b"no picture"
    shade = crc32(words.encode())
    file = BytesIO()
    Image.new("RGB", (640, 480), (shade & 255, shade >> 8 & 255, shade >> 16 & 255)).save(file, "JPEG")
    return file.getvalue()
