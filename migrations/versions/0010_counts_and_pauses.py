"""How often rules fired lately, counted when they do; and when they stood still, with who paused them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SLOT = 15 * 60 * 1_000_000
_COUNTED = sa.text(
    "insert into rule_counts (slot, rule, number)"
    " select at / :slot, rule, count(*) from firings where edge not in ('skipped', 'blocked')"
    " and at > (select max(at) from firings) - :days group by at / :slot, rule"
)
_PAUSED = sa.text(
    "insert into rule_pauses (rule, since, since_by, stopped)"
    " select id, updated_at, updated_by, :no from definitions where kind = 'rule' and paused and deleted_at is null"
)


def upgrade() -> None:
    op.create_table(
        "rule_counts",
        sa.Column("slot", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("rule", PLAIN_TEXT, primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rule_pauses",
        sa.Column("rule", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("since", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("since_by", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        sa.Column("until_by", sa.BigInteger()),
        sa.Column("stopped", sa.Boolean(), nullable=False),
    )
    op.get_bind().execute(_COUNTED, {"slot": _SLOT, "days": 10 * 96 * _SLOT})
    op.get_bind().execute(_PAUSED, {"no": False})
