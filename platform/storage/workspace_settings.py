"""Settings of the workspace: one row per key. The rule set version is read in every write's transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ruleloom.storage.tables.system import settings

RULE_SET_VERSION = "rule_set_version"
RULE_SET_LOCK = 4_781_220_114
"""Advisory lock (PostgreSQL): who writes holds it with others, so that nobody replaces the rules that decide the write.

So a rule that comes into force has seen every write before it. `outset` takes it, `raise_rule_set_version` for itself.
"""
CLOCK_OFFSET = "clock_offset"
"""Microseconds added to the clock; only demo workspaces have one."""
_ONE = select(settings.c.value).where(settings.c.key == bindparam("of"))
_SOME = select(settings.c.key, settings.c.value).where(settings.c.key.in_(bindparam("of", expanding=True)))


def read(connection: Connection, key: str, default: Any = None) -> Any:
    """The value of a setting."""
    row = connection.execute(_ONE, {"of": key}).one_or_none()
    return default if row is None else row[0]


def read_all(connection: Connection, keys: Collection[str]) -> dict[str, Any]:
    """Those of these settings that are set, in one query."""
    return {row[0]: row[1] for row in connection.execute(_SOME, {"of": list(keys)})}


def write(connection: Connection, key: str, value: Any) -> None:
    """Sets a setting; None takes it away. Of two who set it at the same time the later one counts."""
    if value is None:
        connection.execute(settings.delete().where(settings.c.key == key))
        return
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    made = insert(settings).values(key=key, value=value)
    connection.execute(made.on_conflict_do_update(index_elements=[settings.c.key], set_={"value": made.excluded.value}))


def rule_set_version(connection: Connection) -> int:
    """Goes up with every published, paused or deleted rule, entity or calendar."""
    return int(read(connection, RULE_SET_VERSION, 0))


def raise_rule_set_version(connection: Connection) -> int:
    """Says that compiled rules are out of date; on PostgreSQL writes in hand end first, later ones wait."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(RULE_SET_LOCK)))
    version = rule_set_version(connection) + 1
    write(connection, RULE_SET_VERSION, version)
    return version
