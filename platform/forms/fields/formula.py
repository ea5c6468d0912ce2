"""Field type `formula`: a value worked out by an expression of the language; nothing is stored (`forms.formulas`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind, Value, ValueType
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused, Setting
from ruleloom.forms.fields.registry import FIELD_TYPES, field_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field

RESULTS = (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME)


@FIELD_TYPES.register
class Formula(FieldType):
    """A computed value: `expression` in `language`, of kind `result`."""

    type = "formula"
    kind = Kind.NUMBER
    settings: ClassVar[Mapping[str, Setting]] = {
        "expression": Setting("text"),
        "language": Setting("text", "en", ("en", "zh")),
        "result": Setting("text", "number", tuple(str(kind) for kind in RESULTS)),
    }
    stored = False
    writable = False

    def value_type(self, field_id: str, to: str | None, decimals: int, settings: Mapping[str, Any]) -> ValueType:  # noqa: ARG002
        """The kind that `result` says."""
        kind = Kind(settings.get("result", "number"))
        return ValueType(kind, decimals=decimals if kind is Kind.NUMBER else None)

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """Nobody may give one."""

        def clean(raw: Any) -> Value:  # noqa: ARG001
            raise Refused("field-is-computed")

        return clean

    def to_json(self, value: Value, field: Field) -> Any:
        """As a stored field of the kind of the result."""
        return field_types()[str(field.value_type.kind)].to_json(value, field)
