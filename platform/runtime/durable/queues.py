"""How the durable work stands: what is queued, what failed and why, who is at work, which rules cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.types import Value
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.runtime.durable import presence
from ruleloom.runtime.missing import id_of
from ruleloom.runtime.showing.reading import PAGE, Page, sight
from ruleloom.storage.holders import HolderRow
from ruleloom.storage.logs import firing_log, put_off, work_log
from ruleloom.storage.logs.firing_log import EffectRow
from ruleloom.storage.logs.work_log import Waiting
from ruleloom.storage.records import shown

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Reading, Workspace


@dataclass(frozen=True, slots=True)
class PutOff:
    """Evaluations that are put off: writes, records still to be judged, firings still to be carried out."""

    writes: int
    records: int
    runs: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A published rule that cannot be read any more."""

    id: str
    name: str
    problems: Sequence[Mapping[Language, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """An effect or a waiting run with how its rule and record are called now."""

    of: Waiting
    rule: str
    titles: Mapping[tuple[str, int], Value]


@dataclass(frozen=True, slots=True)
class Queues:
    """All of it at one instant. `due_since`: the clock's earliest due instant; `effect_since`: of the oldest effect."""

    now: int
    kinds: Mapping[str, Mapping[str, int]]
    due_since: int | None
    effect_since: int | None
    put_off: PutOff
    waiting_runs: int
    imports: int
    syncs: int
    clock: HolderRow | None
    workers: Sequence[HolderRow]
    last_failure: Shown | None
    broken: Sequence[Broken]


def overview(workspace: Workspace, actor: Actor) -> Queues:
    """The numbers, for administrators and managers: of effects and runs those about records that they may see."""
    access.require(actor, Verb.PUBLISH)
    clock, workers = presence.clock_keeper(workspace), presence.workers(workspace)
    with workspace.reading() as reading:
        connection, now = reading.connection, reading.now
        earliest, failure = reading.store.earliest(), work_log.last_failure(connection)
        eyes = sight(reading, actor)
        seen = None if eyes.whole else eyes.of
        return Queues(
            now,
            work_log.counts(connection, seen),
            earliest if earliest is not None and earliest <= now else None,
            work_log.oldest_due(connection, now),
            PutOff(*put_off.sizes(connection)),
            *work_log.sizes(connection, seen),
            clock,
            workers,
            next(iter(_seen(reading, actor, [failure] if failure is not None else [])), None),
            _broken(reading),
        )


def effects(
    workspace: Workspace,
    actor: Actor,
    state: str,
    rule: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Shown]:
    """Effects in one of `work_log.STATES`, newest first, of the records that the actor may see."""
    access.require(actor, Verb.PUBLISH)
    with workspace.reading() as reading:
        before = id_of(after) if after else None
        found = work_log.page(reading.connection, state, limit + 1, rule=rule, before=before)
        more = str(found[limit - 1].of.id) if len(found) > limit else None
        return Page(_seen(reading, actor, found[:limit]), more)


def _seen(reading: Reading, actor: Actor, found: Sequence[Waiting]) -> list[Shown]:
    """Those of records that the actor may see."""
    return show(reading, sight(reading, actor).those(found))


def show(reading: Reading, found: Sequence[Waiting]) -> list[Shown]:
    """With names and titles."""
    names = firing_log.rule_names(reading.connection, {each.rule for each in found})
    wanted: dict[str, set[int]] = {}
    for each in found:
        wanted.setdefault(each.entity, set()).add(each.record)
    titles: dict[tuple[str, int], Value] = {}
    for entity, ids in wanted.items():
        if entity in reading.published.catalogue.tables:
            named = shown.titles(reading.connection, reading.published.catalogue, entity, ids)
            titles |= {(entity, record): title for record, title in named.items()}
    return [Shown(each, names.get(each.rule, each.rule), titles) for each in found]


def why(effect: EffectRow) -> dict[Language, list[str]] | None:
    """Why an effect failed or was not done yet, in each language."""
    error = effect.error or {}
    told = error.get("diagnostics")
    if told is not None:
        return {language: [text(d["code"], language, d["params"]) for d in told] for language in LANGUAGES}
    reason = error.get("reason")
    if reason is None:
        return None
    return {language: [reason[language] if isinstance(reason, dict) else str(reason)] for language in LANGUAGES}


def _broken(reading: Reading) -> list[Broken]:
    broken = reading.published.broken
    names = firing_log.rule_names(reading.connection, list(broken)) if broken else {}
    return [
        Broken(
            rule,
            names.get(rule, rule),
            [{language: problem.message(language) for language in LANGUAGES} for problem in error.diagnostics],
        )
        for rule, error in broken.items()
    ]
