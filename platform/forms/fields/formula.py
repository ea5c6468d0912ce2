"""Field type formula."""

from __future__ import annotations

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import FieldType
from ruleloom.forms.fields.registry import FIELD_TYPES


@FIELD_TYPES.register
class Formula(FieldType):
    """A field of type formula."""

    type = "formula"
    kind = Kind.NUMBER
