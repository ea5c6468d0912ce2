"""How the rules of a workspace are doing: one answer for the whole list, whatever the number of rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ruleloom.access import Actor
from ruleloom.dsl.calendar import DAY, Calendar, day_number
from ruleloom.messages import Diagnostic
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs import rule_counts, rule_health, rule_rates

Health = Literal["ok", "warning", "broken", "stopped", "paused", "draft"]
DAYS = 7
"""Days whose firings are counted, today included."""


@dataclass(frozen=True, slots=True)
class Next:
    """When time alone may make a rule fire, from what is stored; `tick`: a schedule's hour."""

    at: str
    near: int
    """Records that may be due within a day from now; 0 for a tick, whose records are not known before."""
    tick: bool = False


@dataclass(frozen=True, slots=True)
class RuleHealth:
    """One rule."""

    rule: str
    health: Health
    last_firing: str | None = None
    days: list[int] = field(default_factory=list)
    """Firings of each of the last seven days in the workspace's zone, oldest first."""
    next: Next | None = None
    failed: int = 0
    """Effects that failed."""
    problems: tuple[Diagnostic, ...] = ()
    """Of a broken rule: what is wrong with it."""
    stopped_at: str | None = None


def sweep(workspace: Workspace) -> None:
    """Forgets counts of days that no list shows any more."""
    with workspace.database.write() as connection:
        rule_counts.sweep(connection, workspace.now(connection) - (DAYS + 2) * DAY)


def of_all(workspace: Workspace, actor: Actor) -> list[RuleHealth]:
    """Every rule that the actor may see."""
    seen = definitions.everything(workspace, actor, "rule", None)
    ids = [str(each.id) for each in seen]
    with workspace.reading() as reading:
        connection, now = reading.connection, reading.now
        last = rule_health.last_firings(connection)
        days = rule_counts.between(connection, _midnights(reading.published.model.calendar, now))
        failed = rule_health.failures(connection)
        due, ticks = rule_health.next_due(connection, ids, now + DAY), rule_health.ticks(connection)
        rates = rule_rates.every(connection, ids)
        broken = reading.published.broken
    found = []
    for each in seen:
        rule = str(each.id)
        rate = rates.get(rule)
        stopped = rate.stopped_at if rate is not None else None
        problem = broken.get(rule)
        upcoming = _next(ticks.get(rule), due.get(rule)) if each.status == "published" else None
        found.append(
            RuleHealth(
                rule,
                _health(each.status, problem is not None, stopped is not None, failed.get(rule, 0)),
                instant_text(last[rule]) if rule in last else None,
                list(days.get(rule, [0] * DAYS)),
                upcoming,
                failed.get(rule, 0),
                tuple(problem.diagnostics) if problem is not None else (),
                instant_text(stopped) if stopped is not None else None,
            )
        )
    return found


def _health(status: str, broken: bool, stopped: bool, failed: int) -> Health:
    """The worst that is so."""
    if status != "published":
        return "draft" if status == "draft" else "paused"
    if broken:
        return "broken"
    if stopped:
        return "stopped"
    return "warning" if failed else "ok"


def _next(tick: int | None, due: rule_health.NextDue | None) -> Next | None:
    if tick is not None:
        return Next(instant_text(tick), 0, tick=True)
    return None if due is None else Next(instant_text(due.at), due.near)


def _midnights(calendar: Calendar, now: int) -> list[int]:
    """The beginnings of the last days and the end of the present one, in the workspace's zone."""
    today = day_number(calendar.local(now).date())
    return [calendar.midnight(day) for day in range(today - DAYS + 1, today + 2)]
