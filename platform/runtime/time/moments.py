"""Instants as text."""

from __future__ import annotations

from datetime import UTC, datetime

from ruleloom.dsl.calendar import instant, moment
from ruleloom.messages import Diagnostic, RuleloomError


class WrongInstant(RuleloomError):
    """A text that is no instant; `target` names the parameter."""


def instant_of(text: str | None, target: str) -> int | None:
    """The instant of `2026-01-31T08:00:00Z` or another RFC 3339 text with its offset; None of None."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(text)
    except ValueError as broken:
        raise WrongInstant(Diagnostic("instant-wrong", target=target)) from broken
    return instant(found)


def instant_text(instant: int) -> str:
    """`2026-01-31T08:00:00Z`; fractions only when not zero, without trailing zeros."""
    at = moment(instant).astimezone(UTC)
    whole = at.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at.microsecond:06d}".rstrip("0") + "Z" if at.microsecond else f"{whole}Z"
