"""A rule explained for one record of a played history, at an instant: what `ruleloom rule explain` asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import reads_of
from ruleloom.dsl.types import RecordId
from ruleloom.engine.explaining.explanation import Asked, Explanation, Outlook
from ruleloom.engine.explaining.outlook import outlook_of
from ruleloom.engine.explaining.why import explain
from ruleloom.engine.store import Memory, RecordChange, Snapshot
from ruleloom.forms.entity import Model
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.pipeline.ports import Prepared
from ruleloom.runtime.simulation.desk import MemoryDesk
from ruleloom.runtime.simulation.play import Note, Simulation, play


class NotAsked(RuleloomError):
    """There is no such rule, no such record, or nothing to explain."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation of a rule for a record, what would turn it, and what the history refused."""

    rule: n.Rule
    asked: Asked
    explanation: Explanation
    outlook: Outlook
    notes: Sequence[Note]


class _WatchingDesk(MemoryDesk):
    """Remembers the last change of one record, for rules that speak of changes."""

    def __init__(self, model: Model, entity: str, record: str) -> None:
        super().__init__(model)
        self._watched = (entity, record)
        self.last: tuple[int, RecordChange] | None = None

    def apply(self, prepared: Prepared) -> None:
        """Writes as ever."""
        super().apply(prepared)
        for change in prepared.changes:
            if (change.entity, change.record) == self._watched:
                self.last = (prepared.at, change)


def ask(
    model: Model, rules: Sequence[n.Rule], lines: Iterable[str], name: str, record: str, at: int, language: Language
) -> Answer:
    """Plays the events up to `at` and explains the rule of that name for `record` (`customer/c1`) then.

    A rule about changes is explained for the change of the record at that very instant; without one it fails.
    Raises NotAsked.
    """
    place = next((place for place, rule in enumerate(rules) if rule.name == name), None)
    if place is None:
        raise NotAsked.of("explain-no-rule", name=name, names=", ".join(f'"{rule.name}"' for rule in rules) or "–")
    rule = rules[place]
    if rule.condition is None:
        raise NotAsked.of("explain-no-condition", name=name)
    entity = model.entity(rule.entity)
    kind, _, key = record.partition("/")
    if kind != entity.name or not key:
        raise NotAsked.of("explain-other-entity", record=record, entity=entity.name)
    desk = _WatchingDesk(model, entity.id, key)
    simulation = Simulation(model, rules, language, desk)
    for _ in play(simulation, lines, at):
        pass
    asked = _asked(simulation, desk, rule, str(place), key, at)
    explanation = explain(rule.condition, asked)
    return Answer(rule, asked, explanation, outlook_of(explanation, asked), tuple(simulation.notes))


def _asked(simulation: Simulation, desk: _WatchingDesk, rule: n.Rule, rule_id: str, record: str, at: int) -> Asked:
    model = simulation.vocabulary
    snapshot: Snapshot | None = desk.snapshots(rule.entity, [record]).get(record)
    changes: dict[RecordId, RecordChange] | None = None
    if rule.condition is not None and reads_of(rule.condition, model).reads_change:
        last = desk.last
        if last is not None and last[0] == at:
            changes = {record: last[1]}
            snapshot = last[1].after or last[1].before
    if snapshot is None:
        raise NotAsked.of("explain-no-record", record=f"{model.entity(rule.entity).name}/{record}")
    memory = desk.memories(rule.entity, [record], [rule_id]).get((rule_id, record))
    memories: dict[RecordId, Memory] = {record: memory} if memory is not None else {}
    return Asked(rule.entity, record, snapshot, desk, model, Moment(at, model.calendar), memories, changes)
