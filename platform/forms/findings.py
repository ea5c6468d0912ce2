"""Collects everything wrong with one input, so that a person sees all of it at once."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ruleloom.messages import Diagnostic, RuleloomError

if TYPE_CHECKING:
    from collections.abc import Iterable


class DefinitionError(RuleloomError):
    """A drawn thing (entity, view, form, pipeline, calendar) is not right; `target` of each diagnostic is the path."""


class Findings:
    """The diagnostics found so far; `raise_if_any` ends the reading."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, code: str, path: str, /, **params: Any) -> None:
        """Notes `code` at `path` (`entities[0].fields[2].to`)."""
        self.diagnostics.append(Diagnostic(code, params=params, target=path))

    def unknown(self, code: str, path: str, name: str, known: Iterable[str], /) -> None:
        """Notes an unknown name with the nearest known one: `<code>-near` when there is one, else `<code>`."""
        near = nearest(name, known)
        if near is None:
            self.add(code, path, name=name)
        else:
            self.add(f"{code}-near", path, name=name, near=near)

    def raise_if_any(self, error: type[RuleloomError] = DefinitionError) -> None:
        """Raises `error` with all that was found; nothing when all is well."""
        if self.diagnostics:
            raise error(*self.diagnostics)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known word most like `name`, ignoring case; None when none is near."""
    words = {word.casefold(): word for word in known}
    found = get_close_matches(name.casefold(), words, n=1, cutoff=0.6)
    return words[found[0]] if found else None
