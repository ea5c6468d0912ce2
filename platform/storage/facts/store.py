"""`engine.store.Store` over a database: snapshots, facts in batch, and the engine's memory. One per transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ruleloom.storage.facts import hops as reached
from ruleloom.storage.facts import loading
from ruleloom.storage.facts.first_look import FirstLook
from ruleloom.storage.facts.memory import EngineMemory
from ruleloom.storage.facts.of_new import known_fact
from ruleloom.storage.records.records import Records

if TYPE_CHECKING:
    from ruleloom.dsl.nodes import Collection as RelatedRecords
    from ruleloom.dsl.nodes import Condition, Hop
    from ruleloom.dsl.types import RecordId
    from ruleloom.engine.store import External, Fact, Goal, RecordChange, Snapshot, Speaker
    from ruleloom.storage.schema.catalogue import Catalogue


class SqlStore(EngineMemory):
    """Reads of one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue, records: Records | None = None) -> None:
        """`records`: those through which the same transaction writes."""
        super().__init__(connection)
        self.catalogue = catalogue
        self._records = records or Records(connection, catalogue)

    def snapshots(self, entity: str, records: Collection[RecordId]) -> Mapping[RecordId, Snapshot]:
        """Live records of an entity by id."""
        return self._records.read(entity, records)

    def all_records(self, entity: str) -> Collection[RecordId]:
        """Every live record of an entity, in order of creation."""
        table = self.catalogue.table(entity)
        asked = select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
        return list(self.connection.execute(asked).scalars())

    def may_match(self, entity: str, condition: Condition | None, at: int) -> Collection[RecordId]:
        """Live records in order of creation of which everything is so that SQL can say of them."""
        return list(FirstLook(self.connection, self.catalogue, entity, at).possible(condition))

    def holders(
        self, hops: Sequence[Hop], changes: Sequence[RecordChange], write: Sequence[RecordChange]
    ) -> set[RecordId]:
        """Records at the start of the hops from which they lead to a changed record, before or after the write."""
        return reached.holders(self.connection, self.catalogue, hops, changes, write)

    def gather(
        self,
        external: External,
        holders: Mapping[RecordId, Snapshot],
        now: int,
        me: RecordId | None = None,
        goal: Goal | None = None,  # noqa: ARG002 - the answer may be too early
        speaker: Speaker | None = None,
    ) -> Mapping[RecordId, Fact]:
        """The external's fact for each of these records, in one query; in none for a record made just now."""
        if self._records.only_new(holders):
            fact = known_fact(external)
            if fact is not None:
                return dict.fromkeys(holders, fact)
        return loading.gather(self.connection, self.catalogue, external, holders, now, me, speaker)

    def members(
        self, collection: RelatedRecords, holder: RecordId, snapshot: Snapshot, now: int, me: RecordId | None = None
    ) -> Sequence[RecordId]:
        """Live records of a collection of one record, in order of creation."""
        return loading.members(self.connection, self.catalogue, collection, holder, snapshot, now, me)
