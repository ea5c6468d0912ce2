"""Applies a template app to a workspace: entities, sample records, then what is drawn on them, in one transaction.

Sample records come before pipelines, forms and rules are published: they are the past, and the past fires nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.forms.entity_file import write_entity
from ruleloom.forms.names import key_for
from ruleloom.installer.people import open_accounts
from ruleloom.installer.reading import AppError
from ruleloom.installer.sample import load_samples
from ruleloom.messages import RuleloomError
from ruleloom.runtime.commands import definitions as drawing
from ruleloom.runtime.commands import entities
from ruleloom.runtime.rules import checking, published
from ruleloom.storage import workspace_settings as settings
from ruleloom.storage.schema.definitions import Drawn
from ruleloom.storage.schema.publish import build_missing_indexes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ruleloom.forms.entity import Entity
    from ruleloom.installer.app_files import AppFiles
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

APP = "app"


class AppInstalled(RuleloomError):
    """The app is in the workspace already."""

    status = 409


@dataclass
class Installed:
    """What an installation brought: how many definitions of each kind, how many sample records of each entity."""

    app: str
    version: str
    definitions: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)


def install(workspace: Workspace, app: AppFiles, actor: Actor, *, sample: bool = True) -> Installed:
    """Installs an app, all or nothing. `AppInstalled` when it is there; else everything wrong with it at once."""
    access.require(actor, Verb.INSTALL)
    done = Installed(app.name, app.version)

    def command(uow: UnitOfWork) -> Installed:
        if uow.definitions.find(APP, app.name) is not None:
            raise AppInstalled.of("app-installed", name=app.labels or app.name)
        _prepare_workspace(uow, app)
        _entities(uow, app, done)
        if sample:
            done.records = load_samples(uow, app)
            open_accounts(uow, app)
        _drawn(uow, app, done)
        _note(uow, app)
        return done

    result = workspace.transact(command, actor, origin="install")
    build_missing_indexes(workspace.database, workspace.refreshed().catalogue)
    return result


def _prepare_workspace(uow: UnitOfWork, app: AppFiles) -> None:
    """A workspace in which nothing is drawn yet takes the app's zone and calendar; any other keeps its own."""
    if uow.definitions.all(entities.KIND):
        return
    for key in (published.TIMEZONE, published.CALENDAR):
        if key in app.workspace:
            settings.write(uow.connection, key, app.workspace[key])
    settings.raise_rule_set_version(uow.connection)
    uow.use(published.load(uow.connection))


def _entities(uow: UnitOfWork, app: AppFiles, done: Installed) -> None:
    """Draws and publishes all entities together, each written out in full as the editor has them."""
    present = [each.content or {} for each in uow.definitions.all(entities.KIND, published=True)]
    drawn = [_with_id(each) for each in app.entities]
    model = published.model_of([*present, *drawn], uow.published.model.calendar)
    rows = [_entity_row(model.entity(each["id"]), app) for each in drawn]
    made = [uow.definitions.create(uow.workspace.ids.next(), row, uow.stamp()) for row in rows]
    entities.publish_in(uow, made, app_version=app.version)
    done.definitions[entities.KIND] = len(made)


def _with_id(content: Mapping[str, Any]) -> dict[str, Any]:
    key = str(content.get("key") or key_for(str(content["name"])))
    return {**content, "id": str(content.get("id") or content["name"]), "key": key}


def _entity_row(entity: Entity, app: AppFiles) -> Drawn:
    content = write_entity(entity)
    return Drawn(entities.KIND, entity.key, entity.name, content, dict(content["labels"]), entity.id, app=app.name)


def _drawn(uow: UnitOfWork, app: AppFiles, done: Installed) -> None:
    for kind, contents in (("view", app.views), ("form", app.forms), ("pipeline", app.pipelines)):
        for content in contents:
            with _named(f"{kind}s: {content['key']}"):
                _publish(uow, app, kind, str(content["key"]), _without_head(content), content)
        done.definitions[kind] = len(contents)
    for rule in app.rules:
        with _named(rule.path):
            _publish(uow, app, "rule", rule.key, {"text": rule.text, "language": rule.language}, {})
    done.definitions["rule"] = len(app.rules)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Says in which file of the app something is wrong."""
    try:
        yield
    except RuleloomError as error:
        named = (replace(d, target=f"{path} {d.target or ''}".strip()) for d in error.diagnostics)
        raise AppError(*named) from error


_HEAD = frozenset({"key", "entity", "labels", "shared"})


def _without_head(content: Mapping[str, Any]) -> dict[str, Any]:
    return {part: value for part, value in content.items() if part not in _HEAD}


def _publish(
    uow: UnitOfWork, app: AppFiles, kind: str, key: str, content: Mapping[str, Any], head: Mapping[str, Any]
) -> None:
    labels = head.get("labels") or {}
    entity = uow.published.entity(str(head["entity"])).id if "entity" in head else None
    known = checking.outline_of(uow.published.model, kind, content)
    name = known.name or labels.get("en") or key
    row = Drawn(kind, key, name, content, labels, entity or known.entity, bool(head.get("shared", True)), app.name)
    made = uow.definitions.create(uow.workspace.ids.next(), row, uow.stamp())
    drawing.publish_in(uow, made, app_version=app.version)


def _note(uow: UnitOfWork, app: AppFiles) -> None:
    """The app itself is a definition: which version is installed, and where its home is."""
    content = {"version": app.version, "home": dict(app.home), "description": dict(app.description)}
    row = Drawn(APP, app.name, app.labels.get("en") or app.name, content, app.labels, app=app.name)
    made = uow.definitions.create(uow.workspace.ids.next(), row, uow.stamp())
    uow.definitions.publish(made.id, uow.stamp(), app_version=app.version)
