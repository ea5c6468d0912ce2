"""What is played: the state before the first event, and the events, in one of two ways of telling the past.

*recorded*: every change at the instant at which the workspace learned of it.
*business*: every record comes in at its business time instead (the time field of its entity), where that is earlier,
but never after a record that refers to it; what belongs to another record (its reference cascades) comes in with that
one. Later changes stay where they were recorded: nothing else is known of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.entity import Entity, Model
from ruleloom.storage.records.timeline import Row, Timeline

RECORDED, BUSINESS = "recorded", "business"
_ONE_BY_ONE = frozenset({"import", "sync"})
"""Origins that wrote record after record within one transaction, before their chunks became one write."""
Place = tuple[str, int]
LATE = 24 * 3600 * 1_000_000
"""Microseconds by which a record may be entered after its business time without being called late."""


@dataclass(slots=True)
class History:
    """Rows up to and after the instant at which the rule is published, and what is known of the past."""

    before: list[Row]
    """What makes the state of the start, in order; without firings."""
    after: list[Row]
    known_since: int | None
    late: int
    """Records that were entered more than a day after their business time."""


def told(timeline: Timeline, model: Model, start: int, end: int, how: str) -> History:
    """The rows of a timeline as they are played from `start` to `end`."""
    rows = [*_made(timeline), *(row for row in timeline.rows)]
    late = sum(1 for row in rows if row.operation == "create" and _is_late(row, model))
    if how == BUSINESS:
        moved = _moved(rows, model)
        rows = [_at(row, moved[row.entity, row.record]) if _comes_in(row, moved) else row for row in rows]
    rows.sort(key=lambda row: (row.at, row.id))
    cut = next((place for place, row in enumerate(rows) if row.at > start), len(rows))
    after = [row for row in rows[cut:] if row.at <= end]
    return History(rows[:cut], after, timeline.known_since, late)


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
