"""What a tree reads: which fields of which entities, by which way, and whether time, a change or a stretch matters.

The plan picks rules by it, the store is asked for its externals in its order, and record-local means what it says here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeGuard

from ruleloom.dsl import nodes as n
from ruleloom.dsl.vocabulary import Vocabulary

External = n.Path | n.Aggregate | n.Quantified | n.LastAll
"""A part that reads other records than the one it is asked of."""

Hops = tuple[n.Hop, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """Fields (permanent ids) of one entity that matter, and the hops from the rule's record that lead to its records.

    With hops, creation and deletion of such records matter too. `everywhere`: an entity that is not related
    (`all weights`), of which every record matters to every record of the rule.
    """

    entity: str
    fields: frozenset[str]
    hops: Hops = ()
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Reads:
    """What one tree reads."""

    fields: frozenset[str]
    """Own fields of the record it is asked of (permanent ids), first steps of paths included."""
    externals: tuple[External, ...]
    """What must be gathered, each once, in the order of first appearance."""
    held: tuple[n.Held, ...]
    """Every `C for D`, inner ones first, each once."""
    dependencies: tuple[Dependency, ...]
    timed: bool
    """Whether passing time alone can change the answer (a `for` alone does not count: see `held`)."""
    reads_me: bool
    reads_change: bool
    """Whether it speaks of the change being processed: then a rule with it is a change rule."""

    @property
    def record_local(self) -> bool:
        """Reads only the record's own fields, constants, `me`, `now`, `today`."""
        return not self.externals


_TIMED_ALWAYS = (n.Now, n.Today, n.Within, n.OlderThan, n.Elapsed, n.LastAll)
_RELATED = (n.Aggregate, n.Quantified, n.LastAll)
_CHANGE = (n.RecordIs, n.Changes, n.Trend, n.ChangesBy, n.Previous)
_TIME_ORDERED = ("latest", "earliest")


def _collect_nodes(value: tuple[Any, ...], found: list[n.Node]) -> None:
    for part in value:
        if isinstance(part, n.Node):
            found.append(part)
        elif part.__class__ is tuple:
            _collect_nodes(part, found)


def children(node: n.Node) -> tuple[n.Node, ...]:
    """The nodes directly under a node, in the order of its slots."""
    slots = _SLOTS.get(type(node))
    if slots is None:
        slots = _slots(type(node))
    if not slots:
        return ()
    found: list[n.Node] = []
    for slot in slots:
        value = getattr(node, slot)
        if isinstance(value, n.Node):
            found.append(value)
        elif value.__class__ is tuple:
            _collect_nodes(value, found)
    return tuple(found)


_SLOTS: dict[type, tuple[str, ...]] = {}
"""Names of the slots of each kind of node in which nodes can stand, looked up once."""


def _slots(kind: type[n.Node]) -> tuple[str, ...]:
    plain = _PLAIN_SLOTS.get(kind, ())
    found = _SLOTS[kind] = tuple(slot.name for slot in fields(kind) if slot.name not in ("span", *plain))
    return found


_PLAIN_SLOTS: dict[type, tuple[str, ...]] = {
    n.Path: ("root", "fields", "type"),
    n.Constant: ("value", "type"),
    n.Compare: ("operator",),
}
"""The commonest slots that never hold nodes."""


