"""Runs that wait remember the change that their firing answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parked_runs", sa.Column("change", sa.Text()))
