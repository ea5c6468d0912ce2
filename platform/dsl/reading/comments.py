"""Comments of a rule: tied to the part before or behind which they stand, so that the formatter can put them back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reading.lexer import Lattice
from ruleloom.dsl.reading.syntax import Token
from ruleloom.dsl.writing.rules import parts_of


def comments_of(rule: n.Rule, lattice: Lattice, since: int, stop: int) -> tuple[n.Comment, ...]:
    """The comments of a rule among those between `since` and `stop`: what stands before it, in it, behind its end."""
    starts = [(part.span.start, ordinal) for ordinal, part in enumerate(parts_of(rule))]
    first, last = (bisect_left(lattice.comments, place, key=_start) for place in (since, stop))
    found = []
    for comment in lattice.comments[first:last]:
        if comment.start < rule.span.start:
            found.append(n.Comment(comment.value, 0, span=n.Span(comment.start, comment.end)))
        elif not _is_of_next(rule, lattice, comment, stop):
            found.append(_tied(comment, starts, lattice.text))
    return tuple(found)


def _start(token: Token) -> int:
    return token.start


def comments_since(lattice: Lattice, places: Sequence[int], begin: int) -> int:
    """From where comments before the rule at `begin` are its own: the line behind what stands last before it.

    `places`: where the tokens of the text begin, in order.
    """
    before = bisect_left(places, begin) - 1
    if before < 0:
        return 0
    last = max(token.end for token in lattice.edges[places[before]])
    line = lattice.text.find("\n", last)
    return last if line < 0 else line


def _is_of_next(rule: n.Rule, lattice: Lattice, comment: Token, stop: int) -> bool:
    """Whether a comment behind a rule, on a line of its own, belongs to the rule that follows."""
    if stop >= len(lattice.text) or comment.start < rule.span.end:
        return False
    return "\n" in lattice.text[rule.span.end : comment.start]


def _tied(comment: Token, starts: list[tuple[int, int]], text: str) -> n.Comment:
    span = n.Span(comment.start, comment.end)
    before = [(start, ordinal) for start, ordinal in starts if start < comment.start]
    after = [(start, ordinal) for start, ordinal in starts if start >= comment.start]
    if before:
        _, ordinal = max(before)
        line_start = text.rfind("\n", 0, comment.start) + 1
        if text[line_start : comment.start].strip():
            return n.Comment(comment.value, ordinal, trailing=True, span=span)
    ordinal = min(after)[1] if after else len(starts)
    return n.Comment(comment.value, ordinal, span=span)
