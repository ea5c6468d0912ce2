"""`update … set`: names are the updated record's, `this` is the firing's record, however deep in lists it stands.

The values are the same in production (both databases) and in a simulation, and are asked for all rows at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from ruleloom import dsl
from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import DAY, moment
from ruleloom.forms.entity import Entity, Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.commands import definitions, entities, records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.simulation.play import Simulation, play
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from tests.conftest import Copies, template_of

ENTITIES: list[dict[str, Any]] = [
    {
        "name": "firm",
        "fields": [
            {"name": "name", "type": "text"},
            {"name": "limit", "type": "number", "decimals": 2},
            {"name": "spare", "type": "number"},
            {"name": "since", "type": "date"},
            {"name": "open", "type": "boolean"},
            {"name": "kinds", "type": "choices", "options": ["a", "b", "c"]},
            {"name": "others", "type": "choices", "options": ["a", "b", "c"]},
            {"name": "parent", "type": "reference", "to": "firm", "reverse": "daughters"},
            {"name": "go", "type": "boolean"},
        ],
    },
    {
        "name": "order",
        "fields": [
            {"name": "firm", "type": "reference", "to": "firm", "reverse": "orders"},
            {"name": "number", "type": "number"},
            {"name": "limit", "type": "number"},
        ],
    },
    {
        "name": "line",
        "fields": [
            {"name": "order", "type": "reference", "to": "order", "reverse": "lines"},
            {"name": "quantity", "type": "number", "decimals": 1},
            {"name": "sku", "type": "text"},
            {"name": "kind", "type": "choice", "options": ["a", "b", "c"]},
            {"name": "day", "type": "date"},
        ],
    },
]
RECORDS: list[tuple[str, str, dict[str, Any]]] = [
    ("firm", "f1", {"name": "Mother", "limit": "4"}),
    (
        "firm",
        "f2",
        {"name": "A", "limit": "2", "since": "2026-01-10", "open": True, "kinds": ["a", "b"], "parent": "f1"},
    ),
    ("order", "o1", {"firm": "f2", "number": "1", "limit": "100"}),
    ("line", "l1", {"order": "o1", "quantity": "1", "sku": "Mother", "kind": "a", "day": "2026-01-01"}),
    ("line", "l2", {"order": "o1", "quantity": "2", "sku": "A", "kind": "b"}),
    ("line", "l3", {"order": "o1", "quantity": "3.5", "kind": "c", "day": "2026-03-01"}),
    ("order", "o2", {"firm": "f2", "number": "2", "limit": "0"}),
    ("line", "l4", {"order": "o2", "quantity": "5", "sku": "mother", "day": "2026-02-10"}),
    ("line", "l5", {"order": "o2"}),
    ("order", "o3", {"firm": "f2", "number": "3"}),
]
VALUES: list[tuple[str, list[str | None]]] = [
    ("count(lines where quantity > this.limit)", ["1", "1", "0"]),
    ("count(lines where quantity < coalesce(order.limit, 0))", ["3", "0", "0"]),
    ("count(lines where quantity <= this.parent.limit)", ["3", "0", "0"]),
    ("count(lines where quantity > count(this.orders))", ["1", "1", "0"]),
    ("count(lines where no this.orders where number > 2)", ["0", "0", "0"]),
    ("count(lines where any this.orders where number > 2)", ["3", "2", "0"]),
    ("count(lines where (any order.lines where quantity = this.limit))", ["3", "0", "0"]),
    ("count(this.orders where number >= this.limit)", ["2", "2", "2"]),
    ("count(all lines where quantity > this.limit)", ["2", "2", "2"]),
    ("count(lines where sku = this.parent.name)", ["1", "0", "0"]),
    ("count(lines where sku contains this.parent.name)", ["1", "1", "0"]),
    ("count(lines where this.open)", ["3", "2", "0"]),
    ("count(lines where order.firm = this)", ["3", "2", "0"]),
    ("count(lines where order.firm.parent = this.parent)", ["3", "2", "0"]),
    ("count(lines where this.kinds contains kind)", ["2", "0", "0"]),
    ("count(lines where this.kinds has all of (\"a\", \"b\"))", ["3", "2", "0"]),
    ("count(lines where day >= this.since + 1 month)", ["1", "1", "0"]),
    ("count(lines where day > this.since)", ["1", "1", "0"]),
    ("if((the last 1 lines all quantity > this.limit), 1, 0)", ["1", "0", "0"]),
    ("sum(lines.quantity where quantity between this.limit and this.parent.limit)", ["5.5", "0", "0"]),
    ("max(lines.quantity where quantity < this.parent.limit) * 2", ["7", None, None]),
    # an empty value of the firing's record stays empty in whatever is done with it
    ("count(lines where quantity = this.spare)", ["0", "0", "0"]),
    ("count(lines where quantity != this.spare)", ["3", "2", "0"]),
    ("count(lines where quantity > this.spare)", ["0", "0", "0"]),
    ("count(lines where quantity + this.spare > 0)", ["0", "0", "0"]),
    ("count(lines where (quantity + this.spare is empty))", ["3", "2", "0"]),
    ("count(lines where quantity >= coalesce(this.spare, 3))", ["1", "1", "0"]),
    ("count(lines where max(quantity, this.spare) > 0)", ["0", "0", "0"]),
    ("count(lines where -this.spare < quantity)", ["0", "0", "0"]),
    ("count(lines where (this.spare is empty))", ["3", "2", "0"]),
    ("count(lines where sku = this.parent.parent.name)", ["0", "0", "0"]),
    ("count(lines where this.others contains kind)", ["0", "0", "0"]),
    ("count(lines where (this.others is empty and count(this.others) = 0))", ["3", "2", "0"]),
]  # fmt: skip
ENTITIES[1]["fields"] += [{"name": f"value{place}", "type": "number", "decimals": 1} for place in range(len(VALUES))]
ENTITIES[1]["fields"].append({"name": "note", "type": "text"})
NOW = 1_800_000_000_000_000
GO = (
    'rule "Go" on firm when go changes to yes then update orders set note = "{number} of {this.name}: '
    '{count(lines where quantity > this.limit)} large", '
    + ", ".join(f"value{place} = {value}" for place, (value, _) in enumerate(VALUES))
)
NOTES = ["1 of A: 1 large", "2 of A: 1 large", "3 of A: 0 large"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def firms(
    request: pytest.FixtureRequest, copies: Copies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workspace, dict[str, str]]]:
    """A workspace with these records and this rule, and their ids by name."""
    with copies(template_of(request)) as url:
        opened = open_workspace(url, folder=tmp_path_factory.mktemp("firms"))
        for content in ENTITIES:
            entities.draw(opened, WORKSPACE, content)
        opened.transact(lambda uow: entities.publish_in(uow, uow.definitions.all("entity")), WORKSPACE)
        ids: dict[str, str] = {}
        for entity, name, values in RECORDS:
            given = {key: ids.get(value, value) if isinstance(value, str) else value for key, value in values.items()}
            ids[name] = records.create(opened, WORKSPACE, entity, given, show=lambda _uow, made: str(made.record))
        drawn = definitions.create(opened, WORKSPACE, "rule", {"text": GO, "language": "en"})
        definitions.publish(opened, WORKSPACE, "rule", str(drawn.id))
        yield opened, ids
        opened.close()


def set_going(workspace: Workspace, firm: str) -> None:
    """Lets the rule fire for a firm, once more where it did before."""
    for on in (False, True):
        records.bulk(workspace, WORKSPACE, "firm", {firm: ({"go": on}, None)}, show=lambda _uow, _made: None)


def order_of(model: Model) -> Entity:
    """The entity of orders."""
    return next(entity for entity in model.entities if entity.name == "order")


def orders_of(model: Model, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was written in the orders, by the expression that it comes from."""
    keys = {field.name: field.key for field in order_of(model).fields}
    return [
        {value: row[keys[f"value{place}"]] for place, (value, _) in enumerate(VALUES)} | {"note": row[keys["note"]]}
        for row in rows
    ]


