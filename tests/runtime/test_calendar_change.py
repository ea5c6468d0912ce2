"""The zone and the working days of a live workspace change: nothing that is due is lost, nothing fires twice.

Compared with arithmetic: a tick or a day lies where the calendar in force at that instant says.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ruleloom.access import WORKSPACE, Actor, Forbidden
from ruleloom.dsl.calendar import DAY, HOUR, instant
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import calendar, records, why
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace

Rule = Callable[[str], str]
Create = Callable[..., records.Written]
WEEKEND = ["saturday", "sunday"]
SHANGHAI, BERLIN, LINE = "Asia/Shanghai", "Europe/Berlin", "Pacific/Kiritimati"


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.fixture
def time(workspace: Workspace) -> list[int]:
    """The present instant; a Monday of winter, midnight in UTC."""
    held = [at("2026-01-05T00:00")]
    workspace.clock = Clock(source=lambda: held[0])
    return held


def to(workspace: Workspace, time: list[int], text: str) -> None:
    time[0] = at(text)
    settle(workspace)


def put(workspace: Workspace, zone: str, **days: Any) -> calendar.Changed:
    given: dict[str, Any] = {"weekend": WEEKEND, "country": None, "holidays": [], "workdays": [], **days}
    return calendar.change(workspace, WORKSPACE, zone, **given)


def fired(workspace: Workspace, rule: str) -> list[str]:
    found = reading.firings(workspace, WORKSPACE, rule=rule, limit=500).items
    return [f"{instant_text(each.row.at)} {each.row.edge}" for each in reversed(found)]


def test_ticks_lie_where_the_zone_in_force_says(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    create(name="a")
    daily, hourly = (
        rule('rule "Nine" on customer every day at 09:00 then warn "x"'),
        rule('rule "Six hours" on customer every 6 hours then warn "x"'),
    )
    to(workspace, time, "2026-01-06T03:00")
    put(workspace, SHANGHAI)
    to(workspace, time, "2026-01-08T03:00")
    put(workspace, BERLIN)
    to(workspace, time, "2026-01-09T03:00")
    assert fired(workspace, daily) == [
        "2026-01-05T09:00:00Z schedule",
        "2026-01-07T01:00:00Z schedule",
        "2026-01-08T01:00:00Z schedule",
        "2026-01-08T08:00:00Z schedule",
    ], "09:00 of Shanghai on the 6th was over when the zone changed; 09:00 of the 8th came round twice"
    zones = [("2026-01-05T00:00", "2026-01-06T03:00", 0), ("2026-01-06T03:00", "2026-01-08T03:00", 4),
             ("2026-01-08T03:00", "2026-01-09T03:00", 5)]  # fmt: skip
    expected = [
        f"{instant_text(tick)} schedule"
        for start, end, phase in zones
        for tick in range(at("2026-01-04T00:00") + phase * HOUR, at(end) + 1, 6 * HOUR)
        if at(start) < tick <= at(end)
    ]
    assert fired(workspace, hourly) == expected


def test_a_day_begins_where_the_zone_in_force_says_and_what_stays_true_does_not_fire_again(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    """True before and after is no edge; what the change itself makes true fires at its instant."""
    today = rule('rule "Today" on customer when seen in today then warn "x" when it ends warn "y"')
    fifth = rule('rule "Fifth" on customer when day(seen) = 6 then warn "x"')
    old = rule('rule "Old" on customer when days since seen >= 2 then warn "x"')
    create(name="noon", seen="2026-01-05T12:00:00Z")
    create(name="late", seen="2026-01-05T20:00:00Z")
    to(workspace, time, "2026-01-05T21:00")
    assert fired(workspace, today) == ["2026-01-05T00:00:00Z on"] * 2
    assert fired(workspace, fifth) == []
    put(workspace, SHANGHAI)
    changed = "2026-01-05T21:00:00Z"
    assert fired(workspace, fifth) == [f"{changed} on"], "20:00Z is the 6th in Shanghai"
    assert fired(workspace, today)[2:] == [f"{changed} off"], "noon was yesterday there; late stays today, silently"
    to(workspace, time, "2026-01-09T00:00")
    assert fired(workspace, today)[3:] == ["2026-01-06T16:00:00Z off"]
    assert fired(workspace, old) == ["2026-01-07T12:00:00Z on", "2026-01-07T20:00:00Z on"], "hours are hours anywhere"
    assert put(workspace, SHANGHAI).firings == 0, "nothing changes, nothing fires"


def test_stretches_and_limits_go_on(workspace: Workspace, rule: Rule, create: Create, time: list[int]) -> None:
    held = rule('rule "Held" on customer when credit > 10 for 3 days then warn "x"')
    calm = rule('rule "Calm" on customer when seen in today then warn "x" at most once per 2 days')
    create(name="a", credit=20, seen="2026-01-06T02:00:00Z")
    for day, zone in ((1, SHANGHAI), (2, BERLIN), (2, LINE), (4, "UTC")):
        time[0] = at("2026-01-05T00:00") + day * DAY + HOUR
        put(workspace, zone)
    to(workspace, time, "2026-01-12T00:00")
    assert fired(workspace, held) == ["2026-01-08T00:00:00Z on"]
    assert [each.split()[1] for each in fired(workspace, calm)].count("on") == 1


def test_working_days_of_schedules_waits_and_conditions(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    """Tuesday becomes a holiday and Saturday a make-up day while a run waits for two working days."""
    tick = rule('rule "Work" on customer every working day at 08:00 then warn "x"')
    waits = rule('rule "Wait" on customer when credit > 10 then wait 2 working days set flag = "done"')
    due = rule('rule "Due" on customer when seen + 5 working days before now then warn "x"')
    create(name="a", credit=20, seen="2026-01-05T00:00:00Z")
    to(workspace, time, "2026-01-05T12:00")
    put(workspace, "UTC", holidays=["2026-01-06"], workdays=["2026-01-10"])
    to(workspace, time, "2026-01-07T12:00")
    assert reading.records(workspace, WORKSPACE, "customer").items[0].values["flag"][1] is None
    to(workspace, time, "2026-01-20T00:00")
    assert fired(workspace, waits)[0] == "2026-01-05T00:00:00Z on"
    history = reading.history(workspace, WORKSPACE, "customer", "".join(_only(workspace))).items
    assert instant_text(history[0].at) == "2026-01-08T00:00:00Z"
    days = [each[8:10] for each in fired(workspace, tick)]
    assert days == ["05", "07", "08", "09", "10", "12", "13", "14", "15", "16", "19"]
    assert fired(workspace, due) == ["2026-01-12T00:00:00.000001Z on"], "the 7th, 8th, 9th, 10th and 12th"


def _only(workspace: Workspace) -> list[str]:
    return [str(each.id) for each in reading.records(workspace, WORKSPACE, "customer").items]


def test_very_many_are_judged_after_the_answer_with_the_same_firings(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    """In chunks, durably; a write that comes at once finds all of it settled."""
    sixth = rule('rule "Sixth" on customer when day(seen) = 6 then set flag = "6"')
    ids = [str(create(name=str(number), seen=f"2026-01-05T{10 + number}:00:00Z").record) for number in range(12)]
    workspace.fan_out = 5
    time[0] += HOUR
    done = put(workspace, SHANGHAI)
    assert (done.queued, done.firings) == (12, 0)
    time[0] += HOUR
    create(name="next")
    found = reading.firings(workspace, WORKSPACE, rule=sixth).items
    assert {str(each.row.record) for each in found} == set(ids[6:])
    assert {each.row.at for each in found} == {time[0] - HOUR}, "at the instant of the change"
    settle(workspace)
    assert len(reading.firings(workspace, WORKSPACE, rule=sixth).items) == 6


def test_what_was_due_before_fires_by_the_old_calendar(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    """Nothing ran for two days: the change settles them first, at their own due times."""
    daily = rule('rule "Nine" on customer every day at 09:00 then warn "x"')
    create(name="a")
    time[0] = at("2026-01-07T03:00")
    put(workspace, LINE)
    assert fired(workspace, daily) == ["2026-01-05T09:00:00Z schedule", "2026-01-06T09:00:00Z schedule"]


def test_who_may_and_what_is_wrong(workspace: Workspace) -> None:
    with pytest.raises(Forbidden):
        calendar.read(workspace, Actor(None, frozenset({"manager"})))
    with pytest.raises(RuleloomError) as wrong:
        put(workspace, "Asia/Shanghia", country="XX", holidays=["2026-02-30"], weekend=["someday"])
    codes = {each.code.removesuffix("-near") for each in wrong.value.diagnostics}
    assert codes == {"unknown-timezone", "unknown-country", "not-a-day", "unknown-weekday"}
    assert calendar.read(workspace, WORKSPACE).timezone == "UTC"
    put(workspace, SHANGHAI, country="CN", holidays=["2026-03-02"], workdays=["2026-03-07"])
    kept = calendar.read(workspace, WORKSPACE)
    assert (kept.timezone, kept.country, kept.holidays) == (SHANGHAI, "CN", ["2026-03-02"])
    assert workspace.refreshed().model.calendar.zone.key == SHANGHAI
    holidays, makeup = calendar.days_of("cn")
    assert "2026-10-01" in holidays
    assert makeup


def test_why_about_the_past_is_answered_by_the_calendar_of_then(
    workspace: Workspace, rule: Rule, create: Create, time: list[int]
) -> None:
    """The 5th at 18:00 UTC is the 6th in Shanghai, and a stretch goes on from one calendar to the next."""
    sixth = rule('rule "Sixth" on customer when day(seen) = 6 then set flag = "6"')
    old = rule('rule "Old" on customer when seen older than 2 working days then set flag = "old"')
    held = rule('rule "Held" on customer when day(seen) = 6 for 3 days then set flag = "held"')
    customer = str(create(name="a", seen="2026-01-05T18:00:00Z").record)

    def answer(of: str, moment: str | None) -> tuple[bool, str | None, str | None]:
        found = why.why(workspace, WORKSPACE, of, customer, None if moment is None else f"{moment}:00Z")
        assert found.reason is not None
        zone = None if found.calendar is None else f"{found.calendar['timezone']} {found.calendar['until']}"
        return found.reason["holds"], found.standing.since, zone

    to(workspace, time, "2026-01-07T00:00")
    put(workspace, SHANGHAI, holidays=["2026-01-07"])
    to(workspace, time, "2026-01-12T00:00")
    utc = "UTC 2026-01-07T00:00:00Z"
    assert answer(sixth, "2026-01-06T12:00") == (False, None, utc)
    assert answer(sixth, "2026-01-07T00:00") == (True, "2026-01-07T00:00:00Z", None)
    assert answer(sixth, "2026-01-11T12:00") == (True, "2026-01-07T00:00:00Z", None)
    assert answer(sixth, None) == (True, "2026-01-07T00:00:00Z", None)
    put(workspace, BERLIN)
    to(workspace, time, "2026-01-13T00:00")
    shanghai = "Asia/Shanghai 2026-01-12T00:00:00Z"
    assert answer(sixth, "2026-01-06T12:00") == (False, None, utc)
    assert answer(sixth, "2026-01-11T12:00") == (True, "2026-01-07T00:00:00Z", shanghai)
    assert answer(sixth, None)[0] is False
    assert answer(held, "2026-01-09T23:00")[0] is False
    assert answer(held, "2026-01-10T00:00") == (True, "2026-01-10T00:00:00Z", shanghai)
    assert answer(old, "2026-01-08T17:00")[0] is False, "by the calendar of then the 7th was a holiday"
    assert answer(old, "2026-01-08T18:00") == (True, "2026-01-08T18:00:00Z", shanghai)
    assert fired(workspace, old)[0] == "2026-01-08T18:00:00Z on"
    assert fired(workspace, held) == ["2026-01-10T00:00:00Z on"]
