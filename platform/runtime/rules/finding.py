"""How a change finds a rule: what it listens to, by what its records are looked up, and what is left to be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import Dependency, walk
from ruleloom.engine.finding.keys import Beyond, Equals, Key, Keys, Trigger, decided_by
from ruleloom.engine.ruleset import CompiledRule, RuleBook, RuleLogic
from ruleloom.forms.entity import CollectionOf, Entity, Field, Model
from ruleloom.messages import LANGUAGES, Language
from ruleloom.runtime.rules.content import sentences

Words = dict[Language, str]


@dataclass(frozen=True, slots=True)
class Listened:
    """Changes after which a rule is looked at.

    `way` leads from the rule's record to the changed one; `fields` are none where any will do; `events` says whether
    creation, deletion and changes count.
    """

    entity: Words
    way: list[Words]
    fields: list[Words]
    events: list[str]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Found:
    """`keys`: what a record must satisfy for the rule to be asked at all; `rest`: what is checked then."""

    listens: list[Listened]
    keys: Words | None
    rest: Words | None
    shared: int
    """How many other rules in force stand under the same keys."""
    timed: bool
    """Whether passing time alone may make it true."""


def how_found(tree: n.Rule, book: RuleBook, model: Model) -> Found:
    """How a rule is found beside those of a book; one of its own name is itself."""
    itself = next((id_ for id_, each in book.rules.items() if each.name == tree.name), "")
    rule = CompiledRule(itself, RuleLogic(tree, model, book.make_logic))
    keys, shared = book.plan.standing(rule)
    words = _Words(model)
    timed = rule.logic is not None and rule.logic.moves
    if rule.tree.schedule is not None:
        return Found([], None, sentences(tree.condition, model) if tree.condition else None, 0, True)
    listens = [words.trigger(tree.entity, each) for each in rule.triggers]
    if rule.kind == "level":
        own = [each for each in rule.dependencies if not each.hops and not each.everywhere]
        listens += [words.dependency(each) for each in (*own, *(e for e in rule.dependencies if e not in own))]
    found, rest = _split(tree.condition, rule.tree.condition, keys)
    return Found(
        listens,
        sentences(found, model) if found is not None else None,
        sentences(rest, model) if rest is not None else None,
        shared,
        timed,
    )


def _split(
    said: n.Condition | None, meant: n.Condition | None, keys: Keys
) -> tuple[n.Condition | None, n.Condition | None]:
    """The part of a condition that the keys decide, and the rest, both as the author wrote them.

    `meant` is the condition with its formulas written out, part by part like `said`.
    """
    if said is None or meant is None or not keys:
        return None, said
    parts = list(said.items) if isinstance(said, n.And) else [said]
    whole = list(meant.items) if isinstance(meant, n.And) else [meant]
    if len(parts) != len(whole):
        parts = whole
    decided = [decided_by(part, keys) for part in whole]
    found = [part for part, is_decided in zip(parts, decided, strict=True) if is_decided]
    rest = [part for part, is_decided in zip(parts, decided, strict=True) if not is_decided]
    return _all(found) or _written(keys, meant), _all(rest)


def _all(parts: list[n.Condition]) -> n.Condition | None:
    return (parts[0] if len(parts) == 1 else n.And(tuple(parts))) if parts else None


def _written(keys: Keys, condition: n.Condition) -> n.Condition:
    """Keys that only follow from a condition, in the language: `stage = "A"` of `stage changes to "A"`."""
    paths = {node.fields: node for node in walk(condition) if isinstance(node, n.Path) and node.root == "this"}
    each = tuple(_comparison(key, paths[(key.field,)]) for key in keys)
    return each[0] if len(each) == 1 else n.Or(each)


def _comparison(key: Key, path: n.Path) -> n.Condition:
    def constant(value: Any) -> n.Constant:
        return n.Constant(value, path.type)

    if isinstance(key, Equals):
        return n.Compare("=", path, constant(key.value))
    if isinstance(key, Beyond):
        return n.Compare(key.bound, path, constant(key.value))
    low = n.Compare(">=" if key.from_low else ">", path, constant(key.low))
    high = n.Compare("<=" if key.to_high else "<", path, constant(key.high))
    return n.Between(path, low.right, high.right) if key.from_low and key.to_high else n.And((low, high))


class _Words:
    """Names of a model in both languages."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def trigger(self, entity: str, trigger: Trigger) -> Listened:
        """A change of the rule's own record."""
        fields = [] if trigger.field is None else [self._field(trigger.field)]
        return Listened(_labels(self._model.entity(entity)), [], fields, [trigger.event], False)

    def dependency(self, of: Dependency) -> Listened:
        """A change of what a condition reads."""
        fields = sorted((self._field(each) for each in of.fields), key=lambda words: words["en"])
        events = ["created", "deleted", "updated"] if of.hops or of.everywhere else ["created", "updated"]
        way = [self._hop(each) for each in of.hops]
        return Listened(_labels(self._model.entity(of.entity)), way, fields, events, of.everywhere)

    def _field(self, field: str) -> Words:
        return _labels(self._model.field(field)[1])

    def _hop(self, hop: n.Hop) -> Words:
        reference = self._model.field(hop.field)[1]
        if hop.direction == "forward":
            return _labels(reference)
        target = self._model.entity(reference.value_type.entity or "")
        return _labels(next(each for each in target.collections if each.via == hop.field))


def _labels(named: Entity | Field | CollectionOf) -> Words:
    return {language: named.labels.get(language) or named.name for language in LANGUAGES}
