"""Backtests as people know them: short ones are answered at once, long ones played by a worker; listed, stopped.

Statuses: `waiting` → `running` → `done`; `stopping` → `stopped` when somebody stopped it; `failed` with why. A run
whose process died is begun anew by another one: nothing of it is in the workspace but its own row.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.types import Value
from ruleloom.engine.schedule import pace
from ruleloom.messages import RuleloomError
from ruleloom.runtime.backtest import result
from ruleloom.runtime.backtest.history import BUSINESS, RECORDED
from ruleloom.runtime.backtest.reach import reach_of
from ruleloom.runtime.backtest.run import KEPT_HITS, LONGEST, Period, Run, Side, period_of
from ruleloom.runtime.backtest.scoped import in_sight
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.missing import Missing
from ruleloom.runtime.people.secrets_of import error_id
from ruleloom.runtime.rules.content import sentences, tree_of
from ruleloom.runtime.showing.reading import sight
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import backtest_log
from ruleloom.storage.logs.backtest_log import BacktestRow, HitRow
from ruleloom.storage.records.timeline import BEFORE_ALL, size
from ruleloom.storage.schema.definitions import Content, Definition, Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Reading, Workspace

__all__ = ["LONGEST"]
KIND = "backtest"
AT_ONCE = 10_000
"""Records, changes, and records looked at by ticks of schedules, up to which one waits for the answer."""
KEPT = 30 * DAY
"""Microseconds after which an ended backtest goes."""
_SIGN_OF_LIFE = 1.0
_log = structlog.get_logger("ruleloom.backtest")


class _Stopped(Exception):
    """Somebody stopped the run."""


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit with what its record is called now (None: it has no title, or is gone)."""

    row: HitRow
    title: Value


def begin(
    workspace: Workspace,
    actor: Actor,
    rule: str,
    version: int | None = None,
    compare: int | None = None,
    last_days: int | None = None,
    since: str | None = None,
    until: str | None = None,
    history: str = RECORDED,
) -> BacktestRow:
    """Asks for a backtest of a rule's draft (or of what is published, without one) or of a version.

    `compare`: a version to lay beside it. The period: the last so many days, or since–until (RFC 3339). A short one is
    done when this returns. `TextError` when a text cannot be read, `Missing` for what is not there.
    """
    access.require(actor, Verb.DEFINE)
    drawn = definitions.read(workspace, actor, "rule", rule)
    with workspace.reading() as reading:
        start, end = period_of(reading.now, last_days, since, until)
        found = Definitions(reading.connection)
        sides = [_side(found, drawn, version)]
        sides += [] if compare is None else [_side(found, drawn, compare)]
        model = reading.published.model
        trees = [tree_of(side["content"], model) for side in sides]
        for side, tree in zip(sides, trees, strict=True):
            side["sentence"] = sentences(tree, model)
        wanted = reach_of(trees, model)
        for entity in wanted:
            access.require(actor, Verb.READ, entity)
        first = BEFORE_ALL if history == BUSINESS else start
        small = _work(reading, trees, wanted, max(first, 0), start, end) <= AT_ONCE
    request = {"sides": sides, "from": start, "to": end, "history": history}
    now, user = machine_now(), actor.user if isinstance(actor.user, int) else None
    row = BacktestRow(workspace.ids.next(), drawn.id, "waiting", request, {"done": 0, "total": 0}, None, now, user, now)
    with workspace.database.write() as connection:
        backtest_log.add(connection, row)
    if not small:
        workspace.hand_over(KIND, row.id, row.updated_at)
        return row
    carry_on(workspace, row.id)
    return read(workspace, actor, row.id)


