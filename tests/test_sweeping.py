"""The sweep of the uploads: what nothing speaks of any more goes, what is in use or fresh stays."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from community import outbox
from community.db import Database
from community.pacing import Quiet, Schedule
from community.sweeping import LEFT, sweep
from community.uploads import Uploads, beside
from schedules.chores import discover
from tests.conftest import BEGIN, write

OLD = (BEGIN - LEFT - timedelta(hours=1)).timestamp()


def kept(database: Database, content: bytes, moment: float = OLD) -> Path:
    uploads = beside(database)
    path = uploads.folder / uploads.keep(content, ".png")
    os.utime(path, (moment, moment))
    return path


def test_a_poster_goes_once_it_was_shown(database: Database) -> None:
    path = kept(database, b"poster")
    write(database, outbox.say, "room", "海报.png", "answer", BEGIN, image=path.name)
    assert sweep(database, BEGIN) == 0
    sending = write(database, outbox.take, Schedule(), Quiet(), BEGIN)
    assert sweep(database, BEGIN) == 0
    write(database, outbox.settle, sending.batch, "sent", BEGIN)
    assert sweep(database, BEGIN) == 1
    assert not path.exists()


def test_what_was_just_kept_stays_though_nothing_speaks_of_it_yet(database: Database) -> None:
    fresh, old = kept(database, b"fresh", BEGIN.timestamp()), kept(database, b"old")
    assert sweep(database, BEGIN) == 1
    assert (fresh.exists(), old.exists()) == (True, False)


def test_what_is_kept_anew_is_fresh_again(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    path = tmp_path / uploads.keep(b"poster", ".png")
    os.utime(path, (OLD, OLD))
    assert uploads.older_than(OLD + 1) == [path.name]
    assert uploads.keep(b"poster", ".png") == path.name
    assert uploads.older_than(OLD + 1) == []


def test_a_second_shop_in_the_same_folder_keeps_its_own(database: Database, file: Path) -> None:
    practice = Database(f"sqlite:///{shutil.copy(file, file.with_name('practice.db'))}")
    path = kept(database, b"real")
    assert sweep(practice, BEGIN) == 0
    assert path.exists()
    practice.close()


def test_half_written_files_and_a_shop_without_uploads_are_no_trouble(database: Database) -> None:
    assert sweep(database, BEGIN) == 0
    half = kept(database, b"whole").with_name("killed.part")
    half.write_bytes(b"half")
    os.utime(half, (OLD, OLD))
    assert sweep(database, BEGIN) == 2


def test_sweeping_is_an_errand_of_every_night() -> None:
    assert "清理用过的图" in [errand.name for errand in discover()[1]]
    assert "忘掉早先的售后照片" in [chore.name for chore in discover()[0]]
