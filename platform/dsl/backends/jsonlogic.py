"""Typed trees as JsonLogic: standard operators where they say it exactly, ours (docs/jsonlogic.md) for the rest.

In the data a field is its key (`amount`, `owner.name`), the moment is `$now` (`$day_of_now`
beside a date), `$today`, `$me`, and inside a collection
the rule's record is `$this`. Empty is null; dates are `2026-01-31`, instants `2026-01-31T08:00:00.000000Z`, so that
texts compare like times. Comparisons with an empty operand are false, hence the guards `{"!=": [x, null]}`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import day_date, day_number, instant, moment
from ruleloom.dsl.functions import function_of
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.types import BOOLEAN, NUMBER, TEXT, Kind, Value, ValueType
from ruleloom.dsl.vocabulary import Vocabulary

Json = Any
"""JSON as `json` reads and writes it; numbers with decimals are Decimal."""

SETS = frozenset({Kind.CHOICES, Kind.FILES})
BLANK = frozenset({Kind.TEXT, Kind.CHOICE, Kind.CHOICES, Kind.FILES})
"""Kinds whose empty value is told by truth, so that "" and [] are empty too."""
ARITHMETIC = {"+": "+", "-": "-", "*": "*", "/": "divide"}
MATCHES = {"contains": "contains", "starts": "starts_with", "ends": "ends_with"}
_TOLD_BY_JSON = (TEXT, NUMBER, BOOLEAN)


def to_jsonlogic(node: n.Condition | n.Expression, vocabulary: Vocabulary) -> Json:
    """A condition or an expression as JsonLogic."""
    return Writer(vocabulary).any(node)


def plain_json(json: Json) -> Json:
    """Written JsonLogic for `json.dumps`: its decimals as floats, whose shortest text is the same number.

    Only such decimals stand in it bare (`_survives`); left to a serialiser they may become texts, which are no numbers.
    """
    if isinstance(json, dict):
        return {key: plain_json(part) for key, part in json.items()}
    if isinstance(json, list):
        return [plain_json(part) for part in json]
    return float(json) if isinstance(json, Decimal) else json


def json_of(value: Value, kind: Kind) -> Json:
    """A value as it stands in data and rules."""
    if value is None:
        return None
    if kind is Kind.DATE and isinstance(value, int):
        return day_date(value).isoformat()
    if kind is Kind.DATETIME and isinstance(value, int):
        return moment(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)
    if kind is Kind.NUMBER and isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    return list(value) if isinstance(value, tuple) else value


def value_of(json: Json, kind: Kind) -> Value:
    """The value behind its JSON; TypeError or ValueError when it is of another kind."""
    if json is None:
        return None
    if kind is Kind.DATE:
        return day_number(date.fromisoformat(json))
    if kind is Kind.DATETIME:
        return instant(datetime.fromisoformat(json))
    if kind is Kind.NUMBER:
        if isinstance(json, bool) or not isinstance(json, int | float | Decimal | str):
            raise TypeError(kind)
        return Decimal(str(json))
    if kind in SETS:
        return tuple(json) or None
    wanted: dict[Kind, Any] = {Kind.TEXT: str, Kind.CHOICE: str, Kind.BOOLEAN: bool}
    if not isinstance(json, wanted.get(kind, object)):
        raise TypeError(kind)
    return json or None if kind is Kind.TEXT else json


class Writer:
    """Writes one tree."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def any(self, node: n.Node) -> Json:
        """A condition or an expression."""
        if isinstance(node, n.Condition):
            return self.condition(node)
        assert isinstance(node, n.Expression)  # noqa: S101 - one or the other
        return self.value(node)

    # ---- values -------------------------------------------------------------------------------------------------

    def value(self, node: n.Expression, beside: n.Expression | None = None) -> Json:
        """An expression; `beside` is what it is compared with, which tells the type of a literal."""
        if isinstance(node, n.Constant):
            told = beside is not None and not isinstance(beside, n.Constant) and type_of(beside) == node.type
            return self._constant(node, told)
        if isinstance(node, n.Now) and beside is not None and kind_of(beside) is Kind.DATE:
            return {"var": "$day_of_now"}
        return _VALUES[type(node)](self, node)

    def _constant(self, node: n.Constant, told: bool) -> Json:
        json = json_of(node.value, node.type.kind)
        if isinstance(json, int | Decimal) and not isinstance(json, bool) and not _survives(json):
            return {"typed": [type_json(node.type), str(json)]}
        if node.type in _TOLD_BY_JSON or (told and node.type.kind not in SETS):
            return json
        return {"typed": [type_json(node.type), json]}

    def path(self, node: n.Path) -> Json:
        """`{"var": "owner.name"}`"""
        keys = [self._vocabulary.field(field)[1].key for field in node.fields]
        if node.root == "me":
            keys.insert(0, "$me")
        return {"var": ".".join(keys) or "id"}

    def inside(self) -> Writer:
        """The writer for the inside of a collection."""
        return _RowWriter(self._vocabulary)

    def _numeric(self, node: n.Arithmetic) -> Json:
        operator = ARITHMETIC[node.operator]
        return self._guarded([node.left, node.right], {operator: [self.value(node.left), self.value(node.right)]})

    def _guarded(self, operands: list[n.Expression], json: Json) -> Json:
        """null where an operand is empty."""
        guards = self.guards(operands)
        if not guards:
            return json
        return {"if": [guards[0] if len(guards) == 1 else {"and": guards}, json, None]}

    def guards(self, operands: list[n.Expression]) -> list[Json]:
        """What must be so for the operands to have values."""
        return [self._given(operand) for operand in operands if not _never_empty(operand)]

    def _given(self, operand: n.Expression) -> Json:
        json = self.value(operand)
        return {"!!": [json]} if kind_of(operand) in BLANK else {"!=": [json, None]}

    def _call(self, node: n.Call) -> Json:
        arguments = [self.any(argument) for argument in node.arguments]
        expressions = [argument for argument in node.arguments if isinstance(argument, n.Expression)]
        if node.function == "if":
            json: Json = {"if": arguments}
        elif node.function in ("min", "max") and kind_of(expressions[0]) is Kind.NUMBER:
            json = self._guarded(expressions, {node.function: arguments})
        else:
            json = {"call": [node.function, *arguments]}
        return json if node.type == call_type(node.function, node.arguments) else {"as": [type_json(node.type), json]}

    # ---- related records ----------------------------------------------------------------------------------------

    def collection(self, node: n.Collection) -> Json:
        """`{"related": [root, [[field, direction] …], entity, where, window]}`"""
        hops = [[hop.field, hop.direction] for hop in node.hops]
        where = None if node.where is None else self.inside().condition(node.where)
        window = None if node.window is None else window_json(node.window)
        return {"related": [node.root, hops, node.entity, where, window]}

    def _aggregate(self, node: n.Aggregate) -> Json:
        value = None if node.value is None else self.inside().path(node.value)
        return {"aggregate": [node.function, self.collection(node.collection), value, type_json(node.type)]}

    # ---- conditions ---------------------------------------------------------------------------------------------

    def condition(self, node: n.Condition) -> Json:
        """A condition."""
        return _CONDITIONS[type(node)](self, node)

    def _compare(self, node: n.Compare) -> Json:
        sides = [self.value(node.left, node.right), self.value(node.right, node.left)]
        operands = [node.left, node.right]
        if _mixed(operands):
            return {"compare": [node.operator, *sides]}
        if node.operator in ("=", "!="):
            return self._equal(node, sides)
        return self._and_given(operands, {node.operator: sides})

    def _equal(self, node: n.Compare, sides: list[Json]) -> Json:
        if kind_of(node.left) in SETS or isinstance(node.left, n.Empty) or isinstance(node.right, n.Empty):
            return {"compare": [node.operator, *sides]}
        either = _never_empty(node.left) or _never_empty(node.right)
        if node.operator == "=":
            json = {"==": sides}
            return json if either else {"and": [self._given(node.left), json]}
        json = {"!=": sides}
        return json if either else {"or": [{"!": [self._given(node.left)]}, json]}

    def _and_given(self, operands: list[n.Expression], json: Json) -> Json:
        guards = self.guards(operands)
        return {"and": [*guards, json]} if guards else json

    def _between(self, node: n.Between) -> Json:
        operands = [node.low, node.operand, node.high]
        sides = [self.value(node.low, node.operand), self.value(node.operand), self.value(node.high, node.operand)]
        if _mixed(operands):
            return {"between": [sides[1], sides[0], sides[2]]}
        return self._and_given(operands, {"<=": sides})

    def _one_of(self, node: n.OneOf) -> Json:
        options = [self.value(option, node.operand) for option in node.options]
        plain = all(isinstance(option, n.Constant) for option in node.options)
        if plain and kind_of(node.operand) not in SETS and not _mixed([node.operand, *node.options]):
            return {"in": [self.value(node.operand), options]}
        return {"one_of": [self.value(node.operand), *options]}

    def _match(self, node: n.Match) -> Json:
        if kind_of(node.operand) in SETS and node.operator == "contains":
            return {"in": [self._member(node.pattern, node.operand), self.value(node.operand)]}
        return {MATCHES[node.operator]: [self.value(node.operand), self.value(node.pattern, node.operand)]}

    def _member(self, option: n.Expression, of: n.Expression) -> Json:
        """An option of a set: a literal of the set's own field or kind is written plainly."""
        if isinstance(option, n.Constant) and option.type == member_type(type_of(of)):
            return json_of(option.value, option.type.kind)
        return self.value(option)

    def _has(self, node: n.Has) -> Json:
        options = [self._member(option, node.operand) for option in node.options]
        return {f"has_{node.quantity}": [self.value(node.operand), *options]}

    def _is_empty(self, node: n.IsEmpty) -> Json:
        json = self.value(node.operand)
        return {"!": [json]} if kind_of(node.operand) in BLANK else {"==": [json, None]}

    def _within(self, node: n.Within) -> Json:
        return {"within": [self.value(node.operand), window_json(node.window)]}

    def _changes(self, node: n.Changes) -> Json:
        parts = [part and [self.value(part, node.path)] for part in (node.before, node.after)]
        return {"changes": [self.path(node.path), *parts]}


