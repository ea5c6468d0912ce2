"""System tables of the exchange with other systems and with files: connections, syncs, links, imports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

connections = Table(
    "connections",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("settings", JsonText, nullable=False),
    Column("secrets", Text, comment="encrypted"),
    Column("mapping", JsonText),
    Column("status", PlainText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
)

cursors = Table(
    "cursors",
    SYSTEM,
    Column("connection", BigInteger, ForeignKey("connections.id"), primary_key=True),
    Column("resource", PlainText, primary_key=True),
    Column("cursor", JsonText),
    Column("updated_at", BigInteger, nullable=False),
)

external_links = Table(
    "external_links",
    SYSTEM,
    Column("connection", BigInteger, primary_key=True, autoincrement=False),
    Column("resource", PlainText, primary_key=True),
    Column("external_id", PlainText, primary_key=True),
    Column("entity", PlainText, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("hash", Text, comment="of the remote row as last applied: an equal one is not applied again"),
    Column("updated_at", BigInteger, nullable=False),
    Index("i_external_links_record", "record"),
)

sync_runs = Table(
    "sync_runs",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("connection", BigInteger, ForeignKey("connections.id"), nullable=False, index=True),
    Column("status", PlainText, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("counts", JsonText, nullable=False),
    Column("problems", JsonText),
)

import_runs = Table(
    "import_runs",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("entity", PlainText, nullable=False),
    Column("name", PlainText, nullable=False, comment="file name"),
    Column("sha256", PlainText, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("plan", JsonText),
    Column("progress", JsonText),
    Column("report", JsonText),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger),
    Column("updated_at", BigInteger, nullable=False),
)

import_problems = Table(
    "import_problems",
    SYSTEM,
    Column("run", BigInteger, ForeignKey("import_runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer, nullable=False, comment="number in the file, the header is 1"),
    Column("column", PlainText),
    Column("code", PlainText, nullable=False),
    Column("params", JsonText),
    Column("cells", JsonText, comment="the row as read, for the report"),
)
