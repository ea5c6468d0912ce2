"""The part of the typed tree that has a value or is true or false; use it through `nodes`, which explains trees."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal as OneOfWords

from ruleloom.dsl.types import Value, ValueType


@dataclass(frozen=True, slots=True)
class Span:
    """Code points from `start` to before `end` of the text."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in the tree."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True, repr=False)


# ---- durations and windows ----------------------------------------------------------------------------------------


class Unit(StrEnum):
    """Units of durations: minutes to weeks are fixed, months and years follow the calendar."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`72 hours`"""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Rolling(Node):
    """`in the last 30 days` (x <= now < x + D), `in the next 7 days` (x - D <= now < x)"""

    side: OneOfWords["last", "next"]
    duration: Duration


@dataclass(frozen=True, slots=True)
class Calendrical(Node):
    """`in this month`, `in the previous quarter`, `in today` (this, day)"""

    which: OneOfWords["this", "previous"]
    unit: OneOfWords["day", "week", "month", "quarter", "year"]


Window = Rolling | Calendrical


# ---- values -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Anything with a value."""


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """`"East"`, `15%`, `yes`; of a choice the option's value; dates and datetimes as in `types`; never empty."""

    value: Value
    type: ValueType


@dataclass(frozen=True, slots=True)
class Empty(Expression):
    """`empty` as a value (`set flag = empty`)"""


@dataclass(frozen=True, slots=True)
class Now(Expression):
    """`now`"""


@dataclass(frozen=True, slots=True)
class Today(Expression):
    """`today`"""


@dataclass(frozen=True, slots=True)
class Me(Expression):
    """`me`, the acting user"""


Root = OneOfWords["this", "row", "me"]
"""Where a path starts: the rule's record, the related record (innermost collection), the acting user."""


@dataclass(frozen=True, slots=True)
class Path(Expression):
    """`owner.manager.name`: permanent ids of the fields followed; no field: the root record itself (`this`)."""

    root: Root
    fields: tuple[str, ...]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Previous(Expression):
    """`previous stage`: the value before the change being processed; its path has one field of the rule's record."""

    path: Path


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """`amount * 2`; numbers only"""

    operator: OneOfWords["+", "-", "*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """`-amount`"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Shift(Expression):
    """`today + 14 days`: a date or datetime moved by a duration"""

    base: Expression
    sign: OneOfWords[1, -1]
    duration: Duration


@dataclass(frozen=True, slots=True)
class Elapsed(Expression):
    """`days since x`, `hours until x`: whole units, floored; for a date calendar days"""

    unit: OneOfWords["days", "hours"]
    direction: OneOfWords["since", "until"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """`coalesce(a, b)`: a function of `functions.FUNCTIONS`; `if` takes a condition first"""

    function: str
    arguments: tuple[Node, ...]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Hop(Node):
    """One step to other records: forward along a reference field, or back to the records that hold it."""

    field: str
    direction: OneOfWords["forward", "back"]


@dataclass(frozen=True, slots=True)
class Collection(Node):
    """`orders.lines where (qty > 3) in the last 30 days`; no hops: `all weights where (…)`; `entity` of the rows."""

    root: Root
    hops: tuple[Hop, ...]
    entity: str
    where: Condition | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Expression):
    """`sum(orders.amount in the last 90 days)`; `value` is a path from the row, None for count of records"""

    function: OneOfWords["count", "sum", "avg", "min", "max", "distinct", "latest", "earliest"]
    collection: Collection
    value: Path | None
    type: ValueType


# ---- conditions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """Anything that is true or false; never empty."""


@dataclass(frozen=True, slots=True)
class And(Condition):
    """`a and b and c`: flat, two or more"""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Condition):
    """`a or b or c`: flat, two or more"""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """`not (a)`; also `not in`, `is not empty`"""

    item: Condition


@dataclass(frozen=True, slots=True)
class Truth(Condition):
    """A boolean value alone: true when it is yes"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """`amount >= 100`; `x before y` is `<`, `x after y` is `>`. The checker has seen to it that the sides compare."""

    operator: OneOfWords["=", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """`amount between 1 and 5`, both ends included"""

    operand: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """`region in ("East", "West")`"""

    operand: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Match(Condition):
    """`name contains "x"`: text, ignoring case; for choices `contains` is membership"""

    operator: OneOfWords["contains", "starts", "ends"]
    operand: Expression
    pattern: Expression


@dataclass(frozen=True, slots=True)
class Has(Condition):
    """`tags has any of ("a", "b")`, `has all of`"""

    quantity: OneOfWords["any", "all"]
    operand: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class IsEmpty(Condition):
    """`photos is empty`"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Within(Condition):
    """`due in the next 3 days`, `closed_on in this month`"""

    operand: Expression
    window: Window


@dataclass(frozen=True, slots=True)
class OlderThan(Condition):
    """`created_at older than 7 days`: x + D <= now"""

    operand: Expression
    duration: Duration


@dataclass(frozen=True, slots=True)
class Quantified(Condition):
    """`no orders …` is at_most 0 and keeps its word; `any`, `at least 2 calls …`"""

    quantity: OneOfWords["no", "any", "at_least", "at_most", "exactly"]
    number: int
    """0 for no, 1 for any."""
    collection: Collection


@dataclass(frozen=True, slots=True)
class LastAll(Condition):
    """`the last 2 lessons all attended = no`; the condition speaks of the row"""

    number: int
    collection: Collection
    condition: Condition


@dataclass(frozen=True, slots=True)
class Held(Condition):
    """`stage = "Diagnosis" for 72 hours`"""

    condition: Condition
    duration: Duration


# change conditions: true only for the one change being processed


@dataclass(frozen=True, slots=True)
class RecordIs(Condition):
    """`record is created`, `updated`, `deleted`"""

    event: OneOfWords["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class Changes(Condition):
    """`stage changes`, `stage changes from "A" to "B"`; `Empty` as a value means becomes or was empty"""

    path: Path
    before: Expression | None = None
    after: Expression | None = None


@dataclass(frozen=True, slots=True)
class Trend(Condition):
    """`score rises`, `score falls`"""

    path: Path
    direction: OneOfWords["rises", "falls"]


@dataclass(frozen=True, slots=True)
class ChangesBy(Condition):
    """`amount changes by more than 15%`: against the old value's magnitude"""

    path: Path
    fraction: Decimal
