"""Field type `email`: one address; its domain is kept in lower case."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]\Z")
_LONGEST = 254


def read_email(raw: Any) -> Value:
    """The address; Refused when it is none."""
    text = unicodedata.normalize("NFC", raw).strip() if isinstance(raw, str) else ""
    local, _, domain = text.rpartition("@")
    if len(text) > _LONGEST or not _EMAIL.match(text) or ".." in local or local[:1] == "." or local[-1:] == ".":
        raise Refused("not-an-email", value=str(raw)[:40])
    return f"{local}@{domain.lower()}"


@FIELD_TYPES.register
class Email(FieldType):
    """A mail address."""

    type = "email"
    kind = Kind.TEXT
    searched = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """One address."""
        return read_email

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """An address."""
        return {"type": "string", "format": "email"}
