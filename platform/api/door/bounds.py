"""How large a request may be."""

from __future__ import annotations

from ruleloom.api.door.here import asked
from ruleloom.messages import RuleloomError

MEBIBYTE = 1024 * 1024
JSON_BYTES = 2 * MEBIBYTE
"""A body of JSON: far above any form, far below what hurts."""
FILE_BYTES = 25 * MEBIBYTE
IMPORT_BYTES = 200 * MEBIBYTE


class TooLarge(RuleloomError):
    """The body is larger than this door takes."""

    status = 413


def require_size(limit: int) -> None:
    """Raises `TooLarge` before the body is read, and keeps a body without a length from growing past the limit."""
    request = asked()
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise TooLarge.of("body-too-large", limit=f"{limit // MEBIBYTE} MB")
