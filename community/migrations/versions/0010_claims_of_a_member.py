"""An index by which somebody's claims are found at once, however many there are."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change the tables."""
    op.create_index("claim_of", "claim", ["member_id"], unique=False)
