"""`products FILE`: takes a list of goods in, or tries it first and says row by row what is wrong."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from community import uploads
from community.db import Database, file_of
from community.pictures import HEAVIEST, SUFFIX, PictureFault, tidy
from community.product import intake
from community.product.goods import Line
from community.product.intake import Change, Outcome, Problem
from community.product.sheet import SheetFault, read_sheet
from community.shop import ShopFault, load_shop
from community.uploads import Uploads
from front.doorstep import WRONG, WRONG_SETTINGS, give_up, opened, tell
from front.settings import Settings, database_address

PICTURES = "pictures"
"""The folder beside a list of goods where its pictures are."""


def products(settings: Settings, path: Path, url: str | None, *, dry_run: bool) -> None:
    """Take the list in, all of it or nothing; with `dry_run`, only say what that would come to.

    Raises SettingsFault for an address that is none.
    """
    url = database_address(url, "--db") if url else settings.database_url
    try:
        lines, problems = intake.read_lines(read_sheet(path))
        now = datetime.now(load_shop(settings.shop_file).zone)
    except SheetFault as fault:
        give_up(f"{path.name}：{fault}", [], WRONG)
    except ShopFault as fault:
        give_up("小店设置有错，先改好再来：", [str(one) for one in fault.faults], WRONG_SETTINGS)
    if dry_run:
        with _to_look_at(settings, url) as database, database.reading() as tx:
            outcome = intake.look(tx, *_pictured(path, lines, problems, Uploads.named))
    else:
        with opened(settings, url) as database:
            pictured = _pictured(path, lines, problems, uploads.beside(database).keep)
            outcome = database.pen.write(intake.take_in, *pictured, now).result()
    if outcome.problems:
        _wrong(path, outcome, dry_run=dry_run)
    tell(*_report(outcome, dry_run=dry_run))


def _pictured(
    path: Path, lines: Sequence[Line], problems: Sequence[Problem], keep: Callable[[bytes, str], str]
) -> tuple[list[Line], list[Problem]]:
    """The lines with their pictures' names in the uploads, and what is wrong with a picture among the problems.

    Pictures lie in a folder `pictures` beside the list.
    """
    found, wrong = [], list(problems)
    for line in lines:
        kept = None
        if line.picture is not None:
            try:
                kept = keep(tidy(_read(path.parent / PICTURES / line.picture)), SUFFIX)
            except PictureFault as fault:
                wrong.append(Problem(line.row, f"图片“{line.picture}”：{fault.text}"))
        found.append(replace(line, picture=kept))
    return found, wrong


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= HEAVIEST else b" " * (HEAVIEST + 1)
    except OSError as error:
        raise PictureFault(f"{PICTURES} 文件夹里没有这个文件") from error


@contextmanager
def _to_look_at(settings: Settings, url: str) -> Iterator[Database]:
    """The database; where there is none yet, an empty one that is gone afterwards: trying something makes no files."""
    file = file_of(url)
    if file is None or file.exists():
        with opened(settings, url) as database:
            yield database
        return
    with (
        tempfile.TemporaryDirectory(prefix="keting-") as scratch,
        opened(settings, f"sqlite:///{Path(scratch) / 'empty.db'}") as database,
    ):
        yield database


def _wrong(path: Path, outcome: Outcome, *, dry_run: bool) -> None:
    headline = f"{path.name} 有 {len(outcome.problems)} 处要改，改好再来；现在一样都没有写进去："
    lines = [str(problem) for problem in outcome.problems]
    if not dry_run:
        give_up(headline, lines, WRONG)
    tell(headline, *lines)  # this is what was asked for, so it goes where results go
    raise SystemExit(WRONG)


def _report(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    for word, changes in (("新", outcome.new), ("改", outcome.changed)):
        yield from (f"{word}  {_said(change)}" for change in changes)
    yield f"新上架 {len(outcome.new)} 样，改动 {len(outcome.changed)} 样，没变 {outcome.unchanged} 样。"
    if outcome.left:
        yield f"有 {outcome.left} 样的库存和上次那张表写的一样，之后卖出、进货的数照店里的账，没有动。"
    if dry_run:
        yield "只是试一遍，还没有写进去；看着对，就去掉 --dry-run 再来一次。"


def _said(change: Change) -> str:
    return f"{change.name}：{'，'.join(change.words)}"
