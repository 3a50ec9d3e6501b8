"""What each command of the command line does: opens the shop the right way, and says plainly what it did."""

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from glob import escape
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Literal, NoReturn
from zoneinfo import ZoneInfo

import typer

from community import export as exports
from community import migrate, staff, uploads
from community.db import Database, DatabaseTrouble, InUse, file_of
from community.export import Format
from community.money import yuan
from community.people import Role
from community.refusal import Refusal
from community.shop import ShopFault, load_shop
from front.settings import Settings, SettingsFault, database_address

if TYPE_CHECKING:
    from community.sheet.layouts import Layout

log = logging.getLogger(__name__)

PasteFormat = Literal["text", "json"]

WRONG = 1
WRONG_SETTINGS = 2
SICK_DATABASE = 3


def give_up(headline: str, problems: Sequence[str], code: int) -> NoReturn:
    """Say what is wrong, line by line, on standard error, and end with this number; files are named from here on."""
    here = f"{Path.cwd()}{os.sep}"
    print(headline, *(problem.replace(here, "") for problem in problems), sep="\n", file=sys.stderr)  # noqa: T201 - the command line speaks to a person
    raise SystemExit(code)


def tell(*lines: str) -> None:
    """Say something to the person at the terminal."""
    for line in lines:
        try:
            typer.echo(line)
        except BrokenPipeError:  # whoever read along has gone, as `head` does; the shop works on in silence
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def opened(settings: Settings, url: str | None = None) -> Iterator[Database]:
    """The database, healthy and with this version's tables; a sick one is named, the last backup offered."""
    url = _address(settings, url)
    try:
        database = Database(url)
        try:
            database.healthy()
            copy = migrate.upgrade(database, settings.backups, datetime.now().astimezone())
            if copy is not None:
                tell(f"数据库升级好了，升级前的样子备份在 {copy}")
            yield database
        finally:
            database.close()
    except DatabaseTrouble as trouble:
        give_up(f"数据库打不开：{trouble}（{file_of(url) or url}）", _last_backup(settings, url), SICK_DATABASE)


def _last_backup(settings: Settings, url: str) -> list[str]:
    """What to do about a sick database. It is never overwritten."""
    path = file_of(url)
    folders = {settings.backups, *([path.parent / "backups"] if path else [])}
    pattern = f"{escape(path.stem)}-*.db" if path else "*.db"
    found = (copy for folder in folders for copy in folder.glob(pattern))
    copies = sorted(found, key=lambda copy: copy.stat().st_mtime)
    if not copies:
        return ["没找到备份。原来的文件没有动过，先把它拷走留着，再请人看看。"]
    return [
        "原来的文件没有动过。最近的备份是：",
        f"  {copies[-1]}（{datetime.fromtimestamp(copies[-1].stat().st_mtime).astimezone():%m-%d %H:%M}）",
        f"要用备份，先把坏的 {path} 改个名字（旁边有 -wal、-shm 的一起改），再把备份拷成 {path}。",
    ]


def run(settings: Settings) -> None:
    """Real WeChat where a gateway is set, the simulated one otherwise."""
    if settings.endpoint is None:
        chat(settings)
    else:
        from front.live import go_live  # noqa: PLC0415 - wechaty is imported only where it is used

        _open_shop(settings, go_live)


def chat(settings: Settings) -> None:
    """The simulated WeChat in the terminal."""
    from front.terminal import open_terminal  # noqa: PLC0415 - wechaty is imported only where it is used

    _open_shop(settings, open_terminal)


def _open_shop(settings: Settings, start: Callable[[Settings, Database], None]) -> None:
    with opened(settings) as database, _alone(database), _shop_faults_named():
        start(settings, database)


