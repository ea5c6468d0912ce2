"""The generated part of the language's reference: the tables of words, made from the keyword table.

`python -m tests.dsl.reference` writes them into `docs/language.md` and `docs/zh/language.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ruleloom.dsl.editing.hover import explained
from ruleloom.dsl.keywords import Keyword, keywords
from ruleloom.messages import Language

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, Path] = {"en": DOCS / "language.md", "zh": DOCS / "zh" / "language.md"}
HEADS: Mapping[Language, str] = {"en": "| English | Chinese | meaning |", "zh": "| 中文 | 英文 | 含义 |"}
BEGIN, END = "<!-- words: python -m tests.dsl.reference -->\n", "<!-- end of words -->\n"


def table(language: Language) -> str:
    """The words of a page: those of its language first."""
    rows = [_row(keyword, language) for keyword in keywords() if keyword.words[language]]
    return "\n".join([HEADS[language], "| --- | --- | --- |", *rows]) + "\n"


def _row(keyword: Keyword, language: Language) -> str:
    other: Language = "zh" if language == "en" else "en"
    meaning = explained(keyword.token, keyword.value, language).replace("|", "\\|")
    return f"| {_shown(keyword.words[language])} | {_shown(keyword.words[other])} | {meaning} |"


def _shown(words: tuple[str, ...]) -> str:
    return " ".join(f"`{word}`" for word in words)


def renewed(page: str, language: Language) -> str:
    """A page with its table as it should be."""
    return re.sub(
        re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: BEGIN + table(language) + END, page, flags=re.DOTALL
    )


def main() -> None:
    """Write the tables."""
    for language, path in PAGES.items():
        path.write_text(renewed(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
