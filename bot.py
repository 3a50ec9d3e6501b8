"""The front door of Keting: reads .env, wires the parts, starts and stops them; the command line."""

import gc
import logging
import sys
from pathlib import Path
from typing import Annotated, Literal

from front import absent

gc.set_threshold(100_000, 20, 20)  # a start makes much that stays; looking for garbage in it took a third of the time
with absent.named():
    import typer

    from community.export import names as tables
    from community.sheet.layouts import Layout
    from front import doorstep, shelving, usage
    from front.settings import SettingsFault, read_settings

app = typer.Typer(
    help="客厅：社区小店微信群的管家。", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
Database = Annotated[str | None, typer.Option("--db", help="数据库地址，如 sqlite:///data/bot.db；不写就用 .env 里的")]


@app.command()
def run() -> None:
    """开工：.env 里写了网关就连真微信，没写就在终端里开一个模拟的群。"""
    doorstep.run(read_settings())


@app.command()
def chat() -> None:
    """在终端里开一个模拟的群，您可以当任何一位邻居说话。"""
    doorstep.chat(read_settings())


@app.command()
def play(
    files: Annotated[list[Path], typer.Argument(help="对话稿", exists=True, dir_okay=False)],
    db: Annotated[str | None, typer.Option("--db", help="把结果留在这个数据库里；不写就用一个临时的")] = None,
    show: Annotated[bool, typer.Option("--show", help="不核对，只把客厅说的话打出来")] = False,
) -> None:
    """把对话稿演一遍，看客厅说的对不对。"""
    doorstep.play(read_settings(), files, db, show=show)


@app.command()
def check() -> None:
    """检查设置、模板、时间表、数据库；哪个文件第几行有错都告诉您。"""
    doorstep.check(read_settings())


@app.command()
def post(
    name: Annotated[str, typer.Argument(help="时间表里的名字，如 早安问候")],
    room: Annotated[str | None, typer.Option("--room", help="只发这个群")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看看会说什么，不发")] = False,
    again: Annotated[bool, typer.Option("--again", help="刚发过也再发一遍")] = False,
) -> None:
    """现在就发一次这个帖子；刚发过的群不重复发。"""
    doorstep.post(read_settings(), name, room, dry_run=dry_run, again=again)


@app.command()
def paste(
    room: Annotated[str, typer.Option("--room", help="哪个群")],
    groupbuy: Annotated[
        int | None, typer.Option("--groupbuy", help="哪个团：导出的 groupbuy_id；只开着一个就不用写")
    ] = None,
    db: Database = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看看懂不懂，不记")] = False,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="text 或 json")] = "text",
) -> None:
    """把微信里复制的接龙或聊天从标准输入粘进来，记下订单，给出能复制回群里的接龙。"""
    doorstep.paste(read_settings(), room, groupbuy, db, form, dry_run=dry_run)


@app.command()
def export(
    table: Annotated[str, typer.Argument(help=f"哪一张：{' '.join(tables())}")],
    db: Database = None,
    form: Annotated[Literal["csv", "json"], typer.Option("--format", help="csv 或 json")] = "csv",
) -> None:
    """导出一张表。"""
    doorstep.export(read_settings(), table, db, form)


@app.command()
def products(
    file: Annotated[Path, typer.Argument(help="商品表，.csv 或 .xlsx，第一行写列名")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试一遍：哪一行有错都列出来，不写进去")] = False,
    db: Database = None,
) -> None:
    """把商品表收进来：品名、规格、单位、价格、成本、库存、别名、图片；有一行错就一样都不写。"""
    shelving.products(read_settings(), file, db, dry_run=dry_run)


@app.command()
def sheet(
    groupbuy: Annotated[str | None, typer.Argument(help="团的名字或编号；不写就是最近截单的那个")] = None,
    db: Database = None,
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件；不写就用团名，放在当前文件夹")] = None,
    layout: Annotated[list[Layout] | None, typer.Option("--layout", help="只要这几种排法；不写就是整本")] = None,
    mask: Annotated[bool, typer.Option("--mask", help="名字和手机号打星号")] = False,
) -> None:
    """一个团的单子，Excel 的：汇总、拣货单、分楼、标签、对账，打印出来就能用。"""
    doorstep.sheet(read_settings(), groupbuy, db, out, layout or [], mask=mask)


@app.command()
def poster(
    out: Annotated[Path, typer.Option("--out", help="画到哪个文件，如 海报.png")],
    groupbuy: Annotated[str | None, typer.Argument(help="团的名字或编号；不写就是最近开的那个")] = None,
    db: Database = None,
) -> None:
    """给开着的团画一张海报（PNG，1080 像素宽）。"""
    doorstep.poster(read_settings(), groupbuy, db, out)


@app.command()
def backup(path: Annotated[Path, typer.Argument(help="备份到哪个文件")]) -> None:
    """把数据库完整备份一份。"""
    doorstep.backup(read_settings(), path)


def main() -> None:
    """Run the command line; every fault a person can mend ends in plain words and a number, never in a traceback."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    try:
        with absent.named():
            sys.exit(app(standalone_mode=False))
    except SettingsFault as fault:
        doorstep.give_up("设置有错，先改好再来：", fault.problems, 2)
    except usage.UsageFault as fault:
        headline, *lines = usage.explain(fault)
        doorstep.give_up(headline, lines, 2)


if __name__ == "__main__":
    main()
