"""What an undoing does, or did, as told to people: before it is done and afterwards the same shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ruleloom.actions.registry import actions
from ruleloom.dsl.types import Kind, Value
from ruleloom.runtime.pipeline.ports import Firing
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.undoing.deed import FIRING, Deed
from ruleloom.runtime.undoing.steps import Step
from ruleloom.storage.logs import firing_log, undo_log
from ruleloom.storage.logs.firing_log import EffectRow, FiringRow

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

_ALL_ACTIONS = "actions"
_NOT_BEGUN = ("pending", "queued", "failed", "dead")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is taken back, what stands against it, and what cannot be called back any more."""

    deed: Deed
    steps: Sequence[Step]
    gone_out: Sequence[EffectRow]
    """Effects that left the house."""
    not_begun: Sequence[EffectRow]
    """Effects that are not done any more."""
    notices_read: int
    notices_unread: int
    runs: int
    """Runs that wait and end."""
    answering: Sequence[Firing]
    """Firings of other rules that the undoing leads to."""
    rules: Mapping[str, str]
    """Names of rules by id."""
    titles: Mapping[tuple[str, int], Value]
    """Titles of records that values refer to, and of the firings' own, by entity and id."""
    undo: int | None = None
    """The undo that it became."""

    @property
    def fingerprint(self) -> str:
        """Differs when anything that a person was shown is different."""
        seen = [
            (s.verb, s.entity, s.record, s.state, [(f.key, str(f.now), str(f.back), f.clash is None) for f in s.fields])
            for s in self.steps
        ]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]

    @property
    def left(self) -> int:
        """How many records were left as they are, wholly or in part."""
        return sum(1 for step in self.steps if not step.done or step.rest)


def plan_of(uow: UnitOfWork, deed: Deed, steps: Sequence[Step]) -> Plan:
    """The plan of steps as they stand, asked before anything else is changed."""
    rows: Sequence[FiringRow] = deed.firings if deed.kind == FIRING else ()
    ids = [row.id for row in rows]
    effects = [effect for row in firing_log.effects_of(uow.connection, ids).values() for effect in row] if ids else []
    leaving = [effect for effect in effects if _leaves(effect)]
    read, unread = undo_log.notices_of(uow.connection, ids) if ids else (0, 0)
    answering = [firing for firing in uow.desk.entered if firing.edge not in ("skipped", "blocked")]
    named = {row.rule for row in (*deed.firings, *deed.further)} | {firing.rule for firing in answering}
    return Plan(
        deed,
        steps,
        [effect for effect in leaving if effect.status in ("done", "running")],
        [effect for effect in (*leaving, *_retried(effects)) if effect.status in _NOT_BEGUN],
        read,
        unread,
        undo_log.runs_of(uow.connection, ids) if ids else 0,
        answering,
        firing_log.rule_names(uow.connection, named),
        _titles(uow, deed, steps, answering),
    )


def _leaves(effect: EffectRow) -> bool:
    kind = actions().kinds().get(effect.kind)
    return kind is not None and kind.leaves


def _retried(effects: Sequence[EffectRow]) -> list[EffectRow]:
    """Actions that failed and would be carried out once more."""
    return [effect for effect in effects if effect.kind == _ALL_ACTIONS]


def _titles(
    uow: UnitOfWork, deed: Deed, steps: Sequence[Step], answering: Sequence[Firing]
) -> Mapping[tuple[str, int], Value]:
    wanted: dict[str, set[int]] = {}
    for row in (*deed.firings, *deed.further):
        wanted.setdefault(row.entity, set()).add(row.record)
    for firing in answering:
        wanted.setdefault(firing.entity, set()).add(cast("int", firing.record))
    for step in steps:
        entity = uow.published.model.entity(step.entity)
        for each in step.fields:
            target = entity.by_key[each.key].value_type
            if target.kind is Kind.RECORD and target.entity:
                found: list[Any] = [value for value in (each.now, each.back) if value is not None]
                wanted.setdefault(target.entity, set()).update(found)
    return Sight(uow.connection, uow.published, uow.now, uow.actor).titles(wanted)
