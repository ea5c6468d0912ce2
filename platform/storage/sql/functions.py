"""The functions that both databases must know so that they compute as Python does, and nothing else.

SQLite: Python functions registered on every connection. PostgreSQL: SQL functions made by a migration (`install`),
written from the same tables. Exact numbers are `numeric` on PostgreSQL and plain decimal text on SQLite.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection

from ruleloom.dsl import folding, numbers, shifts
from ruleloom.dsl.functions import FUNCTIONS
from ruleloom.dsl.nodes import Duration, Unit
from ruleloom.dsl.types import Kind
from ruleloom.storage.database import SQLITE_FUNCTIONS
from ruleloom.storage.sql.calendar import named_calendar

# ---- SQLite -----------------------------------------------------------------------------------------------------


def _number(function: Callable[..., Decimal | None]) -> Callable[..., str | None]:
    """A function of decimals as one of decimal texts; empty when an argument is."""

    def called(*texts: str | int | None) -> str | None:
        if None in texts:
            return None
        result = function(*(Decimal(text) for text in texts if text is not None))
        return None if result is None else numbers.plain(result)

    return called


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*values: Any) -> Any:
        return None if None in values else function(*values)

    return called


def _compare(left: str, right: str) -> int:
    a, b = Decimal(left), Decimal(right)
    return (a > b) - (a < b)


def _unscale(number: int, decimals: int) -> str:
    return numbers.plain(numbers.scaled(number, decimals))


def _unscale_halves(high: int, low: int, decimals: int) -> str:
    """The sum of whole numbers whose upper and lower 32 bits were added up apart."""
    return numbers.plain(numbers.scaled(high * 2**32 + low, decimals))


def _order_key(text: str) -> str:
    """A text that sorts like the number."""
    number = Decimal(text)
    digits = numbers.plain(abs(number))
    whole, _, fraction = digits.partition(".")
    key = f"{len(whole):04d}{whole}.{fraction}"
    if number >= 0:
        return "1" + key
    return "0" + "".join(chr(ord("9") - int(c)) if c.isdigit() else c for c in key) + "~"


def number_of_order(key: str) -> Decimal:
    """The number that sorts by such a text."""
    negative, digits = key[0] == "0", key[5:].rstrip("~")
    if negative:
        digits = "".join(chr(ord("9") - int(c)) if c.isdigit() else c for c in digits)
    return numbers.negative(Decimal(digits)) if negative else Decimal(digits)


def _shift_day(day: int, amount: int, unit: str, name: str) -> int | None:
    return shifts.day_value(shifts.shift_day(named_calendar(name), day, Duration(amount, Unit(unit))))


def _shift_instant(instant: int, amount: int, unit: str, name: str) -> int | None:
    return shifts.instant_value(shifts.shift_instant(named_calendar(name), instant, Duration(amount, Unit(unit))))


def _language_function(name: str) -> Callable[..., Any]:
    row = FUNCTIONS[name]
    if row.parameters[0] == frozenset({Kind.NUMBER}):
        return _number(row.python)
    if row.result is Kind.NUMBER:
        return _strict(lambda value: int(row.python(value)))
    return _strict(row.python)


_SQLITE: dict[str, Callable[..., Any]] = {
    "rl_fold": _strict(folding.fold),
    "rl_exact": _strict(_unscale),
    "rl_exact_sum": _strict(_unscale_halves),
    "rl_compare": _strict(_compare),
    "rl_order": _strict(_order_key),
    "rl_add": _number(numbers.add),
    "rl_subtract": _number(numbers.subtract),
    "rl_multiply": _number(numbers.multiply),
    "rl_divide": _number(numbers.divide),
    "rl_negative": _number(numbers.negative),
    "rl_least": _number(min),
    "rl_greatest": _number(max),
    "rl_floor_div": _strict(lambda a, b: a // b),
    "rl_shift_day": _strict(_shift_day),
    "rl_shift_instant": _strict(_shift_instant),
    "rl_day_of": _strict(lambda instant, name: named_calendar(name).day_of(instant)),
    "rl_midnight": _strict(lambda day, name: named_calendar(name).midnight(day)),
}
_SQLITE.update(
    {
        row.sql: _language_function(name)
        for name, row in FUNCTIONS.items()
        if row.strict and row.name not in ("min", "max")
    }
)


class _ExactSum:
    """The exact sum of decimal texts; "0" for none."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, text: str | None) -> None:
        """Takes one more."""
        if text is not None:
            self._total = numbers.add(self._total, Decimal(text))

    def finalize(self) -> str:
        """The sum."""
        return numbers.plain(self._total)


def register(connection: Any) -> None:
    """Registers every function on a `sqlite3.Connection`."""
    for name, function in _SQLITE.items():
        connection.create_function(name, -1, function, deterministic=True)
    connection.create_aggregate("rl_sum", 1, _ExactSum)


if register not in SQLITE_FUNCTIONS:
    SQLITE_FUNCTIONS.append(register)


# ---- PostgreSQL -------------------------------------------------------------------------------------------------


def install(connection: Connection) -> None:
    """Makes (or makes anew) every function in a PostgreSQL database; nothing to do on SQLite."""
    if connection.dialect.name == "postgresql":
        for statement in postgres_functions():
            connection.exec_driver_sql(statement.replace("%", "%%"))


def postgres_functions() -> list[str]:
    """CREATE statements of every function, in order."""
    written = files("ruleloom.storage.sql").joinpath("language_functions.sql").read_text(encoding="utf-8")
    written = written.replace("{min_day}", str(shifts.MIN_DAY)).replace("{max_day}", str(shifts.MAX_DAY))
    statements = [statement for statement in written.split("\n;;") if statement.strip()]
    return [*statements, *(_translating(name, table) for name, table in _TABLES.items()), _trimming()]


_TABLES = {"rl_fold": folding.FOLD, "rl_lower": folding.LOWER, "rl_upper": folding.UPPER}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _translating(name: str, table: dict[int, int]) -> str:
    """ASCII by the database's own means, and the long table only for texts with a letter of it."""
    rare = {code: to for code, to in table.items() if code > 127}
    source, target = "".join(map(chr, rare)), "".join(map(chr, rare.values()))
    ascii_form = 'upper($1 collate "C")' if name == "rl_upper" else 'lower($1 collate "C")'
    ranges = "".join(f"{chr(a)}-{chr(b)}" for a, b in _spans(rare))
    body = (
        f"select case when $1 ~ {_literal('[' + ranges + ']')}"
        f" then translate({ascii_form}, {_literal(source)}, {_literal(target)}) else {ascii_form} end"
    )
    return _text_function(name, body)


def _spans(table: dict[int, int]) -> list[tuple[int, int]]:
    """Stretches that hold all code points of a table, gaps of less than 64 included."""
    spans: list[tuple[int, int]] = []
    for code in sorted(table):
        if spans and code - spans[-1][1] < 64:
            spans[-1] = (spans[-1][0], code)
        else:
            spans.append((code, code))
    return spans


def _trimming() -> str:
    return _text_function("rl_trim", f"select nullif(btrim($1, {_literal(folding.WHITESPACE)}), '')")


def _text_function(name: str, body: str) -> str:
    head = f"create or replace function {name}(text) returns text language sql immutable strict parallel safe"
    return f"{head} as $${body}$$"
