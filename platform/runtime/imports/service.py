"""Imports as people know them: upload, plan with preview, dry run, run, progress, report. For API and command line.

Statuses: `uploaded` → `planned` → `checking` → `checked` → `running` → `done` (or `partial` when rows were left out);
`failed` when the fault is ours, `stopped` when somebody stopped it. A run is durable (`durable/long_runs.py`): killed,
it goes on by itself. Uploaded files lie in the workspace's folder under their SHA-256 and go after `KEPT`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import structlog

from ruleloom import access
from ruleloom.access import WORKSPACE, Actor, Verb
from ruleloom.forms.entity import Entity
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.commands.accounts import actor_of
from ruleloom.runtime.imports.chunk import Looked
from ruleloom.runtime.imports.grouping import count_groups, grouped
from ruleloom.runtime.imports.plan import Plan, read_plan
from ruleloom.runtime.imports.report import Tally, problems_csv
from ruleloom.runtime.imports.running import Importing, Progress, Stopped, look
from ruleloom.runtime.imports.sources import FileUnreadable, Row, Source, open_source
from ruleloom.runtime.imports.suggest import suggest, suggest_lines
from ruleloom.runtime.missing import Conflict, Missing
from ruleloom.runtime.people.secrets_of import error_id
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import import_log
from ruleloom.storage.logs.import_log import ImportRow, ProblemRow
from ruleloom.storage.people import accounts
from ruleloom.storage.people.accounts import AccountRow

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

SAMPLE, GROUPS = 20, 8
"""Rows, or groups of rows, that a preview shows."""
_SUGGESTED_FROM = 500
KIND = "import"
KEPT, DRAFTS_KEPT = 30 * 24 * 3600 * 1_000_000, 24 * 3600 * 1_000_000
"""Microseconds after which an upload goes when nothing happened to its import, and one that never became an import."""
_log = structlog.get_logger("ruleloom.imports")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the first rows, or groups of rows, would become."""

    looked: Sequence[Looked]
    problems: Sequence[ProblemRow]


def begin(
    workspace: Workspace, actor: Actor, entity: str, name: str, content: IO[bytes], **how: str | None
) -> ImportRow:
    """Takes a file in; FileUnreadable when it is none that can be read. `how`: `encoding`, `sheet`."""
    found = workspace.entity(entity)
    access.require(actor, Verb.IMPORT, found.id)
    path, sha256 = _store(workspace, content)
    try:
        source = open_source(path, name=name, **{word: value for word, value in how.items() if value})
    except FileUnreadable:
        path.unlink(missing_ok=True)
        raise
    user = actor.user if isinstance(actor.user, int) else None
    now = machine_now()
    progress: dict[str, Any] = {
        "source": _source_json(source),
        **_suggested(workspace, found, source),
    }
    row = ImportRow(
        workspace.ids.next(), found.key, name[:200], sha256, "uploaded", None, progress, None, now, user, now
    )
    with workspace.database.write() as connection:
        import_log.add(connection, row)
    return row


def read(workspace: Workspace, actor: Actor, import_id: int) -> ImportRow:
    """An import of one's own; administrators see all. `Missing` (404) otherwise."""
    with workspace.database.read() as connection:
        row = import_log.read(connection, import_id)
    if row is None or not (row.created_by == actor.user or access.may(actor, Verb.ADMINISTER)):
        raise Missing.of("not-found")
    return row


def lease_of(import_id: int) -> str:
    """The lease that a process holds while it runs an import."""
    return f"{KIND}-{import_id}"


def recent(workspace: Workspace, actor: Actor, before: int | None, limit: int) -> list[ImportRow]:
    """One's own imports, newest first; administrators see all."""
    access.require(actor, Verb.IMPORT)
    by = None if access.may(actor, Verb.ADMINISTER) else actor.user
    with workspace.database.read() as connection:
        return import_log.recent(connection, before, limit, by if isinstance(by, int) else None)


def sample(workspace: Workspace, row: ImportRow) -> list[list[str]]:
    """The first rows as they stand in the file; none when the file is gone."""
    if not _path(workspace, row).exists():
        return []
    return [list(cells) for cells in islice(_sample(source_of(workspace, row)), SAMPLE)]


def set_plan(workspace: Workspace, actor: Actor, import_id: int, plan: Mapping[str, Any]) -> tuple[ImportRow, Preview]:
    """Keeps a plan and shows what the first rows would become; PlanInvalid names everything that is wrong."""
    row = read(workspace, actor, import_id)
    source = source_of(workspace, row)
    raw = {"entity": row.entity, **plan}
    checked = read_plan(raw, workspace.model, source.columns)
    with workspace.database.write() as connection:
        if not import_log.claim(connection, row.id, ("uploaded", "planned", "checked"), "planned", machine_now()):
            raise Conflict.of("import-already-running")
        import_log.change(connection, row.id, plan=raw, report=None)
    seen = look(workspace, actor, source, checked, _first_groups(source, checked))
    return replace(row, plan=raw, status="planned"), Preview(seen.looked, seen.problems)


