"""`/firings/{id}/undo`, `/undos/{id}/undo`: taking back what a firing (or an undo) wrote, shown before it is done."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import BothSchema, FiringRuleSchema, TitledSchema
from ruleloom.api.shapes.undo import plan_json
from ruleloom.runtime.commands import undo
from ruleloom.runtime.undoing.plan import Plan

resource = Resource("undo", "Taking back what a firing wrote.")


class UndoQuestionSchema(Schema):
    """`chained`: with what came of it."""

    chained = fields.Boolean(load_default=False)


class UndoOrderSchema(UndoQuestionSchema):
    """`conflicts`: left as they are, or overwritten; `fingerprint`: of the preview on which the person decided."""

    conflicts = fields.String(load_default="leave", validate=validate.OneOf(("leave", "overwrite")))
    fingerprint = fields.String()


class ClashSchema(Schema):
    """What stands against it."""

    code = fields.String(required=True)
    words = fields.Nested(BothSchema, required=True)
    at = fields.String(required=True, allow_none=True)


class FieldBackSchema(Schema):
    """A field as it is now and as it becomes; titles of the records that it refers to."""

    field = fields.String(required=True)
    now = fields.Raw(required=True, allow_none=True)
    back = fields.Raw(required=True, allow_none=True)
    now_title = fields.String(required=True, allow_none=True)
    back_title = fields.String(required=True, allow_none=True)
    clash = fields.Nested(ClashSchema, required=True, allow_none=True)


class UndoItemSchema(Schema):
    """What is taken back at one record; `conflict` can be overwritten, `impossible` cannot be done."""

    verb = fields.String(required=True, validate=validate.OneOf(("restore", "update", "delete")))
    record = fields.Nested(TitledSchema, required=True)
    fields_ = fields.List(fields.Nested(FieldBackSchema), required=True, data_key="fields", attribute="fields")
    state = fields.String(required=True, validate=validate.OneOf(("free", "conflict", "impossible")))
    clashes = fields.List(fields.Nested(ClashSchema), required=True)
    done = fields.Boolean(required=True)


class UndoFiringSchema(Schema):
    """A firing that is taken back, that came of it, or that the undoing leads to."""

    id = fields.String(required=True, allow_none=True)
    rule = fields.Nested(FiringRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)
    edge = fields.String(required=True)


class OutsideSchema(Schema):
    """An effect outside the house."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    summary = fields.Nested(BothSchema, required=True)


class UndoPlanSchema(Schema):
    """What is undone, what stands against it, and what cannot be called back; `undo`: what it became, once done."""

    undo = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(("firing", "undo")))
    chained = fields.Boolean(required=True)
    fingerprint = fields.String(required=True)
    items = fields.List(fields.Nested(UndoItemSchema), required=True)
    left = fields.Integer(required=True)
    firings = fields.List(fields.Nested(UndoFiringSchema), required=True)
    further = fields.List(fields.Nested(UndoFiringSchema), required=True)
    answering = fields.List(fields.Nested(UndoFiringSchema), required=True)
    gone_out = fields.List(fields.Nested(OutsideSchema), required=True)
    not_begun = fields.List(fields.Nested(OutsideSchema), required=True)
    notices_read = fields.Integer(required=True)
    notices_unread = fields.Integer(required=True)
    runs = fields.Integer(required=True)


@resource.post("/firings/<firing>/undo/preview", body=UndoQuestionSchema, answer=UndoPlanSchema)
def preview_firing(given: dict[str, Any], firing: str) -> dict[str, Any]:
    """What undoing a firing would do; nothing is changed"""
    return _shown(undo.preview(workspace(), current_actor(), undo.FIRING, firing, **given))


@resource.post("/firings/<firing>/undo", body=UndoOrderSchema, answer=UndoPlanSchema)
def undo_firing(given: dict[str, Any], firing: str) -> dict[str, Any]:
    """Undo a firing, in one transaction"""
    return _shown(undo.undo(workspace(), current_actor(), undo.FIRING, firing, **given))


@resource.post("/undos/<undo_id>/undo/preview", body=UndoQuestionSchema, answer=UndoPlanSchema)
def preview_undo(given: dict[str, Any], undo_id: str) -> dict[str, Any]:
    """What taking an undo back would do; nothing is changed"""
    return _shown(undo.preview(workspace(), current_actor(), undo.UNDO, undo_id, **given))


@resource.post("/undos/<undo_id>/undo", body=UndoOrderSchema, answer=UndoPlanSchema)
def undo_undo(given: dict[str, Any], undo_id: str) -> dict[str, Any]:
    """Take an undo back, in one transaction"""
    return _shown(undo.undo(workspace(), current_actor(), undo.UNDO, undo_id, **given))


def _shown(plan: Plan) -> dict[str, Any]:
    return plan_json(workspace().refreshed().model, plan)
