"""The clock of a workspace in PostgreSQL, which never runs backwards."""

from __future__ import annotations

from alembic import op

from ruleloom.storage import server_clock

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    server_clock.install(op.get_bind())


def downgrade() -> None:
    """The sequence may stay: it says only how late it was."""
