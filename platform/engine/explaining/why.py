"""Why a condition holds or not for one record: every part with its truth, the values found, and when time may turn it.

Each part is decided by the compiled code that decides the whole, on the same facts; nothing is worked out anew here.
What is compiled for a condition is kept with its vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.reads import children, held_of, is_external, walk
from ruleloom.dsl.types import NUMBER, Kind, RecordId
from ruleloom.dsl.vocabulary import FieldWords, Vocabulary
from ruleloom.dsl.writing.sentences import sentence
from ruleloom.engine.evaluate import NO, Logic, Verdict
from ruleloom.engine.explaining.explanation import Asked, Explanation, Found, FoundRow, Origin, Said
from ruleloom.engine.explaining.showing import label_of, shown_in_all, title_of
from ruleloom.engine.store import External, Fact, Goal, Memory, Snapshot, Speaker, Store
from ruleloom.engine.worked import Acting, Worked
from ruleloom.messages import LANGUAGES

MOST_ROWS = 5
"""Related records shown for one part."""
MOST_KEPT = 4_000
"""Conditions kept compiled per vocabulary."""

Counting = n.Aggregate | n.Quantified | n.LastAll
_KEPT: WeakKeyDictionary[Vocabulary, dict[n.Condition, Explainer]] = WeakKeyDictionary()


def explain(condition: n.Condition, asked: Asked) -> Explanation:
    """The condition explained, part by part, for one record at one moment."""
    return explainer_of(condition, asked.vocabulary).explain(asked)


def explainer_of(condition: n.Condition, vocabulary: Vocabulary) -> Explainer:
    """What is compiled for a condition, made once."""
    kept = _KEPT.setdefault(vocabulary, {})
    found = kept.get(condition)
    if found is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[condition] = Explainer(condition, vocabulary)
    return found


def parts_of(condition: n.Condition) -> tuple[n.Condition, ...]:
    """The conditions that a condition is joined from."""
    if isinstance(condition, n.And | n.Or):
        return condition.items
    if isinstance(condition, n.Not):
        return (condition.item,)
    return (condition.condition,) if isinstance(condition, n.Held) else ()


class Explainer:
    """One condition ready to be explained for any record."""

    def __init__(self, condition: n.Condition, vocabulary: Vocabulary) -> None:
        condition = with_formulas(condition, vocabulary)
        self.condition = condition
        self.logic = Logic(condition, vocabulary)
        self.words = _words(condition, vocabulary)
        self.parts = tuple(Explainer(part, vocabulary) for part in parts_of(condition))
        self._values = () if self.parts else tuple(_Looked(each, vocabulary) for each in _looked_at(condition))
        self._related = () if self.parts else tuple(_Rows(each, vocabulary) for each in _related(condition))

    def explain(self, asked: Asked) -> Explanation:
        """The explanation for one record at one moment."""
        whole = replace(asked, store=_Once(asked.store))
        verdict = self.judge(whole)
        since = {held: verdict.since[place] for place, held in enumerate(self.logic.helds) if place in verdict.since}
        return self._explain(whole, since)

    def judge(self, asked: Asked) -> Verdict:
        """The verdict alone."""
        snapshots = {asked.record: asked.snapshot}
        found = self.logic.judge(snapshots, asked.store, asked.moment, asked.memories, asked.changes)
        return found.get(asked.record, NO)

    def _explain(self, asked: Asked, since: Mapping[n.Held, int]) -> Explanation:
        """`since` speaks of the whole condition's `C for D`; a part counts only its own."""
        mine = {place: since[held] for place, held in enumerate(self.logic.helds) if held in since}
        verdict = self.judge(replace(asked, memories={asked.record: Memory("", asked.record, since=mine)}))
        return Explanation(
            self.condition,
            verdict.holds,
            self.words,
            tuple(looked.found(asked) for looked in self._values),
            tuple(row for rows in self._related for row in rows.found(asked)),
            tuple(part._explain(asked, since) for part in self.parts),
            verdict.deadline,
            since.get(self.condition) if isinstance(self.condition, n.Held) else None,
        )


