"""What goes with a rule when it is deleted: runs that wait, what is queued or held back, rules that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.cycles import Edge, edges_of
from ruleloom.forms.entity import Entity, Field
from ruleloom.messages import LANGUAGES, Language
from ruleloom.runtime.rules.published import Published
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import firing_log, work_log

Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Answering:
    """A rule in force that what the other one writes can set off; no field where records are made or deleted."""

    id: str
    name: str
    entity: Words
    field: Words | None
    way: str


@dataclass(frozen=True, slots=True)
class Departure:
    """Numbers and names; `waiting_runs` go on to their end, `queued` effects are performed, `held` firings never."""

    waiting_runs: int
    queued: int
    held: int
    answering: Sequence[Answering]


def departure_of(connection: Connection, published: Published, rule: str) -> Departure:
    """What would be missed of a rule; a rule that is not in force sets nothing off."""
    runs, queued = work_log.open_of(connection, rule)
    held = firing_log.held_counts(connection, [rule]).get(rule, 0)
    return Departure(runs, queued, held, _answering(published, rule))


def _answering(published: Published, rule: str) -> list[Answering]:
    book = published.book.rules
    own = book.get(rule)
    if own is None:
        return []
    others = [each for each in book.values() if each.id != rule]
    trees: list[n.Rule] = [own.tree, *(each.tree for each in others)]
    edges = {edge.target: edge for edge in edges_of(trees, published.model) if edge.source == 0 and edge.target > 0}
    return [_told(published, others[place - 1].id, others[place - 1].name, edge) for place, edge in edges.items()]


def _told(published: Published, rule: str, name: str, edge: Edge) -> Answering:
    field = None if edge.field is None else _words(published.model.field(edge.field)[1])
    return Answering(rule, name, _words(published.model.entity(edge.entity)), field, edge.way)


def _words(named: Entity | Field) -> Words:
    return {language: named.labels.get(language) or named.name for language in LANGUAGES}
