"""Runs that wait between two actions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("rule_memories", sa.Column("waits", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
    op.create_table(
        "parked_runs",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("firing", sa.BigInteger(), sa.ForeignKey("firings.id"), nullable=False),
        sa.Column("version", PLAIN_TEXT, nullable=False),
        sa.Column("branch", PLAIN_TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("wake", sa.BigInteger()),
        sa.Column("watch", PLAIN_TEXT),
    )
    op.create_index("ix_parked_runs_firing", "parked_runs", ["firing"])
    op.create_index("i_parked_runs_wake", "parked_runs", ["wake"])
    op.create_index("i_parked_runs_watch", "parked_runs", ["watch", "record"])


def downgrade() -> None:
    op.drop_table("parked_runs")
    op.drop_column("rule_memories", "waits")
