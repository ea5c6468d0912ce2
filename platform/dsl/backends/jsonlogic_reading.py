"""JsonLogic as typed trees: what `jsonlogic` wrote comes back as it was, and so does foreign JsonLogic that has types.

Foreign rules may use the standard operators about fields and literals of the same kind. What has no place in a typed,
two-valued language (`map`, `reduce`, `cat`, loose comparisons of different kinds) is refused with the operator's name.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.jsonlogic import BLANK, SETS, Json, Writer, call_type, member_type, value_of
from ruleloom.dsl.functions import FUNCTIONS, function_of
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.types import BOOLEAN, NUMBER, TEXT, Kind, ValueType
from ruleloom.dsl.vocabulary import EntityWords, Vocabulary
from ruleloom.messages import RuleloomError

_DEEPEST = 100


class JsonLogicRefused(RuleloomError):
    """The JsonLogic cannot be said in the rule language; the operator or field that stands in the way is named."""


def from_jsonlogic(json: Json, vocabulary: Vocabulary, entity: str) -> n.Condition:
    """The condition about records of an entity (permanent id); JsonLogicRefused when it cannot be said."""
    return Reader(vocabulary, vocabulary.entity(entity)).whole(json)


class Reader:
    """Reads one rule; a reader for the inside of a collection has a `row`."""

    def __init__(
        self, vocabulary: Vocabulary, this: EntityWords, row: EntityWords | None = None, depth: int = 0
    ) -> None:
        self._vocabulary = vocabulary
        self._this = this
        self._row = row
        self._depth = depth

    @property
    def writer(self) -> Writer:
        """Writes what this reader reads."""
        writer = Writer(self._vocabulary)
        return writer if self._row is None else writer.inside()

    def whole(self, json: Json) -> n.Condition:
        """A rule from outside: whatever is wrong with it is said, never raised."""
        try:
            return self.condition(json)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError):
            raise JsonLogicRefused.of("jsonlogic-malformed") from None

    # ---- conditions ---------------------------------------------------------------------------------------------

    def condition(self, json: Json) -> n.Condition:
        """A condition."""
        operator, arguments = self._taken_apart(json)
        read = _CONDITIONS.get(operator)
        if read is None:
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=operator[:80])
        self._depth += 1
        if self._depth > _DEEPEST:
            raise JsonLogicRefused.of("jsonlogic-too-deep", deepest=str(_DEEPEST))
        found = read(self, operator, arguments)
        self._depth -= 1
        return found

    def _taken_apart(self, json: Json) -> tuple[str, list[Json]]:
        if not isinstance(json, dict) or len(json) != 1:
            raise JsonLogicRefused.of("jsonlogic-not-a-rule", found=str(json)[:80])
        ((operator, arguments),) = json.items()
        return str(operator), arguments if isinstance(arguments, list) else [arguments]

    def _joined(self, operator: str, arguments: list[Json]) -> n.Condition:
        """`and`, `or`; also the guards that the writer puts before comparisons."""
        last = arguments[-1] if arguments else None
        if isinstance(last, dict) and next(iter(last), "") in ("==", "!=", "<", "<=", ">", ">="):
            guarded = self.condition(last)
            if self.writer.condition(guarded) == {operator: arguments}:
                return guarded
        items = tuple(self.condition(argument) for argument in arguments)
        if len(items) == 1:
            return items[0]
        return n.And(items) if operator == "and" else n.Or(items)

    def _not(self, _operator: str, arguments: list[Json]) -> n.Condition:
        (argument,) = arguments
        value = self._value_or_none(argument)
        if value is None:
            return n.Not(self.condition(argument))
        return n.Not(n.Truth(value)) if kind_of(value) is Kind.BOOLEAN else self._blank(value, "!")

    def _told(self, operator: str, arguments: list[Json]) -> n.Condition:
        (argument,) = arguments
        value = self._value_or_none(argument)
        if value is None:
            return self.condition(argument)
        return n.Truth(value) if kind_of(value) is Kind.BOOLEAN else n.Not(self._blank(value, operator))

    def _blank(self, value: n.Expression, operator: str) -> n.Condition:
        if kind_of(value) not in BLANK:
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=operator)
        return n.IsEmpty(value)

    def _value_or_none(self, json: Json) -> n.Expression | None:
        """The expression, or None where the JSON is a condition."""
        operator = next(iter(json), "") if isinstance(json, dict) else ""
        if isinstance(json, dict) and operator in _CONDITIONS:
            return None
        return self.value(json)

    def _compare(self, operator: str, arguments: list[Json]) -> n.Condition:
        if len(arguments) == 3 and operator == "<=":
            low, operand, high = self._same_kind(arguments)
            return n.Between(operand, low, high)
        left, right = arguments
        operator = {"==": "=", "===": "=", "!==": "!="}.get(operator, operator)
        if operator in ("=", "!=") and (left is None or right is None):
            empty: n.Condition = n.IsEmpty(self.value(right if left is None else left))
            return empty if operator == "=" else n.Not(empty)
        one, other = self._same_kind([left, right])
        return n.Compare(operator, one, other)  # type: ignore[arg-type]

    def _exactly(self, operator: str, arguments: list[Json]) -> n.Condition:
        if arguments[1] is True:
            value = self.value(arguments[0])
            if kind_of(value) in (Kind.BOOLEAN, Kind.EMPTY):
                return n.Truth(value)
        return self._compare(operator, arguments)

    def _same_kind(self, sides: list[Json]) -> list[n.Expression]:
        """Sides of one comparison: literals take the type of the first side that has one."""
        known = next((self.value(side) for side in sides if isinstance(side, dict)), None)
        beside = None if known is None else type_of(known)
        read = [self.value(side, beside) for side in sides]
        kinds = {kind_of(side) for side in read if not isinstance(side, n.Empty)}
        if len(kinds) > 1:
            raise JsonLogicRefused.of("jsonlogic-kinds-differ", kinds=sorted(str(kind) for kind in kinds))
        return read

    def _in(self, operator: str, arguments: list[Json]) -> n.Condition:
        needle, hay = arguments
        if isinstance(hay, list):
            operand = self.value(needle)
            options = tuple(self.value(option, type_of(operand)) for option in hay)
            return n.OneOf(operand, options)
        operand = self.value(hay)
        if kind_of(operand) not in SETS:
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=operator)
        return n.Match("contains", operand, self.value(needle, member_type(type_of(operand))))

    def _match(self, operator: str, arguments: list[Json]) -> n.Condition:
        word: Any = {"contains": "contains", "starts_with": "starts", "ends_with": "ends"}[operator]
        operand = self.value(arguments[0])
        return n.Match(word, operand, self.value(arguments[1], type_of(operand)))

    def _has(self, operator: str, arguments: list[Json]) -> n.Condition:
        operand = self.value(arguments[0])
        options = tuple(self.value(option, member_type(type_of(operand))) for option in arguments[1:])
        return n.Has("any" if operator == "has_any" else "all", operand, options)

    def _some(self, _operator: str, arguments: list[Json]) -> n.Condition:
        """Foreign `some(tags, in(var "", […]))`."""
        if arguments[1].get("in", [None])[0] != {"var": ""}:
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator="some")
        return self._has("has_any", [arguments[0], *arguments[1]["in"][1]])

    def _ours(self, operator: str, arguments: list[Json]) -> n.Condition:
        """`compare`, `between`, `one_of`: comparisons that standard operators cannot say."""
        if operator == "compare":
            left, right = self.value(arguments[1]), self.value(arguments[2])
            left, right = self.value(arguments[1], type_of(right)), self.value(arguments[2], type_of(left))
            return n.Compare(arguments[0], left, right)
        operand, *others = arguments
        first = self.value(operand)
        read = [self.value(other, type_of(first)) for other in others]
        return n.Between(first, *read) if operator == "between" else n.OneOf(first, tuple(read))

    def _quantified(self, _operator: str, arguments: list[Json]) -> n.Condition:
        return n.Quantified(arguments[0], int(arguments[1]), self.collection(arguments[2]))

    def _last_all(self, _operator: str, arguments: list[Json]) -> n.Condition:
        collection = self.collection(arguments[1])
        return n.LastAll(int(arguments[0]), collection, self._inside(collection.entity).condition(arguments[2]))

    def _changes(self, _operator: str, arguments: list[Json]) -> n.Condition:
        path = self._path_of(arguments[0])
        before, after = (None if part is None else self.value(part[0], path.type) for part in arguments[1:])
        return n.Changes(path, before, after)

    def _path_of(self, json: Json) -> n.Path:
        path = self.value(json)
        if not isinstance(path, n.Path):
            raise JsonLogicRefused.of("jsonlogic-not-a-rule", found=str(json)[:80])
        return path

    # ---- values -------------------------------------------------------------------------------------------------

    def value(self, json: Json, beside: ValueType | None = None) -> n.Expression:
        """An expression; a literal takes the type beside it, where it fits."""
        if not isinstance(json, dict):
            return _literal(json, beside)
        operator, arguments = self._taken_apart(json)
        read = _VALUES.get(operator)
        if read is None:
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=operator[:80])
        return read(self, operator, arguments)

    def _variable(self, _operator: str, arguments: list[Json]) -> n.Expression:
        name = str(arguments[0])
        fixed = {"$now": n.Now(), "$day_of_now": n.Now(), "$today": n.Today(), "$me": n.Me()}.get(name)
        if fixed is not None:
            return fixed
        root, keys, entity = self._start(name.split("."))
        ids: list[str] = []
        type_ = ValueType(Kind.RECORD, entity=entity.id)
        for position, key in enumerate(keys):
            field = next((field for field in entity.fields if key in (field.key, field.name)), None)
            if field is None:
                raise JsonLogicRefused.of("jsonlogic-unknown-field", name=key[:80], entity=entity.name)
            ids.append(field.id)
            type_ = field.value_type
            if position + 1 < len(keys):
                entity = self._vocabulary.entity(type_.entity or "")
        return n.Path(root, tuple(ids), type_)

    def _start(self, keys: list[str]) -> tuple[n.Root, list[str], EntityWords]:
        if keys[0] == "$me":
            return "me", keys[1:], self._vocabulary.entity("user")
        root: n.Root = "this" if self._row is None or keys[0] == "$this" else "row"
        entity = self._this if self._row is None or root == "this" else self._row
        keys = keys[1:] if keys[0] == "$this" else keys
        return root, [] if keys == ["id"] else keys, entity

    def _if(self, _operator: str, arguments: list[Json]) -> n.Expression:
        """`if`; also the guards that the writer puts before arithmetic."""
        if len(arguments) == 3 and arguments[2] is None and isinstance(arguments[1], dict):
            guarded = self._guarded(arguments)
            if guarded is not None:
                return guarded
        call: tuple[n.Node, ...] = (self.condition(arguments[0]), *(self.value(part) for part in arguments[1:]))
        return n.Call("if", call, call_type("if", call))

    def _guarded(self, arguments: list[Json]) -> n.Expression | None:
        if next(iter(arguments[1])) not in ("+", "-", "*", "divide", "min", "max"):
            return None
        inner = self.value(arguments[1])
        return inner if self.writer.value(inner) == {"if": arguments} else None

    def _arithmetic(self, operator: str, arguments: list[Json]) -> n.Expression:
        values = [self._number(argument) for argument in arguments]
        if len(values) == 1 and operator == "-":
            return n.Negative(values[0])
        sign: Any = "/" if operator == "divide" else operator
        result = values[0]
        for value in values[1:]:
            result = n.Arithmetic(sign, result, value)
        return result

    def _number(self, json: Json) -> n.Expression:
        value = self.value(json, NUMBER)
        if kind_of(value) not in (Kind.NUMBER, Kind.EMPTY):
            raise JsonLogicRefused.of("jsonlogic-kinds-differ", kinds=[str(kind_of(value)), str(Kind.NUMBER)])
        return value

    def _called(self, operator: str, arguments: list[Json]) -> n.Expression:
        name, given = (arguments[0], arguments[1:]) if operator == "call" else (operator, arguments)
        if name not in FUNCTIONS and name != "count":
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=str(name)[:80])
        function_of(name)
        values = tuple(self.value(argument) for argument in given)
        return n.Call(name, values, call_type(name, values))

    def _as(self, _operator: str, arguments: list[Json]) -> n.Expression:
        call = self.value(arguments[1])
        if not isinstance(call, n.Call):
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator="as")
        return n.Call(call.function, call.arguments, _type(arguments[0]))

    def _typed(self, _operator: str, arguments: list[Json]) -> n.Expression:
        type_ = _type(arguments[0])
        return n.Constant(value_of(arguments[1], type_.kind), type_)

    def _previous(self, _operator: str, arguments: list[Json]) -> n.Expression:
        return n.Previous(self._path_of(arguments[0]))

    def _aggregate(self, _operator: str, arguments: list[Json]) -> n.Expression:
        function, related, value, type_ = arguments
        collection = self.collection(related)
        inside = self._inside(collection.entity)
        return n.Aggregate(function, collection, None if value is None else inside._path_of(value), _type(type_))

    # ---- pieces -------------------------------------------------------------------------------------------------

    def _inside(self, entity: str) -> Reader:
        return Reader(self._vocabulary, self._this, self._vocabulary.entity(entity), self._depth)

    def collection(self, json: Json) -> n.Collection:
        """`{"related": […]}`"""
        operator, arguments = self._taken_apart(json)
        if operator != "related":
            raise JsonLogicRefused.of("jsonlogic-operator-refused", operator=operator[:80])
        root, hops, entity, where, window = arguments
        condition = None if where is None else self._inside(entity).condition(where)
        steps = tuple(n.Hop(field, direction) for field, direction in hops)
        return n.Collection(root, steps, entity, condition, None if window is None else _window(window))


def _literal(json: Json, beside: ValueType | None) -> n.Expression:
    if json is None or json == "" or json == []:
        return n.Empty()
    if isinstance(json, list):
        raise JsonLogicRefused.of("jsonlogic-not-a-rule", found=str(json)[:80])
    own = BOOLEAN if isinstance(json, bool) else TEXT if isinstance(json, str) else NUMBER
    if beside is not None and beside.kind not in (Kind.NUMBER, Kind.EMPTY, *SETS) and own is not NUMBER:
        return n.Constant(value_of(json, beside.kind), beside)
    return n.Constant(value_of(json, own.kind), own)


def _type(json: list[Any]) -> ValueType:
    kind, entity, field, decimals = json
    return ValueType(Kind(kind), entity, field, decimals)


def _window(json: list[Any]) -> n.Window:
    if json[0] in ("last", "next"):
        return n.Rolling(json[0], _duration(json[1:]))
    return n.Calendrical(json[0], json[1])


def _duration(json: list[Any]) -> n.Duration:
    amount, unit = json
    return n.Duration(int(amount), n.Unit(unit))


_VALUES: dict[str, Callable[[Reader, str, list[Json]], n.Expression]] = {
    "var": Reader._variable,
    "if": Reader._if,
    "?:": Reader._if,
    **dict.fromkeys(("+", "-", "*", "divide"), Reader._arithmetic),
    **dict.fromkeys(("min", "max", "call"), Reader._called),
    "as": Reader._as,
    "typed": Reader._typed,
    "previous": Reader._previous,
    "aggregate": Reader._aggregate,
    "shift": lambda r, _o, a: n.Shift(r.value(a[0]), 1 if a[1] > 0 else -1, _duration(a[2:])),
    "elapsed": lambda r, _o, a: n.Elapsed(a[0], a[1], r.value(a[2])),
}
_CONDITIONS: dict[str, Callable[[Reader, str, list[Json]], n.Condition]] = {
    **dict.fromkeys(("and", "or"), Reader._joined),
    "!": Reader._not,
    "!!": Reader._told,
    **dict.fromkeys(("==", "!=", "!==", "<", "<=", ">", ">="), Reader._compare),
    "===": Reader._exactly,
    "in": Reader._in,
    "some": Reader._some,
    **dict.fromkeys(("contains", "starts_with", "ends_with"), Reader._match),
    **dict.fromkeys(("has_any", "has_all"), Reader._has),
    **dict.fromkeys(("compare", "between", "one_of"), Reader._ours),
    "within": lambda r, _o, a: n.Within(r.value(a[0]), _window(a[1])),
    "older_than": lambda r, _o, a: n.OlderThan(r.value(a[0]), _duration(a[1:])),
    "quantified": Reader._quantified,
    "last_all": Reader._last_all,
    "held": lambda r, _o, a: n.Held(r.condition(a[0]), _duration(a[1:])),
    "record_is": lambda _r, _o, a: n.RecordIs(a[0]),
    "changes": Reader._changes,
    **dict.fromkeys(("rises", "falls"), lambda r, o, a: n.Trend(r._path_of(a[0]), o)),  # type: ignore[arg-type]
    "changes_by": lambda r, _o, a: n.ChangesBy(r._path_of(a[0]), Decimal(a[1])),
}
