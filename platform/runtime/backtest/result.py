"""What a backtest answers: numbers of each version, and hits of two versions laid side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ruleloom.dsl.calendar import Calendar, day_date
from ruleloom.dsl.types import RecordId
from ruleloom.runtime.backtest.playing import Hit, Played
from ruleloom.runtime.time.moments import instant_text
from ruleloom.storage.logs.backtest_log import HitRow

SHOWN = 200
"""People and records that are named, those with most first."""
A, B, BOTH, SHIFTED = "a", "b", "both", "shifted"


def numbers_of(played: Played, calendar: Calendar) -> dict[str, Any]:
    """Totals, days of the time line, people, and how often records were hit."""
    days = Counter(day_date(calendar.day_of(hit.at)).isoformat() for hit in played.hits)
    by_record = Counter(hit.record for hit in played.hits)
    peak = min(days, key=lambda day: (-days[day], day), default=None)
    return {
        "matching_at_start": len(played.matching),
        "hits": len(played.hits),
        "records": len(by_record),
        "blocked": sum(1 for hit in played.hits if hit.edge == "blocked"),
        "skipped": played.skipped.total(),
        "ended": played.ended.total(),
        "left_out": played.left_out,
        "days": [{"day": day, "hits": days[day]} for day in sorted(days)],
        "peak": None if peak is None else {"day": peak, "hits": days[peak]},
        "effects": _effects(played.hits),
        "people": _people(played.hits),
        "times": _times(by_record.values()),
        "most": [{"record": str(record), "hits": hits} for record, hits in by_record.most_common(SHOWN)],
    }


def without_hits(played: Played, most: int) -> list[list[int]]:
    """For whoever sees some records only: record, whether it matched at the start, times skipped, times ended."""
    records = sorted({*played.matching, *played.skipped, *played.ended}, key=lambda each: cast("int", each))
    return [
        [cast("int", each), int(each in played.matching), played.skipped[each], played.ended[each]]
        for each in records[:most]
    ]


def _effects(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    """How many of each kind; messages count once for each person who gets them."""
    counted: Counter[tuple[str, str | None]] = Counter()
    for hit in hits:
        for effect in hit.effects:
            kind = effect["kind"]
            counted[kind, effect.get("entity")] += len(effect["people"]) if kind == "notify" else 1
    return [{"kind": kind, "entity": entity, "count": count} for (kind, entity), count in counted.most_common()]


def _people(hits: Iterable[Hit]) -> list[dict[str, Any]]:
    messages: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    for hit in hits:
        for effect in hit.effects:
            (messages if effect["kind"] == "notify" else tasks).update(effect.get("people", ()))
    everybody = sorted({*messages, *tasks}, key=lambda user: (-messages[user] - tasks[user], int(user)))
    return [{"user": user, "messages": messages[user], "tasks": tasks[user]} for user in everybody[:SHOWN]]


def _times(hits: Iterable[int]) -> list[dict[str, int]]:
    """Of how many records there are so many hits."""
    counted = Counter(hits)
    return [{"times": times, "records": counted[times]} for times in sorted(counted)]


# ---- two versions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A hit of one version, or of both at the same or at another instant."""

    a: Hit | None
    b: Hit | None

    @property
    def group(self) -> str:
        """`a`, `b`, `both` or `shifted`."""
        if self.a is None or self.b is None:
            return B if self.a is None else A
        return BOTH if self.a.at == self.b.at else SHIFTED

    @property
    def first(self) -> Hit:
        """The one that tells where it stands in the list."""
        found = self.a if self.a is not None else self.b
        assert found is not None  # noqa: S101 - a pair has at least one side
        return found


def paired(a: Sequence[Hit], b: Sequence[Hit]) -> list[Pair]:
    """Hits of a record at the same instant belong together, then the others in their order; the rest stands alone."""
    of_b: dict[RecordId, list[Hit]] = {}
    for hit in b:
        of_b.setdefault(hit.record, []).append(hit)
    of_a: dict[RecordId, list[Hit]] = {}
    for hit in a:
        of_a.setdefault(hit.record, []).append(hit)
    found: list[Pair] = []
    for record in [*of_a, *(each for each in of_b if each not in of_a)]:
        found += _of_record(of_a.get(record, []), of_b.get(record, []))
    return sorted(found, key=lambda pair: (pair.first.at, cast("int", pair.first.record)))


def _of_record(a: list[Hit], b: list[Hit]) -> list[Pair]:
    by_instant: dict[int, list[Hit]] = {}
    for hit in b:
        by_instant.setdefault(hit.at, []).append(hit)
    pairs, alone = list[Pair](), list[Hit]()
    for hit in a:
        same = by_instant.get(hit.at)
        if same:
            pairs.append(Pair(hit, same.pop(0)))
        else:
            alone.append(hit)
    others = sorted((hit for left in by_instant.values() for hit in left), key=lambda hit: hit.at)
    together = min(len(alone), len(others))
    pairs += [Pair(alone[place], others[place]) for place in range(together)]
    pairs += [Pair(hit, None) for hit in alone[together:]]
    return pairs + [Pair(None, hit) for hit in others[together:]]


def comparison(pairs: Iterable[Pair]) -> Mapping[str, int]:
    """How many of each group."""
    counted = Counter(pair.group for pair in pairs)
    return {group: counted[group] for group in (BOTH, A, B, SHIFTED)}


def hit_rows(pairs: Sequence[Pair]) -> list[HitRow]:
    """The pairs as they are kept."""
    return [
        HitRow(place, pair.group, cast("int", pair.first.record), {"a": _hit(pair.a), "b": _hit(pair.b)})
        for place, pair in enumerate(pairs, 1)
    ]


def _hit(hit: Hit | None) -> dict[str, Any] | None:
    if hit is None:
        return None
    return {"at": instant_text(hit.at), "edge": hit.edge, "reason": hit.reason, "effects": hit.effects}
