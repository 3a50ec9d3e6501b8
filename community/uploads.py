"""Files that go out with a message, kept beside the database under their content's fingerprint until long after."""

import os
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from community.db import Database


class Uploads:
    """A folder of files that never change: the same content has the same name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes, suffix: str) -> str:
        """Keep the content, safely on disk when this returns; the name to `read` it by."""
        name = self.named(content, suffix)
        path = self.folder / name
        if path.exists():
            path.touch()  # asked for anew: whatever sweeps up behind us shall leave it
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f"{uuid4().hex}.part"
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        return name

    @staticmethod
    def named(content: bytes, suffix: str) -> str:
        """The name under which this content is kept."""
        return f"{sha256(content).hexdigest()[:32]}{suffix}"

    def read(self, name: str) -> bytes:
        """What was kept under this name. Raises OSError where it is gone."""
        return (self.folder / name).read_bytes()

    def older_than(self, moment: float) -> list[str]:
        """The names of the files last asked to be kept before then, seconds since the epoch, half-written ones too."""
        if not self.folder.is_dir():
            return []
        return [path.name for path in self.folder.iterdir() if path.is_file() and path.stat().st_mtime < moment]

    def drop(self, name: str) -> None:
        """Remove what was kept under this name, if it is there."""
        (self.folder / name).unlink(missing_ok=True)


def beside(database: Database) -> Uploads:
    """The uploads of a shop, and of no other in the same folder: data/uploads/bot for data/bot.db."""
    path = database.path or Path("bot.db")
    return Uploads(path.parent / "uploads" / path.stem)
