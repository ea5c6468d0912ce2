"""Values: literals take the type that is wanted of them, paths, arithmetic, functions, aggregates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import day_number, instant
from ruleloom.dsl.checking.checker import Checker, Scope, Values, called, kind_name, span
from ruleloom.dsl.checking.durations import duration_of, number_of, suits_unit
from ruleloom.dsl.checking.names import nearest, normal
from ruleloom.dsl.checking.paths import is_worked_out, looks_like_collection, path_of, related
from ruleloom.dsl.functions import FUNCTIONS, Function
from ruleloom.dsl.keywords import spelled
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.reading.syntax import Part, Syntax, Token
from ruleloom.dsl.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Kind, ValueType
from ruleloom.dsl.vocabulary import OptionWords

TIMES = (Kind.DATE, Kind.DATETIME)
ORDERED = (Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME)
_LARGEST = Decimal(10) ** 12


def ungrouped(part: Part) -> Part:
    """What stands inside parentheses."""
    while isinstance(part, Syntax) and part.kind == "group":
        part = part.children[0]
    return part


def is_literal(part: Part) -> bool:
    """Whether a part is a text, whose type its surroundings decide."""
    inner = ungrouped(part)
    return isinstance(inner, Syntax) and inner.kind == "string"


def _group(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:
    return c.value(part.children[0], scope, want)


def _path(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    return path_of(c, part, scope)


# ---- literals -----------------------------------------------------------------------------------------------------


def _number(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    token = cast(Token, part.children[0])
    if not token.value:
        return None
    if len(token.value) > 40 or abs(number_of(token)) >= _LARGEST:
        c.wrong("literal-too-large", token)
        return None
    return n.Constant(_short(number_of(token)), NUMBER, span=span(part))


def _short(number: Decimal) -> Decimal:
    """A number without the zeros at its end that mean nothing."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def _boolean(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    token = cast(Token, part.children[0])
    return n.Constant(token.value == "true", BOOLEAN, span=span(part))


