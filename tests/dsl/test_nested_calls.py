"""Calls inside each other are looked at about as often as they are written."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.dsl import parse
from ruleloom.dsl.checking.checker import Checker
from ruleloom.forms.schema_file import read_schema

DEEP = 16


@pytest.mark.parametrize(("begin", "end"), [("if(a > 1, ", ", 2)"), ("coalesce(", ", 2)"), ("max(", ", 2)")])
def test_the_work_does_not_double_with_each_level(begin: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [{"name": "a", "type": "number"}]
    model = read_schema({"timezone": "UTC", "entities": [{"name": "thing", "fields": fields}]})
    value, asked = Checker.value, [0]

    def counted(*given: Any) -> Any:
        asked[0] += 1
        return value(*given)

    monkeypatch.setattr(Checker, "value", counted)
    text = begin * DEEP + "a" + end * DEEP + " > 3"
    assert parse(text, model, "en", entity="thing", part="condition").ok
    assert asked[0] < 10 * DEEP * DEEP
