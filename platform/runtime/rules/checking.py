"""Whether a drawn thing can be published: everything wrong with it at once, with the place in its content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ruleloom.dsl.nodes import Rule
from ruleloom.forms.drawn import read_drawing
from ruleloom.forms.entity import Entity, Model
from ruleloom.forms.findings import DefinitionError
from ruleloom.messages import Diagnostic, Language, RuleloomError
from ruleloom.runtime.rules.content import read_rule

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
            wrong += _wrong_in_drawing(kind, content, owner, model)
    if wrong:
        raise ContentError(*wrong)
    known = outline_of(model, kind, content)
    return replace(known, entity=known.entity or entity)


def _wrong_in_drawing(kind: str, content: Content, owner: Entity, model: Model) -> Sequence[Diagnostic]:
    try:
        read_drawing(kind, content, owner, model)
    except DefinitionError as error:
        return error.diagnostics
    return ()


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
