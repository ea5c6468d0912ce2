"""What a column heading means: its words, folded, with words of the same meaning as one (data: `headings.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

import yaml

Meaning = frozenset[str]
"""The meanings of a heading; words that are not known stand for themselves."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+|[^\W\d_a-z\u3400-\u9fff]+")
_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]")


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, Meaning], int]:
    """Each word → what it means, of fillers nothing; the length of the longest word."""
    raw = yaml.safe_load((files("ruleloom.runtime.imports") / "headings.yaml").read_text(encoding="utf-8"))
    known = {word: frozenset([row[0]]) for row in raw["meanings"] for word in row}
    known |= {word: frozenset(both) for word, both in raw["compounds"].items()}
    known |= dict.fromkeys(raw["fillers"], frozenset())
    return known, max(map(len, known))


def plain(text: str) -> str:
    """Folded, without accents, brackets and what stands in them: a unit is no part of a name."""
    bare = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", text)) or text
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKD", bare))
    return "".join(c for c in spaced if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=4096)
def meaning(text: str) -> Meaning:
    """What the words of a heading or label mean."""
    found: set[str] = set()
    runs = _RUNS.findall(plain(text))
    while runs:
        run = runs.pop(0)
        if runs and run + runs[0] in _words()[0]:  # `unit price` is one word
            run += runs.pop(0)
        found |= _latin(run) if run.isascii() else _chinese(run)
    return frozenset(found)


def _latin(word: str) -> Meaning:
    known, _ = _words()
    return known[word] if word in known else _divided(word) or frozenset([word])


def _divided(word: str) -> Meaning:
    """A run such as `custno`, where known words of two letters or more fill it completely; empty otherwise."""
    known, longest = _words()
    for end in range(min(longest, len(word) - 2), 1, -1):
        head, tail = word[:end], word[end:]
        if head in known:
            rest = known[tail] if tail in known else _divided(tail)
            if rest:
                return known[head] | rest
    return frozenset()


def _chinese(run: str) -> set[str]:
    known, longest = _words()
    found: set[str] = set()
    place, strange = 0, ""
    while place < len(run):
        for end in range(min(len(run), place + longest), place, -1):
            if run[place:end] in known:
                found |= known[run[place:end]] | ({strange} if strange else set())
                place, strange = end, ""
                break
        else:
            strange += run[place]
            place += 1
    return found | ({strange} if strange else set())