@contextmanager
def _shop_faults_named() -> Iterator[None]:
    """What is wrong in shop.toml ends the command, with every line of it."""
    try:
        yield
    except ShopFault as fault:
        give_up("小店设置有错，先改好再来：", [str(one) for one in fault.faults], WRONG_SETTINGS)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Two bots on one database would both speak; the second one is turned away."""
    try:
        with database.held():
            yield
    except InUse as fault:
        give_up(f"{fault}，先把那一个停掉。", [str(database.path)], SICK_DATABASE)


def _address(settings: Settings, url: str | None) -> str:
    """The database meant: the one named on the command line, else the one of .env."""
    try:
        return database_address(url, "--db") if url else settings.database_url
    except SettingsFault as fault:
        give_up("写错了：", fault.problems, WRONG_SETTINGS)


def _must_exist(settings: Settings, url: str | None = None) -> None:
    path = file_of(_address(settings, url))
    if path is not None and not path.exists():
        give_up(f"没有这个数据库：{path}", ["先开一次张：python bot.py run"], SICK_DATABASE)


def play(settings: Settings, files: Sequence[Path], url: str | None, *, show: bool) -> None:
    """Play transcripts, each on a fresh database unless one is named."""
    failed = 0
    _address(settings, url)
    for path in files:
        with tempfile.TemporaryDirectory(prefix="keting-") as scratch:
            target = url or f"sqlite:///{Path(scratch) / 'play.db'}"
            failed += not _play_one(settings, path, target, show=show)
    if not show:
        tell(f"{len(files) - failed} 个对上了，{failed} 个没对上")
    if failed:
        raise SystemExit(WRONG)


def _play_one(settings: Settings, path: Path, url: str, *, show: bool) -> bool:
    from front.keting import open_house  # noqa: PLC0415 - wechaty is imported only where it is used
    from front.player import PlayFault, play  # noqa: PLC0415 - likewise
    from front.transcript import TranscriptFault, read_transcript  # noqa: PLC0415 - beside the player

    try:
        with _shop_faults_named():
            house = open_house(settings, Random(path.name))  # noqa: S311 - a play is repeatable
        steps = read_transcript(path.read_text(encoding="utf-8-sig"), house.zone)
        with opened(settings, url) as database:
            asyncio.run(play(settings, database, house, steps, _printed if show else None))
    except (PlayFault, TranscriptFault) as fault:
        tell(f"✗ {path}：{fault}")
        return False
    except UnicodeDecodeError:
        tell(f"✗ {path}：不是 UTF-8 编码，请用 UTF-8 重新保存")
        return False
    except OSError as error:
        tell(f"✗ {path}：打不开，{error.strerror}")
        return False
    if not show:
        tell(f"✓ {path}")
    return True


def _printed(at: datetime, room: str | None, text: str) -> None:
    indented = text.replace("\n", "\n  ")
    tell(f"{at:%m-%d %H:%M:%S} [{room or '私聊'}] 客厅: {indented}")


def check(settings: Settings) -> None:
    """Look at everything that a person may have edited; every fault with its file and line."""
    from front.checkup import faults  # noqa: PLC0415 - reads every template

    found = faults(settings)
    if found:
        give_up("这些地方要改：", found, WRONG)
    tell("都好好的。")


def post(settings: Settings, name: str, room: str | None, *, dry_run: bool, again: bool) -> None:
    """Say a post now, in all its rooms or in one; where it has just been said, only if `again`."""
    from front.posting import NoSuchPost, speak_now  # noqa: PLC0415 - reads templates and schedules

    _must_exist(settings)
    with opened(settings) as database, _shop_faults_named():
        try:
            spoken = speak_now(settings, database, name, room, dry_run=dry_run, again=again)
        except NoSuchPost as fault:
            give_up(str(fault), [], WRONG)
    for where, text in spoken.new:
        tell(f"【{where}】", text or "（今天没有要说的）", "")
    if spoken.new and not dry_run:
        tell(spoken.when)
    if spoken.old:
        tell(*spoken.old, "真要再发一遍，在后面加上 --again。")
    elif not spoken.new:
        tell("没有一个群可发：先在群里发“启用”。")


def paste(
    settings: Settings,
    room: str,
    groupbuy: int | None,
    url: str | None,
    form: Literal["text", "json"],
    *,
    dry_run: bool,
) -> None:
    """Take in a chain or a stretch of chat from standard input, and print what to copy back."""
    from front.paste import NotPossible, decoded, in_words  # noqa: PLC0415 - reads templates and every handler
    from front.paste import paste as take_in  # noqa: PLC0415 - likewise

    _must_exist(settings, url)
    if sys.stdin.isatty():
        tell("把复制的接龙粘进来，粘完另起一行，按 Ctrl+D（Windows 按 Ctrl+Z 再回车）：")
    text = decoded(sys.stdin.buffer.read())
    with opened(settings, url) as database, _shop_faults_named():
        try:
            pasted = take_in(settings, database, room, groupbuy, text, dry_run=dry_run)
        except NotPossible as fault:
            give_up(str(fault), [fault.hint] if fault.hint else [], WRONG)
    tell(*([pasted.as_json()] if form == "json" else in_words(pasted, dry_run=dry_run)))


def export(settings: Settings, table: str, url: str | None, form: Format) -> None:
    """Print a table."""
    if table not in exports.names():
        give_up(f"没有“{table}”这张表，可以导出的有：{'、'.join(exports.names())}", [], WRONG_SETTINGS)
    _must_exist(settings, url)
    with opened(settings, url) as database, _shop_faults_named():
        columns, rows = exports.export(database, table, _zone(settings))
        for piece in exports.write(columns, rows, form):
            sys.stdout.write(piece)


def sheet(
    settings: Settings,
    words: str | None,
    url: str | None,
    out: Path | None,
    layouts: Sequence["Layout"],
    *,
    mask: bool,
) -> None:
    """Write the papers of a group buy into a new .xlsx file."""
    from community.sheet.book import workbook  # noqa: PLC0415 - the spreadsheet library is slow to import
    from community.sheet.layouts import pages  # noqa: PLC0415 - beside it
    from community.sheet.paper import read_paper  # noqa: PLC0415 - likewise

    _must_exist(settings, url)
    with opened(settings, url) as database, _shop_faults_named(), _refusals_named():
        shop = load_shop(settings.shop_file)
        with database.reading() as tx:
            paper = read_paper(tx, shop, words)
    shown = paper.masked() if mask else paper
    path = out or Path(paper.file_name)
    _write_new(path, workbook(shown, pages(shown, layouts)))
    tell(f"写好了：{path}（{paper.buy.name}，共{paper.quantity}份，{yuan(paper.cents)}）")


def poster(settings: Settings, words: str | None, url: str | None, out: Path) -> None:
    """Paint the poster of an open group buy into a new .png file."""
    from community import poster as posters  # noqa: PLC0415 - the drawing library is slow to import
    from community.sheet.paper import named, opened_last  # noqa: PLC0415 - beside it
    from front.keting import open_house  # noqa: PLC0415 - wechaty is imported only where it is used

    _must_exist(settings, url)
    with opened(settings, url) as database, _shop_faults_named(), _refusals_named():
        house = open_house(settings, SystemRandom())
        with database.reading() as tx:
            buy = named(tx, words, open_only=True) if words else opened_last(tx)
            painted, fault = posters.painted(tx, house, uploads.beside(database), buy, datetime.now(house.zone))
    _write_new(out, painted)
    tell(f"画好了：{out}（{buy.name}）", *([f"配{fault}，没带图；在群里发“配图”再换一张。"] if fault else []))


@contextmanager
def _refusals_named() -> Iterator[None]:
    """What the rules refuse ends the command, in the words of the refusal."""
    try:
        yield
    except Refusal as refusal:
        give_up(refusal.text, [], WRONG)


def _write_new(path: Path, content: bytes) -> None:
    """A new file, never in place of another."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        give_up(f"{path} 已经有了，换个名字，免得盖掉。", [], WRONG)
    except OSError:
        give_up(f"写不进 {path}：看看这个文件夹能不能写、地方够不够。", [], WRONG)


def backup(settings: Settings, path: Path) -> None:
    """Copy the database into a new file."""
    _must_exist(settings)
    with opened(settings) as database:
        try:
            database.backup(path)
        except (OSError, DatabaseTrouble) as error:
            if isinstance(error, FileExistsError) and path.exists():
                give_up(f"{path} 已经有了，换个名字，免得盖掉。", [], WRONG)
            give_up(f"写不进 {path}：看看这个文件夹能不能写、地方够不够。", [], WRONG)
    tell(f"备份好了：{path}")


def offer_ownership(settings: Settings, database: Database, now: datetime) -> str | None:
    """The one-time code that makes its first sender the owner, where nobody owns the shop yet."""
    with database.reading() as tx:
        owned = bool(settings.owner_id or staff.owners(tx))
    return None if owned else database.pen.write(staff.offer, Role.OWNER, SystemRandom(), now).result()


def _zone(settings: Settings) -> ZoneInfo:
    return load_shop(settings.shop_file).zone
