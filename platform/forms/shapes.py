"""Reads the plain shapes of JSON contents; what does not have the shape is noted, and something harmless given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ruleloom.forms.findings import Findings


def as_mapping(given: Any, path: str, known: Sequence[str], findings: Findings) -> Mapping[str, Any]:
    """A mapping whose keys are all known; an empty one where it is none."""
    if not isinstance(given, dict):
        findings.add("not-a-mapping", path)
        return {}
    for word in given:
        if word not in known:
            findings.unknown("unknown-property", f"{path}.{word}" if path else str(word), str(word), known)
    return given


def as_list(given: Mapping[str, Any], part: str, findings: Findings, path: str = "") -> list[tuple[int, Any]]:
    """The numbered items of a list; none where it is absent or no list."""
    value = given.get(part)
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        findings.add("not-a-list", f"{path}.{part}" if path else part)
        return []
    return list(enumerate(value))


def as_number(given: Mapping[str, Any], part: str, path: str, least: int, most: int, findings: Findings) -> int | None:
    """A whole number within bounds; None where it is absent or wrong."""
    value = given.get(part)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        findings.add("number-between", f"{path}.{part}", value=str(value), least=least, most=most)
        return None
    return value


def as_yes_no(given: Mapping[str, Any], part: str, path: str, findings: Findings, *, default: bool = False) -> bool:
    """Yes or no; the default where it is absent or wrong."""
    value = given.get(part, default)
    if isinstance(value, bool):
        return value
    findings.add("not-yes-or-no", f"{path}.{part}" if path else part, value=str(value))
    return default
