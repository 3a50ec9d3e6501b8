"""Alembic's way in: it works on the connection that community/migrate.py hands over, inside its transaction."""

from importlib import import_module
from pkgutil import walk_packages

from alembic import context
from sqlmodel import SQLModel

import community

for _module in walk_packages(community.__path__, "community."):
    if ".migrations" not in _module.name:
        import_module(_module.name)  # every table joins the metadata when its module is imported

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
context.run_migrations()
