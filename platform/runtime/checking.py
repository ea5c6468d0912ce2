"""Whether a drawn thing can be published: everything wrong with it at once, with the place in its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ruleloom.dsl.nodes import Rule
from ruleloom.forms.entity import Entity, Model
from ruleloom.messages import Diagnostic, Language, RuleloomError
from ruleloom.runtime.rule_content import read_condition, read_rule

Content = Mapping[str, Any]
_QUOTED = re.compile(r"[\"“「]([^\"”」\n]{1,200})[\"”」]")
"""The name of a rule that cannot be read yet."""


class ContentError(RuleloomError):
    """A drawn thing that cannot be published; `target` of each diagnostic is the path in its content."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a content says of itself: a rule names itself and its entity."""

    name: str | None = None
    entity: str | None = None


def outline_of(model: Model, kind: str, content: Content) -> Outline:
    """What can be known of a draft, however broken it is."""
    if kind != "rule":
        return Outline()
    text = str(content.get("text", ""))
    parsed = read_rule(text, _language(content), model)
    if isinstance(parsed.tree, Rule):
        return Outline(parsed.tree.name, parsed.tree.entity)
    quoted = _QUOTED.search(text)
    return Outline(quoted.group(1).strip() or None) if quoted else Outline()


def check(model: Model, kind: str, entity: str | None, content: Content) -> Outline:
    """Refuses with everything that is wrong (`ContentError`); answers what the content says of itself."""
    wrong: list[Diagnostic] = []
    if kind == "rule":
        parsed = read_rule(str(content.get("text", "")), _language(content), model)
        wrong += [d for d in parsed.diagnostics if d.severity == "error"]
    else:
        owner = model.entity(entity) if entity in {each.id for each in model.entities} else None
        if owner is None:
            wrong.append(Diagnostic("entity-missing", target="entity"))
        else:
            wrong += _CHECKS[kind](model, owner, content)
    if wrong:
        raise ContentError(*wrong)
    known = outline_of(model, kind, content)
    return replace(known, entity=known.entity or entity)


def _view(model: Model, entity: Entity, content: Content) -> Iterator[Diagnostic]:
    for part, names in (
        ("columns", [column.get("field") for column in content.get("columns", ())]),
        ("sort", [level.get("field") for level in content.get("sort", ())]),
        ("group", list(content.get("group", ()))),
        ("totals", [total["field"] for total in content.get("totals", ()) if total.get("field")]),
    ):
        for place, name in enumerate(names):
            yield from _unknown_path(model, entity, name, f"{part}.{place}")
    if content.get("filter"):
        yield from _condition(model, entity, content["filter"], "filter")


def _form(model: Model, entity: Entity, content: Content) -> Iterator[Diagnostic]:
    for number, section in enumerate(content.get("sections", ())):
        for place, field in enumerate(section.get("fields", ())):
            where = f"sections.{number}.fields.{place}"
            yield from _unknown_key(entity, field.get("field"), where)
            for part in ("visible_when", "required_when"):
                if field.get(part):
                    yield from _condition(model, entity, field[part], f"{where}.{part}")


def _pipeline(model: Model, entity: Entity, content: Content) -> Iterator[Diagnostic]:
    field = entity.by_key.get(content.get("stage_field", ""))
    if field is None or field.type != "choice":
        yield Diagnostic("stage-field-wrong", params={"name": str(content.get("stage_field"))}, target="stage_field")
        return
    options = {option.value for option in field.options}
    seen: set[str] = set()
    for number, stage in enumerate(content.get("stages", ())):
        value = stage.get("value")
        if value not in options or value in seen:
            code = "stage-twice" if value in seen else "stage-unknown"
            yield Diagnostic(code, params={"name": str(value)}, target=f"stages.{number}.value")
        seen.add(value)
        for place, gate in enumerate(stage.get("gates", ())):
            where = f"stages.{number}.gates.{place}"
            yield from _condition(model, entity, gate.get("condition") or {}, f"{where}.condition")
            for key in gate.get("fields", ()):
                yield from _unknown_key(entity, key, f"{where}.fields")


_CHECKS: Mapping[str, Callable[[Model, Entity, Content], Iterator[Diagnostic]]] = {
    "view": _view,
    "form": _form,
    "pipeline": _pipeline,
}


def _condition(model: Model, entity: Entity, content: Content, where: str) -> Iterator[Diagnostic]:
    parsed = read_condition(str(content.get("text", "")), _language(content), model, entity.id)
    for diagnostic in parsed.diagnostics:
        if diagnostic.severity == "error":
            yield replace(diagnostic, target=where)


def _unknown_key(entity: Entity, key: Any, where: str) -> Iterator[Diagnostic]:
    if key not in entity.by_key:
        yield Diagnostic("unknown-field", params={"name": str(key)}, target=where)


def _unknown_path(model: Model, entity: Entity, path: Any, where: str) -> Iterator[Diagnostic]:
    here: Entity | None = entity
    for key in str(path).split("."):
        field = here.by_key.get(key) if here is not None else None
        if field is None:
            yield Diagnostic("unknown-field", params={"name": str(path)}, target=where)
            return
        here = model.entity(field.value_type.entity) if field.value_type.entity else None


def conditions_in(kind: str, content: Content) -> Sequence[Content]:
    """Every `{text, language}` in the content of a view, form or pipeline."""
    if kind == "view":
        return [content["filter"]] if content.get("filter") else []
    if kind == "form":
        places = [field for section in content.get("sections", ()) for field in section.get("fields", ())]
        return [field[part] for field in places for part in ("visible_when", "required_when") if field.get(part)]
    return [gate["condition"] for stage in content.get("stages", ()) for gate in stage.get("gates", ())]


def _language(content: Content) -> Language:
    return cast("Language", content.get("language", "en"))
