"""What a claim is settled with anew; photos of claims, pictures of group buys and products."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("pickup", sa.Column("claim_id", sa.Integer(), nullable=True))
    op.create_table(
        "replacement",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0"),
        sa.CheckConstraint("collected BETWEEN 0 AND quantity"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("claim_id"),
    )
    op.create_index("replacement_order", "replacement", ["order_id"], unique=False)
    op.create_table(
        "claim_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["claim.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_claim_photo_claim_id"), "claim_photo", ["claim_id"], unique=False)
    for of in ("groupbuy", "product"):
        op.create_table(
            f"{of}_picture",
            sa.Column(f"{of}_id", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(), nullable=False),
            sa.ForeignKeyConstraint(
                [f"{of}_id"],
                [f"{of}.id"],
            ),
            sa.PrimaryKeyConstraint(f"{of}_id"),
        )
