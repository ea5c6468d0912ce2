"""The operators of ours that JsonLogic has not, about one record's own data: registered beside the standard ones.

Dates and instants stand in the data as text (`dsl.jsonlogic`). The moment comes with the data (`record_data`); without
one `$now` is read and the days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jsonlogic.evaluation import EvaluationContext

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.backends.jsonlogic import json_of, value_of
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.folding import fold
from ruleloom.dsl.functions import function_of
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.dsl.vocabulary import EntityWords
from ruleloom.engine.jsonlogic import Arguments, register
from ruleloom.engine.jsonlogic import value_of as evaluated

_MOMENT = "$moment"
_DATE_LETTERS = len("2026-01-31")


def record_data(snapshot: Mapping[str, Value], entity: EntityWords, moment: Moment) -> dict[str, Any]:
    """A record as the data of a rule: its fields by key, and the moment."""
    data: dict[str, Any] = {
        field.key: json_of(snapshot.get(field.key), field.value_type.kind) for field in entity.fields
    }
    data["$now"] = json_of(moment.now, Kind.DATETIME)
    data["$today"] = data["$day_of_now"] = json_of(moment.today, Kind.DATE)
    data["$me"] = moment.me
    data[_MOMENT] = moment
    return data


def _moment(context: EvaluationContext) -> Moment:
    data: Any = context.data_stack._stack[0][0]
    given = data.get(_MOMENT) if isinstance(data, Mapping) else None
    if isinstance(given, Moment):
        return given
    now = value_of(data["$now"], Kind.DATETIME)
    assert isinstance(now, int)  # noqa: S101 - the kind says so
    return Moment(now, Calendar(), data.get("$me"))


def _kind(text: str) -> Kind:
    return Kind.DATE if len(text) == _DATE_LETTERS else Kind.DATETIME


def _time(text: str) -> tuple[int, Kind]:
    kind = _kind(text)
    value = value_of(text, kind)
    assert isinstance(value, int)  # noqa: S101 - the kind says so
    return value, kind


def _duration(amount: int, unit: str) -> n.Duration:
    return n.Duration(int(amount), n.Unit(unit))


def _window(json: list[Any]) -> n.Window:
    if json[0] in ("last", "next"):
        return n.Rolling(json[0], _duration(json[1], json[2]))
    return n.Calendrical(json[0], json[1])


def _plain(function: Callable[..., Any]) -> Callable[[Arguments, EvaluationContext], Any]:
    return lambda arguments, context: function(*(evaluated(argument, context) for argument in arguments))


def _timely(function: Callable[..., Any]) -> Callable[[Arguments, EvaluationContext], Any]:
    """A function of the moment and the values."""

    def called(arguments: Arguments, context: EvaluationContext) -> Any:
        return function(_moment(context), *(evaluated(argument, context) for argument in arguments))

    return called


def _compared(moment: Moment, operator: str, left: Any, right: Any) -> bool:
    if operator == "!=":
        return not _compared(moment, "=", left, right)
    if left in (None, [], "") or right in (None, [], ""):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return frozenset(left) == frozenset(right)
    one, other = _comparable(moment, left, right), _comparable(moment, right, left)
    tests = {"=": one == other, "<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}
    return bool(tests[operator])


def _comparable(moment: Moment, value: Any, beside: Any) -> Any:
    """A date beside an instant is its local midnight."""
    if isinstance(value, str) and isinstance(beside, str) and len(value) == _DATE_LETTERS < len(beside):
        return json_of(moment.midnight(_time(value)[0]), Kind.DATETIME)
    return value


def _between(moment: Moment, value: Any, low: Any, high: Any) -> bool:
    return _compared(moment, ">=", value, low) and _compared(moment, "<=", value, high)


def _one_of(moment: Moment, value: Any, *options: Any) -> bool:
    return any(_compared(moment, "=", value, option) for option in options)


def _matching(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda text, pattern: bool(text) and bool(pattern) and test(fold(text), fold(pattern))


def _has(pick: Callable[..., bool]) -> Callable[..., bool]:
    def has(values: Any, *options: Any) -> bool:
        held = values if isinstance(values, list) else [values]
        return values not in (None, [], "") and pick(option is not None and option in held for option in options)

    return has


def _within(moment: Moment, value: str | None, window: list[Any]) -> bool:
    if value is None:
        return False
    time, kind = _time(value)
    return moment.within(time, _window(window), kind)


def _older(moment: Moment, value: str | None, amount: int, unit: str) -> bool:
    if value is None:
        return False
    time, kind = _time(value)
    return moment.older(time, _duration(amount, unit), kind)


def _shifted(moment: Moment, value: str | None, sign: int, amount: int, unit: str) -> Any:
    if value is None:
        return None
    time, kind = _time(value)
    move = moment.shifted_day if kind is Kind.DATE else moment.shifted_instant
    return json_of(move(time, _duration(amount, unit), sign), kind)


def _elapsed(moment: Moment, unit: str, direction: str, value: str | None) -> int | None:
    if value is None:
        return None
    time, kind = _time(value)
    if kind is Kind.DATE and unit == "days":
        return moment.today - time if direction == "since" else time - moment.today
    instant = moment.midnight(time) if kind is Kind.DATE else time
    counts = {
        "days since": moment.days_since,
        "days until": moment.days_until,
        "hours since": moment.hours_since,
        "hours until": moment.hours_until,
    }
    return counts[f"{unit} {direction}"](instant)


def _called(arguments: Arguments, context: EvaluationContext) -> Any:
    row = function_of(evaluated(arguments[0], context))
    values = [evaluated(argument, context) for argument in arguments[1:]]
    if not row.strict:
        return json_of(row.python(*(value if value != [] else None for value in values)), Kind.EMPTY)
    if any(value in (None, "") for value in values):
        return None
    if row.local_days:
        return row.python(*(_local_day(_moment(context), value) for value in values))
    return row.python(*(Decimal(value) if isinstance(value, int) else value for value in values))


def _local_day(moment: Moment, text: str) -> int:
    time, kind = _time(text)
    return time if kind is Kind.DATE else moment.day_of(time)


def _divided(left: Any, right: Any) -> Any:
    return numbers.divide(Decimal(left), Decimal(right))


register("compare", _timely(_compared))
register("between", _timely(_between))
register("one_of", _timely(_one_of))
register("contains", _plain(_matching(lambda text, pattern: pattern in text)))
register("starts_with", _plain(_matching(str.startswith)))
register("ends_with", _plain(_matching(str.endswith)))
register("has_any", _plain(_has(any)))
register("has_all", _plain(_has(all)))
register("within", _timely(_within))
register("older_than", _timely(_older))
register("shift", _timely(_shifted))
register("elapsed", _timely(_elapsed))
register("divide", _plain(_divided))
register("call", _called)
register("as", _plain(lambda _type, value: value))
register("typed", _plain(lambda type_, json: Decimal(json) if type_[0] == Kind.NUMBER else json))
