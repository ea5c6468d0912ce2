"""Which of what is due can be settled together, with its records locked.

*Calm* rules only tell people or leave work for the worker: nothing becomes true because of them. What many of them
have to say at one instant may be said in parts. *Writing* rules write records, and what follows from that belongs to
the same instant. Rules that wait or delete, and those that once went where a batch cannot follow, are left to the
ordinary desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import Memory

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Batch:
    """What is due, and the instant up to which nothing else is: no other pair, tick or wait."""

    due: Sequence[Memory]
    end: int
    calm: bool
    ticks: Sequence[str] = ()
    """Scheduled rules whose tick is at the end."""
    memories: Sequence[Memory] | None = None
    """Of a batch that writes: all that is remembered of its records."""


def next_batch(uow: UnitOfWork, most: int) -> Batch | None:
    """What is due first, up to about so many; None when it cannot be settled together, or when nothing is due."""
    other, now = uow.desk.earliest_other(), uow.now
    end = now if other is None or other > now else other - 1
    found = uow.desk.due_memories(end, most + 1)
    if not found:
        return None if end == now else _ticking(uow, end + 1)
    if len(found) > most:
        first, last = cast("int", found[0].deadline), cast("int", found[-1].deadline)
        if first == last:
            return _at_once(uow, first, most)
        end = last - 1
    kinds = {memory.rule: _kind(uow, memory.rule) for memory in found}
    noisy = next((cast("int", memory.deadline) for memory in found if kinds[memory.rule] is None), None)
    if noisy is not None:
        end = min(end, noisy - 1)
    due = [memory for memory in found if cast("int", memory.deadline) <= end]
    return _mine(uow, Batch(due, end, all(kinds[memory.rule] for memory in due))) if due else None


def _kind(uow: UnitOfWork, rule_id: str) -> bool | None:
    """Whether a rule is calm; None of one that cannot be settled with others."""
    rule = uow.published.book.followed(rule_id)
    if not isinstance(rule, CompiledRule):
        return None
    programs = (rule.of.then, rule.of.ending)
    if all(program.calm for program in programs):
        return True
    known = rule.of.version in uow.workspace.restless
    return None if known or any(not each.waits_for_nothing or each.deletes for each in programs) else False


def _at_once(uow: UnitOfWork, instant: int, most: int) -> Batch | None:
    """Very many that are due at one instant: calm rules in the order in which their firings run, others as a whole."""
    rules = uow.desk.rules_due_at(instant)
    kinds = [_kind(uow, rule) for rule in rules]
    if None in kinds:
        return None
    orders = {rule: _order(uow, rule) for rule in rules}
    if all(kinds) and len(set(orders.values())) == len(rules):
        rule = min(rules, key=lambda each: orders[each])
        return _mine(uow, Batch(uow.desk.due_memories_at(instant, rule, most), instant, calm=True))
    return _mine(uow, Batch(uow.desk.due_memories_at(instant), instant, all(kinds)))


def _order(uow: UnitOfWork, rule_id: str) -> tuple[int, str]:
    rule = uow.published.book.rules[rule_id]
    return -rule.tree.priority, rule.name


def _ticking(uow: UnitOfWork, instant: int) -> Batch | None:
    """Ticks of schedules at an instant, with what is due then; None where something else happens then."""
    if uow.desk.next_wake(instant) is not None or uow.backlog.earliest() is not None:
        return None
    due = uow.desk.due_memories_at(instant)
    ticks = uow.desk.ticks_at(instant)
    kinds = [_kind(uow, rule) for rule in {*ticks, *(memory.rule for memory in due)}]
    if not ticks or None in kinds:
        return None
    batch = _mine(uow, Batch(due, instant, all(kinds), ticks))
    return batch if batch is not None and batch.end == instant else None


def _mine(uow: UnitOfWork, batch: Batch) -> Batch | None:
    """Where others may settle the same: what nobody else has in hand, as it is once its records are locked."""
    due, end = batch.due, batch.end
    if uow.desk.locks:
        by_entity: dict[str, set[RecordId]] = {}
        for memory in due:
            by_entity.setdefault(uow.published.book.rules[memory.rule].entity, set()).add(memory.record)
        free = {record for entity, records in sorted(by_entity.items()) for record in uow.desk.take(entity, records)}
        taken = next((cast("int", memory.deadline) for memory in due if memory.record not in free), None)
        end = end if taken is None else taken - 1
    elif batch.calm:
        return batch
    else:
        free = {memory.record for memory in due}
    pairs = {(memory.rule, memory.record) for memory in due}
    rules = {memory.rule for memory in due} if batch.calm else None
    known = uow.desk.memories("", sorted(cast("set[int]", free)), rules) if free else {}
    still = [m for pair, m in known.items() if pair in pairs and m.deadline is not None and m.deadline <= end]
    if not still and not batch.ticks:
        return None
    return Batch(still, end, batch.calm, batch.ticks, None if batch.calm else list(known.values()))
