"""Worked-out fields have the same value in Python, SQL on both databases, JsonLogic, explanations and simulations."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from ruleloom import dsl
from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.compile import compiled_value
from ruleloom.dsl.backends.jsonlogic import to_jsonlogic
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Value
from ruleloom.engine import explainer
from ruleloom.engine.jsonlogic import evaluate, truthy
from ruleloom.engine.jsonlogic_ours import record_data
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.rules.language import logic_of_tree
from ruleloom.storage import to_sql
from ruleloom.storage.database import Database
from ruleloom.storage.records.formula_values import with_formula_values
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql import functions
from tests.dsl.backends.trees import NOW, TODAY
from tests.dsl.backends.world import World

MODEL: Model = read_schema(
    {
        "timezone": "Asia/Shanghai",
        "entities": [
            {
                "name": "shop",
                "fields": [
                    {"name": "rate", "type": "number", "decimals": 2},
                    {"name": "big", "type": "formula", "result": "boolean",
                     "expression": 'if(count(sales in the last 30 days) >= 2, yes, no)'},
                    {"name": "fee", "type": "formula", "decimals": 3, "expression": "coalesce(rate, 0.1) / 3"},
                ],
            },
            {
                "name": "sale",
                "time_field": "sold_on",
                "fields": [
                    {"name": "shop", "type": "reference", "to": "shop", "reverse": "sales"},
                    {"name": "price", "type": "number", "decimals": 2},
                    {"name": "pieces", "type": "number"},
                    {"name": "sold_on", "type": "date"},
                    {"name": "total", "type": "formula", "decimals": 2, "expression": "price * pieces"},
                    {"name": "net", "type": "formula", "decimals": 2, "expression": "total * (1 - shop.fee)"},
                    {"name": "due", "type": "formula", "result": "date", "expression": "sold_on + 1 month"},
                    {"name": "level", "type": "formula", "result": "text",
                     "expression": 'if(total > 100, "high", "low")'},
                ],
            },
        ],
    }
)  # fmt: skip


def _world() -> World:
    world = World(MODEL)
    shops = [world.add("shop", rate=Decimal("0.25")), world.add("shop")]
    for price, pieces, shop, day in (
        ("10.50", 3, 0, TODAY), ("99.99", 2, 0, TODAY - 5), (None, 2, 1, TODAY - 40), ("0.01", 1, None, None),
    ):  # fmt: skip
        values: dict[str, Any] = {"pieces": Decimal(pieces), "sold_on": day}
        values["price"] = None if price is None else Decimal(price)
        values["shop"] = None if shop is None else shops[shop]
        world.add("sale", **values)
    return world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Catalogue, World]]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres")
    database, catalogue, world = Database(url), Catalogue(MODEL), _world()
    with database.write() as connection:
        functions.install(connection)
        catalogue.metadata.create_all(connection)
        world.store(connection, catalogue)
    with database.read() as connection:
        yield connection, catalogue, world
    with database.write() as connection:
        catalogue.metadata.drop_all(connection)
    database.close()


def _tree(text: str, entity: str) -> n.Condition:
    parsed = dsl.parse(text, MODEL, "en", entity=entity, part="condition")
    assert isinstance(parsed.tree, n.Condition), [each.message("en") for each in parsed.diagnostics]
    return parsed.tree


MOMENT = Moment(NOW, MODEL.calendar)


@pytest.mark.parametrize(
    ("text", "entity", "expected"),
    [
        ("total = 31.5", "sale", [0]),
        ("total > 100 and level = \"high\"", "sale", [1]),
        ("total is empty", "sale", [2]),
        ("net = 28.89", "sale", [0]),  # 31.50 × (1 − 0.083)
        ("due < today", "sale", [2]),
        ("due in the next 40 days", "sale", [0, 1]),
        ("shop.big", "sale", [0, 1]),
        ("shop.fee > 0.05", "sale", [0, 1]),
        ("big", "shop", [0]),
        ("fee = 0.033", "shop", [1]),
        ("any sales where (total > 100 and level = \"high\")", "shop", [0]),
        ("any sales where shop.fee = 0.083", "shop", [0]),
        ("no sales where net > 1", "shop", [1]),
        ("the last 2 sales all total > 30", "shop", [0]),
    ],
)  # fmt: skip
def test_conditions(text: str, entity: str, expected: list[int], stored: tuple[Any, Catalogue, World]) -> None:
    connection, catalogue, world = stored
    tree, ids = _tree(text, entity), sorted(world.live(entity))
    wanted = {ids[place] for place in expected}
    assert {i for i, row in world.live(entity).items() if world.holds(tree, row, MOMENT)} == wanted
    dialect: Any = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    table = catalogue.table(entity)
    where = to_sql(tree, MODEL, catalogue, MOMENT, dialect, table)
    assert set(connection.execute(select(table.c.id).where(where)).scalars()) == wanted
    if logic_of_tree(tree, MODEL) is not None:
        logic = to_jsonlogic(with_formulas(tree, MODEL), MODEL)
        for i, row in world.live(entity).items():
            data = record_data(row, MODEL.entity(entity), MOMENT)
            assert truthy(evaluate(logic, data)) is (i in wanted)
    assert dsl.from_jsonlogic(to_jsonlogic(tree, MODEL), MODEL, entity) == tree
    assert dsl.format(tree, MODEL, "en").replace("(", "").replace(")", "") == text.replace("(", "").replace(")", "")


def test_values(stored: tuple[Any, Catalogue, World]) -> None:
    connection, catalogue, world = stored
    for entity in ("sale", "shop"):
        shown = with_formula_values(connection, catalogue, entity, list(world.live(entity).values()), MOMENT)
        for row in shown:
            for field in MODEL.entity(entity).fields:
                if field.type == "formula":
                    path = n.Path("this", (field.id,), field.value_type)
                    assert row[field.key] == world.value(path, world.snapshot(entity, row["id"]), MOMENT)  # type: ignore[arg-type]
    first = {row["price"]: row for row in with_formula_values(
        connection, catalogue, "sale", list(world.live("sale").values()), MOMENT)}[Decimal("10.50")]  # fmt: skip
    expected: dict[str, Value] = {"total": Decimal("31.50"), "net": Decimal("28.89"), "level": "low", "due": TODAY + 30}
    assert {key: first[key] for key in expected} == expected


def test_on_a_plain_mapping_with_reasons() -> None:
    gate = dsl.compile_condition('total > 100 or level = "low"', "sale", MODEL)
    assert gate({"price": 60, "pieces": 2})
    assert gate({"price": 1, "pieces": 2})
    assert not dsl.compile_condition("total > 100", "sale", MODEL)({"price": 1})
    trace = explainer("total > 100", "sale", MODEL)({"price": 1, "pieces": 2})
    assert not trace.holds
    assert Decimal(2) in trace.whole.values


def test_a_value_in_a_text(stored: tuple[Any, Catalogue, World]) -> None:
    path = n.Path("this", ("sale.total",), MODEL.field("sale.total")[1].value_type)
    compiled = compiled_value(path, MODEL)
    assert compiled.reads.fields == {"sale.price", "sale.pieces"}
    assert compiled.value({"price": Decimal(2), "pieces": Decimal(3)}) == 6
