"""Why did it, why did it not: a condition or a published rule explained for one record, now or at a past instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from ruleloom.access import Actor
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.nodes import Condition, Rule
from ruleloom.dsl.reads import held_of, reads_of
from ruleloom.dsl.types import RecordId
from ruleloom.engine import Asked
from ruleloom.engine.store import Memory
from ruleloom.forms.entity import USER, Model
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.rules import calendars, past, reasons
from ruleloom.runtime.rules.content import condition_of, tree_of
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.moments import instant_of, instant_text
from ruleloom.runtime.workspace import Reading, Workspace
from ruleloom.storage.facts.memory import tick_of
from ruleloom.storage.logs import firing_log, rule_pauses
from ruleloom.storage.logs.firing_log import FiringFilter, FiringRow
from ruleloom.storage.records import shown
from ruleloom.storage.records.rewinding import beginning_of, last_changes
from ruleloom.storage.schema.definitions import Definition, Definitions

State = Literal[
    "absent", "not-published", "paused", "broken", "fails", "fired", "skipped", "blocked", "matched-before", "holds",
    "no-change",
]  # fmt: skip
"""How a rule stands with a record: no such record; not published yet, paused, unreadable; its condition fails; it
fired, was skipped by a limit, blocked the write; it held already when the version was published; it holds without a
firing that is known; the record never changed."""
LATEST = 5
"""Firings shown beside an answer."""


class TooMuchPast(RuleloomError):
    """The condition reads too many records to know how they were."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule stands with a record at an instant, and since when."""

    state: State
    since: str | None = None
    firing: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to: why did this rule, or did it not, fire for this record?"""

    rule: dict[str, Any]
    """`version` is the one in force at the instant, None when there was none."""
    record: dict[str, Any]
    at: str
    standing: Standing
    reason: dict[str, Any] | None
    firings: Sequence[reading.ShownFiring]
    """The latest ones of the rule and the record up to the instant."""
    deadline: str | None
    """Now only: the stored instant at which time alone may turn the condition."""
    calendar: dict[str, Any] | None = None
    """As it was set, and `until` when it held, where it was another one than today's."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of a record at an instant."""

    asked: Asked | None
    """None: there was no such record."""
    true_since: int | None = None
    memory: Memory | None = None
    changed_at: int | None = None
    """The instant of the change that a condition on a change was asked about."""


def explain(
    workspace: Workspace,
    actor: Actor,
    text: str,
    language: Language,
    record: str,
    entity: str | None = None,
    at: str | None = None,
) -> dict[str, Any]:
    """Why a rule's condition (or, with `entity`, a condition) holds or not for a record, part by part."""
    with workspace.reading() as opened:
        model = opened.published.model
        content = {"text": text, "language": language}
        if entity is not None:
            owner = opened.published.entity(entity).id
            condition: Condition | None = condition_of(content, model, owner)
        else:
            tree: Rule = tree_of(content, model)
            owner, condition = tree.entity, tree.condition
        reading.require_visible(opened, actor, owner, id_of(record))
        seen = _see(opened, owner, condition, id_of(record), _instant(at, opened.now), actor.user)
        if seen.asked is None:
            raise Missing.of("not-found")
        return _told(opened, condition, seen.asked, actor)


def why(workspace: Workspace, actor: Actor, rule: str, record: str, at: str | None = None) -> Why:
    """How a rule stands with a record now or at a past instant, with the version that was in force then."""
    definition = definitions.read(workspace, actor, "rule", rule)
    with workspace.reading() as opened:
        return _Question(opened, actor, definition, id_of(record), _instant(at, opened.now)).answer()


