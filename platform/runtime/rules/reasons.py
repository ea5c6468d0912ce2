"""Why a condition holds or not, as JSON: the engine's explanation, kept with each firing as it was at that instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.engine import Asked, explain
from ruleloom.engine.explaining.explanation_json import as_json, outlook_json
from ruleloom.engine.explaining.outlook import outlook_of
from ruleloom.forms.entity import Model
from ruleloom.runtime.pipeline.ports import Firing

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

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
    """The tree of `engine.explanation_json`; no condition is always true."""
    if condition is None:
        nothing: Reason = {"value": None, "next": None, "since": None, "found": [], "rows": [], "parts": []}
        return {"holds": True, "sentence": _ALWAYS, **nothing}
    return as_json(explain(condition, asked), model)


def explained_with_outlook(condition: n.Condition | None, asked: Asked, model: Model) -> Reason:
    """The same with what decides, the least change that would turn it, and when time does."""
    if condition is None:
        return explained(condition, asked, model)
    explanation = explain(condition, asked)
    return {**as_json(explanation, model), **outlook_json(explanation, outlook_of(explanation, asked), model)}
