"""The shipped app comes in whole, on both databases, and an app that is wrong says everything and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import select

from ruleloom.access import WORKSPACE
from ruleloom.dsl.types import Value
from ruleloom.installer import AppError, AppInstalled, find_app, install, read_app, shipped_apps
from ruleloom.runtime.commands import entities
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.database import Database
from ruleloom.storage.people import accounts
from ruleloom.storage.schema.definitions import Definitions
from ruleloom.storage.tables.system import firings


@pytest.fixture
def workspace(migrated_database: str) -> Iterator[Workspace]:
    opened = Workspace(Database(migrated_database))
    opened.transact(entities.prepare, WORKSPACE)
    yield opened
    opened.close()


def _records(workspace: Workspace, entity: str) -> list[dict[str, Value]]:
    with workspace.reading() as reading:
        found = reading.store.all_records(entity)
        return [dict(each) for each in reading.store.snapshots(entity, found).values()]


def test_every_shipped_app_can_be_read() -> None:
    for name in shipped_apps():
        app = read_app(find_app(name))
        assert app.name == name
        assert set(app.labels) == {"en", "zh"}
        assert all((app.entities, app.rules, app.samples))


def test_the_shipped_app_comes_in_whole(workspace: Workspace) -> None:
    app = read_app(find_app("b2b_sales"))
    done = install(workspace, app, WORKSPACE)
    for table in app.samples:
        assert done.records[table.entity] == len(table.rows) == len(_records(workspace, table.entity))
    with workspace.database.read() as connection:
        drawn = {kind: len(Definitions(connection).all(kind, published=True)) for kind in done.definitions}
        assert drawn == done.definitions
        assert connection.execute(select(firings.c.id)).all() == [], "the sample is the past: nothing fires"
        people = accounts.every(connection)
    assert len(people) == 16
    assert all(person.password_hash is None for person in people)
    assert {role for person in people for role in person.roles} == {"manager", "member"}


def test_sample_dates_stand_as_if_written_today(workspace: Workspace) -> None:
    install(workspace, read_app(find_app("b2b_sales")), WORKSPACE)
    with workspace.reading() as reading:
        calendar, today = reading.published.model.calendar, reading.published.model.calendar.day_of(reading.now)
    newest = max(int(order["ordered_at"] or 0) for order in _records(workspace, "order"))  # type: ignore[arg-type]
    assert today - calendar.day_of(newest) in (0, 1), "the newest sample order is of the anchor day or the day before"
    assert str(calendar.zone) == "Asia/Shanghai"


def test_its_entities_can_be_drawn_on(workspace: Workspace) -> None:
    install(workspace, read_app(find_app("b2b_sales")), WORKSPACE, sample=False)
    drawing = entities.drawing(workspace, WORKSPACE, "customer")
    assert drawing.draft is not None
    assert drawing.draft["labels"] == {"en": "Customer", "zh": "客户"}
    assert all(field["id"] and field["key"] and field["labels"] for field in drawing.draft["fields"])
    before = workspace.refreshed().model.entity("customer")
    entities.redraw(workspace, WORKSPACE, "customer", drawing.draft, drawing.version)
    entities.publish(workspace, WORKSPACE, "customer")
    assert workspace.refreshed().model.entity("customer") == before, "drawing it again unchanged changes nothing"


def test_an_app_is_installed_once(workspace: Workspace) -> None:
    app = read_app(find_app("b2b_sales"))
    install(workspace, app, WORKSPACE, sample=False)
    assert _records(workspace, "customer") == []
    with pytest.raises(AppInstalled):
        install(workspace, app, WORKSPACE)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    shutil.copytree(str(files("ruleloom.shipped") / "b2b_sales"), folder)
    return folder


def test_rows_of_a_sample_that_are_wrong_are_all_named(workspace: Workspace, broken: Path) -> None:
    orders = broken / "sample" / "order.csv"
    lines = orders.read_text(encoding="utf-8").splitlines()
    lines[1] = "S1,NOBODY,2026-01-01 10:00,10,open,"
    lines[2] = "S2,KH1001,not a time,ten,open,"
    orders.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(AppError) as caught:
        install(workspace, read_app(broken), WORKSPACE)
    assert [d.target for d in caught.value.diagnostics] == [
        "sample/order.csv:2", "sample/order.csv:3", "sample/order.csv:3",
    ]  # fmt: skip
    assert all(d.message("zh") and d.message("en") for d in caught.value.diagnostics)
    assert "customer" not in workspace.refreshed().model.by_key, "nothing of it came in"


def test_a_rule_that_is_wrong_stops_the_whole_app(workspace: Workspace, broken: Path) -> None:
    (broken / "rules" / "wrong.en.rule").write_text(
        'rule "X" on custmer when name is empty then set name = "x"', "utf-8"
    )
    with pytest.raises(AppError, match="no-such-entity") as caught:
        install(workspace, read_app(broken), WORKSPACE)
    assert {d.target for d in caught.value.diagnostics} == {"rules/wrong.en.rule"}
    assert "customer" not in workspace.refreshed().model.by_key


def test_broken_files_are_told_by_name(broken: Path) -> None:
    (broken / "views" / "more.yaml").write_text("views: [", encoding="utf-8")
    (broken / "rules" / "nameless.rule").write_text("", encoding="utf-8")
    with pytest.raises(AppError) as caught:
        read_app(broken)
    assert {d.target for d in caught.value.diagnostics} >= {"views/more.yaml", "rules/nameless.rule"}


def test_names_from_outside_reach_shipped_apps_only(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("name: x", encoding="utf-8")
    with pytest.raises(AppError):
        find_app(str(tmp_path), shipped_only=True)
