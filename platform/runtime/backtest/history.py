"""What is played: the state before the first event, and the events, in one of two ways of telling the past.

*recorded*: every change at the instant at which the workspace learned of it.
*business*: every record comes in at its business time instead (the time field of its entity), where that is earlier,
but never after a record that refers to it; what belongs to another record (its reference cascades) comes in with that
one. Later changes stay where they were recorded: nothing else is known of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.entity import Entity, Model
from ruleloom.storage.database import Connection
from ruleloom.storage.records.timeline import BEFORE_ALL, Most, Row, Timeline, Wanted, rows_after, timeline

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Reading

RECORDED, BUSINESS = "recorded", "business"
_ONE_BY_ONE = frozenset({"import", "sync"})
"""Origins that wrote record after record within one transaction, before their chunks became one write."""
Place = tuple[str, int]
MOST, MOST_HELD = Most(1_000_000, 20_000_000), Most(1_000_000, 1_000_000)
"""What one backtest reads: records are held; changes only at business times, some 750 bytes each."""
LATE = 24 * 3600 * 1_000_000
"""Microseconds by which a record may be entered after its business time without being called late."""


@dataclass(slots=True)
class History:
    """What is played; where it is not held, it is read anew by each who plays it."""

    before: Callable[[], Iterable[Row]]
    """What makes the state of the start, in order; without firings."""
    after: Callable[[Connection], Iterable[Row]]
    """The rows up to the end, in the order of time."""
    events: int
    records: int
    """Records at the start."""
    known_since: int | None
    late: int
    """Records that were entered more than a day after their business time."""
    origins: set[int]
    """The firings and undos that wrote rows."""


class Reader:
    """Reads the past of what rules want, once, within a transaction."""

    def __init__(self, reading: Reading, wanted: Mapping[str, Wanted], start: int, end: int) -> None:
        self._reading, self._wanted, self._start, self._end = reading, wanted, start, end
        self._model = reading.published.model
        self._events = self._late = 0
        self._origins: set[int] = set()

    def recorded(self, tell: Callable[[], None]) -> History:
        """Every change at its own instant: nothing of the log is held, it is read again while it is played."""
        catalogue, wanted, start, end = self._reading.published.catalogue, self._wanted, self._start, self._end
        found = timeline(self._reading.connection, catalogue, wanted, start, MOST, self._hear, tell)
        late = self._late + sum(1 for row in _made(found) if _is_late(row, self._model))
        return History(
            lambda: _made(found), lambda connection: rows_after(connection, catalogue, wanted, start, end),
            self._events, sum(map(len, found.states.values())), found.known_since, late, self._origins,
        )  # fmt: skip

    def _hear(self, row: Row) -> None:
        self._events += row.at <= self._end
        self._late += row.operation == "create" and _is_late(row, self._model)
        if row.origin is not None:
            self._origins.add(row.origin)

    def business(self, tell: Callable[[], None]) -> History:
        """Records at their business times: all of the log is held, because it comes in another order."""
        rows: list[Row] = []
        catalogue, model = self._reading.published.catalogue, self._model
        found = timeline(self._reading.connection, catalogue, self._wanted, BEFORE_ALL, MOST_HELD, rows.append, tell)
        rows = [*_made(found), *reversed(rows)]
        late = sum(1 for row in rows if row.operation == "create" and _is_late(row, model))
        origins = {row.origin for row in rows if row.origin is not None}
        moved = _moved(rows, model)
        rows = [_at(row, moved[row.entity, row.record]) if _comes_in(row, moved) else row for row in rows]
        rows.sort(key=lambda row: (row.at, row.id))
        cut = next((place for place, row in enumerate(rows) if row.at > self._start), len(rows))
        before, after = rows[:cut], [row for row in rows[cut:] if row.at <= self._end]
        records = sum(1 for row in before if row.operation == "create")
        return History(lambda: before, lambda _: after, len(after), records, found.known_since, late, origins)


def _made(timeline: Timeline) -> Iterator[Row]:
    """What was there at the start, as rows that make it; ids below all of the log, in the order of creation."""
    states = [(entity, record, state) for entity, found in timeline.states.items() for record, state in found.items()]
    states.sort(key=lambda each: (each[2]["created_at"], each[1]))
    for place, (entity, record, state) in enumerate(states):
        created: Any = state["created_at"]
        actor: Any = state["created_by"]
        number: Any = record
        yield Row(created, place - len(states), entity, number, "create", {}, state, actor, ("", "", ""), None)


def _at(row: Row, instant: int) -> Row:
    return replace(row, at=instant) if instant < row.at else row


def _comes_in(row: Row, moved: Mapping[Place, int]) -> bool:
    return row.operation == "create" and (row.entity, row.record) in moved


# ---- business times ----------------------------------------------------------------------------------------------


def _business(row: Row, model: Model) -> int | None:
    """The instant of the entity's own time field; None where it has none, or it is empty."""
    field = model.entity(row.entity).time_field
    value: Any = None if field.system else row.after.get(field.key)
    if value is None:
        return None
    return model.calendar.midnight(value) if field.value_type.kind is Kind.DATE else value


