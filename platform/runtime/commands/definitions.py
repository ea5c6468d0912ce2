"""The door for everything drawn: drafts, publishing, versions, restoring, deleting; the same verbs for every kind.

A draft may be broken (it is saved while it is typed); publishing refuses with everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruleloom import access
from ruleloom.access import Actor, Forbidden, Verb
from ruleloom.forms.names import key_for
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.missing import Missing, Stale, id_of
from ruleloom.runtime.rules import checking, needs, publishing
from ruleloom.runtime.rules.content import tree_of
from ruleloom.runtime.rules.departing import Departure, departure_of
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.logs import rule_pauses
from ruleloom.storage.logs.rule_pauses import PauseRow
from ruleloom.storage.schema.definitions import Definition, Definitions, DefinitionStale, DefinitionVersion, Drawn

PERSONAL = frozenset({"view"})
"""Kinds that are their author's own until they are shared."""


class NotReady(RuleloomError):
    """The draft cannot be published as it is."""


def everything(workspace: Workspace, actor: Actor, kind: str, entity: str | None) -> Sequence[Definition]:
    """Definitions of a kind that the actor may see, in order of creation; drafts only for those who draw."""
    with workspace.reading() as reading:
        of = reading.published.entity(entity).id if entity else None
        found = Definitions(reading.connection).all(kind, of)
    return [_seen(actor, each) for each in found if _may_see(actor, each)]


def read(workspace: Workspace, actor: Actor, kind: str, definition: str) -> Definition:
    """One definition; `Missing` (404) when there is none of that kind or it is somebody else's own."""
    with workspace.reading() as reading:
        return _seen(actor, _of_kind(Definitions(reading.connection), actor, kind, definition))


def versions(workspace: Workspace, actor: Actor, kind: str, definition: str) -> Sequence[DefinitionVersion]:
    """Published versions, newest first."""
    with workspace.reading() as reading:
        found = Definitions(reading.connection)
        return found.versions(_of_kind(found, actor, kind, definition).id)


def departure(workspace: Workspace, actor: Actor, rule: str) -> Departure:
    """What goes with a rule when it is deleted: to be asked before."""
    access.require(actor, Verb.DEFINE)
    with workspace.reading() as reading:
        found = _of_kind(Definitions(reading.connection), actor, "rule", rule)
        return departure_of(reading.connection, reading.published, str(found.id))


def pauses(workspace: Workspace, actor: Actor, rule: str) -> Sequence[PauseRow]:
    """When a published rule stood still, and who paused it and let it go on; newest first."""
    with workspace.reading() as reading:
        found = _of_kind(Definitions(reading.connection), actor, "rule", rule)
        return rule_pauses.of(reading.connection, found.id)


def create(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    content: Mapping[str, Any],
    name: str | None = None,
    labels: Mapping[str, str] | None = None,
    entity: str | None = None,
    key: str | None = None,
    shared: bool | None = None,
) -> Definition:
    """A new draft. For rules name and entity are worked out from the text as far as it can be read."""
    is_shared = kind not in PERSONAL if shared is None else shared
    _require_drawing(actor, kind, is_shared)

    def command(uow: UnitOfWork) -> Definition:
        known = checking.outline_of(uow.published.model, kind, content)
        title = name or known.name
        if title is None:
            raise NotReady(Diagnostic("name-missing", target="name"))
        of = uow.published.entity(entity).id if entity else known.entity
        taken = {each.key for each in uow.definitions.all(kind)}
        drawn = Drawn(kind, key or key_for(title, taken), title, content, labels, of, is_shared)
        uow.wrote = True
        return uow.definitions.create(uow.workspace.ids.next(), drawn, uow.stamp())

    return workspace.transact(command, actor, origin="drawing")


def change(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    definition: str,
    version: int,
    content: Mapping[str, Any] | None = None,
    **given: Any,
) -> Definition:
    """A new draft in place of the old one; `Stale` (412) when `version` (the ETag) is not the present one."""

    def command(uow: UnitOfWork) -> Definition:
        now = _own(uow, actor, kind, definition, given.get("shared"))
        drawn = content if content is not None else now.draft or now.content or {}
        known = checking.outline_of(uow.published.model, kind, drawn)
        words = {**given, "name": given.get("name") or known.name or now.name, "entity": known.entity}
        uow.wrote = True
        try:
            return uow.definitions.save_draft(now.id, drawn, uow.stamp(), revision=version, **words)
        except DefinitionStale as stale:
            raise Stale.of("stale-record", current=now.revision) from stale

    return workspace.transact(command, actor, origin="drawing")


def publish(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    definition: str,
    also_existing: bool = False,
    cap: int | None = publishing.CAP,
) -> Definition:
    """The draft becomes what everybody sees; `also_existing`: a rule also fires for the records that match now.

    At most for `cap` of them (None: all): the others are held back and can be let go later.
    """

    def command(uow: UnitOfWork) -> Definition:
        now = _own(uow, actor, kind, definition)
        return publish_in(uow, now, also_existing, cap=cap)

    return workspace.transact(command, actor, origin="publishing")