class _Question:
    """One rule, one record, one instant."""

    def __init__(self, opened: Reading, actor: Actor, rule: Definition, record: int, at: int | None) -> None:
        self._opened, self._rule, self._record, self._at, self._actor = opened, rule, record, at, actor
        self._moment = opened.now if at is None else at
        versions = Definitions(opened.connection).versions(rule.id)
        self._version = next((version for version in versions if version.at <= self._moment), None)
        content = self._version.content if self._version is not None else rule.draft or rule.content or {}
        self._tree = tree_of(content, opened.published.model)
        reading.require_visible(opened, actor, self._tree.entity, record)
        self._in_force = at is None and str(rule.id) in opened.published.rules

    def answer(self) -> Why:
        """Everything that is told."""
        opened, tree, version = self._opened, self._tree, self._version
        seen = self._see()
        reason = _told(opened, tree.condition, seen.asked, self._actor) if seen.asked is not None else None
        upto = FiringFilter(str(self._rule.id), record=self._record, within=(-1, self._moment))
        latest = firing_log.page(opened.connection, upto, LATEST)
        return Why(
            {"id": str(self._rule.id), "name": self._rule.name, "version": version.version if version else None},
            _titled(opened, tree.entity, self._record),
            instant_text(self._moment),
            self._standing(seen, reason, latest),
            reason,
            reading.show_firings(opened.connection, latest, reading.sight(opened, self._actor)),
            self._deadline(seen),
            self._calendar(),
        )

    def _calendar(self) -> dict[str, Any] | None:
        """The calendar of then, where it is not today's."""
        model = self._opened.published.model
        held = calendars.held_at(self._opened.connection, model, self._moment)
        if held.settings is None or held.until is None or held.model is model:
            return None
        return {**calendars.as_set(held.settings), "until": instant_text(held.until)}

    def _see(self) -> _Seen:
        kept = str(self._rule.id) if self._in_force else None
        tree = self._tree
        seen = _see(self._opened, tree.entity, tree.condition, self._record, self._at, None, kept)
        if seen.asked is None or seen.true_since is not None or _watches(tree.condition, self._opened.published.model):
            return seen
        with suppress(TooMuchPast):  # then it is only not known since when
            before = _back_then(self._opened, tree.entity, tree.condition, self._record, self._moment, None)
            return replace(seen, true_since=before.true_since)
        return seen

    def _standing(self, seen: _Seen, reason: dict[str, Any] | None, firings: Sequence[FiringRow]) -> Standing:
        """What answers the question in one word; the reason has the details."""
        if reason is None:
            return Standing("no-change" if _watches(self._tree.condition, self._opened.published.model) else "absent")
        if self._version is None or (seen.changed_at is not None and seen.changed_at < self._version.at):
            return Standing("not-published")
        pause = rule_pauses.at(self._opened.connection, self._rule.id, self._moment)
        if pause is not None and not pause.stopped:
            return Standing("paused", instant_text(pause.since))
        if self._at is None and str(self._rule.id) in self._opened.published.broken:
            return Standing("broken")
        if not reason["holds"]:
            return Standing("fails")
        return self._holding(seen.changed_at or seen.true_since, firings)

    def _holding(self, since: int | None, firings: Sequence[FiringRow]) -> Standing:
        """The condition holds: whether that fired, and if not, why not."""
        for row in firings:
            if row.edge != "off" and (since is None or row.at >= since):
                state: State = cast("State", row.edge) if row.edge in ("skipped", "blocked") else "fired"
                return Standing(state, instant_text(row.at), str(row.id))
        known = instant_text(since) if since is not None else None
        assert self._version is not None  # noqa: S101 - asked before
        return Standing("matched-before" if since is not None and since <= self._version.at else "holds", known)

    def _deadline(self, seen: _Seen) -> str | None:
        """What is stored: when time alone may turn it, or the next tick."""
        if not self._in_force:
            return None
        if self._tree.schedule is not None:
            found = tick_of(self._opened.connection, str(self._rule.id))
        else:
            found = seen.memory.deadline if seen.memory is not None else None
        return None if found is None else instant_text(found)


def _titled(opened: Reading, entity: str, record: int) -> dict[str, Any]:
    found = shown.titles(opened.connection, opened.published.catalogue, entity, [record])
    title = found.get(record)
    key = opened.published.model.entity(entity).key
    return {"entity": key, "id": str(record), "title": None if title is None else str(title)}


# ---- looking


