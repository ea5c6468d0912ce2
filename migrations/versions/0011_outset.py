"""What every transaction that writes asks first, as one function of PostgreSQL."""

from __future__ import annotations

from alembic import op

from ruleloom.storage import outset

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    outset.install(op.get_bind())
