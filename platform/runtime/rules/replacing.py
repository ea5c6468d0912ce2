"""One field in place of another that is to go: rules, views, forms and pipelines that named it name the other.

What is published gets a next version, a draft beside it follows. What cannot name the other field stays as it is and
says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl import format, parse
from ruleloom.dsl.nodes import Node
from ruleloom.dsl.repointing import repointed
from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.messages import Diagnostic, Language, RuleloomError
from ruleloom.runtime.rules import publishing, renaming
from ruleloom.runtime.rules.checking import ContentError, check, conditions_in
from ruleloom.runtime.rules.uses import DRAWN, Use, lacking, uses_of
from ruleloom.storage.schema.definitions import Definition

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Content = Mapping[str, Any]


class NoReplacement(RuleloomError):
    """A field that cannot stand in for another one."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A thing that named the field; `possible`: it names the other one now (or would), else `why` not."""

    use: Use
    possible: bool
    why: Sequence[Diagnostic] = ()


@dataclass(frozen=True, slots=True)
class _Swap:
    """From which field to which one."""

    model: Model
    old: Field
    new: Field

    def text(self, told: Mapping[str, Any], entity: str | None, *, rule: bool) -> str:
        """A text that says the same of the other field; the text itself when it cannot be read."""
        text, language = str(told.get("text", "")), cast("Language", told.get("language", "en"))
        meant = parse(text, self.model, language, entity=entity, part="rule" if rule else "condition")
        if not meant.ok or not isinstance(meant.tree, Node):
            return text
        tree = repointed(meant.tree, self.old.id, self.new.id)
        return text if tree == meant.tree else format(tree, self.model, language)

    def path(self, given: Any, entity: Entity) -> Any:
        """`owner.name` with the other field's key where the first one stood; what leads nowhere stays."""
        if not isinstance(given, str):
            return given
        keys, here = [], cast("Entity | None", entity)
        for key in given.split("."):
            field = here.by_key.get(key) if here is not None else None
            keys.append(self.new.key if field is not None and field.id == self.old.id else key)
            to = field.value_type.entity if field is not None else None
            here = self.model.entity(to) if to else None
        return ".".join(keys)


def fitting(old: Field, new: Field) -> bool:
    """Whether one field may stand in for another: the same kind of value, of the same entity where it points."""
    told = [(each.value_type.kind, each.value_type.entity) for each in (old, new)]
    return old.id != new.id and told[0] == told[1]


def replace_field(uow: UnitOfWork, entity: Entity, old: Field, new: Field, *, really: bool) -> list[Replaced]:
    """Lets everything that names `old` name `new`, as far as it can be published so; without `really` only tells it.

    Records that match a rule at that moment do not fire. Raises `NoReplacement` (422) for a field of another kind.
    """
    if not fitting(old, new):
        raise NoReplacement(Diagnostic("replacement-differs", params={"name": new.name}, target="with"))
    model = uow.published.model
    swap, without = _Swap(model, old, new), lacking(model, old)
    drawn = {str(found.id): found for kind in DRAWN for found in uow.definitions.all(kind)}
    return [
        _replaced(uow, drawn.get(use.id) if use.kind in DRAWN else None, use, swap, without, really=really)
        for use in uses_of(uow.connection, uow.definitions, model, entity, old)
    ]


def _replaced(
    uow: UnitOfWork, found: Definition | None, use: Use, swap: _Swap, without: Model, *, really: bool
) -> Replaced:
    if found is None:
        return Replaced(use, False, [Diagnostic("replace-by-hand")])
    content = None if found.content is None else _rewritten(found, found.content, swap)
    draft = None if found.draft is None else _draft_rewritten(found, found.draft, swap)
    try:
        check(without, found.kind, found.entity, content if content is not None else draft or {})
    except ContentError as error:
        return Replaced(use, False, error.diagnostics)
    if really:
        _write(uow, found, content, draft)
    return Replaced(use, True)


def _write(uow: UnitOfWork, found: Definition, content: Content | None, draft: Content | None) -> None:
    if draft is not None:
        uow.definitions.save_draft(found.id, draft, uow.stamp())
    if content is not None and content != found.content:
        renaming.republish(uow, found if draft is None else uow.definitions.get(found.id), content)
        if found.kind == "rule" and found.stopped_at is None:
            publishing.put_in_force(uow, uow.definitions.get(found.id))
    uow.wrote = True


def _draft_rewritten(found: Definition, draft: Content, swap: _Swap) -> Content:
    try:
        return _rewritten(found, draft, swap)
    except (AttributeError, KeyError, TypeError, ValueError):  # a draft may be of any shape, and then says nothing yet
        return draft


def _rewritten(found: Definition, told: Content, swap: _Swap) -> Content:
    content: dict[str, Any] = deepcopy(dict(told))
    if found.kind == "rule":
        return {**content, "text": swap.text(content, found.entity, rule=True)}
    for condition in conditions_in(found.kind, content):
        cast("dict[str, Any]", condition)["text"] = swap.text(condition, found.entity, rule=False)
    entity = swap.model.entity(found.entity or "")
    for parts in _named_in(found.kind, content):
        parts[:] = _each_once(_repoint(part, swap, entity) for part in parts)
    if found.kind == "pipeline":
        content["stage_field"] = swap.path(content.get("stage_field"), entity)
    if found.kind == "form":
        _once_in_form(content)
    return content


def _repoint(part: Any, swap: _Swap, entity: Entity) -> Any:
    if isinstance(part, dict):
        return {**part, "field": swap.path(part["field"], entity)} if "field" in part else part
    return swap.path(part, entity)


def _named_in(kind: str, content: dict[str, Any]) -> Iterator[list[Any]]:
    """The lists of a content whose parts name fields."""
    if kind == "view":
        yield from (content[part] for part in ("columns", "sort", "group", "totals") if content.get(part))
    elif kind == "form":
        yield from (section["fields"] for section in content.get("sections", ()) if section.get("fields"))
    else:
        gates = [gate for stage in content.get("stages", ()) for gate in stage.get("gates", ())]
        yield from (gate["fields"] for gate in gates if gate.get("fields"))


def _each_once(parts: Iterator[Any]) -> list[Any]:
    """Without what names a field that an earlier part names already."""
    kept: dict[Any, Any] = {}
    for part in parts:
        said = (part.get("field"), part.get("function")) if isinstance(part, dict) else part
        kept.setdefault(said, part)
    return list(kept.values())


def _once_in_form(content: dict[str, Any]) -> None:
    """A form has each field once; a section that is left without fields goes."""
    seen: set[Any] = set()
    for section in content.get("sections", ()):
        kept = []
        for field in section.get("fields", ()):
            if field.get("field") not in seen:
                seen.add(field.get("field"))
                kept.append(field)
        section["fields"] = kept
    content["sections"] = [section for section in content.get("sections", ()) if section["fields"]]
