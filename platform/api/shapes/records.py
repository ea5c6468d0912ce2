"""Records, writes and changes as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruleloom.api.shapes.firings import chain_json, firing_json
from ruleloom.api.shapes.wire import instant_text, to_wire
from ruleloom.dsl.moment import Moment
from ruleloom.forms.entity import USER, Entity, Model
from ruleloom.runtime.commands.records import Written
from ruleloom.runtime.showing import chains, reading
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs.change_log import LoggedChange


def record_json(shown: reading.Shown) -> dict[str, Any]:
    """`{id, version, values, titles}`"""
    return {
        "id": str(shown.id),
        "version": shown.version,
        "values": {key: to_wire(field, value) for key, (field, value) in shown.values.items()},
        "titles": {key: None if title is None else str(title) for key, title in shown.titles.items()},
    }


def written_json(uow: UnitOfWork, written: Written) -> dict[str, Any]:
    """The answer of a write: the record as it is now (as it was, when it is deleted), firings and warnings."""
    catalogue = uow.published.catalogue
    snapshot = written.snapshot if written.snapshot is not None else written.before or {}
    moment = Moment(uow.now, uow.published.model.calendar)
    known = uow.own_title()
    shown = reading.show(uow.connection, catalogue, written.entity, [snapshot], moment, titles=known)[0]
    record = record_json(shown)
    return {
        "record": record,
        "firings": _firings(uow, written.firings) if written.firings else [],
        "queued": written.queued,
        "warnings": [{"code": "rule-warning", "message": text} for text in written.warnings],
    }


def _firings(uow: UnitOfWork, firings: Sequence[int]) -> list[dict[str, Any]]:
    seen = Sight(uow.connection, uow.published, uow.now, uow.actor)
    fired = reading.firings_by_id(uow.connection, firings, seen)
    return [firing_json(uow.published.model, each) for each in fired]


def change_json(model: Model, entity: Entity, change: LoggedChange, told: reading.Told) -> dict[str, Any]:
    """One row of a record's history."""
    firing, undo = (chains.cause_id(change, kind) for kind in ("firing", "undo"))
    actor = None
    if change.actor is not None:
        actor = {"entity": USER, "id": str(change.actor), "title": _title(told, USER, change.actor)}
    return {
        "id": str(change.id),
        "at": instant_text(change.at),
        "actor": actor,
        "cause": str((change.cause or {}).get("kind", "")),
        "operation": change.operation,
        "chain": None if firing is None else chain_json(model, told.chains, firing, None),
        "undo": None if undo is None else str(undo),
        "before": _values(entity, change.before),
        "after": _values(entity, change.after),
        "before_titles": _titles(entity, change.before, told),
        "after_titles": _titles(entity, change.after, told),
        "fields": sorted({*change.before, *change.after}),
    }


def _values(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: to_wire(entity.by_key[key], value) for key, value in values.items() if key in entity.by_key}


def _titles(entity: Entity, values: Mapping[str, Any], told: reading.Told) -> dict[str, str | None]:
    fields = ((entity.by_key[key], value) for key, value in values.items() if key in entity.by_key)
    return {
        field.key: _title(told, field.value_type.entity, value)
        for field, value in fields
        if field.value_type.entity is not None and value is not None and field.key != "id"
    }


def _title(told: reading.Told, entity: str, record: int) -> str | None:
    found = told.titles.get((entity, record))
    return None if found is None else str(found)
