"""Field type `choices`: a set of its options, kept in the order of the options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext
from ruleloom.forms.fields.choice import option_reader
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_BETWEEN = re.compile(r"\s*[,;，；、|\n]\s*")


@FIELD_TYPES.register
class Choices(FieldType):
    """A set of options."""

    type = "choices"
    kind = Kind.CHOICES

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """A list of values or labels, or one text with commas between them."""
        read = option_reader(field)
        order = {option.value: number for number, option in enumerate(field.options)}

        def clean(raw: Any) -> Value:
            if isinstance(raw, (list, tuple, set, frozenset)):
                words = list(raw)
            elif isinstance(raw, str) and raw not in order:
                words = [word for word in _BETWEEN.split(raw) if word]
            else:
                words = [raw]
            found = {read(word) for word in words if word not in (None, "")}
            return tuple(sorted(found, key=order.__getitem__)) or None

        return clean

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """A list."""
        return list(value) if isinstance(value, tuple) else value

    def schema(self, field: Field) -> dict[str, Any]:
        """A list of values."""
        return {"type": "array", "items": {"type": "string", "enum": [option.value for option in field.options]}}
