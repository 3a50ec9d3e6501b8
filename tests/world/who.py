"""Who does something in a world, where, and with what goods: drawn by the dice of its life."""

from community.events import Person, Place
from tests.world.life import Life
from tests.world.shop import CLERK, OWNER, RESIDENTS, ROOMS


def resident(life: Life) -> Person:
    """Any of the fifty; a few talk more than the others."""
    return life.one_of(RESIDENTS[:12] + RESIDENTS[48:]) if life.perhaps(0.5) else life.one_of(RESIDENTS)


def clerk(life: Life) -> Person:
    """Whoever stands in the shop."""
    return life.one_of((OWNER, CLERK))


def anybody(life: Life) -> Person:
    """A resident, or somebody of the shop."""
    return clerk(life) if life.perhaps(0.08) else resident(life)


def room_with(life: Life, *states: str) -> Place:
    """A room with a group buy in one of these states, if there is any."""
    return life.one_of([room for room in ROOMS if life.titles(room, *states)] or ROOMS)


def a_name(life: Life, room: Place) -> str:
    """Whom somebody speaks for: mostly one who has ordered here, at times one who bears a name twice, or nobody."""
    rows = life.shop.rows(
        "SELECT DISTINCT m.name FROM groupbuy_order o JOIN member m ON m.id = o.member_id JOIN groupbuy_room r"
        " ON r.groupbuy_id = o.groupbuy_id JOIN groupbuy b ON b.id = o.groupbuy_id WHERE r.room_id = ?"
        " AND b.status IN ('open', 'closed', 'reached', 'arrived') ORDER BY m.id",
        room.id,
    )
    ordering: list[str] = [row["name"] for row in rows]
    if ordering and life.perhaps(0.65):
        return life.one_of(ordering)
    return life.one_of(
        (life.one_of(RESIDENTS).name, life.one_of(RESIDENTS).name, "小满妈", "老街坊", "王阿姨 2号", "1-1-201", "2号")
    )


def running_items(life: Life, room: Place) -> list[str]:
    """What still runs in a room, open or not."""
    rows = life.shop.rows(
        "SELECT DISTINCT i.name FROM groupbuy_item i JOIN groupbuy b ON b.id = i.groupbuy_id JOIN groupbuy_room r"
        " ON r.groupbuy_id = b.id WHERE r.room_id = ? AND b.status IN ('open', 'closed', 'reached', 'arrived')"
        " ORDER BY i.id",
        room.id,
    )
    return [row["name"] for row in rows]
