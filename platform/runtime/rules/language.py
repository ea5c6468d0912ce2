"""The rule language for editors: reading with places in UTF-16 units, completion, words. Never raises on bad text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ruleloom import dsl
from ruleloom.access import Actor
from ruleloom.dsl import Parsed
from ruleloom.dsl.analysis import analyse_beside, analyse_condition, circles_beside
from ruleloom.dsl.backends.jsonlogic import plain_json, to_jsonlogic
from ruleloom.dsl.backends.tree_json import to_json
from ruleloom.dsl.editing import completion
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.functions import FUNCTIONS
from ruleloom.dsl.keywords import function_word, keywords
from ruleloom.dsl.nodes import Condition, Node, Rule
from ruleloom.dsl.reads import reads_of
from ruleloom.dsl.writing.canonical import quoted_name
from ruleloom.forms.entity import CollectionOf, Entity, Field, Model
from ruleloom.messages import LANGUAGES, Diagnostic, Language, RuleloomError, text
from ruleloom.runtime.rules import needs
from ruleloom.runtime.rules.content import in_both_languages, read_condition, read_rule, sentences
from ruleloom.runtime.rules.published import Published, model_of
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.schema.definitions import Definitions

IN_A_CIRCLE = "rules-in-a-circle"
Answer = TypeVar("Answer")


def read(
    workspace: Workspace,
    text: str,
    language: Language,
    entity: str | None = None,
    part: str = "rule",
    reader: Language = "en",
    actor: Actor | None = None,
) -> dict[str, Any]:
    """Tree, sentence, canonical text and diagnostics of a text; `reader` is the language of the messages.

    With an `actor` it is told what a rule needs that is not there: their rights to publish it, connections it calls.
    """
    published = workspace.refreshed()
    model, owner = _named(workspace, published, entity, part)
    parsed = _parsed(model, text, language, owner, part)
    places = Utf16(text)
    findings = (*_findings(parsed, published, entity), *_needs(workspace, parsed, text, model, actor))
    answer: dict[str, Any] = {
        "tree": None,
        "sentence": None,
        "formatted": None,
        "jsonlogic": None,
        "diagnostics": [_diagnostic(each, places, reader) for each in (*parsed.diagnostics, *findings)],
        "circles": _circles(parsed, published) if any(each.code == IN_A_CIRCLE for each in findings) else [],
    }
    if parsed.ok and parsed.tree is not None:
        answer |= _said(parsed.tree, model)
        if isinstance(parsed.tree, Condition):
            answer["jsonlogic"] = logic_of_tree(parsed.tree, published.model)
    return answer


def _findings(parsed: Parsed, published: Published, entity: str | None) -> tuple[Diagnostic, ...]:
    """Warnings and hints about what can be read: alone, and a rule beside those in force."""
    if not parsed.ok:
        return ()
    if isinstance(parsed.tree, Rule):
        return findings_of_rule(parsed.tree, published, parsed.language)
    if isinstance(parsed.tree, Condition) and entity is not None:
        return analyse_condition(parsed.tree, published.entity(entity).id, published.model, parsed.language)
    return ()


def _needs(workspace: Workspace, parsed: Parsed, text: str, model: Model, actor: Actor | None) -> Sequence[Diagnostic]:
    """What a rule needs beside its text, and lacks."""
    if actor is None or not parsed.ok or not isinstance(parsed.tree, Rule):
        return ()
    with workspace.database.read() as connection:
        astray = needs.calls_astray(parsed.tree, text, connection)
    return [*needs.rights_missing(actor, parsed.tree, model), *astray]


def _circles(parsed: Parsed, published: Published) -> list[dict[str, Any]]:
    """The circles that a rule closes with those in force, for drawing: what each writes that sets the next one off."""
    if not isinstance(parsed.tree, Rule):
        return []
    rule, model = parsed.tree, published.model
    others = [each for each in published.book.rules.values() if each.tree.name != rule.name]
    known = [{"id": each.id, "name": each.name} for each in others] + [{"id": None, "name": rule.name}]
    shown = []
    for circle in circles_beside(rule, [each.tree for each in others], model):
        steps = []
        for edge in circle.edges:
            entity = model.entity(edge.entity)
            field = model.field(edge.field)[1] if edge.field is not None else None
            steps.append(
                {
                    "entity": {"key": entity.key, "words": _words_of(entity)},
                    "field": None if field is None else {"key": field.key, "words": _words_of(field)},
                    "way": edge.way,
                }
            )
        shown.append({"rules": [known[place] for place in circle.rules], "steps": steps})
    return shown


def _words_of(named: Entity | Field) -> dict[Language, str]:
    return {language: named.labels.get(language) or named.name for language in LANGUAGES}


def findings_of_rule(rule: Rule, published: Published, language: Language) -> tuple[Diagnostic, ...]:
    """Warnings and hints about a rule, alone and beside the rules in force; one of its own name is itself."""
    others = [each.tree for each in published.book.rules.values() if each.tree.name != rule.name]
    return analyse_beside(rule, others, published.model, language)


def findings_of_text(text: str, language: Language, published: Published) -> tuple[Diagnostic, ...]:
    """The same for a rule's text; nothing for one that cannot be read."""
    parsed = read_rule(text, language, published.model)
    return findings_of_rule(parsed.tree, published, language) if parsed.ok and isinstance(parsed.tree, Rule) else ()