def walk(node: n.Node) -> Iterator[n.Node]:
    """The node and everything under it, the node first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def is_external(node: n.Node) -> TypeGuard[External]:
    """Whether it reads other records: an aggregate, a quantifier, a path of two or more fields (one from `me`)."""
    if isinstance(node, n.Path):
        return len(node.fields) > (0 if node.root == "me" else 1)
    return isinstance(node, n.Aggregate | n.Quantified | n.LastAll)


def externals_of(tree: n.Node) -> tuple[External, ...]:
    """The externals of a tree, without those inside another external, each once, in order of first appearance."""
    found: dict[External, None] = {}
    _collect_externals(tree, found)
    return tuple(found)


def _collect_externals(node: n.Node, found: dict[External, None]) -> None:
    if is_external(node):
        found.setdefault(node)
        return
    for child in children(node):
        _collect_externals(child, found)


def held_of(tree: n.Node) -> tuple[n.Held, ...]:
    """Every `C for D` of a tree, inner ones first, each once."""
    found: dict[n.Held, None] = {}
    _collect_held(tree, found)
    return tuple(found)


def _collect_held(node: n.Node, found: dict[n.Held, None]) -> None:
    for child in children(node):
        _collect_held(child, found)
    if isinstance(node, n.Held):
        found.setdefault(node)


def is_timed(tree: n.Node) -> bool:
    """Whether passing time alone can change the answer of the tree."""
    return any(_is_timed(node) for node in walk(tree))


def _is_timed(node: n.Node) -> bool:
    if isinstance(node, n.Aggregate):
        return node.function in _TIME_ORDERED
    return isinstance(node, _TIMED_ALWAYS) or (isinstance(node, n.Collection) and node.window is not None)


def reads_of(tree: n.Node, vocabulary: Vocabulary, root: n.Root = "this") -> Reads:
    """What a tree reads when it is asked of a record at `root` (`row` for the inside of a collection)."""
    collector = _Collector(vocabulary)
    collector.visit(tree, ())
    kinds: set[type[n.Node]] = set()
    timed = external = reads_me = False
    for node in walk(tree):
        kinds.add(type(node))
        if isinstance(node, n.Path):
            external = external or is_external(node)
            reads_me = reads_me or node.root == "me"
        elif isinstance(node, n.Aggregate | n.Collection):
            timed = timed or _is_timed(node)
    return Reads(
        fields=collector.own_fields() if root == "this" else frozenset(_row_fields(tree)),
        externals=externals_of(tree) if external or not kinds.isdisjoint(_RELATED) else (),
        held=held_of(tree) if n.Held in kinds else (),
        dependencies=collector.dependencies(),
        timed=timed or not kinds.isdisjoint(_TIMED_ALWAYS),
        reads_me=reads_me or n.Me in kinds,
        reads_change=not kinds.isdisjoint(_CHANGE),
    )


def _row_fields(node: n.Node) -> Iterator[str]:
    """First steps of the paths that speak of this row, not of rows of collections inside."""
    if isinstance(node, n.Path) and node.root == "row" and node.fields:
        yield node.fields[0]
    if isinstance(node, n.Aggregate | n.Quantified | n.LastAll):
        if (
            node.collection.root == "row"
            and node.collection.hops[:1]
            and node.collection.hops[0].direction == "forward"
        ):
            yield node.collection.hops[0].field
        return
    for child in children(node):
        yield from _row_fields(child)


class _Collector:
    """Walks a tree and notes, for every way to other records, the fields read at its end."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._found: dict[tuple[str, Hops, bool], set[str]] = {}
        self._everywhere = False

    def dependencies(self) -> tuple[Dependency, ...]:
        """What was found, in order of first appearance."""
        return tuple(
            Dependency(entity, frozenset(ids), hops, everywhere)
            for (entity, hops, everywhere), ids in self._found.items()
        )

    def own_fields(self) -> frozenset[str]:
        """The fields read of the rule's record itself."""
        own = (ids for (_, hops, everywhere), ids in self._found.items() if not hops and not everywhere)
        return frozenset().union(*own)

    def visit(self, node: n.Node, row: Hops) -> None:
        """Notes what `node` reads; `row` are the hops from the rule's record to the row around it."""
        if isinstance(node, n.Path):
            self._path(node.fields, row if node.root == "row" else (), node.root)
        elif isinstance(node, n.Constant):
            return
        elif isinstance(node, n.Aggregate | n.Quantified | n.LastAll):
            self._related(node, row)
        else:
            for child in children(node):
                self.visit(child, row)

    def _path(self, ids: tuple[str, ...], hops: Hops, root: n.Root) -> None:
        if root == "me":
            return
        everywhere = self._everywhere and root == "row"
        for position, field_id in enumerate(ids):
            entity, _ = self._vocabulary.field(field_id)
            self._note(entity.id, hops, {field_id}, everywhere)
            if position + 1 < len(ids):
                hops = (*hops, n.Hop(field_id, "forward"))

    def _related(self, node: n.Aggregate | n.Quantified | n.LastAll, row: Hops) -> None:
        collection = node.collection
        hops = row if collection.root == "row" else ()
        outer = self._everywhere
        self._everywhere = not collection.hops or (outer and collection.root == "row")
        if collection.root != "me":
            hops = self._collection(collection, hops, _looks_at_time(node))
        parts: list[n.Node | None] = [collection.where]
        parts += [node.value] if isinstance(node, n.Aggregate) else []
        parts += [node.condition] if isinstance(node, n.LastAll) else []
        for part in parts:
            if part is not None:
                self.visit(part, hops)
        self._everywhere = outer

    def _collection(self, collection: n.Collection, hops: Hops, time: bool) -> Hops:
        for hop in collection.hops:
            entity, _ = self._vocabulary.field(hop.field)
            reached = (*hops, hop)
            if hop.direction == "forward":
                self._note(entity.id, hops, {hop.field}, self._everywhere)
                self._note(self._target(hop.field), reached, set(), self._everywhere)
            else:
                self._note(entity.id, reached, {hop.field}, self._everywhere)
            hops = reached
        time_field = {self._vocabulary.entity(collection.entity).time_field.id} if time else set()
        self._note(collection.entity, hops, time_field, self._everywhere)
        return hops

    def _target(self, field_id: str) -> str:
        _, field = self._vocabulary.field(field_id)
        return field.value_type.entity or ""

    def _note(self, entity: str, hops: Hops, ids: set[str], everywhere: bool) -> None:
        self._found.setdefault((entity, hops, everywhere), set()).update(ids)


def _looks_at_time(node: n.Aggregate | n.Quantified | n.LastAll) -> bool:
    if isinstance(node, n.LastAll) or node.collection.window is not None:
        return True
    return isinstance(node, n.Aggregate) and node.function in _TIME_ORDERED
