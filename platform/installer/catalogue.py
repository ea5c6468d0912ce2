"""The shipped apps as a person sees them: what they bring, and which are installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.installer.applying import APP
from ruleloom.installer.reading import find_app, read_app, shipped_apps
from ruleloom.storage.schema.definitions import Definitions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ruleloom.installer.app_files import AppFiles
    from ruleloom.runtime.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ShownApp:
    """An app with how many definitions it brings by kind; `installed_version` is None until it is installed."""

    name: str
    version: str
    labels: Mapping[str, str]
    description: Mapping[str, str]
    contains: Mapping[str, int]
    installed_version: str | None
    home: Mapping[str, str]


def shown(workspace: Workspace, actor: Actor) -> Sequence[ShownApp]:
    """All shipped apps by name, for those who may install."""
    access.require(actor, Verb.INSTALL)
    with workspace.database.read() as connection:
        installed = {each.key: each.content or {} for each in Definitions(connection).all(APP, published=True)}
    return [_shown(_shipped(name), installed.get(name)) for name in shipped_apps()]


@cache
def _shipped(name: str) -> AppFiles:
    """Shipped apps do not change while the process runs."""
    return read_app(find_app(name))


def _shown(app: AppFiles, content: Mapping[str, object] | None) -> ShownApp:
    contains = {part: len(getattr(app, part)) for part in ("entities", "views", "forms", "pipelines", "rules")}
    version = None if content is None else str(content.get("version"))
    return ShownApp(app.name, app.version, app.labels, app.description, contains, version, app.home)
