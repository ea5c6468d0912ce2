"""The browser's folding tables, written from the server's: `python -m tests.conformance.foldings`."""

from __future__ import annotations

import json
from pathlib import Path

from ruleloom.dsl import folding

FILE = Path(__file__).parents[2] / "web" / "src" / "logic" / "foldingTables.ts"
_HEAD = """\
/**
 * Written from the server's tables by `python -m tests.conformance.foldings`; a test says when they differ.
 * `61-7a/1-20`: the code points 61 to 7a in steps of 1, each moved by -20 decimal; a lone code point has no run.
 */
"""
_TABLES = {
    "FOLD": folding.FOLD_RUNS,
    "LOWER": folding.LOWER_RUNS,
    "UPPER": folding.UPPER_RUNS,
    "WHITESPACE": folding.WHITESPACE,
}


def text() -> str:
    """The file as it should be."""
    return _HEAD + "".join(_line(name, value) for name, value in _TABLES.items())


def _line(name: str, value: str) -> str:
    letters = json.dumps(value.strip(" ") if name != "WHITESPACE" else value)[1:-1]
    written = f"export const {name} ="
    break_or_space = "\n  " if len(written) + len(letters) > 116 else " "
    return f"{written}{break_or_space}'{letters}'\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
