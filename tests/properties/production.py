"""A workspace in which random histories are played through the door of commands, on a controlled clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from ruleloom.access import WORKSPACE
from ruleloom.dsl import format as written
from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import instant, moment
from ruleloom.engine import intents as i
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import batch, definitions, entities, records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.rules.content import read_rule
from ruleloom.runtime.simulation.play import Line as Printed
from ruleloom.runtime.simulation.play import Simulation
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.writing.rows import Chunk
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings
from ruleloom.storage.logs import firing_log
from tests.properties.histories import ENTITIES, START, THIS, record

Line = tuple[int, int, str, str, str, str]
MADE_BY = n.Path("this", ("customer.created_by",), record("user"))
EMPTIED = (
    "effects", "parked_runs", "firings", "notices", "rule_memories", "schedules", "changes", "r_part", "r_order",
    "r_customer",
)  # fmt: skip


def to_people(action: n.Action) -> n.Action:
    """Notices go to who created the record: what a text can say (the trees' own go to the record itself)."""
    if isinstance(action, n.Choose):
        return replace(
            action, then=tuple(map(to_people, action.then)), otherwise=tuple(map(to_people, action.otherwise))
        )
    to_itself = isinstance(action, n.Notify) and action.recipients == (THIS,)
    return replace(action, recipients=(MADE_BY,)) if to_itself else action  # type: ignore[call-arg]


class Arena:
    """One workspace for many histories, emptied before each."""

    def __init__(self, url: str, folder: Path, clock: Clock | None = None) -> None:
        self.time = 0
        self.workspace = open_workspace(url, folder=folder, clock=clock or Clock(source=lambda: self.time))
        self._drawn = False

    def begin(self, zone: str) -> None:
        """An empty workspace in a zone, before the first event."""
        if not self._drawn:
            for content in ENTITIES:
                entities.draw(self.workspace, WORKSPACE, content)
            self.workspace.transact(self._publish, WORKSPACE)
            self._drawn = True
        for rule in definitions.everything(self.workspace, WORKSPACE, "rule", None):
            definitions.delete(self.workspace, WORKSPACE, "rule", str(rule.id))
        with self.workspace.database.write() as connection:
            for table in EMPTIED:
                connection.execute(text(f"delete from {table}"))
            workspace_settings.write(connection, "timezone", zone)
            workspace_settings.write(connection, "clock_floor", None)
            workspace_settings.raise_rule_set_version(connection)
        self.set_time(instant(START[zone] - timedelta(hours=1)))
        self.workspace.refreshed()

    def set_time(self, instant: int) -> None:
        """The present instant from now on."""
        if instant < self.time:  # another clock, because one does not go back
            self.workspace.clock = Clock(source=lambda: self.time)
        self.time = instant

    @staticmethod
    def _publish(uow: UnitOfWork) -> None:
        entities.publish_in(uow, uow.definitions.all("entity"))

    def readable(self, rules: Sequence[n.Rule]) -> list[str] | None:
        """The texts of the rules; None when one of them can only be drawn as a tree."""
        model = self.workspace.model
        texts = []
        for rule in rules:
            try:
                texts.append(written(rule, model, "en"))
            except KeyError:
                return None
            if not read_rule(texts[-1], "en", model).ok:
                return None
        return texts

    def play(self, texts: Sequence[str], events: Sequence[Any], until: int, lazily: bool) -> tuple[list[Line], Any]:
        """The lines, and the events as they were played: with the ids that records got.

        `lazily`: the clock does not run between the events, so that writes find edges that are already due.
        """
        for each in texts:
            drawn = definitions.create(self.workspace, WORKSPACE, "rule", {"text": each, "language": "en"})
            definitions.publish(self.workspace, WORKSPACE, "rule", str(drawn.id))
        ids: dict[str, int] = {}
        played: list[tuple[int, i.Write]] = []
        lines: list[Line] = []
        for at, operation, entity, name, values in events:
            self.set_time(at)
            if not lazily:
                settle(self.workspace)
            try:
                if operation == "chunk":
                    self._chunk(values, ids, played, at)
                elif operation == "bulk":
                    self._bulk(
                        entity, {ids.get(one, 7): meant(given, ids) for one, given in values.items()}, played, at
                    )
                else:
                    ids[name] = self._event(operation, entity, ids.get(name, 7), meant(values, ids), played, at)
            except Blocked as blocked:
                for firing in blocked.firings:
                    line = (at, -firing.priority, firing.rule_name, str(firing.record), "blocked")
                    lines += [(*line, message) for message in firing.messages]
            except RuleloomError:
                continue  # a refused event is skipped, as the simulation does: the firings must agree all the same
        self.set_time(until)
        settle(self.workspace)
        return sorted(lines + self._firings()), played

    def _bulk(self, entity: str, values: dict[int, dict[str, Any]], played: list[Any], at: int) -> None:
        played.append((at, i.UpdateRecords(entity, dict(values.items()))))
        shown = {str(record): (in_json(given), None) for record, given in values.items()}
        records.bulk(self.workspace, WORKSPACE, entity, shown, show=lambda _uow, _written: None)

    def _chunk(self, parts: Sequence[Any], ids: dict[str, int], played: list[Any], at: int) -> None:
        """Through the door of imports and syncs, which leaves out what cannot be."""
        made = {name: self.workspace.ids.next() for operation, _, name, _ in parts if operation == "create"}
        known = ids | made
        rows: list[Any] = [
            (i.CreateRecord(entity, meant(given, known), made[name]),)
            if operation == "create"
            else (i.UpdateRecords(entity, {known.get(name, 7): meant(given, known)}),)
            for operation, entity, name, given in parts
        ]

        def write(uow: UnitOfWork) -> list[Any]:
            left = rows
            while refused := batch.write_together_in(uow, Chunk(left)).refused:
                left = [row for place, row in enumerate(left) if place not in refused]
            return left

        left = self.workspace.transact(write, WORKSPACE, origin="import")
        if left:
            played.append((at, i.WriteTogether(tuple(part for row in left for part in row))))
        there = {part.record for (part,) in left if isinstance(part, i.CreateRecord)}
        ids.update({name: record for name, record in made.items() if record in there})

    def _event(
        self, operation: str, entity: str, known: int, values: dict[str, Any], played: list[Any], at: int
    ) -> int:
        workspace, shown = self.workspace, in_json(values)
        if operation == "create":
            identity = workspace.ids.next()
            played.append((at, i.CreateRecord(entity, values, identity)))
            kept = workspace.ids

            def create(uow: UnitOfWork) -> None:
                """What was due is settled by now: the next id is the record's."""
                workspace.ids = _Given(identity, kept.next)  # type: ignore[assignment]
                records.create_in(uow, entity, shown)

            try:
                workspace.transact(create, WORKSPACE)
            finally:
                workspace.ids = kept
            return identity
        if operation == "update":
            played.append((at, i.UpdateRecords(entity, {known: values})))
            workspace.transact(lambda uow: records.update_in(uow, entity, known, shown), WORKSPACE)
        else:
            played.append((at, i.DeleteRecord(entity, known)))
            workspace.transact(lambda uow: records.delete_in(uow, entity, known), WORKSPACE)
        return known

    def _firings(self) -> list[Line]:
        rules = self.workspace.published.book.rules
        with self.workspace.reading() as reading:
            rows = firing_log.page(reading.connection, firing_log.FiringFilter(), 100_000)
            said = firing_log.effects_of(reading.connection, [row.id for row in rows if row.edge == "blocked"])
        return [
            (row.at, -rules[row.rule].tree.priority, rules[row.rule].name, str(row.record), row.edge, message)
            for row in rows
            for message in ([each.content["message"] for each in said[row.id]] if row.id in said else [""])
        ]


REFERENCES = ("customer", "order", "head")
EPOCH = date(1970, 1, 1)


class _Given:
    """Gives the next record the id that the history has for it."""

    def __init__(self, first: int, others: Callable[[], int]) -> None:
        self._first: int | None = first
        self._others = others

    def next(self) -> int:
        first, self._first = self._first, None
        return self._others() if first is None else first


def meant(values: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    """Values with the ids that records got; 7 is nobody's."""
    return {key: ids.get(value, 7) if key in REFERENCES and value else value for key, value in values.items()}


def in_json(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the front door takes them."""
    return {key: as_json(key, value) for key, value in values.items()}


def as_json(key: str, value: Any) -> Any:
    """A value as the front door takes it."""
    if value is None or isinstance(value, bool):
        return value
    if key in ("signed", "due"):
        return (EPOCH + timedelta(days=value)).isoformat()
    if key in ("seen", "ordered_at"):
        return moment(value).isoformat()
    return str(value) if isinstance(value, Decimal | int) else value


def simulated(model: Any, rules: Sequence[n.Rule], played: Sequence[tuple[int, i.Write]], until: int) -> list[Line]:
    """The lines of the simulation for the same writes."""
    simulation = Simulation(model, rules)
    lines: list[Printed] = []
    for at, write in played:
        lines += simulation.event(write, at)
    lines += [*simulation.settle(until), *simulation.end()]
    return sorted(
        (line.firing.at, -line.firing.priority, line.firing.rule_name, line.record.rpartition("/")[2],
         line.firing.edge, line.message or "")
        for line in lines
    )  # fmt: skip


def with_people(rules: Sequence[n.Rule]) -> list[n.Rule]:
    """The rules as a text can say them."""
    return [
        replace(rule, actions=tuple(map(to_people, rule.actions)), ending=tuple(map(to_people, rule.ending)))
        for rule in rules
    ]
