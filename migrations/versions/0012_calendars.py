"""Which calendar held from which instant on: questions about the past are answered by the calendar of then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calendar_log",
        sa.Column("since", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("timezone", PLAIN_TEXT, nullable=False),
        sa.Column("calendar", PLAIN_TEXT),
        sa.Column("set_by", sa.BigInteger()),
    )
