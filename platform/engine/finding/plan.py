"""Which rules could have something to say about a change: an index over rules, so that the others cost nothing.

First by entity and changed field (or by the way from the changed record to the rule's own records), then by the
rules' equality and threshold conditions on the rule's record. What remains is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Generic

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import Dependency
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.finding.keys import Keys
from ruleloom.engine.finding.lookup import KeyIndex, R
from ruleloom.engine.store import RecordChange


@dataclass(slots=True)
class Route(Generic[R]):
    """A way from a rule's record to a changed one, with the rules that read along it."""

    entity: str
    hops: tuple[n.Hop, ...]
    everywhere: bool
    index: KeyIndex[R]

    def copy(self) -> Route[R]:
        """The same way with an index of its own."""
        return Route(self.entity, self.hops, self.everywhere, self.index.copy())


@dataclass(slots=True)
class _OfEntity(Generic[R]):
    """All that is known for changes of one entity."""

    created: KeyIndex[R] | None = None
    fields: dict[str, KeyIndex[R]] = field(default_factory=dict)
    triggers: dict[tuple[str, str | None], KeyIndex[R]] = field(default_factory=dict)
    routes: dict[tuple[str, tuple[n.Hop, ...], bool], Route[R]] = field(default_factory=dict)
    routes_by_field: dict[str, dict[tuple[str, tuple[n.Hop, ...], bool], Route[R]]] = field(default_factory=dict)
    links: dict[str, dict[tuple[str, tuple[n.Hop, ...]], KeyIndex[R]]] = field(default_factory=dict)
    """By reference field, the rules' entity and the ways forward that begin with it and along which they read."""
    everywhere: KeyIndex[R] | None = None
    """Rules of its records that look at all records of some entity."""

    def copy(self) -> _OfEntity[R]:
        """The same with indexes of its own. A watch may be taken in by another thread meanwhile (`list` waits)."""
        return _OfEntity(
            self.created.copy() if self.created is not None else None,
            {key: index.copy() for key, index in list(self.fields.items())},
            {place: index.copy() for place, index in list(self.triggers.items())},
            {place: route.copy() for place, route in list(self.routes.items())},
            {
                key: {place: route.copy() for place, route in list(routes.items())}
                for key, routes in list(self.routes_by_field.items())
            },
            {
                key: {place: index.copy() for place, index in list(links.items())}
                for key, links in list(self.links.items())
            },
            self.everywhere.copy() if self.everywhere is not None else None,
        )


