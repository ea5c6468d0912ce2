"""A new model over old texts: every text follows renames, and nothing that a text names may go away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl import format, parse
from ruleloom.dsl.reading.parsing import PartName
from ruleloom.forms.entity import Model
from ruleloom.forms.formulas import FORMULA
from ruleloom.messages import Diagnostic, Language
from ruleloom.runtime.missing import Conflict
from ruleloom.runtime.rules.checking import ContentError, check, conditions_in
from ruleloom.runtime.rules.published import model_of
from ruleloom.storage.schema.definitions import Definition

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Content = Mapping[str, Any]


def follow(uow: UnitOfWork, before: Model, after: Model) -> None:
    """Rewrites the texts of rules, views, forms and pipelines whose names changed: what is published as new versions.

    Drafts follow too, as far as they can be read. Raises `Conflict` (409) naming every one that could not be published
    any more: what it uses was taken away.
    """
    broken: list[str] = []
    for kind in ("rule", "view", "form", "pipeline"):
        for found in uow.definitions.all(kind):
            definition = _with_draft_rewritten(uow, found, before, after)
            if definition.content is None:
                continue
            content = _rewritten(definition, definition.content, before, after)
            try:
                check(after, kind, definition.entity, content)
            except ContentError:
                broken.append(definition.name)
                continue
            if content != definition.content:
                republish(uow, definition, content)
    if broken:
        raise Conflict(Diagnostic("field-in-use", params={"users": broken}))


def formulas_renamed(contents: Sequence[Content], before: Model) -> list[Content]:
    """Contents of entities in which the expressions of worked-out fields say the same with the contents' own names.

    Only what `before` knows is renamed: a new field's expression stays as it is written. What is wrong with the
    contents themselves is for who reads them to say.
    """
    if not any(_formulas_in(content) for content in contents):
        return list(contents)
    after = model_of(contents, before.calendar, formulas=False)
    return [_with_own_names(content, before, after) for content in contents]


def _with_own_names(content: Content, before: Model, after: Model) -> Content:
    renewed = deepcopy(dict(content))
    known = {entity.id for entity in before.entities}
    for field in _formulas_in(renewed) if renewed.get("id") in known else ():
        settings = field["settings"]
        told = {"text": settings["expression"], "language": settings.get("language", "en")}
        _renew(told, before, after, renewed["id"], "expression")
        settings["expression"] = told["text"]
    return renewed


def _formulas_in(content: Content) -> list[dict[str, Any]]:
    fields = [field for field in content.get("fields", ()) if isinstance(field, dict)]
    return [
        field for field in fields if field.get("type") == FORMULA and (field.get("settings") or {}).get("expression")
    ]


def _with_draft_rewritten(uow: UnitOfWork, definition: Definition, before: Model, after: Model) -> Definition:
    if definition.draft is None:
        return definition
    try:
        draft = _rewritten(definition, definition.draft, before, after)
    except (AttributeError, KeyError, TypeError, ValueError):  # a draft may be of any shape, and then says nothing yet
        return definition
    changed = draft != definition.draft
    return uow.definitions.save_draft(definition.id, draft, uow.stamp()) if changed else definition


def _rewritten(definition: Definition, told: Content, before: Model, after: Model) -> Content:
    content: dict[str, Any] = deepcopy(dict(told))
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


def republish(uow: UnitOfWork, definition: Definition, content: Content) -> None:
    """Another content of what is published, as its next version; a draft beside it stays."""
    kept = definition.draft
    uow.definitions.save_draft(definition.id, content, uow.stamp())
    uow.definitions.publish(definition.id, uow.stamp())
    if kept is not None:
        uow.definitions.save_draft(definition.id, kept, uow.stamp())
