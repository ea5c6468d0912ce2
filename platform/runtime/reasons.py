"""Why a condition holds or not, as JSON: the engine's explanation, kept with each firing as it was at that instant."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.engine import Asked, Explanation, explain
from ruleloom.engine.explanation import Found
from ruleloom.forms.entity import Model
from ruleloom.runtime.moments import instant_text
from ruleloom.runtime.pipeline.ports import Firing

if TYPE_CHECKING:
    from ruleloom.runtime.unit_of_work import UnitOfWork

Reason = dict[str, Any]
_ALWAYS = {"en": "always", "zh": "总是"}


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
    asked = Asked(
        firing.entity, firing.record, snapshot, uow.desk, model, Moment(firing.at, model.calendar),
        {firing.record: found} if found else {}, {firing.record: firing.change} if firing.change else None,
    )  # fmt: skip
    return {**explained(rule.tree.condition, asked, model), "holds": firing.edge != "off"}


def explained(condition: n.Condition | None, asked: Asked, model: Model) -> Reason:
    """`{holds, sentence: {en, zh}, value, parts, next, found, rows}`; no condition is always true."""
    if condition is None:
        return {"holds": True, "sentence": _ALWAYS, "value": None, "parts": [], "next": None, "found": [], "rows": []}
    return _json(explain(condition, asked), {entity.id: entity.key for entity in model.entities})


def _json(part: Explanation, keys: Mapping[str, str]) -> Reason:
    return {
        "holds": part.holds,
        "sentence": dict(part.words),
        "value": _plain(part.found[0].value) if part.found else None,
        "parts": [_json(inner, keys) for inner in part.parts],
        "next": None if part.next is None else instant_text(part.next),
        "found": [_found(found) for found in part.found],
        "rows": [
            {
                "entity": keys.get(row.entity, row.entity),
                "record": str(row.record),
                "values": [_found(found) for found in row.values],
            }
            for row in part.rows
        ],
    }


def _found(found: Found) -> dict[str, Any]:
    return {"words": dict(found.words), "value": _plain(found.value), "shown": dict(found.shown)}


def _plain(value: Any) -> Any:
    """Exact numbers and ids as text; what people read stands in `shown`."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, bool) else str(value)
