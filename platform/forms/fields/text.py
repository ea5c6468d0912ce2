"""Field type `text`: a short text, NFC without NUL."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused, Setting
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field

LONGEST, LONGEST_UNIQUE = 2_000, 500
"""Code points; a unique text must fit an index entry of PostgreSQL."""


def clean_text(raw: Any, longest: int) -> str | None:
    """NFC text of a raw value, None when nothing is left; numbers are taken as they are written."""
    if isinstance(raw, str):
        if raw.isascii() and "\0" not in raw and len(raw) <= longest:
            return raw or None
    elif isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise Refused("not-a-text")
    text = unicodedata.normalize("NFC", str(raw))
    if "\0" in text:
        raise Refused("text-nul")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Refused("text-broken")
    if len(text) > longest:
        raise Refused("text-too-long", length=len(text), most=longest)
    return text or None


@FIELD_TYPES.register
class Text(FieldType):
    """A short text; `max_length` in code points."""

    type = "text"
    kind = Kind.TEXT
    settings: ClassVar[Mapping[str, Setting]] = {"max_length": Setting("integer")}
    searched = True
    sort_key = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """Text as written, at most `max_length` code points."""
        most = LONGEST_UNIQUE if field.unique else LONGEST
        longest = min(self.setting(field, "max_length") or most, most)
        return lambda raw: clean_text(raw, longest)
