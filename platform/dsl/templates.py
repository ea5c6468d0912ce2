"""Texts of actions with `{expression}` filled in; `{{` and `}}` stand for the braces themselves."""

from __future__ import annotations

import re

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, Scope, span
from ruleloom.dsl.reading.syntax import Token
from ruleloom.messages import Place

_PIECE = re.compile(r"\{\{|\}\}|\{|\}|[^{}]+")


def template_of(c: Checker, token: Token, scope: Scope) -> n.Template | None:
    """The parts of a text, its expressions checked where they stand."""
    from ruleloom.dsl.reading.parsing import expression_at

    text = token.value
    raw = c.source[token.start + 1 : token.end - 1]
    literal = raw == text
    parts: list[str | n.Expression] = []
    at, failed = 0, False
    while at < len(text):
        found = _PIECE.match(text, at)
        assert found is not None  # noqa: S101 (every letter is a piece)
        piece, at = found[0], found.end()
        if piece == "{":
            end = _closing(text, at)
            place = Place(token.start + 1 + at, token.start + 1 + end) if literal else Place(token.start, token.end)
            if end >= len(text):
                c.wrong("unclosed-brace", Place(place.start - 1, place.end) if literal else place)
                return None
            value = expression_at(c, text[at:end], place, scope, exact=literal)
            failed |= value is None
            parts.extend([] if value is None else [value])
            at = end + 1
        elif piece == "}":
            start = token.start + at
            c.wrong(
                "lone-brace",
                Place(start, start + 1) if literal else Place(token.start, token.end),
                "}}" if literal else None,
            )
            return None
        else:
            _add(parts, {"{{": "{", "}}": "}"}.get(piece, piece))
    return None if failed else n.Template(tuple(parts), span=span(token))


def _add(parts: list[str | n.Expression], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    else:
        parts.append(text)


def _closing(text: str, start: int) -> int:
    """Where the brace that was opened before `start` closes, texts inside it left alone."""
    quoted = ""
    for at in range(start, len(text)):
        letter = text[at]
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in '"「“':
            quoted = {"「": "」", "“": "”"}.get(letter, '"')
        elif letter == "}":
            return at
    return len(text)
