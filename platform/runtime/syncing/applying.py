"""One page of remote rows inside one transaction: which are new, which changed, what they become, what is refused.

A row is known by its link (external id → record). A row whose content is as last applied is not written again, so that
reading it twice (look-back, replay after a kill) changes nothing and fires nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruleloom.connectors import Row as RemoteRow
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import DeleteRecord
from ruleloom.forms.entity import Entity, Model
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.commands import batch
from ruleloom.runtime.imports.cells import CellError
from ruleloom.runtime.imports.drafts import Draft, Drafting
from ruleloom.runtime.imports.references import MISSING_REFERENCE, Create, Finder
from ruleloom.runtime.imports.sources import Row
from ruleloom.runtime.syncing.mapping import Mapped, ResourceMapping
from ruleloom.runtime.syncing.tally import Problem, Tally
from ruleloom.storage.logs import exchange
from ruleloom.storage.logs.exchange import Link
from ruleloom.storage.logs.import_log import ProblemRow
from ruleloom.storage.records.natural_keys import find_all

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


class _Refused(Exception):
    """A remote row that cannot be applied; undoes what was written of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


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
        lines: list[tuple[str, Row]] = []
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


def _row(remote: Mapping[str, Any], header: Sequence[str], position: int) -> Row:
    return Row(position, [_text(remote.get(name)) for name in header])


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

    def take(self, rows: Sequence[RemoteRow]) -> None:
        """Applies what can be applied and keeps the links; `tally` says the rest."""
        self.tally.read += len(rows)
        incoming = [made for place, row in enumerate(rows) if (made := self._incoming(row, place)) is not None]
        known = exchange.links_of(
            self._uow.connection, self._connection, self._resource, [each.external_id for each in incoming]
        )
        changed = [each for each in incoming if self._is_news(each, known.get(each.external_id))]
        self._look_up([each for each in changed if not each.good], None)
        self._look_up([each for each in changed if each.good], self._create)
        adopted = self._adoptable([each for each in changed if each.external_id not in known])
        for each in changed:
            link = known.get(each.external_id)
            self._apply(each, link.record if link else adopted.get(each.external_id), linked=link is not None)
        self._keep_links()

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

    def _create(self, uow: UnitOfWork, entity: Entity, rows: Sequence[Mapping[str, Value]]) -> Sequence[object]:
        return batch.create_many_in(uow, entity, rows, rules=self._mapping.rules)

    def _adoptable(self, new: Sequence[_Incoming]) -> dict[str, int]:
        """Records that are here already under the natural key of the mapping, by external id."""
        key = self._mapping.mapped.key
        if key is None or not new:
            return {}
        wanted = {(each.draft.values.get(key),) for each in new}
        found = find_all(self._uow.connection, self._uow.published.catalogue, self._entity.id, [key], wanted)
        matches = ((each.external_id, found.get((each.draft.values.get(key),), ())) for each in new)
        return {external_id: records[0] for external_id, records in matches if len(records) == 1}

    # ---- one row

    def _apply(self, each: _Incoming, record: int | None, *, linked: bool) -> None:
        if linked and record is not None and not self._uow.records.live(self._entity.id, [record]):
            self.tally.gone += 1
            self._links.append(Link(each.external_id, self._entity.key, record, each.hash))
            return
        links = len(self._line_links)
        try:
            with self._uow.desk.savepoint():
                made, word = self._written(each, record)
                self._write_lines(each, made, new=word == "created")
        except _Refused as refused:
            del self._line_links[links:]
            for problem in refused.problems:
                self.tally.refuse(problem)
            return
        setattr(self.tally, word, getattr(self.tally, word) + 1)
        self._links.append(Link(each.external_id, self._entity.key, made, each.hash))

    def _written(self, each: _Incoming, record: int | None) -> tuple[int, str]:
        self._require_good(each, record)
        values = each.draft.values
        if record is None:
            return self._fate(
                each, batch.create_many_in(self._uow, self._entity, [values], rules=self._mapping.rules)[0]
            ), "created"
        [(fate, changed)] = batch.update_many_in(self._uow, self._entity, [(record, values)], rules=self._mapping.rules)
        return self._fate(each, fate), "updated" if changed else "unchanged"

    def _require_good(self, each: _Incoming, record: int | None) -> None:
        """Refuses a row with everything that is wrong with it and its lines."""
        parents, lines = self._reader.parents[0], self._reader.lines
        self._resolve(each.draft, parents)
        for _, line in each.lines if lines else ():
            self._resolve(line, lines[0])  # type: ignore[index]  # looked at above
        if each.good:
            return
        found = [*each.draft.problems, *(problem for _, line in each.lines for problem in line.problems)]
        problems = [Problem(self._resource, each.external_id, p.column, p.code, p.params) for p in found]
        values = {key: value for key, value in each.draft.values.items() if key not in each.draft.unread}
        more = batch.refusals_in(
            self._uow, parents.entity, record, values, each.draft.unread, rules=self._mapping.rules
        )
        raise _Refused([*problems, *(self._problem(each, diagnostic) for diagnostic in more)])

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

    def _fate(self, each: _Incoming, fate: batch.Fate) -> int:
        if isinstance(fate, RuleloomError):
            raise _Refused([self._problem(each, diagnostic) for diagnostic in fate.diagnostics])
        return fate

    def _problem(self, each: _Incoming, diagnostic: Diagnostic) -> Problem:
        return Problem(self._resource, each.external_id, diagnostic.target, diagnostic.code, dict(diagnostic.params))

    # ---- its lines

    def _write_lines(self, each: _Incoming, parent: int, *, new: bool) -> None:
        if self._mapping.lines is None or self._reader.lines is None:
            return
        drafting, rules = self._reader.lines[0], self._mapping.rules
        resource = f"{self._resource}.{self._mapping.lines.list}"
        known = {} if new else exchange.links_below(self._uow.connection, self._connection, resource, each.external_id)
        create: list[tuple[str, dict[str, Value]]] = []
        for key, draft in each.lines:
            values = {**draft.values, self._mapping.lines.parent: parent}
            if key in known:
                [(fate, _)] = batch.update_many_in(
                    self._uow, drafting.entity, [(known[key].record, values)], rules=rules
                )
                self._fate(each, fate)
            else:
                create.append((key, values))
        fates = batch.create_many_in(self._uow, drafting.entity, [values for _, values in create], rules=rules)
        for (key, _), fate in zip(create, fates, strict=True):
            self._line_links.append(Link(key, drafting.entity.key, self._fate(each, fate), None))
        self._remove(drafting.entity, resource, {k: link for k, link in known.items() if k not in dict(each.lines)})

    def _remove(self, entity: Entity, resource: str, gone: Mapping[str, Link]) -> None:
        """Lines that the remote row has no more."""
        live = self._uow.records.live(entity.id, [link.record for link in gone.values()])
        for record in live:
            self._uow.change(DeleteRecord(entity.id, record))
        exchange.drop_links(self._uow.connection, self._connection, resource, list(gone))

    def _keep_links(self) -> None:
        at, connection = self._uow.now, self._uow.connection
        exchange.keep_links(connection, self._connection, self._resource, self._links, at)
        if self._mapping.lines and self._line_links:
            resource = f"{self._resource}.{self._mapping.lines.list}"
            exchange.keep_links(connection, self._connection, resource, self._line_links, at)
