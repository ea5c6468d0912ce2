"""Instants as text."""

from __future__ import annotations

from datetime import datetime

from ruleloom.dsl.calendar import instant
from ruleloom.forms.fields.datetime import instant_text
from ruleloom.messages import Diagnostic, RuleloomError

__all__ = ["WrongInstant", "instant_of", "instant_text"]


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
