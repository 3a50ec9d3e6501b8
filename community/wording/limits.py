"""How much one text may cost: a render counts its steps, so that no template can hold up the shop."""

from jinja2.runtime import Context

from community.wording.faults import Slip

TEXT = 20_000  # characters in a template file
NODES = 2_000  # words, signs and pieces of plain text a template may be made of
DEPTH = 40  # how deep these may sit inside each other
STEPS = 100_000  # nodes run in loops, plus rows and characters that filters look at, in one render
LONGEST = 4_000  # characters in a finished text or in any string made on the way; WeChat takes about half of it at once
BIGGEST = 10**15  # the largest number a template may calculate


class Run(Context):
    """One render: what Jinja looks names up in, and the steps that are left."""

    left = STEPS

    def spend(self, steps: int) -> None:
        """Pay before doing; raises Slip when the template asks for more than a text is worth."""
        self.left -= steps
        if self.left < 0:
            raise Slip("for", "循环太多，写不完，请少列一些")


def fit(length: int) -> None:
    """Refuse a string of `length` characters before it is made."""
    if length > LONGEST:
        raise Slip("", f"写出来超过{LONGEST}个字，微信发不出去")


def fitting(number: float) -> float:
    """The same number, unless it is beyond what a shop counts (infinite and not-a-number included)."""
    if not -BIGGEST <= number <= BIGGEST:
        raise Slip("", "算出来的数太大")
    return number
