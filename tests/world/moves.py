"""What people do in a world, each move by chance and each with its weight; some of it is nonsense, as in life."""

import re
from collections.abc import Sequence
from datetime import timedelta

from community.events import Heard, Person, Place
from tests.world import afterwards, counter
from tests.world.goods import GOODS, REMARKS
from tests.world.life import Life, Move, any_room
from tests.world.shop import RESIDENTS, ROOMS
from tests.world.who import anybody, clerk, resident, room_with

_ROW = re.compile(r"^(\d+)\. (\S+) (.*)$")


def busy_room(life: Life) -> Place:
    """A room where something is on offer, mostly; somebody opens a group buy where nothing is."""
    busy = [room for room in ROOMS if life.open_items(room)]
    if not busy and life.perhaps(0.5):
        opens_a_buy(life)
    return life.one_of(busy) if busy and life.perhaps(0.95) else any_room(life)


# --- group buys ---


def opens_a_buy(life: Life) -> None:
    """开团, one item or several, and mostly its 确认."""
    room, who = any_room(life), clerk(life)
    items = life.dice.sample(GOODS, 1 if life.perhaps(0.5) else life.dice.randint(2, 4))
    closes = life.now + timedelta(minutes=life.dice.randint(20, 600))
    terms = [f"{closes:%m-%d %H:%M}截单", *_conditions(life)]
    if len(items) == 1:
        text = f"开团 {_item(life, items[0])} {' '.join(terms)}"
    else:
        text = "\n".join(
            [f"开团 {life.one_of(('周末水果', '年货', '厨房'))} {' '.join(terms)}", *(_item(life, i) for i in items)]
        )
    life.says(who, room, text)
    if life.perhaps(0.9):
        life.says(who, room, "确认")


def _item(life: Life, item: tuple[str, str, int, str]) -> str:
    name, spec, cents, unit = item
    words = [name, spec, f"{cents / 100:g}元", f"{life.one_of((3, 8, 12, 40))}{unit}"]
    if life.perhaps(0.3):
        words.append(f"满3{unit}每{unit}{(cents - 200) / 100:g}")
    if life.perhaps(0.3):
        words.append(f"限{life.dice.randint(2, 5)}{unit}")
    return " ".join(words)


def _conditions(life: Life) -> list[str]:
    words = []
    if life.perhaps(0.35):
        words.append(life.one_of(("满2份成团", "3人成团", "满200元成团", "满9份成团")))
    if life.perhaps(0.4):
        words.append(f"每户限{life.dice.randint(2, 4)}份")
    if life.perhaps(0.4):
        words.append(life.one_of(("所有群", f"群：{life.one_of(ROOMS).name}")))
    if life.perhaps(0.15):
        words.append(f"{life.now + timedelta(minutes=life.dice.randint(5, 60)):%m-%d %H:%M}开始")
    return words


def confirms(life: Life) -> None:
    """确认, often with nothing to confirm."""
    life.says(clerk(life), any_room(life), "确认")


def ends_a_buy(life: Life) -> None:
    """截单 or, more seldom, 撤团."""
    room = room_with(life, "open")
    open_ = life.titles(room, "open")
    life.says(
        clerk(life), room, f"{life.one_of(('截单', '截单', '截单', '撤团'))} {life.one_of(open_) if open_ else ''}"
    )


# --- orders ---


def orders(life: Life) -> None:
    """+2, 参团 2, +1 苹果, A2 B1, 我要3份, 红富士苹果2, 来2份; at times with a remark behind it."""
    room = busy_room(life)
    words = _order(life, life.open_items(room))
    life.says(anybody(life), room, f"{words}，{life.one_of(REMARKS)}" if life.perhaps(0.15) else words)


def _order(life: Life, items: Sequence[str]) -> str:
    few = life.dice.choice((1, 1, 1, 2, 2, 3, 4, 7))
    item = life.one_of(items) if items else "苹果"
    forms = (
        f"+{few}",
        f"+{few} {item}",
        f"参团 {few} {item}",
        f"{item}{few}",
        f"A{few} B1",
        f"我要{few}份{item}",
        f"+{few} {item[-2:]}",
        f"来{few}份",
        f"要{few}份{item}",
    )
    return life.one_of((*forms, f"+{few} {item}", f"+{few} {item}"))


