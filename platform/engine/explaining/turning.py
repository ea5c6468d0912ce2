"""When time alone turns the truth of a condition: the engine's own deadlines, followed until the verdict differs."""

from __future__ import annotations

from dataclasses import replace

from ruleloom.dsl.moment import Moment
from ruleloom.engine.explaining.explanation import Asked, Turn
from ruleloom.engine.explaining.why import Explainer
from ruleloom.engine.store import Memory

LOOKS = 4_000
"""Deadlines looked at: ten years of days, for conditions that may change every midnight."""


def turn_of(explainer: Explainer, asked: Asked) -> Turn:
    """The first instant after now at which the truth is another one if nobody writes.

    Exact: a deadline may be too early, then the next one is looked at. A condition that speaks of a change holds for
    that change only, so time never makes it true.
    """
    if explainer.logic.reads.reads_change:
        return Turn(None)
    verdict = explainer.judge(asked)
    holds, at = verdict.holds, asked.moment.now
    for _ in range(LOOKS):
        if verdict.deadline is None:
            return Turn(None)
        at = verdict.deadline
        verdict = explainer.judge(
            replace(
                asked,
                moment=Moment(at, asked.moment.calendar, asked.moment.me),
                memories={asked.record: Memory("", asked.record, since=dict(verdict.since))},
            )
        )
        if verdict.holds is not holds:
            return Turn(at)
    return Turn(None, searched=at)
