"""The door for entities: drawing them, and publishing, which makes tables and follows renames through every text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.calendar import Calendar
from ruleloom.forms.builtin import BUILTIN
from ruleloom.forms.entity import Model
from ruleloom.forms.entity_file import read_entity, write_entity
from ruleloom.forms.findings import Findings
from ruleloom.forms.names import key_for
from ruleloom.runtime.missing import Missing, Stale
from ruleloom.runtime.rules import published, renaming
from ruleloom.runtime.rules.published import Published, model_of
from ruleloom.runtime.rules.replacing import Replaced
from ruleloom.runtime.rules.replacing import replace_field as replace_in
from ruleloom.runtime.rules.uses import Use, uses_of
from ruleloom.runtime.workspace import PREPARED, Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.schema.definitions import Definition, DefinitionStale, Drawn
from ruleloom.storage.schema.publish import build_missing_indexes, publish_tables

KIND = "entity"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where an entity's definition stands; `version` is its ETag."""

    id: str
    key: str
    status: str
    version: int
    published_version: int | None
    draft: Mapping[str, Any] | None


def drawing(workspace: Workspace, actor: Actor, key: str) -> Drawing:
    """How an entity is drawn: its draft, or what is published when nothing is drafted."""
    access.require(actor, Verb.DEFINE)

    def command(uow: UnitOfWork) -> Drawing:
        found = uow.definitions.find(KIND, key)
        if found is None:
            entity = uow.published.entity(key)
            return Drawing(entity.id, key, "published", 0, 0, write_entity(entity))
        return _drawing(found)

    return workspace.transact(command, actor, origin="drawing")


def uses(workspace: Workspace, actor: Actor, key: str, field: str) -> Sequence[Use]:
    """All that names a published field (by key); `Missing` (404) when there is no such field."""
    access.require(actor, Verb.DEFINE)

    def command(uow: UnitOfWork) -> Sequence[Use]:
        entity = uow.published.entity(key)
        found = entity.by_key.get(field)
        if found is None:
            raise Missing.of("not-found")
        return uses_of(uow.connection, uow.definitions, uow.published.model, entity, found)

    return workspace.transact(command, actor, origin="drawing")


def replace_field(
    workspace: Workspace, actor: Actor, key: str, field: str, other: str, *, really: bool
) -> Sequence[Replaced]:
    """Lets what names a field that is to go name another one of the same kind; without `really` only what would come.

    Both are published fields of the entity, by key; `Missing` (404) when one is not there.
    """
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Sequence[Replaced]:
        entity = uow.published.entity(key)
        old, new = entity.by_key.get(field), entity.by_key.get(other)
        if old is None or new is None:
            raise Missing.of("not-found")
        found = replace_in(uow, entity, old, new, really=really)
        if really:
            settings.raise_rule_set_version(uow.connection)
        return found

    return workspace.transact(command, actor, origin="publishing")


def draw(workspace: Workspace, actor: Actor, content: Mapping[str, Any]) -> Drawing:
    """A new entity as a draft. Its permanent id and key are given now and never change."""
    access.require(actor, Verb.DEFINE)
    return workspace.transact(lambda uow: _drawing(draw_in(uow, content)), actor, origin="drawing")


def draw_in(uow: UnitOfWork, content: Mapping[str, Any], app: str | None = None) -> Definition:
    """The same within a transaction (the installer draws many)."""
    taken = {each.key for each in uow.definitions.all(KIND)} | set(_builtin_keys())
    own = str(content.get("key") or key_for(str(content["name"]), taken))
    if own in _builtin_keys() and uow.definitions.find(KIND, own) is None:
        taken.discard(own)  # an app may extend what every workspace has
    drawn = _with_ids({**content, "id": own, "key": own})
    _try(uow, drawn)
    labels = content.get("labels") or content.get("label") or {}
    named = labels if isinstance(labels, dict) else {"en": labels, "zh": labels}
    uow.wrote = True
    row = Drawn(KIND, own, str(content["name"]), drawn, named, own, app=app)
    return uow.definitions.create(uow.workspace.ids.next(), row, uow.stamp())


