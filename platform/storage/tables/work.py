"""System tables of what happens: changes, firings, effects, what rules remember, notices."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

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
    Column("cause_id", BigInteger, comment="the firing or undo that wrote it"),
    Index("i_changes_record", "record", "id"),
    Index(
        "i_changes_cause",
        "cause_id",
        sqlite_where=text("cause_id IS NOT NULL"),
        postgresql_where=text("cause_id IS NOT NULL"),
    ),
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
    Column("undo", BigInteger, comment="the undo that took it back"),
    Column("caused_by", BigInteger, comment="the firing or undo whose write led to it"),
    Column("skip", JsonText, comment="of a skipped one: {why, edge, …} it would have been, and what became of it"),
    Column("held", Boolean, nullable=False, server_default=text("false"), comment="skipped, may still be performed"),
    Index("i_firings_rule", "rule", "record", "at"),
    Index("i_firings_rule_order", "rule", "id"),
    Index("i_firings_at", "at"),
    Index("i_firings_record", "record", "id"),
    Index("i_firings_held", "rule", "id", sqlite_where=text("held"), postgresql_where=text("held")),
    Index(
        "i_firings_caused_by",
        "caused_by",
        sqlite_where=text("caused_by IS NOT NULL"),
        postgresql_where=text("caused_by IS NOT NULL"),
    ),
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
    Column("taken_back", BigInteger, comment="the undo that took it back before it was read"),
    Index("i_notices_user", "user", "id"),
    Index(
        "i_notices_firing",
        "firing",
        sqlite_where=text("firing IS NOT NULL"),
        postgresql_where=text("firing IS NOT NULL"),
    ),
)

rule_rates = Table(
    "rule_rates",
    SYSTEM,
    Column("rule", PlainText, primary_key=True),
    Column("most", Integer, comment="firings in one period that its author allows; empty: the default, 0: any number"),
    Column("per", BigInteger, comment="length of a period in microseconds; empty: the default"),
    Column("started", BigInteger, nullable=False, comment="when the present period began: with its first firing"),
    Column("number", Integer, nullable=False, comment="firings in the present period"),
    Column("stopped_at", BigInteger),
    Column("stop", JsonText, comment="why: {most, per}"),
    comment="How often each rule fires, counted row by row and never by looking at firings.",
)

rule_counts = Table(
    "rule_counts",
    SYSTEM,
    Column("slot", BigInteger, primary_key=True, autoincrement=False, comment="quarter of an hour of the firings"),
    Column("rule", PlainText, primary_key=True),
    Column("number", Integer, nullable=False),
    comment="How often each rule fired lately, counted when it did: the list of rules never looks at firings.",
)

rule_pauses = Table(
    "rule_pauses",
    SYSTEM,
    Column("rule", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("since_by", BigInteger),
    Column("until", BigInteger, comment="empty: it stands still now"),
    Column("until_by", BigInteger),
    Column("stopped", Boolean, nullable=False, comment="by itself: it fired more often than allowed"),
    comment="When a rule did nothing although it was published, and who paused it and let it go on.",
)

calendar_log = Table(
    "calendar_log",
    SYSTEM,
    Column("since", BigInteger, primary_key=True, autoincrement=False, comment="0: before it was first changed"),
    Column("timezone", PlainText, nullable=False),
    Column("calendar", JsonText, comment="weekend, country, own holidays and make-up days, as they were set"),
    Column("set_by", BigInteger),
    comment="Which calendar held from which instant on; empty while it was never changed.",
)

undos = Table(
    "undos",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", PlainText, nullable=False, comment="firing, undo: what was undone"),
    Column("of", BigInteger, nullable=False),
    Column("chained", Boolean, nullable=False, comment="with what came of it"),
    Column("at", BigInteger, nullable=False),
    Column("actor", BigInteger),
    Column("left", Integer, nullable=False, comment="writes that were left as they are"),
    Column("report", JsonText, nullable=False),
    Column("undone_at", BigInteger),
    Column("undo", BigInteger),
    Index("i_undos_of", "of"),
)
