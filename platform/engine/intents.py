"""What an action wants done, worked out to plain values: the engine only says it, `runtime` does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruleloom.dsl.types import RecordId, Value

Values = Mapping[str, Value]
"""Field keys → values."""


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """A new record; `record` is given only where the id is decided outside (events of a simulation, imports)."""

    entity: str
    values: Values
    record: RecordId | None = None


@dataclass(frozen=True, slots=True)
class UpdateRecords:
    """Records of one entity, changed in one simultaneous write."""

    entity: str
    values: Mapping[RecordId, Values]


@dataclass(frozen=True, slots=True)
class DeleteRecord:
    """A record removed, with what that cascades to and empties."""

    entity: str
    record: RecordId


Single = CreateRecord | UpdateRecords | DeleteRecord


@dataclass(frozen=True, slots=True)
class WriteTogether:
    """Several writes at once (a chunk of an import): no record is created or updated by two of the parts.

    A part may refer to a record that another one makes. Only people's bulk operations make such writes, no action does.
    """

    parts: tuple[Single, ...]


Write = Single | WriteTogether
"""One write: everything in it happens at once and is evaluated once."""


@dataclass(frozen=True, slots=True)
class SendNotice:
    """`notify U "…"`: in-app inside the transaction, mail and chat after it. Recipients are users, without doubles."""

    recipients: tuple[RecordId, ...]
    text: str


@dataclass(frozen=True, slots=True)
class GiveTask:
    """`add task "…" for U due D`; `due` is an instant."""

    text: str
    user: RecordId | None
    due: int | None


@dataclass(frozen=True, slots=True)
class BeginApproval:
    """`start approval "name"`"""

    name: str


@dataclass(frozen=True, slots=True)
class CallOut:
    """`call "connection.operation" (k = v)`: leaves the workspace, so it runs after commit."""

    operation: str
    arguments: Values


@dataclass(frozen=True, slots=True)
class MakeReport:
    """`run report "name" for x`"""

    name: str
    subject: Value


@dataclass(frozen=True, slots=True)
class ShowWarning:
    """`warn "…"`: shown to whoever wrote; with no writer (an edge of time) to the record's followers."""

    text: str


Effect = SendNotice | GiveTask | BeginApproval | CallOut | MakeReport | ShowWarning
"""What is no write of a record; whether it stays inside or leaves is decided by who performs it."""

Intent = Single | Effect
