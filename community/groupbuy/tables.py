"""The tables of group buys. Prices are cents, quantities whole portions, times seconds since the epoch."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, false, text
from sqlmodel import Field, SQLModel


class GroupBuy(SQLModel, table=True):
    """One group buy and its terms; the targets count portions, people and cents, None where there is none."""

    __tablename__ = "groupbuy"
    __table_args__ = (Index("groupbuy_status", "status", "closes_at"),)

    id: int | None = Field(default=None, primary_key=True)
    title: str
    status: str = Field(description="draft, open, closed, reached, failed, arrived, done or withdrawn")
    target: int | None
    target_people: int | None
    target_cents: int | None
    opens_at: int | None = Field(description="orders are taken from this moment on; None: from the 确认")
    closes_at: int
    arrives: str | None = Field(description="YYYY-MM-DD")
    pickup: str | None = Field(description="where and when to fetch it: 店门口 16:00-20:30")
    delivery: bool = Field(description="brought to the door")
    same_day: bool = Field(
        description="does not keep: to be fetched on the day it comes", sa_column_kwargs={"server_default": false()}
    )
    limit_household: int | None = Field(description="portions that one household may order altogether")
    opened_by: str = Field(foreign_key="member.id")
    created_at: int
    closed_at: int | None
    papers_at: int | None = Field(default=None, description="when its sheets had their turn to be handed out")


class GroupBuyItem(SQLModel, table=True):
    """One thing to order in a group buy."""

    __tablename__ = "groupbuy_item"
    __table_args__ = (CheckConstraint("sold BETWEEN 0 AND stock"), Index("groupbuy_item_of", "groupbuy_id"))

    id: int | None = Field(default=None, primary_key=True)
    groupbuy_id: int = Field(foreign_key="groupbuy.id")
    code: str = Field(description="A, B, C: what it may be ordered by")
    name: str
    spec: str
    aliases: str = Field(description="other names, joined by 、")
    unit: str = Field(description="what one portion is called: 份, 盒, 板")
    cents: int
    cost: int | None = Field(description="what one portion costs the shop, in cents; never shown to residents")
    limit_each: int | None = Field(description="portions one member may order")
    stock: int
    sold: int
    tiered: bool = Field(description="whether its price depends on the quantity")
    product_id: int | None = Field(
        default=None,
        sa_column=Column(ForeignKey("product.id", name="groupbuy_item_product")),
        description="the product of the shelf whose stock its portions are; None: they come from a supplier",
    )


class GroupBuyTier(SQLModel, table=True):
    """From `least` portions of an item on, each one costs `cents`."""

    __tablename__ = "groupbuy_tier"

    item_id: int = Field(foreign_key="groupbuy_item.id", primary_key=True)
    least: int = Field(primary_key=True)
    cents: int


class GroupBuyRoom(SQLModel, table=True):
    """A room where a group buy runs."""

    __tablename__ = "groupbuy_room"

    groupbuy_id: int = Field(foreign_key="groupbuy.id", primary_key=True)
    room_id: str = Field(foreign_key="room.id", primary_key=True, index=True)


class GroupBuyReminder(SQLModel, table=True):
    """One moment at which a room might be reminded of a group buy, and what became of it; never decided twice."""

    __tablename__ = "groupbuy_reminder"

    groupbuy_id: int = Field(foreign_key="groupbuy.id", primary_key=True)
    room_id: str = Field(foreign_key="room.id", primary_key=True)
    kind: str = Field(primary_key=True, description="begin, half or hour")
    at: int = Field(description="when that was decided")
    cause: str = Field(description="what the outbox knows its words by; empty where nothing was said")
    reason: str = Field(description="why nothing was said: sold out, quiet, …; empty otherwise")


class GroupBuyOrder(SQLModel, table=True):
    """What a member wants of an item; at most one placed order per member and item."""

    __tablename__ = "groupbuy_order"
    __table_args__ = (
        CheckConstraint("quantity > 0"),
        Index("groupbuy_order_placed", "item_id", "member_id", unique=True, sqlite_where=text("status = 'placed'")),
        Index("groupbuy_order_member", "member_id"),
        Index("groupbuy_order_of", "groupbuy_id", "member_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    groupbuy_id: int = Field(foreign_key="groupbuy.id")
    item_id: int = Field(foreign_key="groupbuy_item.id")
    room_id: str = Field(foreign_key="room.id")
    member_id: str = Field(foreign_key="member.id")
    quantity: int
    cents: int = Field(description="the price of one portion when it was ordered")
    status: str = Field(description="placed or cancelled")
    placed_at: int
    changed_at: int
    note: str = Field(default="", sa_column_kwargs={"server_default": ""}, description="要小的: for whoever packs it")


class GroupBuyGrant(SQLModel, table=True):
    """What an order gets of what came, and how much of it has been handed over; there from the arrival on."""

    __tablename__ = "groupbuy_grant"
    __table_args__ = (CheckConstraint("collected BETWEEN 0 AND granted"),)

    order_id: int = Field(foreign_key="groupbuy_order.id", primary_key=True)
    granted: int
    collected: int


class GroupBuyEntry(SQLModel, table=True):
    """One change of an order: what, who, when. Never changed itself, but for words that a resident wants forgotten."""

    __tablename__ = "groupbuy_entry"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="groupbuy_order.id", index=True)
    at: int
    by_id: str = Field(description="the contact id of who changed it")
    before: int
    after: int
    cause: str = Field(description="order, change, cancel, withdrawn or note")
    reason: str = Field(
        default="",
        sa_column_kwargs={"server_default": ""},
        description="why, or what was noted; emptied when its resident asks to be forgotten",
    )
