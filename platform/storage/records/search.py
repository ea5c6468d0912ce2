"""What search looks at and what people sort by: tokens and sort keys, made here, the same on both databases.

Tokens: Latin words (folded), single Chinese characters and pairs of neighbours, kept in one column as ` a b c `.
Sort keys: folded text in which each Chinese character stands behind its pinyin, so that 张 comes after 李.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ruleloom.dsl.folding import fold
from ruleloom.storage.schema.catalogue import SORT, TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.dsl.types import Value
    from ruleloom.storage.schema.catalogue import EntityTable

CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{CHINESE}]+|[^\\W_{CHINESE}]+")
_WORDS = re.compile("[a-z0-9]+")
_CHINESE = re.compile(f"[{CHINESE}]")
MOST_SEARCHED = 2_000
"""Characters of one text that search looks at."""


def tokens(text: str) -> list[str]:
    """The tokens of a text in order: words as they are (folded), Chinese runs as characters and bigrams."""
    if text.isascii():
        return _WORDS.findall(fold(text[:MOST_SEARCHED]))
    found: list[str] = []
    for run in _RUNS.findall(fold(text[:MOST_SEARCHED])):
        if _CHINESE.match(run):
            found += run
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            found.append(run)
    return found


def token_text(texts: list[str]) -> str | None:
    """What the token column holds for the texts of a record; None when there is nothing to find."""
    if not texts:
        return None
    found = dict.fromkeys(tokens(" ".join(texts)) if len(texts) > 1 else tokens(texts[0]))
    return f" {' '.join(found)} " if found else None


def search_patterns(query: str) -> list[str]:
    """LIKE patterns (escape `\\`) that must all be found in the token column.

    A Latin word finds words that begin with it; a Chinese run finds itself by its bigrams.
    """
    patterns = []
    for run in _RUNS.findall(fold(query[:MOST_SEARCHED])):
        if not _CHINESE.match(run):
            patterns.append(f"% {run}%")
        elif len(run) == 1:
            patterns.append(f"% {run} %")
        else:
            patterns += [f"% {run[at : at + 2]} %" for at in range(len(run) - 1)]
    return list(dict.fromkeys(patterns))


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> str:
    """The key by which people expect a short text to be sorted: case ignored, Chinese by pinyin."""
    folded = fold(text)
    if folded.isascii() or not _CHINESE.search(folded):
        return folded
    from pypinyin import lazy_pinyin  # imported late: its dictionaries take a tenth of a second

    parts = []
    for run in re.findall(f"[{CHINESE}]+|[^{CHINESE}]+", folded):
        if _CHINESE.match(run):
            parts += [f"{pinyin} {character} " for pinyin, character in zip(lazy_pinyin(run), run, strict=False)]
        else:
            parts.append(run)
    return "".join(parts)


def derived(entity_table: EntityTable, values: Mapping[str, Value]) -> dict[str, str | None]:
    """The system columns that follow from a record's values: tokens and sort keys."""
    texts = [value for field in entity_table.searched if isinstance(value := values.get(field.key), str)]
    made: dict[str, str | None] = {TOKENS: token_text(texts)}
    for field in entity_table.sorted:
        value = values.get(field.key)
        made[SORT + field.key] = sort_key(value) if isinstance(value, str) else None
    return made
