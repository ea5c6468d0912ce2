"""An entity as JSON: keys for people's programs, permanent ids beside them."""

from __future__ import annotations

from typing import Any

from ruleloom.api.shapes.wire import to_wire
from ruleloom.forms.entity import CollectionOf, Entity, Field, Model
from ruleloom.forms.fields.base import InputContext
from ruleloom.forms.fields.registry import field_types


def entity_json(model: Model, entity: Entity) -> dict[str, Any]:
    """The published shape of an entity."""
    return {
        "id": entity.id,
        "key": entity.key,
        "name": entity.name,
        "labels": entity.labels,
        "plural_labels": entity.plural_labels,
        "time_field": entity.time_field.key,
        "title_field": entity.title_field.key if entity.title_field else None,
        "fields": [field_json(model, field) for field in entity.fields],
        "collections": [_collection_json(model, each) for each in entity.collections],
    }


def field_json(model: Model, field: Field) -> dict[str, Any]:
    """The published shape of a field."""
    target = field.to or field.value_type.entity
    return {
        "id": field.id,
        "key": field.key,
        "name": field.name,
        "labels": field.labels,
        "type": field.type,
        "value_kind": field.value_type.kind.value,
        "required": field.required,
        "unique": field.unique,
        "system": field.system,
        "decimals": field.decimals,
        "options": [{"value": o.value, "labels": o.labels, "color": o.color} for o in field.options],
        "to": model.entity(target).key if target else None,
        "default": _default_json(model, field),
        "settings": field.settings,
    }


def _default_json(model: Model, field: Field) -> Any:
    if field.default is None:
        return None
    context = InputContext(model.calendar, opaque_ids=True)
    return to_wire(field, field_types()[field.type].cleaner(field, context)(field.default))


def _collection_json(model: Model, collection: CollectionOf) -> dict[str, Any]:
    via = model.field(collection.via)[1]
    return {
        "name": collection.name,
        "labels": collection.labels,
        "entity": model.entity(collection.entity).key,
        "via": via.key,
    }
