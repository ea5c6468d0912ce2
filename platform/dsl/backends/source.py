"""Writes a typed tree as the source of one Python function.

Constants are never written into its source: marks stand there, and `compile.generate` puts the values in their places
of the finished code. Logic is two-valued, so every operand that can be empty is looked at before it is compared.
Reading a field is `get(key)` on the plain snapshot, or `record[key]` where a missing key is dealt with behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers, shifts
from ruleloom.dsl.folding import fold
from ruleloom.dsl.functions import COUNT, function_of
from ruleloom.dsl.kinds import kind_of, midnight_side
from ruleloom.dsl.reads import Reads, is_external
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary

_PYTHON_OPERATORS = {"=": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
}
_FALSY_WHEN_EMPTY = frozenset({Kind.TEXT, Kind.CHOICE, Kind.CHOICES, Kind.FILES, Kind.EMPTY})
"""Kinds of which no value but the empty one is falsy, so that a bare look is enough (and "" reads as empty)."""
_SETS = frozenset({Kind.CHOICES, Kind.FILES})
_MEASURED = frozenset({Kind.NUMBER, Kind.DATE, Kind.DATETIME})

Convert = Callable[[Any], Any]


class Source:
    """One function being written. `root` says whose record `get` reads: the rule's, or the row of a collection."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        reads: Reads,
        root: n.Root = "this",
        held: tuple[n.Held, ...] = (),
        converters: Mapping[str, Convert] | None = None,
        strict: bool = False,
        plain: bool = False,
        present: bool = False,
    ) -> None:
        """`converters`: by field key, what turns a foreign value into ours; `strict`: wrong types must raise.

        `plain`: numbers are JSON's, so whole constants are `int`, and `float` beside fields with decimals (comparing
        with a `Decimal` takes four times as long as with the own kind; all are exact). `present`: fields are read as
        `record[key]`, half as long as `get(key)`; whoever calls answers the KeyError of a missing key.
        """
        self._vocabulary = vocabulary
        self._externals = {external: index for index, external in enumerate(reads.externals)}
        self._held = {part: index for index, part in enumerate(held)}
        self._root = root
        self._converters = converters or {}
        self._strict = strict
        self._plain = plain
        self.present = present
        self._temporaries = 0
        self._seen: dict[n.Expression, str] = {}
        """Own fields that have a value wherever the code goes on, and the local that holds it."""
        self.constants: dict[str, Any] = {}
        """What each mark stands for."""
        self.named: dict[str, Any] = {}
        """The functions that the code calls, by name."""
        self.prelude: dict[str, str] = {}

    # ---- pieces -----------------------------------------------------------------------------------------------------

    def bind(self, value: Any) -> str:
        """How the code says a constant: a name of a function, else a mark that is replaced by the value itself.

        Python works out sums of two texts while it compiles, so two marks are never joined by `+`.
        """
        if value is True or value is False:
            return str(value)
        if callable(value):
            name = f"f{len(self.named)}"
            self.named[name] = value
            return name
        mark = f"@{len(self.constants)}"
        self.constants[mark] = value
        return f'"{mark}"'

    def temporary(self) -> str:
        """A new local name."""
        self._temporaries += 1
        return f"v{self._temporaries}"

    def local(self, name: str, code: str) -> str:
        """A local set once at the beginning of the function."""
        self.prelude.setdefault(name, code)
        return name

    def _now(self, kind: Kind) -> str:
        return self.local("today", "moment.today") if kind is Kind.DATE else self.local("now", "moment.now")

    # ---- values -----------------------------------------------------------------------------------------------------

    def value(self, node: n.Expression) -> str:
        """Python for the value of an expression; empty is None."""
        if is_external(node):
            return f"externals[{self._externals[node]}]"
        return _VALUES[type(node)](self, node)

    def never_empty(self, node: n.Expression) -> bool:
        """Whether the expression certainly has a value."""
        if isinstance(node, n.Aggregate):
            return node.function in ("count", "sum", "distinct")
        return isinstance(node, n.Constant | n.Now | n.Today)

    def given(self, node: n.Expression) -> tuple[str, str]:
        """A guard that is falsy when the expression is empty ("" when it cannot be), and a name for its value."""
        if self._seen and node in self._seen:
            return "", self._seen[node]
        code = self.value(node)
        if self.never_empty(node):
            return "", code
        name = self.temporary()
        if kind_of(node) in _FALSY_WHEN_EMPTY:
            return f"({name} := {code})", name
        return f"({name} := {code}) is not None", name

    def _path(self, node: n.Path) -> str:
        if node.root == "me":
            return "moment.me"
        if self._seen and node in self._seen:
            return self._seen[node]
        key = self._vocabulary.field(node.fields[0])[1].key if node.fields else "id"
        if node.root != self._root:
            return f"outer.get({self.bind(key)})"
        code = f"record[{self.bind(key)}]" if self.present else f"get({self.bind(key)})"
        convert = self._converters.get(key)
        return f"{self.bind(convert)}({code})" if convert else code

    def _previous(self, node: n.Previous) -> str:
        key = self.bind(self._vocabulary.field(node.path.fields[0])[1].key)
        return f"{self.local('before', 'previous.get if previous is not None else nothing')}({key})"

    def _strict_call(self, function: Any, operands: list[n.Expression], *more: str, conversions: bool = False) -> str:
        """`function(operands…, more…)`, empty when an operand is."""
        guards: list[str] = []
        names: list[str] = []
        for operand in operands:
            guard, name = self.given(operand)
            if conversions and kind_of(operand) is Kind.DATETIME:
                name = f"moment.day_of({name})"
            names.append(name)
            if guard:
                guards.append(guard)
        call = f"{function if isinstance(function, str) else self.bind(function)}({', '.join([*names, *more])})"
        return f"({call} if {' and '.join(guards)} else None)" if guards else call

    def _arithmetic(self, node: n.Arithmetic) -> str:
        return self._strict_call(_ARITHMETIC[node.operator], [node.left, node.right])

    def _shift(self, node: n.Shift) -> str:
        method = "shifted_day" if kind_of(node) is Kind.DATE else "shifted_instant"
        return self._strict_call(f"moment.{method}", [node.base], self.bind(node.duration), str(int(node.sign)))

    def _elapsed(self, node: n.Elapsed) -> str:
        if kind_of(node.operand) is Kind.DATE and node.unit == "days":
            today = self._now(Kind.DATE)
            shape = _days_since if node.direction == "since" else _days_until
            return self._strict_call(shape, [node.operand], today)
        method = f"moment.{node.unit}_{node.direction}"
        if kind_of(node.operand) is Kind.DATE:
            return self._strict_call(_hours_of_day, [node.operand], "moment.midnight", method)
        return self._strict_call(_whole, [node.operand], method)

    def _call(self, node: n.Call) -> str:
        row = function_of(node.function)
        if node.function == "if":
            values = [self.value(a) for a in node.arguments[1:] if isinstance(a, n.Expression)]
            otherwise = values[1] if len(values) > 1 else "None"
            assert isinstance(node.arguments[0], n.Condition)  # noqa: S101 - the checker has seen to it
            return f"({values[0]} if {self.condition(node.arguments[0])} else {otherwise})"
        arguments = [a for a in node.arguments if isinstance(a, n.Expression)]
        if node.function == "coalesce":
            return self._coalesce(arguments)
        if row is COUNT:
            return f"{self.bind(row.python)}({self.value(arguments[0])})"
        return self._strict_call(row.python, arguments, conversions=row.local_days)

    def _coalesce(self, arguments: list[n.Expression]) -> str:
        code = self.value(arguments[-1])
        for argument in reversed(arguments[:-1]):
            guard, name = self.given(argument)
            code = f"({name} if {guard} else {code})" if guard else name
        return code

    # ---- conditions -------------------------------------------------------------------------------------------------

    def condition(self, node: n.Condition) -> str:
        """Python that is truthy exactly when the condition holds."""
        if is_external(node):
            return f"externals[{self._externals[node]}]"
        return _CONDITIONS[type(node)](self, node)

    def _all(self, *parts: str) -> str:
        return "(" + " and ".join(part for part in parts if part) + ")"

    def _and(self, node: n.And) -> str:
        return self._one_after_another(node.items)

    def _one_after_another(self, items: Sequence[n.Condition]) -> str:
        """All hold. Each is reached only when those before it do, so what they have looked at is not read again."""
        kept = dict(self._seen)
        parts = []
        for item in items:
            first = self._temporaries
            parts.append(self.condition(item))
            self._note(item, first)
        self._seen = kept
        return self._all(*parts)

    def _note(self, item: n.Condition, first: int) -> None:
        """Remembers the field that a comparison with a constant has looked at: it is read first, into one local."""
        operand = _compared_field(item)
        if operand is not None and operand.root == self._root and self._temporaries == first + 1:
            self._seen[operand] = f"v{first + 1}"

    def _compare(self, node: n.Compare) -> str:
        if node.operator == "!=":
            return f"(not {self.equal(node.left, node.right)})"
        if node.operator == "=":
            return self.equal(node.left, node.right)
        return self._ordered(node.operator, node.left, node.right)

    def _ordered(self, operator: str, left: n.Expression, right: n.Expression) -> str:
        (guard, name), (other_guard, other) = self._pair(left, right)
        exact = self._exact(left, right, name, other)
        return self._all(guard, other_guard, exact, f"{name} {_PYTHON_OPERATORS[operator]} {other}")

    def _exact(self, left: n.Expression, right: n.Expression, name: str, other: str) -> str:
        """A guard that raises for a `float` beside a number with decimals: 7.1 is not what it says, so it is read anew.

        A `float` beside a whole constant is compared exactly, and rightly.
        """
        if not self._strict or kind_of(left) is not Kind.NUMBER:
            return ""
        guards: list[str] = []
        for side, its_name, beside in ((left, name, right), (right, other, left)):
            if isinstance(side, n.Constant) or (isinstance(beside, n.Constant) and _is_whole(beside.value)):
                continue
            guards.append(f"({its_name}.__class__ is not {self.bind(float)} or {self.bind(_refuse_float)}())")
        return " and ".join(guards)

    def _pair(self, left: n.Expression, right: n.Expression) -> tuple[tuple[str, str], tuple[str, str]]:
        left, right, midnight = midnight_side(left, right)
        (guard, name), (other_guard, other) = self._beside(left, right), self._beside(right, left)
        if midnight == "left":
            name = f"moment.midnight({name})"
        elif midnight == "right":
            other = f"moment.midnight({other})"
        return (guard, name), (other_guard, other)

    def _beside(self, node: n.Expression, other: n.Expression) -> tuple[str, str]:
        """`given`; a whole constant beside a field with decimals in the kind that JSON's numbers have there."""
        if (
            self._plain
            and isinstance(node, n.Constant)
            and isinstance(other, n.Path)
            and other.type.decimals
            and _is_whole(node.value)
        ):
            return "", self.bind(float(node.value))  # type: ignore[arg-type]
        return self.given(node)

    def equal(self, left: n.Expression, right: n.Expression) -> str:
        """Both have a value and it is the same."""
        if isinstance(left, n.Constant) and not isinstance(right, n.Constant):
            left, right = right, left
        if isinstance(left, n.Empty) or isinstance(right, n.Empty):
            return "False"
        kind, mixed = kind_of(left), kind_of(left) is not kind_of(right)
        if kind in _SETS and kind_of(right) in _SETS:
            guard, name = self.given(left)
            other_guard, other = self.given(right)
            return self._all(guard, other_guard, f"{self.bind(frozenset)}({name}) == {self.bind(frozenset)}({other})")
        if kind is Kind.BOOLEAN and isinstance(right, n.Constant):
            return f"({self.value(left)} is {bool(right.value)})"
        if self._strict and kind in _MEASURED:
            (guard, name), (other_guard, other) = self._pair(left, right)
            exact = self._exact(left, right, name, other)
            return self._all(guard, other_guard, exact, f"{other} <= {name} <= {other}")
        if self.never_empty(right) and not mixed:
            return f"({self.value(left)} == {self.value(right)})"
        (guard, name), (other_guard, other) = self._pair(left, right)
        return self._all(guard, other_guard, f"{name} == {other}")

    def _between(self, node: n.Between) -> str:
        low, high = n.Compare(">=", node.operand, node.low), n.Compare("<=", node.operand, node.high)
        return self._one_after_another((low, high))

    def _one_of(self, node: n.OneOf) -> str:
        options = [option for option in node.options if not isinstance(option, n.Empty)]
        kind = kind_of(node.operand)
        simple = all(isinstance(o, n.Constant) and kind_of(o) is kind for o in options) and kind not in _SETS
        if simple and not (self._strict and kind in _MEASURED):
            values = frozenset(o.value for o in options if isinstance(o, n.Constant))
            return f"({self.value(node.operand)} in {self.bind(values)})"
        return "(" + (" or ".join(self.equal(node.operand, option) for option in options) or "False") + ")"

    def _match(self, node: n.Match) -> str:
        guard, name = self.given(node.operand)
        if kind_of(node.operand) in _SETS:
            other_guard, other = self.given(node.pattern)
            return self._all(guard, other_guard, f"{other} in {name}")
        if isinstance(node.pattern, n.Constant):
            other_guard, other = "", self.bind(fold(str(node.pattern.value)))
        else:
            other_guard, other = self.given(node.pattern)
            other = f"{self.bind(fold)}({other})"
        folded = f"{self.bind(fold)}({name})"
        test = {
            "contains": f"{other} in {folded}",
            "starts": f"{folded}.startswith({other})",
            "ends": f"{folded}.endswith({other})",
        }
        return self._all(guard, other_guard, test[node.operator])

    def _has(self, node: n.Has) -> str:
        guard, name = self.given(node.operand)
        if kind_of(node.operand) not in _SETS:
            name = f"({name},)"
        joined = " or " if node.quantity == "any" else " and "
        parts = [self._all(g, f"{o} in {name}") for g, o in (self.given(option) for option in node.options)]
        return self._all(guard, f"({joined.join(parts)})" if parts else str(node.quantity == "all"))

    def _is_empty(self, node: n.IsEmpty) -> str:
        code = self.value(node.operand)
        if self.never_empty(node.operand) or code.startswith('"'):
            return "False"
        return f"(not {code})" if kind_of(node.operand) in _FALSY_WHEN_EMPTY else f"({code} is None)"

    def _within(self, node: n.Within) -> str:
        guard, name = self.given(node.operand)
        kind, window = kind_of(node.operand), node.window
        length = None if isinstance(window, n.Calendrical) else _fixed_length(window.duration, kind)
        if isinstance(node.operand, n.Constant):
            length = None
        if length is None or isinstance(window, n.Calendrical):
            kind_name, window_name = self.bind(kind), self.bind(window)
            return self._all(guard, f"moment.within({name}, {window_name}, {kind_name})")
        now, size = self._now(kind), self.bind(length)
        if window.side == "last":
            return self._all(guard, f"{name} <= {now} < {name} + {size}")
        return self._all(guard, f"{name} - {size} <= {now} < {name}")

    def _older(self, node: n.OlderThan) -> str:
        guard, name = self.given(node.operand)
        kind = kind_of(node.operand)
        length = _fixed_length(node.duration, kind)
        if length is None or isinstance(node.operand, n.Constant):
            return self._all(guard, f"moment.older({name}, {self.bind(node.duration)}, {self.bind(kind)})")
        return self._all(guard, f"{name} + {self.bind(length)} <= {self._now(kind)}")

    def _held_for(self, node: n.Held) -> str:
        return f"held[{self._held[node]}]"

    def _changes(self, node: n.Changes) -> str:
        previous = n.Previous(node.path)
        differ = self.bind(_differ if kind_of(node.path) not in _SETS else _differ_as_sets)
        parts = ["change == 'updated'", f"{differ}({self.value(previous)}, {self.value(node.path)})"]
        for side, wanted in ((previous, node.before), (node.path, node.after)):
            if isinstance(wanted, n.Empty):
                parts.append(self._is_empty(n.IsEmpty(side)))
            elif wanted is not None:
                parts.append(self.equal(side, wanted))
        return self._all(*parts)

    def _trend(self, node: n.Trend) -> str:
        operator = ">" if node.direction == "rises" else "<"
        return self._all("change == 'updated'", self._ordered(operator, node.path, n.Previous(node.path)))

    def _changes_by(self, node: n.ChangesBy) -> str:
        guard, now = self.given(node.path)
        old_guard, old = self.given(n.Previous(node.path))
        moved = f"{self.bind(_moved_by_more)}({old}, {now}, {self.bind(node.fraction)})"
        return self._all("change == 'updated'", guard, old_guard, moved)


