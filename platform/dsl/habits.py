"""Ways of writing brought along from other languages: what is meant, and how it is written here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

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
    | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100"},
    "zh": {word: str(number) for number, word in enumerate("零一二三四五六七八九十")}
    | {"两": "2", "三十": "30", "十五": "15"},
}
NUMBER_WORDS = _NUMBERS
_EMPTY_WORDS = frozenset({"null", "none", "nil", "blank", "undefined"})


def number_word(word: str, language: Language) -> str | None:
    """The digits of a number written as a word."""
    return _NUMBERS[language].get(word.lower())


@cache
def _other_words(language: Language) -> Mapping[str, tuple[str, str, str]]:
    """Single words of the other language → terminal, value, and the word of this one."""
    other: Language = "zh" if language == "en" else "en"
    found: dict[str, tuple[str, str, str]] = {}
    for keyword in keywords():
        here = keyword.word(language)
        if here is None or keyword.token == "MEASURE":  # noqa: S105
            continue
        for word in keyword.words[other]:
            found.setdefault(word, (keyword.token, keyword.value or word, here))
    return found


def foreign_word(word: str, language: Language) -> tuple[str, str, str] | None:
    """What a word of another language is read as: terminal, value, and what to write instead."""
    if word.lower() in _EMPTY_WORDS and word.lower() not in phrases(language):
        return "EMPTY", word, spelled("EMPTY", None, language)
    return _other_words(language).get(word.lower())
