"""What is wrong with rules beside each other: duplicates, rules that add nothing, writes against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.possible import can_be, implies
from ruleloom.dsl.analysis.samples import sample_of, written_sample
from ruleloom.dsl.analysis.single import place_of
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Diagnostic

Finding = tuple[int, Diagnostic]
"""The place of the rule that the finding is shown at, and the finding."""


def findings_of_pairs(rules: Sequence[n.Rule], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Findings about every two rules of one entity, shown at the later one."""
    by_entity: dict[str, list[int]] = {}
    for place, rule in enumerate(rules):
        by_entity.setdefault(rule.entity, []).append(place)
    for places in by_entity.values():
        for first, second in combinations(places, 2):
            finding = _pair(rules[first], rules[second], vocabulary)
            if finding is not None:
                yield second, finding


def findings_beside(rule: n.Rule, others: Sequence[n.Rule], vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Findings about one rule and each of some others of its entity."""
    for other in others:
        if other.entity == rule.entity:
            finding = _pair(other, rule, vocabulary)
            if finding is not None:
                yield finding


def _pair(first: n.Rule, second: n.Rule, vocabulary: Vocabulary) -> Diagnostic | None:
    if replace(first, name="", priority=0) == replace(second, name="", priority=0):
        return _about("rule-duplicate", first, second, vocabulary)
    if first.condition is None or second.condition is None or first.schedule != second.schedule:
        return None
    if _same_deeds(first, second):
        if implies(second.condition, first.condition):
            return _about("rule-shadowed", first, second, vocabulary)
        return _about("rule-shadows", first, second, vocabulary) if implies(first.condition, second.condition) else None
    return _writes(first, second, vocabulary)


def _same_deeds(first: n.Rule, second: n.Rule) -> bool:
    return (first.actions, first.ending, first.limit) == (second.actions, second.ending, second.limit)


def _writes(first: n.Rule, second: n.Rule, vocabulary: Vocabulary) -> Diagnostic | None:
    """Two rules that write different values to one field of records that satisfy both."""
    mine, theirs = written_fields(first.actions), written_fields(second.actions)
    field = next((each for each in mine if each in theirs and mine[each] != theirs[each]), None)
    if field is None or first.condition is None or second.condition is None:
        return None
    both = n.And((first.condition, second.condition))
    if not can_be(both):
        return None
    name = vocabulary.field(field)[1].name
    constant = isinstance(mine[field], n.Constant | n.Empty) and isinstance(theirs[field], n.Constant | n.Empty)
    same = first.condition == second.condition or (
        implies(first.condition, second.condition) and implies(second.condition, first.condition)
    )
    if same and constant:
        return _about("rules-contradict", first, second, vocabulary, name)
    return _about("rules-write-one-field", first, second, vocabulary, name, hint=True)


def written_fields(actions: Sequence[n.Action]) -> dict[str, n.Node]:
    """What a rule writes to its own record, whatever happens: not what stands in an `if` or after a wait."""
    found: dict[str, n.Node] = {}
    for action in actions:
        if isinstance(action, n.Wait | n.WaitUntil):
            break
        if isinstance(action, n.SetFields):
            found |= {each.field: each.value for each in action.assignments}
        elif isinstance(action, n.Assign):
            found[action.field] = action.user
    return found


def _about(
    code: str, first: n.Rule, second: n.Rule, vocabulary: Vocabulary, field: str = "", *, hint: bool = False
) -> Diagnostic:
    conditions = [rule.condition for rule in (first, second) if rule.condition is not None]
    sample = sample_of(n.And(tuple(conditions)), vocabulary) if len(conditions) == 2 else None
    params = {
        "first": first.name,
        "second": second.name,
        "field": field,
        "example": written_sample(sample or {}, vocabulary, second.entity) or "–",
    }
    return Diagnostic(code, place_of(second), params, severity="hint" if hint else "warning")
