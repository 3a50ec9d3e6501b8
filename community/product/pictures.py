"""Pictures of products: by name in the shop's uploads, given by a list of goods or with a group buy."""

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel, col

from community.db import Tx, change, insert, prepare


class ProductPicture(SQLModel, table=True):
    """What a product looks like."""

    __tablename__ = "product_picture"

    product_id: int = Field(foreign_key="product.id", primary_key=True)
    name: str = Field(description="its name in the shop's uploads")


class _Name(NamedTuple):
    name: str


_new = insert(ProductPicture)
_PUT = change(_new.on_conflict_do_update(index_elements=["product_id"], set_={"name": _new.excluded.name}))
_OF = prepare(_Name, select(col(ProductPicture.name)).where(col(ProductPicture.product_id) == bindparam("product")))
_ALL = prepare(_Name, select(col(ProductPicture.name)))


def put(tx: Tx, product_id: int, name: str) -> None:
    """This is what the product looks like from now on."""
    tx.run(_PUT, product_id=product_id, name=name)


def of(tx: Tx, product_id: int) -> str | None:
    """The name of a product's picture, None where it has none."""
    found = tx.one(_OF, product=product_id)
    return found.name if found else None


def in_use(tx: Tx) -> list[str]:
    """The names of all pictures that products have."""
    return [row.name for row in tx.all(_ALL)]