def _compared_field(item: n.Condition) -> n.Path | None:
    """The own field of a condition that is false when it is empty, and that reads nothing else."""
    if isinstance(item, n.Compare) and item.operator != "!=":
        operand, other = item.left, item.right
        if not isinstance(other, n.Constant | n.Now | n.Today):
            return None
    elif isinstance(item, n.Within | n.OlderThan):
        operand = item.operand
    else:
        return None
    return operand if isinstance(operand, n.Path) and len(operand.fields) <= 1 else None


def _fixed_length(duration: n.Duration, kind: Kind) -> int | None:
    """The duration in the unit of the kind (days or microseconds) where it is the same everywhere."""
    if kind is Kind.DATE:
        days = shifts.WHOLE_DAYS.get(duration.unit)
        return None if days is None else days * duration.amount
    return shifts.fixed_length(duration) if shifts.is_fixed(duration) else None


def _days_since(day: int, today: int) -> Decimal:
    return Decimal(today - day)


def _days_until(day: int, today: int) -> Decimal:
    return Decimal(day - today)


def _whole(instant: int, count: Callable[[int], int]) -> Decimal:
    return Decimal(count(instant))


def _hours_of_day(day: int, midnight: Callable[[int], int], count: Callable[[int], int]) -> Decimal:
    return Decimal(count(midnight(day)))


