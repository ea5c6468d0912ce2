"""A role that may see some records only is shown nothing of the others: not by firings, runs, effects, backtests, undo.

Customers with a credit above 50 are in its sight. Rules count all rows, whoever looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ruleloom.access import BUILT_IN, WORKSPACE, Actor, Forbidden, Grant, Role, Verb
from ruleloom.dsl.calendar import DAY
from ruleloom.messages import RuleloomError
from ruleloom.runtime.backtest import service
from ruleloom.runtime.commands import definitions, effects, records, rules, undo, why
from ruleloom.runtime.durable import queues, waiting_runs
from ruleloom.runtime.rules.content import condition_of
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.undoing.plan import Plan
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log

READER, BLIND = Actor(None, frozenset({"some"})), Actor(None, frozenset({"blind"}))
ABOUT = frozenset({Verb.DEFINE, Verb.PUBLISH})
RECORDS = frozenset({Verb.READ, Verb.CREATE, Verb.UPDATE, Verb.DELETE})
GIFT = 'rule "Gift" on customer when credit > 1 then set flag = "gift" create coupon (customer = this) wait 9 days'
TELL = 'rule "Tell" on customer when credit > 2 then call "erp.save" (name = name)'
SECRET = (
    'rule "Secret" on customer when flag changes to "all"'
    ' then set credit = 99 create coupon (customer = this, code = "secret")'
)


@dataclass
class World:
    """Two customers, one in sight; rules that fired for both."""

    workspace: Workspace
    gift: str
    seen: str
    hidden: str
    firings: dict[str, str]


@pytest.fixture
def world(
    workspace: Workspace,
    rule: Callable[[str], str],
    create: Callable[..., records.Written],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    scope = condition_of({"text": "credit > 50", "language": "en"}, workspace.model, "customer")
    open_ = condition_of({"text": 'code != "secret"', "language": "en"}, workspace.model, "coupon")
    some = (Grant(RECORDS, "customer", scope=scope), Grant(RECORDS, "coupon", scope=open_))
    monkeypatch.setitem(BUILT_IN, "some", Role("some", (*some, Grant(ABOUT))))
    monkeypatch.setitem(BUILT_IN, "blind", Role("blind", (Grant(RECORDS, "coupon"), Grant(ABOUT))))
    gift = rule(GIFT)
    rule(TELL)
    seen, hidden = create(name="Anna", credit="60"), create(name="Berta", credit="7")
    fired = {str(each.record): str(each.firings[0]) for each in (seen, hidden)}
    return World(workspace, gift, str(seen.record), str(hidden.record), fired)


def told(found: Any) -> str:
    """Everything that an answer holds, as text."""
    return json.dumps(found, default=lambda each: getattr(each, "__dict__", None) or str(each), ensure_ascii=False)


def test_the_list_of_records_is_what_everything_else_agrees_with(world: World) -> None:
    found = reading.records(world.workspace, READER, "customer").items
    assert [str(each.id) for each in found] == [world.seen]
    with pytest.raises(RuleloomError, match="not-found"):
        reading.record(world.workspace, READER, "customer", world.hidden)
    with pytest.raises(Forbidden):
        reading.records(world.workspace, BLIND, "customer")


def test_firings_and_history(world: World) -> None:
    found = reading.firings(world.workspace, READER).items
    assert {str(each.row.record) for each in found} == {world.seen}
    assert len(reading.firings(world.workspace, WORKSPACE).items) == 2 * len(found)
    assert reading.firings(world.workspace, BLIND).items == []
    with pytest.raises(RuleloomError, match="not-found"):
        reading.history(world.workspace, READER, "customer", world.hidden)


def test_waiting_runs_and_effects(world: World) -> None:
    runs = {str(each.row.record): str(each.row.id) for each in waiting_runs.page(world.workspace, WORKSPACE).items}
    assert set(runs) == {world.seen, world.hidden}
    assert [str(each.row.record) for each in waiting_runs.page(world.workspace, READER).items] == [world.seen]
    for do in (waiting_runs.cancel, waiting_runs.skip_ahead):
        with pytest.raises(RuleloomError, match="not-found"):
            do(world.workspace, READER, runs[world.hidden])
    waiting_runs.cancel(world.workspace, READER, runs[world.seen])
    queued = queues.effects(world.workspace, READER, "queued").items
    assert {str(each.of.record) for each in queued} == {world.seen}
    assert queues.effects(world.workspace, BLIND, "queued").items == []
    with world.workspace.database.write() as connection:
        for each in queues.effects(world.workspace, WORKSPACE, "queued").items:
            firing_log.change_effect(connection, each.of.of.id, status="dead", updated_at=int(each.of.record))
    assert queues.overview(world.workspace, BLIND).last_failure is None
    hidden = next(
        e for e in queues.effects(world.workspace, WORKSPACE, "failed").items if str(e.of.record) == world.hidden
    )
    with pytest.raises(RuleloomError, match="not-found"):
        effects.replay(world.workspace, READER, str(hidden.of.of.id))
    assert effects.replay_all(world.workspace, READER) == 1


def test_undo_shows_and_touches_what_is_in_sight(
    world: World, rule: Callable[[str], str], create: Callable[..., records.Written]
) -> None:
    with pytest.raises(RuleloomError, match="not-found"):
        undo.preview(world.workspace, READER, undo.FIRING, world.firings[world.hidden])
    rule(SECRET)
    spread = create(name="Cora", credit="70")
    firing = str(world.workspace.transact(_all_flags(spread.record), WORKSPACE).firings[0])
    plan: Plan = undo.preview(world.workspace, READER, undo.FIRING, firing)
    assert sorted((step.entity, step.state) for step in plan.steps) == [("coupon", "impossible"), ("customer", "free")]
    assert "secret" not in told([(step.title, step.fields, step.clashes) for step in plan.steps])
    done = undo.undo(world.workspace, READER, undo.FIRING, firing)
    kept = [each.values["code"][1] for each in reading.records(world.workspace, WORKSPACE, "coupon").items]
    cora = reading.record(world.workspace, WORKSPACE, "customer", str(spread.record))
    assert ("secret" in kept, cora.values["credit"][1], done.left) == (True, 70, 1)


def _all_flags(record: Any) -> Callable[[UnitOfWork], records.Written]:
    return lambda uow: records.update_in(uow, "customer", record, {"flag": "all"})


def test_why_and_the_preview_of_a_rule(world: World) -> None:
    with pytest.raises(RuleloomError, match="not-found"):
        why.why(world.workspace, READER, world.gift, world.hidden)
    assert why.why(world.workspace, READER, world.gift, world.seen).standing.state == "fired"
    shown = rules.preview(world.workspace, READER, 'rule "X" on customer when credit > 3 then warn "x"', "en")
    assert (shown.matching, [each.id for each in shown.sample]) == (2, [world.seen])
    coupon = 'rule "Y" on coupon when customer.credit > 3 then warn "y"'
    (mine, other) = [
        next(
            str(each.id)
            for each in reading.records(world.workspace, WORKSPACE, "coupon").items
            if str(each.values["customer"][1]) == customer
        )
        for customer in (world.seen, world.hidden)
    ]
    assert world.seen in told(why.explain(world.workspace, READER, coupon, "en", mine))
    hidden = why.explain(world.workspace, READER, coupon, "en", other)
    assert hidden["holds"], "the rule is true all the same"
    assert world.hidden not in told(hidden), "what it found there is not told"
    assert "not visible" in told(hidden)


def matching_already(world: World) -> str:
    """A draft that both customers match before the period begins."""
    text = 'rule "Rich" on customer when credit > 3 then warn "rich"'
    return str(definitions.create(world.workspace, WORKSPACE, "rule", {"text": text, "language": "en"}).id)


def test_the_numbers_of_the_queue_are_those_of_records_in_sight(world: World) -> None:
    whole, some, none = (queues.overview(world.workspace, actor) for actor in (WORKSPACE, READER, BLIND))
    assert [found.kinds.get("call", {}).get("queued", 0) for found in (whole, some, none)] == [2, 1, 0]
    assert [found.waiting_runs for found in (whole, some, none)] == [2, 1, 0]


def test_backtests(world: World) -> None:
    time = machine_now()
    world.workspace.clock = Clock(source=lambda: time + DAY)
    settle(world.workspace)
    run = service.begin(world.workspace, READER, world.gift, last_days=3)
    assert run.result is not None
    assert [each["record"] for each in run.result["sides"][0]["most"]] == [world.seen]
    side = run.result["sides"][0]
    assert (side["hits"], side["records"], side["times"]) == (1, 1, [{"times": 1, "records": 1}]), "those in sight"
    assert [each["count"] for each in side["effects"] if each["kind"] == "create"] == [1]
    whole = service.read(world.workspace, WORKSPACE, run.id).result
    assert whole is not None
    assert (whole["sides"][0]["hits"], whole["kept"]) == (2, 2)
    told_of = service.begin(world.workspace, READER, matching_already(world), last_days=1).result
    assert told_of is not None
    assert (told_of["sides"][0]["hits"], told_of["sides"][0]["matching_at_start"]) == (0, 1)
    found = service.hits(world.workspace, READER, run.id, 0, 50)
    assert [str(each.row.record) for each in found] == [world.seen]
    assert len(service.hits(world.workspace, WORKSPACE, run.id, 0, 50)) == 2
    assert [str(each.row.record) for each in service.hits(world.workspace, READER, run.id, 0, 1)] == [world.seen]
