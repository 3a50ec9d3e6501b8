"""What the staff of a world do at the counter: for neighbours, on the shelf, with papers, and calling things off."""

from datetime import timedelta

from tests.world.goods import GOODS_OF_SHELF, REMARKS
from tests.world.life import Life, any_room
from tests.world.shop import ROOMS
from tests.world.who import a_name, clerk, resident, room_with, running_items

REASONS = ("她临时出门", "昨天打电话订的", "少送了一份")


def speaks_for(life: Life) -> None:
    """代 王阿姨 +2, 改, 取消, 备注; before and after the close, with a reason or without."""
    room = room_with(life, "open", "closed", "reached", "arrived") if life.perhaps(0.9) else any_room(life)
    items = running_items(life, room)
    item = life.one_of(items) if items else "苹果"
    few = life.dice.choice((1, 1, 2, 3))
    words = life.one_of(
        (
            f"+{few} {item}",
            f"+{few} {item}",
            f"{item}{few}",
            f"A{few} B1",
            f"+{few}",
            f"改 {item}{few}",
            f"改 {few}",
            f"改 {item}{few}",
            f"取消 {item}",
            "取消",
            "取消 全部",
            f"备注 {item} {life.one_of(REMARKS)}",
            "备注",
        )
    )
    if life.perhaps(0.6) and not words.startswith("备注"):
        words += f"，{life.one_of(REASONS)}"
    who = resident(life) if life.perhaps(0.03) else clerk(life)
    life.says(who, room, f"代 {a_name(life, room)} {words}")


def calls_off_what_is_closed(life: Life) -> None:
    """撤团 年货, once it has closed; perhaps it has come already."""
    room = room_with(life, "closed", "reached")
    titles = life.titles(room, "closed", "reached") or life.titles(room, "arrived") or [""]
    life.says(clerk(life), room, f"撤团 {life.one_of(titles)}".rstrip())


def looks_after_the_shelf(life: Life) -> None:
    """进货, 盘点 and 库存, also of what runs."""
    name = life.one_of(GOODS_OF_SHELF)[0]
    words = life.one_of((f"进货 {name} {life.dice.randint(1, 20)}", f"盘点 {name} {life.dice.randint(0, 15)}", "库存"))
    life.says(clerk(life), life.one_of((None, any_room(life))), words)


def wants_papers(life: Life) -> None:
    """表格, of something or of what closed last; residents want them, too."""
    room = life.one_of(ROOMS)
    titles = life.titles(room, "open", "closed", "reached", "arrived", "done")
    who = resident(life) if life.perhaps(0.1) else clerk(life)
    life.says(who, life.one_of((None, room)), f"表格 {life.one_of(titles)}" if titles and life.perhaps(0.6) else "表格")


def opens_from_the_shelf(life: Life) -> None:
    """开团 … 现货: what is ordered is taken from the shop's own stock."""
    room, who = any_room(life), clerk(life)
    goods = life.dice.sample(GOODS_OF_SHELF, life.dice.choice((1, 1, 2)))
    closes = life.now + timedelta(minutes=life.dice.randint(20, 600))
    words = f"{closes:%m-%d %H:%M}截单 {life.one_of(('现货', '用库存'))}{life.one_of(('', ' 满6份成团', ' 所有群'))}"
    lines = [f"{name} {spec} {cents / 100:g}元 {life.one_of((5, 30))}{unit}" for name, spec, cents, unit in goods]
    text = f"开团 {lines[0]} {words}" if len(lines) == 1 else "\n".join([f"开团 早餐 {words}", *lines])
    life.says(who, room, text)
    if life.perhaps(0.9):
        life.says(who, room, "确认")
