"""Why a condition holds or not, part by part with the values found, as JSON that is kept with a firing.

Each part is decided by the same compiled code that decides the whole; sentences come in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import is_external
from ruleloom.dsl.types import NUMBER, Kind, RecordId, Value
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import External, Memory, RecordChange, Snapshot, Store
from ruleloom.forms.entity import Model
from ruleloom.runtime.moments import instant_text
from ruleloom.runtime.pipeline.ports import Firing
from ruleloom.runtime.rule_content import in_both_languages

if TYPE_CHECKING:
    from ruleloom.runtime.unit_of_work import UnitOfWork

Reason = dict[str, Any]
_logic = lru_cache(4_000)(Logic)
_written = lru_cache(4_000)(in_both_languages)


@dataclass(frozen=True, slots=True)
class Witness:
    """What a condition is asked about: one record at one instant."""

    record: RecordId
    snapshot: Snapshot
    store: Store
    model: Model
    moment: Moment
    memories: Mapping[RecordId, Memory] = field(default_factory=dict)
    changes: Mapping[RecordId, RecordChange] | None = None


def reason_of(uow: UnitOfWork, firing: Firing) -> Reason | None:
    """The explanation of a firing at its instant; None where the rule has no condition or the record is gone."""
    rule = uow.published.book.rules.get(firing.rule)
    if rule is None or rule.tree.condition is None:
        return None
    snapshot = uow.desk.snapshots(firing.entity, [firing.record]).get(firing.record)
    if snapshot is None and firing.change is not None:
        snapshot = firing.change.before
    if snapshot is None:
        return None
    found = uow.desk.memories(firing.entity, [firing.record], [firing.rule]).get((firing.rule, firing.record))
    model = uow.published.model
    witness = Witness(
        firing.record, snapshot, uow.desk, model, Moment(firing.at, model.calendar),
        {firing.record: found} if found else {}, {firing.record: firing.change} if firing.change else None,
    )  # fmt: skip
    return {**explained(rule.tree.condition, witness), "holds": firing.edge != "off"}


def explained(condition: n.Condition | None, witness: Witness) -> Reason:
    """The explanation tree: `{holds, sentence: {en, zh}, value, parts, next}`; `next`: when time may change it."""
    if condition is None:
        return {"holds": True, "sentence": {"en": "always", "zh": "总是"}, "value": None, "parts": [], "next": None}
    logic = _logic(condition, witness.model)
    judged = logic.judge(
        {witness.record: witness.snapshot}, witness.store, witness.moment, witness.memories, witness.changes
    )
    verdict = judged.get(witness.record)
    deadline = verdict.deadline if verdict is not None else None
    return {
        "holds": bool(verdict is not None and verdict.holds),
        "sentence": _written(condition, witness.model),
        "value": _value(condition, witness),
        "parts": [explained(part, witness) for part in _parts(condition)],
        "next": None if deadline is None else instant_text(deadline),
    }


def _parts(condition: n.Condition) -> tuple[n.Condition, ...]:
    if isinstance(condition, n.And | n.Or):
        return condition.items
    if isinstance(condition, n.Not):
        return (condition.item,)
    return (condition.condition,) if isinstance(condition, n.Held) else ()


def _value(condition: n.Condition, witness: Witness) -> Any:
    """The value that a comparison looked at, the number of records that a quantifier found."""
    if isinstance(condition, n.Quantified):
        count = n.Aggregate("count", condition.collection, None, NUMBER)
        return _gathered(count, witness, Kind.NUMBER)
    operand = (
        getattr(condition, "left", None) or getattr(condition, "operand", None) or getattr(condition, "path", None)
    )
    if not isinstance(operand, n.Path | n.Aggregate):
        return None
    kind = operand.type.kind
    if isinstance(operand, n.Path) and operand.root == "this" and len(operand.fields) == 1:
        return plain(witness.snapshot.get(witness.model.field(operand.fields[0])[1].key), kind)
    return _gathered(operand, witness, kind) if is_external(operand) else None


def _gathered(external: External, witness: Witness, kind: Kind) -> Any:
    facts = witness.store.gather(external, {witness.record: witness.snapshot}, witness.moment.now)
    fact = facts.get(witness.record)
    return None if fact is None else plain(fact.value, kind)


def plain(value: Value, kind: Kind) -> Any:
    """A value as it travels."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if kind is Kind.DATETIME and isinstance(value, int):
        return instant_text(value)
    if kind is Kind.DATE and isinstance(value, int):
        return day_date(value).isoformat()
    return str(value)
