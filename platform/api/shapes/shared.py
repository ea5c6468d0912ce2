"""Shapes that several resources share. A field without `required` may be absent from an answer."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

LANGUAGES = ("en", "zh")


class _ValueMap(fields.Dict):
    """A map whose values are taken and given as they are: names of an object of JSON are texts, values anything."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        return value


def value_map(**more: Any) -> fields.Dict:
    """A map of field keys to values as JSON: ids and numbers are strings, instants RFC 3339, empty is null."""
    return _ValueMap(keys=fields.String(), values=fields.Raw(allow_none=True), **more)


class LabelsSchema(Schema):
    """A text per language."""

    en = fields.String(allow_none=True)
    zh = fields.String(allow_none=True)


class BothSchema(Schema):
    """A sentence in both languages."""

    en = fields.String(required=True)
    zh = fields.String(required=True)


class TextSchema(Schema):
    """A text of the rule language and the language it is written in."""

    text = fields.String(required=True)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))


class TitledSchema(Schema):
    """A record as it is named to people."""

    entity = fields.String(required=True)
    id = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)


class RecordSchema(Schema):
    """One record: its values by field key or path, and beside every reference the title of what it points to."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    values = value_map(required=True)
    titles = value_map(required=True)


class PlaceSchema(Schema):
    """Where a value stands."""

    entity = fields.String(required=True)
    record = fields.String(required=True)
    field = fields.String(required=True)


class NamedSchema(Schema):
    """Something with an id and how it is called now."""

    id = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)


class ChangedSchema(Schema):
    """Who changed a value last, and when; `cause` as in the history, `rule` where a rule did it."""

    at = fields.String(required=True)
    by = fields.Nested(NamedSchema, required=True, allow_none=True)
    cause = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True)


class FoundSchema(Schema):
    """A value that a condition looked at: what it is, in plain words, and how people read it."""

    words = fields.Nested(BothSchema, required=True)
    value = fields.Raw(required=True, allow_none=True)
    shown = fields.Nested(BothSchema, required=True)
    origin = fields.Nested(PlaceSchema, data_key="from", attribute="from", allow_none=True)
    changed = fields.Nested(ChangedSchema)


class FoundRowSchema(Schema):
    """A related record that a condition looked at; `holds`: whether the condition about each of them holds for it."""

    entity = fields.String(required=True)
    record = fields.String(required=True)
    title = fields.String()
    holds = fields.Boolean(allow_none=True)
    values = fields.List(fields.Nested(FoundSchema), required=True)


class ReasonSchema(Schema):
    """Why a condition holds or not, part by part, with the values found; `next`: when time alone may change it."""

    holds = fields.Boolean(required=True, allow_none=True)
    sentence = fields.Nested(BothSchema, required=True)
    value = fields.Raw(required=True, allow_none=True)
    parts = fields.List(fields.Nested("ReasonSchema"), required=True)
    next = fields.String(required=True, allow_none=True)
    found = fields.List(fields.Nested(FoundSchema), required=True)
    rows = fields.List(fields.Nested(FoundRowSchema), required=True)
    since = fields.String(allow_none=True)


class StepSchema(Schema):
    """One thing to change; `exact`: writing `value` at `place` is meant, else the sentence says what must be."""

    sentence = fields.Nested(BothSchema, required=True)
    place = fields.Nested(PlaceSchema, required=True, allow_none=True)
    exact = fields.Boolean(required=True)
    value = fields.Raw(required=True, allow_none=True)


class ExplainedSchema(ReasonSchema):
    """With what decides, the least change that would turn it (null: none found), and when time alone does."""

    reasons = fields.List(fields.Nested(BothSchema))
    change = fields.List(fields.Nested(StepSchema), allow_none=True)
    becomes_true = fields.String(allow_none=True)
    becomes_false = fields.String(allow_none=True)


class EffectSchema(Schema):
    """What an action of a firing did; `why` it failed or is not done yet, `not_before`: when it is tried again."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("done", "pending", "running", "failed", "skipped")))
    summary = fields.Nested(BothSchema, required=True)
    record = fields.Nested(TitledSchema, allow_none=True)
    attempts = fields.Integer(required=True)
    why = fields.List(fields.Nested(BothSchema), required=True)
    not_before = fields.String(required=True, allow_none=True)


class FiringRuleSchema(Schema):
    """The rule of a firing with the version that was in force."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)


class LinkSchema(Schema):
    """One firing that led to another one, or to a change."""

    firing = fields.String(required=True)
    rule = fields.Nested(FiringRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)
    at = fields.String(required=True)
    depth = fields.Integer(required=True)


class ChainSchema(Schema):
    """What led to it, nearest first, and what began it; `by`: the person, null for time and the workspace."""

    links = fields.List(fields.Nested(LinkSchema), required=True)
    began = fields.String(required=True)
    by = fields.Nested(NamedSchema, required=True, allow_none=True)


class UndoneSchema(Schema):
    """That something was taken back, by which undo; `left`: records that stayed as they were, wholly or in part."""

    undo = fields.String(required=True)
    at = fields.String(required=True)
    by = fields.Nested(NamedSchema, required=True, allow_none=True)
    left = fields.Integer(required=True)


class SkippedSchema(Schema):
    """Why a firing was skipped; `held`: it may still be performed; `became`: what was decided about it."""

    why = fields.String(required=True, validate=validate.OneOf(("limit", "rate", "stopped", "cap", "undo")))
    words = fields.Nested(BothSchema, required=True)
    edge = fields.String(required=True)
    held = fields.Boolean(required=True)
    became = fields.String(required=True, allow_none=True, validate=validate.OneOf(("performed", "left")))


class FiringSchema(Schema):
    """One firing of a rule on a record, with its reason as found at that time and what it did."""

    id = fields.String(required=True)
    at = fields.String(required=True)
    recorded_at = fields.String(required=True)
    rule = fields.Nested(FiringRuleSchema, required=True)
    record = fields.Nested(TitledSchema, required=True)
    edge = fields.String(
        required=True, validate=validate.OneOf(("on", "off", "change", "schedule", "skipped", "blocked"))
    )
    reason = fields.Nested(ReasonSchema, required=True, allow_none=True)
    effects = fields.List(fields.Nested(EffectSchema), required=True)
    cause = fields.String(required=True)
    depth = fields.Integer(required=True)
    chain = fields.Nested(ChainSchema, required=True)
    skipped = fields.Nested(SkippedSchema, required=True, allow_none=True)
    undone = fields.Nested(UndoneSchema, required=True, allow_none=True)


class WarningSchema(Schema):
    """Something to know about a write that was done all the same."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    field = fields.String()


class WrittenSchema(Schema):
    """What a write did: the record as it is now, the firings that the write caused, and warnings.

    `queued`: records that the write concerns and that are evaluated in a moment because they are so many.
    """

    record = fields.Nested(RecordSchema, required=True)
    firings = fields.List(fields.Nested(FiringSchema), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    queued = fields.Integer(required=True)


class FiringPageSchema(Schema):
    """A page of firings, newest first."""

    items = fields.List(fields.Nested(FiringSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PageQuery(Schema):
    """Where a list goes on."""

    after = fields.String()
    limit = fields.Integer(validate=validate.Range(1, 500))
