"""An example record for a finding: values of its own fields that satisfy a condition, tried before they are shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.literals import TooManyError, alternatives
from ruleloom.dsl.analysis.possible import Combined, together, unit_of
from ruleloom.dsl.backends.compile import compiled_condition
from ruleloom.dsl.calendar import day_date, moment
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import reads_of
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary

Sample = dict[str, Any]
"""Values by field key."""


def sample_of(condition: n.Condition, vocabulary: Vocabulary, holds: bool = True) -> Sample | None:
    """Values of the record itself with which the condition is true (or false); None where none are found.

    Tried with the compiled condition where it reads nothing but the record; else the values are those that its own
    fields must have.
    """
    try:
        ways = alternatives(condition, holds)
    except TooManyError:
        return None
    reads = reads_of(condition, vocabulary)
    local = reads.record_local and not (reads.timed or reads.held or reads.reads_change or reads.reads_me)
    ask = compiled_condition(condition, vocabulary).holds if local else None
    never = Moment(0, vocabulary.calendar)  # the condition does not ask when it is, but its durations need a calendar
    for way in ways:
        found = together(way)
        if not found.possible:
            continue
        values = _values(found, vocabulary)
        if ask is None or ask(values, moment=never) is holds:
            return values
    return None


def _values(found: Combined, vocabulary: Vocabulary) -> Sample:
    values: Sample = {}
    for key, domain in found.domains.items():
        if not isinstance(key, n.Path) or key.root != "this" or len(key.fields) != 1:
            continue
        _, field = vocabulary.field(key.fields[0])
        if domain.empty:
            values[field.key] = None
        elif field.value_type.kind in (Kind.NUMBER, Kind.DATE, Kind.DATETIME):
            number = domain.ranges.some(unit_of(key))
            whole = number is not None and field.value_type.kind is not Kind.NUMBER
            values[field.key] = int(number) if whole and number is not None else number
        else:
            among = [option.value for option in field.options] or ["…", "….."]
            values[field.key] = domain.members.some(None, among)
    return values


def written_sample(sample: Sample, vocabulary: Vocabulary, entity: str) -> str:
    """`region = West, credit = 20`: as it stands in a message, the same in every language."""
    fields = {field.key: field for field in vocabulary.entity(entity).fields}
    return ", ".join(
        f"{fields[key].name} = {_shown(value, fields[key].value_type.kind)}" for key, value in sample.items()
    )


def _shown(value: Any, kind: Kind) -> str:
    if value is None:
        return "–"
    if kind is Kind.DATE:
        return day_date(value).isoformat()
    if kind is Kind.DATETIME:
        return moment(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
