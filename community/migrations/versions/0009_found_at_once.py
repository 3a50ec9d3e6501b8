"""Indexes by which one order, door or code is found at once, however many there are."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Change the tables."""
    op.drop_index("ix_groupbuy_order_groupbuy_id", "groupbuy_order")
    op.create_index("groupbuy_order_of", "groupbuy_order", ["groupbuy_id", "member_id"], unique=False)
    op.drop_index("ix_resident_building", "resident")
    op.create_index("resident_door", "resident", ["building", "unit", "door"], unique=False)
    op.create_index("pickup_code_until", "pickup_code", ["expires_at"], unique=False)
    op.create_index("egg_code_code", "egg_code", ["code"], unique=False)
