"""Events played on a virtual clock: the lines of `ruleloom simulate`, and the heart of backtests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import SECOND, moment
from ruleloom.engine import intents as i
from ruleloom.engine.ruleset import RuleBook
from ruleloom.forms.entity import Model
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.pipeline.ports import Blocked, Firing
from ruleloom.runtime.pipeline.publishing import publish
from ruleloom.runtime.simulation.desk import MemoryDesk
from ruleloom.runtime.simulation.values import EntityValues, NotAValue, defaults_of, instant_of
from ruleloom.runtime.simulation.writes import refused

_decode = json.JSONDecoder(parse_float=Decimal).decode
_BROKEN = re.compile("[\ud800-\udfff]")
OPERATIONS = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Event:
    """A write of the history, at its instant."""

    at: int
    write: i.Write


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output: a firing, or one message of a blocked write."""

    firing: Firing
    record: str
    message: str | None = None

    @property
    def order(self) -> tuple[int, int, str, str]:
        """(at, priority, rule, record)"""
        return (self.firing.at, -self.firing.priority, self.firing.rule_name, self.record)

    def as_json(self) -> str:
        """The line as it is printed."""
        shown = {
            "at": instant_text(self.firing.at),
            "rule": self.firing.rule_name,
            "record": self.record,
            "edge": self.firing.edge,
        }
        if self.message is not None:
            shown["message"] = self.message
        return json.dumps(shown, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Something beside the firings: `refused`, `effect`, `failed`, `stopped`."""

    at: int
    kind: str
    text: str


class Simulation:
    """An empty workspace with published rules, and its clock."""

    def __init__(
        self, vocabulary: Model, rules: Sequence[n.Rule], language: Language = "en", desk: MemoryDesk | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self.desk = desk if desk is not None else MemoryDesk(vocabulary)
        for entity in vocabulary.entities:
            self.desk.tables.tables[entity.id].defaults = defaults_of(entity, vocabulary.calendar)
        self.book = RuleBook(vocabulary)
        self.pipeline = Pipeline(self.desk, self.book)
        self.notes: list[Note] = []
        self.now: int | None = None
        self._rules = list(rules)
        self._language: Language = language
        self._pending: list[Line] = []
        self._names = {entity.id: entity.name for entity in vocabulary.entities}

    def event(self, write: i.Write, at: int) -> Iterator[Line]:
        """Settles what is due up to the event's time, then plays it; gives the lines that are final."""
        self._begin(at)
        yield from self.settle(at)
        self.now = at
        try:
            self.pipeline.change(write, at)
        except Blocked as blocked:
            for firing in blocked.firings:
                self._show(firing)
        except RuleloomError as error:
            self.refuse(at, error)
        self._collect()

    def settle(self, up_to: int) -> Iterator[Line]:
        """Lets time pass up to an instant; gives the lines that are final."""
        self._begin(up_to)
        while (instant := self.pipeline.tick(up_to)) is not None:
            if self._pending and self._pending[0].firing.at < instant:
                yield from self._flushed()
            self._collect()
        if self._pending and self._pending[0].firing.at < up_to:
            yield from self._flushed()

    def end(self) -> Iterator[Line]:
        """The last lines."""
        yield from self._flushed()

    def refuse(self, at: int, error: RuleloomError) -> None:
        """Notes an event that is refused."""
        self.notes.append(Note(at, "refused", "; ".join(d.message(self._language) for d in error.diagnostics)))

    def _begin(self, at: int) -> None:
        """Rules are published before the first event."""
        if self.now is not None:
            return
        self.now = at
        for number, rule in enumerate(self._rules):
            rule_id = f"{number}"
            self.desk.entity_of(rule_id, rule.entity)
            publish(self.pipeline, rule_id, rule, at)
        for watch in self.book.watches.values():
            self.desk.entity_of(watch.id, watch.entity)

    def _flushed(self) -> Iterator[Line]:
        self._pending.sort(key=lambda line: line.order)
        yield from self._pending
        self._pending.clear()

    def _show(self, firing: Firing) -> None:
        """One line per firing; of one that blocks, a line per message."""
        messages: tuple[str | None, ...] = firing.messages if firing.edge == "blocked" else (None,)
        self._pending += [Line(firing, self._record(firing), message) for message in messages]

    def _record(self, firing: Firing) -> str:
        return f"{self._names[firing.entity]}/{firing.record}"

    def _collect(self) -> None:
        """Takes what the desk has gathered; from here on nothing of it can be undone."""
        desk = self.desk
        if not desk.firings and not desk.notes:
            desk.settled()
            return
        for firing in desk.firings:
            self._show(firing)
        desk.firings.clear()
        for kind, firing, what in desk.notes:
            self.notes.append(Note(firing.at, kind, self._note_text(firing, what)))
        desk.notes.clear()
        desk.settled()

    def _note_text(self, firing: Firing, what: Any) -> str:
        where = f"{firing.rule_name} {self._record(firing)}"
        if what is None:
            return where
        if isinstance(what, RuleloomError):
            return f"{where}: {'; '.join(d.message(self._language) for d in what.diagnostics)}"
        return f"{where}: {effect_text(what)}"


def effect_text(effect: i.Effect) -> str:
    """An effect as it is listed: its kind and what belongs to it."""
    if isinstance(effect, i.SendNotice):
        return f"notify {', '.join(map(str, effect.recipients))} {_quoted(effect.text)}"
    if isinstance(effect, i.GiveTask):
        return f"task for {effect.user} {_quoted(effect.text)}"
    if isinstance(effect, i.BeginApproval):
        return f"approval {_quoted(effect.name)}"
    if isinstance(effect, i.CallOut):
        given = ", ".join(f"{name} = {value}" for name, value in effect.arguments.items())
        return f"call {_quoted(effect.operation)} ({given})"
    if isinstance(effect, i.MakeReport):
        return f"report {_quoted(effect.name)} for {effect.subject}"
    return f"warn {_quoted(effect.text)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class Reader:
    """Reads event lines against the model."""

    def __init__(self, model: Model) -> None:
        self._calendar = model.calendar
        self._entities = {entity.name: entity for entity in model.entities}
        self._values = {entity.id: EntityValues(entity, model.calendar) for entity in model.entities}

    def instant(self, line: str) -> tuple[dict[str, Any], int]:
        """The mapping of a line and its time. Raises Refused."""
        try:
            given = _decode(line.strip())
            return given, instant_of(given["at"], self._calendar)
        except (ValueError, KeyError, TypeError, NotAValue, OverflowError, RecursionError):
            raise refused("event-not-readable", line=line.strip()[:200]) from None

    def write(self, given: dict[str, Any]) -> i.Write:
        """The write of a line. Raises Refused."""
        name, record = given.get("entity"), given.get("id")
        entity = self._entities.get(name) if isinstance(name, str) else None
        if entity is None:
            raise refused("entity-unknown", entity=str(name))
        if not _is_id(record):
            raise refused("event-without-id", line=json.dumps(given, ensure_ascii=False, default=str)[:200])
        record, operation = str(record), given.get("op")
        if operation == "delete":
            return i.DeleteRecord(entity.id, record)
        if operation not in OPERATIONS:
            raise refused("operation-unknown", operation=str(operation))
        values = given.get("values") or {}
        if not isinstance(values, dict):
            raise refused("values-not-a-mapping", entity=entity.name)
        clean = self._values[entity.id].read(values)
        if operation == "create":
            return i.CreateRecord(entity.id, clean, record)
        return i.UpdateRecords(entity.id, {record: clean})


def _is_id(given: object) -> bool:
    """A whole number or a text that can be written down again (half of a pair of UTF-16 cannot)."""
    if isinstance(given, str):
        return given != "" and _BROKEN.search(given) is None
    return isinstance(given, int) and not isinstance(given, bool)


def play(simulation: Simulation, lines: Iterable[str], until: int | None = None) -> Iterator[Line]:
    """Plays event lines up to `until` (inclusive; the last event's time when None) and gives the lines in order.

    Events that are refused are noted and skipped; events after `until` are ignored.
    """
    reader = Reader(simulation.vocabulary)
    last: int | None = None
    for text in lines:
        if not text.strip():
            continue
        try:
            given, at = reader.instant(text)
            if until is not None and at > until:
                continue
            if last is not None and at < last:
                raise refused("event-out-of-order", at=instant_text(at))
            last = at
            write = reader.write(given)
        except RuleloomError as error:
            if last is not None:
                yield from simulation.settle(last)
            simulation.refuse(last or 0, error)
            continue
        yield from simulation.event(write, at)
    end = until if until is not None else last
    if end is not None:
        yield from simulation.settle(end)
    yield from simulation.end()


def instant_text(instant: int) -> str:
    """`2026-01-31T08:00:00Z`; a fraction of a second only when it is not zero, without trailing zeros."""
    text = moment(instant).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = instant % SECOND
    return f"{text}.{fraction:06d}".rstrip("0") + "Z" if fraction else f"{text}Z"
