"""Schema files: what they give, and that everything wrong is told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ruleloom.dsl.calendar import day_number
from ruleloom.dsl.types import Kind
from ruleloom.forms.entity_file import write_entity
from ruleloom.forms.schema_file import SchemaError, read_schema

SHOP = """
timezone: Asia/Shanghai
calendar: {weekend: [saturday, sunday], country: CN}
entities:
  - name: customer
    label: {en: Customer, zh: 客户}
    fields:
      - {name: name, type: text, label: {en: Name, zh: 名称}}
      - {name: region, type: choice, options: [East, {value: West, label: {en: West, zh: 西区}}]}
      - {name: answer, type: choice, options: [yes, no]}
  - name: order
    label: {en: Order, zh: 订单}
    plural_label: {en: Orders}
    time_field: ordered_at
    fields:
      - {name: customer, type: reference, to: customer, reverse: orders, reverse_label: {en: orders, zh: 订单}}
      - {name: ordered_at, type: datetime}
      - {name: amount, type: number, decimals: 2}
      - {name: owner, type: user}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def codes(given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(SchemaError) as caught:
        read_schema(given)
    assert all(d.message("en") and d.message("zh") for d in caught.value.diagnostics)
    return {d.target or "": d.code for d in caught.value.diagnostics}


def test_a_schema_file_gives_entities_with_fields_and_collections(tmp_path: Path) -> None:
    model = read_schema(write(tmp_path, SHOP))
    customer, order = model.entity("customer"), model.entity("order")
    assert [f.key for f in order.fields][-4:] == ["customer", "ordered_at", "amount", "owner"]
    assert customer.by_key["region"].options[1].labels == {"en": "West", "zh": "西区"}
    assert [o.value for o in customer.by_key["answer"].options] == ["yes", "no"]
    assert customer.collections[0].name == "orders"
    assert customer.collections[0].via == "order.customer"
    assert order.time_field.id == "order.ordered_at"
    assert customer.time_field.id == "customer.created_at"
    assert order.by_key["customer"].value_type.entity == "customer"
    assert order.by_key["owner"].value_type.entity == "user"
    assert order.by_key["amount"].decimals == 2
    assert model.entity("user").by_key["manager"].value_type.kind is Kind.RECORD


def test_china_works_on_make_up_days(tmp_path: Path) -> None:
    calendar = read_schema(write(tmp_path, SHOP)).calendar
    assert calendar.is_working(day_number(date(2025, 1, 26)))  # a Sunday, worked for the Spring Festival
    assert not calendar.is_working(day_number(date(2025, 1, 29)))
    assert calendar.zone.key == "Asia/Shanghai"


def test_own_days_are_added_to_the_calendar() -> None:
    calendar = read_schema(
        {
            "calendar": {"weekend": ["friday"], "holidays": ["2026-03-02"], "workdays": [date(2026, 3, 6)]},
            "entities": [],
        }
    ).calendar
    days = [calendar.is_working(day_number(date(2026, 3, n))) for n in (2, 3, 6, 7, 13)]
    assert days == [False, True, True, True, False]


def test_chinese_names_get_ascii_keys() -> None:
    model = read_schema({"entities": [{"name": "客户", "fields": [{"name": "名称", "type": "text"}]}]})
    assert model.entity("客户").key == "ke_hu"
    assert model.entity("客户").by_id["客户.名称"].key == "ming_cheng"


def test_apps_extend_built_in_entities_and_their_names_win() -> None:
    model = read_schema(
        {
            "entities": [
                {"name": "user", "fields": [{"name": "quota", "type": "number"}]},
                {"name": "job", "label": "任务", "fields": [{"name": "who", "type": "user", "reverse": "tasks"}]},
            ]
        }
    )
    assert {"name", "manager", "quota"} <= set(model.entity("user").by_key)
    assert next(c for c in model.entity("user").collections if c.name == "tasks").entity == "job"
    assert "zh" not in model.entity("task").labels


def test_everything_wrong_is_told_at_once_with_its_path() -> None:
    found = codes(
        {
            "timezone": "Asia/Shanhai",
            "calendar": {"country": "XX", "weekend": ["sunny"], "holidays": ["soon"]},
            "colour": 1,
            "entities": [
                {
                    "name": "order",
                    "time_field": "amount",
                    "title_field": "nme",
                    "fields": [
                        {"name": "amount", "type": "nummber"},
                        {"name": "total", "type": "number", "decimals": 9},
                        {"name": "who", "type": "reference", "to": "custmer"},
                        {"name": "id", "type": "text"},
                        {"name": "kind", "type": "choice"},
                        {"name": "name", "type": "text", "to": "order", "requird": True},
                        {"name": "name", "type": "text", "required": "maybe"},
                        {"name": "`x`", "type": "text"},
                    ],
                },
                {"name": "customer", "label": 7},
                {"name": "customer"},
            ],
        }
    )
    fields = "entities[0].fields"
    assert found == {
        "timezone": "unknown-timezone-near",
        "calendar.country": "unknown-country",
        "calendar.weekend[0]": "unknown-weekday-near",
        "calendar.holidays[0]": "not-a-day",
        "colour": "unknown-property",
        "entities[0].time_field": "unknown-field",
        "entities[0].title_field": "unknown-field-near",
        f"{fields}[0].type": "unknown-field-type-near",
        f"{fields}[1].decimals": "decimals-range",
        f"{fields}[2].to": "unknown-entity-near",
        f"{fields}[3].name": "field-is-system",
        f"{fields}[4].options": "options-missing",
        f"{fields}[5].to": "property-of-other-type",
        f"{fields}[5].requird": "unknown-property-near",
        f"{fields}[6].name": "field-twice",
        f"{fields}[6].required": "not-yes-or-no",
        f"{fields}[7].name": "name-not-usable",
        "entities[1].label": "labels-shape",
        "entities[2].name": "entity-twice",
    }


def test_a_reverse_name_may_not_stand_for_two_things() -> None:
    reference = {"name": "customer", "type": "reference", "to": "customer", "reverse": "visits"}
    found = codes(
        {
            "entities": [
                {"name": "customer"},
                {"name": "call", "fields": [reference]},
                {"name": "visit", "fields": [reference]},
            ]
        }
    )
    assert found == {"entities[2].fields[0].reverse": "reverse-taken"}


@pytest.mark.parametrize(("text", "code"), [("a: [", "not-yaml"), ("- a", "not-a-mapping"), ("{}", "entities-missing")])
def test_what_is_no_schema_is_said(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read_schema(write(tmp_path, text))
    assert code in [d.code for d in caught.value.diagnostics]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="file-not-found"):
        read_schema(tmp_path / "none.yaml")


def test_writing_an_entity_and_reading_it_gives_the_same(tmp_path: Path) -> None:
    model = read_schema(write(tmp_path, SHOP))
    again = read_schema({"timezone": "Asia/Shanghai", "entities": [write_entity(e) for e in model.entities]})
    assert {e.id: e for e in again.entities} == {e.id: e for e in model.entities}


def test_defaults_and_unique_must_fit_the_field() -> None:
    fields: list[dict[str, Any]] = [
        {"name": "a", "type": "number", "default": "many"},
        {"name": "b", "type": "choice", "options": ["x"], "default": "y"},
        {"name": "c", "type": "files", "unique": True},
        {"name": "d", "type": "longtext", "unique": True},
        {"name": "e", "type": "boolean", "default": False},
    ]
    assert codes({"entities": [{"name": "x", "fields": fields}]}) == {
        "entities[0].fields[0].default": "not-a-number",
        "entities[0].fields[1].default": "not-an-option",
        "entities[0].fields[2].unique": "property-of-other-type",
        "entities[0].fields[3].unique": "property-of-other-type",
    }
