"""`/entities`: the model: which kinds of record there are and which fields they have."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.conditional import etag, expected_version
from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import reader_language
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.entities import entity_json
from ruleloom.api.shapes.shared import LabelsSchema
from ruleloom.runtime.commands import entities

resource = Resource("entities", "Kinds of record and their fields.")


class OptionSchema(Schema):
    """One option of a choice."""

    value = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    color = fields.String(required=True, allow_none=True)


class FieldSchema(Schema):
    """A field as published; `value_kind` is what the rule language sees, `to` the key of the entity referred to.

    `default` is the value, as records have it, of a new record that does not name the field.
    """

    id = fields.String(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    type = fields.String(required=True)
    value_kind = fields.String(required=True)
    required = fields.Boolean(required=True)
    unique = fields.Boolean(required=True)
    system = fields.Boolean(required=True)
    decimals = fields.Integer(required=True)
    options = fields.List(fields.Nested(OptionSchema), required=True)
    to = fields.String(required=True, allow_none=True)
    default = fields.Raw(required=True, allow_none=True)
    settings = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class CollectionSchema(Schema):
    """The records of another entity that point here: `orders` on customer."""

    name = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    entity = fields.String(required=True)
    via = fields.String(required=True)


class EntitySchema(Schema):
    """A published entity; `plural_labels` say several of its records where a language has another form for that."""

    id = fields.String(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    plural_labels = fields.Nested(LabelsSchema, required=True)
    time_field = fields.String(required=True, allow_none=True)
    title_field = fields.String(required=True, allow_none=True)
    fields_ = fields.List(fields.Nested(FieldSchema), required=True, data_key="fields", attribute="fields")
    collections = fields.List(fields.Nested(CollectionSchema), required=True)


class EntitiesSchema(Schema):
    """All published entities."""

    items = fields.List(fields.Nested(EntitySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DrawnOptionSchema(Schema):
    """An option as drawn."""

    value = fields.String(required=True)
    labels = fields.Nested(LabelsSchema)
    color = fields.String(allow_none=True)


class DrawnFieldSchema(Schema):
    """A field as drawn; a field that exists keeps its `id`, a new one has none."""

    id = fields.String()
    key = fields.String()
    name = fields.String(required=True)
    type = fields.String(required=True)
    labels = fields.Nested(LabelsSchema)
    required = fields.Boolean()
    unique = fields.Boolean()
    decimals = fields.Integer(validate=validate.Range(0, 6))
    options = fields.List(fields.Nested(DrawnOptionSchema))
    to = fields.String(allow_none=True)
    reverse = fields.String(allow_none=True)
    reverse_labels = fields.Nested(LabelsSchema)
    on_delete = fields.String(validate=validate.OneOf(("empty", "restrict", "cascade")))
    default = fields.Raw(allow_none=True)
    settings = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True))


class EntityDrawingSchema(Schema):
    """An entity as drawn: names of its own fields, not their keys, in `time_field` and `title_field`."""

    name = fields.String(required=True)
    key = fields.String()
    labels = fields.Nested(LabelsSchema)
    plural_labels = fields.Nested(LabelsSchema)
    time_field = fields.String(allow_none=True)
    title_field = fields.String(allow_none=True)
    description = fields.String()
    fields_ = fields.List(fields.Nested(DrawnFieldSchema), required=True, data_key="fields", attribute="fields")


class EntityDraftSchema(Schema):
    """The state of an entity's definition after drawing or publishing."""

    id = fields.String(required=True)
    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("draft", "published", "paused")))
    version = fields.Integer(required=True)
    published_version = fields.Integer(required=True, allow_none=True)
    draft = fields.Nested(EntityDrawingSchema, required=True, allow_none=True)


class UsePlaceSchema(Schema):
    """Where a field is named: the part of the thing, and the words there (of a text), or the remote list."""

    part = fields.String(required=True)
    words = fields.String(required=True, allow_none=True)


