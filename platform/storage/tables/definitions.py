"""System tables of what is drawn: definitions with their versions, settings, and what publishing did to the schema."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

settings = Table(
    "settings",
    SYSTEM,
    Column("key", PlainText, primary_key=True, comment="rule_set_version, clock_offset, timezone, calendar …"),
    Column("value", JsonText, nullable=False),
)

change_counters = Table(
    "change_counters",
    SYSTEM,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    comment="The change counter is the sum; several rows so that writers do not queue for one.",
)

definitions = Table(
    "definitions",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", PlainText, nullable=False, comment="entity, view, form, pipeline, rule, role, app …"),
    Column("key", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("labels", JsonText, nullable=False),
    Column("entity", PlainText, comment="permanent id of the entity it belongs to"),
    Column("draft", JsonText, comment="content that only its author and managers see; empty when nothing is drafted"),
    Column("published_version", Integer),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("stopped_at", BigInteger, comment="when a rule stopped by itself: it fired more often than allowed"),
    Column("shared", Boolean, nullable=False, server_default=text("true")),
    Column("revision", Integer, nullable=False, comment="goes up with every change of this row: its ETag"),
    Column("app", PlainText, comment="the template app it came from"),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", BigInteger),
    Column("deleted_at", BigInteger),
    Index(
        "u_definitions_key",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("i_definitions_entity", "kind", "entity"),
)

definition_versions = Table(
    "definition_versions",
    SYSTEM,
    Column("definition", BigInteger, ForeignKey("definitions.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", JsonText, nullable=False),
    Column("hash", Text, nullable=False, comment="SHA-256 of the content with sorted keys"),
    Column("name", PlainText, nullable=False),
    Column("labels", JsonText, nullable=False),
    Column("author", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("app", PlainText),
    Column("app_version", PlainText),
)

entity_columns = Table(
    "entity_columns",
    SYSTEM,
    Column("entity_key", PlainText, primary_key=True),
    Column("field_key", PlainText, primary_key=True),
    Column("kind", PlainText, nullable=False, comment="value kind of the column or link table"),
    Column("decimals", Integer, nullable=False),
    Column("to_entity", PlainText),
    comment="What publishing has built so far, so that it can go on where it stopped.",
)

schema_changes = Table(
    "schema_changes",
    SYSTEM,
    Column("id", BigId, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("entity_key", PlainText, nullable=False),
    Column("step", Text, nullable=False),
    sqlite_autoincrement=True,
)
