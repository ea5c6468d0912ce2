"""What an author asks of a rule that is not published yet: whom it would reach, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.calendar import instant
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.nodes import Condition, Rule
from ruleloom.dsl.types import RecordId
from ruleloom.engine import Asked
from ruleloom.engine.evaluate import Logic
from ruleloom.messages import Diagnostic, Language, RuleloomError
from ruleloom.runtime import reasons
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.rule_content import condition_of, sentences, tree_of
from ruleloom.runtime.workspace import Reading, Workspace
from ruleloom.storage import shown

SAMPLE, CHUNK = 20, 1_000


class WrongInstant(RuleloomError):
    """`at` is no instant."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record that matches."""

    id: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many records match now."""

    matching: int
    total: int
    sample: list[Sample]
    sentence: dict[Language, str]


def preview(workspace: Workspace, actor: Actor, text: str, language: Language) -> Preview:
    """How many records of its entity satisfy a rule's condition now, and the first of them; `TextError` when broken."""
    with workspace.reading() as reading:
        tree = tree_of({"text": text, "language": language}, reading.published.model)
        access.require(actor, Verb.READ, tree.entity)
        records = list(reading.store.all_records(tree.entity))
        matching = records if tree.condition is None else _matching(reading, tree.entity, tree.condition, records)
        titles = shown.titles(
            reading.connection, reading.published.catalogue, tree.entity, cast("list[int]", matching[:SAMPLE])
        )
        sample = [Sample(str(each), _text(titles.get(cast("int", each)))) for each in matching[:SAMPLE]]
        return Preview(len(matching), len(records), sample, sentences(tree, reading.published.model))


def _matching(reading: Reading, entity: str, condition: Condition, records: list[RecordId]) -> list[RecordId]:
    """In chunks, by the same code that decides firings; a condition on a change matches nothing by itself."""
    logic = Logic(condition, reading.published.model)
    if logic.reads.reads_change:
        return []
    moment = Moment(reading.now, reading.published.model.calendar)
    found: list[RecordId] = []
    waiting = iter(records)
    while chunk := list(islice(waiting, CHUNK)):
        verdicts = logic.judge(reading.store.snapshots(entity, chunk), reading.store, moment, {})
        found += [record for record in chunk if record in verdicts and verdicts[record].holds]
    return found


def explain(
    workspace: Workspace,
    actor: Actor,
    text: str,
    language: Language,
    record: str,
    entity: str | None = None,
    at: str | None = None,
) -> dict[str, Any]:
    """Why a rule's condition (or, with `entity`, a condition) holds or not for a record, part by part."""
    with workspace.reading() as reading:
        model = reading.published.model
        content = {"text": text, "language": language}
        if entity is not None:
            owner = reading.published.entity(entity).id
            condition: Condition | None = condition_of(content, model, owner)
        else:
            tree: Rule = tree_of(content, model)
            owner, condition = tree.entity, tree.condition
        access.require(actor, Verb.READ, owner)
        snapshot = reading.store.snapshots(owner, [id_of(record)]).get(id_of(record))
        if snapshot is None:
            raise Missing.of("not-found")
        now = reading.now if at is None else _instant(at)
        moment = Moment(now, model.calendar, actor.user)
        asked = Asked(owner, id_of(record), snapshot, reading.store, model, moment)
        return reasons.explained_with_outlook(condition, asked, model)


def _instant(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
    except ValueError as broken:
        raise WrongInstant(Diagnostic("instant-wrong", target="at")) from broken
    return instant(moment)


def _text(title: object) -> str | None:
    return None if title is None else str(title)
