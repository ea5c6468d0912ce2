"""Instants as text."""

from __future__ import annotations

from datetime import UTC

from ruleloom.dsl.calendar import moment


def instant_text(instant: int) -> str:
    """`2026-01-31T08:00:00Z`; fractions only when not zero, without trailing zeros."""
    at = moment(instant).astimezone(UTC)
    whole = at.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{at.microsecond:06d}".rstrip("0") + "Z" if at.microsecond else f"{whole}Z"
