"""What a backtest found, as a person reads it in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from ruleloom.dsl.calendar import Calendar
from ruleloom.messages import Language, text
from ruleloom.runtime.backtest.result import SHIFTED, Pair, hit_rows
from ruleloom.runtime.backtest.run import KEPT_HITS
from ruleloom.runtime.backtest.trying import Tried
from ruleloom.runtime.time.moments import instant_of, instant_text


def as_json(tried: Tried) -> dict[str, Any]:
    """The request, the result as the HTTP API shows it, and the hits that are kept."""
    request = {**tried.request, "from": instant_text(tried.request["from"]), "to": instant_text(tried.request["to"])}
    result = {key: value for key, value in tried.result.items() if key not in ("entity_id", "beside")}
    hits = [
        {"record": str(row.record), "title": _title(tried, row.record), "group": row.group, **row.content}
        for row in hit_rows(tried.pairs[:KEPT_HITS])
    ]
    return {"request": request, "result": result, "hits": hits}


def _title(tried: Tried, record: int) -> str | None:
    found = tried.titles.get(record)
    return None if found is None else str(found)


def table(tried: Tried, calendar: Calendar, language: Language, most: int) -> Iterator[str]:
    """The lines: what was played, the numbers of each side, people, days, and the first hits."""
    return _Table(tried, calendar, language).lines(most)


class _Table:
    def __init__(self, tried: Tried, calendar: Calendar, language: Language) -> None:
        self._tried, self._calendar, self._language = tried, calendar, language

    def lines(self, most: int) -> Iterator[str]:
        request, result = self._tried.request, self._tried.result
        yield self._say(
            "backtest-head", **{"from": self._when(request["from"]), "to": self._when(request["to"])},
            zone=str(self._calendar.zone), records=result["records"], events=result["events"],
            seconds=result["seconds"],
        )  # fmt: skip
        if result["known_since"] is not None:
            yield self._say("backtest-known-since", at=self._when(instant_of(result["known_since"], "at") or 0))
        for told, side in zip(request["sides"], result["sides"], strict=True):
            yield ""
            yield from self._side(told, side)
        if result["comparison"] is not None:
            yield ""
            yield self._say("backtest-compared", **result["comparison"])
        yield ""
        yield from self._hits(most)

    def _say(self, code: str, **params: Any) -> str:
        return text(code, self._language, params)

    def _side(self, told: Mapping[str, Any], side: Mapping[str, Any]) -> Iterator[str]:
        numbers = {key: side[key] for key in ("hits", "records", "skipped", "blocked", "ended")}
        yield self._say("backtest-side", name=told["name"], matching=side["matching_at_start"], **numbers)
        if any(numbers[key] for key in ("skipped", "blocked", "ended")):
            yield "  " + self._say("backtest-beside", **numbers)
        if side["people"]:
            people = [[_named(each), str(each["messages"]), str(each["tasks"])] for each in side["people"]]
            yield from self._columns(("person", "messages", "tasks"), people)
        if side["days"]:
            yield from self._columns(("day", "hits"), [[each["day"], str(each["hits"])] for each in side["days"]])

    def _hits(self, most: int) -> Iterator[str]:
        pairs, two = self._tried.pairs, len(self._tried.request["sides"]) > 1
        if not pairs:
            yield self._say("backtest-nobody")
            return
        names = ("when", "record", "edge", *(("which",) if two else ()))
        if most:
            yield from self._columns(names, [self._hit(pair, two=two) for pair in pairs[:most]])
        if len(pairs) > most:
            yield self._say("backtest-more", count=len(pairs) - most)

    def _hit(self, pair: Pair, *, two: bool) -> list[str]:
        hit = pair.first
        record = _title(self._tried, int(hit.record)) or str(hit.record)
        cells = [self._when(hit.at), record, self._say(f"backtest-edge-{hit.edge}")]
        if two:
            at = self._when(pair.b.at) if pair.group == SHIFTED and pair.b is not None else ""
            cells.append(self._say(f"backtest-which-{pair.group}", at=at))
        return cells

    def _when(self, instant: int) -> str:
        return self._calendar.local(instant).strftime("%Y-%m-%d %H:%M")

    def _columns(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
        heads = [self._say(f"backtest-column-{name}") for name in names]
        widths = [max(_width(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
        for row in (heads, *rows):
            yield "  " + "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _named(person: Mapping[str, Any]) -> str:
    return str(person["title"] or person["user"])


def _width(cell: str) -> int:
    """Columns of a terminal: Chinese letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in cell)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))
