"""Reminders: what was said before a close and to those who had not fetched their goods; goods that do not keep."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("groupbuy", sa.Column("same_day", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "groupbuy_reminder",
        sa.Column("groupbuy_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["groupbuy_id"], ["groupbuy.id"]),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"]),
        sa.PrimaryKeyConstraint("groupbuy_id", "room_id", "kind"),
    )
    op.create_table(
        "pickup_reminder",
        sa.Column("groupbuy_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["groupbuy_id"], ["groupbuy.id"]),
        sa.PrimaryKeyConstraint("groupbuy_id", "kind"),
    )
