"""A child process that writes one setting after another and prints each one's number as soon as it is answered."""

import sys
from itertools import count

from community import setting
from community.db import Database, Tx


def _put(tx: Tx, number: int) -> int:
    setting.put(tx, f"n{number}", str(number))
    return number


def main(url: str, first: int) -> None:
    """Write on from `first` until killed."""
    database = Database(url)
    for start in count(first, 20):
        for promise in [database.pen.write(_put, number) for number in range(start, start + 20)]:
            print(promise.result(), flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
