"""Publishing a rule: what is so already is remembered and does not fire, unless the author wants it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.schedule import next_tick
from ruleloom.engine.store import Memory
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.noticing import Noticed
from ruleloom.runtime.pipeline.ports import Cause, Outcome

CHUNK = 1000
"""Records looked at together."""
Recall = Callable[[Sequence[RecordId]], Mapping[RecordId, Memory]]
"""Since when each `C for D` of a rule is true for records, as far as their past is known."""


def publish(
    pipeline: Pipeline,
    rule_id: str,
    rule: n.Rule,
    at: int,
    *,
    also_matching: bool = False,
    cap: int | None = None,
    recall: Recall | None = None,
) -> Outcome:
    """Takes a rule in (in place of an earlier version under the same id) and initialises what is remembered of it.

    With `also_matching` the records that satisfy a level condition now fire once, at most `cap` of them; the others
    are recorded as skipped and held back, so that they can be performed later. A `C for D` that is true now is true
    since when `recall` says; without it, since now.
    """
    desk, compiled = pipeline.desk, pipeline.book.add(rule_id, rule)
    desk.forget(rule_id)
    if rule.schedule is not None:
        desk.remember_tick(rule_id, next_tick(rule.schedule, at, pipeline.book.vocabulary.calendar, at))
    noticed = Noticed()
    if compiled.followed:
        records = iter(list(desk.all_records(compiled.entity)))
        while chunk := list(islice(records, CHUNK)):
            matching = _initialise(pipeline, compiled, chunk, at, recall)
            if also_matching and compiled.kind == "level":
                room = len(matching) if cap is None else max(cap - len(noticed.firings), 0)
                noticed.firings += pipeline.noticing.fire(compiled, matching[:room], "on", at, Cause())
                desk.hold(pipeline.noticing.beyond_cap(compiled, matching[room:], at))
    _count(pipeline, compiled, noticed)
    return pipeline.carry(noticed, at)


def _initialise(
    pipeline: Pipeline, rule: CompiledRule, records: list[RecordId], at: int, recall: Recall | None
) -> list[RecordId]:
    assert rule.logic is not None  # noqa: S101 - what is followed has a condition
    snapshots, moment = pipeline.desk.snapshots(rule.entity, records), pipeline.noticing.moment(at)
    verdicts = rule.logic.judge(snapshots, pipeline.desk, moment, {})
    going_on = [record for record, verdict in verdicts.items() if verdict.since]
    if going_on and recall is not None:
        known = recall(going_on)
        verdicts.update(rule.logic.judge({r: snapshots[r] for r in known}, pipeline.desk, moment, known))
    level = rule.kind == "level"
    memories = [
        Memory(rule.id, record, verdict.holds and level, verdict.since, verdict.deadline)
        for record, verdict in verdicts.items()
    ]
    pipeline.desk.remember([memory for memory in memories if memory.says_something])
    return [memory.record for memory in memories if memory.holds]


def _count(pipeline: Pipeline, rule: CompiledRule, noticed: Noticed) -> None:
    """A first firing counts for `when it ends` like any other."""
    fired = [firing.record for firing in noticed.firings if firing.edge == "on"]
    found = pipeline.desk.memories(rule.entity, fired, [rule.id]) if fired else {}
    for memory in found.values():
        memory.firing_counts = True
    pipeline.desk.remember(list(found.values()))


def retire(pipeline: Pipeline, rule_id: str) -> None:
    """Takes a rule out: what is remembered of it and its next tick go with it; runs under way keep their version."""
    pipeline.book.retire(rule_id)
    pipeline.desk.forget(rule_id)
    pipeline.desk.remember_tick(rule_id, None)
