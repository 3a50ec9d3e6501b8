"""A note on an order, and the reason of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("groupbuy_order", sa.Column("note", sa.String(), server_default="", nullable=False))
    op.add_column("groupbuy_entry", sa.Column("reason", sa.String(), server_default="", nullable=False))
