"""Random conditions on random workspaces: the verdict turns at the named instant, no sooner and no later, and the steps
that name their values turn it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.dsl.moment import Moment
from ruleloom.engine import Asked, explain
from ruleloom.engine.explaining.outlook import outlook_of
from ruleloom.engine.explaining.why import explainer_of
from ruleloom.runtime.simulation.desk import MemoryDesk
from tests.dsl.backends.trees import NOW, Pieces, chance
from tests.dsl.backends.world import MODEL, World

SIZE = int(os.environ.get("RULELOOM_AGREEMENT", "60"))


def _memory(world: World) -> Any:
    desk = MemoryDesk(MODEL)
    for entity in world.rows:
        for record, row in world.live(entity).items():
            desk.tables.tables[entity].put(record, row, record)
    return desk


@settings(max_examples=SIZE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_time_and_steps_turn_the_verdict_as_said(seed: int) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world = pieces.world()
    desk = _memory(world)
    condition = pieces.condition("customer", "this", 2)
    for record, snapshot in world.live("customer").items():
        asked = Asked("customer", record, snapshot, desk, MODEL, Moment(NOW, MODEL.calendar))
        explanation = explain(condition, asked)
        assert explanation.holds is world.holds(condition, snapshot, asked.moment)
        outlook = outlook_of(explanation, asked)
        judge = explainer_of(condition, MODEL).judge

        def holds_at(instant: int, at: Asked = asked, judge: Any = judge) -> bool:
            return bool(judge(replace(at, moment=Moment(instant, MODEL.calendar))).holds)

        turn = outlook.turn.at
        far = turn or outlook.turn.searched or NOW + 400 * 86_400_000_000
        for instant in [min(NOW + 1, far - 1), far - 1, *(random.randrange(NOW, far) for _ in range(3))]:
            assert holds_at(max(NOW, instant)) is explanation.holds, (condition, instant)
        assert turn is None or holds_at(turn) is not explanation.holds
        steps = outlook.steps
        own = [step for step in steps or () if step.exact and step.origin and step.origin.record == record]
        if steps is not None and len(own) == len(steps):
            written = {MODEL.field(step.origin.field)[1].key: step.value for step in own if step.origin is not None}
            assert world.holds(condition, {**snapshot, **written}, asked.moment) is not explanation.holds
