"""The door for many rows at once (imports, syncs): one simultaneous write of all rows that can be.

Values are as in `dsl.types` and clean: the caller made them with the field types' own cleaners, and found the records
that references point to in this same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from ruleloom import access
from ruleloom.access import Verb
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import CreateRecord, Single, UpdateRecords
from ruleloom.forms.entity import Entity
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.pipeline.ports import Blocked
from ruleloom.runtime.writing import plainly
from ruleloom.runtime.writing.examining import examine
from ruleloom.runtime.writing.leaving_out import blocked_rows
from ruleloom.runtime.writing.rows import Chunk, Errors, Written
from ruleloom.runtime.writing.together import PartsRefused
from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Values = Mapping[str, Value]
Fate = int | RuleloomError
"""What became of a row: the id of its record, or why it was refused."""


def write_together_in(uow: UnitOfWork, chunk: Chunk, *, rules: bool = True) -> Written:
    """Writes all of a chunk in one simultaneous write, or nothing of it. Without `rules` nothing is evaluated or fires.

    A row is what stands or goes together: a record with its lines. New records bring their ids; rows may refer to each
    other's; no record is in two parts.
    """
    _require(uow, chunk.parts)
    if not chunk.parts:
        return Written()
    if not rules:
        return plainly.write(uow, chunk)
    try:
        with uow.desk.savepoint():
            outcome = uow.change(chunk.write)
    except PartsRefused as error:
        written = chunk.refused(error.parts)
    except Blocked as error:
        written = Written(blocked_rows(uow, chunk, error))
    else:
        return Written(changed={(change.entity, change.record) for change in outcome.changes})
    uow.desk.unnumber(chunk.made())
    return written


def create_many_in(uow: UnitOfWork, entity: Entity, rows: Sequence[Values], *, rules: bool = True) -> list[Fate]:
    """Creates those records that can be, in one simultaneous write; one fate per row in order."""
    new = [(CreateRecord(entity.id, row, uow.workspace.ids.next()),) for row in rows]
    left, refused = list(range(len(new))), dict[int, Errors]()
    while True:
        written = write_together_in(uow, Chunk([new[place] for place in left]), rules=rules)
        if written.whole:
            break
        refused |= {left[row]: errors for row, errors in written.refused.items()}
        left = [place for place in left if place not in refused]
    return [refused[place][0] if place in refused else cast("int", one.record) for place, (one,) in enumerate(new)]


def refusals_in(
    uow: UnitOfWork, entity: Entity, record: int | None, values: Values, unread: Collection[str], *, rules: bool = True
) -> Sequence[Diagnostic]:
    """Everything that would be refused of a row; nothing is written. `record`: the one it would change, if any.

    `unread` fields have no value that could be read: they are not in `values`, and what reads them is not judged.
    """
    if not rules:
        return plainly.lacking(uow, entity, values, unread, new=record is None)
    write = CreateRecord(entity.id, values, uow.workspace.ids.next())
    try:
        return examine(uow, write if record is None else UpdateRecords(entity.id, {record: values}), unread).all()
    except RuleloomError as error:
        return error.diagnostics


def _require(uow: UnitOfWork, parts: Sequence[Single]) -> None:
    """The right to write these records and each of these fields."""
    wanted: dict[tuple[Verb, str], set[str]] = {}
    for part in parts:
        verb, keys = _asks(part)
        wanted.setdefault((verb, part.entity), set()).update(keys)
    for (verb, entity), keys in wanted.items():
        access.require(uow.actor, verb, entity)
        for key in keys:
            access.require(uow.actor, verb, entity, key)


def _asks(part: Single) -> tuple[Verb, Iterable[str]]:
    if isinstance(part, CreateRecord):
        return Verb.CREATE, part.values
    if isinstance(part, UpdateRecords):
        return Verb.UPDATE, {key for values in part.values.values() for key in values}
    return Verb.DELETE, ()
