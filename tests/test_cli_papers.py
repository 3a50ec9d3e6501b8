"""Papers and posters at the command line: named, told, and nothing overwritten."""

from front import doorstep
from tests.counter import Shop


def test_without_a_closed_group_buy_there_is_no_sheet(shop: Shop) -> None:
    outcome = shop.run("sheet")
    assert (outcome.code, "还没有截过单的团" in outcome.err) == (doorstep.WRONG, True)
    assert not list(shop.folder.glob("*.xlsx"))


def test_a_sheet_is_named_after_its_group_buy_and_never_replaces_anything(shop: Shop) -> None:
    chat = shop.folder / "fruit.chat"
    chat.write_text(
        "[1群]\n店主: 开团 苹果/梨 5斤 29.9元 40份 今天18:00截单\n店主: 确认\n李姐: +2\n店主: 截单\n", "utf-8"
    )
    assert shop.run("play", str(chat), "--show", "--db", f"sqlite:///{shop.file}").code == 0
    outcome = shop.run("sheet", "--mask", "--layout", "item-label", "--layout", "printer-label")
    assert outcome.out == "写好了：苹果梨 11-23.xlsx（苹果/梨 5斤，共2份，59.8元）\n"
    again = shop.run("sheet")
    assert (again.code, "已经有了" in again.err) == (doorstep.WRONG, True)


def test_a_poster_is_painted_for_the_group_buy_that_is_open(shop: Shop) -> None:
    chat = shop.folder / "fruit.chat"
    chat.write_text("[1群]\n店主: 开团 苹果 5斤 29.9元 40份 明天18:00截单\n店主: 确认\n", "utf-8")
    assert shop.run("play", str(chat), "--show", "--db", f"sqlite:///{shop.file}").code == 0
    assert shop.run("poster", "--out", "p.png").out == "画好了：p.png（苹果 5斤）\n"
    assert (shop.folder / "p.png").read_bytes().startswith(b"\x89PNG")
    assert shop.run("poster", "苹果", "--out", "p.png").code == doorstep.WRONG


def test_without_an_open_group_buy_there_is_no_poster(shop: Shop) -> None:
    outcome = shop.run("poster", "--out", "p.png")
    assert (outcome.code, outcome.err) == (doorstep.WRONG, "现在没有开着的团。\n")
    assert "没找到“梨”这个开着的团" in shop.run("poster", "梨", "--out", "p.png").err
