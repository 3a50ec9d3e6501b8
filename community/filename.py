"""File names that every phone and computer takes, made of what people call things."""

import re

_UNNAMED = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
"""What no file may be called on some system."""
UNTITLED = "团购"


def file_name(title: str, rest: str) -> str:
    """The title without what no file may be called, and the rest behind it: 周末水果 海报.png."""
    return f"{_UNNAMED.sub('', title).strip(' .') or UNTITLED}{rest}"
