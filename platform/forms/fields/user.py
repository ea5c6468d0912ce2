"""Field type `user`: a reference to a person of the workspace."""

from __future__ import annotations

from ruleloom.forms.fields.reference import Reference
from ruleloom.forms.fields.registry import FIELD_TYPES


@FIELD_TYPES.register
class User(Reference):
    """A person."""

    type = "user"
