"""Settings of the workspace: one row per key. The rule set version is read in every write's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ruleloom.storage.system import settings

RULE_SET_VERSION = "rule_set_version"
CLOCK_OFFSET = "clock_offset"
"""Microseconds added to the clock; only demo workspaces have one."""


def read(connection: Connection, key: str, default: Any = None) -> Any:
    """The value of a setting."""
    row = connection.execute(select(settings.c.value).where(settings.c.key == key)).one_or_none()
    return default if row is None else row[0]


def write(connection: Connection, key: str, value: Any) -> None:
    """Sets a setting; None takes it away."""
    connection.execute(settings.delete().where(settings.c.key == key))
    if value is not None:
        connection.execute(settings.insert().values(key=key, value=value))


def rule_set_version(connection: Connection) -> int:
    """Goes up with every published, paused or deleted rule, entity or calendar."""
    return int(read(connection, RULE_SET_VERSION, 0))


def raise_rule_set_version(connection: Connection) -> int:
    """Says that compiled rules are out of date; on PostgreSQL it locks the row until the commit."""
    connection.execute(select(settings.c.value).where(settings.c.key == RULE_SET_VERSION).with_for_update())
    version = rule_set_version(connection) + 1
    write(connection, RULE_SET_VERSION, version)
    return version
