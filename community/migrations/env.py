"""Alembic's way in: it works on the connection that community/migrate.py hands over, inside its transaction."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import community

for _module in walk_packages(community.__path__, "community."):
    if ".migrations" not in _module.name:
        import_module(_module.name)  # every table joins the metadata when its module is imported


def _plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that they need nothing of sqlmodel in years to come."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=context.config.attributes.get("batch", True),
    render_item=_plain,
)
context.run_migrations()
