"""Field type email."""

from __future__ import annotations

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import FieldType
from ruleloom.forms.fields.registry import FIELD_TYPES


@FIELD_TYPES.register
class Email(FieldType):
    """A field of type email."""

    type = "email"
    kind = Kind.TEXT
