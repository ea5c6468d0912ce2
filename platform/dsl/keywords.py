"""The words of the language, read once from `keywords.yaml`: the only place that knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from ruleloom.messages import LANGUAGES, Language

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One meaning: the grammars' terminal, its value, and the words for it in each language."""

    token: str
    value: str | None
    group: str
    reserved: bool
    words: Mapping[Language, tuple[str, ...]]

    def word(self, language: Language) -> str | None:
        """The word that is printed; None where the language says it otherwise."""
        words = self.words[language]
        return words[0] if words else None


@cache
def keywords() -> tuple[Keyword, ...]:
    """All keywords in the order of the table."""
    text = files("ruleloom.dsl").joinpath("keywords.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(
        Keyword(
            row["token"],
            None
            if row.get("value") is None
            else str(row["value"]).lower()
            if row["token"] == "BOOL"  # noqa: S105
            else str(row["value"]),
            row["group"],
            row.get("reserved", False),
            {language: tuple(row[language]) for language in LANGUAGES},
        )
        for row in yaml.load(text, Loader=loader)  # noqa: S506
    )


@cache
def phrases(language: Language) -> Mapping[str, tuple[tuple[Phrase, tuple[Keyword, ...]], ...]]:
    """First word → the phrases that begin with it, longest first, each with its keywords."""
    found: dict[Phrase, list[Keyword]] = {}
    for keyword in keywords():
        for words in keyword.words[language]:
            found.setdefault(tuple(words.split()), []).append(keyword)
    by_first: dict[str, list[tuple[Phrase, tuple[Keyword, ...]]]] = {}
    for phrase in sorted(found, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append((phrase, tuple(found[phrase])))
    return {first: tuple(rows) for first, rows in by_first.items()}


@cache
def reserved(language: Language) -> frozenset[str]:
    """Words that need backticks as a name: the reserved ones in English, every keyword in Chinese."""
    return frozenset(
        word for keyword in keywords() for word in keyword.words[language] if keyword.reserved or language == "zh"
    )


@cache
def spelled(token: str, value: str | None, language: Language) -> str:
    """The printed word of a meaning; KeyError when the language has none."""
    for keyword in keywords():
        if keyword.token == token and keyword.value == value:
            word = keyword.word(language)
            if word is not None:
                return word
    raise KeyError(f"{token} {value} has no word in {language}")


@cache
def function_word(name: str, language: Language) -> str:
    """The printed word of a function by its name in the tree; KeyError when there is none."""
    for token in ("FUNCTION", "MINMAX", "IF", "AGG"):
        try:
            return spelled(token, name, language)
        except KeyError:
            continue
    raise KeyError(f"the function {name} has no word in {language}")


@cache
def valued() -> frozenset[str]:
    """Terminals whose words differ in meaning, so that the tree keeps them."""
    return frozenset(keyword.token for keyword in keywords() if keyword.value is not None)


@cache
def value_words(language: Language) -> frozenset[str]:
    """Words that stand for a value by themselves, such as `empty` and `today`."""
    return frozenset(word for keyword in keywords() if keyword.group == "value" for word in keyword.words[language])
