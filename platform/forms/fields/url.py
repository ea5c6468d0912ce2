"""Field type `url`: an address of the web."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)*[^\W_](?:[\w-]*[^\W_])?\Z")
_LONGEST = 2_000


def read_url(raw: Any) -> Value:
    """An http or https address; without a scheme https is taken. Refused for other schemes (`javascript:`)."""
    text = unicodedata.normalize("NFC", raw).strip() if isinstance(raw, str) else ""
    if text and not _SCHEME.match(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and _HOST.match(parts.hostname or "") and "." in (parts.hostname or "")
        good = good or (parts.scheme in ("http", "https") and parts.hostname == "localhost")
        _ = parts.port  # a port that is no number raises
    except ValueError:
        good = False
    if not good or len(text) > _LONGEST or any(c.isspace() or ord(c) < 32 for c in text):
        raise Refused("not-a-url", value=str(raw)[:40])
    return text


@FIELD_TYPES.register
class Url(FieldType):
    """A web address."""

    type = "url"
    kind = Kind.TEXT
    searched = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """An http or https address."""
        return read_url

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """An address."""
        return {"type": "string", "format": "uri"}