def _first_groups(source: Source, plan: Plan) -> list[Sequence[Row]]:
    """The first rows, or the first groups that are whole as far as the sample goes."""
    if plan.lines is None:
        return [[row] for row in islice(source.rows(), SAMPLE)]
    rows = list(islice(source.rows(), _SUGGESTED_FROM))
    place = source.columns.index(plan.lines.by)
    groups = sorted(grouped(rows, place, count_groups(rows, place)), key=lambda group: group[0].number)
    whole = groups[:-1] if len(rows) == _SUGGESTED_FROM and len(groups) > 1 else groups
    return whole[:GROUPS]


def start(workspace: Workspace, actor: Actor, import_id: int, *, dry: bool) -> ImportRow:
    """Hands the dry run or the run to a worker; ask `read` how far it is."""
    row = claim(workspace, actor, import_id, dry=dry)
    workspace.hand_over(KIND, row.id, row.updated_at)
    return row


def claim(workspace: Workspace, actor: Actor, import_id: int, *, dry: bool) -> ImportRow:
    """Takes an import that has a plan for running; Conflict when it runs or is done already."""
    row = read(workspace, actor, import_id)
    if row.plan is None:
        raise Conflict.of("import-no-plan")
    allowed = ("planned", "checked") if dry else ("planned", "checked", "failed", "stopped", "interrupted")
    status, now = "checking" if dry else "running", machine_now()
    progress = row.progress if row.status not in ("planned", "checked") else _without_numbers(row.progress)
    progress = {**progress, "by": actor.user if isinstance(actor.user, int) else None}
    source_of(workspace, row)
    with workspace.database.write() as connection:
        if not import_log.claim(connection, row.id, allowed, status, now):
            raise Conflict.of("import-already-running")
        if row.status in ("planned", "checked"):
            import_log.clear_problems(connection, row.id)
        import_log.change(connection, row.id, progress=progress)
    return replace(row, status=status, progress=progress, updated_at=now)


def carry_on(workspace: Workspace, import_id: int) -> None:
    """Runs a claimed import to its end, from where it was left; nothing when another process has it in hand."""
    with lease(workspace.database, lease_of(import_id), workspace.folder) as free:
        with workspace.database.read() as connection:
            row = import_log.read(connection, import_id)
            by = row.progress.get("by") if row is not None else None
            account = accounts.by_user(connection, by) if by is not None else None
        if not free or row is None or row.status not in ("running", "checking", "stopping"):
            return
        actor = WORKSPACE if by is None else _present(by, account)
        if row.status == "stopping":
            with workspace.database.write() as connection:
                import_log.change(connection, row.id, status="stopped", updated_at=machine_now())
            return
        _carried_out(workspace, actor, row, dry=row.status == "checking")


def _present(user: int, account: AccountRow | None) -> Actor:
    """Who began a run, with the roles held now; none who is not there any more."""
    return actor_of(account) if account is not None and account.active else Actor(user, frozenset())


def carry_out(workspace: Workspace, actor: Actor, row: ImportRow, *, dry: bool) -> ImportRow:
    """Runs a claimed import to its end in this process and keeps how it ended (command line)."""
    with lease(workspace.database, lease_of(row.id), workspace.folder) as free:
        if not free:
            raise Conflict.of("import-already-running")
        return _carried_out(workspace, actor, row, dry=dry)


def _carried_out(workspace: Workspace, actor: Actor, row: ImportRow, *, dry: bool) -> ImportRow:
    try:
        ended = _run(workspace, actor, row, dry=dry)
    except Stopped:
        ended = "stopped"
    except RuleloomError as error:
        ended = "failed"
        _fail(workspace, row, [{"code": d.code, "params": _plain(d.params)} for d in error.diagnostics])
    except Exception:  # noqa: BLE001 - a run that nobody waits for has to say that it ended
        ended, number = "failed", error_id()
        _log.exception("import-stuck", import_id=row.id, error_id=number)
        _fail(workspace, row, [{"code": "import-stuck", "params": {"error_id": number}}])
    with workspace.database.write() as connection:
        import_log.change(connection, row.id, status=ended, updated_at=machine_now())
        kept = import_log.read(connection, row.id)
    return kept or row


