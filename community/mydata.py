"""What the shop keeps about a person: shown to them, and forgotten when they ask (个人信息保护法 art. 45, 47).

Accounts and orders stay as figures under the bare contact id, because money that has moved must stay explained; name,
rooms, notes on orders, activity and direct messages go, and name and notes from what was said in the rooms, too.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlmodel import col

from community import claim_photo, eggs, ledger, payment, phone, pickup, unsaid
from community.activity import Activity
from community.chain.tables import ChainLine, ChainName
from community.claim import Claim
from community.db import Count, Prepared, Tx, change, prepare
from community.groupbuy.tables import GroupBuyEntry, GroupBuyOrder
from community.household import doors
from community.household.doors import Resident
from community.invite import Invite
from community.money import yuan
from community.outbox import Outbox
from community.people import NAMED, KnownMember, Member, Membership, Room
from community.refusal import Refusal

NAMELESS = "已注销的邻居"


class Held(NamedTuple):
    """What is kept about a member, in counts and names; `rows` are names in chains, `claims` their complaints."""

    rooms: list[str]
    home: str
    orders: int
    notes: list[str]
    eggs: int
    invited: int
    activities: int
    photos: int
    rows: list[str]
    claims: list[str]


class _Name(NamedTuple):
    """A name, or other words."""

    name: str


_ROOMS = prepare(
    _Name,
    select(col(Room.name))
    .join(Membership, col(Membership.room_id) == col(Room.id))
    .where(col(Membership.member_id) == bindparam("who"))
    .group_by(col(Room.id), col(Room.name))
    .order_by(col(Room.name)),
)
_ORDERS = prepare(Count, select(func.count()).where(col(GroupBuyOrder.member_id) == bindparam("who")))
_NOTES = prepare(
    _Name,
    select(col(GroupBuyOrder.note))
    .where(col(GroupBuyOrder.member_id) == bindparam("who"), col(GroupBuyOrder.note) != "")
    .group_by(col(GroupBuyOrder.note))
    .order_by(col(GroupBuyOrder.note)),
)
_CLAIMED = prepare(
    _Name,
    select(col(Claim.text))
    .where(col(Claim.member_id) == bindparam("who"), col(Claim.text) != "")
    .order_by(col(Claim.id)),
)
_CLAIMS = prepare(
    Count,
    select(func.count()).where(col(Claim.member_id) == bindparam("who"), col(Claim.status) == "open"),
)
_INVITES = prepare(
    Count,
    select(func.count()).where(
        or_(col(Invite.inviter_id) == bindparam("who"), col(Invite.invitee_id) == bindparam("who"))
    ),
)
_ACTIVITIES = prepare(Count, select(func.count()).where(col(Activity.member_id) == bindparam("who")))
_WRITTEN = prepare(
    _Name,
    select(col(GroupBuyEntry.reason))
    .join(GroupBuyOrder, col(GroupBuyOrder.id) == col(GroupBuyEntry.order_id))
    .where(
        col(GroupBuyOrder.member_id) == bindparam("who"),
        col(GroupBuyEntry.cause) == "note",
        col(GroupBuyEntry.reason) != "",
    )
    .group_by(col(GroupBuyEntry.reason)),
)
_ROW_NAMES = prepare(_Name, select(col(ChainName.name)).where(col(ChainName.member_id) == bindparam("who")))
_FORGET_LIST = change(
    update(Member)
    .where(
        col(Member.id).in_(
            select(NAMED + col(ChainName.room_id) + ":" + col(ChainName.name)).where(
                col(ChainName.member_id) == bindparam("who")
            )
        )
    )
    .values(name=NAMELESS)
)
"""The names on a list that they said were theirs."""
_FORGET: tuple[Prepared[Count], ...] = (
    change(update(Activity).where(col(Activity.member_id) == bindparam("who")).values(member_id=None, detail="")),
    change(update(Claim).where(col(Claim.member_id) == bindparam("who")).values(text="")),
    change(update(GroupBuyOrder).where(col(GroupBuyOrder.member_id) == bindparam("who")).values(note="")),
    change(
        update(GroupBuyEntry)
        .where(
            col(GroupBuyEntry.order_id).in_(
                select(col(GroupBuyOrder.id)).where(col(GroupBuyOrder.member_id) == bindparam("who"))
            )
        )
        .values(reason="")
    ),
    change(delete(Resident).where(col(Resident.member_id) == bindparam("who"))),
    _FORGET_LIST,
    change(delete(ChainName).where(col(ChainName.member_id) == bindparam("who"))),
    change(delete(ChainLine).where(col(ChainLine.member_id) == bindparam("who"))),
    change(delete(Membership).where(col(Membership.member_id) == bindparam("who"))),
    change(
        delete(Outbox).where(
            col(Outbox.room_id) == bindparam("who"), col(Outbox.status) != "queued", col(Outbox.status) != "sending"
        )
    ),
    change(update(Member).where(col(Member.id) == bindparam("who")).values(name=NAMELESS)),
)


def held(tx: Tx, member_id: str) -> Held:
    """Everything the shop keeps about a member."""
    return Held(
        [row.name for row in tx.all(_ROOMS, who=member_id)],
        str(doors.home(tx, member_id) or ""),
        tx.count(_ORDERS, who=member_id),
        [row.name for row in tx.all(_NOTES, who=member_id)],
        ledger.balance(tx, member_id, "eggs"),
        tx.count(_INVITES, who=member_id),
        tx.count(_ACTIVITIES, who=member_id),
        claim_photo.held(tx, member_id),
        [row.name for row in tx.all(_ROW_NAMES, who=member_id)],
        [row.name for row in tx.all(_CLAIMED, who=member_id)],
    )


def unfinished(tx: Tx, member_id: str, now: datetime) -> list[str]:
    """What binds the member and the shop still, in words with what to do about it: for that their name is needed."""
    accounts = payment.of_member(tx, member_id, now)
    standing = [one for one in accounts if one.placed == "placed"]
    running = [one.item for one in standing if one.status == "open"]
    coming = [one.item for one in standing if one.status in ("closed", "reached")]
    to_fetch = [f"{one.item}{one.left}{one.unit}" for one in pickup.waiting(tx, member_id)]
    unpaid = sum(one.open for one in standing if one.status in ("arrived", "done"))
    back = sum(one.back for one in accounts)
    ends = [
        (running, f"{_all(running)}还没截单，不要了先在群里发“取消”"),
        (coming, f"{_all(coming)}还没到货，不要了先跟店里说一声"),
        (to_fetch, f"{_all(to_fetch)}还没取，发“我的取货码”来取"),
        (unpaid, f"还有{yuan(unpaid)}没付"),
        (back, f"店里还要退您{yuan(back)}"),
        (tx.count(_CLAIMS, who=member_id), "售后还没处理完"),
    ]
    return [words for there, words in ends if there]


def _all(names: list[str]) -> str:
    return "、".join(dict.fromkeys(names))


def forget(tx: Tx, member: KnownMember, now: datetime) -> None:
    """Forget the member, their eggs included. Refused to staff, and while something is unfinished, which is named."""
    if member.role.staff:
        raise Refusal("您还是店里的人，先请店主把您从店员名单里撤下来。")
    if open_ends := unfinished(tx, member.id, now):
        raise Refusal(f"{'；'.join(open_ends)}。都了结了再来删。")
    eggs.withdraw(tx, member.id)
    held_eggs = ledger.balance(tx, member.id, "eggs")
    if held_eggs:
        ledger.move(tx, member.id, "eggs", -held_eggs, f"forgotten:{int(now.timestamp())}", now)
    claim_photo.forget(tx, member.id)
    _unsay(tx, member)
    for statement in _FORGET:
        tx.run(statement, who=member.id)


def _unsay(tx: Tx, member: KnownMember) -> None:
    """Take their names, their door and their notes out of what was said."""
    notes = _said(tx, _WRITTEN, member)
    own = [str(doors.home(tx, member.id) or ""), *notes, *map(phone.hidden, notes)]
    unsaid.take_out(tx, {member.name, *_said(tx, _ROW_NAMES, member)}, NAMELESS, own)


def _said(tx: Tx, statement: Prepared[_Name], member: KnownMember) -> set[str]:
    return {row.name for row in tx.all(statement, who=member.id)}
