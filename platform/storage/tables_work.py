"""System tables of what happens: changes, firings, effects, what rules remember, notices."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from ruleloom.storage.columns import SYSTEM, BigId, JsonText, PlainText

changes = Table(
    "changes",
    SYSTEM,
    Column("id", BigId, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("entity", PlainText, nullable=False, comment="permanent id"),
    Column("record", BigInteger, nullable=False),
    Column("operation", PlainText, nullable=False, comment="create, update, delete, restore"),
    Column("before", Text, comment="JSON of the changed fields before"),
    Column("after", Text, comment="JSON of the changed fields after; on create all that are not empty"),
    Column("actor", BigInteger),
    Column("cause", JsonText, comment="{kind: user | firing | sync | import | undo …, id: …}"),
    Index("i_changes_record", "record", "id"),
    sqlite_autoincrement=True,
)

firings = Table(
    "firings",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("key", PlainText, nullable=False, unique=True, comment="one firing per rule, record, edge and occasion"),
    Column("rule", PlainText, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("entity", PlainText, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("edge", PlainText, nullable=False, comment="on, off, change, schedule, skipped"),
    Column("at", BigInteger, nullable=False, comment="due time: the instant at which the edge was due"),
    Column("recorded_at", BigInteger, nullable=False),
    Column("reason", JsonText, comment="explanation tree with the facts of that time"),
    Column("cause", JsonText),
    Column("depth", Integer, nullable=False),
    Column("undone_at", BigInteger),
    Index("i_firings_rule", "rule", "record", "at"),
    Index("i_firings_record", "record", "id"),
)

effects = Table(
    "effects",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("firing", BigInteger, ForeignKey("firings.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("status", PlainText, nullable=False, comment="pending, queued, running, done, failed, dead, cancelled"),
    Column("content", JsonText, nullable=False, comment="what is to be done, all values worked out"),
    Column("result", JsonText),
    Column("summary", JsonText, comment="{en, zh}: one line for people"),
    Column("entity", PlainText),
    Column("record", BigInteger, comment="the record that it wrote"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", BigInteger),
    Column("error", JsonText),
    Column("updated_at", BigInteger, nullable=False),
    Index("i_effects_firing", "firing", "position"),
    Index("i_effects_status", "status", "not_before"),
)

rule_memories = Table(
    "rule_memories",
    SYSTEM,
    Column("rule", PlainText, primary_key=True),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("holds", Boolean, nullable=False),
    Column("since", JsonText, comment="for each `C for D` by ordinal: true since"),
    Column("deadline", BigInteger),
    Column("firing_counts", Boolean, nullable=False),
    Column("waits", Boolean, nullable=False, server_default=text("false"), comment="a run waits for it"),
    Index("i_rule_memories_record", "record"),
    Index(
        "i_rule_memories_deadline",
        "deadline",
        sqlite_where=text("deadline IS NOT NULL"),
        postgresql_where=text("deadline IS NOT NULL"),
    ),
)

schedules = Table(
    "schedules",
    SYSTEM,
    Column("rule", PlainText, primary_key=True),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("anchor", BigInteger, nullable=False, comment="instant of publishing, from which `every 4 hours` counts"),
    comment="The next tick of each rule with `every …`.",
)

notices = Table(
    "notices",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("user", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("firing", BigInteger),
    Column("entity", PlainText),
    Column("record", BigInteger),
    Column("read_at", BigInteger),
    Index("i_notices_user", "user", "id"),
)
