"""Bringing a deleted record back: for the rules it is a creation."""

from __future__ import annotations

from dataclasses import dataclass

from ruleloom.dsl.types import RecordId


@dataclass(frozen=True, slots=True)
class RestoreRecord:
    """A write like those of `engine.intents`, which only people make."""

    entity: str
    record: RecordId