class UseSchema(Schema):
    """A thing that names a field; `draft`: only its draft does, and does not stand in the way of publishing."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("entity", "rule", "view", "form", "pipeline", "formula", "connection")),
    )
    id = fields.String(required=True)
    name = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    entity = fields.String(required=True, allow_none=True)
    draft = fields.Boolean(required=True)
    places = fields.List(fields.Nested(UsePlaceSchema), required=True)


class UsesSchema(Schema):
    """All that names a field."""

    items = fields.List(fields.Nested(UseSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ReplaceSchema(Schema):
    """The key of the field that takes the place of the one that goes."""

    other = fields.String(required=True, data_key="with")


class ReplacedSchema(UseSchema):
    """A thing that named the field: whether it can name the other one, and if not, why."""

    possible = fields.Boolean(required=True)
    why = fields.List(fields.String(), required=True)


class ReplacementSchema(Schema):
    """What becomes, or would become, of everything that names a field."""

    items = fields.List(fields.Nested(ReplacedSchema), required=True)


@resource.get("/entities", answer=EntitiesSchema)
def read() -> dict[str, Any]:
    """The published model"""
    ours = workspace().refreshed()
    return {"items": [entity_json(ours.model, each) for each in ours.model.entities], "next": None}


@resource.get("/entities/<entity>", answer=EntitySchema)
def read_one(entity: str) -> Any:
    """One published entity"""
    ours = workspace().refreshed()
    return entity_json(ours.model, ours.entity(entity))


@resource.get("/entities/<entity>/draft", answer=EntityDraftSchema)
def read_draft(entity: str) -> tuple[Any, dict[str, str]]:
    """How an entity is drawn at the moment; the ETag is what PUT wants"""
    return _state(entities.drawing(workspace(), current_actor(), entity))


@resource.get("/entities/<entity>/fields/<field>/uses", answer=UsesSchema)
def read_uses(entity: str, field: str) -> dict[str, Any]:
    """What names a published field: to be asked before it is taken away"""
    return {"items": entities.uses(workspace(), current_actor(), entity, field), "next": None}


@resource.post("/entities/<entity>/fields/<field>/replace/preview", body=ReplaceSchema, answer=ReplacementSchema)
def preview_replacement(given: dict[str, Any], entity: str, field: str) -> dict[str, Any]:
    """What could name another field instead of one that is to go; nothing is changed"""
    return _replaced(entity, field, given["other"], really=False)


@resource.post("/entities/<entity>/fields/<field>/replace", body=ReplaceSchema, answer=ReplacementSchema)
def replace_field(given: dict[str, Any], entity: str, field: str) -> dict[str, Any]:
    """Let rules, views, forms and pipelines name another field of the same kind; rules do not fire because of it"""
    return _replaced(entity, field, given["other"], really=True)


def _replaced(entity: str, field: str, other: str, *, really: bool) -> dict[str, Any]:
    found = entities.replace_field(workspace(), current_actor(), entity, field, other, really=really)
    return {
        "items": [
            {**asdict(each.use), "possible": each.possible, "why": [one.message(reader_language()) for one in each.why]}
            for each in found
        ]
    }


@resource.post("/entities", body=EntityDrawingSchema, answer=EntityDraftSchema, status=201)
def create(given: dict[str, Any]) -> tuple[Any, dict[str, str]]:
    """Draw a new entity; its table comes with publishing"""
    return _state(entities.draw(workspace(), current_actor(), given))


@resource.put("/entities/<entity>", body=EntityDrawingSchema, answer=EntityDraftSchema)
def change(given: dict[str, Any], entity: str) -> tuple[Any, dict[str, str]]:
    """Draw an entity anew (If-Match); nothing changes for others until it is published"""
    return _state(entities.redraw(workspace(), current_actor(), entity, given, expected_version()))


@resource.post("/entities/<entity>/publish", answer=EntityDraftSchema)
def publish(entity: str) -> tuple[Any, dict[str, str]]:
    """Publish the drawing: tables, columns and indexes are made"""
    return _state(entities.publish(workspace(), current_actor(), entity))


def _state(found: entities.Drawing) -> tuple[Any, dict[str, str]]:
    return found, etag(found.version)
