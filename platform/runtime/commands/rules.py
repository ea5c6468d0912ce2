"""What an author asks of a rule that is not published yet: whom it would reach, and whom soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.nodes import Condition
from ruleloom.dsl.shifts import shift_instant
from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import Memory
from ruleloom.messages import Language
from ruleloom.runtime.rules import past
from ruleloom.runtime.rules.content import sentences, tree_of
from ruleloom.runtime.rules.finding import Found, how_found
from ruleloom.runtime.showing.reading import sight
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Reading, Workspace
from ruleloom.storage.records import shown

SAMPLE, CHUNK = 20, 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A record that matches, or will. Of a condition with `C for D`: since when C holds, and when D is over."""

    id: str
    title: str | None
    since: str | None = None
    """None also where C has held for longer than D: how long is not looked up."""
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Records for which a `C for D` has begun and that do not match yet."""

    count: int
    sample: list[Sample]
    """Those that are due first."""
    unsure: bool
    """Whether it is not known since when: there is too much to read. D counts from publishing then."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many records match now, whoever asks; the sample holds only what its reader may see."""

    matching: int
    total: int
    sample: list[Sample]
    sentence: dict[Language, str]
    waiting: Waiting | None
    """None for conditions without `C for D`."""


def preview(workspace: Workspace, actor: Actor, text: str, language: Language) -> Preview:
    """How many records of its entity satisfy a rule's condition now, and the first of them; `TextError` when broken."""
    with workspace.reading() as reading:
        tree = tree_of({"text": text, "language": language}, reading.published.model)
        access.require(actor, Verb.READ, tree.entity)
        records = list(reading.store.all_records(tree.entity))
        looked = _Looked(reading, tree.entity, tree.condition, sight(reading, actor))
        looked.look(records)
        matching = looked.sample(looked.matching)
        return Preview(
            len(looked.matching), len(records), matching, sentences(tree, reading.published.model), looked.waiting()
        )


def finding(workspace: Workspace, actor: Actor, text: str, language: Language) -> Found:
    """How changes find a rule as it is written; `TextError` when it is broken."""
    published = workspace.refreshed()
    tree = tree_of({"text": text, "language": language}, published.model)
    access.require(actor, Verb.READ, tree.entity)
    return how_found(tree, published.book, published.model)


class _Looked:
    """A condition asked of many records, in chunks, by the same code that decides firings."""

    def __init__(self, reading: Reading, entity: str, condition: Condition | None, seen: Sight) -> None:
        self._reading, self._entity, self._condition, self._seen = reading, entity, condition, seen
        self._logic = Logic(condition, reading.published.model) if condition is not None else None
        self._moment = Moment(reading.now, reading.published.model.calendar)
        self._since: dict[RecordId, Mapping[int, int]] = {}
        self._going_on: list[RecordId] = []
        self._unsure = False
        self._from = past.looked_from(condition, reading.now, reading.published.model.calendar)
        self.matching: list[RecordId] = []

    def look(self, records: list[RecordId]) -> None:
        """Finds those that match; a condition on a change matches nothing by itself."""
        if self._logic is None:
            self.matching = records
        elif not self._logic.reads.reads_change:
            waiting = iter(records)
            while chunk := list(islice(waiting, CHUNK)):
                self._chunk(self._logic, chunk)

    def _chunk(self, logic: Logic, chunk: list[RecordId]) -> None:
        store = self._reading.store
        snapshots = store.snapshots(self._entity, chunk)
        verdicts = logic.judge(snapshots, store, self._moment, {})
        begun = [record for record, verdict in verdicts.items() if verdict.since]
        if begun:
            known = self._recalled(logic.condition, begun)
            verdicts.update(logic.judge({r: snapshots[r] for r in known}, store, self._moment, known))
        self._since.update({record: verdicts[record].since for record in begun})
        self._going_on += [record for record in begun if not verdicts[record].holds]
        self.matching += [record for record in chunk if record in verdicts and verdicts[record].holds]

    def _recalled(self, condition: Condition, records: list[RecordId]) -> dict[RecordId, Memory]:
        connection, catalogue = self._reading.connection, self._reading.published.catalogue
        found = past.memories_now(connection, catalogue, self._entity, condition, records, self._moment.now)
        self._unsure = self._unsure or found is None
        return found or {}

    def waiting(self) -> Waiting | None:
        """Those for which time runs."""
        if self._logic is None or not self._logic.helds:
            return None
        soonest = sorted(self._going_on, key=lambda record: self._due(record) or 0)
        return Waiting(len(soonest), self.sample(soonest), self._unsure)

    def _due(self, record: RecordId) -> int | None:
        """When the last stretch that has begun is long enough."""
        since, helds = self._since.get(record), self._logic.helds if self._logic is not None else ()
        calendar = self._reading.published.model.calendar
        dues = [shift_instant(calendar, at, helds[ordinal].duration) for ordinal, at in (since or {}).items()]
        return max(dues, default=None)

    def sample(self, records: list[RecordId]) -> list[Sample]:
        """The first of these records that the author may see, with their titles."""
        waiting, chosen = iter(cast("list[int]", records)), list[int]()
        while len(chosen) < SAMPLE and (chunk := list(islice(waiting, CHUNK))):
            seen = self._seen.of(self._entity, chunk)
            chosen += [record for record in chunk if record in seen][: SAMPLE - len(chosen)]
        titles = shown.titles(self._reading.connection, self._reading.published.catalogue, self._entity, chosen)
        return [self._one(record, _text(titles.get(record))) for record in chosen]

    def _one(self, record: RecordId, title: str | None) -> Sample:
        since, due = max(self._since.get(record, {}).values(), default=None), self._due(record)
        known = since is not None and since > self._from
        return Sample(
            str(record), title, instant_text(since) if since is not None and known else None,
            instant_text(due) if due is not None and known else None,
        )  # fmt: skip


def _text(title: object) -> str | None:
    return None if title is None else str(title)
