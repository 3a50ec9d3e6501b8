"""Alembic's way in: it works on the connection that community/migrate.py hands over, inside its transaction."""

from typing import Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString


def _plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that they need nothing of sqlmodel in years to come."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),  # a draft's; an upgrade compares nothing
    render_as_batch=context.config.attributes.get("batch", True),
    render_item=_plain,
)
context.run_migrations()
