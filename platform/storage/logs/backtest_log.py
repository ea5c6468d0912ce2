"""Rows of backtests: runs with progress and result, and their hits page by page. Real time, not workspace time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from ruleloom.storage.chunks import chunks
from ruleloom.storage.tables.backtests import backtest_hits as hits
from ruleloom.storage.tables.backtests import backtests

UNFINISHED = ("waiting", "running", "stopping")


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """One backtest of one rule."""

    id: int
    rule: int
    status: str
    request: Mapping[str, Any]
    progress: Mapping[str, Any]
    result: Mapping[str, Any] | None
    created_at: int
    created_by: int | None
    updated_at: int


@dataclass(frozen=True, slots=True)
class HitRow:
    """A hit of one version or of both; `group`: `a`, `b`, `both`, `shifted`."""

    position: int
    group: str
    record: int
    content: Mapping[str, Any]


_ROW = tuple(backtests.c[name] for name in BacktestRow.__slots__)
_HIT = tuple(hits.c[name] for name in HitRow.__slots__)


def add(connection: Connection, row: BacktestRow) -> None:
    """Stores a new run."""
    connection.execute(backtests.insert(), {name: getattr(row, name) for name in BacktestRow.__slots__})


def read(connection: Connection, run: int) -> BacktestRow | None:
    """A run."""
    found = connection.execute(select(*_ROW).where(backtests.c.id == run)).one_or_none()
    return None if found is None else BacktestRow(*found)


def change(connection: Connection, run: int, **values: Any) -> None:
    """Changes a run."""
    connection.execute(backtests.update().where(backtests.c.id == run).values(values))


def claim(connection: Connection, run: int, allowed: Sequence[str], status: str, at: int) -> bool:
    """Takes a run into a status from one of the allowed ones; false when it is in none of them."""
    here = (backtests.c.id == run) & backtests.c.status.in_(allowed)
    return connection.execute(backtests.update().where(here).values(status=status, updated_at=at)).rowcount == 1


def recent(connection: Connection, rule: int, limit: int) -> list[BacktestRow]:
    """Runs of a rule, newest first."""
    asked = select(*_ROW).where(backtests.c.rule == rule).order_by(backtests.c.id.desc()).limit(limit)
    return [BacktestRow(*row) for row in connection.execute(asked)]


def unfinished(connection: Connection, before: int) -> list[BacktestRow]:
    """Runs that are to go on and showed no sign of life since an instant."""
    asked = select(*_ROW).where(backtests.c.status.in_(UNFINISHED), backtests.c.updated_at < before)
    return [BacktestRow(*row) for row in connection.execute(asked.order_by(backtests.c.id))]


def keep_hits(connection: Connection, run: int, found: Sequence[HitRow]) -> None:
    """The hits of a run, in place of those that an interrupted try left."""
    connection.execute(delete(hits).where(hits.c.run == run))
    for part in chunks(found):
        rows = [{"run": run, **{name: getattr(each, name) for name in HitRow.__slots__}} for each in part]
        connection.execute(hits.insert(), rows)


def page(
    connection: Connection, run: int, after: int, limit: int, groups: Sequence[str] = (), record: int | None = None
) -> list[HitRow]:
    """Hits in the order of time, behind a position; only those of some groups, or of one record."""
    asked = select(*_HIT).where(hits.c.run == run, hits.c.position > after)
    if groups:
        asked = asked.where(hits.c.group.in_(groups))
    if record is not None:
        asked = asked.where(hits.c.record == record)
    return [HitRow(*row) for row in connection.execute(asked.order_by(hits.c.position).limit(limit))]


def sweep(connection: Connection, before: int) -> int:
    """Removes ended runs that nobody touched since an instant; how many."""
    old = backtests.c.status.not_in(UNFINISHED) & (backtests.c.updated_at < before)
    gone = list(connection.execute(select(backtests.c.id).where(old)).scalars())
    for part in chunks(gone):
        connection.execute(delete(hits).where(hits.c.run.in_(part)))
        connection.execute(delete(backtests).where(backtests.c.id.in_(part)))
    return len(gone)
