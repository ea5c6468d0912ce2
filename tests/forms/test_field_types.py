"""Field types: what each takes, keeps, refuses and shows; every case is a row."""

from __future__ import annotations

import datetime as clock
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleloom.dsl.calendar import Calendar, day_number, instant
from ruleloom.dsl.types import Kind
from ruleloom.forms.entity import Entity, Field
from ruleloom.forms.fields.base import FieldType, InputContext
from ruleloom.forms.fields.registry import DoubleFieldType, Registry, field_types
from ruleloom.forms.record_schema import record_schema
from ruleloom.forms.schema_file import SchemaError, read_schema
from ruleloom.forms.validation import ValidationError, Validator, computed_values, to_json
from ruleloom.messages import codes

SHANGHAI = InputContext(Calendar(ZoneInfo("Asia/Shanghai")))
FIELDS: list[dict[str, Any]] = [
    {"name": "text", "type": "text", "max_length": 10},
    {"name": "longtext", "type": "longtext"},
    {"name": "number", "type": "number", "decimals": 2, "min": -100000, "max": "99999999999.99"},
    {"name": "whole", "type": "number"},
    {"name": "boolean", "type": "boolean"},
    {"name": "date", "type": "date"},
    {"name": "datetime", "type": "datetime"},
    {
        "name": "choice",
        "type": "choice",
        "options": ["East", {"value": "w", "label": {"en": "West", "zh": "西区"}}, "yes"],
    },
    {"name": "choices", "type": "choices", "options": ["a", {"value": "b", "label": "Bee"}, "c,d"]},
    {"name": "reference", "type": "reference", "to": "user"},
    {"name": "user", "type": "user"},
    {"name": "files", "type": "files", "most": 3},
    {"name": "location", "type": "location"},
    {"name": "phone", "type": "phone"},
    {"name": "email", "type": "email"},
    {"name": "url", "type": "url"},
    {"name": "autonumber", "type": "autonumber"},
    {"name": "formula", "type": "formula", "expression": "whole * 2", "result": "number"},
]
ENTITY: Entity = read_schema({"entities": [{"name": "thing", "fields": FIELDS}]}).entity("thing")
VALIDATOR = Validator(ENTITY, SHANGHAI)
JAN_31 = day_number(clock.date(2026, 1, 31))
EIGHT = instant(clock.datetime(2026, 1, 31, 8, tzinfo=ZoneInfo("Asia/Shanghai")))

