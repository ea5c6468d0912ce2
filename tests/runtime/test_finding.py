"""How a change finds a rule: told in words, with what is looked up and what is left to be checked."""

from __future__ import annotations

import pytest

from ruleloom import dsl
from ruleloom.engine.ruleset import RuleBook
from ruleloom.forms.schema_file import read_schema
from ruleloom.runtime.rules.finding import Found, how_found

MODEL = read_schema(
    {
        "entities": [
            {
                "name": "customer",
                "label": {"en": "Customer", "zh": "客户"},
                "fields": [
                    {"name": "region", "type": "text", "label": {"en": "Region", "zh": "区域"}},
                    {"name": "active", "type": "boolean"},
                    {"name": "credit", "type": "number"},
                    {"name": "twice", "type": "formula", "expression": "credit * 2"},
                ],
            },
            {
                "name": "order",
                "time_field": "at",
                "fields": [
                    {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
                    {"name": "at", "type": "datetime"},
                    {"name": "paid", "type": "boolean"},
                ],
            },
        ]
    }
)


def found(text: str, *others: str) -> Found:
    book = RuleBook(MODEL)
    for number, other in enumerate(others):
        book.add(str(number), dsl.parse(f'rule "{number}" {other} then notify created_by "x"', MODEL, "en").rules[0])
    (rule,) = dsl.parse(f'rule "r" {text} then notify created_by "x"', MODEL, "en").rules
    return how_found(rule, book, MODEL)


@pytest.mark.parametrize(
    ("text", "keys", "rest"),
    [
        ('on customer when region = "East"', "region is “East”", None),
        ('on customer when region = "East" and no orders', "region is “East”", "there are no orders"),
        ("on customer when credit > 3 and active", "active is yes", "credit is more than 3"),
        ("on customer when credit > 3 and credit <= 5", "credit is more than 3 and credit is at most 5", None),
        ('on customer when region changes to "East"', "region is “East”", "region changes to “East”"),
        ('on customer when region = "A" for 3 days or region = "B"', "either region is “A” or region is “B”", "…"),
        ("on customer when no orders", None, "there are no orders"),
        ("on customer when twice > 3", None, "twice is more than 3"),
    ],
)
def test_what_is_looked_up_and_what_is_left(text: str, keys: str | None, rest: str | None) -> None:
    answer = found(text)
    assert (answer.keys or {}).get("en") == keys
    said = (answer.rest or {}).get("en")
    assert said if rest == "…" else said == rest


def test_what_is_listened_to() -> None:
    answer = found('on customer when region = "East" and no orders where (paid = yes) in the last 3 days')
    own, related = answer.listens
    assert own.entity["zh"] == "客户"
    assert [each["zh"] for each in own.fields] == ["区域"]
    assert (own.way, own.events) == ([], ["created", "updated"])
    assert [each["en"] for each in related.way] == ["orders"]
    assert {each["en"] for each in related.fields} >= {"at", "paid"}
    assert related.events == ["created", "deleted", "updated"]
    assert answer.timed
    assert not found('on customer when region = "East"').timed


def test_a_change_rule_listens_to_its_change_alone() -> None:
    (listened,) = found('on customer when region changes to "East" and credit > 5').listens
    assert ([each["en"] for each in listened.fields], listened.events) == (["Region"], ["updated"])


def test_it_stands_under_the_rarest_key_and_says_who_stands_there_too() -> None:
    both = 'on customer when active = yes and region = "East"'
    many = [f'on customer when active = yes and region = "R{i}"' for i in range(5)]
    answer = found(both, *many)
    assert (answer.keys or {})["en"] == "region is “East”"
    assert answer.shared == 0
    assert found(both, 'on customer when region = "East"', *many, "on customer when active = yes").shared == 1


def test_a_schedule_listens_to_nothing() -> None:
    answer = found('on customer every day at 09:00 when region = "East"')
    assert (answer.listens, answer.keys, answer.timed) == ([], None, True)