def _named(workspace: Workspace, published: Published, entity: str | None, part: str) -> tuple[Model, str | None]:
    """The names that a text may use, and the permanent id of its entity.

    The expression of a worked-out field is written while entities are drawn: it sees them as they are drawn.
    """
    if part != "expression" or entity is None:
        return published.model, published.entity(entity).id if entity else None
    with workspace.database.read() as connection:
        drawn = [each.draft or each.content or {} for each in Definitions(connection).all("entity")]
    try:
        model = model_of(drawn, published.model.calendar, formulas=False)
    except RuleloomError:  # another drawing is not whole
        model = published.model
    owner = model.by_key.get(entity)
    return (model, owner.id) if owner is not None else (published.model, published.entity(entity).id)


def _parsed(model: Model, text: str, language: Language, entity: str | None, part: str) -> Parsed:
    if part == "rule" or entity is None:
        return read_rule(text, language, model)
    if part == "expression":
        return dsl.parse(text, model, language, entity=entity, part="expression")
    return read_condition(text, language, model, entity)


def shown_rule(text: str, language: Language, model: Model) -> dict[str, Any]:
    """What is answered beside a rule's text: tree, sentence, canonical text; null while it cannot be read."""
    parsed = read_rule(text, language, model)
    if not parsed.ok or not isinstance(parsed.tree, Rule):
        return {"tree": None, "sentence": None, "formatted": None}
    return _said(parsed.tree, model)


def _said(tree: Node, model: Model) -> dict[str, Any]:
    return {"tree": to_json(tree), "sentence": sentences(tree, model), "formatted": in_both_languages(tree, model)}


def logic_of(condition: Mapping[str, Any], model: Model, entity: Entity) -> Any:
    """The JsonLogic of a `{text, language}`; None where the browser cannot decide it, or the text is broken."""
    parsed = read_condition(str(condition.get("text", "")), condition.get("language", "en"), model, entity.id)
    return logic_of_tree(parsed.tree, model) if parsed.ok and isinstance(parsed.tree, Condition) else None


def logic_of_tree(condition: Condition, model: Model) -> Any:
    """The JsonLogic by which a browser decides a condition, numbers as JSON numbers; None where it cannot."""
    made = with_formulas(condition, model)
    return plain_json(to_jsonlogic(made, model)) if reads_of(made, model).record_local else None


# ---- places


class Utf16:
    """Code point offsets of a text → UTF-16 units, as browsers count them."""

    def __init__(self, text: str) -> None:
        self._text = text

    def unit(self, place: int) -> int:
        """The UTF-16 offset of a code point offset."""
        return len(self._text[:place].encode("utf-16-le")) // 2

    def place(self, unit: int) -> int:
        """The code point offset of a UTF-16 offset; inside a pair it is the pair's beginning."""
        return len(self._text.encode("utf-16-le")[: 2 * unit].decode("utf-16-le", errors="ignore"))


