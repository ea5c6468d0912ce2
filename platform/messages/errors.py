"""The base error and the diagnostic: a code, a place, parameters, and a way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ruleloom.messages.texts_of import Language, text

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text in code points from 0, the end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair that an editor can apply: `replacement` replaces the place of the diagnostic."""

    title_code: str
    replacement: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong (or worth knowing) about something a person wrote."""

    code: str
    place: Place | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "error"
    fix: Fix | None = None
    target: str | None = None
    """Which part of the input is meant when it is not a text: a field key, a column, a row number."""

    def message(self, language: Language) -> str:
        """The sentence for the reader."""
        return text(self.code, language, self.params)


class RuleloomError(Exception):
    """An error a person can mend: carries every diagnostic found, never only the first.

    Subclasses set `status`, the HTTP status that the front door answers with.
    """

    status = 422

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.code for d in diagnostics))
        self.diagnostics = diagnostics

    @classmethod
    def of(cls, code: str, **params: Any) -> RuleloomError:
        """The error with one diagnostic and no place."""
        return cls(Diagnostic(code, params=params))
