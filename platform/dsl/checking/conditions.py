"""Conditions: what is true or false, and which types each comparison takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, Conditions, Scope, kind_name, parts, span, tokens
from ruleloom.dsl.checking.durations import duration_of, suits_unit, whole_number, window_of
from ruleloom.dsl.checking.names import label
from ruleloom.dsl.checking.paths import looks_like_collection, related
from ruleloom.dsl.checking.values import ORDERED, TIMES, is_literal, own_field, ungrouped
from ruleloom.dsl.keywords import spelled
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.reading.syntax import Part, Syntax, Token
from ruleloom.dsl.types import DATETIME, NUMBER, TEXT, Kind, ValueType
from ruleloom.dsl.vocabulary import EntityWords


def truth(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    """A value alone as a condition: it must be a boolean."""
    if looks_like_collection(c, part, scope):
        word = spelled("ANY", "any", c.language)
        c.wrong("collection-as-condition", part, f"{word} {c.written(part)}", name=c.written(part))
        return None
    value = c.value(part, scope)
    if value is None:
        return None
    kind = kind_of(value)
    if kind is not Kind.BOOLEAN:
        c.wrong("not-a-condition", part, kind=kind_name(kind))
        return None
    return n.Truth(value, span=span(part))


# ---- logic --------------------------------------------------------------------------------------------------------


def _chain(part: Syntax) -> list[Part]:
    """The items of `a and b and c`, which the grammar nests to the left."""
    items: list[Part] = []
    current: Part = part
    while isinstance(current, Syntax) and current.kind == part.kind:
        items.append(current.children[-1])
        current = current.children[0]
    return [current, *reversed(items)]


def _joined(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    kind: type[n.And] | type[n.Or] = n.And if part.kind == "and_" else n.Or
    found = [c.condition(item, scope) for item in _chain(part)]
    items: list[n.Condition] = []
    for item in found:
        if item is None:
            return None
        items.extend(item.items if isinstance(item, kind) else [item])
    return kind(tuple(items), span=span(part))


def _not(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    item = c.condition(part.children[-1], scope)
    return None if item is None else n.Not(item, span=span(part))


def _held(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    inner, duration = part.children
    condition = c.condition(inner, scope.level("change-in-for"))
    found = duration_of(c, duration)
    if scope.row is not None:
        c.wrong("for-inside-where", part, None if found is None else _older_instead(c, part, scope.row, found))
        return None
    return None if condition is None or found is None else n.Held(condition, found, span=span(part))


def _older_instead(c: Checker, part: Syntax, row: EntityWords, duration: n.Duration) -> str | None:
    """What can be said of related records instead of `C for D`: C, and their time lies that long ago."""
    inner, length = part.children
    if row.time_field.value_type.kind is Kind.DATE and duration.unit in (n.Unit.MINUTES, n.Unit.HOURS):
        return None
    time = c.name_fix(label(row.time_field.name, row.time_field.labels if c.language == "zh" else {}, c.language))
    joint, older = spelled("AND", None, c.language), spelled("OLDER", None, c.language)
    return f"{c.written(inner)} {joint} {time} {older} {c.written(length)}"


# ---- comparison ---------------------------------------------------------------------------------------------------


def _pair(c: Checker, left: Part, right: Part, scope: Scope) -> tuple[n.Expression, n.Expression] | None:
    """Two sides of a comparison, a literal in the type of the other."""
    swapped = is_literal(left) and not is_literal(right)
    first, second = (right, left) if swapped else (left, right)
    one = c.value(first, scope)
    want = None if one is None or kind_of(one) is Kind.EMPTY else type_of(one)
    if one is None and is_literal(second):
        return None
    two = c.value(second, scope, want)
    if one is None or two is None:
        return None
    return (two, one) if swapped else (one, two)


def _comparable(left: ValueType, right: ValueType) -> bool:
    if left.kind in TIMES and right.kind in TIMES:
        return True
    if left.kind is Kind.RECORD and right.kind is Kind.RECORD:
        return left.entity == right.entity or not left.entity or not right.entity
    return left.kind is right.kind and left.kind not in (Kind.FILES, Kind.DURATION)


def _mismatch(c: Checker, part: Part, left: n.Expression, right: n.Expression) -> None:
    c.wrong("cannot-compare", part, left=kind_name(kind_of(left)), right=kind_name(kind_of(right)))


def _compare(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    left, mark, right = part.children
    operator = cast(Token, mark).value
    pair = _pair(c, left, right, scope)
    if pair is None:
        return None
    one, two = pair
    if isinstance(two, n.Empty) or isinstance(one, n.Empty):
        operand = one if isinstance(two, n.Empty) else two
        return _is_empty_as(c, part, cast(Token, mark), operand)
    return _compared(c, part, operator, one, two, right)


def _is_empty_as(c: Checker, part: Syntax, mark: Token, operand: n.Expression) -> n.Condition | None:
    if isinstance(operand, n.Empty):
        c.wrong("empty-with-empty", part)
        return None
    if mark.type == "ORDER":
        c.wrong("order-with-empty", mark)
        return None
    found: n.Condition = n.IsEmpty(operand, span=span(part))
    return n.Not(found, span=span(part)) if mark.type == "NE" else found


def _compared(
    c: Checker, part: Syntax, operator: str, one: n.Expression, two: n.Expression, right: Part
) -> n.Condition | None:
    left_type, right_type = type_of(one), type_of(two)
    if left_type.kind is Kind.CHOICES and right_type.kind is Kind.CHOICE:
        mark = cast(Token, part.children[1])
        c.wrong("use-contains", mark, spelled("MATCH", "contains", c.language))
        return None
    if not _comparable(left_type, right_type):
        _mismatch(c, right, one, two)
        return None
    if operator not in ("=", "!=") and left_type.kind not in ORDERED:
        c.wrong("no-order", cast(Token, part.children[1]), kind=kind_name(left_type.kind))
        return None
    return n.Compare(operator, one, two, span=span(part))  # type: ignore[arg-type]


def _earlier_later(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    left, right = part.children
    one = c.value(left, scope, DATETIME)
    two = c.value(right, scope, type_of(one) if one is not None else DATETIME)
    if one is None or two is None:
        return None
    for side, value in ((left, one), (right, two)):
        if kind_of(value) not in TIMES:
            c.wrong("not-a-time", side, kind=kind_name(kind_of(value)))
            return None
    return n.Compare("<" if part.kind == "before" else ">", one, two, span=span(part))


def _between(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, *ends = part.children
    operand = c.value(operand_part, scope)
    want = type_of(operand) if operand is not None else None
    found = [c.value(end, scope, want) for end in ends]
    if operand is None or found[0] is None or found[1] is None:
        return None
    for end, value in zip(ends, found, strict=True):
        assert value is not None  # noqa: S101 (both are checked above)
        if not _comparable(type_of(operand), type_of(value)):
            _mismatch(c, end, operand, value)
            return None
    if kind_of(operand) not in ORDERED:
        c.wrong("no-order", operand_part, kind=kind_name(kind_of(operand)))
        return None
    return n.Between(operand, found[0], found[1], span=span(part))


def _options(
    c: Checker, part: Part, scope: Scope, operand: n.Expression | None, wanted: ValueType | None
) -> tuple[n.Expression, ...] | None:
    items = parts(part) if isinstance(part, Syntax) else []
    found: list[n.Expression] = []
    for item in items:
        value = c.value(item, scope, wanted)
        if value is None or operand is None:
            continue
        expected = wanted or type_of(operand)
        if not _comparable(expected, type_of(value)):
            _mismatch(c, item, operand, value)
            continue
        found.append(value)
    return tuple(found) if operand is not None and len(found) == len(items) else None


def _in(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, options_part = part.children
    operand = c.value(operand_part, scope)
    if operand is not None and kind_of(operand) in (Kind.CHOICES, Kind.FILES):
        c.wrong("in-with-choices", operand_part, kind=kind_name(kind_of(operand)))
        return None
    options = _options(c, options_part, scope, operand, type_of(operand) if operand is not None else None)
    if operand is None or options is None:
        return None
    found: n.Condition = n.OneOf(operand, options, span=span(part))
    return n.Not(found, span=span(part)) if part.kind == "not_in" else found


def _match(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, mark, pattern_part = part.children
    operator = cast(Token, mark).value
    operand = c.value(operand_part, scope)
    of_choices = operand is not None and kind_of(operand) is Kind.CHOICES and operator == "contains"
    want = type_of(operand) if operand is not None and of_choices else TEXT
    pattern = c.value(pattern_part, scope, want)
    if operand is None or pattern is None:
        return None
    if not of_choices and kind_of(operand) is not Kind.TEXT:
        c.wrong("needs-text", operand_part, kind=kind_name(kind_of(operand)))
        return None
    if kind_of(pattern) is not (Kind.CHOICE if of_choices else Kind.TEXT):
        _mismatch(c, pattern_part, operand, pattern)
        return None
    return n.Match(operator, operand, pattern, span=span(part))  # type: ignore[arg-type]


def _has(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, mark, options_part = part.children
    operand = c.value(operand_part, scope)
    if operand is not None and kind_of(operand) is not Kind.CHOICES:
        c.wrong("not-choices", operand_part, kind=kind_name(kind_of(operand)))
        return None
    want = ValueType(Kind.CHOICE, field=type_of(operand).field) if operand is not None else None
    options = _options(c, options_part, scope, operand, want)
    if operand is None or options is None:
        return None
    return n.Has(cast(Token, mark).value, operand, options, span=span(part))  # type: ignore[arg-type]


def _is_empty(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    inner = part.children[0]
    if looks_like_collection(c, ungrouped(inner), scope):
        word = spelled("NO", "no", "en") if c.language == "en" else spelled("NONE", "no", "zh")
        negated = part.kind == "is_not_empty"
        word = spelled("ANY", "any", c.language) if negated else word
        c.wrong("collection-is-empty", part, f"{word} {c.written(inner)}", name=c.written(inner))
        return None
    operand = c.value(inner, scope)
    if operand is None:
        return None
    found: n.Condition = n.IsEmpty(operand, span=span(part))
    return n.Not(found, span=span(part)) if part.kind == "is_not_empty" else found


# ---- time ---------------------------------------------------------------------------------------------------------


def _time(c: Checker, part: Part, scope: Scope) -> n.Expression | None:
    value = c.value(part, scope, DATETIME)
    if value is None:
        return None
    if kind_of(value) not in TIMES:
        c.wrong("not-a-time", part, kind=kind_name(kind_of(value)))
        return None
    return value


def _within(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, window_part = part.children
    if looks_like_collection(c, ungrouped(operand_part), scope):
        word = spelled("ANY", "any", c.language)
        written = c.written(part) if c.language == "en" else f"{c.written(operand_part)} {c.written(window_part)}"
        c.wrong("collection-as-condition", part, f"{word} {written}", name=c.written(operand_part))
        return None
    operand, window = _time(c, operand_part, scope), window_of(c, window_part)
    if operand is None or window is None or not suits_unit(c, window, kind_of(operand), window_part):
        return None
    return n.Within(operand, window, span=span(part))


def _older(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    operand_part, duration_part = part.children
    operand, duration = _time(c, operand_part, scope), duration_of(c, duration_part)
    if operand is None or duration is None or not suits_unit(c, duration, kind_of(operand), duration_part):
        return None
    return n.OlderThan(operand, duration, span=span(part))


# ---- related records ----------------------------------------------------------------------------------------------

_WINDOWS = ("in_last", "in_next", "calendar")


def _quantified(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    inner = parts(part)
    before, extra = _window_before(c, inner)
    found = related(c, inner[-1], scope, extra)
    quantity, number = _quantity(c, part)
    if found is None or number is None or (before and extra is None):
        return None
    if found.value is not None:
        c.wrong("quantity-of-values", inner[-1])
        return None
    return n.Quantified(quantity, number, found.collection, span=span(part))  # type: ignore[arg-type]


def _window_before(c: Checker, inner: Sequence[Part]) -> tuple[bool, n.Window | None]:
    """Whether a window stands before the quantity, and which."""
    first = inner[0]
    there = isinstance(first, Syntax) and first.kind in _WINDOWS
    return there, window_of(c, first) if isinstance(first, Syntax) and there else None


def _quantity(c: Checker, part: Syntax) -> tuple[str, int | None]:
    if part.kind in ("none", "any"):
        return ("no", 0) if part.kind == "none" else ("any", 1)
    word = tokens(part, "COUNTED", "AT_MOST")[0].value
    return word, whole_number(c, tokens(part, "NUMBER")[0])


def _last_all(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    numbers = tokens(part, "NUMBER")
    number = whole_number(c, numbers[0], 1, 10_000) if numbers else 1
    *_, collection, condition = parts(part)
    before, extra = _window_before(c, parts(part))
    found = related(c, collection, scope, extra)
    if found is None:
        return None
    holds = c.condition(condition, scope.inside(found.entity))
    if holds is None or number is None or (before and extra is None):
        return None
    if found.value is not None:
        c.wrong("quantity-of-values", collection)
        return None
    return n.LastAll(number, found.collection, holds, span=span(part))


# ---- changes ------------------------------------------------------------------------------------------------------


def _may_change(c: Checker, part: Syntax, scope: Scope) -> bool:
    if scope.no_change is not None:
        c.wrong(scope.no_change, part)
        return False
    c.is_change = True
    return True


def _record_is(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    if not _may_change(c, part, scope):
        return None
    return n.RecordIs(cast(Token, part.children[0]).value, span=span(part))  # type: ignore[arg-type]


def _changes(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    path_part, *values = part.children
    path = own_field(c, path_part, scope) if _may_change(c, part, scope) else None
    want = path.type if path is not None else None
    if want is not None and want.kind is Kind.CHOICES:
        want = None
    found = [c.value(value, scope, want) for value in values]
    if path is None or any(value is None for value in found):
        return None
    for value_part, value in zip(values, found, strict=True):
        assert value is not None  # noqa: S101 (all are checked above)
        if not isinstance(value, n.Empty) and not _comparable(path.type, type_of(value)):
            _mismatch(c, value_part, path, value)
            return None
    before, after = (found[0], found[1]) if len(found) == 2 else (None, found[0] if found else None)
    return n.Changes(path, before, after, span=span(part))


def _trend(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    path_part, word = part.children
    path = own_field(c, path_part, scope) if _may_change(c, part, scope) else None
    if path is None:
        return None
    if path.type.kind not in ORDERED or path.type.kind is Kind.TEXT:
        c.wrong("no-order", path_part, kind=kind_name(path.type.kind))
        return None
    return n.Trend(path, cast(Token, word).value, span=span(part))  # type: ignore[arg-type]


def _changes_by(c: Checker, part: Syntax, scope: Scope) -> n.Condition | None:
    path_part, amount_part = part.children
    path = own_field(c, path_part, scope) if _may_change(c, part, scope) else None
    amount = ungrouped(amount_part)
    if (
        not isinstance(amount, Syntax)
        or amount.kind != "number"
        or not cast(Token, amount.children[0]).value.endswith("%")
    ):
        number = c.written(amount_part)
        c.wrong("percent-needed", amount_part, f"{number}%" if number.isdigit() else None)
        return None
    if path is None:
        return None
    if path.type.kind is not NUMBER.kind:
        c.wrong("needs-number", path_part, kind=kind_name(path.type.kind))
        return None
    fraction = c.value(amount, scope)
    if not isinstance(fraction, n.Constant):
        return None
    return n.ChangesBy(path, fraction.value, span=span(part))  # type: ignore[arg-type]


CONDITIONS: Conditions = {
    "or_": _joined,
    "and_": _joined,
    "not_": _not,
    "held": _held,
    "compare": _compare,
    "before": _earlier_later,
    "after": _earlier_later,
    "between": _between,
    "in_": _in,
    "not_in": _in,
    "match": _match,
    "has": _has,
    "is_empty": _is_empty,
    "is_not_empty": _is_empty,
    "within": _within,
    "older": _older,
    "none": _quantified,
    "any": _quantified,
    "counted": _quantified,
    "last_all": _last_all,
    "record_is": _record_is,
    "changes": _changes,
    "changes_to": _changes,
    "changes_from": _changes,
    "trend": _trend,
    "changes_by": _changes_by,
}
"""Kind of syntax → how it becomes a condition. What is not here is a value."""
