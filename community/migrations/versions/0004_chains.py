"""What is kept of chains: the rows of the last snapshot, and whose a row name is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "chain_name",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.PrimaryKeyConstraint("room_id", "name"),
    )
    op.create_index(op.f("ix_chain_name_member_id"), "chain_name", ["member_id"], unique=False)
    op.create_table(
        "chain_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("groupbuy_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("goods", sa.String(), nullable=False),
        sa.Column("taken", sa.String(), nullable=False),
        sa.Column("contested", sa.String(), nullable=True),
        sa.Column("contested_by", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["groupbuy_id"],
            ["groupbuy.id"],
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["room.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("chain_line_member", "chain_line", ["member_id"], unique=False)
    op.create_index("chain_line_of", "chain_line", ["groupbuy_id", "room_id"], unique=False)