def _is_late(row: Row, model: Model) -> bool:
    business = _business(row, model)
    return business is not None and row.at - business > LATE


def _moved(rows: list[Row], model: Model) -> dict[Place, int]:
    """When each record comes in: the earliest of its recording, its business time, and what refers to it."""
    created = {(row.entity, row.record): row for row in rows if row.operation == "create"}
    times: dict[Place, int] = {}
    queue: list[tuple[int, Place]] = []
    parts: dict[Place, list[Place]] = {}
    links = {entity.id: _links(entity) for entity in model.entities}
    for place, row in created.items():
        business = _business(row, model)
        heapq.heappush(queue, (min(row.at, row.at if business is None else business), place))
        if business is None:
            for key, target, belongs in links[row.entity]:
                whole = (target, row.after.get(key))
                if belongs and whole in created:
                    parts.setdefault(whole, []).append(place)
    while queue:
        at, place = heapq.heappop(queue)
        if place in times:
            continue
        times[place] = at
        row = created[place]
        for key, target, _ in links[row.entity]:
            referred: Any = (target, row.after.get(key))
            if referred in created and referred not in times:
                heapq.heappush(queue, (at, referred))
        for part in parts.get(place, ()):
            heapq.heappush(queue, (at, part))
    return times


def _links(entity: Entity) -> list[tuple[str, str, bool]]:
    """Own references: key, target, whether a record belongs to what it refers to."""
    return [(f.key, f.to, f.on_delete == "cascade") for f in entity.fields if f.to is not None and not f.system]


# ---- writes ------------------------------------------------------------------------------------------------------


def writes(rows: Iterable[Row], model: Model) -> Iterator[list[Row]]:
    """The rows of each write together: one record made, one update of some records, a deletion with all it reaches.

    A chunk of an import or a sync is named in the log. Of other writes the log does not say where one of a transaction
    ends; it is seen from what each kind of write can do.
    """
    links = {entity.id: _links(entity) for entity in model.entities}
    for (_, cause, _), same in groupby(rows, key=lambda row: (row.at, row.cause, row.actor)):
        group: list[Row] = []
        places: set[Place] = set()
        if cause[2]:
            yield list(same)
            continue
        for row in same:
            if group and not _belongs(row, group, places, links, cause[0]):
                yield group
                group, places = [], set()
            group.append(row)
            places.add((row.entity, row.record))
        if group:
            yield group


def _belongs(
    row: Row, group: list[Row], places: set[Place], links: Mapping[str, list[tuple[str, str, bool]]], origin: str
) -> bool:
    first = group[0]
    if row.operation == "create" or first.operation == "create" or (row.entity, row.record) in places:
        return False
    if first.operation in ("delete", "restore"):
        values: Mapping[str, Value] = row.after if first.operation == "restore" else row.before
        reaches: list[Any] = [(target, values.get(key)) for key, target, _ in links[row.entity]]
        return any(each in places for each in reaches)
    return row.operation == "update" and row.entity == first.entity and origin not in _ONE_BY_ONE
