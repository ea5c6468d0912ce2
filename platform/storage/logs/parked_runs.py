"""Runs that wait: `wait 3 days`, `wait up to D until C`. A row lives as long as the run waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText
from ruleloom.storage.tables.work import firings

parked_runs = Table(
    "parked_runs",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("firing", BigInteger, ForeignKey("firings.id"), nullable=False, index=True),
    Column("version", PlainText, nullable=False, comment="content key of the rule version that it began with"),
    Column("branch", PlainText, nullable=False, comment="then, ending"),
    Column("position", Integer, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("wake", BigInteger, comment="when the wait is over at the latest"),
    Column("watch", PlainText, comment="the condition waited for"),
    Column("parked_at", BigInteger, comment="since when it waits; unknown for runs older than this column"),
    Column("change", JsonText, comment="the change that its firing answers: before and after"),
    Index("i_parked_runs_wake", "wake"),
    Index("i_parked_runs_watch", "watch", "record"),
)


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """One waiting run."""

    id: int
    firing: int
    version: str
    branch: str
    position: int
    record: int
    wake: int | None
    watch: str | None
    parked_at: int | None = None
    change: Mapping[str, Any] | None = None


def park(connection: Connection, row: ParkedRow) -> None:
    """Keeps a run."""
    values = {name: getattr(row, name) for name in ParkedRow.__slots__}
    connection.execute(insert(parked_runs).values(values))


def unpark(connection: Connection, run: int) -> bool:
    """The run goes on; False when it does so already: of two who wake it at the same time one gets it."""
    return connection.execute(delete(parked_runs).where(parked_runs.c.id == run)).rowcount == 1


def waiting(connection: Connection, watch: str, record: int) -> Sequence[ParkedRow]:
    """Runs of a record that wait for a condition, oldest first, locked."""
    return _rows(connection, (parked_runs.c.watch == watch) & (parked_runs.c.record == record))


def at(connection: Connection, instant: int) -> Sequence[ParkedRow]:
    """Runs that wake at that instant, oldest first; those that another process has in hand are left to it."""
    return _rows(connection, parked_runs.c.wake == instant, skip_locked=True)


def waited_for(connection: Connection) -> Sequence[tuple[str, int, str, str]]:
    """The conditions that runs wait for: rule, number of its version, content key of the version, id of the watch."""
    asked = select(firings.c.rule, firings.c.rule_version, parked_runs.c.version, parked_runs.c.watch)
    joined = asked.join(firings, firings.c.id == parked_runs.c.firing).where(parked_runs.c.watch.is_not(None))
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(joined.distinct())]


def with_end(connection: Connection) -> Sequence[tuple[ParkedRow, int, int]]:
    """All runs whose wait ends by time, locked, each with its rule and the number of its version."""
    columns = tuple(parked_runs.c[name] for name in ParkedRow.__slots__)
    asked = select(*columns, firings.c.rule, firings.c.rule_version)
    joined = asked.join(firings, firings.c.id == parked_runs.c.firing).where(parked_runs.c.wake.is_not(None))
    rows = connection.execute(joined.order_by(parked_runs.c.id).with_for_update(key_share=True))
    return [(ParkedRow(*row[:-2]), int(row[-2]), row[-1]) for row in rows]


def wake_at(connection: Connection, run: int, instant: int) -> None:
    """A wait ends at another instant."""
    connection.execute(update(parked_runs).where(parked_runs.c.id == run).values(wake=instant))


def next_wake(connection: Connection, up_to: int) -> int | None:
    """The earliest `wake` up to an instant."""
    asked = select(func.min(parked_runs.c.wake)).where(parked_runs.c.wake <= up_to)
    return cast("int | None", connection.scalar(asked))


def find(connection: Connection, run: int) -> ParkedRow | None:
    """A waiting run; None when it does not wait any more."""
    return next(iter(_rows(connection, parked_runs.c.id == run)), None)


def _rows(connection: Connection, which: ColumnElement[bool], *, skip_locked: bool = False) -> Sequence[ParkedRow]:
    """Locked together with their firings: whoever undoes one of these either ends its run, or sees what it wrote."""
    asked = select(parked_runs).join(firings, firings.c.id == parked_runs.c.firing).where(which)
    asked = asked.order_by(parked_runs.c.id).with_for_update(key_share=True, skip_locked=skip_locked)
    return [ParkedRow(**row._asdict()) for row in connection.execute(asked)]
