"""Who would miss a field: asked of the same checks that publishing asks, with a model that lacks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.vocabulary import Labels
from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.messages import Diagnostic
from ruleloom.runtime.rules.checking import ContentError, check
from ruleloom.storage.database import Connection
from ruleloom.storage.logs.exchange import all_connections
from ruleloom.storage.schema.definitions import Definition, Definitions

DRAWN = ("rule", "view", "form", "pipeline")
_STEP = re.compile(r"[^.\[\]]+")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class UsePlace:
    """Where in a thing: the part of its content (`text` of a rule, `columns`, `filter`, …), and the words there."""

    part: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A thing that names a field; `draft`: only its draft does, so that it does not stand in the way."""

    kind: str
    id: str
    name: str
    labels: Mapping[str, str] | Labels
    entity: str | None
    draft: bool
    places: Sequence[UsePlace]


def uses_of(connection: Connection, definitions: Definitions, model: Model, entity: Entity, field: Field) -> list[Use]:
    """Rules, views, forms, pipelines, worked-out fields, connections and the entity itself: all that name the field."""
    without = lacking(model, field)
    drawn = (_of_drawn(each, model, without) for kind in DRAWN for each in definitions.all(kind))
    found = [use for use in drawn if use is not None]
    return [*_of_entity(entity, field), *found, *_of_formulas(model, field), *_of_mappings(connection, entity, field)]


def lacking(model: Model, field: Field) -> Model:
    """The model as if the field had never been: without its other side and without what is worked out of it."""
    entities = tuple(
        replace(
            entity,
            fields=tuple(each for each in entity.fields if each.id != field.id),
            collections=tuple(each for each in entity.collections if each.via != field.id),
            time_field_id=None if entity.time_field_id == field.id else entity.time_field_id,
            title_field_id=None if entity.title_field_id == field.id else entity.title_field_id,
        )
        for entity in model.entities
    )
    formulas = {made: tree for made, tree in model.formulas.items() if made != field.id and not _names(tree, field)}
    return Model(entities, model.calendar, formulas)


def _names(tree: n.Node, field: Field) -> bool:
    named = (each.fields for each in walk(tree) if isinstance(each, n.Path))
    return any(field.id in fields for fields in named)


def _of_drawn(found: Definition, model: Model, without: Model) -> Use | None:
    for content, draft in ((found.content, False), (found.draft, True)):
        if content is None:
            continue
        known = {(each.code, each.target) for each in _wrong(found, content, model)}
        missed = [each for each in _wrong(found, content, without) if (each.code, each.target) not in known]
        if missed:
            places = list(dict.fromkeys(_place(each, content) for each in missed))
            entity = without.entity(found.entity).key if found.entity is not None else None
            return Use(found.kind, str(found.id), found.name, found.labels, entity, draft, places)
    return None


def _wrong(found: Definition, content: Mapping[str, Any], model: Model) -> Sequence[Diagnostic]:
    try:
        check(model, found.kind, found.entity, content)
    except ContentError as error:
        return error.diagnostics
    return ()


def _place(missed: Diagnostic, content: Mapping[str, Any]) -> UsePlace:
    steps = _STEP.findall(missed.target or "")
    here: Any = content
    for step in steps:
        here = here[int(step)] if isinstance(here, list) else here.get(step) if isinstance(here, dict) else None
    if not steps or not isinstance(here, dict):
        here = content if not steps else None
    text = here.get("text") if isinstance(here, dict) else None
    part = next((step for step in reversed(steps) if not step.isdigit() and step != "field"), "text")
    return UsePlace(part, None if text is None else _line(str(text), missed.place.start if missed.place else 0))


def _line(text: str, at: int) -> str:
    """The line of a text in which a place is."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else None].strip()[:_LONGEST]


def _of_entity(entity: Entity, field: Field) -> Iterator[Use]:
    parts = [
        UsePlace(part)
        for part, used in (("title_field", entity.title_field_id), ("time_field", entity.time_field_id))
        if used == field.id
    ]
    if parts:
        yield Use("entity", entity.id, entity.name, entity.labels, entity.key, False, parts)


def _of_formulas(model: Model, field: Field) -> Iterator[Use]:
    for made, tree in model.formulas.items():
        if made != field.id and _names(tree, field):
            owner, own = model.field(made)
            words = _line(str(own.settings.get("expression") or ""), 0)
            yield Use("formula", made, own.name, own.labels, owner.key, False, [UsePlace("expression", words)])


def _of_mappings(connection: Connection, entity: Entity, field: Field) -> Iterator[Use]:
    for row in all_connections(connection):
        places = [
            UsePlace("mapping", resource)
            for resource, part in (row.mapping or {}).items()
            for each in (part, part.get("lines") or {})
            if each.get("entity") == entity.key
            and (field.key in each.get("fields", {}) or field.key in (each.get("key"), each.get("parent")))
        ]
        if places:
            yield Use("connection", str(row.id), row.name, {}, entity.key, False, list(dict.fromkeys(places)))
