"""`/language`: read, complete and describe texts of the rule language. Offsets are UTF-16 units, as browsers count."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import FixSchema, reader_language
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import LANGUAGES, BothSchema
from ruleloom.runtime.rules import language

resource = Resource("language", "Read, complete and describe texts of the rule language.")
_PARTS = ("rule", "condition", "expression")


class LanguageTextSchema(Schema):
    """A text, its language, what it is, and for a condition or an expression the entity that it speaks of."""

    text = fields.String(required=True, validate=validate.Length(max=100_000))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    entity = fields.String(allow_none=True)
    part = fields.String(validate=validate.OneOf(_PARTS), load_default="rule")


class CompletionAskSchema(LanguageTextSchema):
    """Where the cursor stands, in UTF-16 units."""

    position = fields.Integer(required=True, validate=validate.Range(min=0))


class DiagnosticSchema(Schema):
    """One thing wrong in a text."""

    from_ = fields.Integer(required=True, data_key="from", attribute="from")
    to = fields.Integer(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(("error", "warning", "hint")))
    code = fields.String(required=True)
    message = fields.String(required=True)
    fix = fields.Nested(FixSchema)


class CircleRuleSchema(Schema):
    """A rule in a circle; the rule being written has no id."""

    id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)


class CircleNameSchema(Schema):
    """An entity or a field, as people call it."""

    key = fields.String(required=True)
    words = fields.Nested(BothSchema, required=True)


class CircleStepSchema(Schema):
    """What a rule of a circle writes that sets the next one off; no field where records are made or deleted."""

    entity = fields.Nested(CircleNameSchema, required=True)
    field = fields.Nested(CircleNameSchema, required=True, allow_none=True)
    way = fields.String(required=True, validate=validate.OneOf(("updated", "created", "deleted")))


class CircleSchema(Schema):
    """Rules that set each other off, the one being written first; step n leads from rule n to the next, then back."""

    rules = fields.List(fields.Nested(CircleRuleSchema), required=True)
    steps = fields.List(fields.Nested(CircleStepSchema), required=True)


class ParsedSchema(Schema):
    """The tree when the text is right, and everything that is wrong otherwise."""

    tree = fields.Raw(required=True, allow_none=True)
    sentence = fields.Nested(BothSchema, required=True, allow_none=True)
    formatted = fields.Nested(BothSchema, required=True, allow_none=True)
    jsonlogic = fields.Raw(allow_none=True)
    diagnostics = fields.List(fields.Nested(DiagnosticSchema), required=True)
    circles = fields.List(fields.Nested(CircleSchema), required=True)


class CompletionSchema(Schema):
    """One thing that may stand at the cursor."""

    label = fields.String(required=True)
    insert = fields.String(required=True)
    kind = fields.String(required=True)
    detail = fields.String(required=True)


class CompletionsSchema(Schema):
    """What may stand at the cursor; `from`: where the word begins that it replaces."""

    from_ = fields.Integer(required=True, data_key="from", attribute="from")
    items = fields.List(fields.Nested(CompletionSchema), required=True)


class HoveredSchema(Schema):
    """What stands from `from` to `to`: its name, what it is, and more about it."""

    from_ = fields.Integer(required=True, data_key="from", attribute="from")
    to = fields.Integer(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)
    lines = fields.List(fields.String(), required=True)


class HoverSchema(Schema):
    """Null at marks, texts and unknown names."""

    hover = fields.Nested(HoveredSchema, required=True, allow_none=True)


class CalledSchema(Schema):
    """A function with what it takes; `active` is the argument at the cursor, from 0."""

    label = fields.String(required=True)
    parameters = fields.List(fields.String(), required=True)
    active = fields.Integer(required=True)
    detail = fields.String(required=True)


class SignatureSchema(Schema):
    """Null where neither a function nor an action is being written; `active` is -1 where none of its parts is."""

    signature = fields.Nested(CalledSchema, required=True, allow_none=True)


class WordsQuery(Schema):
    """Of which entity, in which language."""

    entity = fields.String()
    language = fields.String(validate=validate.OneOf(LANGUAGES))


class WordSchema(Schema):
    """A name with what it is."""

    label = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)


class WordsSchema(Schema):
    """The words of the language and the names of an entity, for highlighting."""

    keywords = fields.List(fields.String(), required=True)
    functions = fields.List(fields.String(), required=True)
    units = fields.List(fields.String(), required=True)
    fields_ = fields.List(fields.Nested(WordSchema), required=True, data_key="fields", attribute="fields")


@resource.post("/language/parse", body=LanguageTextSchema, answer=ParsedSchema)
def parse(given: dict[str, Any]) -> dict[str, Any]:
    """Read a text: its tree, its sentence in both languages, or every error with its place"""
    return language.read(workspace(), reader=reader_language(), actor=current_actor(), **given)


@resource.post("/language/complete", body=CompletionAskSchema, answer=CompletionsSchema)
def complete(given: dict[str, Any]) -> dict[str, Any]:
    """What may stand at the cursor"""
    return language.complete(workspace(), language.Spot(**given))


@resource.post("/language/hover", body=CompletionAskSchema, answer=HoverSchema)
def hover(given: dict[str, Any]) -> dict[str, Any]:
    """What stands at a place: a field with its type, label and options, or a word with its meaning"""
    return language.hover(workspace(), language.Spot(**given), reader_language())


@resource.post("/language/signature", body=CompletionAskSchema, answer=SignatureSchema)
def signature(given: dict[str, Any]) -> dict[str, Any]:
    """The function whose parentheses are open at the cursor, and the argument that is being written"""
    return language.signature(workspace(), language.Spot(**given), reader_language())


@resource.get("/language/vocabulary", query=WordsQuery, answer=WordsSchema)
def vocabulary(query: dict[str, Any]) -> dict[str, Any]:
    """Keywords, functions, units and fields"""
    return language.words(workspace(), query.get("entity"), query.get("language", reader_language()))