class Plan(Generic[R]):
    """The index over all published rules. Adding or removing one touches only the places that it reads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._entities: dict[str, _OfEntity[R]] = {}
        self._keys: dict[str, dict[str, str]] = {}

    def copy(self) -> Plan[R]:
        """A plan of its own over the same rules."""
        made: Plan[R] = Plan(self._vocabulary)
        made._entities = {entity: of.copy() for entity, of in list(self._entities.items())}
        made._keys = dict(self._keys)
        return made

    # ---- taking rules in and out ----------------------------------------------------------------------------------

    def add(self, rule: R) -> None:
        """Takes a rule in."""
        for index in self._indexes(rule):
            index.add(rule)

    def remove(self, rule: R) -> None:
        """Takes a rule out."""
        for index in self._indexes(rule):
            index.remove(rule)

    def _indexes(self, rule: R) -> list[KeyIndex[R]]:
        found: list[KeyIndex[R]] = []
        own = self._of(rule.entity)
        for trigger in rule.triggers:
            place = (trigger.event, self._key(trigger.field))
            found.append(own.triggers.setdefault(place, self._index(rule.entity)))
        if not rule.followed:
            return found
        if own.created is None:
            own.created = self._index(rule.entity)
        found.append(own.created)
        for dependency in rule.dependencies:
            found += self._places(rule.entity, dependency)
        return found

    def _places(self, entity: str, dependency: Dependency) -> list[KeyIndex[R]]:
        of, keys = self._of(dependency.entity), [self._key(field_id) for field_id in dependency.fields]
        if not dependency.hops and not dependency.everywhere:
            return [of.fields.setdefault(key or "", self._index(entity)) for key in keys]
        hops = () if dependency.everywhere else dependency.hops
        place = (entity, hops, dependency.everywhere)
        found: dict[int, KeyIndex[R]] = {}
        for routes in [of.routes, *(of.routes_by_field.setdefault(key or "", {}) for key in keys)]:
            if place not in routes:
                routes[place] = Route(entity, hops, dependency.everywhere, self._index(entity))
            found[id(routes[place])] = routes[place].index
        return [*found.values(), *self._links(entity, dependency)]

    def _links(self, entity: str, dependency: Dependency) -> Iterator[KeyIndex[R]]:
        if dependency.everywhere:
            of = self._of(entity)
            of.everywhere = of.everywhere or self._index(entity)
            yield of.everywhere
            return
        for start, hop in enumerate(dependency.hops):
            if hop.direction == "forward":
                way = tuple(takewhile(lambda hop: hop.direction == "forward", dependency.hops[start:]))
                owner, reference = self._vocabulary.field(hop.field)
                links = self._of(owner.id).links.setdefault(reference.key, {})
                yield links.setdefault((entity, way), self._index(entity))

    def _of(self, entity: str) -> _OfEntity[R]:
        if entity not in self._entities:
            self._entities[entity] = _OfEntity()
        return self._entities[entity]

    def _index(self, entity: str) -> KeyIndex[R]:
        if entity not in self._keys:
            self._keys[entity] = {f.id: f.key for f in self._vocabulary.entity(entity).fields}
        return KeyIndex(self._keys[entity])

    def _key(self, field_id: str | None) -> str | None:
        return None if field_id is None else self._vocabulary.field(field_id)[1].key

    # ---- asking ---------------------------------------------------------------------------------------------------

    def own(self, change: RecordChange, changed: Iterable[str]) -> list[KeyIndex[R]]:
        """Indexes of the followed rules of the changed record itself; none for a deletion (its state is dropped)."""
        of = self._entities.get(change.entity)
        if of is None or change.after is None:
            return []
        if change.before is None:
            return [of.created] if of.created is not None else []
        return [index for key in changed if (index := of.fields.get(key)) is not None]

    def standing(self, rule: R) -> tuple[Keys, int]:
        """By what records a rule would be looked up for, and how many other rules share that."""
        of = self._entities.get(rule.entity, _OfEntity[R]())
        triggered = (of.triggers.get((each.event, self._key(each.field))) for each in rule.triggers)
        index = next((found for found in (*triggered, of.created) if found is not None), None)
        return (index or self._index(rule.entity)).standing(rule)

    def answers(self, entity: str) -> bool:
        """Whether any change rule looks at records of an entity."""
        of = self._entities.get(entity)
        return of is not None and bool(of.triggers)

    def triggered(self, change: RecordChange, changed: Iterable[str]) -> list[KeyIndex[R]]:
        """Indexes of the change rules that this change may fire."""
        of = self._entities.get(change.entity)
        if of is None or not of.triggers:
            return []
        event = "created" if change.before is None else "deleted" if change.after is None else "updated"
        places: list[tuple[str, str | None]] = [(event, None)]
        if event == "updated":
            places += [(event, key) for key in changed]
        return [index for place in places if (index := of.triggers.get(place)) is not None]

    def routes(self, change: RecordChange, changed: Iterable[str]) -> list[Route[R]]:
        """The ways from the changed record to records whose rules read it."""
        of = self._entities.get(change.entity)
        if of is None or not of.routes:
            return []
        if change.before is None or change.after is None:
            return list(of.routes.values())
        return [route for key in changed for route in of.routes_by_field.get(key, {}).values()]

    def links(self, change: RecordChange, changed: Iterable[str]) -> list[tuple[n.Hop, ...]]:
        """The ways forward that begin with a reference that this change sets, and along which rules read."""
        of = self._entities.get(change.entity)
        if of is None or not of.links or change.after is None:
            return []
        keys = [key for key in changed if change.after.get(key) is not None]
        ways = [way for key in keys for (_, way), index in of.links.get(key, {}).items() if index.rules]
        return list(dict.fromkeys(ways))

    def looks_everywhere(self, entity: str) -> bool:
        """Whether a rule of this entity's records looks at all records of some entity."""
        of = self._entities.get(entity)
        return of is not None and of.everywhere is not None and bool(of.everywhere.rules)


def changed_keys(change: RecordChange) -> list[str]:
    """Field keys whose value differs; all of them for creation and deletion."""
    if change.before is None or change.after is None:
        return list(change.after or change.before or ())
    before = change.before
    return [key for key, value in change.after.items() if before.get(key) != value]
