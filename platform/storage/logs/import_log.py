"""Rows of imports: each run with its plan and progress, and every row of the file that was left out, with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ruleloom.storage.tables.system import import_problems, import_runs


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import of one file."""

    id: int
    entity: str
    name: str
    sha256: str
    status: str
    plan: Mapping[str, Any] | None
    progress: Mapping[str, Any]
    report: Mapping[str, Any] | None
    created_at: int
    created_by: int | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A row of the file that was left out: its number (the header is 1), the column, the reason, its cells."""

    row: int
    column: str | None
    code: str
    params: Mapping[str, Any]
    cells: Sequence[str]


def add(connection: Connection, row: ImportRow) -> None:
    """Stores a new import."""
    connection.execute(import_runs.insert(), {name: getattr(row, name) for name in ImportRow.__slots__})


def change(connection: Connection, import_id: int, **values: Any) -> None:
    """Changes an import."""
    connection.execute(import_runs.update().where(import_runs.c.id == import_id).values(values))


def claim(connection: Connection, import_id: int, allowed: Sequence[str], status: str, at: int) -> bool:
    """Takes an import into a status from one of the allowed ones; false when somebody else was first."""
    here = (import_runs.c.id == import_id) & import_runs.c.status.in_(allowed)
    return connection.execute(import_runs.update().where(here).values(status=status, updated_at=at)).rowcount == 1


def unfinished(connection: Connection, before: int) -> list[ImportRow]:
    """Imports that are to run and showed no sign of life since an instant of real time."""
    here = import_runs.c.status.in_(("running", "checking", "stopping")) & (import_runs.c.updated_at < before)
    return [_row(row) for row in connection.execute(select(import_runs).where(here).order_by(import_runs.c.id))]


def kept_files(connection: Connection, since: int) -> set[str]:
    """Names of the uploaded files of imports that were touched since an instant of real time."""
    asked = select(import_runs.c.sha256).where(import_runs.c.updated_at >= since)
    return set(connection.execute(asked).scalars())


def read(connection: Connection, import_id: int) -> ImportRow | None:
    """An import."""
    found = connection.execute(select(import_runs).where(import_runs.c.id == import_id)).first()
    return _row(found) if found else None


def recent(connection: Connection, before: int | None, limit: int, by: int | None = None) -> list[ImportRow]:
    """Imports (of one person), newest first; `before` continues after a page."""
    asked = select(import_runs) if before is None else select(import_runs).where(import_runs.c.id < before)
    if by is not None:
        asked = asked.where(import_runs.c.created_by == by)
    return [_row(row) for row in connection.execute(asked.order_by(import_runs.c.id.desc()).limit(limit))]


def add_problems(connection: Connection, import_id: int, problems: Sequence[ProblemRow]) -> None:
    """Appends rows that were left out."""
    if not problems:
        return
    here = import_problems.c.run == import_id
    last = connection.execute(select(func.max(import_problems.c.position)).where(here)).scalar() or 0
    connection.execute(
        import_problems.insert(),
        [
            {"run": import_id, "position": last + n, "row": p.row, "column": p.column, "code": p.code,
             "params": p.params, "cells": p.cells}
            for n, p in enumerate(problems, start=1)
        ],
    )  # fmt: skip


def clear_problems(connection: Connection, import_id: int) -> None:
    """Forgets the problems of an earlier try."""
    connection.execute(import_problems.delete().where(import_problems.c.run == import_id))


def problems(connection: Connection, import_id: int, after: int = 0, limit: int | None = None) -> Iterator[ProblemRow]:
    """Problems in the order in which they were met, from the position after `after`."""
    here = (import_problems.c.run == import_id) & (import_problems.c.position > after)
    for row in connection.execute(
        select(import_problems).where(here).order_by(import_problems.c.position).limit(limit)
    ):
        yield ProblemRow(row.row, row.column, row.code, row.params or {}, row.cells or ())


def _row(found: Row[Any]) -> ImportRow:
    values = {name: getattr(found, name) for name in ImportRow.__slots__}
    return ImportRow(**{**values, "progress": values["progress"] or {}})
