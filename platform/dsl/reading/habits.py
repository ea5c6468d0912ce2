"""Ways of writing brought along from other languages: what is meant, and how it is written here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from ruleloom.dsl.keywords import keywords, phrases, spelled
from ruleloom.messages import Language


def _both(mark: str) -> Mapping[Language, str]:
    return {"en": mark, "zh": mark}


def _word(token: str) -> Mapping[Language, str]:
    return {"en": spelled(token, None, "en"), "zh": spelled(token, None, "zh")}


MARK_HABITS: Mapping[str, tuple[str, str, Mapping[Language, str]]] = {
    "==": ("EQ", "=", _both("=")),
    "===": ("EQ", "=", _both("=")),
    ":=": ("EQ", "=", _both("=")),
    "!==": ("NE", "!=", _both("!=")),
    "<>": ("NE", "!=", _both("!=")),
    "=>": ("ORDER", ">=", _both(">=")),
    "=<": ("ORDER", "<=", _both("<=")),
    "&&": ("AND", "and", _word("AND")),
    "&": ("AND", "and", _word("AND")),
    "||": ("OR", "or", _word("OR")),
    "|": ("OR", "or", _word("OR")),
    "!": ("NOT", "not", _word("NOT")),
    "[": ("LPAR", "(", _both("(")),
    "]": ("RPAR", ")", _both(")")),
    "{": ("LPAR", "(", _both("(")),
    "}": ("RPAR", ")", _both(")")),
    "【": ("LPAR", "(", _both("(")),
    "】": ("RPAR", ")", _both(")")),
    "〔": ("LPAR", "(", _both("(")),
    "〕": ("RPAR", ")", _both(")")),
    "〖": ("LPAR", "(", _both("(")),
    "〗": ("RPAR", ")", _both(")")),
}
"""Mark → what it is read as, and what to write instead."""

_NUMBERS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        word: str(number)
        for number, word in enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
                "twenty",
            ]
        )
    }
    | {
        "thirty": "30",
        "forty": "40",
        "fifty": "50",
        "sixty": "60",
        "seventy": "70",
        "eighty": "80",
        "ninety": "90",
        "hundred": "100",
    },
    "zh": {word: str(number) for number, word in enumerate("零一二三四五六七八九十")}
    | {f"十{word}": str(10 + number) for number, word in enumerate("一二三四五六七八九", 1)}
    | {f"{word}十": str(10 * number) for number, word in enumerate("二三四五六七八九", 2)}
    | {"两": "2", "一百": "100"},
}
NUMBER_WORDS = _NUMBERS


def number_word(word: str, language: Language) -> str | None:
    """The digits of a number written as a word."""
    return _NUMBERS[language].get(word.lower())


@cache
def _brought_along(language: Language) -> Mapping[str, tuple[str, str, str]]:
    """Phrases that are none of the language → terminal, value, and the right words: `habits.yaml`, and single words of
    the other language."""
    text = files("ruleloom.dsl.reading").joinpath("habits.yaml").read_text(encoding="utf-8")
    found: dict[str, tuple[str, str, str]] = {}
    for row in yaml.safe_load(text):
        for phrase in row[language]:
            right = spelled(row["token"], row.get("value"), language)
            if phrase not in _own_phrases(language):
                found.setdefault(phrase, (row["token"], row.get("value") or right, right))
    other: Language = "zh" if language == "en" else "en"
    for keyword in keywords():
        here = keyword.word(language)
        for word in keyword.words[other] if here is not None and keyword.token != "MEASURE" else ():  # noqa: S105
            found.setdefault(word, (keyword.token, keyword.value or word, here or ""))
    return found


@cache
def _own_phrases(language: Language) -> frozenset[str]:
    return frozenset(" ".join(words) for rows in phrases(language).values() for words, _ in rows)


def foreign_word(word: str, language: Language) -> tuple[str, str, str] | None:
    """What a word of another language is read as: terminal, value, and what to write instead."""
    return _brought_along(language).get(word.lower())


@cache
def foreign_phrases(language: Language) -> Mapping[str, tuple[str, ...]]:
    """Where phrases brought along begin → the phrases, longest first: by first word, in Chinese by first letter."""
    found: dict[str, list[str]] = {}
    for phrase in sorted(_brought_along(language), key=len, reverse=True):
        if language == "zh" and not phrase.isascii():
            found.setdefault(phrase[0], []).append(phrase)
        elif language == "en" and " " in phrase:
            found.setdefault(phrase.split()[0], []).append(phrase)
    return {first: tuple(each) for first, each in found.items()}
