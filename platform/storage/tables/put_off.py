"""System tables of what is put off, and of which process holds which piece of work."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

put_off = Table(
    "put_off",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, comment="instant of the write"),
    Column("actor", BigInteger),
    Column("origin", PlainText, nullable=False),
    Column("rules", JsonText, nullable=False, comment="{entity: [rules to ask]}"),
    Column("records", Integer, nullable=False, comment="how many there were"),
    Index("i_put_off_at", "at", "id"),
)

put_off_records = Table(
    "put_off_records",
    SYSTEM,
    Column("evaluation", BigId, ForeignKey("put_off.id"), primary_key=True),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("entity", PlainText, nullable=False),
)

put_off_runs = Table(
    "put_off_runs",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("evaluation", BigInteger, ForeignKey("put_off.id"), nullable=False),
    Column("place", BigInteger, nullable=False, comment="0: firings of the write, 1: waits that ended, then in turn"),
    Column("priority", Integer, nullable=False, comment="negative, so that it ascends"),
    Column("rule_name", PlainText, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("firing", BigInteger, ForeignKey("firings.id"), nullable=False),
    Column("version", PlainText, nullable=False),
    Column("branch", PlainText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("event", PlainText, comment="of a change firing: created, updated, deleted"),
    Column("before", Text, comment="JSON: the record before the change"),
    Index("i_put_off_runs_order", "evaluation", "place", "priority", "rule_name", "record"),
)

holders = Table(
    "holders",
    SYSTEM,
    Column("name", PlainText, primary_key=True, comment="clock, executor-0 …"),
    Column("holder", PlainText, nullable=False, comment="host and process"),
    Column("since", BigInteger, nullable=False, comment="real time"),
)
