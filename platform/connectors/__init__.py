"""Other systems: remote I/O only, never our database. See the README for how to add a kind."""

from __future__ import annotations

from ruleloom.connectors.contract import (
    API,
    Connector,
    Context,
    Cursor,
    CursorState,
    Done,
    Health,
    Limits,
    Op,
    Outcome,
    Page,
    Rejected,
    RemoteField,
    Resource,
    Row,
    Unknown,
)
from ruleloom.connectors.errors import (
    ConnectorError,
    Fatal,
    OutcomeUnknown,
    RateLimited,
    RefreshAuth,
    Retriable,
    RowRejected,
    SettingsInvalid,
    SignInRefused,
    UnknownKind,
)
from ruleloom.connectors.guard import Network
from ruleloom.connectors.limits import Bucket

__all__ = [
    "API",
    "Bucket",
    "Connector",
    "ConnectorError",
    "Context",
    "Cursor",
    "CursorState",
    "Done",
    "Fatal",
    "Health",
    "Limits",
    "Network",
    "Op",
    "Outcome",
    "OutcomeUnknown",
    "Page",
    "RateLimited",
    "RefreshAuth",
    "Rejected",
    "RemoteField",
    "Resource",
    "Retriable",
    "Row",
    "RowRejected",
    "SettingsInvalid",
    "SignInRefused",
    "Unknown",
    "UnknownKind",
]
