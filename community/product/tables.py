"""The tables of products: prices in integer cents (分), stock in whole units, days YYYY-MM-DD in the shop's zone."""

from sqlalchemy import DDL, CheckConstraint, Index, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from community.db import core_table


class Product(SQLModel, table=True):
    """Something on the shelf."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    spec: str = Field(description="5斤装; empty where nothing needs saying")
    unit: str = Field(description="what one of it is called: 份, 盒, 斤")
    cents: int = Field(description="its usual price")
    cost: int | None = Field(default=None, description="what one costs the shop, for staff only; None where not known")


class ProductWord(SQLModel, table=True):
    """A word that means one product and no other: its name, and every alias."""

    __tablename__ = "product_word"

    word: str = Field(primary_key=True, description="as community.product.names.key makes it")
    product_id: int = Field(foreign_key="product.id", index=True)
    alias: str | None = Field(description="as it was written; None for the product's own name")


class PriceEntry(SQLModel, table=True):
    """A price that was set, never changed afterwards: a usual one from `day` on, a deal for `day` alone."""

    __tablename__ = "price_entry"
    __table_args__ = (CheckConstraint("cents > 0"), Index("price_entry_of", "product_id", "kind", "day"))

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    kind: str = Field(description="usual or deal")
    day: str
    cents: int
    set_on: str = Field(description="the day it was set; a deal set anew before its day was never charged")


class Deal(SQLModel, table=True):
    """A product's price for one day."""

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    day: str = Field(primary_key=True, index=True)
    cents: int
    was: int | None = Field(default=None, description="the price shown crossed out; None where none is")


class Stock(SQLModel, table=True):
    """How much of a product there is: the sum of its entries. A product without a row is not counted."""

    __table_args__ = (CheckConstraint("quantity >= 0"),)

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    quantity: int
    in_sheet: int | None = Field(default=None, description="what the last list taken in said, whatever was sold since")


class StockEntry(SQLModel, table=True):
    """One change of a stock, never changed itself."""

    __tablename__ = "stock_entry"
    __table_args__ = (
        UniqueConstraint("product_id", "cause"),
        CheckConstraint("after >= 0"),
        Index("stock_entry_of", "product_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    at: int = Field(description="seconds since the epoch")
    kind: str = Field(description="delivery, count, order or return")
    delta: int = Field(description="negative when taken; 0 for a count that was right")
    after: int = Field(description="what there was afterwards")
    cause: str | None = Field(description="what may happen once only: order:17:2; None for what staff say by hand")
    by_id: str | None = Field(description="the contact id of who said so; None for orders and lists")


for _table in (PriceEntry, StockEntry):
    for _verb in ("UPDATE", "DELETE"):
        _name = _table.__tablename__
        event.listen(
            core_table(_table),
            "after_create",
            DDL(  # type: ignore[no-untyped-call] # SQLAlchemy left its signature untyped
                f"CREATE TRIGGER {_name}_no_{_verb.lower()} BEFORE {_verb} ON {_name} "
                f"BEGIN SELECT RAISE(ABORT, 'the table {_name} is append-only'); END"
            ),
        )