class _RowWriter(Writer):
    """Inside a collection: names belong to the row."""

    def path(self, node: n.Path) -> Json:
        """As outside; the rule's record is `$this`."""
        keys = [self._vocabulary.field(field)[1].key for field in node.fields]
        if node.root == "row":
            return {"var": ".".join(keys) or "id"}
        root = "$me" if node.root == "me" else "$this"
        return {"var": ".".join([root, *(keys or ["id"])])}


def _survives(number: int | Decimal) -> bool:
    """Whether the number is still itself after it was a double, which is what most readers of JSON make of it."""
    return Decimal(repr(float(number))) == number


def _never_empty(node: n.Expression) -> bool:
    return isinstance(node, n.Constant | n.Now | n.Today)


def _mixed(operands: list[n.Expression]) -> bool:
    """Dates beside datetimes: their midnight is meant, which standard operators do not know."""
    return {Kind.DATE, Kind.DATETIME} <= {kind_of(operand) for operand in operands}


def member_type(of: ValueType) -> ValueType:
    """The type that a literal option of a set usually has."""
    return TEXT if of.kind is Kind.FILES else ValueType(Kind.CHOICE, field=of.field)


def call_type(function: str, arguments: tuple[n.Node, ...]) -> ValueType:
    """The type that a call has unless it says otherwise."""
    row = function_of(function)
    if row.result is not None:
        return ValueType(row.result)
    types = [type_of(part) for part in arguments if isinstance(part, n.Expression) and not isinstance(part, n.Empty)]
    return types[0] if types else ValueType(Kind.EMPTY)


