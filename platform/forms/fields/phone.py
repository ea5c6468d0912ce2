"""Field type `phone`: a telephone number as people write it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_PHONE = re.compile(r"\+?[\d\s().\-/]+(?:(?:x|ext\.?|转|#)\s*\d{1,6})?\Z", re.IGNORECASE)
_FEWEST, _MOST = 3, 20
"""Digits: service numbers are short, E.164 ends at 15, extensions come on top."""


def read_phone(raw: Any) -> Value:
    """The number with single spaces; Refused when it has too few or too many digits, or other signs."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise Refused("not-a-phone", value=str(raw)[:40])
    text = " ".join(unicodedata.normalize("NFKC", str(raw)).split())
    if not _PHONE.match(text) or not _FEWEST <= sum(c.isdigit() for c in text) <= _MOST:
        raise Refused("not-a-phone", value=text[:40])
    return text


@FIELD_TYPES.register
class Phone(FieldType):
    """A telephone number."""

    type = "phone"
    kind = Kind.TEXT
    searched = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """A number as written."""
        return read_phone
