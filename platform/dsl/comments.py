"""Comments of a rule: tied to the part before or behind which they stand, so that the formatter can put them back."""

from __future__ import annotations

from ruleloom.dsl import nodes as n
from ruleloom.dsl.lexer import Lattice
from ruleloom.dsl.syntax import Token
from ruleloom.dsl.write_rule import parts_of


def comments_of(rule: n.Rule, lattice: Lattice, begin: int, stop: int, *, is_first: bool) -> tuple[n.Comment, ...]:
    """The comments of the rule that stands from `begin` to `stop`, those on the lines before it included."""
    starts = [(part.span.start, ordinal) for ordinal, part in enumerate(parts_of(rule))]
    found = []
    for comment in lattice.comments:
        if comment.start < begin:
            if is_first or comment.start >= _end_before(lattice, begin):
                found.append(n.Comment(comment.value, 0, span=n.Span(comment.start, comment.end)))
        elif comment.start < stop and not _is_of_next(rule, lattice, comment, stop):
            found.append(_tied(comment, starts, lattice.text))
    return tuple(found)


def _end_before(lattice: Lattice, begin: int) -> int:
    """From where comments before a rule belong to it: the line after the last token of the rule before."""
    last = max((token.end for start, tokens in lattice.edges.items() if start < begin for token in tokens), default=0)
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
