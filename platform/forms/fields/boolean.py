"""Field type boolean."""

from __future__ import annotations

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import FieldType
from ruleloom.forms.fields.registry import FIELD_TYPES


@FIELD_TYPES.register
class Boolean(FieldType):
    """A field of type boolean."""

    type = "boolean"
    kind = Kind.BOOLEAN