def _empty(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    return n.Empty(span=span(part))


def _now(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    return n.Now(span=span(part))


def _today(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    return n.Today(span=span(part))


def _string(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    token = cast(Token, part.children[0])
    if token.start == token.end:
        return None
    if not token.value:
        return n.Empty(span=span(part))
    kind = want.kind if want else Kind.TEXT
    if want is not None and kind in (Kind.CHOICE, Kind.CHOICES) and want.field:
        return _option(c, token, part, want.field)
    if kind in TIMES:
        return _moment(c, token, part, kind)
    if want is not None and kind is Kind.RECORD:
        return n.Constant(token.value, want, span=span(part))
    if kind is Kind.NUMBER:
        digits = token.value.strip()
        is_number = digits.replace(".", "", 1).replace("%", "", 1).isdecimal()
        c.wrong("text-for-number", part, digits if is_number else None)
        return None
    return n.Constant(token.value, TEXT, span=span(part))


def _option(c: Checker, token: Token, part: Syntax, field_id: str) -> n.Expression | None:
    _, field = c.names.vocabulary.field(field_id)
    word = token.value
    by_value = [option for option in field.options if normal(option.value) == word]
    found = by_value or [option for option in field.options if word in map(normal, option.labels.values())]
    if not found:
        shown = [_option_label(option, c.language) for option in field.options]
        every = [written for option in field.options for written in (option.value, *option.labels.values())]
        near = nearest(word, every)
        c.wrong(
            "unknown-option",
            token,
            f'"{near}"' if near else None,
            name=word,
            field=called(field),
            options=shown[:12],
            hint=c.hint(near),
        )
        return None
    return n.Constant(found[0].value, ValueType(Kind.CHOICE, field=field_id), span=span(part))


def _option_label(option: OptionWords, language: str) -> str:
    return option.labels.get(language) or option.value  # type: ignore[call-overload]


def _moment(c: Checker, token: Token, part: Syntax, kind: Kind) -> n.Expression | None:
    """An ISO text against a date or datetime: `2026-03-01`, `2026-03-01T09:00`, with or without a zone."""
    written = token.value.strip()
    try:
        if len(written) == 10:
            day = day_number(date.fromisoformat(written))
            return n.Constant(day, DATE, span=span(part))
        moment = datetime.fromisoformat(written)
    except ValueError:
        c.wrong("bad-date" if kind is Kind.DATE else "bad-datetime", token, name=written)
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=c.names.vocabulary.calendar.zone)
    return n.Constant(instant(zoned.astimezone(UTC)), DATETIME, span=span(part))


def _span(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    if duration_of(c, part) is not None:
        c.wrong("duration-as-value", part)
    return None


# ---- arithmetic ---------------------------------------------------------------------------------------------------


def _sum(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    left, mark, right = part.children
    sign = cast(Token, mark).type
    moved = ungrouped(right)
    if isinstance(moved, Syntax) and moved.kind == "span":
        return _shift(c, part, scope, left, moved, sign)
    return _arithmetic(c, part, scope)


def _shift(c: Checker, part: Syntax, scope: Scope, left: Part, right: Syntax, sign: str) -> n.Expression | None:
    base, duration = c.value(left, scope, DATE if is_literal(left) else None), duration_of(c, right)
    if base is None or duration is None:
        return None
    kind = kind_of(base)
    if kind not in TIMES:
        c.wrong("duration-on-other", left, kind=kind_name(kind))
        return None
    if not suits_unit(c, duration, kind, right):
        return None
    return n.Shift(base, 1 if sign == "PLUS" else -1, duration, span=span(part))


def _arithmetic(c: Checker, part: Syntax, scope: Scope) -> n.Expression | None:
    left, mark, right = part.children
    before = len(c.diagnostics)
    one = _a_number(c, left, scope)
    if _lacks_unit(c, before, right):
        return None
    if any(diagnostic.code == "time-difference" for diagnostic in c.diagnostics[before:]):
        return None
    two = _a_number(c, right, scope)
    if one is None or two is None:
        return None
    operator = {"PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/"}[cast(Token, mark).type]
    return n.Arithmetic(operator, one, two, span=span(part))  # type: ignore[arg-type]


def _lacks_unit(c: Checker, before: int, right: Part) -> bool:
    """Whether a bare number is added to a date: what is meant are days, so the number is the place to mend."""
    inner = ungrouped(right)
    bare = isinstance(inner, Syntax) and inner.kind == "number" and c.written(inner).isdigit()
    if not bare or not any(diagnostic.code == "time-difference" for diagnostic in c.diagnostics[before:]):
        return False
    del c.diagnostics[before:]
    written = c.written(inner)
    c.wrong("unit-missing", inner, f"{written} 天" if c.language == "zh" else f"{written} days")
    return True


def _a_number(c: Checker, part: Part, scope: Scope) -> n.Expression | None:
    value = c.value(part, scope, NUMBER)
    if value is None:
        return None
    kind = kind_of(value)
    if kind is not Kind.NUMBER:
        c.wrong("time-difference" if kind in TIMES else "needs-number", part, kind=kind_name(kind))
        return None
    return value


def _negative(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    operand = _a_number(c, part.children[-1], scope)
    if isinstance(operand, n.Constant) and isinstance(operand.value, Decimal) and operand.value:
        return n.Constant(-operand.value, NUMBER, span=span(part))
    return None if operand is None else n.Negative(operand, span=span(part))


def _elapsed(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    token, inner = part.children
    operand = c.value(inner, scope, DATETIME if is_literal(inner) else None)
    if operand is None:
        return None
    unit, direction = cast(Token, token).value.split()
    kind = kind_of(operand)
    if kind not in TIMES:
        c.wrong("not-a-time", inner, kind=kind_name(kind))
        return None
    if kind is Kind.DATE and unit == "hours":
        c.wrong("small-unit-on-date", cast(Token, token), spelled("ELAPSED", f"days {direction}", c.language))
        return None
    return n.Elapsed(unit, direction, operand, span=span(part))  # type: ignore[arg-type]


def _previous(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    path = own_field(c, part.children[-1], scope)
    if scope.no_change is not None and not scope.previous:
        c.wrong(scope.no_change, part)
        return None
    c.is_change = True
    return None if path is None else n.Previous(path, span=span(part))


def own_field(c: Checker, part: Part, scope: Scope) -> n.Path | None:
    """One field of the rule's own record, as change conditions need it."""
    value = c.value(part, scope)
    if value is None:
        return None
    if not isinstance(value, n.Path) or value.root != "this" or len(value.fields) != 1:
        c.wrong("change-of-other", part)
        return None
    if is_worked_out(c, value):
        c.wrong("change-of-formula", part)
        return None
    return value


# ---- functions ----------------------------------------------------------------------------------------------------


def _call(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:
    head, *arguments = part.children
    token = cast(Token, head)
    if token.type == "MINMAX" and len(arguments) == 1 and _is_related(c, arguments[0], scope):
        return _aggregated(c, part, scope)
    function = FUNCTIONS[token.value]
    if len(arguments) < function.least or (function.most is not None and len(arguments) > function.most):
        most = "…" if function.most is None else function.most
        c.wrong("argument-count", part, name=c.written(token), least=function.least, most=most, found=len(arguments))
        return None
    return _applied(c, part, scope, function, arguments, want)


def _is_related(c: Checker, part: Part, scope: Scope) -> bool:
    inner = part.children[0] if isinstance(part, Syntax) and part.kind == "within" else part
    return looks_like_collection(c, inner, scope)


def _applied(
    c: Checker, part: Syntax, scope: Scope, function: Function, arguments: list[Part], want: ValueType | None
) -> n.Expression | None:
    common = _common_type(c, part, scope, function, arguments) or want
    made: list[n.Node] = []
    for position, argument in enumerate(arguments):
        kinds = function.parameters[min(position, len(function.parameters) - 1)]
        if not kinds:
            condition = c.condition(argument, scope)
            made.extend([] if condition is None else [condition])
            continue
        flexible = function.result is None and position >= function.result_from
        value = c.value(argument, scope, common if flexible else _only(kinds))
        if value is None or not _fits(c, argument, value, kinds, common if flexible else None):
            continue
        made.append(value)
    if len(made) != len(arguments):
        return None
    values = [each for each in made[function.result_from :] if isinstance(each, n.Expression)]
    result = ValueType(function.result) if function.result else _result(values)
    return n.Call(function.name, tuple(made), result, span=span(part))


def _only(kinds: frozenset[Kind]) -> ValueType | None:
    return ValueType(next(iter(kinds))) if len(kinds) == 1 else None


def _common_type(c: Checker, part: Syntax, scope: Scope, function: Function, arguments: list[Part]) -> ValueType | None:
    """The type that the arguments of `coalesce`, `if`, `min`, `max` share: that of the first that is no literal.

    Found once for each call: calls inside each other would be looked at twice as often at each further level.
    """
    if function.result is not None:
        return None
    place = (id(part), id(scope.this), id(scope.row), scope.silent, scope.no_change, scope.previous)
    if place not in c.common_types:
        c.common_types[place] = part, _found_type(c, scope, function, arguments)
    return c.common_types[place][1]


def _found_type(c: Checker, scope: Scope, function: Function, arguments: list[Part]) -> ValueType | None:
    kept, was_change, found = c.diagnostics, c.is_change, None
    c.diagnostics = []
    for argument in arguments[function.result_from :]:
        value = None if is_literal(argument) else c.value(argument, scope)
        if value is not None and kind_of(value) is not Kind.EMPTY:
            found = type_of(value)
            break
    c.diagnostics, c.is_change = kept, was_change
    return found


def _fits(c: Checker, part: Part, value: n.Expression, kinds: frozenset[Kind], common: ValueType | None) -> bool:
    kind = kind_of(value)
    if kind is Kind.EMPTY and common is not None:
        return True
    if kind not in kinds:
        c.wrong("argument-kind", part, kind=kind_name(kind), wanted=[kind_name(each) for each in sorted(kinds)])
        return False
    if common is not None and kind is not common.kind:
        c.wrong("mixed-kinds", part, kind=kind_name(kind), wanted=kind_name(common.kind))
        return False
    return True


def _result(values: list[n.Expression]) -> ValueType:
    types = [type_of(value) for value in values if kind_of(value) is not Kind.EMPTY]
    if not types:
        return TEXT
    first = types[0]
    return NUMBER if first.kind is Kind.NUMBER else first


# ---- aggregates ---------------------------------------------------------------------------------------------------


def _aggregate(c: Checker, part: Syntax, scope: Scope, want: ValueType | None) -> n.Expression | None:  # noqa: ARG001
    return _aggregated(c, part, scope)


def _aggregated(c: Checker, part: Syntax, scope: Scope) -> n.Expression | None:
    token, source = cast(Token, part.children[0]), part.children[-1]
    if token.value == "count" and _is_list_field(c, source, scope):
        path = cast(Syntax, cast(Syntax, source).children[0])
        value = path_of(c, path, scope)
        return None if value is None else n.Call("count", (value,), NUMBER, span=span(part))
    found = related(c, source, scope)
    if found is None:
        return None
    if token.value == "count":
        if found.value is not None:
            c.wrong("count-of-values", source)
            return None
        return n.Aggregate("count", found.collection, None, NUMBER, span=span(part))
    if found.value is None:
        c.wrong("aggregate-needs-field", source, name=c.written(token), entity=called(found.entity))
        return None
    if is_worked_out(c, found.value):
        c.wrong("aggregate-of-formula", source)
        return None
    kind = found.value.type.kind
    if kind not in _SUITED.get(token.value, tuple(Kind)):
        c.wrong("aggregate-kind", source, name=c.written(token), kind=kind_name(kind))
        return None
    result = found.value.type if token.value in ("latest", "earliest", "min", "max") else NUMBER
    return n.Aggregate(token.value, found.collection, found.value, result, span=span(part))  # type: ignore[arg-type]


_SUITED = {"sum": (Kind.NUMBER,), "avg": (Kind.NUMBER,), "min": ORDERED, "max": ORDERED}


def _is_list_field(c: Checker, source: Part, scope: Scope) -> bool:
    """Whether `count(photos)` counts the files or options of one field."""
    if not isinstance(source, Syntax) or source.kind != "collection" or len(source.children) != 1:
        return False
    path = source.children[0]
    if not isinstance(path, Syntax) or path.kind != "path" or looks_like_collection(c, path, scope):
        return False
    kept = c.diagnostics
    c.diagnostics = []
    value = path_of(c, path, scope)
    c.diagnostics = kept
    return value is not None and kind_of(value) in (Kind.FILES, Kind.CHOICES)


VALUES: Values = {
    "group": _group,
    "path": _path,
    "number": _number,
    "boolean": _boolean,
    "empty": _empty,
    "now": _now,
    "today": _today,
    "string": _string,
    "span": _span,
    "sum": _sum,
    "product": lambda c, part, scope, want: _arithmetic(c, part, scope),  # noqa: ARG005
    "negative": _negative,
    "elapsed": _elapsed,
    "previous": _previous,
    "call": _call,
    "aggregate": _aggregate,
}
"""Kind of syntax → how it becomes a value."""
