"""Backtests: what a rule would have done in the past, with every hit that is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "backtests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("rule", sa.BigInteger(), nullable=False),
        sa.Column("status", PLAIN_TEXT, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("i_backtests_rule", "backtests", ["rule", "id"])
    op.create_table(
        "backtest_hits",
        sa.Column("run", sa.BigInteger(), sa.ForeignKey("backtests.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("group", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
