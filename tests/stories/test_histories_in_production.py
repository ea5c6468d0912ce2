"""The histories of `tests/conformance/engine_*.yaml` in a real workspace: the same firings as in the simulation.

One workspace for all cases of a file, on a controlled clock; what sales organisations asked for in both languages.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ruleloom import dsl
from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import instant
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.commands import definitions, entities, files, records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import CLOCK_FLOOR
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings
from ruleloom.storage.logs import firing_log
from tests.conftest import Copies, template_of
from tests.engine.test_stories import FILES, read

SELLING = "engine_selling"
Line = tuple[int, str, str, str, str]
"""Instant, rule, record (entity/name in the case), edge, message."""


class Organisation:
    """A workspace with the entities of the cases, in which histories are played one after the other."""

    def __init__(self, schema: dict[str, Any], url: str, folder: Path) -> None:
        self.time = instant(datetime(2025, 12, 1, tzinfo=UTC))
        self.workspace = open_workspace(url, folder=folder, clock=Clock(source=lambda: self.time))
        self.workspace.set(timezone=schema["timezone"])
        for entity in schema["entities"]:
            entities.draw(self.workspace, WORKSPACE, entity)
        self.workspace.transact(_publish_all, WORKSPACE)
        self.types = {
            entity["name"]: {each["name"]: each["type"] for each in entity["fields"]} for entity in schema["entities"]
        }
        self.people: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.names: dict[str, str] = {}
        """By id; a name may come back for another record."""

    def play(self, case: dict[str, Any], language: Language) -> list[Line]:
        """Publishes the rules of the case, plays its events and answers with the lines that the contract prints."""
        self._begin(_instant(case["events"][0][0]))
        for rule in dsl.parse(case["rules"][language], self.workspace.model, language).rules:
            text = dsl.format(rule, self.workspace.model, language)
            drawn = definitions.create(self.workspace, WORKSPACE, "rule", {"text": text, "language": language})
            definitions.publish(self.workspace, WORKSPACE, "rule", str(drawn.id))
        lines: list[Line] = []
        for at, operation, entity, name, values in case["events"]:
            self._until(_instant(at))
            try:
                self._event(operation, entity, name, values)
            except Blocked as blocked:
                record = f"{entity}/{name}"
                lines += [
                    (self.time, each.rule_name, record, "blocked", said)
                    for each in blocked.firings
                    for said in each.messages
                ]
            except RuleloomError:
                continue  # a refused event is skipped, as in the simulation
        self._until(_instant(case.get("until", case["events"][-1][0])))
        return sorted(lines + self._fired())

    def _begin(self, at: int) -> None:
        for rule in definitions.everything(self.workspace, WORKSPACE, "rule", None):
            definitions.delete(self.workspace, WORKSPACE, "rule", str(rule.id))
        with self.workspace.database.write() as connection:
            workspace_settings.write(connection, CLOCK_FLOOR, None)
        self.ids, self.names, self.time = {}, {}, at
        self.workspace.clock = Clock(source=lambda: self.time)  # another, because a clock does not go back

    def _until(self, at: int) -> None:
        self.time = at
        settle(self.workspace)

    def _event(self, operation: str, entity: str, name: str, values: dict[str, Any]) -> None:
        given = {key: self._value(self.types[entity][key], value) for key, value in values.items()}
        if operation == "create":
            self.ids[name] = self._create(entity, given)
            self.names[self.ids[name]] = name
        elif operation == "update":
            self.workspace.transact(lambda uow: records.update_in(uow, entity, int(self.ids[name]), given), WORKSPACE)
        else:
            self.workspace.transact(lambda uow: records.delete_in(uow, entity, int(self.ids[name])), WORKSPACE)

    def _create(self, entity: str, values: dict[str, Any]) -> str:
        return str(self.workspace.transact(lambda uow: records.create_in(uow, entity, values), WORKSPACE).record)

    def _value(self, kind: str, value: Any) -> Any:
        if kind == "reference":
            return self.ids[value]
        if kind == "user":
            if value not in self.people:
                self.people[value] = self._create("user", {"name": value})
            return self.people[value]
        if kind == "files":
            return [
                files.keep(self.workspace, WORKSPACE, io.BytesIO(b"proof"), each, "application/pdf").id
                for each in value
            ]
        return value

    def _fired(self) -> list[Line]:
        """Of records that are named in the case; what a rule's own write was blocked with is its effect."""
        rules, names = self.workspace.published.book.rules, self.names
        with self.workspace.reading() as opened:
            rows = firing_log.page(opened.connection, firing_log.FiringFilter(), 1_000)
            effects = firing_log.effects_of(opened.connection, [row.id for row in rows])
        return [
            (row.at, rules[row.rule].name, f"{row.entity}/{names[str(row.record)]}", row.edge, message)
            for row in rows
            if str(row.record) in names
            for message in ([e.content["message"] for e in effects[row.id]] if row.edge == "blocked" else [""])
        ]


def _publish_all(uow: UnitOfWork) -> None:
    entities.publish_in(uow, uow.definitions.all("entity"))


def _instant(text: str) -> int:
    return instant(datetime.fromisoformat(text))


Organisations = Callable[[Path, dict[str, Any]], Organisation]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def organisations(
    request: pytest.FixtureRequest, copies: Copies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Organisations]:
    with ExitStack() as opened:
        made: dict[str, Organisation] = {}

        def organisation(path: Path, case: dict[str, Any]) -> Organisation:
            of = case["name"] if "schema" in case else path.stem
            if of not in made:
                url = opened.enter_context(copies(template_of(request)))
                schema = read(path)["schema"] | case.get("schema", {})
                made[of] = Organisation(schema, url, tmp_path_factory.mktemp("organisation"))
                opened.callback(made[of].workspace.close)
            return made[of]

        yield organisation


CASES = [
    pytest.param(path, case, language, id=f"{case['name'].split(',')[0]}-{language}")
    for path in FILES
    for case in read(path)["cases"]
    for language in (("en", "zh") if path.stem == SELLING else ("en",))
    if "expect" in case and not any(entity == "user" for _, _, entity, *_ in case["events"])  # people are named there
]


@pytest.mark.parametrize(("path", "case", "language"), CASES)
def test_it_fires_as_in_the_simulation(
    organisations: Organisations, path: Path, case: dict[str, Any], language: Language
) -> None:
    expected = [
        (_instant(at), rule, record, _edge(edge), *(said or [""])) for at, rule, record, edge, *said in case["expect"]
    ]
    named = [line for line in expected if not line[2].partition("/")[2].startswith("auto-")]  # in production: a number
    assert organisations(path, case).play(case, language) == sorted(named)


def _edge(written: str | bool) -> str:
    """YAML reads `on` and `off` as yes and no."""
    return written if isinstance(written, str) else "on" if written else "off"
