"""The system tables as they were at the beginning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for build in TABLES.values():
        build()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("user", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("email", PLAIN_TEXT, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("language", PLAIN_TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
        sa.UniqueConstraint("email"),
    )


def _change_counters() -> None:
    op.create_table(
        "change_counters",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard"),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entity", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("operation", PLAIN_TEXT, nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("i_changes_record", "changes", ["record", "id"], unique=False)


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", PLAIN_TEXT, nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("status", PLAIN_TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _definitions() -> None:
    op.create_table(
        "definitions",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", PLAIN_TEXT, nullable=False),
        sa.Column("key", PLAIN_TEXT, nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("entity", PLAIN_TEXT, nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("app", PLAIN_TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("i_definitions_entity", "definitions", ["kind", "entity"], unique=False)
    op.create_index(
        "u_definitions_key",
        "definitions",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _entity_columns() -> None:
    op.create_table(
        "entity_columns",
        sa.Column("entity_key", PLAIN_TEXT, nullable=False),
        sa.Column("field_key", PLAIN_TEXT, nullable=False),
        sa.Column("kind", PLAIN_TEXT, nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("to_entity", PLAIN_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("entity_key", "field_key"),
    )


def _external_links() -> None:
    op.create_table(
        "external_links",
        sa.Column("connection", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", PLAIN_TEXT, nullable=False),
        sa.Column("external_id", PLAIN_TEXT, nullable=False),
        sa.Column("entity", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "resource", "external_id"),
    )
    op.create_index("i_external_links_record", "external_links", ["record"], unique=False)


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("sha256", PLAIN_TEXT, nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("type", PLAIN_TEXT, nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("i_files_uploaded", "files", ["uploaded_at"], unique=False)
    op.create_index("ix_files_sha256", "files", ["sha256"], unique=False)


def _firings() -> None:
    op.create_table(
        "firings",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("key", PLAIN_TEXT, nullable=False),
        sa.Column("rule", PLAIN_TEXT, nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("entity", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("edge", PLAIN_TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("i_firings_record", "firings", ["record", "id"], unique=False)
    op.create_index("i_firings_rule", "firings", ["rule", "record", "at"], unique=False)


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("key", PLAIN_TEXT, nullable=False),
        sa.Column("actor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "actor"),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"], unique=False)


def _import_runs() -> None:
    op.create_table(
        "import_runs",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("entity", PLAIN_TEXT, nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("sha256", PLAIN_TEXT, nullable=False),
        sa.Column("status", PLAIN_TEXT, nullable=False),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("user", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("firing", sa.BigInteger(), nullable=True),
        sa.Column("entity", PLAIN_TEXT, nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("i_notices_user", "notices", ["user", "id"], unique=False)


def _rule_memories() -> None:
    op.create_table(
        "rule_memories",
        sa.Column("rule", PLAIN_TEXT, nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("firing_counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "record"),
    )
    op.create_index(
        "i_rule_memories_deadline",
        "rule_memories",
        ["deadline"],
        unique=False,
        sqlite_where=sa.text("deadline IS NOT NULL"),
        postgresql_where=sa.text("deadline IS NOT NULL"),
    )
    op.create_index("i_rule_memories_record", "rule_memories", ["record"], unique=False)


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("rule", PLAIN_TEXT, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"], unique=False)


def _schema_changes() -> None:
    op.create_table(
        "schema_changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entity_key", PLAIN_TEXT, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("key", PLAIN_TEXT, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("token_hash", PLAIN_TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.user"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_api_tokens_account", "api_tokens", ["account"], unique=False)


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("connection", sa.BigInteger(), nullable=False),
        sa.Column("resource", PLAIN_TEXT, nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection"],
            ["connections.id"],
        ),
        sa.PrimaryKeyConstraint("connection", "resource"),
    )


def _definition_versions() -> None:
    op.create_table(
        "definition_versions",
        sa.Column("definition", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("app", PLAIN_TEXT, nullable=True),
        sa.Column("app_version", PLAIN_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["definition"],
            ["definitions.id"],
        ),
        sa.PrimaryKeyConstraint("definition", "version"),
    )


def _effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("firing", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", PLAIN_TEXT, nullable=False),
        sa.Column("status", PLAIN_TEXT, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("entity", PLAIN_TEXT, nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firing"],
            ["firings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("i_effects_firing", "effects", ["firing", "position"], unique=False)
    op.create_index("i_effects_status", "effects", ["status", "not_before"], unique=False)


def _import_problems() -> None:
    op.create_table(
        "import_problems",
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", PLAIN_TEXT, nullable=True),
        sa.Column("code", PLAIN_TEXT, nullable=False),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("cells", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run"],
            ["import_runs.id"],
        ),
        sa.PrimaryKeyConstraint("run", "position"),
    )


def _one_time_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("token_hash", PLAIN_TEXT, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.user"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", PLAIN_TEXT, nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.user"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"], unique=False)


def _sync_runs() -> None:
    op.create_table(
        "sync_runs",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("connection", sa.BigInteger(), nullable=False),
        sa.Column("status", PLAIN_TEXT, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection"],
            ["connections.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sync_runs_connection", "sync_runs", ["connection"], unique=False)


TABLES = {
    "accounts": _accounts,
    "change_counters": _change_counters,
    "changes": _changes,
    "connections": _connections,
    "definitions": _definitions,
    "entity_columns": _entity_columns,
    "external_links": _external_links,
    "files": _files,
    "firings": _firings,
    "idempotency_keys": _idempotency_keys,
    "import_runs": _import_runs,
    "notices": _notices,
    "rule_memories": _rule_memories,
    "schedules": _schedules,
    "schema_changes": _schema_changes,
    "settings": _settings,
    "api_tokens": _api_tokens,
    "cursors": _cursors,
    "definition_versions": _definition_versions,
    "effects": _effects,
    "import_problems": _import_problems,
    "one_time_tokens": _one_time_tokens,
    "sessions": _sessions,
    "sync_runs": _sync_runs,
}
