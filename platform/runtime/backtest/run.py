"""One playing of one or two rules over a period: who would have been hit, laid side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.types import Value
from ruleloom.forms.entity import USER, Model
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.backtest import result
from ruleloom.runtime.backtest.history import BUSINESS, History, Reader
from ruleloom.runtime.backtest.playing import Played, Player, TooManyHits
from ruleloom.runtime.backtest.reach import reach_of
from ruleloom.runtime.rules.content import tree_of
from ruleloom.runtime.time.moments import instant_of, instant_text
from ruleloom.storage.records import shown
from ruleloom.storage.records.timeline import TooMuch, led_to

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

MOST_HITS = 300_000
"""Hits that one backtest keeps, in memory."""
KEPT_HITS = 5_000
"""Hits that are kept with their reasons; the numbers count all of them."""
LONGEST = 3_660
"""Days of the longest period."""
Tell = Callable[[int, int], None]
"""Hears how many events are played, and of how many; 0 of 0 while the past is read. May stop it by an exception."""


class Unplayable(RuleloomError):
    """A backtest that cannot be: an empty period, a rule without text, too much to read."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is played: a text, and the rule whose own doings in the past are left out (None: of no rule)."""

    content: Mapping[str, str]
    rule: int | None


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when (microseconds UTC), and how the past is told: `recorded` or `business`."""

    start: int
    end: int
    history: str


def period_of(now: int, last_days: int | None, since: str | None, until: str | None) -> tuple[int, int]:
    """The last so many days (30 when nothing is said), or since–until (RFC 3339); `Unplayable` when it is empty."""
    end = min(instant_of(until, "to") or now, now)
    begins = instant_of(since, "from")
    start = begins if begins is not None else end - (last_days or 30) * DAY
    if start >= end:
        raise Unplayable(Diagnostic("backtest-empty-period", target="from"))
    if end - start > LONGEST * DAY:
        raise Unplayable(Diagnostic("backtest-too-long", params={"years": LONGEST // 366}, target="from"))
    return start, end


class Run:
    """One playing."""

    def __init__(self, workspace: Workspace, sides: Sequence[Side], period: Period, tell: Tell) -> None:
        self._workspace, self._sides, self._period, self._tell = workspace, sides, period, tell
        self._done = self._total = 0

    def play(self) -> tuple[dict[str, Any], list[result.Pair]]:
        """The result, and all hits in the order of time; `Unplayable` when there is too much of it."""
        try:
            return self._play()
        except TooMuch as error:
            raise Unplayable(Diagnostic("backtest-too-much", params={"most": error.most})) from error
        except TooManyHits as error:
            raise Unplayable(Diagnostic("backtest-too-many-hits", params={"hits": MOST_HITS})) from error

    def _play(self) -> tuple[dict[str, Any], list[result.Pair]]:
        began, period = time.monotonic(), self._period
        model, trees, history, own = self._load()
        self._total = history.events * len(trees)
        played: list[Played] = []
        for tree, left_out in zip(trees, own, strict=True):
            player = Player(model, tree, left_out, reasons=KEPT_HITS, most=MOST_HITS, tell=self._played)
            with self._workspace.database.read_much() as connection:
                played.append(player.play(history, connection, period.start, period.end))
            self._done += history.events
        pairs = result.paired(played[0].hits, played[1].hits if len(played) > 1 else ())
        found = {
            "entity": model.entity(trees[0].entity).key,
            "entity_id": trees[0].entity,
            "known_since": None if history.known_since is None else instant_text(history.known_since),
            "late": history.late,
            "records": history.records,
            "events": history.events,
            "seconds": round(time.monotonic() - began, 3),
            "sides": [result.numbers_of(each, model.calendar) for each in played],
            "beside": [result.without_hits(each, KEPT_HITS) for each in played],
            "comparison": result.comparison(pairs) if len(trees) > 1 else None,
            "kept": min(len(pairs), KEPT_HITS),
        }
        self._name(found, trees[0].entity)
        return found, pairs

    def _load(self) -> tuple[Model, list[n.Rule], History, list[set[int]]]:
        period = self._period
        with self._workspace.reading() as reading:
            model = reading.published.model
            trees = [tree_of(side.content, model) for side in self._sides]
            past = Reader(reading, reach_of(trees, model), period.start, period.end)
            history = (past.business if period.history == BUSINESS else past.recorded)(lambda: self._tell(0, 0))
            rules = [side.rule for side in self._sides]
            own = [set() if rule is None else led_to(reading.connection, str(rule), history.origins) for rule in rules]
        return model, trees, history, own

    def _played(self, events: int) -> None:
        self._tell(self._done + events, self._total)

    def _name(self, found: dict[str, Any], entity: str) -> None:
        """People and records as they are called now."""
        with self._workspace.reading() as reading:

            def titles(of: str, ids: set[int]) -> Mapping[int, Value]:
                return shown.titles(reading.connection, reading.published.catalogue, of, ids)

            for side in found["sides"]:
                _put_titles(side["people"], "user", lambda ids: titles(USER, ids))
                _put_titles(side["most"], "record", lambda ids: titles(entity, ids))


def _put_titles(rows: list[dict[str, Any]], key: str, titles: Callable[[set[int]], Mapping[int, Value]]) -> None:
    known = titles({int(row[key]) for row in rows})
    for row in rows:
        title = known.get(int(row[key]))
        row["title"] = None if title is None else str(title)
