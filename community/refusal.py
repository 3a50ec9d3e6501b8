"""Refusal: the one error whose text is meant for the person who asked."""


class Refusal(Exception):
    """What was asked cannot be done; `text` says so kindly, in one line, and is shown as it is."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
