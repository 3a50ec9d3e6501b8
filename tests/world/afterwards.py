"""What is done in a world once group buys have closed: goods come, are handed over, paid, complained about."""

from tests.world.goods import GOODS, GOODS_OF_SHELF
from tests.world.life import Life, any_room
from tests.world.shop import CLERK, OWNER, RESIDENTS
from tests.world.who import clerk, resident, room_with


def goods_arrive(life: Life) -> None:
    """到货, all or short, by turn or by share, and mostly its 确认到货."""
    room, who = room_with(life, "closed", "reached"), clerk(life)
    waiting = life.shop.rows(
        "SELECT i.name, i.sold FROM groupbuy_item i JOIN groupbuy b ON b.id = i.groupbuy_id JOIN groupbuy_room r"
        " ON r.groupbuy_id = b.id WHERE b.status IN ('closed', 'reached') AND r.room_id = ? ORDER BY i.id",
        room.id,
    )
    words = "到货"
    if waiting and life.perhaps(0.8):
        item = life.one_of(waiting)
        words = f"到货 {item['name']} {max(0, item['sold'] - life.dice.choice((0, 1, 2, 3, 5)))}"
        words += life.one_of(("", " 按比例"))
    elif waiting:
        words = f"到货 {life.one_of(waiting)['name']}"
    life.says(who, room, words)
    if life.perhaps(0.85):
        life.says(who, room, "确认到货")


def confirms_an_arrival(life: Life) -> None:
    """确认到货 out of the blue."""
    life.says(clerk(life), any_room(life), "确认到货")


def hands_over(life: Life) -> None:
    """核销: the whole, a part, a code that is used or that nobody has; a resident may try it, too."""
    codes = life.codes("live") or life.codes("used", "expired") or ["1234"]
    code = life.one_of(codes) if life.perhaps(0.85) else f"{life.dice.randint(1000, 9999)}"
    part = f" {life.one_of((*GOODS, *GOODS_OF_SHELF))[0]}1" if life.perhaps(0.4) else ""
    life.says(
        clerk(life) if life.perhaps(0.95) else resident(life), life.one_of((None, any_room(life))), f"核销 {code}{part}"
    )


def pays(life: Life) -> None:
    """王阿姨 已付, 已退 李姐, 未付, 退款."""
    who = life.one_of(RESIDENTS).name if life.perhaps(0.8) else f"1-1-{life.dice.randint(1, 3)}01"
    words = life.one_of((f"{who} 已付", f"已付 {who}", f"已退 {who}", "未付", "退款"))
    life.says(clerk(life), any_room(life), words)


def complains(life: Life) -> None:
    """售后 苹果坏了2个, mostly by somebody who got some."""
    had = life.shop.rows(
        "SELECT o.member_id, i.name FROM groupbuy_grant g JOIN groupbuy_order o ON o.id = g.order_id"
        " JOIN groupbuy_item i ON i.id = o.item_id WHERE g.granted > 0 ORDER BY o.id DESC LIMIT 20"
    )
    known = {one.id: one for one in (*RESIDENTS, OWNER, CLERK)}
    who, goods = resident(life), life.one_of((*GOODS, *GOODS_OF_SHELF))[0]
    if had and life.perhaps(0.8):
        row = life.one_of(had)
        who, goods = known.get(row["member_id"], who), row["name"]
    life.says(who, life.one_of((None, any_room(life))), f"售后 {goods}坏了2个")


def settles_a_claim(life: Life) -> None:
    """售后 3 退 5.9元, 补 1份, 不退 原因; also of claims that are settled."""
    number = life.dice.randint(1, 1 + life.shop.number("SELECT count(*) FROM claim"))
    outcome = life.one_of(("退 5.9元", "退 30元", "退 70元", "补 1份", "补 2份", "不退 放太久了", "驳回 放太久了"))
    life.says(clerk(life), any_room(life), f"售后 {number} {outcome}")


def winds_up(life: Life) -> None:
    """收团."""
    room = room_with(life, "arrived")
    there = life.titles(room, "arrived")
    life.says(clerk(life), room, f"收团 {life.one_of(there) if there else ''}")
