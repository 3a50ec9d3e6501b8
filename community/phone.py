"""Telephone numbers within what people write: 138****5678 is enough where others read along."""

import re

PHONE = re.compile(r"(?<![0-9])(1[0-9]{2})[ -]?[0-9]{4}[ -]?([0-9]{4})(?![0-9])")


def hidden(text: str) -> str:
    """The text with the middle of every number starred: 打13812345678 → 打138****5678."""
    return PHONE.sub(r"\1****\2", text)
