"""Which rules can make which fire, and the circles among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.possible import can_be
from ruleloom.dsl.analysis.single import place_of
from ruleloom.dsl.reads import reads_of, walk
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Diagnostic


@dataclass(frozen=True, slots=True)
class Edge:
    """What a rule writes is read by another one (or itself): places among the rules, and the field or entity."""

    source: int
    target: int
    entity: str
    field: str | None
    """Permanent id; None where records are created or deleted."""
    way: str = "updated"
    """`updated`, `created` or `deleted`"""


@dataclass(frozen=True, slots=True)
class Circle:
    """Rules that lead back to the first of them: places among the rules, and from each the way to the next."""

    rules: tuple[int, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Write:
    entity: str
    field: str | None
    value: n.Node | None
    own: bool
    """Whether it is the rule's own record that is written."""
    way: str = "updated"
    given: tuple[n.Assignment, ...] = ()
    """What a record is created with."""


def edges_of(rules: Sequence[n.Rule], vocabulary: Vocabulary) -> tuple[Edge, ...]:
    """Every way in which one rule may cause another, each once."""
    found: dict[Edge, None] = {}
    reads = [_Reading(rule, vocabulary) for rule in rules]
    for source, rule in enumerate(rules):
        for write in _writes(rule, (*rule.actions, *rule.ending)):
            for target, reading in enumerate(reads):
                if not (source == target and reading.stays_so(write)) and reading.may_answer(write):
                    found[Edge(source, target, write.entity, write.field, write.way)] = None
    return tuple(found)


class _Reading:
    """What makes a rule fire."""

    def __init__(self, rule: n.Rule, vocabulary: Vocabulary) -> None:
        self._rule = rule
        self._reads = reads_of(rule.condition, vocabulary) if rule.condition is not None else None
        parts = tuple(walk(rule.condition)) if rule.condition is not None else ()
        self._events = {part.event for part in parts if isinstance(part, n.RecordIs)}

    def stays_so(self, write: _Write) -> bool:
        """Whether a rule's own write cannot fire it once more: on its record a level rule fires again only after its
        condition has been false."""
        level = self._reads is not None and not self._reads.reads_change
        return level and (write.own or write.entity != self._rule.entity)

    def may_answer(self, write: _Write) -> bool:
        """Whether the write can make the rule's condition true. Schedules wait for their time."""
        condition, reads = self._rule.condition, self._reads
        if condition is None or reads is None or self._rule.schedule is not None:
            return False
        if write.entity == self._rule.entity and self._answers_event(write):
            return True
        if write.entity == self._rule.entity and write.way == "created" and not reads.reads_change:
            return self._may_hold_of_new(condition, write)
        reading = [
            d
            for d in reads.dependencies
            if d.entity == write.entity and (write.field is None or write.field in d.fields)
        ]
        if write.field is None:
            return any(dependency.hops or dependency.everywhere for dependency in reading)
        if not reading:
            return False
        if any(dependency.hops or dependency.everywhere for dependency in reading) or not write.own:
            return True
        return self._may_hold_after(condition, write)

    def _answers_event(self, write: _Write) -> bool:
        return write.way in self._events

    @staticmethod
    def _may_hold_of_new(condition: n.Condition, write: _Write) -> bool:
        """Whether a condition may be true of a record that is created with these constants."""
        parts: list[n.Condition] = [condition]
        for each in write.given:
            paths = (part for part in walk(condition) if isinstance(part, n.Path) and part.fields == (each.field,))
            field = next((path for path in paths if path.root == "this"), None)
            if field is None:
                continue
            if isinstance(each.value, n.Empty):
                parts.append(n.IsEmpty(field))
            elif isinstance(each.value, n.Constant) and each.value.type.kind is field.type.kind:
                parts.append(n.Compare("=", field, each.value))
        return can_be(n.And(tuple(parts)) if len(parts) > 1 else condition)

    @staticmethod
    def _may_hold_after(condition: n.Condition, write: _Write) -> bool:
        """Whether a condition may be true of a record right after a constant was written to one of its fields."""
        field = next(
            (part for part in walk(condition) if isinstance(part, n.Path) and part.fields == (write.field,)), None
        )
        if field is None or field.root != "this":
            return True
        if isinstance(write.value, n.Empty):
            return can_be(n.And((condition, n.IsEmpty(field))))
        if isinstance(write.value, n.Constant) and write.value.type.kind is field.type.kind:
            return can_be(n.And((condition, n.Compare("=", field, write.value))))
        return True


def _writes(rule: n.Rule, actions: Sequence[n.Action]) -> Iterator[_Write]:
    for action in actions:
        if isinstance(action, n.SetFields):
            yield from (_Write(rule.entity, each.field, each.value, own=True) for each in action.assignments)
        elif isinstance(action, n.Assign):
            yield _Write(rule.entity, action.field, action.user, own=True)
        elif isinstance(action, n.Update):
            yield from (
                _Write(action.collection.entity, each.field, each.value, own=False) for each in action.assignments
            )
        elif isinstance(action, n.Create):
            yield _Write(action.entity, None, None, own=False, way="created", given=tuple(action.assignments))
        elif isinstance(action, n.Delete):
            yield _Write(rule.entity, None, None, own=True, way="deleted")
        elif isinstance(action, n.Choose):
            yield from _writes(rule, (*action.then, *action.otherwise))


def findings_of_circles(rules: Sequence[n.Rule], edges: Sequence[Edge]) -> Iterator[tuple[int, Diagnostic]]:
    """A warning for each group of rules that can keep each other firing, shown at the last of them."""
    following: dict[int, set[int]] = {place: set() for place in range(len(rules))}
    for edge in edges:
        following[edge.source].add(edge.target)
    reached = {place: _reached(place, following) for place in following}
    seen: set[int] = set()
    for place in following:
        if place in seen or place not in reached[place]:
            continue
        circle = sorted(other for other in reached[place] if place in reached[other])
        seen.update(circle)
        names = " → ".join(f'"{rules[each].name}"' for each in (*circle, circle[0]))
        yield (
            circle[-1],
            Diagnostic("rules-in-a-circle", place_of(rules[circle[-1]]), {"rules": names}, severity="warning"),
        )


def circles_through(place: int, edges: Sequence[Edge], most: int = 5) -> tuple[Circle, ...]:
    """The shortest ways from a rule back to itself, one for each rule that it sets off first, shortest first."""
    ways: list[tuple[Edge, ...]] = []
    for first in (edge for edge in edges if edge.source == place):
        if all(way[0].target != first.target for way in ways):
            way = _way_back(first, place, edges)
            if way:
                ways.append(way)
    ways.sort(key=len)
    return tuple(Circle(tuple(edge.source for edge in way), way) for way in ways[:most])


def _way_back(first: Edge, place: int, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The shortest way that begins with an edge and ends at a place; empty when there is none."""
    ways: list[tuple[Edge, ...]] = [(first,)]
    seen = {first.target}
    for way in ways:  # grows while it is walked: breadth first
        if way[-1].target == place:
            return way
        for edge in edges:
            if edge.source == way[-1].target and (edge.target == place or edge.target not in seen):
                seen.add(edge.target)
                ways.append((*way, edge))
    return ()


def _reached(start: int, following: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = list(following[start])
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += following[place]
    return found
