"""`/rules`: when what becomes true, then what is done; with pause, preview and explanation."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.conditional import etag
from ruleloom.api.drawn import drawn
from ruleloom.api.here import workspace
from ruleloom.api.shapes import LANGUAGES, BothSchema, ExplainedSchema, TextSchema
from ruleloom.api.signed_in import current_actor
from ruleloom.runtime.commands import definitions, rules
from ruleloom.storage.definitions import Definition


class ShownRuleSchema(TextSchema):
    """The rule as written, in plain words, and in the other language."""

    tree = fields.Raw(required=True, allow_none=True)
    sentence = fields.Nested(BothSchema, required=True, allow_none=True)
    formatted = fields.Nested(BothSchema, required=True, allow_none=True)


class SampleSchema(Schema):
    """A record that matches."""

    id = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)


class RulePreviewSchema(Schema):
    """How many records of the entity match now, and some of them."""

    matching = fields.Integer(required=True)
    total = fields.Integer(required=True)
    sample = fields.List(fields.Nested(SampleSchema), required=True)
    sentence = fields.Nested(BothSchema, required=True)


class SwitchedSchema(Schema):
    """Where a rule stands after pausing or resuming."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class ExplainSchema(Schema):
    """A rule or condition and the record to explain it on; `at`: another instant than now."""

    text = fields.String(required=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    entity = fields.String()
    record = fields.String(required=True)
    at = fields.String()


resource = drawn("rule", "rules", "When what becomes true, then what is done.", TextSchema, ShownRuleSchema)


@resource.post("/rules/preview", body=TextSchema, answer=RulePreviewSchema)
def preview(given: dict[str, Any]) -> Any:
    """How many records match now, and which"""
    return rules.preview(workspace(), current_actor(), given["text"], given["language"])


@resource.post("/rules/explain", body=ExplainSchema, answer=ExplainedSchema)
def explain(given: dict[str, Any]) -> Any:
    """Why a condition holds or not for one record, part by part"""
    return rules.explain(workspace(), current_actor(), **given)


@resource.post("/rules/<drawn_id>/pause", answer=SwitchedSchema)
def pause(drawn_id: str) -> Any:
    """Stop a rule; its conditions are dropped without an edge"""
    return _switched(definitions.pause(workspace(), current_actor(), "rule", drawn_id))


@resource.post("/rules/<drawn_id>/resume", answer=SwitchedSchema)
def resume(drawn_id: str) -> Any:
    """Let a paused rule go on; records that match now do not fire"""
    return _switched(definitions.resume(workspace(), current_actor(), "rule", drawn_id))


def _switched(found: Definition) -> tuple[dict[str, Any], dict[str, str]]:
    return {"id": str(found.id), "status": found.status, "version": found.revision}, etag(found.revision)
