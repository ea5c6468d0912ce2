"""Rules that stop by themselves, first runs that are capped, and what becomes of what was held back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ruleloom.access import WORKSPACE, Actor
from ruleloom.dsl.calendar import HOUR
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import accounts, definitions, records, safety, why
from ruleloom.runtime.rules import health
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.clock import Clock, machine_now
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import notices
from ruleloom.storage.schema.definitions import Definitions

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
FLAG = 'rule "Flag" on customer when credit > 10 then set flag = "red" when it ends set flag = "over"'


def flags(workspace: Workspace) -> dict[str, Any]:
    page = reading.records(workspace, WORKSPACE, "customer")
    return {str(each.values["name"][1]): each.values["flag"][1] for each in page.items}


def edges(workspace: Workspace, **which: Any) -> list[tuple[str, str | None]]:
    page = reading.firings(workspace, WORKSPACE, **which)
    return [(each.row.edge, (each.row.skip or {}).get("why")) for each in reversed(page.items)]


def status(workspace: Workspace, rule: str) -> str:
    with workspace.reading() as opened:
        return Definitions(opened.connection).get(int(rule)).status


def change(workspace: Workspace, record: Any, **values: Any) -> None:
    version = reading.record(workspace, WORKSPACE, "customer", str(record)).version
    records.update(workspace, WORKSPACE, "customer", str(record), values, version, show=lambda _u, w: w)


def test_a_rule_stops_when_it_fires_more_than_allowed_and_goes_on(
    workspace: Workspace, rule: Rule, create: Create
) -> None:
    boss = accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", "a long enough password", ["administrator"])
    made = rule(FLAG)
    assert (safety.read(workspace, WORKSPACE, made).allowed.most, status(workspace, made)) == (100_000, "published")
    safety.allow(workspace, WORKSPACE, made, 2, "hour")
    ids = [create(name=name, credit=20).record for name in "abcde"]
    assert flags(workspace) == {"a": "red", "b": "red", "c": None, "d": None, "e": None}
    assert edges(workspace) == [
        ("on", None),
        ("on", None),
        ("skipped", "rate"),
        ("skipped", "stopped"),
        ("skipped", "stopped"),
    ]
    assert status(workspace, made) == "stopped"
    found = safety.read(workspace, WORKSPACE, made)
    assert (found.held, found.rate.number, found.rate.stop) == (3, 2, {"most": 2, "per": 3_600_000_000})
    with workspace.database.read() as connection:
        (notice,) = notices.of_user(connection, int(boss.id), None, 10)
    assert "“Flag” stopped by itself" in notice.text

    change(workspace, ids[0], credit=1)  # an ending is owed as well: it is held back, not lost
    change(workspace, ids[2], credit=1)
    assert flags(workspace)["a"] == "red"
    with pytest.raises(RuleloomError, match="rule-not-in-force"):
        safety.release(workspace, WORKSPACE, made, "matching")
    assert safety.go_on(workspace, WORKSPACE, made).status == "published"
    assert safety.release(workspace, WORKSPACE, made, "matching", limit=1) == safety.Released(0, 1, 3), (
        "c matches no more"
    )
    assert safety.release(workspace, WORKSPACE, made, "matching") == safety.Released(3, 0, 0)
    assert flags(workspace) == {"a": "over", "b": "red", "c": None, "d": "red", "e": "red"}
    change(workspace, ids[3], credit=1)
    assert flags(workspace)["d"] == "over", "what was let go ends like any other"
    assert edges(workspace, held=True) == []
    skips = [each.row.skip or {} for each in reading.firings(workspace, WORKSPACE, edge="skipped").items]
    became = [skip["became"]["how"] for skip in skips]
    assert sorted(became) == ["left", "performed", "performed", "performed"]


def test_what_was_held_back_is_left_out_on_request(workspace: Workspace, rule: Rule, create: Create) -> None:
    made = rule(FLAG)
    safety.allow(workspace, WORKSPACE, made, 1, "day")
    create(name="a", credit=20)
    create(name="b", credit=20)
    assert safety.release(workspace, WORKSPACE, made, "leave") == safety.Released(0, 1, 0)
    assert flags(workspace) == {"a": "red", "b": None}
    safety.allow(workspace, WORKSPACE, made, 0, "day")
    safety.go_on(workspace, WORKSPACE, made)
    for name in "cdef":
        create(name=name, credit=20)
    assert status(workspace, made) == "published", "0 is any number"


def test_a_change_rule_remembers_its_change(workspace: Workspace, rule: Rule, create: Create) -> None:
    made = rule('rule "Rise" on customer when credit rises then set flag = "was {previous credit}"')
    safety.allow(workspace, WORKSPACE, made, 1, "hour")
    first, second = create(name="a", credit=1).record, create(name="b", credit=5, flag="x").record
    change(workspace, first, credit=2)
    change(workspace, second, credit=6)
    change(workspace, second, credit=9)
    safety.go_on(workspace, WORKSPACE, made)
    safety.allow(workspace, WORKSPACE, made, None, "hour")
    assert safety.release(workspace, WORKSPACE, made, "matching") == safety.Released(2, 0, 0)
    assert flags(workspace) == {"a": "was 1", "b": "was 6"}


def test_a_gate_never_stops(workspace: Workspace, rule: Rule, create: Create) -> None:
    made = rule('rule "Gate" on customer when credit > 10 then if flag = "no" (block "no") else (set flag = "ok")')
    safety.allow(workspace, WORKSPACE, made, 1, "hour")
    create(name="a", credit=20)
    create(name="b", credit=20)
    with pytest.raises(RuleloomError, match="write-blocked"):
        create(name="c", credit=20, flag="no")
    assert (status(workspace, made), flags(workspace)) == ("published", {"a": "ok", "b": "ok"})


def test_a_first_run_is_capped_and_let_go_later(workspace: Workspace, create: Create) -> None:
    for number in range(7):
        create(name=str(number), credit=20)
    drawn = definitions.create(workspace, WORKSPACE, "rule", {"text": FLAG, "language": "en"})
    definitions.publish(workspace, WORKSPACE, "rule", str(drawn.id), also_existing=True, cap=3)
    assert [name for name, flag in flags(workspace).items() if flag] == ["0", "1", "2"]
    assert edges(workspace) == [("skipped", "cap")] * 4 + [("on", None)] * 3
    assert safety.release(workspace, WORKSPACE, str(drawn.id), "matching", limit=3).remaining == 1
    assert safety.release(workspace, WORKSPACE, str(drawn.id), "matching").remaining == 0
    assert set(flags(workspace).values()) == {"red"}
    again = definitions.create(
        workspace, WORKSPACE, "rule", {"text": FLAG.replace('"Flag"', '"All"'), "language": "en"}
    )
    definitions.publish(workspace, WORKSPACE, "rule", str(again.id), also_existing=True, cap=None)
    assert edges(workspace, rule=str(again.id)) == [("on", None)] * 7


def test_writers_at_once_never_exceed_it(workspace: Workspace, rule: Rule) -> None:
    made = rule(FLAG)
    safety.allow(workspace, WORKSPACE, made, 7, "hour")

    def write(number: int) -> None:
        values = {"name": str(number), "credit": 20}
        records.create(workspace, WORKSPACE, "customer", values, show=lambda _u, w: w)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    assert sum(1 for flag in flags(workspace).values() if flag == "red") == 7
    assert sorted(edges(workspace)) == [("on", None)] * 7 + [("skipped", "rate")] + [("skipped", "stopped")] * 12


def test_of_many_held_for_one_record_one_is_performed_also_when_they_are_let_go_in_parts(
    workspace: Workspace, rule: Rule, create: Create
) -> None:
    """Each time the condition became true the firing was held back; the newest stands for all, whatever the batch."""
    made = rule('rule "Gift" on customer when credit > 10 then create coupon (customer = this)')
    safety.allow(workspace, WORKSPACE, made, 1, "hour")
    create(name="first", credit=20)
    wavering = create(name="a", credit=20).record
    for _ in range(2):
        change(workspace, wavering, credit=1)
        change(workspace, wavering, credit=20)
    safety.go_on(workspace, WORKSPACE, made)
    safety.allow(workspace, WORKSPACE, made, None, "hour")
    left = [safety.release(workspace, WORKSPACE, made, "all", limit=1) for _ in range(3)]
    assert [(each.performed, each.remaining) for each in left] == [(0, 2), (0, 1), (1, 0)]
    assert len(reading.records(workspace, WORKSPACE, "coupon").items) == 2


def test_what_fired_is_counted_as_it_fires_and_not_what_was_taken_back(
    workspace: Workspace, rule: Rule, create: Create
) -> None:
    flag = rule(FLAG)
    rule('rule "Never" on customer when name = "no" then block "no"')
    kept = create(name="a", credit=20).record
    with pytest.raises(RuleloomError, match="write-blocked"):
        create(name="no", credit=20)
    change(workspace, kept, credit=1)
    definitions.pause(workspace, WORKSPACE, "rule", flag)
    create(name="b", credit=20)
    found = {each.rule: each.days for each in health.of_all(workspace, WORKSPACE)}
    assert found[flag] == [0] * 6 + [2], "the firing and its end; nothing of the blocked write, nothing while paused"
    health.sweep(workspace)
    assert {each.rule: each.days for each in health.of_all(workspace, WORKSPACE)} == found


def test_a_rule_knows_when_it_stood_still_and_who_paused_it(workspace: Workspace, rule: Rule, create: Create) -> None:
    time = [machine_now()]
    workspace.clock = Clock(source=lambda: time[0])
    boss = accounts.create(workspace, WORKSPACE, "Ada", "ada@example.com", "a long enough password", ["administrator"])
    ada = Actor(int(boss.id), frozenset({"administrator"}))
    made = rule(FLAG)
    customer = str(create(name="a", credit=1).record)
    for step in (definitions.pause, definitions.resume, definitions.pause):
        time[0] += HOUR
        step(workspace, ada, "rule", made)
    found = definitions.pauses(workspace, ada, made)
    begun = time[0] - 3 * HOUR
    assert [((row.since - begun) // HOUR, row.since_by, row.until_by) for row in found] == [
        (3, ada.user, None), (1, ada.user, ada.user),
    ]  # fmt: skip
    assert found[1].until == begun + 2 * HOUR
    then = {
        hours: why.why(workspace, ada, made, customer, instant_text(begun + hours * HOUR + 1)).standing.state
        for hours in range(3)
    }
    assert then == {0: "fails", 1: "paused", 2: "fails"}
    assert why.why(workspace, ada, made, customer).standing == why.Standing("paused", instant_text(time[0]))
    definitions.resume(workspace, ada, "rule", made)
    safety.allow(workspace, ada, made, 1, "hour")
    create(name="b", credit=20)
    create(name="c", credit=20)
    assert next((row.stopped, row.since_by, row.until) for row in definitions.pauses(workspace, ada, made)) == (
        True, None, None,
    )  # fmt: skip
    safety.go_on(workspace, ada, made)
    assert definitions.pauses(workspace, ada, made)[0].until_by == ada.user
