"""Rules that may set each other off for ever: what their actions write against what their conditions read.

A warning, not a proof: values are not looked at. A level rule that writes what it reads itself is left out, because it
fires again only after its condition has been false. At run time a chain is stopped at its depth all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.engine.ruleset import CompiledRule


@dataclass(frozen=True, slots=True)
class Written:
    """What an action changes: fields (permanent ids) of records of an entity."""

    entity: str
    fields: frozenset[str]
    way: str
    """`created`, `updated`, `deleted`"""


def cycle_through(rule_id: str, rules: Mapping[str, CompiledRule]) -> list[CompiledRule]:
    """The shortest chain of rules that leads from a rule back to it, the rule first; empty when there is none."""
    start = rules[rule_id]
    ways: list[list[CompiledRule]] = [[start]]
    seen: set[str] = set()
    for way in ways:  # grows while it is walked: breadth first
        for follower in _set_off(way[-1], rules.values()):
            if follower.id == rule_id:
                return way
            if follower.id not in seen:
                seen.add(follower.id)
                ways.append([*way, follower])
    return []


def _set_off(rule: CompiledRule, rules: Iterable[CompiledRule]) -> Iterator[CompiledRule]:
    """The rules that may fire because of what a rule writes."""
    written = list(written_by(rule.tree))
    for other in rules:
        itself = other.id == rule.id and other.kind == "level"
        if not itself and other.kind != "schedule" and any(_heard(each, other) for each in written):
            yield other


def written_by(rule: n.Rule) -> Iterator[Written]:
    """What the actions of a rule write, those for its end included."""
    for action in (node for each in (*rule.actions, *rule.ending) for node in walk(each)):
        if isinstance(action, n.Create):
            yield Written(action.entity, _fields(action.assignments), "created")
        elif isinstance(action, n.SetFields):
            yield Written(rule.entity, _fields(action.assignments), "updated")
        elif isinstance(action, n.Assign):
            yield Written(rule.entity, frozenset({action.field}), "updated")
        elif isinstance(action, n.Update):
            yield Written(action.collection.entity, _fields(action.assignments), "updated")
        elif isinstance(action, n.Delete):
            yield Written(rule.entity, frozenset(), "deleted")


def _fields(assignments: Iterable[n.Assignment]) -> frozenset[str]:
    return frozenset(each.field for each in assignments)


def _heard(written: Written, rule: CompiledRule) -> bool:
    """Whether a rule may fire because of a write."""
    if rule.kind == "change":
        return written.entity == rule.entity and any(
            each.event == written.way and (each.field is None or each.field in written.fields) for each in rule.triggers
        )
    if written.entity == rule.entity and written.way == "created":
        return True
    return any(
        written.entity == read.entity
        and (bool(read.fields & written.fields) or (written.way != "updated" and bool(read.hops or read.everywhere)))
        for read in rule.dependencies
    )
