"""Explanations as JSON: the one shape of the API, of kept firings and of `ruleloom rule explain`.

Instants are RFC 3339 in UTC, exact numbers and ids texts; what people read stands in `shown`, in both languages.
"""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any

from ruleloom.dsl.calendar import day_date, moment
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.explaining.explanation import Explanation, Found, FoundRow, Origin, Outlook, Said, Step

Json = dict[str, Any]


def instant_text(instant: int) -> str:
    """`2026-01-31T08:00:00Z`; fractions only when not zero, without trailing zeros."""
    at = moment(instant).astimezone(UTC)
    whole = at.replace(microsecond=0, tzinfo=None).isoformat()
    return f"{whole}.{at.microsecond:06d}".rstrip("0") + "Z" if at.microsecond else f"{whole}Z"


def as_json(explanation: Explanation, vocabulary: Vocabulary) -> Json:
    """`{holds, sentence, value, next, since, found, rows, parts}`, parts of the same shape."""
    return {
        "holds": explanation.holds,
        "sentence": _said(explanation.words),
        "value": _plain(explanation.found[0].value, explanation.found[0].kind) if explanation.found else None,
        "next": _instant(explanation.next),
        "since": _instant(explanation.since),
        "found": [_found(each, vocabulary) for each in explanation.found],
        "rows": [_row(each, vocabulary) for each in explanation.rows],
        "parts": [as_json(part, vocabulary) for part in explanation.parts],
    }


def outlook_json(explanation: Explanation, outlook: Outlook, vocabulary: Vocabulary) -> Json:
    """`{reasons, change, becomes_true, becomes_false}`.

    `reasons` are the parts that decide; `change` the fewest steps that turn the whole (null: none found). Of the
    instants the one that turns the present truth is given, null where time alone never does it.
    """
    turn = _instant(outlook.turn.at)
    return {
        "reasons": [_said(reason.words) for reason in explanation.reasons()],
        "change": None if outlook.steps is None else [_step(each, vocabulary) for each in outlook.steps],
        "becomes_true": None if explanation.holds else turn,
        "becomes_false": turn if explanation.holds else None,
    }


def _instant(instant: int | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _said(words: Said) -> Json:
    return dict(words.items())


def _found(found: Found, vocabulary: Vocabulary) -> Json:
    return {
        "words": _said(found.words),
        "value": _plain(found.value, found.kind),
        "shown": _said(found.shown),
        "from": _origin(found.origin, vocabulary),
    }


def _origin(origin: Origin | None, vocabulary: Vocabulary) -> Json | None:
    if origin is None:
        return None
    entity, field = vocabulary.field(origin.field)
    return {"entity": entity.key, "record": str(origin.record), "field": field.key}


def _row(row: FoundRow, vocabulary: Vocabulary) -> Json:
    return {
        "entity": vocabulary.entity(row.entity).key,
        "record": str(row.record),
        "title": row.title,
        "holds": row.holds,
        "values": [_found(each, vocabulary) for each in row.values],
    }


def _step(step: Step, vocabulary: Vocabulary) -> Json:
    place = _origin(step.origin, vocabulary)
    kind = vocabulary.field(step.origin.field)[1].value_type.kind if step.origin is not None else Kind.TEXT
    return {"sentence": _said(step.words), "place": place, "exact": step.exact, "value": _plain(step.value, kind)}


def _plain(value: Any, kind: Kind) -> Any:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and kind is Kind.DATETIME:
        return instant_text(value)
    if isinstance(value, int) and kind is Kind.DATE:
        return day_date(value).isoformat()
    return value if value is None or isinstance(value, bool) else str(value)
