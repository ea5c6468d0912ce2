"""What a rule is allowed, why it stopped by itself, and what becomes of the firings that were held back meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.pipeline.noticing import Noticed
from ruleloom.runtime.pipeline.ports import Cause, Firing
from ruleloom.runtime.rules import stopping
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing import effect_rows
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log, rule_rates
from ruleloom.storage.logs.firing_log import FiringRow
from ruleloom.storage.logs.rule_rates import Rate
from ruleloom.storage.schema.definitions import Definition, Definitions

ORIGIN = "release"
BATCH = 200
"""Firings let go in one transaction."""
MATCHING, EVERY, LEAVE = "matching", "all", "leave"
"""What becomes of firings that were held back: those performed that still match, all of them, or none."""


@dataclass(frozen=True, slots=True)
class Safety:
    """What a rule is allowed and how it stands."""

    allowed: stopping.Allowed
    default: stopping.Allowed
    rate: Rate
    held: int


@dataclass(frozen=True, slots=True)
class Released:
    """What became of some of the firings that were held back."""

    performed: int
    dropped: int
    """Not performed: the condition does not hold any more, the record is gone, or nobody wanted it."""
    remaining: int


def read(workspace: Workspace, actor: Actor, rule: str) -> Safety:
    """What a rule is allowed, how often it fired in the present period, and what is held back of it."""
    access.require(actor, Verb.DEFINE)
    with workspace.reading() as reading:
        found = _rule(Definitions(reading.connection), rule)
        compiled = reading.published.book.rules.get(str(found.id))
        rate = rule_rates.read(reading.connection, str(found.id))
        tree = compiled.tree if compiled is not None else None
        default = stopping.allowed_for(tree, replace(rate, most=None, per=None))
        held = firing_log.held_counts(reading.connection, [str(found.id)]).get(str(found.id), 0)
        return Safety(stopping.allowed_for(tree, rate), default, rate, held)


def allow(workspace: Workspace, actor: Actor, rule: str, most: int | None, per: str) -> Safety:
    """How often a rule may fire in a period (0: any number, None: the default); one that stopped stays stopped."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = _rule(uow.definitions, rule)
        rule_rates.begin(uow.connection, str(found.id), uow.now)
        length = None if most is None else stopping.PERIODS[per]
        rule_rates.change(uow.connection, str(found.id), most=most, per=length)
        uow.wrote = True

    workspace.transact(command, actor, origin="publishing")
    return read(workspace, actor, rule)


def go_on(workspace: Workspace, actor: Actor, rule: str) -> Definition:
    """A rule that stopped by itself acts again; what was held back stays so until it is decided."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Definition:
        found = _rule(uow.definitions, rule)
        if found.stopped_at is None:
            return found
        stopping.go_on(uow, str(found.id))
        uow.wrote = True
        return uow.definitions.get(found.id)

    return workspace.transact(command, actor, origin="publishing")


def release(workspace: Workspace, actor: Actor, rule: str, do: str, limit: int = BATCH) -> Released:
    """Decides on the oldest firings that are held back, at most `limit`; asked again until none remain.

    `Conflict` (409) while the rule is not in force: then nothing can be performed, only left out.
    """
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Released:
        found = _rule(uow.definitions, rule)
        compiled = uow.published.book.rules.get(str(found.id))
        if do != LEAVE and (compiled is None or found.stopped_at is not None):
            raise Conflict.of("rule-not-in-force")
        rows = firing_log.held(uow.connection, str(found.id), min(limit, BATCH))
        going = _Going(uow, compiled, rows, do).decide() if compiled is not None and do != LEAVE else []
        _settle(uow, rows, going)
        if going:
            uow.pipeline.carry(Noticed([firing for _, firing in going]), uow.now)
        left = firing_log.held_counts(uow.connection, [str(found.id)]).get(str(found.id), 0)
        return Released(len(going), len(rows) - len(going), left)

    return workspace.transact(command, actor, origin=ORIGIN)


class _Going:
    """Which of some held firings are performed now."""

    def __init__(self, uow: UnitOfWork, rule: CompiledRule, rows: Sequence[FiringRow], do: str) -> None:
        self._uow, self._rule, self._rows, self._every = uow, rule, rows, do == EVERY
        uow.desk.lock(rule.entity, {row.record for row in rows})
        self._snapshots = uow.desk.snapshots(rule.entity, {row.record for row in rows})
        held = uow.desk.memories(rule.entity, list(self._snapshots), [rule.id])
        self._memories = {record: memory for (_, record), memory in held.items()}

    def decide(self) -> list[tuple[FiringRow, Firing]]:
        """The firings to perform, in the order in which they were held back; limits count as always."""
        going = []
        last = self._last()
        for row in self._rows:
            level = self._rule.kind == "level"
            superseded = level and last[row.record, _edge(row)] != row.id
            if superseded or not (self._every or self._still(row)) or not self._there(row):
                continue
            cause = Cause(self._uow.user, origin=ORIGIN, reference=row.id)
            (firing,) = self._uow.pipeline.noticing.limited(
                self._rule, [row.record], cast("Any", _edge(row)), self._uow.now, cause
            )
            if firing.edge == "skipped":
                continue
            firing.change = effect_rows.change_of(self._uow, row, (row.skip or {}).get("change"))
            self._begin(row)
            going.append((row, firing))
        return going

    def _last(self) -> dict[tuple[int, str], int]:
        """The latest one held back for each record and edge, also behind this batch: it stands for those before it."""
        found = firing_log.held_of(self._uow.connection, self._rule.id, {row.record for row in self._rows})
        return {(row.record, _edge(row)): row.id for row in found}

    def _there(self, row: FiringRow) -> bool:
        change = (row.skip or {}).get("change") or {}
        return row.record in self._snapshots or (change.get("before") is not None and change.get("after") is None)

    def _still(self, row: FiringRow) -> bool:
        """Whether it would still be right: the condition holds now. A change stays a change, an ending is owed."""
        edge, memory = _edge(row), self._memories.get(row.record)
        if edge == "on":
            return memory is not None and memory.holds and not memory.firing_counts
        if edge == "schedule":
            return bool(self._uow.pipeline.noticing.matching(self._rule, [row.record], self._uow.now))
        return True

    def _begin(self, row: FiringRow) -> None:
        """A level rule's firing counts for `when it ends` from now on."""
        memory = self._memories.get(row.record)
        if _edge(row) == "on" and memory is not None and memory.holds:
            memory.firing_counts = True
            self._uow.desk.remember([memory])


def _edge(row: FiringRow) -> str:
    return str((row.skip or {}).get("edge", "on"))


def _settle(uow: UnitOfWork, rows: Sequence[FiringRow], going: Sequence[tuple[FiringRow, Firing]]) -> None:
    """None of them is held back any more."""
    performed = {row.id for row, _ in going}
    for row in rows:
        became = {"how": "performed" if row.id in performed else "left", "at": uow.now, "by": uow.user}
        skip: Mapping[str, Any] = {**{k: v for k, v in (row.skip or {}).items() if k != "change"}, "became": became}
        firing_log.change_firing(uow.connection, row.id, held=False, skip=skip)
    uow.wrote = uow.wrote or bool(rows)


def _rule(definitions: Definitions, rule: str) -> Definition:
    found = definitions.get(id_of(rule))
    if found.kind != "rule":
        raise Missing.of("not-found")
    return found
