"""Field type datetime."""

from __future__ import annotations

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import FieldType
from ruleloom.forms.fields.registry import FIELD_TYPES


@FIELD_TYPES.register
class Datetime(FieldType):
    """A field of type datetime."""

    type = "datetime"
    kind = Kind.DATETIME
