"""The desk of a backtest: the simulation's, which also keeps why each firing fired and what its actions wrote."""

from __future__ import annotations

from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.engine import Asked
from ruleloom.forms.entity import Model
from ruleloom.runtime.pipeline.ports import Firing, Prepared
from ruleloom.runtime.rules.reasons import explained
from ruleloom.runtime.simulation.desk import MemoryDesk
from ruleloom.runtime.simulation.values import defaults_of
from ruleloom.runtime.simulation.writes import Writes

FIRST_MADE = 1 << 62
"""Records that the rule makes get ids above all that there are."""
HITTING = frozenset({"on", "change", "schedule", "blocked"})


class _Numbered(Writes):
    """Writes whose new records have numbers as ids, like those of the workspace."""

    def _automatic_id(self, entity: str) -> Any:  # noqa: ARG002 - one row of numbers for all
        self._automatic["record"] = self._automatic.get("record", 0) + 1
        return FIRST_MADE + self._automatic["record"]


class BacktestDesk(MemoryDesk):
    """A workspace in memory with one rule; explains at most `reasons` of its firings."""

    def __init__(self, model: Model, rule: n.Rule, reasons: int) -> None:
        super().__init__(model)
        self._model = model
        self._rule = rule
        self._writes = _Numbered(self.tables)
        self._left = reasons
        self.reasons: dict[object, Any] = {}
        """By the id of the firing."""
        for entity in model.entities:
            self.tables.tables[entity.id].defaults = defaults_of(entity, model.calendar)

    def enter(self, firing: Firing) -> None:
        """Records a firing with its reason at that instant."""
        super().enter(firing)
        if firing.edge in HITTING:
            self.reasons[firing.id] = self.explain(firing)

    def explain(self, firing: Firing) -> Any:
        """Why it fires, on the present state; None where there is nothing to explain, or enough is explained."""
        if self._left <= 0:
            return None
        self._left -= 1
        rule = self._rule
        snapshot = self.snapshots(firing.entity, [firing.record]).get(firing.record)
        if snapshot is None and firing.change is not None:
            snapshot = firing.change.before
        if rule.condition is None or snapshot is None:
            return None
        memory = self.memories(firing.entity, [firing.record], [firing.rule]).get((firing.rule, firing.record))
        asked = Asked(
            firing.entity, firing.record, snapshot, self, self._model, Moment(firing.at, self._model.calendar),
            {firing.record: memory} if memory else {}, {firing.record: firing.change} if firing.change else None,
        )  # fmt: skip
        return {**explained(rule.condition, asked, self._model), "holds": firing.edge != "off"}

    def apply(self, prepared: Prepared) -> None:
        """Writes, and notes what an action wrote beside its firing."""
        super().apply(prepared)
        firing = prepared.cause.firing
        if firing is not None:
            self._keep(self.notes, ("write", firing, prepared))
