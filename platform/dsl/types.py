"""What a value can be, as the language sees it, and how it is held in memory.

In memory (snapshots, facts, compiled functions, SQL binds) the values of every kind are plain:

| kind | held as |
| --- | --- |
| text | `str` (NFC, never empty: empty is None) |
| number | `decimal.Decimal` |
| boolean | `bool` |
| date | `int`, days since 1970-01-01 in the workspace's zone |
| datetime | `int`, microseconds since 1970-01-01T00:00Z |
| duration | `Duration` (only as a literal of the language) |
| choice | `str`, the option's value |
| choices, files | `tuple[str, ...]`, never empty: empty is None |
| record | `RecordId` |
| empty | None |
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

RecordId = int | str
"""63-bit integers in a workspace; the opaque text of the events in a simulation."""

Value = str | Decimal | bool | int | tuple[str, ...] | None


class Kind(StrEnum):
    """The kinds of value that an expression can have."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    CHOICE = "choice"
    CHOICES = "choices"
    RECORD = "record"
    FILES = "files"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ValueType:
    """A kind with what belongs to it."""

    kind: Kind
    entity: str | None = None
    """For records: the permanent id of the entity referred to."""
    field: str | None = None
    """For choice and choices: the permanent id of the field whose options these are."""
    decimals: int | None = None
    """For numbers: the declared decimals; None where computed."""


TEXT = ValueType(Kind.TEXT)
NUMBER = ValueType(Kind.NUMBER)
BOOLEAN = ValueType(Kind.BOOLEAN)
DATE = ValueType(Kind.DATE)
DATETIME = ValueType(Kind.DATETIME)
DURATION = ValueType(Kind.DURATION)
FILES = ValueType(Kind.FILES)
EMPTY = ValueType(Kind.EMPTY)
