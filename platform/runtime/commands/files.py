"""Files: kept before a record names them, read only through a record that does, swept when none did for a day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.file_store import FileStore
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import files as rows

ORPHANED_AFTER = 24 * 3600 * 1_000_000
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}")


class NoFile(RuleloomError):
    """The upload holds no file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file."""

    id: str
    name: str
    size: int
    type: str
    path: Path


def keep(workspace: Workspace, actor: Actor, stream: IO[bytes], name: str, media_type: str) -> Kept:
    """Keeps a file; until a record names it only its uploader can read it."""
    access.require(actor, Verb.CREATE)
    safe = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).strip(". ")[:200]
    if not safe:
        raise NoFile(Diagnostic("file-missing", target="file"))
    store = _store(workspace)
    sha256, size = store.write(stream)
    kind = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
    user = actor.user if isinstance(actor.user, int) else None
    row = rows.FileRow(workspace.ids.next(), sha256, safe, size, kind, machine_now(), user)
    with workspace.database.write() as connection:
        rows.add(connection, row)
    return _kept(workspace, row)


def open_file(workspace: Workspace, actor: Actor, file: str) -> Kept:
    """A file that the actor may read: through a record that names it, or the own upload that none names yet."""
    wanted = id_of(file)
    with workspace.reading() as opened:
        row = rows.find(opened.connection, wanted)
        held = rows.holders(opened.connection, opened.published.catalogue, wanted) if row else []
        entities = {entity.id: entity.key for entity in opened.published.model.entities}
    if row is None or not ((_own_upload(row, actor) and not held) or _may_read(workspace, actor, held, entities)):
        raise Missing.of("not-found")
    return _kept(workspace, row)


def sweep(workspace: Workspace) -> int:
    """Forgets files that no record has named for a day; how many."""
    with workspace.database.write() as connection:
        catalogue = workspace.published.catalogue
        found = rows.orphans(connection, catalogue, machine_now() - ORPHANED_AFTER)
        unused = rows.remove(connection, [row.id for row in found]) if found else set()
    for sha256 in unused:
        _store(workspace).remove(sha256)
    return len(found)


def _own_upload(row: rows.FileRow, actor: Actor) -> bool:
    return actor.user is not None and row.uploaded_by == actor.user


def _may_read(workspace: Workspace, actor: Actor, held: Sequence[tuple[str, int]], entities: dict[str, str]) -> bool:
    for entity, record in held:
        try:
            reading.record(workspace, actor, entities[entity], str(record))
        except (Missing, access.Forbidden):
            continue
        return True
    return False


def _store(workspace: Workspace) -> FileStore:
    return FileStore(workspace.folder / "files")


def _kept(workspace: Workspace, row: rows.FileRow) -> Kept:
    return Kept(str(row.id), row.name, row.size, row.type, _store(workspace).path(row.sha256))
