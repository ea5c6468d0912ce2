"""Drawn things as JSON; forms and rules with what is worked out from their texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ruleloom.api.shapes.wire import instant_text
from ruleloom.forms.entity import Entity, Model
from ruleloom.messages import LANGUAGES
from ruleloom.runtime.rules import language
from ruleloom.runtime.rules.published import Published
from ruleloom.storage.schema.definitions import Content, Definition

Enrich = Callable[[Content, Model, Entity | None], Mapping[str, Any]]


def drawn_json(model: Model, drawn: Definition) -> dict[str, Any]:
    """The common shape of everything drawn."""
    entity = _owner(model, drawn)

    def shown(content: Content | None) -> Mapping[str, Any] | None:
        return None if content is None else content_json(model, drawn, content)

    return {
        "id": str(drawn.id),
        "key": drawn.key,
        "kind": drawn.kind,
        "name": drawn.name,
        "labels": drawn.labels,
        "entity": entity.key if entity else None,
        "content": shown(drawn.content),
        "draft": shown(drawn.draft),
        "published_version": drawn.published_version,
        "status": drawn.status,
        "version": drawn.revision,
        "updated_at": instant_text(drawn.updated_at),
        "updated_by": None if drawn.updated_by is None else str(drawn.updated_by),
        "shared": drawn.shared,
    }


def content_json(model: Model, drawn: Definition, content: Content) -> Mapping[str, Any]:
    """A content of something drawn (a draft, a version) with what is worked out from its texts."""
    return _ENRICH.get(drawn.kind, _plain)(content, model, _owner(model, drawn))


def _owner(model: Model, drawn: Definition) -> Entity | None:
    return next((each for each in model.entities if each.id == drawn.entity), None)


def findings_json(published: Published, drawn: Definition) -> list[dict[str, Any]]:
    """What is to be said of a rule that has been published, in both languages; nothing of other kinds."""
    if drawn.kind != "rule" or drawn.content is None:
        return []
    text, author = str(drawn.content.get("text", "")), drawn.content.get("language", "en")
    return [
        {
            "code": each.code,
            "severity": each.severity,
            "message": {tongue: each.message(tongue) for tongue in LANGUAGES},
        }
        for each in language.findings_of_text(text, author, published)
    ]


def _plain(content: Content, _model: Model, _entity: Entity | None) -> Mapping[str, Any]:
    return content


def _form(content: Content, model: Model, entity: Entity | None) -> Mapping[str, Any]:
    """Every condition with the JsonLogic by which a browser decides it; null where only the server can."""

    def field(place: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(place)
        for part in ("visible", "required"):
            condition = place.get(f"{part}_when")
            if condition and entity is not None:
                found[f"{part}_logic"] = language.logic_of(condition, model, entity)
        return found

    sections = [
        {**section, "fields": [field(place) for place in section.get("fields", ())]}
        for section in content.get("sections", ())
    ]
    return {**content, "sections": sections}


def _rule(content: Content, model: Model, _entity: Entity | None) -> Mapping[str, Any]:
    return {**content, **language.shown_rule(str(content.get("text", "")), content.get("language", "en"), model)}


_ENRICH: Mapping[str, Enrich] = {"form": _form, "rule": _rule}
