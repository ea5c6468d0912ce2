"""Field type `boolean`: yes or no, or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_WORDS = {
    **dict.fromkeys(("yes", "true", "y", "t", "1", "on", "是", "对", "有", "√", "✓"), True),
    **dict.fromkeys(("no", "false", "n", "f", "0", "off", "否", "不", "无", "×", "✗"), False),
}


def read_boolean(raw: Any) -> Value:
    """Yes or no of a raw value; Refused when it is neither."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, (int, str)):
        found = _WORDS.get(str(raw).strip().lower())
        if found is not None:
            return found
    raise Refused("not-a-boolean", value=str(raw)[:40])


@FIELD_TYPES.register
class Boolean(FieldType):
    """Yes or no."""

    type = "boolean"
    kind = Kind.BOOLEAN

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """Yes or no in either language, true or false, 1 or 0."""
        return read_boolean

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """true or false."""
        return {"type": "boolean"}