def _diagnostic(found: Diagnostic, places: Utf16, reader: Language) -> dict[str, Any]:
    start, end = (found.place.start, found.place.end) if found.place else (0, 0)
    shown: dict[str, Any] = {
        "from": places.unit(start),
        "to": places.unit(end),
        "severity": found.severity,
        "code": found.code,
        "message": found.message(reader),
    }
    if found.fix is not None:
        title = text(found.fix.title_code, reader, found.fix.params)
        shown["fix"] = {"title": title, "replacement": found.fix.replacement}
    return shown


# ---- what stands at a position


@dataclass(frozen=True)
class Spot:
    """A position in a half-written text (UTF-16 units), and what the text is part of."""

    text: str
    language: Language
    position: int
    entity: str | None = None
    part: str = "rule"

    def ask(self, workspace: Workspace, question: Callable[..., Answer], **more: Any) -> Answer:
        """What the language answers about this spot, in code points."""
        model, owner = _named(workspace, workspace.refreshed(), self.entity, self.part)
        place = Utf16(self.text).place(self.position)
        return question(self.text, place, model, self.language, entity=owner, part=self.part, **more)


def complete(workspace: Workspace, spot: Spot) -> dict[str, Any]:
    """What may stand at a spot; `from` is where the word begins that an offer replaces."""
    offered = spot.ask(workspace, completion.complete)
    items = [{"label": i.label, "insert": i.insert, "kind": i.kind, "detail": i.detail} for i in offered.items]
    return {"from": Utf16(spot.text).unit(offered.start), "items": items}


def hover(workspace: Workspace, spot: Spot, reader: Language = "en") -> dict[str, Any]:
    """What stands at a spot, and where: `{hover: {from, to, title, detail, lines} or null}`."""
    found = spot.ask(workspace, dsl.hover, reader=reader)
    if found is None:
        return {"hover": None}
    places = Utf16(spot.text)
    place = {"from": places.unit(found.start), "to": places.unit(found.end)}
    return {"hover": {**place, "title": found.title, "detail": found.detail, "lines": list(found.lines)}}


def signature(workspace: Workspace, spot: Spot, reader: Language = "en") -> dict[str, Any]:
    """The function around a spot: `{signature: {label, parameters, active, detail} or null}`."""
    found = spot.ask(workspace, dsl.signature, reader=reader)
    if found is None:
        return {"signature": None}
    shown = {"label": found.label, "parameters": list(found.parameters), "active": found.active}
    return {"signature": {**shown, "detail": found.detail}}


def _names(entity: Entity, language: Language) -> list[dict[str, str]]:
    fields = [_item(field, language, "field", field.type) for field in entity.fields]
    return fields + [_item(each, language, "collection", each.entity) for each in entity.collections]


def _item(named: Field | CollectionOf | Entity, language: Language, kind: str, detail: str) -> dict[str, str]:
    label = named.labels.get(language) or named.name
    return {"label": label, "insert": quoted_name(label, language), "kind": kind, "detail": detail}


def _functions(language: Language) -> list[str]:
    return [function_word(name, language) for name in FUNCTIONS]


def words(workspace: Workspace, entity: str | None, language: Language) -> dict[str, Any]:
    """Keywords, functions, units and, with an entity, its names: for highlighting."""
    groups: dict[str, list[str]] = {}
    for keyword in keywords():
        groups.setdefault(keyword.group, []).extend(keyword.words[language])
    units = groups.pop("unit", [])
    every = [word for group in groups.values() for word in group]
    owner = workspace.refreshed().entity(entity) if entity else None
    named = [
        {"label": item["label"], "name": item["insert"], "kind": item["kind"]}
        for item in (_names(owner, language) if owner else [])
    ]
    return {
        "keywords": sorted(set(every)),
        "functions": _functions(language),
        "units": sorted(set(units)),
        "fields": named,
    }
