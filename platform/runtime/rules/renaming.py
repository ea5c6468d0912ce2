"""A new model over old texts: every text follows renames, and nothing that a text names may go away."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl import format, parse
from ruleloom.dsl.parsing import PartName
from ruleloom.forms.entity import Model
from ruleloom.messages import Diagnostic, Language
from ruleloom.runtime.missing import Conflict
from ruleloom.runtime.rules.checking import ContentError, check, conditions_in
from ruleloom.storage.schema.definitions import Definition

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Content = Mapping[str, Any]


def follow(uow: UnitOfWork, before: Model, after: Model) -> None:
    """Rewrites the texts of published rules, views, forms and pipelines whose names changed, as new versions.

    Raises `Conflict` (409) naming every one that could not be published any more: what it uses was taken away.
    """
    broken: list[str] = []
    for kind in ("rule", "view", "form", "pipeline"):
        for definition in uow.definitions.all(kind, published=True):
            content = _rewritten(definition, before, after)
            try:
                check(after, kind, definition.entity, content)
            except ContentError:
                broken.append(definition.name)
                continue
            if content != definition.content:
                _republish(uow, definition, content)
    if broken:
        raise Conflict(Diagnostic("field-in-use", params={"users": broken}))


def _rewritten(definition: Definition, before: Model, after: Model) -> Content:
    content: dict[str, Any] = deepcopy(dict(definition.content or {}))
    texts = [content] if definition.kind == "rule" else conditions_in(definition.kind, content)
    part: PartName = "rule" if definition.kind == "rule" else "condition"
    for each in texts:
        _renew(cast("dict[str, Any]", each), before, after, definition.entity, part)
    return content


def _renew(content: dict[str, Any], before: Model, after: Model, entity: str | None, part: PartName) -> None:
    """Writes a text anew with the names of the new model, where it would no longer say the same."""
    text, language = str(content["text"]), cast("Language", content["language"])
    meant = parse(text, before, language, entity=entity, part=part)
    if not meant.ok or meant.tree is None:
        return
    again = parse(text, after, language, entity=entity, part=part)
    if again.ok and again.tree == meant.tree:
        return  # its author's own writing stays
    try:
        content["text"] = format(meant.tree, after, language)
    except KeyError:  # a field that it names is gone: `check` says so
        return


def _republish(uow: UnitOfWork, definition: Definition, content: Content) -> None:
    kept = definition.draft
    uow.definitions.save_draft(definition.id, content, uow.stamp())
    uow.definitions.publish(definition.id, uow.stamp())
    if kept is not None:
        uow.definitions.save_draft(definition.id, kept, uow.stamp())
