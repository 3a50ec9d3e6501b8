"""Payments: who has paid, who has not, and who gets money back. Staff say so; the bot only keeps the list.
Type: 王阿姨 已付 / 已付 王阿姨 / 未付 / 退款 / 王阿姨 已退
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from community import payment, pickup
from community.db import Tx
from community.household import doors, read_household
from community.payment import Account
from community.people import Role
from community.quantity import normalise
from community.refusal import Refusal
from handlers.command import Ask, Command, Reply, Said, alone, command, say

LISTED = 40
"""People named in a list; the rest is counted."""
_CODE = re.compile(r"[0-9]{4}")
_NOBODY = re.compile(
    "(?:我的|我们|我|咱|你|钱|款项?|账|都|全部|全|早就|早|就|也|刚刚|刚才|刚|今天|昨天|已经|过|了|啦|的|哦|哈|呀|谢谢|请|查收|麻烦|确认|一下"
    "|老板|大家|[ ,，、。.!！~])+"
)


def _of_somebody(said: Said) -> bool:
    """Somebody may be meant: 王阿姨 已付; not 我早就已付, 已付款了."""
    return not said.rest or _NOBODY.fullmatch(said.rest[:80]) is None


@command(
    "已付",
    example="王阿姨 已付",
    help="记下谁付过钱了，写名字、门牌或取货码",
    who=Role.LEADER,
    everyday=True,
    glue="any",
    last=True,
    means=_of_somebody,
)
def paid(tx: Tx, ask: Ask) -> Reply | None:
    """All that somebody owed is paid."""
    return _settled(tx, ask, paid, lambda one: one.open, "没有没付的单", "payment/paid")


@command(
    "已退",
    example="已退 李姐",
    help="该退的钱退给谁了",
    who=Role.LEADER,
    everyday=True,
    glue="any",
    last=True,
    means=_of_somebody,
)
def returned(tx: Tx, ask: Ask) -> Reply | None:
    """All that somebody was to get back was given to them."""
    return _settled(tx, ask, returned, lambda one: one.back, "没有要退的钱", "payment/returned")


@command("未付", example="未付", help="谁还没付钱", who=Role.LEADER, everyday=True, means=alone)
def unpaid(tx: Tx, ask: Ask) -> Reply:
    """Who has still to pay, for what is closed."""
    return say("payment/unpaid", **_listed(payment.unpaid(payment.recent(tx, ask.now)), lambda one: one.open))


@command("退款", "退款名单", example="退款", help="要退谁多少钱", who=Role.LEADER, everyday=True, means=alone)
def refunds(tx: Tx, ask: Ask) -> Reply:
    """Who gets money back, and from whom less is to be taken."""
    accounts = payment.recent(tx, ask.now)
    back = _listed(payment.owed_back(accounts), lambda one: one.back)
    less = _listed(payment.taken_off(accounts), lambda one: one.ordered - one.due)
    return say("payment/refunds", back=back, less=less)


def _settled(
    tx: Tx, ask: Ask, using: Command, open_: Callable[[Account], int], nothing: str, template: str
) -> Reply | None:
    if not ask.rest:
        raise using.wrong("写上是谁")
    name = normalise(ask.rest.partition("\n")[0][:80]).lstrip("@").strip()
    known = _of(tx, name, payment.recent(tx, ask.now), ask)
    if not known:
        if ask.behind or ask.glued:
            return None  # 我早就已付, 已付款了: nobody is called so
        raise Refusal(f"没找到“{name[:20]}”的单，写名字、门牌或者取货码都行。")
    accounts = [one for one in known if open_(one)]
    if not accounts:
        raise Refusal(f"{known[0].name} {nothing}。")
    _one_person(tx, name, accounts, using, ask)
    payment.settle(tx, accounts, ask.who.id, ask.now)
    return say(template, **_person(accounts, open_))


def _of(tx: Tx, name: str, accounts: Sequence[Account], ask: Ask) -> list[Account]:
    """The orders of whoever is called so, lives there or has that code."""
    members: set[str] = set()
    if _CODE.fullmatch(name):
        members = {pickup.read_code(tx, name, ask.now).member_id}
    elif (home := read_household(name)) is not None:
        members = set(doors.behind(tx, home))
    return [one for one in accounts if one.member_id in members or normalise(one.name) == name]


def _one_person(tx: Tx, name: str, accounts: Sequence[Account], using: Command, ask: Ask) -> None:
    """Refused where several people bear the name; those behind one door pay together.

    Their doors are told directly; where the neighbours read along, the buildings.
    """
    members = dict.fromkeys(one.member_id for one in accounts)
    if len(members) == 1 or read_household(name) is not None:
        return
    known = [home for home in (doors.home(tx, member) for member in members) if home]
    homes = [str(home) if ask.room is None else home.house for home in known]
    rest = f"，{len(members) - len(homes)}位没写门牌" if len(homes) < len(members) else ""
    where = f"（{'、'.join(homes)}{rest}）" if homes else ""
    way = homes[0] if homes and ask.room is None else "4821"
    example = using.example.replace("王阿姨", way).replace("李姐", way)
    raise Refusal(f"有{len(members)}位{name}{where}，写门牌或者取货码：{example}")


def _listed(accounts: Iterable[Account], cents: Callable[[Account], int]) -> dict[str, Any]:
    """Accounts by person as templates see them, LISTED of them, and how much it is altogether."""
    together: dict[str, list[Account]] = {}
    for one in accounts:
        together.setdefault(one.member_id, []).append(one)
    everybody = [_person(mine, cents) for mine in together.values()]
    return {
        "people": everybody[:LISTED],
        "rest": max(0, len(everybody) - LISTED),
        "total": sum(one["cents"] for one in everybody),
    }


def _person(accounts: Sequence[Account], cents: Callable[[Account], int]) -> dict[str, Any]:
    """One person's accounts, or those of one door, as templates see them."""
    goods: Counter[tuple[str, str]] = Counter()
    for one in accounts:
        goods[one.item, one.unit] += one.quantity
    return {
        "name": "、".join(dict.fromkeys(one.name for one in accounts)),
        "goods": [{"item": item, "unit": unit, "quantity": portions} for (item, unit), portions in goods.items()],
        "cents": sum(map(cents, accounts)),
    }