def changes(life: Life) -> None:
    """改 3, 改为2 苹果, 改 2 苹果，放门口."""
    room = busy_room(life)
    items = life.open_items(room)
    words = f"{life.one_of(('改 ', '改 ', '改为', '改成'))}{life.dice.choice((0, 1, 2, 3, 5))}"
    if items and life.perhaps(0.7):
        words += f" {life.one_of(items)}"
    life.says(resident(life), room, f"{words}，{life.one_of(REMARKS)}" if life.perhaps(0.1) else words)


def cancels(life: Life) -> None:
    """取消, 取消 苹果."""
    room = busy_room(life)
    items = life.open_items(room)
    life.says(resident(life), room, f"取消 {life.one_of(items)}" if items and life.perhaps(0.7) else "取消")


def notes(life: Life) -> None:
    """备注 要小的, 备注 苹果 要小的, 备注 取消, 备注."""
    room = busy_room(life)
    words = life.one_of((life.one_of(REMARKS), "取消", ""))
    items = life.open_items(room)
    if items and words and life.perhaps(0.7):
        words = f"{life.one_of(items)} {words}"
    life.says(anybody(life), room, f"备注 {words}".rstrip())


def asks(life: Life) -> None:
    """Somebody looks something up."""
    life.says(
        anybody(life),
        busy_room(life),
        life.one_of(("团购", "我的订单", "我的取货码", "邀请榜", "帮助", "我的鸡蛋", "海鲜什么时候有")),
    )


# --- chains ---


def copies_the_chain(life: Life) -> None:
    """接龙: the bot writes the current one, and somebody sends it with a change."""
    room = busy_room(life)
    items = life.open_items(room)
    shown = life.says(anybody(life), room, f"接龙 {life.one_of(items)}" if len(items) > 1 else "接龙")
    if "接龙" in shown and "\n" in shown:
        life.chains.append((room, shown))
        _sends(life, room, shown)


def sends_an_old_chain(life: Life) -> None:
    """A chain that was copied some time ago, changed or not; others may have written in it since."""
    if life.chains:
        room, chain = life.one_of(life.chains[-6:])
        _sends(life, room, chain)


def _sends(life: Life, room: Place, chain: str) -> None:
    who, items = anybody(life), life.open_items(room)
    head, rows = _cut(chain)
    for change in life.dice.choices(
        (_adds, _adds, _adds, _rewrites, _leaves_out, _repeats, _renames), k=life.dice.choice((0, 1, 1, 1, 2))
    ):
        change(life, rows, who, items)
    text = "\n".join([*head, *(f"{n}. {row}" for n, row in enumerate(rows, 1))])
    life.says(who, room, text)
    life.chains.append((room, text))


def _cut(chain: str) -> tuple[list[str], list[str]]:
    lines = chain.splitlines()
    rows = [f"{found[2]} {found[3]}" for line in lines if (found := _ROW.match(line))]
    head = lines[: next((at for at, line in enumerate(lines) if _ROW.match(line)), len(lines))]
    return head, rows


def _goods(life: Life, items: Sequence[str]) -> str:
    chosen = life.dice.sample(list(items), min(len(items), life.dice.choice((1, 1, 2))))
    return " ".join(f"{item}{life.dice.choice((1, 1, 2, 3, 6))}份" for item in chosen) or "2份"


def _adds(life: Life, rows: list[str], who: Person, items: Sequence[str]) -> None:
    """A row under one's own name, a neighbour's or one that nobody bears."""
    name = life.one_of((who.name, who.name, who.name, life.one_of(RESIDENTS).name, "小满妈", "老街坊"))
    rows.append(f"{name} {_goods(life, items) if life.perhaps(0.9) else '苹果还是橘子'}")


def _rewrites(life: Life, rows: list[str], who: Person, items: Sequence[str]) -> None:
    """A row, mostly somebody else's, says something else."""
    if rows:
        at = life.dice.randrange(len(rows))
        rows[at] = f"{rows[at].split()[0]} {_goods(life, items)}"


def _leaves_out(life: Life, rows: list[str], who: Person, items: Sequence[str]) -> None:
    if rows:
        del rows[life.dice.randrange(len(rows))]


