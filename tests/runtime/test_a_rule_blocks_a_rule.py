"""What a rule's own write meets when another rule blocks it: taken back, recorded with what was said, tried once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import records
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.showing import reading
from ruleloom.runtime.workspace import Workspace

GIFT = 'rule "Gift" on customer when credit > 10 then set flag = "rich" create coupon (customer = this, code = "GIFT")'
ONE = 'rule "One" on customer when at least 2 coupons then block "{name} has one already"'


def fired(workspace: Workspace) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Firings in recorded order: rule, edge, effects with what became of them."""
    page = reading.firings(workspace, WORKSPACE)
    return [
        (each.rule, each.row.edge, [(effect.kind, effect.status) for effect in each.effects])
        for each in reversed(page.items)
    ]


def test_a_blocked_write_of_a_rule_is_recorded_with_what_was_said(
    workspace: Workspace, rule: Callable[[str], str], create: Callable[..., records.Written]
) -> None:
    rule(GIFT)
    rule(ONE)
    customer = create(name="A", credit="5")
    values = {"customer": str(customer.record), "code": "FIRST"}
    records.create(workspace, WORKSPACE, "coupon", values, show=lambda _uow, _written: None)
    written = records.update(
        workspace, WORKSPACE, "customer", str(customer.record), {"credit": "11"}, 1, show=lambda _uow, done: done
    )
    assert (written.snapshot or {})["flag"] is None, "all actions of the firing are undone"
    assert len(written.firings) == 2
    assert fired(workspace) == [("Gift", "on", [("actions", "failed")]), ("One", "blocked", [("block", "done")])]
    said = reading.firings(workspace, WORKSPACE, edge="blocked").items[0]
    assert said.effects[0].summary == {"en": "Blocked: A has one already", "zh": "阻止：A has one already"}
    assert said.row.reason["holds"], "the reason is that of the state which was taken back"
    assert said.row.record == customer.record


def test_a_blocked_write_of_a_person_is_answered_and_leaves_nothing(
    workspace: Workspace, rule: Callable[[str], str], create: Callable[..., records.Written]
) -> None:
    rule('rule "No" on customer when credit > 10 then block "too much" block "really"')
    with pytest.raises(Blocked) as blocked:
        create(name="A", credit="11")
    assert [each.params["message"] for each in blocked.value.diagnostics] == ["too much", "really"]
    assert fired(workspace) == []
