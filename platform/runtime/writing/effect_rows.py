"""Rows of the firing log from firings, and back: reasons, summaries, waiting runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ruleloom.actions.base import About, Both, both
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.engine.intents import CreateRecord, DeleteRecord, GiveTask, Intent, SendNotice, UpdateRecords
from ruleloom.engine.ruleset import RuleLogic
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import USER, Entity
from ruleloom.messages import LANGUAGES, Language, RuleloomError
from ruleloom.runtime.pipeline.ports import LONGEST_CHAIN, Cause, Firing, Run, RunBroken
from ruleloom.runtime.rules import reasons
from ruleloom.runtime.rules.content import tree_of
from ruleloom.storage.logs import change_log, firing_log
from ruleloom.storage.logs.parked_runs import ParkedRow

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Names = dict[str, Mapping[Language, str]]
_SAID = 80
"""Characters of a text that a summary repeats."""


def firing_row(uow: UnitOfWork, firing: Firing) -> firing_log.FiringRow:
    """The row of a firing with its reason as found now."""
    reason = firing.reason if firing.reason is not None else reasons.reason_of(uow, firing)
    return replace(bare_row(uow, firing), reason=reason)


def bare_row(uow: UnitOfWork, firing: Firing) -> firing_log.FiringRow:
    """The row of a firing without a reason."""
    published = uow.published.rules.get(firing.rule)
    number = cast("int", firing.id)
    # a tick of a schedule happens once, whoever settles it; the others are kept apart by their id
    occasion = "" if firing.edge == "schedule" else f":{number}"
    return firing_log.FiringRow(
        number,
        f"{firing.rule}:{firing.record}:{firing.edge}:{firing.at}{occasion}",
        firing.rule,
        published.version if published else 0,
        firing.entity,
        cast("int", firing.record),
        firing.edge,
        firing.at,
        uow.now,
        None,
        _cause(firing.cause),
        firing.depth,
        _caused_by(firing.cause),
        skipped(firing),
        firing.withheld is not None and firing.withheld.why in HELD,
    )


HELD = frozenset({"rate", "stopped", "cap"})
"""Why a firing is held back: somebody may let it go on later."""


def skipped(firing: Firing) -> dict[str, Any] | None:
    """Why a firing is skipped, with what it needs to be performed later."""
    if firing.withheld is None:
        return None
    told: dict[str, Any] = {"why": firing.withheld.why, "edge": firing.withheld.edge}
    if firing.change is not None and firing.withheld.why in HELD:
        told["change"] = told_change(firing.change)
    return told


def told_change(change: RecordChange | None) -> dict[str, Any] | None:
    """The change that a firing answers, to be kept as JSON."""
    return None if change is None else {"before": change.before, "after": change.after}


def told_run(run: Run) -> dict[str, Any]:
    """What has to be known to carry out again what failed: of which change, and what comes behind a wait from where."""
    told: dict[str, Any] = {} if run.firing.change is None else {"change": told_change(run.firing.change)}
    return told | {"position": run.position, "version": run.version} if run.position else told


def change_of(uow: UnitOfWork, row: firing_log.FiringRow, told: Mapping[str, Any] | None) -> RecordChange | None:
    """The change that a firing answers, as it was kept; None of other firings."""
    if told is None:
        return None
    entity = uow.published.model.entity(row.entity)
    before, after = (
        None if told[part] is None else {**dict.fromkeys(entity.by_key), **change_log.decoded(told[part], entity)}
        for part in ("before", "after")
    )
    return RecordChange(row.entity, row.record, before, after)


def _caused_by(cause: Cause | None) -> int | None:
    if cause is None:
        return None
    return cause.reference if cause.firing is None else cast("int | None", cause.firing.id)


def _cause(cause: Cause | None) -> dict[str, Any]:
    if cause is None:
        return {"kind": "time"}
    if cause.firing is not None:
        return {
            "kind": "rule",
            "firing": str(cause.firing.id),
            "rule": cause.firing.rule,
            "name": cause.firing.rule_name,
        }
    told = {"kind": cause.origin, "user": str(cause.actor) if cause.actor is not None else None}
    return told if cause.reference is None else {**told, "id": str(cause.reference)}


def about(uow: UnitOfWork, firing: Firing) -> About:
    """What an action knows of the firing it belongs to."""
    entity = uow.published.model.entity(firing.entity)
    snapshot = uow.desk.snapshots(firing.entity, [firing.record]).get(firing.record, {})
    writer = firing.cause.actor if firing.cause is not None else None
    author = cast("RecordId | None", snapshot.get("created_by"))
    return About(firing.entity, firing.record, title_of(entity, snapshot), firing.at, writer, author)


def title_of(entity: Entity, snapshot: Snapshot) -> str:
    """How a record is named to people; its id where nothing names it."""
    title = entity.title_field
    found = snapshot.get(title.key) if title is not None else None
    return str(found) if found is not None else str(snapshot.get("id", ""))


def names_for(uow: UnitOfWork, intent: Intent) -> Names:
    """Labels of the entities and fields, and names of the people, that a summary of this intent speaks of."""
    if isinstance(intent, CreateRecord | UpdateRecords | DeleteRecord):
        entity = uow.published.model.entity(intent.entity)
        fields = {f"{entity.id}.{f.key}": _labels(f.labels, f.name) for f in entity.fields}
        values = _values_for(uow, entity, intent) if isinstance(intent, UpdateRecords) else {}
        return {entity.id: _labels(entity.labels, entity.name), **fields, **values}
    people: tuple[RecordId, ...] = ()
    if isinstance(intent, SendNotice):
        people = intent.recipients
    elif isinstance(intent, GiveTask) and intent.user is not None:
        people = (intent.user,)
    found = uow.desk.snapshots(USER, people)
    return {str(user): _labels({}, str(snapshot.get("name") or user)) for user, snapshot in found.items()}


def _values_for(uow: UnitOfWork, entity: Entity, intent: UpdateRecords) -> Names:
    """What values are called that are set: texts, numbers, options and people; others are not said in words."""
    found: Names = {}
    for key, value in ((key, value) for values in intent.values.values() for key, value in values.items()):
        field = entity.by_key[key]
        kind = field.value_type.kind
        if value is None:
            continue
        if kind is Kind.CHOICE:
            option = next((each for each in field.options if each.value == value), None)
            said = _labels(option.labels, option.value) if option else _labels({}, str(value))
        elif kind in (Kind.TEXT, Kind.NUMBER):
            said = _labels({}, str(value)[:_SAID])
        elif field.to == USER:
            snapshot = uow.desk.snapshots(USER, [cast("RecordId", value)]).get(cast("RecordId", value), {})
            said = _labels({}, str(snapshot.get("name") or value))
        else:
            continue
        found[f"{entity.id}.{key}={value}"] = said
    return found


def _labels(labels: Mapping[Language, str], name: str) -> dict[Language, str]:
    return {language: labels.get(language) or name for language in LANGUAGES}


def failure(error: RuleloomError) -> Both:
    """Why the actions of a firing failed."""
    found = {language: [d.message(language) for d in error.diagnostics] for language in LANGUAGES}
    return both("did-fail", problems=found)


def too_deep(_firing: Firing) -> Both:
    """Why a chain was stopped."""
    return both("did-stop", depth=str(LONGEST_CHAIN))


def run_of(uow: UnitOfWork, row: ParkedRow) -> Run:
    """A waiting run with its firing, and the rule version that it began with compiled in this process.

    Where that version cannot be read any more (a field is gone) the run says so: it fails, and nothing else does.
    """
    found = firing_log.by_id(uow.connection, [row.firing])[0]
    rule = uow.published.rules.get(found.rule)
    name, priority, broken = rule.name if rule else "", 0, None
    try:
        tree = keep_version(uow, found, row.version).rule
        name, priority = tree.name, tree.priority
    except RuleloomError as error:
        broken = RunBroken(*error.diagnostics)
    firing = Firing(
        found.rule, name, priority, found.entity, found.record,
        cast("Any", found.edge), found.at, found.depth, change_of(uow, found, row.change), id=found.id,
    )  # fmt: skip
    return Run(firing, row.version, row.branch, row.position, row.wake, row.watch, broken, row.id)


def keep_version(uow: UnitOfWork, found: firing_log.FiringRow, version: str) -> RuleLogic:
    """The rule version of a content key, compiled in this process, also when another one is in force now."""
    try:
        return uow.published.book.version(version)
    except KeyError:
        old = uow.definitions.version(int(found.rule), found.rule_version)
        return uow.published.book.keep(tree_of(old.content, uow.published.model), version)
