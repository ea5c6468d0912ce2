"""One page of remote rows inside one transaction: which are new, which changed, what they become, what is refused.

A row is known by its link (external id → record). A row whose content is as last applied is not written again, so that
reading it twice (look-back, replay after a kill) changes nothing and fires nothing. A page that carries a row twice is
applied in its order, one write after the other: the last one that can be written is what stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from ruleloom.connectors import Row as RemoteRow
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord, DeleteRecord, Single, UpdateRecords
from ruleloom.forms.entity import Entity, Model
from ruleloom.messages import Diagnostic
from ruleloom.runtime.commands import batch
from ruleloom.runtime.imports.cells import CellError
from ruleloom.runtime.imports.coming import Coming
from ruleloom.runtime.imports.drafts import Draft, Drafting
from ruleloom.runtime.imports.references import MISSING_REFERENCE, Create, Finder
from ruleloom.runtime.imports.sources import Row as CellRow
from ruleloom.runtime.syncing.mapping import Mapped, ResourceMapping
from ruleloom.runtime.syncing.tally import Problem, Tally
from ruleloom.runtime.writing.rows import Row, Written, records_of
from ruleloom.storage.logs import exchange
from ruleloom.storage.logs.exchange import Link
from ruleloom.storage.logs.import_log import ProblemRow
from ruleloom.storage.records.natural_keys import find_all

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


@dataclass(slots=True)
class _Incoming:
    """A remote row on its way: its lines stand beside their external ids."""

    external_id: str
    hash: str
    draft: Draft
    lines: list[tuple[str, Draft]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with it so far."""
        return self.draft.good and all(line.good for _, line in self.lines)


@dataclass(frozen=True, slots=True)
class _Change:
    """What a remote row does here: the record and its lines, what is linked and what is no more."""

    of: _Incoming
    record: int
    word: str
    """`created` or `updated`; the second may turn out to be `unchanged`."""
    row: Row
    links: Sequence[Link]
    """Of new lines."""
    gone: Sequence[str]
    """External ids of lines that the remote row has no more."""


class Reader:
    """A mapping made ready for rows; kept for a whole sync, because its finders remember."""

    def __init__(self, mapping: ResourceMapping, model: Model) -> None:
        self.mapping = mapping
        self.parents = _drafting(mapping.mapped, model)
        self.lines = _drafting(mapping.lines.mapped, model) if mapping.lines else None

    @property
    def finders(self) -> list[Finder]:
        """All its finders."""
        return [*self.parents[0].finders.values(), *(self.lines[0].finders.values() if self.lines else ())]

    def read(self, remote: RemoteRow, position: int) -> _Incoming:
        """The drafts of a remote row; what cannot be read is noted in them."""
        external_id = str(remote.get(self.mapping.resource.key) or "")
        drafting, header = self.parents
        row = _row(remote, header, position)
        cells = [list(row.cells)]
        lines: list[tuple[str, CellRow]] = []
        if self.mapping.lines and self.lines:
            for line in remote.get(self.mapping.lines.list) or ():
                line_row = _row(line, self.lines[1], position)
                lines.append((f"{external_id}/{line.get(self.mapping.lines.key)}", line_row))
                cells.append([lines[-1][0], *line_row.cells])
        # Read in another way, the same cells are news: an alias or a zone was changed.
        ways = [slot.column for each in (self.parents, self.lines) if each for slot in each[0].slots]
        digest = hashlib.sha256(repr([ways, cells]).encode()).hexdigest()
        made = _Incoming(external_id, digest, drafting.draft([row]))
        made.lines = [(key, self.lines[0].draft([line_row])) for key, line_row in lines] if self.lines else []
        return made


def _drafting(mapped: Mapped, model: Model) -> tuple[Drafting, list[str]]:
    header = list(dict.fromkeys(mapped.remote_fields))
    return Drafting(model, model.by_key[mapped.entity], mapped.columns, header), header


def _row(remote: Mapping[str, Any], header: Sequence[str], position: int) -> CellRow:
    return CellRow(position, [_text(remote.get(name)) for name in header])


