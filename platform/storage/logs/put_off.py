"""Evaluations that are put off: which records of which write are still to be judged, and the runs that follow.

A row of `put_off` is written in the transaction of the write and goes when nothing of it is left. Records are judged
first, all of them; then the runs are carried out in their order: by place, then as firings of one state run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select

from ruleloom.storage.chunks import chunks
from ruleloom.storage.tables.put_off import put_off, put_off_records, put_off_runs


@dataclass(frozen=True, slots=True)
class PutOffRow:
    """One write whose evaluation is put off. `rules`: by entity, those to ask of each of its records."""

    id: int
    at: int
    actor: int | None
    origin: str
    rules: Mapping[str, Sequence[str]]
    records: int


@dataclass(frozen=True, slots=True)
class PutOffRun:
    """One run to be carried out."""

    id: int
    evaluation: int
    place: int
    priority: int
    rule_name: str
    record: int
    firing: int
    version: str
    branch: str
    position: int
    event: str | None
    before: str | None


def add(connection: Connection, row: PutOffRow, records: Mapping[str, Collection[int]]) -> None:
    """Puts an evaluation off: `records` by entity, none where only runs are left."""
    connection.execute(insert(put_off).values({name: getattr(row, name) for name in PutOffRow.__slots__}))
    rows = [
        {"evaluation": row.id, "record": record, "entity": entity}
        for entity, found in records.items()
        for record in found
    ]
    if rows:
        connection.execute(insert(put_off_records), rows)


def earliest(connection: Connection) -> int | None:
    """The instant of the first one."""
    return cast("int | None", connection.scalar(select(func.min(put_off.c.at))))


def first(connection: Connection) -> PutOffRow | None:
    """The first one, locked until the transaction ends."""
    asked = select(put_off).order_by(put_off.c.at, put_off.c.id).limit(1).with_for_update()
    found = connection.execute(asked).first()
    return PutOffRow(**found._asdict()) if found else None


def records(connection: Connection, evaluation: int, limit: int) -> Mapping[str, list[int]]:
    """Records that are still to be judged, by entity, the first so many."""
    here = put_off_records.c.evaluation == evaluation
    asked = select(put_off_records.c.entity, put_off_records.c.record).where(here)
    found: dict[str, list[int]] = {}
    for entity, record in connection.execute(asked.order_by(put_off_records.c.record).limit(limit)):
        found.setdefault(entity, []).append(record)
    return found


def judged(connection: Connection, evaluation: int, found: Collection[int]) -> None:
    """These records are judged."""
    for part in chunks(list(found)):
        here = (put_off_records.c.evaluation == evaluation) & put_off_records.c.record.in_(part)
        connection.execute(delete(put_off_records).where(here))


def queue(connection: Connection, run: PutOffRun) -> None:
    """A run waits for its turn."""
    connection.execute(insert(put_off_runs).values({name: getattr(run, name) for name in PutOffRun.__slots__}))


def last_place(connection: Connection, evaluation: int) -> int:
    """The last place that is taken; 1 when none is behind the runs of the write itself."""
    here = put_off_runs.c.evaluation == evaluation
    return max(1, connection.scalar(select(func.max(put_off_runs.c.place)).where(here)) or 0)


def take_runs(connection: Connection, evaluation: int, limit: int) -> list[PutOffRun]:
    """The next runs in their order; they are taken out of the queue."""
    run = put_off_runs.c
    order = (run.place, run.priority, run.rule_name, run.record, run.id)
    asked = select(put_off_runs).where(run.evaluation == evaluation).order_by(*order).limit(limit)
    found = [PutOffRun(**row._asdict()) for row in connection.execute(asked)]
    for part in chunks([each.id for each in found]):
        connection.execute(delete(put_off_runs).where(run.id.in_(part)))
    return found


def close(connection: Connection, evaluation: int) -> None:
    """Nothing of it is left."""
    connection.execute(delete(put_off).where(put_off.c.id == evaluation))


def sizes(connection: Connection) -> tuple[int, int, int]:
    """How many writes, records to be judged, and runs are put off."""
    counted: list[Any] = [
        select(func.count()).select_from(table).scalar_subquery() for table in (put_off, put_off_records, put_off_runs)
    ]
    writes, waiting, runs = connection.execute(select(*counted)).one()
    return writes, waiting, runs
