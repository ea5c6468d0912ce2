"""JsonLogic: the standard operators with their standard meaning, and ours, registered in python-jsonlogic.

The library's own operators are typed and refuse what the shared vectors allow (`"1" + 1`, missing variables), so every
operator is registered here: arguments are evaluated when asked for, truth and numbers are those of JavaScript, and
decimals stay exact. Our operators (`OPERATORS` of `jsonlogic_ours`) need the workspace's moment in the data (`$now`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonlogic.core import JSONLogicExpression, Operator
from jsonlogic.evaluation import EvaluationContext
from jsonlogic.registry import OperatorRegistry, UnknownOperator

from ruleloom.dsl import numbers
from ruleloom.messages import RuleloomError

DEEPEST = 200
"""How deep a rule may be nested."""


class JsonLogicError(RuleloomError):
    """The rule cannot be evaluated; the operator that is unknown or misused is named."""


Arguments = list[Any]
Evaluate = Callable[[Arguments, EvaluationContext], Any]


@dataclass
class Table(Operator):
    """An operator whose meaning is a row of a table."""

    arguments: Arguments

    @classmethod
    def from_expression(cls, operator: str, arguments: Arguments) -> Table:
        """As the library builds it."""
        return cls(operator, arguments)

    def evaluate(self, context: EvaluationContext) -> Any:
        """The operator's row does it."""
        try:
            return _EVALUATE[self.operator](self.arguments, context)
        except (IndexError, TypeError, ValueError, AttributeError, InvalidOperation, ZeroDivisionError):
            raise JsonLogicError.of("jsonlogic-arguments", operator=self.operator) from None


def evaluate(rule: Any, data: Any) -> Any:
    """The value of a rule about data; both as `json.loads(…, parse_float=Decimal)` gives them."""
    if _depth(rule) > DEEPEST:
        raise JsonLogicError.of("jsonlogic-too-deep", deepest=str(DEEPEST))
    if not isinstance(rule, dict | list):
        return rule
    return value_of(_built(rule), EvaluationContext(data))


def _built(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_built(part) for part in rule]
    if not isinstance(rule, dict) or len(rule) != 1:
        return rule
    try:
        return JSONLogicExpression.from_json(rule).as_operator_tree(REGISTRY)
    except UnknownOperator as unknown:
        raise JsonLogicError.of("jsonlogic-unknown-operator", operator=str(unknown.operator_id)[:80]) from None


def _depth(rule: Any) -> int:
    deepest, waiting = 0, [(rule, 1)]
    while waiting and deepest <= DEEPEST:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(part, dict | list):
            waiting += [(inner, depth + 1) for inner in (part.values() if isinstance(part, dict) else part)]
    return deepest


def value_of(argument: Any, context: EvaluationContext) -> Any:
    """The value of an argument."""
    if isinstance(argument, Operator):
        return argument.evaluate(context)
    if isinstance(argument, list):
        return [value_of(part, context) for part in argument]
    return argument


# ---- JavaScript's ways -------------------------------------------------------------------------------------------


def truthy(value: Any) -> bool:
    """JsonLogic's truth: zero, empty text, empty list and null are false."""
    return bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def number(value: Any) -> Any:
    """A value as a number: texts are read, null and false are 0, true is 1; None where it is none (NaN)."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if _is_number(value):
        return value
    if isinstance(value, list):
        return number(_text(value))
    if not isinstance(value, str):
        return None
    try:
        read = Decimal(value.strip() or "0")
    except InvalidOperation:
        return None
    return _plain(read) if read.is_finite() else None


def _plain(value: Any) -> Any:
    """Whole numbers as int."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_text(part) for part in value)
    return numbers.plain(value) if isinstance(value, int | Decimal) else str(value)


def strictly_equal(left: Any, right: Any) -> bool:
    """`===`"""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return left is right
    return type(left) is type(right) and bool(left == right)


def loosely_equal(left: Any, right: Any) -> bool:
    """`==`"""
    if left is None or right is None:
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, list | dict) and isinstance(right, list | dict):
        return left is right
    if isinstance(left, list) and isinstance(right, str):
        return _text(left) == right
    if isinstance(right, list) and isinstance(left, str):
        return left == _text(right)
    a, b = number(left), number(right)
    return a is not None and b is not None and bool(a == b)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return test(left, right)
        a, b = number(left), number(right)
        return a is not None and b is not None and test(a, b)

    return compare


_less, _at_most = _ordered(lambda a, b: a < b), _ordered(lambda a, b: a <= b)


# ---- standard operators ------------------------------------------------------------------------------------------


def _values(function: Callable[..., Any]) -> Evaluate:
    """An operator that evaluates all its arguments."""
    return lambda arguments, context: function(*(value_of(argument, context) for argument in arguments))


def _variable(arguments: Arguments, context: EvaluationContext) -> Any:
    path = value_of(arguments[0], context) if arguments else None
    default = arguments[1] if len(arguments) > 1 else None
    data = context.data_stack.tail[0]
    if path is None or path == "":
        return data
    found = _reached(data, path)
    if found is None and isinstance(path, str) and path.startswith("$"):
        found = _reached(context.data_stack.get(len(context.data_stack._stack) - 1)[0], path)
    return value_of(default, context) if found is None else found


def _reached(data: Any, path: Any) -> Any:
    for part in str(path).split("."):
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


def _missing(arguments: Arguments, context: EvaluationContext) -> list[Any]:
    keys = [value_of(argument, context) for argument in arguments]
    if keys and isinstance(keys[0], list):
        keys = keys[0]
    data = context.data_stack.tail[0]
    return [key for key in keys if _reached(data, key) in (None, "")]


