"""Field type `reference`: points to a record of another entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

LARGEST_ID = 2**63 - 1


def read_id(raw: Any) -> Value:
    """The record id of a raw value: an integer or its digits. Whether the record exists is asked elsewhere."""
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw) < 25:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= LARGEST_ID:
        raise Refused("not-a-record", value=str(raw)[:40])
    return raw


def read_opaque_id(raw: Any) -> Value:
    """In a simulation any text or integer names a record."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise Refused("not-a-record", value=str(raw)[:40])
    return str(raw)


@FIELD_TYPES.register
class Reference(FieldType):
    """A reference to a record."""

    type = "reference"
    kind = Kind.RECORD

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """The id of the record."""
        return read_opaque_id if context.opaque_ids else read_id

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """The id as a string: JavaScript has no 63-bit integers."""
        return str(value)
