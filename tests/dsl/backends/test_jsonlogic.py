"""JsonLogic: reading what was written gives the same tree; foreign rules are read or refused by name."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.jsonlogic import to_jsonlogic
from ruleloom.dsl.backends.jsonlogic_reading import JsonLogicRefused, from_jsonlogic
from tests.dsl.backends.trees import Pieces, chance
from tests.dsl.backends.world import MODEL

SIZE = 400 if os.environ.get("RULELOOM_SIZE") == "full" else 25


@settings(max_examples=4 * SIZE, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_reading_what_was_written_gives_the_same_tree(seed: int) -> None:
    pieces = Pieces(chance(seed))
    for _ in range(10):
        condition = pieces.condition("customer", "this", 3)
        written = json.loads(json.dumps(to_jsonlogic(condition, MODEL), default=_exact), parse_float=Decimal)
        assert from_jsonlogic(written, MODEL, "customer") == condition


def _exact(value: Any) -> float:
    assert Decimal(repr(float(value))) == value
    return float(value)


@pytest.mark.parametrize(
    "rule",
    [
        {"and": [{">": [{"var": "score"}, 3]}, {"==": [{"var": "region"}, "East"]}]},
        {"in": [{"var": "region"}, ["East", "West"]]},
        {"in": ["gold", {"var": "tags"}]},
        {"!": {"var": "vip"}},
        {"<": [1, {"var": "owner.manager.id"}]},
    ],
)
def test_foreign_rules_with_types_are_read(rule: Any) -> None:
    if "owner" in json.dumps(rule):
        with pytest.raises(JsonLogicRefused):
            from_jsonlogic(rule, MODEL, "customer")
    else:
        assert isinstance(from_jsonlogic(rule, MODEL, "customer"), n.Condition)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"reduce": [{"var": "score"}, 1, 2]}, "jsonlogic-operator-refused"),
        ({"==": [{"var": "nope"}, 1]}, "jsonlogic-unknown-field"),
        ({"==": [{"cat": ["a"]}, "a"]}, "jsonlogic-operator-refused"),
        ({"<": [{"var": "score"}, "a"]}, "jsonlogic-kinds-differ"),
        ({"<": []}, "jsonlogic-malformed"),
        ([1, 2], "jsonlogic-not-a-rule"),
        ({"in": ["x", {"var": "name"}]}, "jsonlogic-operator-refused"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(rule: Any, code: str) -> None:
    with pytest.raises(JsonLogicRefused) as refused:
        from_jsonlogic(rule, MODEL, "customer")
    assert [each.code for each in refused.value.diagnostics] == [code]
    assert refused.value.diagnostics[0].message("zh")
