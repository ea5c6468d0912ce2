"""What is queued, what failed and what waits, in numbers and pages: for whoever runs the workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from ruleloom.storage.chunks import chunks
from ruleloom.storage.logs.firing_log import FAILED, UNFINISHED, EffectRow
from ruleloom.storage.logs.parked_runs import ParkedRow, parked_runs
from ruleloom.storage.tables.exchange import import_runs, sync_runs
from ruleloom.storage.tables.work import effects, firings

_E = effects.c
_STATES: dict[str, ColumnElement[bool]] = {
    "queued": and_(_E.status.in_(("pending", "queued")), _E.attempts == 0),
    "running": and_(_E.status == "running", _E.attempts == 0),
    "retrying": and_(_E.status.in_(UNFINISHED), _E.attempts > 0),
    "failed": _E.status.in_(FAILED),
    "stopped": _E.status == "cancelled",
}
STATES = tuple(_STATES)
"""`queued`, `running`, `retrying` (tried before), `failed` (nobody tries any more), `stopped` (never to be tried)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An effect or a waiting run with the firing that it belongs to."""

    of: Any
    rule: str
    rule_version: int
    entity: str
    record: int
    at: int


Seen = Callable[[str, Collection[int]], Collection[int]]
"""Those of some records of an entity that a reader may see."""


def counts(connection: Connection, seen: Seen | None = None) -> dict[str, dict[str, int]]:
    """How many effects of each kind are queued, running, retrying and failed; `seen`: about records in sight only."""
    state = case(*((condition, name) for name, condition in _STATES.items() if name != "stopped"))
    open_ = _E.status.in_((*UNFINISHED, *FAILED))
    asked = select(_E.kind, state, func.count()).where(open_).group_by(_E.kind, state)
    rows = (
        [(kind, name, number) for kind, name, number in connection.execute(asked)]
        if seen is None
        else [
            (kind, name, number)
            for (kind, name), number in _about(
                connection, asked.join(firings, firings.c.id == _E.firing), (_E.kind, state), seen
            )
        ]
    )
    found: dict[str, dict[str, int]] = {}
    for kind, name, number in rows:
        of = found.setdefault(kind, {})
        of[name] = of.get(name, 0) + number
    return found


def _about(connection: Connection, asked: Select[Any], keys: Sequence[Any], seen: Seen) -> Iterator[tuple[Any, int]]:
    """Numbers by record of the firing, as far as these are in sight."""
    place = firings.c.entity, firings.c.record
    rows = connection.execute(asked.with_only_columns(*keys, *place, func.count()).group_by(*place)).all()
    by_entity: dict[str, set[int]] = {}
    for *_, entity, record, _number in rows:
        by_entity.setdefault(entity, set()).add(record)
    visible = {entity: set(seen(entity, records)) for entity, records in by_entity.items()}
    for *key, entity, record, number in rows:
        if record in visible[entity]:
            yield tuple(key), number


def oldest_due(connection: Connection, now: int) -> int | None:
    """Since when the effect that waits longest could have been performed."""
    due = _E.status.in_(("pending", "queued")) & (_E.not_before.is_(None) | (_E.not_before <= now))
    return cast(
        "int | None", connection.scalar(select(func.min(func.coalesce(_E.not_before, _E.updated_at))).where(due))
    )


def page(
    connection: Connection, state: str, limit: int, *, rule: str | None = None, before: int | None = None
) -> list[Waiting]:
    """Effects in a state, newest first; of one rule, after a page."""
    asked = select(effects, *_FIRING).join(firings, firings.c.id == _E.firing).where(_STATES[state])
    if rule is not None:
        asked = asked.where(firings.c.rule == rule)
    if before is not None:
        asked = asked.where(_E.id < before)
    rows = connection.execute(asked.order_by(_E.id.desc()).limit(limit)).mappings()
    return [_waiting(EffectRow(**{name: row[_E[name]] for name in EffectRow.__slots__}), row) for row in rows]


def by_id(connection: Connection, ids: Collection[int]) -> list[Waiting]:
    """These effects in the order of their ids."""
    asked = select(effects, *_FIRING).join(firings, firings.c.id == _E.firing).order_by(_E.id)
    rows = [row for part in chunks(sorted(ids)) for row in connection.execute(asked.where(_E.id.in_(part))).mappings()]
    return [_waiting(EffectRow(**{name: row[_E[name]] for name in EffectRow.__slots__}), row) for row in rows]


def last_failure(connection: Connection) -> Waiting | None:
    """The effect that failed last."""
    failed = select(func.max(_E.updated_at)).where(_STATES["failed"]).scalar_subquery()
    asked = select(effects, *_FIRING).join(firings, firings.c.id == _E.firing)
    row = connection.execute(asked.where(_STATES["failed"], _E.updated_at == failed).limit(1)).mappings().first()
    return None if row is None else _waiting(EffectRow(**{n: row[_E[n]] for n in EffectRow.__slots__}), row)


def failed_of(connection: Connection, rule: str | None, limit: int) -> Sequence[int]:
    """Ids of the failed effects (of a rule), oldest first."""
    asked = select(_E.id).join(firings, firings.c.id == _E.firing).where(_STATES["failed"])
    if rule is not None:
        asked = asked.where(firings.c.rule == rule)
    return connection.execute(asked.order_by(_E.id).limit(limit)).scalars().all()


def waiting_runs(
    connection: Connection, limit: int, *, rule: str | None = None, record: int | None = None, after: int | None = None
) -> list[Waiting]:
    """Runs that wait, oldest first."""
    asked = select(parked_runs, *_FIRING).join(firings, firings.c.id == parked_runs.c.firing)
    if rule is not None:
        asked = asked.where(firings.c.rule == rule)
    if record is not None:
        asked = asked.where(parked_runs.c.record == record)
    if after is not None:
        asked = asked.where(parked_runs.c.id > after)
    rows = connection.execute(asked.order_by(parked_runs.c.id).limit(limit)).mappings()
    return [_waiting(ParkedRow(**{n: row[parked_runs.c[n]] for n in ParkedRow.__slots__}), row) for row in rows]


def open_of(connection: Connection, rule: str) -> tuple[int, int]:
    """How many runs of a rule wait, and how many of its effects are not done yet."""
    runs = select(func.count()).select_from(parked_runs).join(firings, firings.c.id == parked_runs.c.firing)
    work = select(func.count()).select_from(effects).join(firings, firings.c.id == _E.firing)
    asked = [each.where(firings.c.rule == rule) for each in (runs, work.where(_E.status.in_(UNFINISHED)))]
    waiting, queued = (int(connection.scalar(each) or 0) for each in asked)
    return waiting, queued


def sizes(connection: Connection, seen: Seen | None = None) -> tuple[int, int, int]:
    """How many runs wait (`seen`: of records in sight), and how many imports and syncs go on."""
    imports = select(func.count()).where(import_runs.c.status.in_(("running", "checking", "stopping")))
    syncs = select(func.count()).where(sync_runs.c.status.in_(("running", "stopping")))
    runs = select(func.count()).select_from(parked_runs)
    asked = select(runs.scalar_subquery(), imports.scalar_subquery(), syncs.scalar_subquery())
    waiting, importing, syncing = connection.execute(asked).one()
    if seen is not None and waiting:
        of = runs.join(firings, firings.c.id == parked_runs.c.firing)
        waiting = sum(number for _, number in _about(connection, of, (), seen))
    return waiting, importing, syncing


_FIRING = tuple(firings.c[name].label(f"of_{name}") for name in ("rule", "rule_version", "entity", "record", "at"))


def _waiting(of: Any, row: Any) -> Waiting:
    return Waiting(of, row["of_rule"], row["of_rule_version"], row["of_entity"], row["of_record"], row["of_at"])
