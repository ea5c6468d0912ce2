"""The records of an entity as a marshmallow schema: the same cleaning as `validation`, described for OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import RAISE, Schema, fields
from marshmallow import ValidationError as SchemaRefused

from ruleloom.forms.fields.base import FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.validation import EMPTY_INPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Entity, Field


class ValueField(fields.Field[Any]):
    """One field of a record: loads raw input by the field type's cleaner, dumps its JSON."""

    def __init__(self, field_type: FieldType, field: Field, context: InputContext) -> None:
        described = {**field_type.schema(field), "title": field.labels.get("en") or field.name}
        super().__init__(
            required=False, allow_none=True, dump_only=not field_type.writable or field.system, metadata=described
        )
        self._type, self._field = field_type, field
        self._clean = None if field.system else field_type.cleaner(field, context)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:  # noqa: ARG002
        if value.__class__ is not bool and value in EMPTY_INPUT:
            return None
        try:
            return self._clean(value) if self._clean else value
        except Refused as refused:
            raise SchemaRefused(refused.code) from refused

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return None if value is None else self._type.to_json(value, self._field)


def record_schema(entity: Entity, context: InputContext) -> type[Schema]:
    """The schema class of an entity's records, named after its key; unknown fields are refused."""

    class Meta:
        unknown = RAISE

    made: dict[str, Any] = {
        field.key: ValueField(field_types()[_type_of(field)], field, context) for field in entity.fields
    }
    return type(f"{entity.key.title().replace('_', '')}Record", (Schema,), {**made, "Meta": Meta})


def _type_of(field: Field) -> str:
    """System fields name their type like others, but for the id, which is shown as a reference."""
    return "reference" if field.type == "id" else field.type