def publish_in(
    uow: UnitOfWork,
    now: Definition,
    also_existing: bool = False,
    app_version: str | None = None,
    cap: int | None = publishing.CAP,
) -> Definition:
    """Checks and publishes within a transaction (the installer publishes many things at once)."""
    _require_drawing(uow.actor, now.kind, now.shared, Verb.PUBLISH)
    draft = now.draft if now.draft is not None else now.content
    checked = checking.check(uow.published.model, now.kind, now.entity, draft or {})
    if now.kind == "rule":
        needs.require_rights(uow.actor, tree_of(draft or {}, uow.published.model), uow.published.model)
    if now.entity != checked.entity:
        uow.definitions.save_draft(now.id, draft or {}, uow.stamp(), entity=checked.entity)
    done = uow.definitions.publish(now.id, uow.stamp(), app_version=app_version)
    _moved(uow)
    if now.kind == "rule":
        publishing.put_in_force(uow, done, also_existing, cap)
    return done


def restore(workspace: Workspace, actor: Actor, kind: str, definition: str, version: int) -> Definition:
    """Publishes an earlier version again."""

    def command(uow: UnitOfWork) -> Definition:
        now = _own(uow, actor, kind, definition)
        return publish_in(uow, uow.definitions.restore(now.id, version, uow.stamp()))

    return workspace.transact(command, actor, origin="publishing")


def pause(workspace: Workspace, actor: Actor, kind: str, definition: str) -> Definition:
    """Stops a published rule; what is remembered of it goes, without an edge."""
    return _switch(workspace, actor, kind, definition, publishing.take_out, paused=True)


def resume(workspace: Workspace, actor: Actor, kind: str, definition: str) -> Definition:
    """Lets a paused rule go on, which takes the rights that publishing it takes; records that match now do not fire."""
    return _switch(workspace, actor, kind, definition, _go_on, paused=False)


def _go_on(uow: UnitOfWork, rule: Definition) -> None:
    needs.require_rights(uow.actor, tree_of(rule.content or {}, uow.published.model), uow.published.model)
    publishing.put_in_force(uow, rule)


def delete(workspace: Workspace, actor: Actor, kind: str, definition: str) -> None:
    """Takes a definition away; its versions stay for history."""

    def command(uow: UnitOfWork) -> None:
        now = _own(uow, actor, kind, definition)
        if kind == "rule":
            publishing.take_out(uow, now)
        uow.definitions.delete(now.id, uow.stamp())
        _moved(uow)

    workspace.transact(command, actor, origin="drawing")


def _switch(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    definition: str,
    then: Callable[[UnitOfWork, Definition], None],
    *,
    paused: bool,
) -> Definition:
    def command(uow: UnitOfWork) -> Definition:
        now = _own(uow, actor, kind, definition)
        _require_drawing(actor, kind, now.shared, Verb.PUBLISH)
        if now.published_version is None or now.paused == paused:
            return now
        done = uow.definitions.pause(now.id, uow.stamp(), paused=paused)
        _moved(uow)
        then(uow, done)
        if paused:
            rule_pauses.begin(uow.connection, done.id, uow.now, uow.user, stopped=False)
        return done

    return workspace.transact(command, actor, origin="publishing")


def _moved(uow: UnitOfWork) -> None:
    """From the next transaction on every process sees what is published now."""
    settings.raise_rule_set_version(uow.connection)
    uow.wrote = True


# ---- who may


def _may_see(actor: Actor, definition: Definition) -> bool:
    published = definition.published_version is not None
    if definition.kind in PERSONAL and not definition.shared:
        return definition.created_by == actor.user
    return published or access.may(actor, Verb.DEFINE) or definition.created_by == actor.user


def _seen(actor: Actor, definition: Definition) -> Definition:
    """Without the draft for those who do not draw."""
    draws = access.may(actor, Verb.DEFINE) or definition.created_by == actor.user
    return definition if draws or definition.draft is None else replace(definition, draft=None)


def _of_kind(definitions: Definitions, actor: Actor, kind: str, definition: str) -> Definition:
    found = definitions.get(id_of(definition))
    if found.kind != kind or not _may_see(actor, found):
        raise Missing.of("not-found")
    return found


def _own(uow: UnitOfWork, actor: Actor, kind: str, definition: str, shared: bool | None = None) -> Definition:
    """A definition that the actor may change; sharing or changing a shared one takes the right to share."""
    found = _of_kind(uow.definitions, actor, kind, definition)
    _require_drawing(actor, kind, found.shared or bool(shared))
    return found


def _require_drawing(actor: Actor, kind: str, shared: bool, verb: Verb = Verb.DEFINE) -> None:
    """Own views are everybody's business; shared ones take the right to share, all else the right to draw."""
    if kind in PERSONAL and not shared:
        if actor.user is None:
            raise Forbidden.of("no-account")
        return
    access.require(actor, Verb.SHARE if kind in PERSONAL else verb)
