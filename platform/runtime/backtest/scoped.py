"""A result for a reader who sees some of its records only: counted anew over those, as far as hits are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ruleloom.dsl.calendar import Calendar
from ruleloom.forms.entity import USER
from ruleloom.runtime.backtest import result
from ruleloom.runtime.backtest.playing import Hit, Played
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.time.moments import instant_of
from ruleloom.storage.logs.backtest_log import HitRow

_SIDES = ("a", "b")


def in_sight(found: Mapping[str, Any], rows: Sequence[HitRow], seen: Sight, calendar: Calendar) -> Mapping[str, Any]:
    """The numbers over records in sight; of the rest nothing is told but how much was played."""
    entity = str(found["entity_id"])
    beside: Sequence[Sequence[Sequence[int]]] = found.get("beside") or [[] for _ in found["sides"]]
    named = {row.record for row in rows} | {each[0] for side in beside for each in side}
    visible = seen.of(entity, named)
    kept = [row for row in rows if row.record in visible]
    sides = [
        {**side, **_numbers(kept, name, [each for each in more if each[0] in visible], calendar)}
        for side, name, more in zip(found["sides"], _SIDES, beside, strict=False)
    ]
    _name(sides, entity, seen)
    groups = Counter(row.group for row in kept)
    compared = found["comparison"] and {group: groups[group] for group in found["comparison"]}
    return {**found, "sides": sides, "beside": None, "comparison": compared, "kept": len(kept), "late": 0}


def _numbers(rows: Sequence[HitRow], side: str, beside: Sequence[Sequence[int]], calendar: Calendar) -> dict[str, Any]:
    played = Played(
        {record for record, matched, _, _ in beside if matched},
        [_hit(row.record, row.content[side]) for row in rows if row.content.get(side) is not None],
        Counter({record: skipped for record, _, skipped, _ in beside}),
        Counter({record: ended for record, _, _, ended in beside}),
    )
    return result.numbers_of(played, calendar)


def _hit(record: int, told: Mapping[str, Any]) -> Hit:
    return Hit(instant_of(told["at"], "at") or 0, record, told["edge"], None, list(told["effects"]))


def _name(sides: Sequence[Mapping[str, Any]], entity: str, seen: Sight) -> None:
    """What is in sight is called as it is called now."""
    for side in sides:
        for of, key, rows in ((USER, "user", side["people"]), (entity, "record", side["most"])):
            titles = seen.titles({of: {int(row[key]) for row in rows}})
            for row in rows:
                title = titles.get((of, int(row[key])))
                row["title"] = None if title is None else str(title)