TAKEN: list[tuple[str, Any, Any]] = [
    ("text", "", None),
    ("text", "e\u0301", "é"),
    ("text", 12, "12"),
    ("longtext", "a\nb", "a\nb"),
    ("number", "120.5", Decimal("120.50")),
    ("number", 0.1, Decimal("0.10")),
    ("number", "1,234.50", Decimal("1234.50")),
    ("number", "１２％", Decimal("0.12")),
    ("number", "1.5万", Decimal(15000)),
    ("number", "2亿", Decimal(200000000)),
    ("number", "-0", Decimal(0)),
    ("number", "1.10000", Decimal("1.1")),
    ("whole", "999999999999", Decimal(999999999999)),
    ("boolean", "是", True),
    ("boolean", "No", False),
    ("boolean", 0, False),
    ("boolean", False, False),
    ("date", "2026-01-31", JAN_31),
    ("date", "2026/1/31", JAN_31),
    ("date", "2026年1月31日", JAN_31),
    ("date", "20260131", JAN_31),
    ("date", "２０２６－０１－３１", JAN_31),
    ("date", "2026-01-30T16:00:00Z", JAN_31),
    ("date", clock.datetime(2026, 1, 31, 23, 59), JAN_31),
    ("date", clock.date(2026, 1, 31), JAN_31),
    ("datetime", "2026-01-31T00:00:00Z", EIGHT),
    ("datetime", "2026-01-31T08:00:00+08:00", EIGHT),
    ("datetime", "2026-01-31 08:00", EIGHT),
    ("datetime", "2026/1/31 8:00:00.5", EIGHT + 500_000),
    ("datetime", "2026年1月31日 08:00", EIGHT),
    ("datetime", "2026-01-31", EIGHT - 8 * 3_600_000_000),
    ("datetime", clock.datetime(2026, 1, 31, 8), EIGHT),
    ("choice", "East", "East"),
    ("choice", "西区", "w"),
    ("choice", "west", "w"),
    ("choice", True, "yes"),
    ("choices", ["b", "a", "b"], ("a", "b")),
    ("choices", "Bee, a", ("a", "b")),
    ("choices", "c,d", ("c,d",)),
    ("choices", [], None),
    ("reference", "12", 12),
    ("user", 9_223_372_036_854_775_807, 9_223_372_036_854_775_807),
    ("files", ["3", "1", "3"], ("3", "1")),
    ("location", "31.230416, 121.473701 人民广场", "31.230416,121.473701 人民广场"),
    ("location", {"lat": 31.2, "lng": "121.4"}, "31.200000,121.400000"),
    ("phone", "+86 (21)  6888-0000 转 12", "+86 (21) 6888-0000 转 12"),
    ("email", " Ann.Lee@Example.COM ", "Ann.Lee@example.com"),
    ("email", "张三@例子.公司", "张三@例子.公司"),
    ("url", "example.com/a?b=1", "https://example.com/a?b=1"),
    ("url", "http://localhost:8000/", "http://localhost:8000/"),
]
REFUSED: list[tuple[str, Any, str]] = [
    ("text", "12345678901", "text-too-long"),
    ("text", "a\0", "text-nul"),
    ("text", "\ud800", "text-broken"),
    ("text", ["a"], "not-a-text"),
    ("longtext", "x" * 100_001, "text-too-long"),
    ("number", "12.345", "number-decimals"),
    ("number", "abc", "not-a-number"),
    ("number", "1,23", "not-a-number"),
    ("number", True, "not-a-number"),
    ("number", float("nan"), "not-a-number"),
    ("number", "1e999", "number-range"),
    ("number", "-100000.01", "number-too-small"),
    ("number", "99999999999.999", "number-decimals"),
    ("number", "999999999999.99", "number-too-large"),
    ("number", "9" * 200, "not-a-number"),
    ("whole", "1000000000000", "number-range"),
    ("whole", "0.5", "number-decimals"),
    ("boolean", "maybe", "not-a-boolean"),
    ("boolean", 2, "not-a-boolean"),
    ("date", "2026-02-30", "not-a-date"),
    ("date", "31/01/2026", "not-a-date"),
    ("date", 20000, "not-a-date"),
    ("datetime", "2026-01-31 25:00", "not-a-datetime"),
    ("datetime", "soon", "not-a-datetime"),
    ("datetime", 5, "not-a-datetime"),
    ("choice", "Esat", "not-an-option-near"),
    ("choice", "North pole", "not-an-option"),
    ("choice", ["East"], "not-an-option"),
    ("choices", ["a", "zzz"], "not-an-option"),
    ("reference", "c1", "not-a-record"),
    ("reference", -1, "not-a-record"),
    ("reference", 2**63, "not-a-record"),
    ("user", True, "not-a-record"),
    ("files", ["x"], "not-a-file"),
    ("files", ["1", "2", "3", "4"], "too-many-files"),
    ("location", "here", "not-a-location"),
    ("location", "91,0", "not-a-location"),
    ("phone", "call me", "not-a-phone"),
    ("phone", "12", "not-a-phone"),
    ("email", "a@b", "not-an-email"),
    ("email", "a b@example.com", "not-an-email"),
    ("email", ".a@example.com", "not-an-email"),
    ("url", "javascript:alert(1)", "not-a-url"),
    ("url", "http://", "not-a-url"),
    ("url", "https://a b.com", "not-a-url"),
    ("url", "http://x:abc/", "not-a-url"),
    ("autonumber", "1", "field-is-computed"),
    ("formula", "1", "field-is-computed"),
]


@pytest.mark.parametrize(("field", "raw", "value"), TAKEN)
def test_a_value_is_taken(field: str, raw: Any, value: Any) -> None:
    assert VALIDATOR.update({field: raw}) == {field: value}


