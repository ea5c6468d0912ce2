"""The forms of a record with their conditions worked out: what is visible and required, as the server decides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ruleloom.access import Actor
from ruleloom.dsl.moment import Moment
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import Entity
from ruleloom.runtime.missing import id_of
from ruleloom.runtime.rules.content import compiled
from ruleloom.runtime.showing import reading
from ruleloom.runtime.workspace import Reading, Workspace
from ruleloom.storage.schema.definitions import Definition

Content = Mapping[str, Any]


def of_record(workspace: Workspace, actor: Actor, entity: str, record: str) -> list[dict[str, Any]]:
    """All published forms of a record that the actor may see."""
    reading.record(workspace, actor, entity, record)
    with workspace.reading() as opened:
        found = opened.published.entity(entity)
        snapshot = opened.store.snapshots(found.id, [id_of(record)]).get(id_of(record), {})
        forms = opened.published.of_entity("form", found.id)
        return [_worked(opened, actor, found, snapshot, form) for form in forms]


def _worked(opened: Reading, actor: Actor, entity: Entity, snapshot: Snapshot, form: Definition) -> dict[str, Any]:
    moment = Moment(opened.now, opened.published.model.calendar, actor.user)

    def holds(condition: Content | None, absent: bool) -> bool:
        if condition is None:
            return absent
        logic = compiled(condition, opened.published.model, entity.id)
        record = cast("int", snapshot["id"])
        verdict = logic.judge({record: snapshot}, opened.store, moment, {}).get(record)
        return verdict is not None and bool(verdict.holds)

    def field(place: Content) -> dict[str, Any]:
        visible = holds(place.get("visible_when"), absent=True)
        required = entity.by_key[place["field"]].required or holds(place.get("required_when"), absent=False)
        return {"field": place["field"], "visible": visible, "required": visible and required}

    sections = [
        {
            "title": section.get("title") or {},
            "columns": section.get("columns", 1),
            "fields": [field(place) for place in section.get("fields", ())],
        }
        for section in (form.content or {}).get("sections", ())
    ]
    return {"id": str(form.id), "name": form.name, "sections": sections}