def type_json(type_: ValueType) -> Json:
    """`[kind, entity, field, decimals]`"""
    return [str(type_.kind), type_.entity, type_.field, type_.decimals]


def window_json(window: n.Window) -> Json:
    """`["last", 30, "days"]`, `["this", "month"]`"""
    if isinstance(window, n.Rolling):
        return [window.side, *duration_json(window.duration)]
    return [window.which, window.unit]


def duration_json(duration: n.Duration) -> list[Json]:
    """`[30, "days"]`"""
    return [duration.amount, str(duration.unit)]


_VALUES: dict[type[n.Node], Callable[[Writer, Any], Json]] = {
    n.Empty: lambda _writer, _node: None,
    n.Now: lambda _writer, _node: {"var": "$now"},
    n.Today: lambda _writer, _node: {"var": "$today"},
    n.Me: lambda _writer, _node: {"var": "$me"},
    n.Path: lambda writer, node: writer.path(node),
    n.Previous: lambda writer, node: {"previous": [writer.path(node.path)]},
    n.Arithmetic: Writer._numeric,
    n.Negative: lambda writer, node: writer._guarded([node.operand], {"-": [writer.value(node.operand)]}),
    n.Shift: lambda w, node: {"shift": [w.value(node.base), int(node.sign), *duration_json(node.duration)]},
    n.Elapsed: lambda w, node: {"elapsed": [node.unit, node.direction, w.value(node.operand)]},
    n.Call: Writer._call,
    n.Aggregate: Writer._aggregate,
}
_CONDITIONS: dict[type[n.Node], Callable[[Writer, Any], Json]] = {
    n.And: lambda writer, node: {"and": [writer.condition(item) for item in node.items]},
    n.Or: lambda writer, node: {"or": [writer.condition(item) for item in node.items]},
    n.Not: lambda writer, node: {"!": [writer.condition(node.item)]},
    n.Truth: lambda writer, node: {"===": [writer.value(node.operand), True]},
    n.Compare: Writer._compare,
    n.Between: Writer._between,
    n.OneOf: Writer._one_of,
    n.Match: Writer._match,
    n.Has: Writer._has,
    n.IsEmpty: Writer._is_empty,
    n.Within: Writer._within,
    n.OlderThan: lambda w, node: {"older_than": [w.value(node.operand), *duration_json(node.duration)]},
    n.Quantified: lambda w, node: {"quantified": [node.quantity, node.number, w.collection(node.collection)]},
    n.LastAll: lambda w, node: {
        "last_all": [node.number, w.collection(node.collection), w.inside().condition(node.condition)]
    },
    n.Held: lambda w, node: {"held": [w.condition(node.condition), *duration_json(node.duration)]},
    n.RecordIs: lambda _writer, node: {"record_is": [node.event]},
    n.Changes: Writer._changes,
    n.Trend: lambda w, node: {node.direction: [w.path(node.path)]},
    n.ChangesBy: lambda w, node: {"changes_by": [w.path(node.path), str(node.fraction)]},
}
