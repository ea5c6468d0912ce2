"""Evaluations that are put off, since when a run waits, and which process holds which piece of work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("parked_runs", sa.Column("parked_at", sa.BigInteger(), nullable=True))
    _put_off()
    _put_off_runs()
    op.create_table(
        "holders",
        sa.Column("name", PLAIN_TEXT, primary_key=True),
        sa.Column("holder", PLAIN_TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )


def _put_off() -> None:
    op.create_table(
        "put_off",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger()),
        sa.Column("origin", PLAIN_TEXT, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
    )
    op.create_index("i_put_off_at", "put_off", ["at", "id"])
    op.create_table(
        "put_off_records",
        sa.Column("evaluation", BIG_ID, sa.ForeignKey("put_off.id"), primary_key=True),
        sa.Column("record", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entity", PLAIN_TEXT, nullable=False),
    )


def _put_off_runs() -> None:
    op.create_table(
        "put_off_runs",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("evaluation", sa.BigInteger(), sa.ForeignKey("put_off.id"), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("rule_name", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("firing", sa.BigInteger(), sa.ForeignKey("firings.id"), nullable=False),
        sa.Column("version", PLAIN_TEXT, nullable=False),
        sa.Column("branch", PLAIN_TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event", PLAIN_TEXT),
        sa.Column("before", sa.Text()),
    )
    op.create_index("i_put_off_runs_order", "put_off_runs", ["evaluation", "place", "priority", "rule_name", "record"])


def downgrade() -> None:
    for name in ("holders", "put_off_runs", "put_off_records", "put_off"):
        op.drop_table(name)
    op.drop_column("parked_runs", "parked_at")
