"""alembic's environment: system tables only; tables, views and links of entities are built by publishing."""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection

from ruleloom.storage.schema.columns import ExactNumber, JsonText
from ruleloom.storage.tables.system import SYSTEM

NOT_OURS = ("r_", "v_", "l_")


def include_name(name: str | None, type_: str, parents: Any) -> bool:
    """Ignores what publishing owns."""
    table = name if type_ == "table" else parents.get("table_name")
    return not (table or "").startswith(NOT_OURS)


def render_item(type_: str, obj: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain types, so that they stay true when ours change."""
    if type_ == "type" and isinstance(obj, JsonText):
        return "sa.Text()"
    if type_ == "type" and isinstance(obj, ExactNumber):
        raise TypeError("system tables hold no scaled numbers")
    return False


def migrate(connection: Connection) -> None:
    """Brings the database to the newest version."""
    context.configure(
        connection=connection,
        target_metadata=SYSTEM,
        include_name=include_name,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("offline SQL is not supported: migrations read the database they change")
if given is not None:
    migrate(given)
else:
    url = os.environ.get("RULELOOM_DATABASE_URL", "sqlite:///ruleloom.db")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as opened:
        migrate(opened)
