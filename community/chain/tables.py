"""How chains are kept: the rows of the last snapshot with what became of each, and whose a row name is in a room."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class ChainLine(SQLModel, table=True):
    """One row of a room's chain for a group buy; goods are written as item ids with portions: 7:2 8:1."""

    __tablename__ = "chain_line"
    __table_args__ = (Index("chain_line_of", "groupbuy_id", "room_id"), Index("chain_line_member", "member_id"))

    id: int | None = Field(default=None, primary_key=True)
    groupbuy_id: int = Field(foreign_key="groupbuy.id")
    room_id: str = Field(foreign_key="room.id")
    number: int = Field(description="as in the chain that was last sent or shown")
    name: str
    member_id: str | None = Field(foreign_key="member.id", description="whose it is; None: nobody knows")
    by_id: str = Field(description="who wrote it")
    raw: str = Field(description="the row as it was last sent, without its number")
    status: str = Field(description="sure, doubtful or ignored, as it was read")
    reason: str = Field(description="why it is not their order, empty where it is")
    note: str = Field(description="what was asked for beside the goods")
    goods: str = Field(description="what the row says")
    taken: str = Field(description="what of it stands as their order")
    contested: str | None = Field(description="what somebody else made of it, until it is agreed to; empty: nothing")
    contested_by: str = Field(description="the contact id of who did so")
    gone: bool = Field(description="left out of the last snapshot by somebody else")
    sent: bool = Field(description="whether a neighbour ever sent it; what only the bot wrote is missed by nobody")


class ChainName(SQLModel, table=True):
    """A row name that is known to mean a contact in this room, for this group buy and all later ones."""

    __tablename__ = "chain_name"

    room_id: str = Field(primary_key=True, foreign_key="room.id")
    name: str = Field(primary_key=True, description="as names are compared")
    member_id: str = Field(foreign_key="member.id", index=True)
    at: int = Field(description="since when, seconds since the epoch")
