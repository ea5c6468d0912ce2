"""What is wrong with one rule by itself: a condition that can never be true, or is always true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.literals import TooManyError, alternatives
from ruleloom.dsl.analysis.possible import can_be, conflict
from ruleloom.dsl.analysis.samples import sample_of, written_sample
from ruleloom.dsl.checking.checker import in_both
from ruleloom.dsl.reads import reads_of
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.dsl.writing.canonical import written
from ruleloom.messages import Diagnostic, Language, Place


def findings_of_condition(
    condition: n.Condition, entity: str, vocabulary: Vocabulary, language: Language
) -> Iterator[Diagnostic]:
    """Warnings about a condition of records of an entity; parts of it are quoted in `language`."""
    if not can_be(condition):
        yield _never(condition, entity, vocabulary, language)
        return
    if not can_be(condition, holds=False):
        params = {"part": written(condition, vocabulary, language)}
        yield Diagnostic("condition-always-true", place_of(condition), params, severity="warning")
        return
    yield from _parts(condition, entity, vocabulary, language)


def _never(condition: n.Condition, entity: str, vocabulary: Vocabulary, language: Language) -> Diagnostic:
    """The two parts that exclude each other, and values with which one of them holds and the whole does not."""
    try:
        ways = alternatives(condition)
        pair = conflict(ways[0]) if ways else None
    except TooManyError:  # too long to name the two parts: the whole is named
        pair = None
    if pair is None:
        whole = {"part": written(condition, vocabulary, language)}
        return Diagnostic("condition-never-true", place_of(condition), whole, severity="warning")
    first, second = (literal.condition if literal.holds else n.Not(literal.condition) for literal in pair)
    sample = None if reads_of(second, vocabulary).timed else sample_of(second, vocabulary)
    example = written_sample(sample or {}, vocabulary, entity)
    params: dict[str, Any] = {
        "first": written(first, vocabulary, language),
        "second": written(second, vocabulary, language),
        "example": in_both("excludes-example", example=example) if example else "",
    }
    return Diagnostic("condition-excludes-itself", place_of(pair[1].condition, condition), params, severity="warning")


def _parts(condition: n.Condition, entity: str, vocabulary: Vocabulary, language: Language) -> Iterator[Diagnostic]:
    """Parts of `or` that are never true, parts of `and` that say nothing new."""
    if isinstance(condition, n.Or):
        for item in condition.items:
            if not can_be(item):
                yield _never(item, entity, vocabulary, language)
    if not isinstance(condition, n.And):
        return
    for place, item in enumerate(condition.items):
        others = (*condition.items[:place], *condition.items[place + 1 :])
        rest = others[0] if len(others) == 1 else n.And(others)
        if not can_be(item, holds=False) or not can_be(n.And((rest, n.Not(item)))):
            params = {"part": written(item, vocabulary, language)}
            yield Diagnostic("part-says-nothing", place_of(item, condition), params, severity="hint")
            return


def place_of(node: n.Node, around: n.Node | None = None) -> Place | None:
    """Where a part stands in its text; None for a tree that came from no text."""
    span = node.span if node.span != n.NOWHERE or around is None else around.span
    return None if span == n.NOWHERE else Place(span.start, span.end)
