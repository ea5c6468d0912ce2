"""The functions of the rule language in PostgreSQL."""

from __future__ import annotations

from alembic import op

from ruleloom.storage.sql import functions

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    functions.install(op.get_bind())


def downgrade() -> None:
    """Functions may stay: nothing but rule conditions calls them."""
