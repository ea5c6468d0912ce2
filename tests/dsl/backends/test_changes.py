"""Change conditions, `previous` and `C for D` in the compiled functions; SQL refuses them by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.compile import compiled_condition
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reading.parsing import parse
from ruleloom.storage.sql.trees import NotInSql, to_sql
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.trees import NOW
from tests.dsl.backends.world import MODEL


def _tree(text: str) -> n.Condition:
    parsed = parse(text, MODEL, entity="customer", part="condition")
    assert isinstance(parsed.tree, n.Condition), parsed.diagnostics
    return parsed.tree


@pytest.mark.parametrize(
    ("text", "before", "after", "holds"),
    [
        ("region changes", {"region": "East"}, {"region": "West"}, True),
        ("region changes", {"region": "East"}, {"region": "East"}, False),
        ('region changes to "West"', {}, {"region": "West"}, True),
        ('region changes to "West"', {"region": "West"}, {"region": "West"}, False),
        ('region changes from "East" to "West"', {"region": "East"}, {"region": "West"}, True),
        ('region changes from "North" to "West"', {"region": "East"}, {"region": "West"}, False),
        ("region changes to empty", {"region": "East"}, {}, True),
        ("credit changes", {"credit": Decimal("1.0")}, {"credit": Decimal("1.00")}, False),
        ("tags changes", {"tags": ("gold", "new")}, {"tags": ("new", "gold")}, False),
        ("credit rises", {"credit": Decimal(1)}, {"credit": Decimal(2)}, True),
        ("credit rises", {}, {"credit": Decimal(2)}, False),
        ("credit falls", {"credit": Decimal(2)}, {"credit": Decimal(1)}, True),
        ("credit changes by more than 15%", {"credit": Decimal(100)}, {"credit": Decimal("115.01")}, True),
        ("credit changes by more than 15%", {"credit": Decimal(100)}, {"credit": Decimal(115)}, False),
        ("credit changes by more than 15%", {"credit": Decimal(-100)}, {"credit": Decimal(-120)}, True),
        ("credit changes by more than 15%", {"credit": Decimal(0)}, {"credit": Decimal(5)}, False),
        ("credit changes and previous credit > 5", {"credit": Decimal(6)}, {"credit": Decimal(1)}, True),
        ("record is updated", {}, {}, True),
        ("record is created", {}, {}, False),
    ],
)
def test_an_update(text: str, before: dict[str, Any], after: dict[str, Any], holds: bool) -> None:
    compiled = compiled_condition(_tree(text), MODEL)
    assert compiled.reads.reads_change
    assert compiled.holds(after, previous=before, change="updated") is holds


@pytest.mark.parametrize("text", ["region changes", 'region changes to "West"', "credit rises", "record is updated"])
@pytest.mark.parametrize("change", ["created", "deleted"])
def test_on_creation_and_deletion_only_these_hold(text: str, change: Any) -> None:
    record = {"region": "West", "credit": Decimal(2)}
    previous = None if change == "created" else record
    assert not compiled_condition(_tree(text), MODEL).holds(record, previous=previous, change=change)
    assert compiled_condition(_tree(f"record is {change}"), MODEL).holds(record, previous=previous, change=change)


def test_previous_is_empty_on_creation() -> None:
    compiled = compiled_condition(_tree("record is created and previous credit is empty"), MODEL)
    assert compiled.holds({"credit": Decimal(1)}, previous=None, change="created")


def test_a_stretch_is_told_by_the_caller() -> None:
    compiled = compiled_condition(_tree('region = "East" for 72 hours and vip'), MODEL)
    assert len(compiled.held) == 1
    assert compiled.holds({"vip": True}, held=[True])
    assert not compiled.holds({"vip": True}, held=[False])


@pytest.mark.parametrize("text", ["region changes", "record is created", 'region = "East" for 72 hours'])
def test_rows_cannot_answer_for_changes(text: str, sqlite_bench: Bench) -> None:
    table = sqlite_bench.catalogue.table("customer")
    with pytest.raises(NotInSql) as refused:
        to_sql(_tree(text), MODEL, sqlite_bench.catalogue, Moment(NOW, MODEL.calendar), "sqlite", table)
    assert refused.value.diagnostics[0].message("zh")