def _see(
    opened: Reading,
    entity: str,
    condition: Condition | None,
    record: int,
    at: int | None,
    me: RecordId | None,
    rule: str | None = None,
) -> _Seen:
    """The record as it is, with what the engine remembers of it (`rule`), or as it was."""
    model = opened.published.model
    watches, helds = _watches(condition, model), condition is not None and bool(held_of(condition))
    if at is None and not watches and (rule is not None or not helds):
        snapshot = opened.store.snapshots(entity, [record]).get(record)
        if snapshot is not None:
            known = opened.store.memories(entity, [record], [rule]) if rule is not None else {}
            memory = known.get((str(rule), record))
            kept: dict[RecordId, Memory] = {record: memory} if memory is not None else {}
            moment = Moment(opened.now, model.calendar, me)
            return _Seen(Asked(entity, record, snapshot, opened.store, model, moment, kept), memory=memory)
    return _back_then(opened, entity, condition, record, opened.now if at is None else at, me)


def _watches(condition: Condition | None, model: Model) -> bool:
    """Whether it speaks of the change being processed."""
    return condition is not None and reads_of(condition, model).reads_change


def _back_then(
    opened: Reading, entity: str, condition: Condition | None, record: int, at: int, me: RecordId | None
) -> _Seen:
    """The record at an instant, from the log of changes, with everything that the condition reads."""
    model, catalogue = opened.published.model, opened.published.catalogue
    start = beginning_of(opened.connection, catalogue, entity, record)
    if start is None or start > at:
        return _Seen(None)
    followed = past.follow(opened.connection, catalogue, entity, condition, [record], start - 1, at)
    if followed is None:
        raise TooMuchPast.of("too-much-past")
    memory, last = followed.memory(entity, record), followed.last.get(record)
    kept: dict[RecordId, Memory] = {record: memory} if memory is not None else {}
    if not _watches(condition, model):
        snapshot = followed.desk.snapshots(entity, [record]).get(record)
        if snapshot is None:
            return _Seen(None)
        then = followed.model_at(at)
        asked = Asked(entity, record, snapshot, followed.desk, then, Moment(at, then.calendar, me), kept)
        return _Seen(asked, followed.true_since(entity, record), memory)
    if last is None:
        return _Seen(None)
    changed_at, change = last
    then = followed.model_at(changed_at)
    snapshot, moment = change.after or change.before or {}, Moment(changed_at, then.calendar, me)
    asked = Asked(entity, record, snapshot, followed.desk, then, moment, kept, {record: change})
    return _Seen(asked, changed_at=changed_at)


def _instant(text: str | None, now: int) -> int | None:
    """The past instant of a text; None: now."""
    found = instant_of(text, "at")
    return found if found is not None and found < now else None


# ---- where values come from


def _told(opened: Reading, condition: Condition | None, asked: Asked, actor: Actor) -> dict[str, Any]:
    """The explanation as far as the actor may see it, each value with who changed it last and when."""
    told: dict[str, Any] = reasons.explained_with_outlook(condition, asked, opened.published.model)
    told = reading.sight(opened, actor).explanation(told)
    model = opened.published.model
    founds = [found for found in _founds(told) if found.get("from")]
    places = {id(found): _place(opened, found["from"]) for found in founds}
    logged = last_changes(opened.connection, opened.published.catalogue, places.values(), asked.moment.now)
    users = {change.actor for change in logged.values() if change.actor is not None}
    names = shown.titles(opened.connection, opened.published.catalogue, model.entity(USER).id, users)
    for found in founds:
        change = logged.get(places[id(found)])
        if change is None:
            continue
        by = None if change.actor is None else {"id": str(change.actor), "title": _text(names.get(change.actor))}
        cause = change.cause or {}
        found["changed"] = {
            "at": instant_text(change.at),
            "by": by,
            "cause": str(cause.get("kind", "user")),
            "rule": cause.get("name"),
        }
    return told


def _place(opened: Reading, place: dict[str, str]) -> tuple[str, int, str]:
    return opened.published.entity(place["entity"]).id, int(place["record"]), place["field"]


def _founds(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from part["found"]
    for row in part["rows"]:
        yield from row["values"]
    for inner in part["parts"]:
        yield from _founds(inner)


def _text(title: object) -> str | None:
    return None if title is None else str(title)
