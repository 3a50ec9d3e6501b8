"""Plays the steps that lie in a folder on a fresh shop and prints what it then holds, in one number.

Type: python -m tests.world MIGRATED FOLDER
"""

import pickle
import sys
from pathlib import Path

from tests.world.shop import digest, replayed

if __name__ == "__main__":
    migrated, folder = map(Path, sys.argv[1:])
    steps = pickle.loads((folder / "steps").read_bytes())  # noqa: S301 - the test itself wrote it
    sys.stdout.write(digest(replayed(migrated, folder / "there", 0, steps)))
