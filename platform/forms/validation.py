"""Raw input → clean values, or every field's error at once.

A `Validator` is made once per entity and used for every record: the functions that clean the values are made for the
fields beforehand (fast enough for imports). `record_schema` offers the same as a marshmallow schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.entity import Entity, Field
from ruleloom.forms.fields.base import Cleaner, InputContext, Refused
from ruleloom.forms.fields.number import MAGNITUDE
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.fields.text import clean_text
from ruleloom.forms.findings import nearest
from ruleloom.messages import Diagnostic, RuleloomError

EMPTY_INPUT: tuple[Any, ...] = (None, "", [], ())
_LONGEST_COMPUTED = 100_000


class ValidationError(RuleloomError):
    """Input that fields do not take; `target` of each diagnostic is the field's key."""


class Validator:
    """Cleans input for records of one entity."""

    def __init__(self, entity: Entity, context: InputContext) -> None:
        self.entity = entity
        own = [field for field in entity.fields if not field.system]
        self._cleaners: dict[str, Cleaner] = {f.key: field_types()[f.type].cleaner(f, context) for f in own}
        self._required = [field for field in own if field.required]
        self._defaults = {f.key: f.default for f in own if f.default is not None}

    def create(self, raw: Mapping[str, Any]) -> dict[str, Value]:
        """Values of a new record: given ones, then defaults. Raises `ValidationError` with every error."""
        given = {**{key: default for key, default in self._defaults.items() if key not in raw}, **raw}
        values, errors = self.check(given)
        refused = {error.target for error in errors}
        errors += [self._missing(f) for f in self._required if values.get(f.key) is None and f.key not in refused]
        return _or_raise(values, errors)

    def update(self, raw: Mapping[str, Any]) -> dict[str, Value]:
        """Values to change; a required field may not become empty. Raises `ValidationError` with every error."""
        values, errors = self.check(raw)
        errors += [self._missing(f) for f in self._required if f.key in values and values[f.key] is None]
        return _or_raise(values, errors)

    def check(self, raw: Mapping[str, Any]) -> tuple[dict[str, Value], list[Diagnostic]]:
        """Clean values and all errors of the given fields; what is missing is not looked at."""
        values: dict[str, Value] = {}
        errors: list[Diagnostic] = []
        cleaners = self._cleaners
        for key, value in raw.items():
            cleaner = cleaners.get(key)
            if cleaner is None:
                errors.append(self._unknown(key))
            elif value is None or (value.__class__ is not bool and value in EMPTY_INPUT):
                values[key] = None
            else:
                try:
                    values[key] = cleaner(value)
                except Refused as refused:
                    errors.append(self._error(self.entity.by_key[key], refused))
        return values, errors

    def _error(self, field: Field, refused: Refused) -> Diagnostic:
        return Diagnostic(refused.code, params={"field": shown_name(field), **refused.params}, target=field.key)

    def _missing(self, field: Field) -> Diagnostic:
        return Diagnostic("value-missing", params={"field": shown_name(field)}, target=field.key)

    def _unknown(self, key: str) -> Diagnostic:
        if key in self.entity.by_key:
            return Diagnostic("field-is-system", params={"name": key}, target=key)
        near = nearest(key, self._cleaners)
        if near is None:
            return Diagnostic("unknown-field", params={"name": key[:80]}, target=key)
        return Diagnostic("unknown-field-near", params={"name": key[:80], "near": near}, target=key)


def shown_name(field: Field) -> Mapping[str, str]:
    """The label of a field in each language, its name where there is none."""
    return {language: field.labels.get(language) or field.name for language in ("en", "zh")}


def _or_raise(values: dict[str, Value], errors: list[Diagnostic]) -> dict[str, Value]:
    if errors:
        raise ValidationError(*errors)
    return values


def computed_values(entity: Entity, values: Mapping[str, Value]) -> dict[str, Value]:
    """The same as `kept_values`; raises `ValidationError` with everything that does not fit."""
    return _or_raise(*kept_values(entity, values))


def kept_values(entity: Entity, values: Mapping[str, Value]) -> tuple[dict[str, Value], list[Diagnostic]]:
    """Values that are already as in `dsl.types` as the fields keep them, and everything that does not fit.

    Numbers are rounded half-even to the field's decimals.
    """
    kept: dict[str, Value] = {}
    errors: list[Diagnostic] = []
    for key, value in values.items():
        field = entity.by_key[key]
        try:
            kept[key] = None if value is None else _computed(field, value)
        except Refused as refused:
            errors.append(Diagnostic(refused.code, params={"field": shown_name(field), **refused.params}, target=key))
    return kept, errors


def _computed(field: Field, value: Value) -> Value:
    make = _COMPUTED.get(field.value_type.kind)
    return make(field, value) if make else value


def _computed_number(field: Field, value: Value) -> Value:
    number = Decimal(value) if isinstance(value, (int, Decimal)) else None
    if number is None:
        raise Refused("not-a-number", value=str(value)[:40])
    if abs(number) >= MAGNITUDE:
        raise Refused("number-range")
    rounded = number.quantize(Decimal(1).scaleb(-field.decimals), ROUND_HALF_EVEN)
    return rounded or abs(rounded)


def _computed_choice(field: Field, value: Value) -> Value:
    if value not in {option.value for option in field.options}:
        raise Refused("not-an-option", value=str(value)[:40], options=[option.value for option in field.options])
    return value


def _computed_text(field: Field, value: Value) -> Value:  # noqa: ARG001
    return clean_text(value, _LONGEST_COMPUTED)


_COMPUTED: dict[Kind, Callable[[Field, Value], Value]] = {
    Kind.NUMBER: _computed_number,
    Kind.CHOICE: _computed_choice,
    Kind.TEXT: _computed_text,
}


_TYPE = {"id": "reference"}
"""The id of a record is shown like a reference to it."""


def to_json(entity: Entity, values: Mapping[str, Value]) -> dict[str, Any]:
    """The JSON of a record's values by field key; empty ones are null. Unknown keys are left out."""
    types = field_types()
    return {
        key: None
        if value is None
        else types[_TYPE.get(key, entity.by_key[key].type)].to_json(value, entity.by_key[key])
        for key, value in values.items()
        if key in entity.by_key
    }
