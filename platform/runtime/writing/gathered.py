"""Facts of one batch: each is gathered again only when time or a write may have changed it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import External, Fact, Snapshot
from ruleloom.forms.entity import Model

Gather = Callable[[Mapping[RecordId, Snapshot]], Mapping[RecordId, Fact]]


class Gathered:
    """Facts by external and by who asks, each with the instant for which it was gathered."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._facts: dict[tuple[External, RecordId | None], dict[RecordId, tuple[int, Fact]]] = {}
        self._read_by: dict[External, set[str]] = {}

    def of(
        self, external: External, me: RecordId | None, holders: Mapping[RecordId, Snapshot], now: int, gather: Gather
    ) -> Mapping[RecordId, Fact]:
        """The facts of the holders at an instant; `gather` asks for those that are not known or not fresh."""
        known = self._facts.setdefault((external, me), {})
        missing = {record: state for record, state in holders.items() if not _is_fresh(known.get(record), now)}
        if missing:
            known.update((record, (now, fact)) for record, fact in gather(missing).items())
        return {record: known[record][1] for record in holders}

    def entities(self, external: External) -> set[str]:
        """The entities whose records an external reads, by permanent id."""
        found = self._read_by.get(external)
        if found is None:
            found = self._read_by[external] = set()
            for node in walk(external):
                if isinstance(node, n.Path):
                    found.update(self._model.field(each)[0].id for each in node.fields)
                elif isinstance(node, n.Collection):
                    found.add(node.entity)
                    found.update(self._model.field(hop.field)[0].id for hop in node.hops)
        return found

    def written(self, entities: set[str]) -> None:
        """Facts that read these entities are not known any more."""
        for (external, _), known in self._facts.items():
            if entities & self.entities(external):
                known.clear()

    def forget(self, records: Collection[RecordId] | None = None) -> None:
        """Facts of these records, or of all, are not known any more."""
        if records is None:
            self._facts.clear()
            return
        for known in self._facts.values():
            for record in records:
                known.pop(record, None)


def _is_fresh(known: tuple[int, Fact] | None, now: int) -> bool:
    return known is not None and (known[0] == now or known[1].until is None or known[0] < now < known[1].until)