def _repeats(life: Life, rows: list[str], who: Person, items: Sequence[str]) -> None:
    if rows:
        rows.append(life.one_of(rows))


def _renames(life: Life, rows: list[str], who: Person, items: Sequence[str]) -> None:
    if rows:
        at = life.dice.randrange(len(rows))
        rows[at] = " ".join([life.one_of(RESIDENTS).name, *rows[at].split()[1:]])


def points_at_a_row(life: Life) -> None:
    """我是 2号, 同意 2号."""
    words = life.one_of(("我是", "同意"))
    life.says(anybody(life), busy_room(life), f"{words} {life.dice.randint(1, 6)}号")


# --- homes, invitations, coming and going ---


def moves_house(life: Life) -> None:
    """绑定, 解绑; few doors, so that neighbours share them."""
    who = resident(life)
    words = f"绑定 1-1-{life.dice.randint(1, 4)}01" if life.perhaps(0.8) else "解绑"
    life.says(who, any_room(life), words)


def comes_or_goes(life: Life) -> None:
    """Somebody joins, by invitation or alone, or leaves."""
    who, room = life.one_of(RESIDENTS[25:48]), any_room(life)
    if life.perhaps(0.7):
        life.joins(who, room, resident(life) if life.perhaps(0.7) else None)
    else:
        life.leaves(who, room)


def fetches_eggs(life: Life) -> None:
    """领鸡蛋, and 核销 of one of the codes."""
    holders = life.shop.rows("SELECT account FROM balance WHERE amount > 0 ORDER BY account")
    known = {one.id: one for one in RESIDENTS}
    who = known[life.one_of(holders)["account"]] if holders else resident(life)
    life.says(who, any_room(life), f"领鸡蛋 {life.dice.randint(1, 6)}")
    codes = life.shop.rows("SELECT code FROM egg_code ORDER BY id")
    if codes:
        life.says(clerk(life), None, f"核销 {life.one_of(codes)['code']}")


def wants_to_be_forgotten(life: Life) -> None:
    """确认删除我的数据: refused while something is on order."""
    life.says(resident(life), None, life.one_of(("我的数据", "删除我的数据", "确认删除我的数据")))


# --- the gateway and the clock ---


def is_delivered_twice(life: Life) -> None:
    """A message comes a second time, sooner or later."""
    heard = [step.event for step in life.steps[-30:] if isinstance(step.event, Heard)]
    if heard:
        life.again(life.one_of(heard))


def time_passes(life: Life) -> None:
    """Minutes or hours, minute by minute as far as something is due."""
    life.passes(life.now + timedelta(minutes=life.dice.choice((5, 30, 120, 600))))


def the_computer_sleeps(life: Life) -> None:
    """Past whatever was due."""
    life.jumps(life.now + timedelta(hours=life.dice.choice((3, 20, 50))))


def the_clock_is_put_back(life: Life) -> None:
    """By minutes or hours."""
    life.jumps(life.now - timedelta(minutes=life.dice.choice((10, 90, 400))))


MOVES: tuple[tuple[int, Move], ...] = (
    (4, opens_a_buy),
    (2, counter.opens_from_the_shelf),
    (2, counter.looks_after_the_shelf),
    (12, counter.speaks_for),
    (1, counter.calls_off_what_is_closed),
    (1, counter.wants_papers),
    (1, confirms),
    (3, ends_a_buy),
    (45, orders),
    (7, changes),
    (5, cancels),
    (3, notes),
    (4, asks),
    (9, copies_the_chain),
    (6, sends_an_old_chain),
    (6, points_at_a_row),
    (8, moves_house),
    (4, comes_or_goes),
    (2, fetches_eggs),
    (1, wants_to_be_forgotten),
    (7, afterwards.goods_arrive),
    (1, afterwards.confirms_an_arrival),
    (10, afterwards.hands_over),
    (5, afterwards.pays),
    (6, afterwards.complains),
    (5, afterwards.settles_a_claim),
    (1, afterwards.winds_up),
    (3, is_delivered_twice),
    (3, time_passes),
    (1, the_computer_sleeps),
    (1, the_clock_is_put_back),
)
"""Every move and how often it is made, among all of them."""
