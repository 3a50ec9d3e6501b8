"""What is given out, paid, refunded and claimed once a group buy is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "redeem_miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("redeem_miss_by", "redeem_miss", ["by_id", "at"], unique=False)
    op.create_table(
        "pickup_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("issued_at", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pickup_code_code", "pickup_code", ["code"], unique=False)
    op.create_index("pickup_code_live", "pickup_code", ["code"], unique=True, sqlite_where=sa.text("status = 'live'"))
    op.create_index(
        "pickup_code_of", "pickup_code", ["member_id"], unique=True, sqlite_where=sa.text("status = 'live'")
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("claim_status", "claim", ["status"], unique=False)
    op.create_table(
        "groupbuy_grant",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.CheckConstraint("collected BETWEEN 0 AND granted"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.CheckConstraint("cents <> 0"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("payment_order", "payment", ["order_id"], unique=False)
    op.create_table(
        "pickup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("pickup_order", "pickup", ["order_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.CheckConstraint("cents > 0"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["groupbuy_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "reason"),
    )
    for table in ("refund", "payment", "pickup"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the {table} is append-only'); END"
            )
