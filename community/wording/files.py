"""Texts as files in one folder: which file a name means, when it changed, and how it is replaced whole."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from community.wording.faults import Slip
from community.wording.limits import TEXT

SUFFIX = ".j2"
NOT_THERE = "找不到这个文件"
_MOST_BYTES = 4 * TEXT + 3  # no character takes more in UTF-8, and Notepad's mark in front takes 3

Stamp = tuple[int, int, int]  # moment of change in nanoseconds, size, inode: a changed file differs in one of them


class Folder:
    """The texts below one directory; a name such as `posts/早安问候` is the file `posts/早安问候.j2`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def shown(self, name: str) -> str:
        """The file as a shopkeeper is told of it, without what lies above the folder."""
        return f"{self.directory.name}/{name}{SUFFIX}"

    def names(self) -> list[str]:
        """Every text there is; what begins with a dot is an editor's own."""
        found = (path.relative_to(self.directory) for path in self.directory.rglob(f"*{SUFFIX}"))
        return sorted(
            path.as_posix().removesuffix(SUFFIX) for path in found if not any(part[0] == "." for part in path.parts)
        )

    def path(self, name: str) -> Path:
        """Where the text lies; raises Slip for a name that leads out of the folder, through a link too."""
        parts = name.split("/")
        if not all(
            part and part.isprintable() and part[0] != "." and not set(part) & set('\\:*?"<>|') for part in parts
        ):
            raise Slip(name, f"“{name[:40]}”不能当文件名")
        path = self.directory.joinpath(*parts[:-1], parts[-1] + SUFFIX)
        try:
            found = path.resolve()
            inside = found.is_relative_to(self.directory.resolve()) and not found.is_symlink()
        except (OSError, RuntimeError):  # links that lead in a circle; from Python 3.13 on one of them is what is found
            inside = False
        if not inside:
            raise Slip(name, "这个文件不在文字的文件夹里")
        return path

    def read(self, name: str) -> tuple[str, str]:
        """The text and its fingerprint; raises Slip if it is not there or cannot be read."""
        raw = self._bytes(name)
        try:
            return raw.decode("utf-8-sig"), fingerprint(raw)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Slip("", "文件不是UTF-8编码，请另存为UTF-8", line) from error

    def fingerprint(self, name: str) -> str:
        """That of the file as it is now, "" when there is none; raises Slip if it cannot be read."""
        return fingerprint(self._bytes(name)) if self.path(name).exists() else ""

    def _bytes(self, name: str) -> bytes:
        try:
            with self.path(name).open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        except FileNotFoundError as error:
            raise Slip("", NOT_THERE) from error
        except OSError as error:
            raise Slip("", f"这个文件打不开（{error.strerror}）") from error
        if len(raw) > _MOST_BYTES:
            raise Slip("", f"这份文字超过{TEXT}个字，太长了")
        return raw

    def write(self, name: str, text: str) -> str:
        """Puts the text in place whole or not at all, even if the power fails; returns its fingerprint."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = text.encode()
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        _settle(path.parent)
        return fingerprint(raw)


def fingerprint(raw: bytes) -> str:
    """SHA-256 of a file as it lies on the disk."""
    return hashlib.sha256(raw).hexdigest()


def stamp(path: str) -> Stamp | None:
    """What changes when the file does; None when there is no such file. Taken at every render, so it is one call."""
    try:
        seen = os.stat(path)  # noqa: PTH116 - Path.stat costs as much again
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _settle(directory: Path) -> None:
    """Makes a rename last through a power failure; Windows neither needs nor allows it."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
