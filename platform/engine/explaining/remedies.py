"""The least that people can change to turn a condition: values of fields where one does it, else what has to become so.

Steps whose values stand in the record itself are tried: the condition is judged on the record with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import Kind, Value
from ruleloom.engine.explaining.explanation import Asked, Explanation, Step
from ruleloom.engine.explaining.remedy_leaves import LEAVES, said_of, set_to, unit_of
from ruleloom.engine.explaining.why import Explainer

MOST_WAYS = 64
"""Ways tried to turn one condition."""
MOST_VALUES = 200
"""Values tried for one field when the obvious one does not fit."""

Way = tuple[Step, ...]


def steps_of(explainer: Explainer, explanation: Explanation, asked: Asked) -> Way | None:
    """The fewest steps after which the condition is the other way round; None where none were found."""
    wanted = not explanation.holds
    ways = sorted(islice(_ways(explanation, wanted, asked), MOST_WAYS), key=len)
    for way in ways:
        if _turns(explainer, way, asked, wanted):
            return way
    return _by_trying(explainer, ways, asked, wanted)


def _turns(explainer: Explainer, way: Way, asked: Asked, wanted: bool) -> bool:
    """Whether the steps turn the condition, as far as they can be tried: those that name no value are believed."""
    written: dict[str, Value] = {}
    for step in way:
        if not step.exact or step.origin is None or step.origin.record != asked.record:
            return True
        key = asked.vocabulary.field(step.origin.field)[1].key
        if key in written and written[key] != step.value:
            return False
        written[key] = step.value
    return explainer.judge(replace(asked, snapshot={**asked.snapshot, **written})).holds is wanted


def _by_trying(explainer: Explainer, ways: Sequence[Way], asked: Asked, wanted: bool) -> Way | None:
    """Other values for the one field that a way writes: those that the condition speaks of and their neighbours."""
    for way in ways:
        fields = {step.origin.field for step in way if step.origin is not None}
        if len(fields) != 1:
            continue
        now = next(step.origin for step in way if step.origin is not None)
        for value in islice(_candidates(explainer.condition, now.field, asked), MOST_VALUES):
            step = set_to(now, value, asked)
            if _turns(explainer, (step,), asked, wanted):
                return (step,)
    return None


def _candidates(condition: n.Condition, field: str, asked: Asked) -> Iterator[Value]:
    words = asked.vocabulary.field(field)[1]
    if words.value_type.kind is Kind.BOOLEAN:
        yield from (True, False)
    yield from (option.value for option in words.options)
    beside: list[Any] = [
        node.value for node in walk(condition) if isinstance(node, n.Constant) and _fits(node, words.value_type.kind)
    ]
    unit = unit_of(words.value_type.kind, words.value_type.decimals)
    here = asked.snapshot.get(words.key)
    if unit is not None:
        beside = sorted({each + move for each in beside for move in (-unit, 0 * unit, unit)}, key=_distance(here))
    yield from beside
    yield None


def _fits(constant: n.Constant, kind: Kind) -> bool:
    return constant.type.kind is kind and not isinstance(constant.value, tuple)


def _distance(here: Any) -> Callable[[Any], Any]:
    return lambda value: (abs(value - here), value) if here is not None else (value, value)


# ---- ways ----------------------------------------------------------------------------------------------------------


def _ways(explanation: Explanation, wanted: bool, asked: Asked) -> Iterator[Way]:
    """Every way to give a condition a truth, the obvious ones first."""
    condition = explanation.condition
    if explanation.holds is wanted:
        yield ()
    elif isinstance(condition, n.Not):
        yield from _ways(explanation.parts[0], not wanted, asked)
    elif isinstance(condition, n.Held):
        yield from _held(explanation, wanted, asked)
    elif isinstance(condition, n.And | n.Or):
        if isinstance(condition, n.And) is wanted:
            each = [
                list(islice(_ways(part, wanted, asked), 8)) for part in explanation.parts if part.holds is not wanted
            ]
            for chosen in product(*each):
                yield tuple(step for way in chosen for step in way)
        else:
            for part in explanation.parts:
                yield from _ways(part, wanted, asked)
    else:
        yield _leaf(explanation, wanted, asked)


def _held(explanation: Explanation, wanted: bool, asked: Asked) -> Iterator[Way]:
    """C has to hold, and go on; or to fail once."""
    inner = explanation.parts[0]
    if not wanted:
        yield from _ways(inner, False, asked)
        return
    wait = Step(said_of("remedy-wait", explanation.condition, asked.vocabulary))
    for way in _ways(inner, True, asked):
        yield (*way, wait)


def _leaf(explanation: Explanation, wanted: bool, asked: Asked) -> Way:
    maker = LEAVES.get(type(explanation.condition))
    step = maker(explanation, wanted, asked) if maker is not None else None
    if step is not None:
        return (step,)
    if wanted:
        return (Step(said_of("remedy-so", explanation.condition, asked.vocabulary)),)
    return (Step(said_of("remedy-not-so", explanation.condition, asked.vocabulary)),)
