"""Publishing a rule: what is so already is remembered and does not fire, unless the author wants it to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

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


class FirstLook(Protocol):
    """A store's own way to look at all records of a rule, faster than one by one."""

    def remember(self, rule: CompiledRule, at: int) -> bool:
        """Remembers what is so of every record, as judging each would; False when it cannot say, and did nothing."""
        ...

    def holding(self, rule: CompiledRule) -> Iterable[RecordId]:
        """Records of which it is remembered that they match, in order of creation."""
        ...

    def records(self, rule: CompiledRule, at: int) -> Iterable[RecordId]:
        """Records to be judged one by one, in order of creation: of the others there is nothing to remember."""
        ...


def publish(
    pipeline: Pipeline,
    rule_id: str,
    rule: n.Rule,
    at: int,
    *,
    also_matching: bool = False,
    cap: int | None = None,
    recall: Recall | None = None,
    look: FirstLook | None = None,
) -> Outcome:
    """Takes a rule in (in place of an earlier version under the same id) and initialises what is remembered of it.

    With `also_matching` the records that satisfy a level condition now fire once, at most `cap` of them; the others
    are recorded as skipped and held back, so that they can be performed later. A `C for D` that is true now is true
    since when `recall` says; without it, since now. `look`: how the store looks at all records, where it has a way.
    """
    desk, compiled = pipeline.desk, pipeline.book.add(rule_id, rule)
    desk.forget(rule_id)
    if rule.schedule is not None:
        desk.remember_tick(rule_id, next_tick(rule.schedule, at, pipeline.book.vocabulary.calendar, at))
    noticed = Noticed()
    if compiled.followed:
        for matching in _matching(pipeline, compiled, at, recall, look, wanted=also_matching):
            room = len(matching) if cap is None else max(cap - len(noticed.firings), 0)
            noticed.firings += pipeline.noticing.fire(compiled, matching[:room], "on", at, Cause())
            desk.hold(pipeline.noticing.beyond_cap(compiled, matching[room:], at))
    _count(pipeline, compiled, noticed)
    return pipeline.carry(noticed, at)


def _matching(
    pipeline: Pipeline, rule: CompiledRule, at: int, recall: Recall | None, look: FirstLook | None, *, wanted: bool
) -> Iterator[list[RecordId]]:
    """Looks at all records; in chunks, those that match now, where they are `wanted` and the rule is a level rule."""
    wanted = wanted and rule.kind == "level"
    if look is not None and look.remember(rule, at):
        yield from _chunks(look.holding(rule)) if wanted else ()
        return
    for chunk in _chunks(look.records(rule, at) if look is not None else pipeline.desk.all_records(rule.entity)):
        matching = _initialise(pipeline, rule, chunk, at, recall)
        if wanted:
            yield matching


def _chunks(records: Iterable[RecordId]) -> Iterator[list[RecordId]]:
    left = iter(records)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


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
    matching = {memory.record for memory in memories if memory.holds}
    return [record for record in records if record in matching]


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