def _run(workspace: Workspace, actor: Actor, row: ImportRow, *, dry: bool) -> str:
    source = source_of(workspace, row)
    plan = read_plan(row.plan or {}, workspace.model, source.columns)
    base = _without_numbers(row.progress)

    def keep(uow: UnitOfWork, progress: Progress, problems: Sequence[ProblemRow]) -> None:
        import_log.add_problems(uow.connection, row.id, [_storable(problem) for problem in problems])
        numbers = {"done": progress.done, "total": progress.total, "numbers": progress.tally.to_json()}
        import_log.change(uow.connection, row.id, progress={**base, **numbers}, updated_at=machine_now())
        current = import_log.read(uow.connection, row.id)
        if current is not None and current.status == "stopping":
            raise Stopped.of("import-stopped")

    done, kept = row.progress.get("done", 0), row.progress.get("numbers")
    tally = Importing(workspace, actor, source, plan, keep, dry=dry).run(done, Tally.of_json(kept) if kept else None)
    with workspace.database.write() as connection:
        import_log.change(connection, row.id, report={**tally.to_json(), "dry": dry})
    return "checked" if dry else "partial" if tally.left_out else "done"


def stop(workspace: Workspace, actor: Actor, import_id: int) -> None:
    """Asks a running import to stop after its present chunk."""
    row = read(workspace, actor, import_id)
    with workspace.database.write() as connection:
        if not import_log.claim(connection, row.id, ("running", "checking"), "stopping", machine_now()):
            raise Conflict.of("import-already-running")


def report_csv(workspace: Workspace, actor: Actor, import_id: int, language: Language) -> Iterator[str]:
    """Every row left out, with the reason, as a CSV file."""
    row = read(workspace, actor, import_id)
    with workspace.database.read() as connection:
        found = list(import_log.problems(connection, import_id))
    return problems_csv(found, row.progress["source"]["columns"], language)


def problems(workspace: Workspace, actor: Actor, import_id: int, after: int, limit: int) -> list[ProblemRow]:
    """A page of the rows left out."""
    read(workspace, actor, import_id)
    with workspace.database.read() as connection:
        return list(import_log.problems(connection, import_id, after, limit))


def source_of(workspace: Workspace, row: ImportRow) -> Source:
    """The uploaded file, ready to be read again; Conflict when it was swept."""
    path = _path(workspace, row)
    if not path.exists():
        raise Conflict.of("import-file-gone")
    words: dict[str, Any] = dict(row.progress["source"])
    words |= {word: tuple(words[word]) for word in ("columns", "sheets")}
    return Source(path=path, **words)


def sweep(workspace: Workspace) -> int:
    """Removes uploads whose imports nobody touched for `KEPT`, and what never became an import; how many."""
    now, swept = machine_now(), 0
    with workspace.database.read() as connection:
        kept = import_log.kept_files(connection, now - KEPT)
    for path in _folder(workspace).iterdir() if _folder(workspace).exists() else ():
        if path.name not in kept and path.stat().st_mtime * 1_000_000 < now - DRAFTS_KEPT:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _path(workspace: Workspace, row: ImportRow) -> Path:
    return _folder(workspace) / row.sha256


def _source_json(source: Source) -> dict[str, Any]:
    return {word: getattr(source, word) for word in ("format", "columns", "encoding", "separator", "sheet", "sheets")}


def _without_numbers(progress: Mapping[str, Any]) -> dict[str, Any]:
    return {word: progress[word] for word in ("source", "suggestion", "lines", "by") if word in progress}


def _suggested(workspace: Workspace, entity: Entity, source: Source) -> dict[str, Any]:
    """A plan to begin with, and for each entity that may be its lines the columns of these."""
    columns, cells = source.columns, _sample(source)
    plan = suggest(workspace.model, entity, columns, cells)
    return {"suggestion": plan, "lines": suggest_lines(workspace.model, entity, columns, cells)}


def _sample(source: Source) -> list[Sequence[str]]:
    return [row.cells for row in islice(source.rows(), _SUGGESTED_FROM)]


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "imports"


def _store(workspace: Workspace, content: IO[bytes]) -> tuple[Path, str]:
    """Copies the upload into the folder under its SHA-256, without holding it in memory."""
    folder = _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    digest, draft = hashlib.sha256(), folder / f".{workspace.ids.next()}"
    with draft.open("wb") as file:
        while part := content.read(1 << 20):
            digest.update(part)
            file.write(part)
    path = folder / digest.hexdigest()
    draft.replace(path)
    return path, digest.hexdigest()


def _fail(workspace: Workspace, row: ImportRow, errors: Sequence[Mapping[str, Any]]) -> None:
    with workspace.database.write() as connection:
        import_log.change(connection, row.id, report={"errors": list(errors)})


def _storable(problem: ProblemRow) -> ProblemRow:
    return replace(problem, params=_plain(problem.params))


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON: what is no JSON becomes text."""
    kept = (str, int, float, bool, dict, list, type(None))
    return {name: value if isinstance(value, kept) else str(value) for name, value in params.items()}