def _words(node: n.Node, vocabulary: Vocabulary) -> Said:
    return {language: sentence(node, vocabulary, language) for language in LANGUAGES}


# ---- values ------------------------------------------------------------------------------------------------------


def _looked_at(condition: n.Condition) -> tuple[n.Expression, ...]:
    """What a part without parts compares: operands that are not written out, then the fields inside computed ones."""
    if isinstance(condition, n.Quantified):
        return (n.Aggregate("count", condition.collection, None, NUMBER),)
    if isinstance(condition, n.LastAll):
        return ()
    operands = [each for each in children(condition) if isinstance(each, n.Expression) and _varies(each)]
    inside = [part for each in operands if not isinstance(each, n.Path) for part in _fields_inside(each)]
    if isinstance(condition, n.Changes | n.Trend | n.ChangesBy):
        inside.insert(0, n.Previous(condition.path))
    return tuple(dict.fromkeys([*operands, *inside]))


def _varies(operand: n.Expression) -> bool:
    return any(isinstance(part, n.Path) or is_external(part) for part in walk(operand))


def _fields_inside(node: n.Node) -> Iterator[n.Expression]:
    """Paths and aggregates inside a computed value, not those inside lists of related records."""
    for child in children(node) if not is_external(node) else ():
        if isinstance(child, n.Path | n.Aggregate):
            yield child
        else:
            yield from _fields_inside(child)


class _Looked:
    """An operand ready to be worked out, with where it stands."""

    def __init__(self, expression: n.Expression, vocabulary: Vocabulary) -> None:
        self._words = _words(expression, vocabulary)
        self._type = type_of(expression)
        self._value = Worked(expression, vocabulary)
        path = expression.path if isinstance(expression, n.Previous) else expression
        self._path = path if isinstance(path, n.Path) and path.fields else None
        self._holder: Worked | None = None
        if self._path is not None and len(self._path.fields) > 1:
            before = self._path.fields[:-1]
            self._holder = Worked(
                n.Path(self._path.root, before, vocabulary.field(before[-1])[1].value_type), vocabulary
            )

    def found(self, asked: Asked) -> Found:
        """The value for a record."""
        acting = _acting(asked)
        value = self._value.of(acting)
        return Found(
            self._words, value, shown_in_all(value, self._type, asked), self._type.kind, self._origin(asked, acting)
        )

    def _origin(self, asked: Asked, acting: Acting) -> Origin | None:
        if self._path is None:
            return None
        holder = asked.moment.me if self._path.root == "me" else asked.record
        if self._holder is not None:
            holder = self._holder.of(acting)
        field = self._path.fields[-1]
        return None if holder is None else Origin(asked.vocabulary.field(field)[0].id, holder, field)


def _acting(asked: Asked) -> Acting:
    change = (asked.changes or {}).get(asked.record)
    before = change.before if change is not None else None
    return Acting(asked.entity, asked.record, asked.snapshot, asked.store, asked.moment, before)


# ---- related records ---------------------------------------------------------------------------------------------


def _related(condition: n.Condition) -> Iterator[Counting]:
    """The lists of related records that a part counted or looked at."""
    if isinstance(condition, n.Quantified | n.LastAll):
        yield condition
        return
    for looked in _looked_at(condition):
        if isinstance(looked, n.Aggregate):
            yield looked


