"""In-app notices of one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ruleloom.access import Actor
from ruleloom.runtime.commands.accounts import own_account
from ruleloom.runtime.missing import id_of
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import counter
from ruleloom.storage.logs import notices as rows
from ruleloom.storage.records import shown

PAGE = 50


def own(workspace: Workspace, actor: Actor, after: str | None = None, limit: int = PAGE) -> dict[str, Any]:
    """A page of the actor's notices, newest first, with the number of unread ones."""
    user = own_account(actor)
    with workspace.reading() as reading:
        found = rows.of_user(reading.connection, user, id_of(after) if after else None, limit + 1)
        wanted: dict[str, set[int]] = {}
        for row in found:
            if row.entity is not None and row.record is not None and row.entity in reading.published.catalogue.tables:
                wanted.setdefault(row.entity, set()).add(row.record)
        titles = {
            (entity, record): title
            for entity, ids in wanted.items()
            for record, title in shown.titles(reading.connection, reading.published.catalogue, entity, ids).items()
        }
        keys = {entity.id: entity.key for entity in reading.published.model.entities}
        items = [_shown(row, keys, titles) for row in found[:limit]]
        following = str(found[limit - 1].id) if len(found) > limit else None
        return {"items": items, "next": following, "unread": rows.unread(reading.connection, user)}


def mark_read(workspace: Workspace, actor: Actor, ids: Sequence[str] | None) -> None:
    """Marks the actor's notices as read; None: all."""
    wanted = None if ids is None else [id_of(each) for each in ids]
    with workspace.database.write() as connection:
        rows.mark_read(connection, own_account(actor), wanted, workspace.now(connection))
        counter.bump(connection)


def _shown(row: rows.NoticeRow, keys: dict[str, str], titles: dict[tuple[str, int], Any]) -> dict[str, Any]:
    record = None
    if row.entity in keys and row.record is not None:
        title = titles.get((row.entity, row.record))
        record = {"entity": keys[row.entity], "id": str(row.record), "title": None if title is None else str(title)}
    return {
        "id": str(row.id),
        "at": instant_text(row.at),
        "text": row.text,
        "read": row.read_at is not None,
        "record": record,
        "firing": None if row.firing is None else str(row.firing),
    }
