"""Names, keys and labels of drawn things.

A name may change and may hold any letter; a key is ASCII, at most 40 bytes, given once: it names tables and columns.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ruleloom.messages import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ruleloom.forms.findings import Findings

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_NAME = re.compile(r"[^\W\d][\w \-·./%()（）]{0,79}\Z")


def is_name(name: str) -> bool:
    """Whether a text can name an entity, field or collection: starts with a letter, no quotes, backticks or breaks."""
    return _NAME.match(name) is not None


def key_for(name: str, taken: Container[str] = ()) -> str:
    """The key of a name: itself where it is ASCII, else its pinyin; a number is added until nothing else has it."""
    base = _ascii(name)
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base[: 39 - len(str(number))]}_{number}"
    return key


def _ascii(name: str) -> str:
    if not name.isascii():
        from pypinyin import lazy_pinyin  # imported late: its dictionaries take a tenth of a second

        name = "_".join(lazy_pinyin(name))
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")[:40]
    slug = slug.strip("_")
    return slug if KEY.match(slug) else f"k_{slug}"[:40]


def read_labels(given: Any, path: str, findings: Findings) -> Mapping[Language, str]:
    """Labels from `{en: …, zh: …}`, or from one text for both languages; anything else is noted in `findings`."""
    if given is None:
        return {}
    if isinstance(given, str):
        return {language: clean_text(given) for language in LANGUAGES} if given.strip() else {}
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        findings.add("labels-shape", path)
        return {}
    for language in given:
        if language not in LANGUAGES:
            findings.unknown("unknown-language", f"{path}.{language}", str(language), LANGUAGES)
    return {language: clean_text(given[language]) for language in LANGUAGES if (given.get(language) or "").strip()}


def clean_text(text: str) -> str:
    """NFC without outer blanks and without NUL."""
    return unicodedata.normalize("NFC", text).replace("\0", "").strip()
