"""Undoing what a firing wrote: with and without what came of it, against what happened since, and back again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ruleloom.access import WORKSPACE, Actor, RoleName
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import effects, entities, records, undo
from ruleloom.runtime.durable import performing
from ruleloom.runtime.showing import reading
from ruleloom.runtime.undoing.carrying_out import Undoing
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import firing_log
from tests.runtime.test_interleavings import SECONDS, as_far_as_it_gets

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
FLAG = (
    'rule "Flag" on customer when credit > 10 then set flag = "red" create coupon (customer = this, code = "C{name}")'
)


def change(workspace: Workspace, record: Any, **values: Any) -> records.Written:
    return records.update(
        workspace, WORKSPACE, "customer", str(record), values, _version(workspace, record), show=lambda _u, w: w
    )


def _version(workspace: Workspace, record: Any, entity: str = "customer") -> int:
    return reading.record(workspace, WORKSPACE, entity, str(record)).version


def values(workspace: Workspace, record: Any, entity: str = "customer") -> dict[str, Any]:
    shown = reading.record(workspace, WORKSPACE, entity, str(record))
    return {key: value for key, (_, value) in shown.values.items()}


def coupons(workspace: Workspace) -> list[int | str]:
    return [each.id for each in reading.records(workspace, WORKSPACE, "coupon").items]


def firing_of(written: records.Written) -> str:
    return str(written.firings[0])


def undone(workspace: Workspace, firing: str, **how: Any) -> Any:
    return undo.undo(workspace, WORKSPACE, undo.FIRING, firing, **how)


def looked(workspace: Workspace, firing: str, **how: Any) -> Any:
    return undo.preview(workspace, WORKSPACE, undo.FIRING, firing, **how)


def told(plan: Any) -> list[tuple[str, str]]:
    return [(step.verb, step.state) for step in plan.steps]


def test_what_a_firing_wrote_is_taken_back_and_told_before(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(FLAG)
    written = create(name="A", credit=20)
    (coupon,) = coupons(workspace)
    before = values(workspace, written.record)
    plan = looked(workspace, firing_of(written))
    assert told(plan) == [("update", "free"), ("delete", "free")]
    assert [(f.key, f.now, f.back) for f in plan.steps[0].fields] == [("flag", "red", None)]
    assert (values(workspace, written.record), coupons(workspace)) == (before, [coupon]), "nothing is done to look"

    done = undone(workspace, firing_of(written), fingerprint=plan.fingerprint)
    assert all(step.done for step in done.steps)
    assert done.left == 0
    assert values(workspace, written.record)["flag"] is None
    assert coupons(workspace) == []
    (firing,) = reading.firings(workspace, WORKSPACE, record=str(written.record)).items
    assert firing.row.undo == done.undo
    assert firing.row.undone_at is not None
    newest = reading.history(workspace, WORKSPACE, "customer", str(written.record)).items[0]
    assert newest.cause == {"kind": "undo", "id": str(done.undo)}
    with pytest.raises(RuleloomError, match="already-undone") as again:
        undone(workspace, firing_of(written))
    assert again.value.status == 409


def test_an_undo_is_undone(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(FLAG)
    written = create(name="A", credit=20)
    had = coupons(workspace)
    done = undone(workspace, firing_of(written))
    back = undo.undo(workspace, WORKSPACE, undo.UNDO, str(done.undo))
    assert all(step.done for step in back.steps)
    assert values(workspace, written.record)["flag"] == "red"
    assert coupons(workspace) == had, "the same record is back, not another one"
    (firing,) = reading.firings(workspace, WORKSPACE, record=str(written.record)).items
    assert firing.row.undone_at is None
    assert told(looked(workspace, firing_of(written))) == [("update", "free"), ("delete", "free")]


def test_the_undone_rule_does_not_answer_its_own_undoing(workspace: Workspace, rule: Rule, create: Create) -> None:
    """`flag is empty` is true again by the undoing itself: that edge is remembered and recorded, not performed."""
    rule('rule "Flag" on customer when credit > 10 and flag is empty then set flag = "red"')
    written = create(name="A", credit=20)
    assert values(workspace, written.record)["flag"] == "red"
    undone(workspace, firing_of(written))
    assert values(workspace, written.record)["flag"] is None
    latest = reading.firings(workspace, WORKSPACE, record=str(written.record)).items[0].row
    assert (latest.edge, latest.skip) == ("skipped", {"why": "undo", "edge": "on"})
    change(workspace, written.record, credit=5)
    change(workspace, written.record, credit=30)
    assert values(workspace, written.record)["flag"] == "red", "the next false → true fires as always"


def test_other_rules_answer_the_undoing(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(FLAG)
    rule('rule "Cleared" on customer when flag changes to empty then create coupon (customer = this, code = "clear")')
    written = create(name="A", credit=20)
    plan = looked(workspace, firing_of(written))
    assert [plan.rules[firing.rule] for firing in plan.answering] == ["Cleared"]
    undone(workspace, firing_of(written))
    assert [values(workspace, each, "coupon")["code"] for each in coupons(workspace)] == ["clear"]


def test_an_undone_firing_has_no_end_and_counts_for_no_limit(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "Once" on customer when credit > 10 then set flag = "red" when it ends set flag = "was red" once')
    written = create(name="A", credit=20)
    undone(workspace, firing_of(written))
    change(workspace, written.record, credit=5)
    assert values(workspace, written.record)["flag"] is None
    change(workspace, written.record, credit=20)
    assert values(workspace, written.record)["flag"] == "red"
    change(workspace, written.record, credit=5)
    assert values(workspace, written.record)["flag"] == "was red"


def test_what_came_of_it_goes_with_it_when_asked(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "A" on customer when credit > 10 then set flag = "red"')
    rule('rule "B" on customer when flag = "red" then create coupon (customer = this, code = "B{name}") set credit = 7')
    alone, together = create(name="1", credit=20), create(name="2", credit=20)
    first, second = str(alone.firings[0]), str(together.firings[0])
    assert [row.rule for row in looked(workspace, first).deed.further] != []
    undone(workspace, first)
    assert (values(workspace, alone.record)["flag"], values(workspace, alone.record)["credit"]) == (None, 7)
    assert len(coupons(workspace)) == 2
    plan = undone(workspace, second, chained=True)
    assert len(plan.deed.firings) == 2
    assert (values(workspace, together.record)["flag"], values(workspace, together.record)["credit"]) == (None, 20)
    assert len(coupons(workspace)) == 1
    marked = reading.firings(workspace, WORKSPACE, record=str(together.record)).items
    assert {each.row.undone_at is not None for each in marked if each.row.edge == "on"} == {True}


def test_conflicts_are_shown_left_or_overwritten(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(FLAG)
    written = create(name="A", credit=20)
    (coupon,) = coupons(workspace)
    change(workspace, written.record, flag="green")
    records.update(
        workspace, WORKSPACE, "coupon", str(coupon), {"code": "mine"}, _version(workspace, coupon, "coupon"),
        show=lambda _u, w: w,
    )  # fmt: skip
    plan = looked(workspace, firing_of(written))
    assert told(plan) == [("update", "conflict"), ("delete", "conflict")]
    assert plan.steps[0].fields[0].clash.code == "changed-since"
    assert [clash.code for clash in plan.steps[1].clashes] == ["edited-since"]
    with pytest.raises(RuleloomError, match="nothing-undone"):
        undone(workspace, firing_of(written))
    change(workspace, written.record, flag="blue")
    with pytest.raises(RuleloomError, match="undo-stale") as stale:
        undone(workspace, firing_of(written), conflicts="overwrite", fingerprint=plan.fingerprint)
    assert stale.value.status == 412
    done = undone(workspace, firing_of(written), conflicts="overwrite")
    assert (done.left, values(workspace, written.record)["flag"], coupons(workspace)) == (0, None, [])


def test_a_created_record_that_is_referred_to_is_a_conflict(workspace: Workspace, rule: Rule, create: Create) -> None:
    visit = {
        "name": "visit",
        "fields": [{"name": "coupon", "type": "reference", "to": "coupon", "reverse": "visits"}],
    }
    entities.draw(workspace, WORKSPACE, visit)
    entities.publish(workspace, WORKSPACE, "visit")
    rule(FLAG)
    written = create(name="A", credit=20)
    (coupon,) = coupons(workspace)
    records.create(workspace, WORKSPACE, "visit", {"coupon": str(coupon)}, show=lambda _u, w: w)
    plan = looked(workspace, firing_of(written))
    assert [clash.code for clash in plan.steps[1].clashes] == ["referenced-since"]
    done = undone(workspace, firing_of(written))
    assert (done.left, coupons(workspace)) == (1, [coupon])
    assert values(workspace, written.record)["flag"] is None, "what is free of conflict is undone"


def test_a_deletion_comes_back_with_the_references_to_it(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "Purge" on customer when flag = "gone" then delete this')
    customer = create(name="A").record
    coupon = records.create(
        workspace, WORKSPACE, "coupon", {"customer": str(customer), "code": "x"}, show=lambda _u, w: w
    ).record
    written = change(workspace, customer, flag="gone")
    assert values(workspace, coupon, "coupon")["customer"] is None
    plan = undone(workspace, firing_of(written))
    assert told(plan) == [("restore", "free")]
    assert values(workspace, customer)["name"] == "A"
    assert values(workspace, coupon, "coupon")["customer"] == customer


def test_what_a_rule_refuses_is_told_and_the_rest_is_undone(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule(FLAG)
    written = create(name="A", credit=20)
    rule('rule "Keep" on customer when flag changes to empty then block "A flag stays"')
    plan = looked(workspace, firing_of(written))
    assert told(plan) == [("update", "impossible"), ("delete", "free")]
    assert "A flag stays" in plan.steps[0].clashes[-1].words["en"]
    done = undone(workspace, firing_of(written), conflicts="overwrite")
    assert (done.left, values(workspace, written.record)["flag"], coupons(workspace)) == (1, "red", [])


def test_undoing_takes_the_right_to_publish_and_to_write(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "People" on customer when credit > 10 then create user (name = "Robot {name}")')
    written = create(name="A", credit=20)
    with pytest.raises(RuleloomError) as refused:
        undo.preview(workspace, Actor(1, frozenset({RoleName.MEMBER})), undo.FIRING, firing_of(written))
    assert refused.value.status == 403
    plan = undo.preview(workspace, Actor(1, frozenset({RoleName.MANAGER})), undo.FIRING, firing_of(written))
    assert told(plan) == [("delete", "impossible")], "a manager may not delete people"


def test_waiting_runs_and_unread_notices_go_too(workspace: Workspace, rule: Rule, create: Create) -> None:
    rule('rule "Later" on customer when credit > 10 then set flag = "red" wait 3 days set flag = "blue"')
    written = create(name="A", credit=20)
    plan = undone(workspace, firing_of(written))
    assert plan.runs == 1
    with workspace.reading() as opened:
        assert opened.store.earliest() is None


def test_of_two_who_undo_at_once_one_does(
    workspace: Workspace, rule: Rule, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(FLAG)
    firing = firing_of(create(name="A", credit=20))
    real, reached, go = Undoing.carry_out, threading.Event(), threading.Event()

    def held(self: Undoing) -> Any:
        if not reached.is_set():
            reached.set()
            assert go.wait(SECONDS)
        return real(self)

    monkeypatch.setattr(Undoing, "carry_out", held)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(undone, workspace, firing)
        assert reached.wait(SECONDS)
        second = pool.submit(undone, workspace, firing)
        as_far_as_it_gets(workspace, second)
        go.set()
        done = first.result(SECONDS)
        with pytest.raises(RuleloomError, match="already-undone"):
            second.result(SECONDS)
    assert undo.undo(workspace, WORKSPACE, undo.UNDO, str(done.undo)).left == 0, "the undo is the firing's own"
    assert len(coupons(workspace)) == 1


def test_what_is_undone_before_it_begins_is_not_performed(
    workspace: Workspace, rule: Rule, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has read the effect already when its firing is undone."""
    rule('rule "Tell" on customer when credit > 10 then set flag = "told" call "erp.save" (name = name)')
    firing = firing_of(create(name="A", credit=20))
    with workspace.database.read() as connection:
        (call,) = [
            each for each in firing_log.effects_of(connection, [int(firing)])[int(firing)] if each.kind == "call"
        ]
    performed: list[Any] = []
    begin = performing._begin

    def undone_first(of: Workspace, effect: Any) -> bool:
        undone(of, firing)
        return begin(of, effect)

    monkeypatch.setattr(performing, "_begin", undone_first)
    performing.perform(workspace, {"call": performed.append}, call.id)
    with workspace.database.read() as connection:
        now = firing_log.effect(connection, call.id)
    assert now is not None
    assert (performed, now.status) == ([], "cancelled")


def test_of_two_who_replay_at_once_one_does(
    workspace: Workspace, rule: Rule, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule('rule "Tell" on customer when credit > 10 then call "erp.save" (name = name)')
    firing = int(firing_of(create(name="A", credit=20)))
    with workspace.database.read() as connection:
        ((call,),) = firing_log.effects_of(connection, [firing]).values()
    performing.perform(workspace, {}, call.id)
    real, reached, go = effects._hand_over, threading.Event(), threading.Event()

    def held(*given: Any) -> int:
        if not reached.is_set():
            reached.set()
            assert go.wait(SECONDS)
        return real(*given)

    monkeypatch.setattr(effects, "_hand_over", held)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(effects.replay, workspace, WORKSPACE, str(call.id))]
        assert reached.wait(SECONDS)
        both.append(pool.submit(effects.replay, workspace, WORKSPACE, str(call.id)))
        as_far_as_it_gets(workspace, both[1])
        go.set()
        refused = [each.exception(SECONDS) for each in both]
    assert sorted(str(each) for each in refused if each is not None) == ["not-failed"]
