"""What a connector is: the parts a plug-in implements and the context that `runtime` hands to it.

A connector talks to one remote system. It never sees our database, our records or the clock of the machine:
time, ids, tokens and limits come from its `Context`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from ruleloom.dsl.vocabulary import Labels

if TYPE_CHECKING:
    from marshmallow import Schema

    from ruleloom.connectors.guard import Network
    from ruleloom.connectors.limits import Bucket

API = 1
"""Number of this contract; a plug-in written for another number is refused with both numbers."""

Row = Mapping[str, Any]
"""One remote object: remote field → JSON value (decimals exact), remote list → list of rows."""

CursorState = Mapping[str, Any]
"""How far a resource was read: JSON, understood by its connector only."""

Level = Literal["real-system", "vendor-sdk", "documented", "experimental"]
"""How a kind is proven: on a real system; on a double that the vendor's SDK accepts; from documents; hardly."""

RemoteType = Literal["text", "number", "boolean", "date", "datetime", "choice", "reference"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How a resource tells what changed: read `>= last - lookback`, never rounded up, ties broken by `tie`."""

    field: str
    type: Literal["datetime", "number", "text"] = "datetime"
    lookback: timedelta = timedelta(minutes=5)
    tie: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls that the other system stands: enforced for all calls of one connection in this process."""

    per_second: float = 5
    burst: int = 10
    concurrent: int = 2


@dataclass(frozen=True, slots=True)
class RemoteField:
    """A field of a remote object; `within` names the list (order lines) that it belongs to."""

    key: str
    type: RemoteType = "text"
    labels: Labels = field(default_factory=dict)
    required: bool = False
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of remote object. `key` makes a row unique; `natural` is the code that people know it by."""

    name: str
    key: str
    labels: Labels = field(default_factory=dict)
    natural: str | None = None
    cursor: Cursor | None = None
    lists: tuple[str, ...] = ()
    writable: bool = False
    delete_mode: str = "none"
    """`none`, `soft:<field>`, `feed` or `full_compare`."""
    fields: tuple[RemoteField, ...] = ()
    """What is known without asking; `discover` asks."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the state that is true once they are stored; None: the state before them still holds."""

    rows: Sequence[Row]
    state: CursorState | None = None


@dataclass(frozen=True, slots=True)
class Op:
    """One write that we ask for. `idem_key` is stored before the call and repeated with it."""

    kind: Literal["create", "update", "delete"]
    key: str | None
    data: Mapping[str, Any]
    idem_key: str
    expected_version: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The write took place."""

    op: Op
    remote_id: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The other system refused the write; nothing changed there."""

    op: Op
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: look the row up before sending it again."""

    op: Op
    message: str


Outcome = Done | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of the test button. `skew` is the other system's clock minus ours."""

    ok: bool
    account: str = ""
    skew: timedelta = timedelta(0)
    notes: tuple[str, ...] = ()


class Context(Protocol):
    """What `runtime` lends to a connector: time, chance, a memory for tokens, limits and the network's rules."""

    @property
    def connection(self) -> str:
        """Name of the connection, for logs."""
        ...

    @property
    def network(self) -> Network:
        """Which addresses may be called."""
        ...

    @property
    def until(self) -> float | None:
        """Where somebody waits: by `monotonic`, after when nothing is tried again. None: nobody waits."""
        ...

    def now(self) -> datetime:
        """The present instant, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never runs backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits; returns early with an exception when the sync is being stopped."""
        ...

    def jitter(self) -> float:
        """A random number from 0 to 1."""
        ...

    def unique(self) -> str:
        """A fresh nonce."""
        ...

    def bucket(self, limits: Limits) -> Bucket:
        """The connection's own bucket, shared by all its clients in this process."""
        ...

    def recall(self, name: str) -> str | None:
        """A token kept under this name that has not run out."""
        ...

    def keep(self, name: str, value: str, until: datetime) -> None:
        """Remembers a token until an instant."""
        ...

    def forget(self, name: str) -> None:
        """Drops a token."""
        ...


class Connector(ABC):
    """A plug-in for one remote system. Subclasses set the class attributes and implement `open`, `check`, `read`."""

    kind: ClassVar[str]
    labels: ClassVar[Labels]
    version: ClassVar[str]
    api: ClassVar[int] = API
    level: ClassVar[Level] = "experimental"
    Settings: ClassVar[type[Schema]]
    limits: ClassVar[Limits] = Limits()
    resources: ClassVar[tuple[Resource, ...]] = ()

    def __init__(self, settings: Mapping[str, Any], context: Context) -> None:
        """`settings` are already valid (`settings.load`); nothing is called before the first verb."""
        self.context = context
        self.open(settings)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.context.connection}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def resource(cls, name: str) -> Resource:
        """The resource of that name; KeyError when the kind has none."""
        return next((r for r in cls.resources if r.name == name), None) or _missing(name)

    @abstractmethod
    def open(self, settings: Mapping[str, Any]) -> None:
        """Builds the client; no call yet."""

    @abstractmethod
    def check(self) -> Health:
        """Signs in and asks for something small; raises a ConnectorError that says what is wrong."""

    @abstractmethod
    def read(self, resource: Resource, since: CursorState | None, fields: Sequence[str], page: int) -> Iterator[Page]:
        """Rows changed since the state, in pages of about `page` rows, each with the state that holds after it."""

    def discover(self, resource: Resource) -> Sequence[RemoteField]:
        """The remote fields as the remote system describes them now; without metadata, the documented ones."""
        return resource.fields

    def write(self, resource: Resource, ops: Sequence[Op]) -> Iterable[Outcome]:
        """Exactly one outcome per op, in order."""
        raise NotImplementedError(f"{self.kind} cannot write {resource.name}")

    def close(self) -> None:  # noqa: B027 - optional
        """Ends open sockets."""


def _missing(name: str) -> Resource:
    raise KeyError(name)