def redraw(workspace: Workspace, actor: Actor, key: str, content: Mapping[str, Any], version: int) -> Drawing:
    """A new draft; `Stale` (412) when `version` is not the present one. A built-in entity gets a definition by it."""
    access.require(actor, Verb.DEFINE)

    def command(uow: UnitOfWork) -> Drawing:
        found = uow.definitions.find(KIND, key)
        if found is None:
            uow.published.entity(key)
            return _drawing(draw_in(uow, {**content, "key": key}))
        drawn = _with_ids({**content, "id": (found.draft or found.content or {}).get("id", key), "key": key})
        _try(uow, drawn)
        uow.wrote = True
        try:
            return _drawing(_saved(uow, found, drawn, version))
        except DefinitionStale as stale:
            raise Stale.of("stale-record", current=found.revision) from stale

    return workspace.transact(command, actor, origin="drawing")


def _saved(uow: UnitOfWork, found: Definition, drawn: Mapping[str, Any], version: int) -> Definition:
    labels = drawn.get("labels")
    return uow.definitions.save_draft(
        found.id, drawn, uow.stamp(), revision=version, name=str(drawn["name"]), labels=labels
    )


def publish(workspace: Workspace, actor: Actor, key: str) -> Drawing:
    """Publishes the drawing: tables and columns are made, texts follow renames, what is in use is not taken away."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Drawing:
        found = uow.definitions.find(KIND, key)
        if found is None:
            raise Missing.of("no-entity", name=key)
        publish_in(uow, [found])
        return _drawing(uow.definitions.get(found.id))

    done = workspace.transact(command, actor, origin="publishing")
    build_missing_indexes(workspace.database, workspace.refreshed().catalogue)
    return done


def publish_in(uow: UnitOfWork, drawn: Sequence[Definition], app_version: str | None = None) -> Published:
    """Publishes several entities together within a transaction (they may refer to each other)."""
    before = uow.published.model
    contents = _published_with_own_names(uow, {each.id for each in drawn}, before, app_version)
    after = model_of(contents, before.calendar)
    renaming.follow(uow, before, after)
    publish_tables(uow.connection, Catalogue(after), uow.now)
    settings.raise_rule_set_version(uow.connection)
    uow.wrote = True
    uow.use(published.load(uow.connection))
    return uow.published


def _published_with_own_names(
    uow: UnitOfWork, drawn: Collection[int], before: Model, app_version: str | None
) -> list[Mapping[str, Any]]:
    """Publishes what is drawn, and anew the entities whose worked-out fields name something that is now called else."""
    rows = [each for each in uow.definitions.all(KIND) if each.id in drawn or each.published_version is not None]
    told = [(each.draft if each.id in drawn else None) or each.content or {} for each in rows]
    contents = renaming.formulas_renamed(told, before)
    for definition, given, content in zip(rows, told, contents, strict=True):
        if definition.id not in drawn and content != given:
            renaming.republish(uow, definition, content)
        elif definition.id in drawn:
            if content != given:
                uow.definitions.save_draft(definition.id, content, uow.stamp())
            uow.definitions.publish(definition.id, uow.stamp(), app_version=app_version)
    return contents


def prepare(uow: UnitOfWork) -> None:
    """Makes the tables of the built-in entities in a workspace that has none."""
    publish_tables(uow.connection, Catalogue(uow.published.model), uow.now)
    settings.write(uow.connection, PREPARED, True)
    uow.wrote = True


def _try(uow: UnitOfWork, content: Mapping[str, Any]) -> None:
    """Refuses a drawing that could not be published, with everything that is wrong; other drafts count as drawn."""
    others = {each.key: each.draft or each.content or {} for each in uow.definitions.all(KIND)}
    everything = [*(value for key, value in others.items() if key != content["key"]), content]
    model_of(renaming.formulas_renamed(everything, uow.published.model), Calendar())


def _with_ids(content: Mapping[str, Any]) -> dict[str, Any]:
    """Every field gets its permanent id and key when it is first drawn, so that it can be renamed later."""
    findings = Findings()
    draft = read_entity(dict(content), str(content["name"]), findings)
    findings.raise_if_any()
    given = {field.name: {"id": field.id, "key": field.key} for field in draft.fields} if draft else {}
    return {**content, "fields": [{**field, **given[field["name"]]} for field in content.get("fields", ())]}


def _builtin_keys() -> list[str]:
    return [str(each["name"]) for each in BUILTIN]


def _drawing(found: Definition) -> Drawing:
    drawn = found.draft if found.draft is not None else found.content
    return Drawing(str(found.id), found.key, found.status, found.revision, found.published_version, drawn)
