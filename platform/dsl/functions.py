"""The functions of the language: one row each, and nothing else lists them.

Arguments arrive as held in memory (`types`). A *strict* function with an empty argument is empty without being called;
the others (`coalesce`, `if`) have forms of their own in each back end, found by their name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruleloom.dsl import folding, numbers
from ruleloom.dsl.calendar import day_date
from ruleloom.dsl.types import Kind

_NUMBER = frozenset({Kind.NUMBER})
_TEXT = frozenset({Kind.TEXT})
_TIME = frozenset({Kind.DATE, Kind.DATETIME})
_ORDERED = frozenset({Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.TEXT})
_CONDITION: frozenset[Kind] = frozenset()
"""A condition instead of a value."""
_ANY = frozenset(Kind) - {Kind.DURATION}


@dataclass(frozen=True, slots=True)
class Function:
    """A row: how a function is called, what it gives, and how each back end does it."""

    name: str
    parameters: tuple[frozenset[Kind], ...]
    """The kinds that each argument may have; no kind means a condition. The last one repeats when `most` is larger."""
    least: int
    most: int | None
    """How many arguments; None: any number."""
    result: Kind | None
    """None: the common kind of the arguments from `result_from` on."""
    python: Callable[..., Any]
    sql: str
    """The name under which both databases know it (`storage.sql.functions`)."""
    strict: bool = True
    local_days: bool = False
    """Datetime arguments are handed over as local days."""
    result_from: int = 0


def _blank_is_empty(text: str) -> str | None:
    return text.strip(folding.WHITESPACE) or None


def _least(*values: Any) -> Any:
    return min(values)


def _greatest(*values: Any) -> Any:
    return max(values)


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _choose(condition: bool, then: Any, otherwise: Any = None) -> Any:
    return then if condition else otherwise


def _number(whole: int) -> Decimal:
    return Decimal(whole)


_ROWS = (
    Function("abs", (_NUMBER,), 1, 1, Kind.NUMBER, numbers.absolute, "rl_abs"),
    Function("round", (_NUMBER, _NUMBER), 1, 2, Kind.NUMBER, numbers.rounded, "rl_round"),
    Function("floor", (_NUMBER,), 1, 1, Kind.NUMBER, numbers.floor, "rl_floor"),
    Function("ceil", (_NUMBER,), 1, 1, Kind.NUMBER, numbers.ceiling, "rl_ceil"),
    Function("min", (_ORDERED,), 1, None, None, _least, "rl_least"),
    Function("max", (_ORDERED,), 1, None, None, _greatest, "rl_greatest"),
    Function("coalesce", (_ANY,), 1, None, None, _coalesce, "coalesce", strict=False),
    Function("if", (_CONDITION, _ANY), 2, 3, None, _choose, "case", strict=False, result_from=1),
    Function("length", (_TEXT,), 1, 1, Kind.NUMBER, lambda text: _number(len(text)), "rl_length"),
    Function("lower", (_TEXT,), 1, 1, Kind.TEXT, folding.lower, "rl_lower"),
    Function("upper", (_TEXT,), 1, 1, Kind.TEXT, folding.upper, "rl_upper"),
    Function("trim", (_TEXT,), 1, 1, Kind.TEXT, _blank_is_empty, "rl_trim"),
    Function("year", (_TIME,), 1, 1, Kind.NUMBER, lambda day: _number(day_date(day).year), "rl_year", local_days=True),
    Function(
        "month",
        (_TIME,),
        1,
        1,
        Kind.NUMBER,
        lambda day: _number(day_date(day).month),
        "rl_month",
        local_days=True,
    ),
    Function("day", (_TIME,), 1, 1, Kind.NUMBER, lambda day: _number(day_date(day).day), "rl_day", local_days=True),
    Function(
        "weekday",
        (_TIME,),
        1,
        1,
        Kind.NUMBER,
        lambda day: _number(day_date(day).isoweekday()),
        "rl_weekday",
        local_days=True,
    ),
)


def _table(rows: tuple[Function, ...]) -> Mapping[str, Function]:
    table: dict[str, Function] = {}
    for row in rows:
        if row.name in table:
            raise ValueError(f"two functions are called {row.name!r}: {table[row.name].python} and {row.python}")
        table[row.name] = row
    return table


FUNCTIONS = _table(_ROWS)
"""Every function by its English name, which is the one in the tree (`Call.function`)."""

COUNT = Function(
    "count",
    (frozenset({Kind.FILES, Kind.CHOICES}),),
    1,
    1,
    Kind.NUMBER,
    lambda values: _number(len(values or ())),
    "count",
    strict=False,
)
"""`count(photos)`: how many files or options a field holds, 0 when it is empty. It shares its word with the aggregate
and is therefore found by the checker, not by name."""


def function_of(call: str) -> Function:
    """The row behind a `Call.function`."""
    return COUNT if call == COUNT.name else FUNCTIONS[call]
