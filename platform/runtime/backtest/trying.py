"""A backtest of any text, also of one that is not in the workspace: played here and now, nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.types import Value
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.backtest.reach import reach_of
from ruleloom.runtime.backtest.result import Pair
from ruleloom.runtime.backtest.run import Period, Run, Side, Tell, Unplayable, period_of
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.missing import Missing
from ruleloom.runtime.rules.content import sentences, tree_of
from ruleloom.storage.records import shown
from ruleloom.storage.schema.definitions import Definition, Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace


class NoSuchRule(RuleloomError):
    """Nothing, or more than one thing, is called so."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found; `titles`: what the records of the hits are called now."""

    request: Mapping[str, Any]
    result: Mapping[str, Any]
    pairs: Sequence[Pair]
    titles: Mapping[int, Value]


def of_text(workspace: Workspace, actor: Actor, content: Mapping[str, str]) -> Side:
    """A side of a text; where a rule of the workspace has its name, it is tried in that rule's place."""
    tree = tree_of(content, workspace.model)
    named = [each for each in definitions.everything(workspace, actor, "rule", None) if each.name == tree.name]
    return Side(content, named[0].id if len(named) == 1 else None)


def of_name(workspace: Workspace, actor: Actor, name: str) -> Side:
    """A rule of the workspace by name or id: its draft, or what is published without one; `name@3`: that version."""
    rules = definitions.everything(workspace, actor, "rule", None)
    found, version = _named(rules, name), None
    if not found:
        before, _, number = name.rpartition("@")
        version = int(number) if number.isdigit() else None
        found = _named(rules, before) if version is not None else []
    if len(found) != 1:
        code = "backtest-several-rules" if found else "backtest-no-rule"
        raise NoSuchRule(Diagnostic(code, params={"name": name, "ids": ", ".join(str(each.id) for each in found)}))
    return Side(_content(workspace, found[0], version), found[0].id)


def _named(rules: Sequence[Definition], name: str) -> list[Definition]:
    return [each for each in rules if name in (each.name, str(each.id))]


def _content(workspace: Workspace, rule: Definition, version: int | None) -> Mapping[str, str]:
    content: Mapping[str, Any] | None = rule.draft if rule.draft is not None else rule.content
    if version is not None:
        with workspace.reading() as reading:
            content = Definitions(reading.connection).version(rule.id, version).content
    if content is None:
        raise Missing.of("not-found")
    return {"text": str(content.get("text", "")), "language": str(content.get("language", "en"))}


def try_out(
    workspace: Workspace,
    actor: Actor,
    sides: Sequence[Side],
    *,
    last_days: int | None,
    since: str | None,
    until: str | None,
    history: str,
    tell: Tell,
) -> Tried:
    """Plays one or two rules; `Unplayable` or `TextError` where that cannot be."""
    access.require(actor, Verb.DEFINE)
    with workspace.reading() as reading:
        start, end = period_of(reading.now, last_days, since, until)
        model = reading.published.model
    trees = [tree_of(side.content, model) for side in sides]
    if len({tree.entity for tree in trees}) > 1:
        raise Unplayable(Diagnostic("backtest-two-entities"))
    for entity in reach_of(trees, model):
        access.require(actor, Verb.READ, entity)
    found, pairs = Run(workspace, sides, Period(start, end, history), tell).play()
    told = [{"name": tree.name, "sentence": sentences(tree, model)} for tree in trees]
    request = {"sides": told, "from": start, "to": end, "history": history}
    records = {int(pair.first.record) for pair in pairs}
    with workspace.reading() as reading:
        titles = shown.titles(reading.connection, reading.published.catalogue, trees[0].entity, records)
    return Tried(request, found, pairs, titles)