def _missing_some(arguments: Arguments, context: EvaluationContext) -> list[Any]:
    needed, keys = value_of(arguments[0], context), value_of(arguments[1], context)
    lacking = _missing([keys], context)
    return [] if len(keys) - len(lacking) >= needed else lacking


def _if(arguments: Arguments, context: EvaluationContext) -> Any:
    place = 0
    while place + 1 < len(arguments):
        if truthy(value_of(arguments[place], context)):
            return value_of(arguments[place + 1], context)
        place += 2
    return value_of(arguments[place], context) if place < len(arguments) else None


def _first(stops: bool) -> Evaluate:
    def found(arguments: Arguments, context: EvaluationContext) -> Any:
        value = None
        for argument in arguments:
            value = value_of(argument, context)
            if truthy(value) is stops:
                return value
        return value

    return found


def _chain(compare: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda a, b, *more: compare(a, b) and (not more or compare(b, more[0]))


def _numbers(given: tuple[Any, ...]) -> list[Any]:
    found = [number(value) for value in given]
    if None in found:
        raise ValueError("not a number")
    return found


def _sum(*given: Any) -> Any:
    return _plain(_folded(numbers.add, _numbers(given), 0))


def _product(*given: Any) -> Any:
    return _plain(_folded(numbers.multiply, _numbers(given), 1))


def _folded(function: Callable[..., Any], given: list[Any], start: int) -> Any:
    result: Any = Decimal(start)
    for value in given:
        result = function(result, Decimal(value))
    return result


def _minus(*given: Any) -> Any:
    found = [Decimal(value) for value in _numbers(given)]
    return _plain(numbers.negative(found[0]) if len(found) == 1 else numbers.subtract(found[0], found[1]))


def _divided(left: Any, right: Any) -> Any:
    a, b = _numbers((left, right))
    return _plain(float(a) / float(b))


def _remainder(left: Any, right: Any) -> Any:
    a, b = (Decimal(value) for value in _numbers((left, right)))
    return _plain(a % b)


def _in(needle: Any, hay: Any) -> bool:
    if isinstance(hay, str):
        return _text(needle) in hay
    return isinstance(hay, list) and any(strictly_equal(needle, part) for part in hay)


def _substring(text: Any, start: Any, length: Any = None) -> str:
    whole, start = _text(text), int(start)
    begin = max(0, len(whole) + start) if start < 0 else start
    if length is None:
        return whole[begin:]
    return whole[begin : len(whole) + int(length)] if length < 0 else whole[begin : begin + int(length)]


def _merged(*given: Any) -> list[Any]:
    return [part for value in given for part in (value if isinstance(value, list) else [value])]


def _each(arguments: Arguments, context: EvaluationContext) -> list[tuple[Any, Any]]:
    """The parts of the list that is the first argument, each with what the second argument says of it."""
    listed = value_of(arguments[0], context)
    found = []
    for part in listed if isinstance(listed, list) else []:
        with context.data_stack.push((part, None)):
            found.append((part, value_of(arguments[1], context)))
    return found


def _reduced(arguments: Arguments, context: EvaluationContext) -> Any:
    result = value_of(arguments[2], context) if len(arguments) > 2 else None
    listed = value_of(arguments[0], context)
    for part in listed if isinstance(listed, list) else []:
        with context.data_stack.push(({"current": part, "accumulator": result}, None)):
            result = value_of(arguments[1], context)
    return result


def _all(arguments: Arguments, context: EvaluationContext) -> bool:
    found = _each(arguments, context)
    return bool(found) and all(truthy(said) for _, said in found)


STANDARD: dict[str, Evaluate] = {
    "var": _variable,
    "missing": _missing,
    "missing_some": _missing_some,
    "if": _if,
    "?:": _if,
    "and": _first(stops=False),
    "or": _first(stops=True),
    "!": _values(lambda value=None: not truthy(value)),
    "!!": _values(lambda value=None: truthy(value)),
    "==": _values(loosely_equal),
    "===": _values(strictly_equal),
    "!=": _values(lambda a, b: not loosely_equal(a, b)),
    "!==": _values(lambda a, b: not strictly_equal(a, b)),
    "<": _values(_chain(_less)),
    "<=": _values(_chain(_at_most)),
    ">": _values(lambda a, b: _less(b, a)),
    ">=": _values(lambda a, b: _at_most(b, a)),
    "min": _values(lambda *given: min(_numbers(given)) if given else None),
    "max": _values(lambda *given: max(_numbers(given)) if given else None),
    "+": _values(_sum),
    "-": _values(_minus),
    "*": _values(_product),
    "/": _values(_divided),
    "%": _values(_remainder),
    "in": _values(_in),
    "cat": _values(lambda *given: "".join(_text(value) for value in given)),
    "substr": _values(_substring),
    "merge": _values(_merged),
    "map": lambda arguments, context: [said for _, said in _each(arguments, context)],
    "filter": lambda arguments, context: [part for part, said in _each(arguments, context) if truthy(said)],
    "reduce": _reduced,
    "all": _all,
    "none": lambda arguments, context: not any(truthy(said) for _, said in _each(arguments, context)),
    "some": lambda arguments, context: any(truthy(said) for _, said in _each(arguments, context)),
    "log": _values(lambda value=None: value),
}
"""The operators of jsonlogic.com."""

_EVALUATE: dict[str, Evaluate] = dict(STANDARD)
REGISTRY = OperatorRegistry()


def register(name: str, meaning: Evaluate) -> None:
    """Adds an operator of ours; one of that name that is there already is refused by the registry."""
    REGISTRY.register(name, Table)
    _EVALUATE[name] = meaning


for _name in STANDARD:
    REGISTRY.register(_name, Table)