class _Rows:
    """The newest records of a collection, with what is read of each."""

    def __init__(self, counting: Counting, vocabulary: Vocabulary) -> None:
        collection = counting.collection
        self._collection = collection
        self._entity = vocabulary.entity(collection.entity)
        self._most = min(counting.number, MOST_ROWS) if isinstance(counting, n.LastAll) else MOST_ROWS
        self._past = isinstance(counting, n.LastAll) or (
            isinstance(counting, n.Aggregate) and counting.function in ("latest", "earliest")
        )
        self._satisfying: n.Collection | None = None
        if isinstance(counting, n.LastAll) and not held_of(counting.condition):
            both = [each for each in (collection.where, counting.condition) if each is not None]
            self._satisfying = replace(collection, where=both[0] if len(both) == 1 else n.And(tuple(both)))
        self._fields = _fields_read(counting, vocabulary)

    def found(self, asked: Asked) -> Iterator[FoundRow]:
        """The rows, newest first."""
        ids = self._members(self._collection, asked)
        snapshots = asked.store.snapshots(self._collection.entity, ids)
        newest = self._newest([record for record in ids if record in snapshots], snapshots, asked)
        good = set(self._members(self._satisfying, asked)) if self._satisfying is not None and newest else None
        for record in newest:
            snapshot = snapshots[record]
            yield FoundRow(
                self._collection.entity,
                record,
                title_of(self._entity, record, snapshot),
                tuple(_field_found(each, record, self._collection.entity, snapshot, asked) for each in self._fields),
                None if good is None else record in good,
            )

    @staticmethod
    def _members(collection: n.Collection, asked: Asked) -> Sequence[RecordId]:
        return asked.store.members(collection, asked.record, asked.snapshot, asked.moment.now, asked.moment.me)

    def _newest(self, ids: Sequence[RecordId], snapshots: Mapping[RecordId, Snapshot], asked: Asked) -> list[RecordId]:
        time = self._entity.time_field
        now = asked.moment.today if time.value_type.kind is Kind.DATE else asked.moment.now
        listed: list[tuple[int, int, RecordId]] = []
        for order, record in enumerate(ids):
            at = snapshots[record][time.key]
            if not self._past or (isinstance(at, int) and at <= now):
                listed.append((at if isinstance(at, int) else -(2**62), order, record))
        return [record for _, _, record in sorted(listed, key=lambda row: row[:2], reverse=True)[: self._most]]


def _fields_read(counting: Counting, vocabulary: Vocabulary) -> list[FieldWords]:
    """The time, then the own fields of the row that are read."""
    entity = vocabulary.entity(counting.collection.entity)
    ids = dict.fromkeys([entity.time_field.id])
    inside: list[n.Node | None] = [counting.collection.where]
    inside += [counting.condition] if isinstance(counting, n.LastAll) else []
    inside += [counting.value] if isinstance(counting, n.Aggregate) else []
    for node in (node for part in inside if part is not None for node in walk(part)):
        if isinstance(node, n.Path) and node.root == "row" and len(node.fields) == 1:
            ids.setdefault(node.fields[0])
    found = [vocabulary.field(each) for each in ids]
    return [words for owner, words in found if owner.id == entity.id]


def _field_found(words: FieldWords, record: RecordId, entity: str, snapshot: Snapshot, asked: Asked) -> Found:
    value, type_ = snapshot[words.key], words.value_type
    return Found(
        label_of(words), value, shown_in_all(value, type_, asked), type_.kind, Origin(entity, record, words.id)
    )


# ---- facts that several parts ask for ------------------------------------------------------------------------------


class _Once:
    """A store that is asked for each fact once; what it gives stands while one explanation is made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._facts: dict[tuple[External, RecordId, int], Fact] = {}
        self._members: dict[tuple[n.Collection, RecordId, int], Sequence[RecordId]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        """Live records of an entity by id."""
        return self._store.snapshots(entity, records)

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,  # noqa: ARG002 - facts are shared
        speaker: Speaker | None = None,
    ) -> Mapping[RecordId, Fact]:
        """The external's fact for each of these records."""
        if speaker is not None:
            return self._store.gather(external, holders, now, me, speaker=speaker)
        missing = {record: state for record, state in holders.items() if (external, record, now) not in self._facts}
        if missing:
            for record, fact in self._store.gather(external, missing, now, me).items():
                self._facts[external, record, now] = fact
        return {record: self._facts[external, record, now] for record in holders}

    def members(
        self, collection: n.Collection, holder: RecordId, snapshot: Snapshot, now: int, me: RecordId | None = None
    ) -> Sequence[RecordId]:
        """Live records of a collection of one record."""
        key = (collection, holder, now)
        if key not in self._members:
            self._members[key] = self._store.members(collection, holder, snapshot, now, me)
        return self._members[key]
