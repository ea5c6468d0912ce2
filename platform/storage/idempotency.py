"""Answers kept by idempotency key, so that a repeated request answers as the first did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ruleloom.storage.tables.people import idempotency_keys as table

KEPT = 7 * 24 * 3600 * 1_000_000
"""A week, in microseconds: longer than a phone stays offline on a journey."""


def find(connection: Connection, key: str, actor: int) -> tuple[str, Any] | None:
    """(hash of the request, answer) of an earlier request of the same actor with this key."""
    asked = select(table.c.request_hash, table.c.answer).where(table.c.key == key, table.c.actor == actor)
    found = connection.execute(asked).first()
    return (found[0], found[1]) if found else None


def keep(connection: Connection, key: str, actor: int, request_hash: str, answer: Any, at: int) -> None:
    """Keeps an answer and forgets those older than `KEPT`; IntegrityError when the key came in at the same time."""
    connection.execute(insert(table).values(key=key, actor=actor, request_hash=request_hash, answer=answer, at=at))
    connection.execute(delete(table).where(table.c.at < at - KEPT))
