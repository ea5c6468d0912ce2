"""Worked-out fields: their expressions read, checked and joined, once the entities of a workspace are known."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import formula_of
from ruleloom.dsl.kinds import kind_of
from ruleloom.dsl.reading.parsing import parse
from ruleloom.dsl.reads import children, walk
from ruleloom.dsl.types import NUMBER, Kind
from ruleloom.messages import LANGUAGES, Diagnostic, Language, text

if TYPE_CHECKING:
    from ruleloom.forms.entity import Entity, Field, Model
    from ruleloom.forms.findings import Findings

FORMULA = "formula"
LARGEST, DEEPEST = 1_000, 20
"""Parts of an expression, and levels of its tree, with all that is put in the place of other fields.

SQLite reads no deeper: from about thirty levels on, no record of the entity could be shown.
"""
_REFUSED: tuple[type[n.Node], ...] = (n.Me, n.Previous, n.Held, n.RecordIs, n.Changes, n.Trend, n.ChangesBy)
"""What depends on who looks, or on a change: the value of a field does not."""


def read_formulas(model: Model, paths: Mapping[str, str], findings: Findings) -> dict[str, n.Expression]:
    """The expression of every worked-out field by permanent id; what is wrong with them is noted.

    `paths`: where each field stands in the file, by permanent id.
    """
    fields = {
        field.id: (entity, field) for entity in model.entities for field in entity.fields if field.type == FORMULA
    }
    found: dict[str, n.Expression] = {}
    for field_id, (entity, field) in fields.items():
        tree = _read(model, entity, field, f"{paths.get(field_id, field.name)}.expression", findings)
        if tree is not None:
            found[field_id] = tree
    for field_id in [each for each in found if _leads_back(each, found)]:
        findings.add("formula-in-circle", f"{paths.get(field_id, field_id)}.expression", name=fields[field_id][1].name)
        del found[field_id]
    for field_id in _too_large(found):
        path = f"{paths.get(field_id, field_id)}.expression"
        findings.add("formula-too-large", path, name=fields[field_id][1].name, parts=LARGEST, deep=DEEPEST)
        del found[field_id]
    return {field_id: _rounded(tree, fields[field_id][1]) for field_id, tree in found.items()}


def _read(model: Model, entity: Entity, field: Field, path: str, findings: Findings) -> n.Expression | None:
    written = str(field.settings.get("expression") or "").strip()
    if not written:
        findings.add("formula-missing", path, name=field.name)
        return None
    language = cast("Language", field.settings.get("language", "en"))
    parsed = parse(written, model, language, entity=entity.id, part="expression")
    if not parsed.ok or not isinstance(parsed.tree, n.Expression):
        for problem in parsed.diagnostics:
            findings.add("formula-wrong", path, name=field.name, problem=_in_both(problem))
        return None
    tree = parsed.tree
    if any(isinstance(node, _REFUSED) or (isinstance(node, n.Path) and node.root == "me") for node in walk(tree)):
        findings.add("formula-not-of-the-record", path, name=field.name)
        return None
    if any(_names_this(part) for part in walk(tree)):
        findings.add("formula-with-this", path, name=field.name)
        return None
    if kind_of(tree) is not field.value_type.kind:
        kinds = {name: {each: text(f"kind-{kind}", each) for each in LANGUAGES}
                 for name, kind in (("found", kind_of(tree)), ("wanted", field.value_type.kind))}  # fmt: skip
        findings.add("formula-kind", path, name=field.name, **kinds)
        return None
    return tree


def _in_both(problem: Diagnostic) -> dict[str, str]:
    return {language: problem.message(language) for language in LANGUAGES}


def _names_this(part: n.Node) -> bool:
    """Whether it speaks of the record itself where names mean a related one: that cannot be asked of another record."""
    inside = part.where if isinstance(part, n.Collection) else part.condition if isinstance(part, n.LastAll) else None
    if inside is None:
        return False
    return any(node.root == "this" for node in walk(inside) if isinstance(node, n.Path | n.Collection) and _leads(node))


def _leads(node: n.Path | n.Collection) -> bool:
    return isinstance(node, n.Path) or bool(node.hops)


def _leads_back(field_id: str, found: Mapping[str, n.Expression]) -> bool:
    """Whether a worked-out field is made of itself, be it through others."""
    waiting, seen = [field_id], set[str]()
    while waiting:
        for node in walk(found[waiting.pop()]):
            for named in node.fields if isinstance(node, n.Path) else ():
                if named == field_id:
                    return True
                if named in found and named not in seen:
                    seen.add(named)
                    waiting.append(named)
    return False


def _too_large(found: Mapping[str, n.Expression]) -> list[str]:
    """Worked-out fields (none leads back to itself) that are too much once the expressions of others stand in them."""
    named = {
        field_id: [part.fields[-1] for part in walk(tree) if isinstance(part, n.Path) and formula_of(part, found)]
        for field_id, tree in found.items()
    }
    size, levels = dict[str, int](), dict[str, int]()
    for field_id in TopologicalSorter(named).static_order():
        inner = named[field_id]
        size[field_id] = sum(1 for _ in walk(found[field_id])) + sum(size[each] for each in inner)
        levels[field_id] = _levels(found[field_id], levels) + 1  # the field's rounding
    return [field_id for field_id in found if size[field_id] > LARGEST or levels[field_id] > DEEPEST]


def _levels(node: n.Node, known: Mapping[str, int]) -> int:
    """How deep a tree is; `known`: the worked-out fields that it may name."""
    if isinstance(node, n.Path):
        return known.get(node.fields[-1], 1) if node.fields else 1
    own = 2 if isinstance(node, n.Call) else 1  # in SQL most functions are a choice with something inside
    return own + max((_levels(each, known) for each in children(node)), default=0)


def _rounded(tree: n.Expression, field: Field) -> n.Expression:
    """A number with the field's decimals, as every value that is worked out for a field."""
    if field.value_type.kind is not Kind.NUMBER:
        return tree
    return n.Call("round", (tree, n.Constant(Decimal(field.decimals), NUMBER)), field.value_type)
