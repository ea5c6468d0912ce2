"""What people can do about one part of a condition: a value to write, records to add, or in words what has to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import MINUTE
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.moment import Intervals, complement
from ruleloom.dsl.numbers import plain
from ruleloom.dsl.types import Kind, Value
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.dsl.writing.sentences import sentence
from ruleloom.engine.explaining.explanation import Asked, Explanation, Origin, Said, Step
from ruleloom.engine.explaining.showing import label_of, shown_in_all, title_of
from ruleloom.messages import LANGUAGES, text

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def unit_of(kind: Kind, decimals: int | None) -> Any:
    """The smallest difference of two values of a field."""
    if kind is Kind.NUMBER:
        return Decimal(1).scaleb(-(decimals or 0))
    return 1 if kind in (Kind.DATE, Kind.DATETIME) else None


def said_of(code: str, condition: n.Condition, vocabulary: Vocabulary) -> Said:
    """A text of `messages` about a condition in plain words."""
    return {
        language: text(code, language, {"words": sentence(condition, vocabulary, language)}) for language in LANGUAGES
    }


def set_to(origin: Origin, value: Value, asked: Asked) -> Step:
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
    operator = operator if wanted else _OPPOSITE[operator]
    if isinstance(field, n.Aggregate):
        return _measured(explanation, field, operator, _known(other, asked), asked)
    origin = _place(explanation, field)
    if origin is None or type_of(field).kind is not type_of(other).kind:
        return None
    bound = _known(other, asked)
    if bound is None:
        return None
    if operator == "!=":
        return _another(origin, (bound,), asked)
    type_ = asked.vocabulary.field(origin.field)[1].value_type
    unit = unit_of(type_.kind, type_.decimals)
    if operator in ("<", ">"):
        if unit is None:
            return None
        bound = bound + unit if operator == ">" else bound - unit
    if isinstance(bound, Decimal) and unit is not None and bound % unit:
        bound = bound - bound % unit + (unit if operator in (">", ">=") else 0)
    return set_to(origin, bound, asked)


def _truth(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Truth)  # noqa: S101 - by the table
    origin = _place(explanation, condition.operand)
    return None if origin is None else set_to(origin, wanted, asked)


def _empty(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.IsEmpty)  # noqa: S101 - by the table
    origin = _place(explanation, condition.operand)
    if origin is None:
        return None
    return set_to(origin, None, asked) if wanted else _fill(origin, asked)


def _between(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.Between)  # noqa: S101 - by the table
    low, high = _known(condition.low, asked), _known(condition.high, asked)
    if not wanted or not explanation.found or low is None or high is None or low > high:
        return None
    here = explanation.found[0].value
    nearer = condition.high if here is not None and here > high else condition.low
    return _bounded(explanation, condition.operand, "<=" if nearer is condition.high else ">=", nearer, True, asked)


def _one_of(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    condition = explanation.condition
    assert isinstance(condition, n.OneOf)  # noqa: S101 - by the table
    if not wanted:
        origin = _place(explanation, condition.operand)
        return None if origin is None else _another(origin, [_known(each, asked) for each in condition.options], asked)
    if not condition.options:
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
    return _counted(condition.collection, count, goal, asked)


def _counted(collection: n.Collection, count: int, goal: int, asked: Asked) -> Step:
    """So many related records more or fewer."""
    things = _things(collection, asked.vocabulary)
    code = "remedy-more" if goal > count else "remedy-fewer"
    return Step(
        {
            language: text(code, language, {"count": abs(goal - count), "things": things[language]})
            for language in LANGUAGES
        }
    )


def _measured(explanation: Explanation, value: n.Aggregate, operator: str, bound: Any, asked: Asked) -> Step | None:
    """How far a count or a sum of related records has to move."""
    here = explanation.found[0].value if explanation.found else None
    if value.function not in ("count", "sum") or not isinstance(here, Decimal | int) or not isinstance(bound, Decimal):
        return None
    whole = value.function == "count" or value.value is None
    unit = Decimal(1) if whole else Decimal(1).scaleb(-(type_of(value.value).decimals or 0)) if value.value else None
    if unit is None or operator == "!=":
        return None
    steps = bound / unit
    goal = {
        "=": bound,
        ">=": steps.to_integral_value(ROUND_CEILING) * unit,
        "<=": steps.to_integral_value(ROUND_FLOOR) * unit,
        ">": (steps.to_integral_value(ROUND_FLOOR) + 1) * unit,
        "<": (steps.to_integral_value(ROUND_CEILING) - 1) * unit,
    }[operator]
    if whole:
        return _counted(value.collection, int(here), int(goal), asked) if 0 <= goal == int(goal) else None
    difference = goal - here
    code = "remedy-raise" if difference > 0 else "remedy-lower"
    return Step(
        {
            language: text(
                code,
                language,
                {"words": sentence(value, asked.vocabulary, language), "difference": plain(abs(difference)),
                 "value": plain(goal)},
            )
            for language in LANGUAGES
        }
    )  # fmt: skip


def _another(origin: Origin, barred: Sequence[Value], asked: Asked) -> Step | None:
    """Another option of a choice; the opposite of a yes/no value."""
    words = asked.vocabulary.field(origin.field)[1]
    if words.value_type.kind is Kind.BOOLEAN and len(barred) == 1:
        return set_to(origin, not barred[0], asked)
    free = [option.value for option in words.options if option.value not in barred]
    return set_to(origin, free[0], asked) if free and words.value_type.kind is Kind.CHOICE else None


def _has(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    """Options added to a set, or taken out of it."""
    condition = explanation.condition
    assert isinstance(condition, n.Has | n.Match)  # noqa: S101 - by the table
    origin = _place(explanation, condition.operand)
    if origin is None or type_of(condition.operand).kind is not Kind.CHOICES:
        return None
    options = condition.options if isinstance(condition, n.Has) else (condition.pattern,)
    is_all = isinstance(condition, n.Has) and condition.quantity == "all"
    here = explanation.found[0].value or ()
    named = [_known(each, asked) for each in options]
    if wanted:
        moved = [each for each in named if each not in here][: None if is_all else 1]
    else:
        moved = [each for each in named if each in here][: 1 if is_all else None]
    left = (*here, *moved) if wanted else tuple(each for each in here if each not in moved)
    type_ = asked.vocabulary.field(origin.field)[1].value_type
    if not moved:
        return None
    label, shown = label_of(asked.vocabulary.field(origin.field)[1]), shown_in_all(tuple(moved), type_, asked)
    code = "remedy-add" if wanted else "remedy-take-out"
    words = {
        each: text(code, each, {"field": _of(label[each], origin, asked, each), "value": shown[each]})
        for each in LANGUAGES
    }
    return Step(words, origin, left or None, exact=True)


def _timed(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    """The date or instant nearest to the present one that lies in a window, or outside."""
    condition = explanation.condition
    assert isinstance(condition, n.Within | n.OlderThan)  # noqa: S101 - by the table
    origin, kind, moment = _place(explanation, condition.operand), type_of(condition.operand).kind, asked.moment
    if origin is None or asked.vocabulary.field(origin.field)[1].value_type.kind is not kind:
        return None
    if isinstance(condition, n.Within):
        intervals = moment.bounds(condition.window, kind)
    else:
        intervals = moment.older_bounds(condition.duration, kind)
    here = explanation.found[0].value
    start = here if isinstance(here, int) else moment.now if kind is Kind.DATETIME else moment.today
    value = _nearest(intervals if wanted else complement(intervals), start, kind)
    return None if value is None else set_to(origin, value, asked)


def _nearest(intervals: Intervals, here: int, kind: Kind) -> int | None:
    """The value of the intervals that is nearest; an instant at a whole minute where there is one."""
    unit = MINUTE if kind is Kind.DATETIME else 1
    found: list[int] = []
    for low, high in intervals:
        value = here if low is None else max(here, low)
        value = value if high is None else min(value, high - 1)
        whole = value // unit * unit
        whole += unit if low is not None and whole < low else 0
        found.append(whole if high is None or whole < high else value)
    return min(found, key=lambda value: abs(value - here), default=None)


def _last_all(explanation: Explanation, wanted: bool, asked: Asked) -> Step | None:
    """What has to become so, and of which of the newest records."""
    condition = explanation.condition
    assert isinstance(condition, n.LastAll)  # noqa: S101 - by the table
    failing = [row.title for row in explanation.rows if row.holds is False]
    if not wanted or not failing or len(explanation.rows) < condition.number:
        return None
    return Step(
        {
            language: text(
                "remedy-of-those",
                language,
                {"words": sentence(condition.condition, asked.vocabulary, language), "records": failing},
            )
            for language in LANGUAGES
        }
    )


def _things(collection: n.Collection, vocabulary: Vocabulary) -> Said:
    """What the rows are called, as the plain words of a count say it."""
    return {language: sentence(collection, vocabulary, language) for language in LANGUAGES}


LEAVES: Mapping[type[n.Condition], Callable[[Explanation, bool, Asked], Step | None]] = {
    n.Compare: _compare,
    n.Truth: _truth,
    n.IsEmpty: _empty,
    n.Between: _between,
    n.OneOf: _one_of,
    n.Quantified: _quantified,
    n.Has: _has,
    n.Match: _has,
    n.Within: _timed,
    n.OlderThan: _timed,
    n.LastAll: _last_all,
}
"""What gives one part of a condition a truth."""
