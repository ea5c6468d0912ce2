"""Looks up the text of a code in a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_LIST_COMMA = {"en": ", ", "zh": "、"}


@cache
def codes() -> dict[str, dict[str, str]]:
    """All codes with their texts; a code written in two files is refused, naming both."""
    found: dict[str, dict[str, str]] = {}
    home: dict[str, str] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted(files("ruleloom.messages.texts").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        for code, texts in (yaml.load(file.read_text(encoding="utf-8"), Loader=loader) or {}).items():  # noqa: S506
            if code in found:
                raise ValueError(f"message code {code!r} is in {home[code]} and in {file.name}")
            found[code], home[code] = texts, file.name
    return found


def text(code: str, language: Language, params: Mapping[str, Any] | None = None) -> str:
    """The text of `code` in `language` with `{name}` filled from `params`; lists are joined in the language's way."""
    template = codes()[code][language]
    filled = {name: _shown(value, language) for name, value in (params or {}).items()}
    return template.format_map(filled) if filled else template


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and language in value:
        return _shown(value[language], language)
    if isinstance(value, Iterable):
        return _LIST_COMMA[language].join(_shown(part, language) for part in value)
    return str(value)
