"""Files in the outbox, sheets handed out at the close, items whose portions come from the stock of the shelf."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("outbox", sa.Column("file", sa.String(), nullable=True))
    op.add_column("groupbuy", sa.Column("papers_at", sa.Integer(), nullable=True))
    op.execute("UPDATE groupbuy SET papers_at = closed_at")  # what closed long ago brings no papers now
    sold = sa.CheckConstraint("sold BETWEEN 0 AND stock")  # it bears no name, so that a rebuilt table would lose it
    with op.batch_alter_table("groupbuy_item", table_args=(sold,)) as item:
        item.add_column(sa.Column("product_id", sa.Integer(), nullable=True))
        item.create_foreign_key("groupbuy_item_product", "product", ["product_id"], ["id"])
