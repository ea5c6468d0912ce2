"""One sync: each page of each mapped resource in one transaction: rows, then links, then the cursor, then the numbers.

Killed anywhere, it goes on at the last cursor; what it reads again changes nothing (see `applying`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from ruleloom.access import WORKSPACE
from ruleloom.connectors import Connector, ConnectorError, CursorState, Page
from ruleloom.messages import RuleloomError
from ruleloom.runtime.people.secrets_of import error_id
from ruleloom.runtime.syncing.applying import Applying, Reader
from ruleloom.runtime.syncing.context import SyncStopped
from ruleloom.runtime.syncing.mapping import ResourceMapping
from ruleloom.runtime.syncing.tally import Problem, Tally
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.logs import exchange
from ruleloom.storage.logs.exchange import SyncRunRow

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

PAGE = 500
"""Remote rows in one transaction, about."""
_log = structlog.get_logger("ruleloom.syncing")


class Sync:
    """One run of one connection; the caller holds its lease."""

    def __init__(
        self, workspace: Workspace, connection_id: int, connector: Connector, mappings: Sequence[ResourceMapping],
        *, page: int = PAGE, after_page: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._workspace, self._connection, self._connector = workspace, connection_id, connector
        self._mappings, self._page, self._after_page = mappings, page, after_page
        self._tallies = {mapping.resource.name: Tally() for mapping in mappings}
        now = machine_now()
        self.run_row = SyncRunRow(workspace.ids.next(), connection_id, "running", now, None, {}, ())

    def run(self) -> SyncRunRow:
        """After `begin`: reads every mapped resource to its end; one that fails does not stop the next."""
        errors: list[Problem] = []
        with closing(self._connector):
            for mapping in self._mappings:
                try:
                    self._resource(mapping)
                except SyncStopped:
                    return self._end("stopped", errors)
                except RuleloomError as error:
                    errors += [_of(mapping, d.code, d.params) for d in error.diagnostics]
                    if isinstance(error, ConnectorError) and error.next_step in ("stop", "refresh-auth"):
                        return self._end("failed", errors)
                except Exception:
                    number = error_id()
                    _log.exception("sync-stuck", connection=self._connection, error_id=number)
                    self._end("failed", [*errors, _of(mapping, "sync-stuck", {"error_id": number})])
                    raise
        left_out = any(tally.rejected for tally in self._tallies.values())
        return self._end("failed" if errors else "partial" if left_out else "done", errors)

    def begin(self) -> None:
        """A run that is still open belongs to a process that died: its lease was free."""
        with self._workspace.database.write() as connection:
            for open_run in exchange.open_runs(connection, self._connection):
                problems = [*open_run.problems, Problem("", "", None, "sync-broken-off", {}).to_json()]
                exchange.keep_run(
                    connection, replace(open_run, status="interrupted", ended_at=machine_now(), problems=problems)
                )
            exchange.keep_run(connection, self.run_row)

    def resume(self, row: SyncRunRow) -> None:
        """Instead of `begin`: goes on with a run whose process ended, with the numbers that it had."""
        self.run_row = row
        for name, numbers in row.counts.items():
            if name in self._tallies:
                problems = [Problem(**each) for each in row.problems if each["resource"] == name]
                self._tallies[name] = Tally(**numbers, problems=problems)

    def _resource(self, mapping: ResourceMapping) -> None:
        name = mapping.resource.name
        reader = Reader(mapping, self._workspace.model)
        with self._workspace.database.read() as connection:
            since: CursorState | None = exchange.cursor_of(connection, self._connection, name)
        for page in self._connector.read(mapping.resource, since, mapping.remote_fields, self._page):
            self._commit(reader, page)
            self._after_page()

    def _commit(self, reader: Reader, page: Page) -> None:
        name = reader.mapping.resource.name
        made: list[Tally] = []

        def command(uow: UnitOfWork) -> None:
            for finder in reader.finders:
                finder.undone()  # a repeated command starts afresh
            applying = Applying(uow, self._connection, reader, self._tallies[name].copy())
            applying.take(page.rows)
            applying.tally.pages += 1
            made[:] = [applying.tally]
            if page.state is not None:
                exchange.keep_cursor(uow.connection, self._connection, name, page.state, uow.now)
            if not exchange.keep_progress(uow.connection, self._now({**self._tallies, name: applying.tally})):
                raise SyncStopped.of("sync-stopped")

        self._workspace.transact(command, WORKSPACE, origin="sync")
        for finder in reader.finders:
            finder.stands()
        self._tallies[name] = made[0]

    def _now(self, tallies: Mapping[str, Tally], errors: Sequence[Problem] = ()) -> SyncRunRow:
        counts: dict[str, Any] = {name: tally.numbers() for name, tally in tallies.items()}
        problems = [problem.to_json() for tally in tallies.values() for problem in tally.problems]
        return replace(self.run_row, counts=counts, problems=[*(p.to_json() for p in errors), *problems])

    def _end(self, status: str, errors: Sequence[Problem]) -> SyncRunRow:
        self.run_row = replace(self._now(self._tallies, errors), status=status, ended_at=machine_now())
        with self._workspace.database.write() as connection:
            exchange.keep_run(connection, self.run_row)
            exchange.set_status(connection, self._connection, "ok" if status in ("done", "partial") else status)
        return self.run_row

    def abandon(self) -> None:
        """Instead of `begin`: somebody else is syncing this connection."""
        self._connector.close()


def end_unbegun(workspace: Workspace, row: SyncRunRow, error: RuleloomError) -> None:
    """A run that cannot go on: its connection or mapping is gone."""
    problems = [*row.problems, *(Problem("", "", None, d.code, dict(d.params)).to_json() for d in error.diagnostics)]
    with workspace.database.write() as connection:
        exchange.keep_run(connection, replace(row, status="failed", ended_at=machine_now(), problems=problems))


def _of(mapping: ResourceMapping, code: str, params: Mapping[str, Any]) -> Problem:
    return Problem(mapping.resource.name, "", None, code, dict(params))
