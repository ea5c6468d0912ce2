"""What marshmallow says of a payload, as diagnostics with texts in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruleloom.messages import Diagnostic

_CODES = {
    "Missing data for required field.": "input-missing",
    "Unknown field.": "input-unknown",
    "Field may not be null.": "input-null",
    "Invalid JSON body.": "broken-json",
    "Invalid input type.": "input-not-an-object",
    "Not a valid string.": "input-not-text",
    "Not a valid integer.": "input-not-integer",
    "Not a valid number.": "input-not-number",
    "Not a valid boolean.": "input-not-boolean",
    "Not a valid list.": "input-not-list",
    "Not a valid mapping type.": "input-not-an-object",
    "Not a valid UUID.": "input-not-uuid",
    "Not a valid email address.": "input-not-email",
}


def diagnostics_of(messages: Any, path: tuple[str, ...] = ()) -> Iterator[Diagnostic]:
    """Every leaf of marshmallow's nested messages; the target is the dotted path of the input (`sort.0.field`)."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from diagnostics_of(inner, path if name == "_schema" else (*path, str(name)))
    elif isinstance(messages, (list, tuple)):
        for inner in messages:
            yield from diagnostics_of(inner, path)
    else:
        yield _diagnostic(str(messages), ".".join(path))


def _diagnostic(message: str, target: str) -> Diagnostic:
    code = _CODES.get(message, "input-wrong")
    return Diagnostic(code, params={"name": target, "message": message}, target=target or None)
