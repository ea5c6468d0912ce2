"""Things that are not there, or not for this person."""

from __future__ import annotations

from ruleloom.messages import RuleloomError


class Missing(RuleloomError):
    """There is nothing there, or the actor may not know of it."""

    status = 404


class Stale(RuleloomError):
    """The version that the change is based on is no longer the present one."""

    status = 412


class Conflict(RuleloomError):
    """What is asked does not go together with what is there."""

    status = 409


def id_of(text: str) -> int:
    """The integer of an id as it travels; `Missing` when it cannot be one of ours."""
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) >= 1 << 63:
        raise Missing.of("not-found")
    return int(text)
