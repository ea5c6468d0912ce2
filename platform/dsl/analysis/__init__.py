"""Static analysis of rules: what they can never do, do twice, or do to each other. Pure; see `dsl/README.md`.

Nothing here reports what it is not certain of: conditions that it cannot see through are taken to be possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.cycles import Circle, Edge, circles_through, edges_of, findings_of_circles
from ruleloom.dsl.analysis.several import findings_beside, findings_of_pairs
from ruleloom.dsl.analysis.single import findings_of_condition
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Diagnostic, Language

__all__ = ["Analysis", "Circle", "Edge", "analyse", "analyse_beside", "analyse_condition", "circles_beside"]

MOST_RULES = 400
"""Rules compared with each other; of more, each is looked at by itself."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found about rules."""

    findings: tuple[tuple[int, Diagnostic], ...]
    """The place of the rule among those given, and a warning or hint about it."""
    edges: tuple[Edge, ...]
    """Which rule may cause which, for drawing."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings in the order of the text."""
        found = [diagnostic for _, diagnostic in self.findings]
        return tuple(sorted(found, key=lambda d: (d.place.start, d.place.end) if d.place else (0, 0)))


def analyse(rules: Sequence[n.Rule], vocabulary: Vocabulary, language: Language = "en") -> Analysis:
    """Everything found about rules alone and together; parts of conditions are quoted in `language`."""
    found: list[tuple[int, Diagnostic]] = []
    for place, rule in enumerate(rules):
        if rule.condition is not None:
            found += [
                (place, each) for each in findings_of_condition(rule.condition, rule.entity, vocabulary, language)
            ]
    if len(rules) > MOST_RULES:
        return Analysis(tuple(found), ())
    edges = edges_of(rules, vocabulary)
    found += [*findings_of_pairs(rules, vocabulary), *findings_of_circles(rules, edges)]
    return Analysis(tuple(sorted(found, key=lambda finding: finding[0])), edges)


def analyse_beside(
    rule: n.Rule, others: Sequence[n.Rule], vocabulary: Vocabulary, language: Language = "en"
) -> tuple[Diagnostic, ...]:
    """What is to be said of one rule, alone and beside those already in force (among which it is not)."""
    found: list[Diagnostic] = []
    if rule.condition is not None:
        found += findings_of_condition(rule.condition, rule.entity, vocabulary, language)
    if len(others) < MOST_RULES:
        found += findings_beside(rule, others, vocabulary)
        every = (*others, rule)
        edges = edges_of(every, vocabulary)
        place = len(others)
        found += [each for shown, each in findings_of_circles(every, edges) if shown == place]
    return tuple(found)


def circles_beside(rule: n.Rule, others: Sequence[n.Rule], vocabulary: Vocabulary) -> tuple[Circle, ...]:
    """The circles that a rule closes with those in force; its own place is the number of the others."""
    if len(others) >= MOST_RULES:
        return ()
    return circles_through(len(others), edges_of((*others, rule), vocabulary))


def analyse_condition(
    condition: n.Condition, entity: str, vocabulary: Vocabulary, language: Language = "en"
) -> tuple[Diagnostic, ...]:
    """What is to be said of one condition about records of an entity (permanent id)."""
    return tuple(findings_of_condition(condition, entity, vocabulary, language))
