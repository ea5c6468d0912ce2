"""Field type `autonumber`: counts records of an entity; storage gives the next number at creation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused, Setting
from ruleloom.forms.fields.number import number_text
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field


@FIELD_TYPES.register
class AutoNumber(FieldType):
    """A running number; shown with `prefix` and at least `digits` digits."""

    type = "autonumber"
    kind = Kind.NUMBER
    settings: ClassVar[Mapping[str, Setting]] = {"prefix": Setting("text", ""), "digits": Setting("integer", 1)}
    writable = False
    numbered = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """Nobody may give one."""

        def clean(raw: Any) -> Value:  # noqa: ARG001
            raise Refused("field-is-computed")

        return clean

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """A string, as for every number."""
        return number_text(value) if isinstance(value, Decimal) else value
