"""ETag, If-Match, Idempotency-Key: how a request says which version it means, and that it is the same request again."""

from __future__ import annotations

from uuid import UUID

from flask import request

from ruleloom.messages import Diagnostic, RuleloomError


class IfMatchMissing(RuleloomError):
    """A change without the version it is based on."""

    status = 428


class BrokenHeader(RuleloomError):
    """A header that cannot be read."""

    status = 400


def etag(version: object) -> dict[str, str]:
    """The headers of an answer that shows this version."""
    return {"ETag": f'"{version}"'}


def expected_version() -> int:
    """The version in If-Match; `IfMatchMissing` (428) without the header, `BrokenHeader` (400) when it is not ours."""
    given = request.headers.get("If-Match")
    if not given:
        raise IfMatchMissing.of("if-match-missing")
    bare = given.strip().removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 18:
        raise BrokenHeader(Diagnostic("wrong-etag", target="If-Match"))
    return int(bare)


def idempotency_key() -> str | None:
    """The UUID of Idempotency-Key in its usual form; None without the header."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    try:
        return str(UUID(given))
    except ValueError as broken:
        raise BrokenHeader(Diagnostic("wrong-idempotency-key", target="Idempotency-Key")) from broken