def _work(reading: Reading, rules: Sequence[n.Rule], wanted: Iterable[str], first: int, start: int, end: int) -> int:
    """About how much there is to do: a tick of a schedule looks at every record of its rule's entity."""
    connection, catalogue = reading.connection, reading.published.catalogue
    work = size(connection, catalogue, wanted, first, end)
    for rule in rules:
        if rule.schedule is not None:
            ticks = int((end - start) // pace(rule.schedule)) + 1
            work += ticks * max(1, size(connection, catalogue, [rule.entity], end, end))
    return work


def _side(found: Definitions, drawn: Definition, version: int | None) -> dict[str, Any]:
    """What is played on one side: a version, or the draft with what is published behind it."""
    if version is not None:
        return {"version": version, "content": _text(found.version(drawn.id, version).content)}
    if drawn.draft is not None:
        return {"version": None, "content": _text(drawn.draft)}
    if drawn.content is None:
        raise Missing.of("not-found")
    return {"version": drawn.published_version, "content": _text(drawn.content)}


def _text(content: Content) -> dict[str, str]:
    return {"text": str(content.get("text", "")), "language": str(content.get("language", "en"))}


# ---- asked about ---------------------------------------------------------------------------------------------------


def read(workspace: Workspace, actor: Actor, run: int) -> BacktestRow:
    """A run, for those who may draw rules; records out of the actor's sight are counted and not named."""
    access.require(actor, Verb.DEFINE)
    return _in_sight(workspace, actor, [_read(workspace, run)])[0]


def _in_sight(workspace: Workspace, actor: Actor, rows: Sequence[BacktestRow]) -> list[BacktestRow]:
    with workspace.reading() as reading:
        seen = sight(reading, actor)
        return [replace(row, result=_told(reading, row, seen)) for row in rows]


def _told(reading: Reading, row: BacktestRow, seen: Sight) -> Mapping[str, Any] | None:
    """The result as far as its records are in sight."""
    found = row.result
    if found is None or "sides" not in found or seen.sees_all(str(found.get("entity_id"))):
        return found
    rows = backtest_log.page(reading.connection, row.id, 0, KEPT_HITS)
    return in_sight(found, rows, seen, reading.published.model.calendar)


def _read(workspace: Workspace, run: int) -> BacktestRow:
    with workspace.database.read() as connection:
        row = backtest_log.read(connection, run)
    if row is None:
        raise Missing.of("not-found")
    return row


def recent(workspace: Workspace, actor: Actor, rule: str, limit: int) -> list[BacktestRow]:
    """Runs of a rule, newest first."""
    access.require(actor, Verb.DEFINE)
    drawn = definitions.read(workspace, actor, "rule", rule)
    with workspace.database.read() as connection:
        found = backtest_log.recent(connection, drawn.id, limit)
    return _in_sight(workspace, actor, found)


def hits(
    workspace: Workspace,
    actor: Actor,
    run: int,
    after: int,
    limit: int,
    groups: Sequence[str] = (),
    record: int | None = None,
) -> list[ShownHit]:
    """Hits of a run in the order of time, behind a position; those of records that the actor may see.

    A position is given for each hit, so what comes behind the last one is asked for as always.
    """
    row = read(workspace, actor, run)
    entity, page = str((row.result or {}).get("entity_id")), list[HitRow]()
    with workspace.reading() as reading:
        seen = sight(reading, actor)
        while len(page) < limit:
            found = backtest_log.page(reading.connection, row.id, after, limit, groups, record)
            visible = seen.of(entity, {each.record for each in found})
            page += [each for each in found if each.record in visible][: limit - len(page)]
            if len(found) < limit:
                break
            after = found[-1].position
        titles = seen.titles({entity: {each.record for each in page}})
        return [ShownHit(_explained(each, seen), titles.get((entity, each.record))) for each in page]


def _explained(hit: HitRow, seen: Sight) -> HitRow:
    """A hit whose reasons tell nothing that is out of sight."""
    sides = hit.content.items()
    told = {side: one and {**one, "reason": seen.explanation(one["reason"])} for side, one in sides}
    return replace(hit, content=told)


def stop(workspace: Workspace, actor: Actor, run: int) -> BacktestRow:
    """Asks a run to stop; one that has ended stays as it is."""
    row = read(workspace, actor, run)
    with workspace.database.write() as connection:
        if not backtest_log.claim(connection, row.id, ("waiting",), "stopped", machine_now()):
            backtest_log.claim(connection, row.id, ("running",), "stopping", machine_now())
    return read(workspace, actor, run)


def sweep(workspace: Workspace) -> int:
    """Removes backtests that ended long ago; how many."""
    with workspace.database.write() as connection:
        return backtest_log.sweep(connection, machine_now() - KEPT)


# ---- played --------------------------------------------------------------------------------------------------------


def lease_of(run: int) -> str:
    """The lease that a process holds while it plays a run."""
    return f"{KIND}-{run}"


def carry_on(workspace: Workspace, run: int) -> None:
    """Plays a run to its end; nothing when another process has it in hand or it has ended."""
    with lease(workspace.database, lease_of(run), workspace.folder) as free:
        if not free:
            return
        with workspace.database.write() as connection:
            backtest_log.claim(connection, run, ("stopping",), "stopped", machine_now())
            if not backtest_log.claim(connection, run, ("waiting", "running"), "running", machine_now()):
                return
        row = _read(workspace, run)
        status, told_result, rows = _carried_out(workspace, row)
        with workspace.database.write() as connection:
            backtest_log.keep_hits(connection, run, rows)
            backtest_log.change(connection, run, status=status, result=told_result, updated_at=machine_now())


def _carried_out(workspace: Workspace, row: BacktestRow) -> tuple[str, Mapping[str, Any] | None, list[HitRow]]:
    request = row.request
    sides = [Side(side["content"], row.rule) for side in request["sides"]]
    period = Period(request["from"], request["to"], request["history"])
    try:
        found, pairs = Run(workspace, sides, period, _Telling(workspace, row.id)).play()
    except _Stopped:
        return "stopped", None, []
    except RuleloomError as error:
        problems = [{"code": d.code, "params": {k: str(v) for k, v in d.params.items()}} for d in error.diagnostics]
        return "failed", {"errors": problems}, []
    except Exception:  # noqa: BLE001 - a run that nobody waits for has to say that it ended
        number = error_id()
        _log.exception("backtest-stuck", run=row.id, error_id=number)
        return "failed", {"errors": [{"code": "backtest-stuck", "params": {"error_id": number}}]}, []
    return "done", found, result.hit_rows(pairs[:KEPT_HITS])


class _Telling:
    """Says how far a run is, at most once a second; stops it when somebody wants that."""

    def __init__(self, workspace: Workspace, run: int) -> None:
        self._workspace, self._run, self._told = workspace, run, time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._told < _SIGN_OF_LIFE:
            return
        self._told = time.monotonic()
        with self._workspace.database.write() as connection:
            progress = {"done": done, "total": total}
            backtest_log.change(connection, self._run, progress=progress, updated_at=machine_now())
            row = backtest_log.read(connection, self._run)
        if row is None or row.status == "stopping":
            raise _Stopped