def _text(value: Any) -> str:
    """A JSON value as the text that the field types read."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class Applying:
    """One page; made anew for every try of its transaction."""

    def __init__(self, uow: UnitOfWork, connection_id: int, reader: Reader, tally: Tally) -> None:
        self._uow, self._connection, self._reader, self.tally = uow, connection_id, reader, tally
        self._mapping, self._resource = reader.mapping, reader.mapping.resource.name
        self._entity: Entity = reader.parents[0].entity
        self._links: list[Link] = []
        self._line_links: list[Link] = []
        self._coming = Coming(uow.workspace.ids)

    def take(self, rows: Sequence[RemoteRow]) -> None:
        """Applies what can be applied and keeps the links; `tally` says the rest."""
        self.tally.read += len(rows)
        incoming = [made for place, row in enumerate(rows) if (made := self._incoming(row, place)) is not None]
        known = exchange.links_of(
            self._uow.connection, self._connection, self._resource, [each.external_id for each in incoming]
        )
        changed = [
            each for each, again in _again(incoming) if again or self._is_news(each, known.get(each.external_id))
        ]
        self._look_up([each for each in changed if not each.good], None)
        self._look_up([each for each in changed if each.good], self._coming.take)
        adopted = self._adoptable([each for each in changed if each.external_id not in known])
        here = {each.external_id: known[each.external_id].record for each in changed if each.external_id in known}
        changed = self._without_gone(changed, here)
        here |= adopted
        good = [each for each in changed if self._is_good(each, here.get(each.external_id))]
        for wave in _apart(good, here):
            self._write(wave, here)
        self._coming.finish()
        self._keep_links()  # of rows that are left alone too

    def _incoming(self, row: RemoteRow, place: int) -> _Incoming | None:
        key = self._mapping.resource.key
        if row.get(key) in (None, "", 0):
            self.tally.refuse(Problem(self._resource, "", None, "sync-row-without-key", {"key": key}))
            return None
        return self._reader.read(row, place)

    def _is_news(self, each: _Incoming, link: Link | None) -> bool:
        if link is None or link.hash != each.hash or not each.good:
            return True
        self.tally.unchanged += 1
        return False

    def _look_up(self, changed: Sequence[_Incoming], create: Create | None) -> None:
        lines = [draft for each in changed for _, draft in each.lines]
        parents = [each.draft for each in changed]
        for drafting, drafts in (
            (self._reader.parents[0], parents),
            (self._reader.lines and self._reader.lines[0], lines),
        ):
            for key, finder in (drafting.finders if drafting else {}).items():
                wanted: dict[Value, Mapping[str, Value]] = {}
                for draft in drafts:
                    if key in draft.references:
                        wanted.setdefault(draft.references[key], draft.copies[key])
                finder.look_up(self._uow, wanted, create)

    def _adoptable(self, new: Sequence[_Incoming]) -> dict[str, int]:
        """Records that are here already under the natural key of the mapping, by external id."""
        key = self._mapping.mapped.key
        if key is None or not new:
            return {}
        wanted = {(each.draft.values.get(key),) for each in new}
        found = find_all(self._uow.connection, self._uow.published.catalogue, self._entity.id, [key], wanted)
        matches = ((each.external_id, found.get((each.draft.values.get(key),), ())) for each in new)
        return {external_id: records[0] for external_id, records in matches if len(records) == 1}

    # ---- rows that are good so far, at once

    def _without_gone(self, changed: Sequence[_Incoming], here: Mapping[str, int]) -> list[_Incoming]:
        """Without rows whose record was deleted here; their links stay."""
        live = self._uow.records.live(self._entity.id, set(here.values()))
        left: list[_Incoming] = []
        for each in changed:
            record = here.get(each.external_id)
            if record is None or record in live:
                left.append(each)
                continue
            self.tally.gone += 1
            self._links.append(Link(each.external_id, self._entity.key, record, each.hash))
        return left

    def _write(self, wave: Sequence[_Incoming], here: dict[str, int]) -> None:
        """One simultaneous write of all that can be, with the records that they name."""
        changes = [self._change(each, here.get(each.external_id)) for each in wave]
        while True:
            chunk = self._coming.with_rows([change.row for change in changes])
            written = batch.write_together_in(self._uow, chunk, rules=self._mapping.rules)
            if written.whole:
                break
            for place, errors in written.refused.items():
                self._refuse(changes[place].of, [d for error in errors.values() for d in error.diagnostics])
            changes = [change for place, change in enumerate(changes) if place not in written.refused]
            if self._coming.refuse(written.unmade):
                changes = [c for c in changes if self._is_good(c.of, None if c.word == "created" else c.record)]
        self._coming.stand()
        for change in changes:
            here[change.of.external_id] = change.record
            self._done(change, written)
        self._keep_links()

    def _done(self, change: _Change, written: Written) -> None:
        word = change.word
        if word == "updated" and written.changed.isdisjoint(records_of(change.row[0])):
            word = "unchanged"
        setattr(self.tally, word, getattr(self.tally, word) + 1)
        self._links.append(Link(change.of.external_id, self._entity.key, change.record, change.of.hash))
        self._line_links += change.links
        if change.gone:
            resource = f"{self._resource}.{self._mapping.lines.list}"  # type: ignore[union-attr]  # it has lines
            exchange.drop_links(self._uow.connection, self._connection, resource, list(change.gone))

    def _change(self, each: _Incoming, record: int | None) -> _Change:
        if record is None:
            new = self._coming.row(self._entity, each.draft.values)
            part: Single = new
            made, word = cast("int", new.record), "created"
        else:
            made, word = record, "updated"
            part = UpdateRecords(self._entity.id, {record: each.draft.values})
        lines, links, gone = self._lines(each, made, new=record is None)
        return _Change(each, made, word, (part, *lines), links, gone)

    def _lines(self, each: _Incoming, parent: int, *, new: bool) -> tuple[list[Single], list[Link], list[str]]:
        """What becomes of the lines of a row, the links of new ones, and those that it has no more."""
        if self._mapping.lines is None or self._reader.lines is None:
            return [], [], []
        entity, resource = self._reader.lines[0].entity, f"{self._resource}.{self._mapping.lines.list}"
        known = {} if new else exchange.links_below(self._uow.connection, self._connection, resource, each.external_id)
        parts: list[Single] = []
        links: list[Link] = []
        for key, draft in each.lines:
            values = {**draft.values, self._mapping.lines.parent: parent}
            if key in known:
                parts.append(UpdateRecords(entity.id, {known[key].record: values}))
            else:
                links.append(Link(key, entity.key, self._uow.workspace.ids.next(), None))
                parts.append(CreateRecord(entity.id, values, links[-1].record))
        there = dict(each.lines)
        gone = {key: link.record for key, link in known.items() if key not in there}
        live = self._uow.records.live(entity.id, set(gone.values()))
        return [*parts, *(DeleteRecord(entity.id, record) for record in sorted(live))], links, list(gone)

    # ---- what is wrong

    def _is_good(self, each: _Incoming, record: int | None) -> bool:
        """Whether a row can be written so far; if not it is refused with everything that is wrong with it."""
        parents, lines = self._reader.parents[0], self._reader.lines
        self._resolve(each.draft, parents)
        for _, line in each.lines if lines else ():
            self._resolve(line, lines[0])  # type: ignore[index]  # looked at above
        if each.good:
            return True
        draft = each.draft
        found = [*draft.problems, *(problem for _, line in each.lines for problem in line.problems)]
        for p in found:
            self.tally.refuse(Problem(self._resource, each.external_id, p.column, p.code, p.params))
        fresh = {key for key, wanted in draft.references.items() if wanted in parents.finders[key].fresh}
        unread = draft.unread | fresh
        values = {key: value for key, value in draft.values.items() if key not in unread}
        more = batch.refusals_in(self._uow, parents.entity, record, values, unread, rules=self._mapping.rules)
        self._refuse(each, more)
        return False

    def _resolve(self, draft: Draft, drafting: Drafting) -> None:
        for key, wanted in list(draft.references.items()):
            finder = drafting.finders[key]
            try:
                draft.values[key] = finder.record(wanted)
            except CellError as error:
                if finder.would_create(wanted) and error.code == MISSING_REFERENCE:
                    draft.unread.add(key)
                else:
                    draft.refuse(key, ProblemRow(0, None, error.code, error.params, ()))

    def _refuse(self, each: _Incoming, diagnostics: Sequence[Diagnostic]) -> None:
        for d in diagnostics:
            self.tally.refuse(Problem(self._resource, each.external_id, d.target, d.code, dict(d.params)))

    def _keep_links(self) -> None:
        at, connection = self._uow.now, self._uow.connection
        exchange.keep_links(connection, self._connection, self._resource, self._links, at)
        if self._mapping.lines and self._line_links:
            resource = f"{self._resource}.{self._mapping.lines.list}"
            exchange.keep_links(connection, self._connection, resource, self._line_links, at)
        self._links.clear()
        self._line_links.clear()


def _again(rows: Sequence[_Incoming]) -> Iterator[tuple[_Incoming, bool]]:
    """Each row, and whether the page had one of the same id before: what it is to change is known only after that."""
    seen: set[str] = set()
    for each in rows:
        yield each, each.external_id in seen
        seen.add(each.external_id)


def _apart(rows: Sequence[_Incoming], here: Mapping[str, int]) -> Iterator[list[_Incoming]]:
    """Rows in their order, in as many writes as are needed for none to write a record twice."""
    wave: list[_Incoming] = []
    names: set[str] = set()
    records: set[int | None] = set()
    for each in rows:
        record = here.get(each.external_id)
        if each.external_id in names or (record is not None and record in records):
            yield wave
            wave, names, records = [], set(), set()
        wave.append(each)
        names.add(each.external_id)
        records.add(record)
    if wave:
        yield wave