EXPECTED = [
    {value: None if each[place] is None else Decimal(str(each[place])) for value, each in VALUES} | {"note": note}
    for place, note in enumerate(NOTES)
]


def test_this_is_the_firings_record_in_production(firms: tuple[Workspace, dict[str, str]]) -> None:
    workspace, ids = firms
    set_going(workspace, ids["f2"])
    with workspace.reading() as reading:
        order = order_of(workspace.model).id
        found = reading.store.snapshots(order, list(reading.store.all_records(order))).values()
    assert orders_of(workspace.model, found) == EXPECTED


def test_this_is_the_firings_record_in_a_simulation() -> None:
    model = read_schema({"entities": ENTITIES})
    parsed = dsl.parse(GO, model, "en")
    assert parsed.ok, [each.message("en") for each in parsed.diagnostics]
    simulation = Simulation(model, parsed.rules)
    events = [("create", *each) for each in RECORDS] + [("update", "firm", "f2", {"go": True})]
    lines = [
        json.dumps({"at": "2026-01-01T08:00:00Z", "op": op, "entity": entity, "id": name, "values": values})
        for op, entity, name, values in events
    ]
    assert len(list(play(simulation, lines, None))) == 1
    found = simulation.desk.tables.tables[order_of(model).id].rows.values()
    assert orders_of(model, found) == EXPECTED


def test_the_values_are_asked_for_all_rows_at_once(firms: tuple[Workspace, dict[str, str]]) -> None:
    workspace, ids = firms
    statements: list[str] = []
    listener = lambda *given: statements.append(given[2])  # noqa: E731
    event.listen(workspace.database.engine, "before_cursor_execute", listener)
    set_going(workspace, ids["f2"])
    few = len(statements)
    for number in range(10, 40):
        given = {"firm": ids["f2"], "number": str(number)}
        records.create(workspace, WORKSPACE, "order", given, show=lambda _uow, _made: None)
    statements.clear()
    set_going(workspace, ids["f2"])
    event.remove(workspace.database.engine, "before_cursor_execute", listener)
    assert few > len(VALUES)
    assert len(statements) <= few + 10, "thirty orders more are written, and asked about in the same statements"


def test_a_list_in_a_list_knows_when_time_alone_turns_it(firms: tuple[Workspace, dict[str, str]]) -> None:
    """When an inner list turns depends on the rule's record as well: here its limit, not the order's."""
    workspace, ids = firms
    late = (
        'rule "Late" on firm when any orders where (any lines where (quantity = this.limit + 7 and day older than '
        '30 days)) then notify created_by "late"'
    )
    now = [NOW]
    workspace.clock = Clock(source=lambda: now[0])
    drawn = definitions.create(workspace, WORKSPACE, "rule", {"text": late, "language": "en"})
    definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id))
    line = {"order": ids["o3"], "quantity": "9", "day": moment(NOW - 20 * DAY).date().isoformat()}
    records.create(workspace, WORKSPACE, "line", line, show=lambda _uow, _made: None)
    now[0] += 9 * DAY
    assert settle(workspace) == []
    now[0] += 2 * DAY
    assert len(settle(workspace)) == 1
