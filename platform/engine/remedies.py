"""The least that people can change to turn a condition: values of fields where one does it, else what has to become so.

Steps whose values stand in the record itself are tried: the condition is judged on the record with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice, product
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.reads import walk
from ruleloom.dsl.sentences import sentence
from ruleloom.dsl.types import Kind, Value
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.explaining import Explainer
from ruleloom.engine.explanation import Asked, Explanation, Origin, Said, Step
from ruleloom.engine.showing import label_of, shown_in_all, title_of
from ruleloom.messages import LANGUAGES, text

MOST_WAYS = 64
"""Ways tried to turn one condition."""
MOST_VALUES = 200
"""Values tried for one field when the obvious one does not fit."""

Way = tuple[Step, ...]
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


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
            step = _set(now, value, asked)
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
    unit = _unit(words.value_type.kind, words.value_type.decimals)
    here = asked.snapshot.get(words.key)
    if unit is not None:
        beside = sorted({each + move for each in beside for move in (-unit, 0 * unit, unit)}, key=_distance(here))
    yield from beside
    yield None


def _fits(constant: n.Constant, kind: Kind) -> bool:
    return constant.type.kind is kind and not isinstance(constant.value, tuple)


def _distance(here: Any) -> Callable[[Any], Any]:
    return lambda value: (abs(value - here), value) if here is not None else (value, value)


def _unit(kind: Kind, decimals: int | None) -> Any:
    """The smallest difference of two values of a field."""
    if kind is Kind.NUMBER:
        return Decimal(1).scaleb(-(decimals or 0))
    return 1 if kind in (Kind.DATE, Kind.DATETIME) else None


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
    wait = Step(_sentence("remedy-wait", explanation.condition, asked.vocabulary))
    for way in _ways(inner, True, asked):
        yield (*way, wait)


def _leaf(explanation: Explanation, wanted: bool, asked: Asked) -> Way:
    maker = _LEAVES.get(type(explanation.condition))
    step = maker(explanation, wanted, asked) if maker is not None else None
    if step is not None:
        return (step,)
    if wanted:
        return (Step(_sentence("remedy-so", explanation.condition, asked.vocabulary)),)
    return (Step(_sentence("remedy-not-so", explanation.condition, asked.vocabulary)),)


def _sentence(code: str, condition: n.Condition, vocabulary: Vocabulary) -> Said:
    return {
        language: text(code, language, {"words": sentence(condition, vocabulary, language)}) for language in LANGUAGES
    }


# ---- one part ------------------------------------------------------------------------------------------------------


def _set(origin: Origin, value: Value, asked: Asked) -> Step:
    """A field set to a value, or emptied."""
    words = asked.vocabulary.field(origin.field)[1]
    label, shown = label_of(words), shown_in_all(value, words.value_type, asked)
    return Step(
        {
            language: text(
                "remedy-set" if value is not None else "remedy-clear",
                language,
                {"field": _of(label[language], origin, asked, language), "value": shown[language]},
            )
            for language in LANGUAGES
        },
        origin,
        value,
        exact=True,
    )


def _of(label: str, origin: Origin, asked: Asked, language: Any) -> str:
    """The field's name, with its record where that is another one."""
    if origin.record == asked.record:
        return label
    snapshot = asked.store.snapshots(origin.entity, [origin.record]).get(origin.record)
    title = title_of(asked.vocabulary.entity(origin.entity), origin.record, snapshot)
    return text("remedy-of-record", language, {"field": label, "record": title})


def _fill(origin: Origin, asked: Asked) -> Step:
    label = label_of(asked.vocabulary.field(origin.field)[1])
    words = {
        language: text("remedy-fill", language, {"field": _of(label[language], origin, asked, language)})
        for language in LANGUAGES
    }
    return Step(words, origin)


def _place(explanation: Explanation, operand: n.Node) -> Origin | None:
    """Where the operand's value stands, if it is a field that people write."""
    if not isinstance(operand, n.Path) or not operand.fields:
        return None
    return explanation.found[0].origin if explanation.found else None


def _known(expression: n.Expression, asked: Asked) -> Any:
    """The value of the other side."""
    from ruleloom.engine.worked import Acting, Worked

    acting = Acting(asked.entity, asked.record, asked.snapshot, asked.store, asked.moment)
    return Worked(expression, asked.vocabulary).of(acting)


def _compare(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Compare)  # noqa: S101 - by the table
    left, right, operator = condition.left, condition.right, condition.operator
    if not isinstance(left, n.Path) and isinstance(right, n.Path):
        return _bounded(explanation, right, _MIRROR[operator], left, wanted, asked)
    return _bounded(explanation, left, operator, right, wanted, asked)


def _bounded(
    explanation: Explanation, field: n.Expression, operator: str, other: n.Expression, wanted: bool, asked: Asked
) -> Step | None:
    origin = _place(explanation, field)
    if origin is None or type_of(field).kind is not type_of(other).kind:
        return None
    bound = _known(other, asked)
    operator = operator if wanted else _OPPOSITE[operator]
    if bound is None or operator == "!=":
        return None
    type_ = asked.vocabulary.field(origin.field)[1].value_type
    unit = _unit(type_.kind, type_.decimals)
    if operator in ("<", ">"):
        if unit is None:
            return None
        bound = bound + unit if operator == ">" else bound - unit
    if isinstance(bound, Decimal) and unit is not None and bound % unit:
        bound = bound - bound % unit + (unit if operator in (">", ">=") else 0)
    return _set(origin, bound, asked)


def _truth(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Truth)  # noqa: S101 - by the table
    origin = _place(explanation, condition.operand)
    return None if origin is None else _set(origin, wanted, asked)


def _empty(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.IsEmpty)  # noqa: S101 - by the table
    origin = _place(explanation, condition.operand)
    if origin is None:
        return None
    return _set(origin, None, asked) if wanted else _fill(origin, asked)


def _between(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Between)  # noqa: S101 - by the table
    low, high, here = _known(condition.low, asked), _known(condition.high, asked), explanation.found[0].value
    if not wanted or low is None or high is None or low > high:
        return None
    nearer = condition.high if here is not None and here > high else condition.low
    return _bounded(explanation, condition.operand, "<=" if nearer is condition.high else ">=", nearer, True, asked)


def _one_of(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.OneOf)  # noqa: S101 - by the table
    if not wanted or not condition.options:
        return None
    return _bounded(explanation, condition.operand, "=", condition.options[0], True, asked)


def _quantified(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Quantified)  # noqa: S101 - by the table
    count, number = int(explanation.found[0].value), condition.number
    if condition.quantity == "exactly" and not wanted:
        return None
    least = condition.quantity in ("any", "at_least")
    goal = number if least or condition.quantity in ("exactly", "at_most") else 0
    if not wanted:
        goal += -1 if least else 1
    things = _things(condition.collection, asked.vocabulary)
    code = "remedy-more" if goal > count else "remedy-fewer"
    return Step(
        {
            language: text(code, language, {"count": abs(goal - count), "things": things[language]})
            for language in LANGUAGES
        }
    )


def _things(collection: n.Collection, vocabulary: Vocabulary) -> Said:
    """What the rows are called, as the plain words of a count say it."""
    return {language: sentence(collection, vocabulary, language) for language in LANGUAGES}


_LEAVES: Mapping[type[n.Condition], Callable[[Explanation, bool, Asked], Step | None]] = {
    n.Compare: _compare,
    n.Truth: _truth,
    n.IsEmpty: _empty,
    n.Between: _between,
    n.OneOf: _one_of,
    n.Quantified: _quantified,
}
