"""Exact decimal arithmetic of the language: sums and products are exact, quotients are rounded half-even to 6 decimals.

Python's default decimal context would round products of more than 28 digits; this room never uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

QUOTIENT_DECIMALS = 6
"""Decimals of every quotient and average."""
_DIGITS = 2000
_EXACT = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-_DIGITS, Emax=_DIGITS, traps=[])
_UNIT = 10**QUOTIENT_DECIMALS

Number = Decimal | int

add = _EXACT.add
subtract = _EXACT.subtract
multiply = _EXACT.multiply
absolute = _EXACT.abs


def negative(number: Decimal) -> Decimal:
    """The number with the other sign; never a negative zero."""
    return _EXACT.subtract(Decimal(0), number)


def divide(left: Number, right: Number) -> Decimal | None:
    """The quotient rounded half-even to 6 decimals; None for a zero divisor."""
    if right == 0:
        return None
    return Decimal(round(Fraction(left) / Fraction(right) * _UNIT)).scaleb(-QUOTIENT_DECIMALS, _EXACT)


def rounded(number: Number, decimals: Number = 0) -> Decimal:
    """The number rounded half-even to so many decimals (a negative count rounds to tens, hundreds …)."""
    places = max(-30, min(30, int(decimals)))
    return add(Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT), 0)


def floor(number: Number) -> Decimal:
    """The greatest whole number that is not greater."""
    return add(Decimal(number).to_integral_value(ROUND_FLOOR, _EXACT), 0)


def ceiling(number: Number) -> Decimal:
    """The least whole number that is not less."""
    return add(Decimal(number).to_integral_value(ROUND_CEILING, _EXACT), 0)


def scaled(whole: int, decimals: int) -> Decimal:
    """`whole` divided by 10^decimals, exactly."""
    return Decimal(whole).scaleb(-decimals, _EXACT)


def total(numbers: Iterable[Number]) -> Decimal:
    """The exact sum; 0 for none."""
    result = Decimal(0)
    for number in numbers:
        result = add(result, number)
    return result


def average(numbers: Iterable[Number]) -> Decimal | None:
    """The mean rounded half-even to 6 decimals; None for none."""
    listed = list(numbers)
    return divide(total(listed), len(listed)) if listed else None


def plain(number: Number) -> str:
    """The number without exponent and without trailing zeros: `120.5`, `-3`, `0`."""
    text = format(Decimal(number), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
