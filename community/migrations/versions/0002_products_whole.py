"""Products, whole: other names, what they cost, every price that was valid, stock with its entries."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the tables, and carry the names and prices of a shop's products over into them."""
    op.add_column("product", sa.Column("cost", sa.Integer(), nullable=True))
    op.add_column("deal", sa.Column("was", sa.Integer(), nullable=True))
    op.create_table(
        "product_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("word"),
    )
    op.create_index(op.f("ix_product_word_product_id"), "product_word", ["product_id"], unique=False)
    op.create_table(
        "price_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("set_on", sa.String(), nullable=False),
        sa.CheckConstraint("cents > 0"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("price_entry_of", "price_entry", ["product_id", "kind", "day"], unique=False)
    op.create_table(
        "stock",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("in_sheet", sa.Integer(), nullable=True),
        sa.CheckConstraint("quantity >= 0"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    op.create_table(
        "stock_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("by_id", sa.String(), nullable=True),
        sa.CheckConstraint("after >= 0"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("product_id", "cause"),
    )
    op.create_index("stock_entry_of", "stock_entry", ["product_id"], unique=False)
    _carry_names_over()
    _carry_prices_over()
    for table in ("price_entry", "stock_entry"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only'); END"
            )


def _carry_names_over() -> None:
    words: dict[str, int] = {}
    for product_id, name in op.get_bind().execute(sa.text("SELECT id, name FROM product ORDER BY id")):
        plain = " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
        words.setdefault(plain, product_id)
    for word, product_id in words.items():
        op.get_bind().execute(
            sa.text("INSERT INTO product_word (word, product_id) VALUES (:word, :product)"),
            {"word": word, "product": product_id},
        )


def _carry_prices_over() -> None:
    """Since when a price was valid nobody wrote down: the usual ones count from today, the deals on their days."""
    op.execute(
        "INSERT INTO price_entry (product_id, kind, day, cents, set_on) "
        "SELECT id, 'usual', date('now'), cents, date('now') FROM product"
    )
    op.execute(
        "INSERT INTO price_entry (product_id, kind, day, cents, set_on) "
        "SELECT product_id, 'deal', day, cents, min(day, date('now')) FROM deal"
    )
