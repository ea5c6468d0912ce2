"""Undoing firings, rules that stop by themselves, firings that are held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("changes", sa.Column("cause_id", sa.BigInteger()))
    op.add_column("definitions", sa.Column("stopped_at", sa.BigInteger()))
    op.add_column("notices", sa.Column("taken_back", sa.BigInteger()))
    op.add_column("firings", sa.Column("undo", sa.BigInteger()))
    op.add_column("firings", sa.Column("caused_by", sa.BigInteger()))
    op.add_column("firings", sa.Column("skip", sa.Text()))
    op.add_column("firings", sa.Column("held", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
    _fill()
    _partial("i_changes_cause", "changes", ["cause_id"], "cause_id IS NOT NULL")
    _partial("i_firings_caused_by", "firings", ["caused_by"], "caused_by IS NOT NULL")
    _partial("i_firings_held", "firings", ["rule", "id"], "held")
    _partial("i_notices_firing", "notices", ["firing"], "firing IS NOT NULL")
    _rates()
    _undos()


def _fill() -> None:
    """What was logged before names its firing within a JSON text only."""
    if op.get_bind().dialect.name == "sqlite":
        named, kind = "CAST(json_extract(cause, '$.{key}') AS INTEGER)", "json_extract(cause, '$.kind')"
    else:
        named, kind = "CAST(CAST(cause AS json) ->> '{key}' AS BIGINT)", "CAST(cause AS json) ->> 'kind'"
    firing = f"{kind} = 'firing'"
    rule = f"{kind} = 'rule'"
    logged = sa.table("changes", sa.column("cause_id"), sa.column("cause"))
    fired = sa.table("firings", sa.column("caused_by"), sa.column("cause"))
    for table, column, key, which, word in (
        (logged, "cause_id", "id", firing, "firing"),
        (fired, "caused_by", "firing", rule, "rule"),
    ):
        said = table.c.cause.like(f'%"{word}"%')
        changed = sa.update(table).values({column: sa.literal_column(named.format(key=key))})
        op.execute(changed.where(said, sa.text(which)))


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _rates() -> None:
    op.create_table(
        "rule_rates",
        sa.Column("rule", PLAIN_TEXT, primary_key=True),
        sa.Column("most", sa.Integer()),
        sa.Column("per", sa.BigInteger()),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("stop", sa.Text()),
    )


def _undos() -> None:
    op.create_table(
        "undos",
        sa.Column("id", BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("kind", PLAIN_TEXT, nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("chained", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger()),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undo", sa.BigInteger()),
    )
    op.create_index("i_undos_of", "undos", ["of"])


def downgrade() -> None:
    op.drop_table("undos")
    op.drop_table("rule_rates")
    for name, table in (("firing", "notices"), ("held", "firings"), ("caused_by", "firings"), ("cause", "changes")):
        op.drop_index(f"i_{table}_{name}", table)
    for column in ("held", "skip", "caused_by", "undo"):
        op.drop_column("firings", column)
    op.drop_column("notices", "taken_back")
    op.drop_column("definitions", "stopped_at")
    op.drop_column("changes", "cause_id")