def _differ(before: Any, after: Any) -> bool:
    return bool(before != after)


def _differ_as_sets(before: Any, after: Any) -> bool:
    return frozenset(before or ()) != frozenset(after or ())


def _moved_by_more(old: Decimal, new: Decimal, fraction: Decimal) -> bool:
    change = numbers.absolute(numbers.subtract(new, old))
    return old != 0 and change > numbers.multiply(numbers.absolute(old), fraction)


def _constant(source: Source, node: n.Constant) -> str:
    return source.bind(int(node.value) if source._plain and _is_whole(node.value) else node.value)  # type: ignore[arg-type]


def _is_whole(value: Any) -> bool:
    return isinstance(value, Decimal) and value == value.to_integral_value()


def _refuse_float() -> bool:
    raise TypeError("a float beside decimals")


_VALUES: dict[type[n.Node], Callable[[Source, Any], str]] = {
    n.Constant: _constant,
    n.Empty: lambda _source, _node: "None",
    n.Now: lambda source, _node: source._now(Kind.DATETIME),
    n.Today: lambda source, _node: source._now(Kind.DATE),
    n.Me: lambda _source, _node: "moment.me",
    n.Path: Source._path,
    n.Previous: Source._previous,
    n.Arithmetic: Source._arithmetic,
    n.Negative: lambda source, node: source._strict_call(numbers.negative, [node.operand]),
    n.Shift: Source._shift,
    n.Elapsed: Source._elapsed,
    n.Call: Source._call,
}

_CONDITIONS: dict[type[n.Node], Callable[[Source, Any], str]] = {
    n.And: Source._and,
    n.Or: lambda source, node: "(" + " or ".join(source.condition(item) for item in node.items) + ")",
    n.Not: lambda source, node: f"(not {source.condition(node.item)})",
    n.Truth: lambda source, node: f"({source.value(node.operand)} is True)",
    n.Compare: Source._compare,
    n.Between: Source._between,
    n.OneOf: Source._one_of,
    n.Match: Source._match,
    n.Has: Source._has,
    n.IsEmpty: Source._is_empty,
    n.Within: Source._within,
    n.OlderThan: Source._older,
    n.Held: Source._held_for,
    n.RecordIs: lambda _source, node: f"(change == {str(node.event)!r})",
    n.Changes: Source._changes,
    n.Trend: Source._trend,
    n.ChangesBy: Source._changes_by,
}
