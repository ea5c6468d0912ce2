"""Worked-out fields as they are drawn: what is refused, and why."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.dsl import parse
from ruleloom.forms.entity import Model
from ruleloom.forms.findings import DefinitionError
from ruleloom.forms.schema_file import read_schema


def _model(*formulas: dict[str, Any], **more: Any) -> Model:
    fields = [
        {"name": "price", "type": "number", "decimals": 2, "label": {"zh": "单价"}},
        {"name": "pieces", "type": "number", "label": {"zh": "件数"}},
        {"name": "sold_on", "type": "date"},
        {"name": "buyer", "type": "reference", "to": "person", "reverse": "sales"},
        *({"type": "formula", **each} for each in formulas),
    ]
    person = {"name": "person", "fields": [{"name": "name", "type": "text"}]}
    return read_schema({"timezone": "Asia/Shanghai", "entities": [{"name": "sale", "fields": fields, **more}, person]})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([{"name": "total"}], "formula-missing"),
        ([{"name": "total", "expression": "price * peices"}], "formula-wrong"),
        ([{"name": "total", "expression": "price *"}], "formula-wrong"),
        ([{"name": "total", "expression": "total + 1"}], "formula-in-circle"),
        ([{"name": "a", "expression": "b + 1"}, {"name": "b", "expression": "a + 1"}], "formula-in-circle"),
        ([{"name": "total", "expression": "previous price"}], "formula-not-of-the-record"),
        ([{"name": "who", "expression": "me.name", "result": "text"}], "formula-not-of-the-record"),
        ([{"name": "total", "expression": "price * pieces", "result": "text"}], "formula-kind"),
        (
            [{"name": "others", "expression": "count(buyer.sales where price > this.price)"}],
            "formula-with-this",
        ),
    ],
)
def test_wrong_expressions_are_refused(given: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        _model(*given)
    assert {each.code for each in refused.value.diagnostics} == {code}
    for each in refused.value.diagnostics:
        assert each.target is not None
        assert each.target.endswith(".expression")
        assert given[0]["name"] in each.message("en") + each.message("zh")


def test_a_time_field_is_stored() -> None:
    with pytest.raises(DefinitionError) as refused:
        _model({"name": "due", "expression": "sold_on + 3 days", "result": "date"}, time_field="due")
    assert [each.code for each in refused.value.diagnostics] == ["time-field-kind"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("total changes", "change-of-formula"),
        ("previous total > 3", "change-of-formula"),
        ("total rises", "change-of-formula"),
        ("sum(buyer.sales.total) > 3", "aggregate-of-formula"),
    ],
)
def test_what_a_worked_out_field_cannot_do_is_said(text: str, code: str) -> None:
    model = _model({"name": "total", "expression": "price * pieces", "decimals": 2})
    found = parse(text, model, "en", entity="sale", part="condition").diagnostics
    assert [each.code for each in found] == [code]


def test_rules_cannot_set_it() -> None:
    model = _model({"name": "total", "expression": "单价 * 件数", "language": "zh", "decimals": 2})
    found = parse('rule "a" on sale when price > 1 then set total = 3', model, "en").diagnostics
    assert [each.code for each in found] == ["not-writable"]


@pytest.mark.parametrize(("way", "most"), [("{0} * {0}", 12), ("{0} + 1", 40), ("{0}" + " + 1" * 6, 10)])
def test_worked_out_fields_that_grow_by_naming_each_other_are_refused(way: str, most: int) -> None:
    """Each is short; all in the place of each other they would be more than any process can hold."""
    chain = [{"name": "f0", "expression": "price + 1"}]
    chain += [{"name": f"f{n}", "expression": way.format(f"f{n - 1}")} for n in range(1, most)]
    assert parse("f1 > 3", _model(*chain[:2]), "en", entity="sale", part="condition").ok
    with pytest.raises(DefinitionError) as refused:
        _model(*chain)
    assert {each.code for each in refused.value.diagnostics} == {"formula-too-large"}
