"""Publishing: tables are built, altered and refused; migrations and tables say the same."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from ruleloom.forms.schema_file import read_schema
from ruleloom.storage.database import Database
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.records import NewRecord, Records
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.schema.columns import SYSTEM
from ruleloom.storage.schema.migrate import is_current, migrate
from ruleloom.storage.schema.publish import SchemaChangeRefused, build_missing_indexes, publish_tables

from .conftest import SHOP


def changed(entity: int, **fields: dict[str, Any]) -> Catalogue:
    """The shop with properties of fields of one entity changed; an unknown name is a new field."""
    schema = copy.deepcopy(SHOP)
    listed = schema["entities"][entity]["fields"]
    for name, properties in fields.items():
        field = next((f for f in listed if f["name"] == name), None)
        if field is None:
            listed.append({"name": name, **properties})
        else:
            field.update(properties)
    return Catalogue(read_schema(schema))


def publish(workspace: Database, catalogue: Catalogue) -> list[str]:
    with workspace.write() as connection:
        return publish_tables(connection, catalogue, at=2)


def test_migrations_build_what_the_tables_say(database: str) -> None:
    opened = Database(database)
    assert not is_current(opened)
    migrate(opened)
    migrate(opened)
    assert is_current(opened)
    with opened.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [d for d in compare_metadata(context, SYSTEM) if "comment" not in str(d[0])]
    assert differences == []
    opened.close()


def test_a_second_publish_finds_nothing_to_do(workspace: Database, catalogue: Catalogue) -> None:
    assert publish(workspace, catalogue) == []
    with workspace.read() as connection:
        steps = connection.execute(text("select step from schema_changes order by id")).scalars().all()
    assert "create table r_customer" in steps
    assert "create table l_customer_tags" in steps


def test_references_and_times_have_indexes(workspace: Database) -> None:
    found = {index["name"]: index["column_names"] for index in inspect(workspace.engine).get_indexes("r_order")}
    assert found["i_order_customer"] == ["customer", "ordered_at"]
    assert found["i_order_ordered_at"] == ["ordered_at"]


def test_new_fields_become_columns_and_keep_the_rows(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("order", [NewRecord(1, {"number": "A"})], Stamp(1))
    more = changed(1, note={"type": "text", "unique": True}, rush={"type": "boolean"}, marks={"type": "files"})
    steps = publish(workspace, more)
    assert {"add column r_order.note", "add column r_order._sort_note", "create index u_order_note"} <= set(steps)
    assert "create table l_order_marks" in steps
    with workspace.write() as connection:
        found = Records(connection, more).read("order", [1])[1]
        assert (found["number"], found["note"], found["marks"]) == ("A", None, None)
    assert publish(workspace, more) == []


@pytest.mark.parametrize(("decimals", "kept"), [(4, Decimal("1.5")), (1, Decimal("1.5"))])
def test_decimals_may_change_while_nothing_is_lost(
    workspace: Database, catalogue: Catalogue, decimals: int, kept: Decimal
) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("order", [NewRecord(1, {"amount": Decimal("1.50")})], Stamp(1))
    other = changed(1, amount={"decimals": decimals})
    publish(workspace, other)
    with workspace.write() as connection:
        records = Records(connection, other)
        assert records.read("order", [1])[1]["amount"] == kept
        more = Decimal(1).scaleb(-decimals)
        records.insert("order", [NewRecord(2, {"amount": more})], Stamp(1))
        assert records.read("order", [2])[2]["amount"] == more


def test_changes_that_would_lose_values_are_refused_together(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("order", [NewRecord(1, {"amount": Decimal("1.55")})], Stamp(1))
    wrong = changed(1, amount={"decimals": 1}, number={"type": "date"}, customer={"to": "user"}, extra={"type": "text"})
    with pytest.raises(SchemaChangeRefused) as caught:
        publish(workspace, wrong)
    found = {d.target: d.code for d in caught.value.diagnostics}
    assert found == {
        "order.amount": "field-decimals-lost",
        "order.number": "field-kind-changed",
        "order.customer": "field-target-changed",
    }
    assert all(d.message("en") and d.message("zh") for d in caught.value.diagnostics)
    assert "extra" not in {c["name"] for c in inspect(workspace.engine).get_columns("r_order")}


def test_text_may_become_a_choice_and_gets_its_sort_key_back(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        Records(connection, catalogue).insert("line", [NewRecord(1, {"note": "张三"})], Stamp(1))
    short = changed(2, note={"type": "text"})
    assert "add column r_line._sort_note" in publish(workspace, short)
    with workspace.read() as connection:
        assert str(connection.scalar(text('select "_sort_note" from r_line'))).startswith("zhang ")


def test_missing_indexes_are_built_without_a_transaction(workspace: Database, catalogue: Catalogue) -> None:
    with workspace.write() as connection:
        connection.execute(text("drop index i_order_ordered_at"))
    assert build_missing_indexes(workspace, catalogue) == ["i_order_ordered_at"]
    assert build_missing_indexes(workspace, catalogue) == []


def test_indexes_of_a_table_that_another_connection_made_are_seen(workspace: Database) -> None:
    # Its table is the first that is looked at.
    wider = changed(0, areas={"type": "choices", "options": ["a", "b"]})
    with workspace.read() as before:
        before.execute(text("select count(*) from r_line"))
        publish(workspace, wider)
    # Both connections in turn: the one that made the table, and the one that has not heard of it.
    assert [build_missing_indexes(workspace, wider) for _ in range(2)] == [[], []]
