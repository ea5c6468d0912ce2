"""The firings of a rule in order, and those of a period: for the list of rules and the log's filters."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("i_firings_rule_order", "firings", ["rule", "id"])
    op.create_index("i_firings_at", "firings", ["at"])