@pytest.mark.parametrize(("field", "raw", "code"), REFUSED)
def test_a_value_is_refused_with_its_reason(field: str, raw: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        VALIDATOR.update({field: raw})
    (found,) = caught.value.diagnostics
    assert (found.code, found.target) == (code, field)
    for language in ("en", "zh"):
        message = found.message(language)
        assert field in message
        assert "{" not in message


def test_all_errors_come_together() -> None:
    with pytest.raises(ValidationError) as caught:
        VALIDATOR.update({"number": "x", "email": "y", "nmber": 1, "id": 4, "text": "fine"})
    assert {d.target: d.code for d in caught.value.diagnostics} == {
        "number": "not-a-number",
        "email": "not-an-email",
        "nmber": "unknown-field-near",
        "id": "field-is-system",
    }


def test_required_fields_and_defaults() -> None:
    fields: list[dict[str, Any]] = [
        {"name": "a", "type": "text", "required": True},
        {"name": "b", "type": "number", "required": True, "default": 5},
        {"name": "c", "type": "text", "required": True},
    ]
    validator = Validator(read_schema({"entities": [{"name": "x", "fields": fields}]}).entity("x"), SHANGHAI)
    assert validator.create({"a": "1", "c": "2"}) == {"a": "1", "b": 5, "c": "2"}
    with pytest.raises(ValidationError) as caught:
        validator.create({"a": "", "b": "x"})
    assert {d.target: d.code for d in caught.value.diagnostics} == {
        "a": "value-missing",
        "b": "not-a-number",
        "c": "value-missing",
    }
    assert validator.update({}) == {}
    with pytest.raises(ValidationError, match="value-missing"):
        validator.update({"a": None})


def test_computed_values_are_rounded_half_even_and_never_refused_for_decimals() -> None:
    values = {"number": Decimal("0.125"), "whole": Decimal("2.5"), "choice": "w", "text": None}
    kept = {"number": Decimal("0.12"), "whole": Decimal(2), "choice": "w", "text": None}
    assert computed_values(ENTITY, values) == kept  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as caught:
        computed_values(ENTITY, {"number": Decimal(10) ** 12, "choice": "q"})
    assert [d.code for d in caught.value.diagnostics] == ["number-range", "not-an-option"]


def test_values_are_shown_as_json_and_read_back() -> None:
    values = {field: value for field, _, value in TAKEN if field not in ("choice", "text")}
    shown = to_json(ENTITY, values)
    assert shown["number"] == "1.1"
    assert (shown["date"], shown["datetime"]) == ("2026-01-31", "2026-01-31T00:00:00Z")
    assert shown["user"] == "9223372036854775807"
    assert VALIDATOR.update(shown) == values


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_500_000, "1970-01-01T00:00:01.5Z"), (-1, "1969-12-31T23:59:59.999999Z")],
)
def test_instants_are_written_without_idle_zeros(micros: int, text: str) -> None:
    assert to_json(ENTITY, {"datetime": micros}) == {"datetime": text}


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from([raw for _, raw, _ in TAKEN] + [raw for _, raw, _ in REFUSED]),
    st.lists(st.sampled_from(["a", "b", "7", "x"]), max_size=3),
)
SCHEMA = record_schema(ENTITY, SHANGHAI)()
WRITABLE = [f.key for f in ENTITY.fields if not f.system and field_types()[f.type].writable]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(WRITABLE), RAW, max_size=6))
def test_the_schema_and_the_validator_agree(raw: dict[str, Any]) -> None:
    values, errors = VALIDATOR.check(raw)
    refused = SCHEMA.validate(raw)
    assert set(refused) == {error.target for error in errors}
    assert {error.target: [error.code] for error in errors} == refused
    if not errors:
        assert SCHEMA.load(raw) == values


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(WRITABLE), RAW, max_size=6))
def test_what_was_cleaned_is_clean(raw: dict[str, Any]) -> None:
    values, _ = VALIDATOR.check(raw)
    again, errors = VALIDATOR.check(to_json(ENTITY, values))
    assert errors == []
    assert again == values


def test_the_schema_describes_values_for_openapi() -> None:
    described = {name: field.metadata for name, field in SCHEMA.fields.items()}
    assert described["choice"]["enum"] == ["East", "w", "yes"]
    assert described["number"]["type"] == "string"
    assert SCHEMA.fields["created_at"].dump_only
    assert SCHEMA.fields["autonumber"].dump_only


def test_two_types_of_one_name_are_refused_by_name() -> None:
    registry = Registry()

    @registry.register
    class One(FieldType):
        type, kind = "one", Kind.TEXT

    class Two(FieldType):
        type, kind = "one", Kind.TEXT

    with pytest.raises(DoubleFieldType, match=r"One.*Two"):
        registry.register(Two)


def test_every_type_says_what_it_is() -> None:
    assert len(field_types().types()) >= 17
    for name, type_ in field_types().types().items():
        assert type_.type == name
        assert type(type_).__doc__


def test_settings_are_checked() -> None:
    field = {"name": "n", "type": "number", "min": "low", "format": "roman", "max": True}
    with pytest.raises(SchemaError) as caught:
        read_schema({"entities": [{"name": "x", "fields": [field]}]})
    assert {d.target: d.code for d in caught.value.diagnostics} == {
        f"entities[0].fields[0].{name}": "setting-kind" for name in ("min", "format", "max")
    }


def test_simulation_takes_any_text_as_an_id() -> None:
    validator = Validator(ENTITY, InputContext(opaque_ids=True))
    assert validator.update({"user": "c1", "files": ["p1"]}) == {"user": "c1", "files": ("p1",)}


def test_a_field_without_a_label_is_called_by_its_name() -> None:
    field: Field = ENTITY.by_key["number"]
    assert field.labels == {}
    assert "value-missing" in codes()
